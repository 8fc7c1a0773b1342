"""Tell the browser what a moment of a training looks like, and what there is to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Any, Protocol

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import Forward, backward, error, forward
from backprop_core.equations import format_number, unicode_name
from backprop_core.network import Network
from backprop_core.situation import sample_text
from backprop_core.teacher_sets import TeacherSet
from backprop_core.views import (
    Plane,
    border,
    delta_sizes,
    outputs_on,
    range_of,
    region_borders,
    region_places,
    regions,
    round_decades,
    round_ticks,
    round_up,
    shades,
)
from backprop_core.widgets import packing
from backprop_core.widgets.scene import Picks, heights, plane_of, target_range

__all__ = ["COARSE", "POINTS", "Moment", "Remark", "frame_of"]

POINTS, COARSE = 100, 50  # on a side of the boundary: at rest, and while time is for training
_SLOW = 3.0  # epochs a second up to which the samples in one can be followed
_SPECK = 0.03  # a region with a smaller share of the plane has no room for its name
_SMALL = 25  # points on a side of a neuron's own view
_FAR = 1e300  # what is larger is not told from it: JSON has no infinite numbers

_Errors = tuple[float, float, float | None]


class Remark(Protocol):
    """Something worth saying about a training; `backprop_core.notices.Notice` is one."""

    @property
    def sentence(self) -> str: ...

    @property
    def nodes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of a training, with all that a stage shows of it.

    Attributes
    ----------
    network : Network
    epoch : int
        Finished epochs.
    used : int
        Training samples already used in the unfinished epoch; 0 between two epochs.
    first, last : int
        The earliest and the latest epoch that one can go to.
    end : int or None
        The epoch at which the training is to stop; None: when it is paused.
    running : bool
        Whether it trains at present.
    rate : float
        Epochs a second, for as long as it trains; 0 if not known.
    sample : int
        The sample that is picked: its index in the teacher set's `x`.
    training, check : (epochs, errors)
        How E went, summed over the training samples and over the check samples as
        `Trainer.curve` gives it; both empty where nothing is known.
    remarks : sequence of Remark
        Such as `backprop_core.notices.notices` finds.
    """

    network: Network
    epoch: int = 0
    used: int = 0
    first: int = 0
    last: int = 0
    end: int | None = None
    running: bool = False
    rate: float = 0.0
    sample: int = 0
    training: tuple[Sequence[float] | Array, Sequence[float] | Array] = ((), ())
    check: tuple[Sequence[float] | Array, Sequence[float] | Array] = ((), ())
    remarks: Sequence[Remark] = ()


def frame_of(
    number: int,
    teacher_set: TeacherSet,
    moment: Moment,
    picks: Picks,
    points: int = POINTS,
) -> dict[str, Any]:
    """All that a moment of a training looks like.

    Parameters
    ----------
    number : int
        Larger than that of the frame before; the browser sets `Stage.seen` to it.
    teacher_set : TeacherSet
    moment : Moment
    picks : Picks
        Fitted to the moment's network, and the same as the scene's.
    points : int
        On a side of the decision boundary, a multiple of 25.

    Returns
    -------
    dict
        For `Stage.frame`; arrays as bytes of float32 and uint8.
    """
    net = moment.network
    f = forward(net, teacher_set.x)
    plane = plane_of(teacher_set, picks.axes)
    layers = outputs_on(net, plane, points)
    errors = _errors(teacher_set, f)
    return {
        "number": number,
        "epoch": moment.epoch,
        "used": moment.used,
        "first": moment.first,
        "last": moment.last,
        "end": moment.end,
        "running": moment.running,
        "weights": packing.floats(np.concatenate(net.weights, axis=None)),
        "biases": packing.floats(np.concatenate(net.biases)),
        "nodes": _thumbnails(teacher_set, net, plane, layers),
        "view": _view(teacher_set, net, plane, layers, picks.neuron),
        "curve": _curve(teacher_set, moment, errors),
        "hidden": _hidden(teacher_set, net, f, picks.hidden),
        "delta": _delta(teacher_set, net, f),
        "sample": {"index": moment.sample, "text": _sample(teacher_set, f, moment.sample)},
        **_said(teacher_set, moment, errors),
    }


def _one_of_many(teacher_set: TeacherSet) -> bool:
    """Whether each output stands for a class, so that the largest one is the answer."""
    classes = teacher_set.classes
    return (
        len(teacher_set.outputs) > 1 and classes is not None and classes[0] == teacher_set.outputs
    )


def _thumbnails(
    teacher_set: TeacherSet, net: Network, plane: Plane, layers: Sequence[Array]
) -> bytes:
    """Each node's own view of the plane, inputs first: 25 · 25 shades from the lowest upwards."""
    every = len(layers[0]) // _SMALL
    small = [layer[every // 2 :: every, every // 2 :: every] for layer in layers]
    inputs = [shades(small[0][..., n], *_ends(plane, n)).tobytes() for n in range(net.sizes[0])]
    neurons = [
        shades(layer[..., n], *_shown_range(teacher_set, net, k, n, layer[..., n])).tobytes()
        for k, layer in enumerate(small[1:])
        for n in range(layer.shape[-1])
    ]
    return b"".join([*inputs, *neurons])


def _ends(plane: Plane, n: int) -> tuple[float, float]:
    """From where to where an input is told apart."""
    if n == plane.axes[0]:
        return plane.across
    if n == plane.axes[1]:
        return plane.up
    return plane.rest[n] - 1.0, plane.rest[n] + 1.0


def _shown_range(
    teacher_set: TeacherSet, net: Network, k: int, n: int, values: Array
) -> tuple[float, float]:
    """From where to where a neuron's outputs are told apart; an output neuron's: its targets."""
    if k == len(net.weights) - 1:
        return target_range(teacher_set, n)
    return range_of(net.activations[k], values)


def _view(
    teacher_set: TeacherSet, net: Network, plane: Plane, layers: Sequence[Array], neuron: str
) -> dict[str, Any]:
    """The picked neuron's view or, with none, what the network answers."""
    rest = ", with all other inputs at their mean" if net.sizes[0] > 2 else ""
    if not neuron and _one_of_many(teacher_set):
        winners = regions(layers[-1])
        return {
            "kind": "regions",
            "grid": winners.tobytes(),
            "border": packing.lines(region_borders(plane, layers[-1])),
            "names": [
                [*place, teacher_set.outputs[n]]
                for n, place in region_places(plane, winners).items()
                if np.count_nonzero(winners == n) > _SPECK * winners.size
            ],
            "ends": [],
            "title": "Decision boundary",
            "text": f"The output that is the largest{rest}. Lines: where another one becomes so.",
        }
    k, n = net.neuron(neuron or net.layers[-1][0])
    values = layers[k + 1][..., n]
    low, high = _shown_range(teacher_set, net, k, n, values)
    name = unicode_name(net.layers[k + 1][n])
    if k == len(net.weights) - 1:
        level = 0.5 * (low + high)
        lines = border(plane, values, level)
        text = f"Line: where {name} is {format_number(level)}{rest}."
    else:  # where its input sum is 0: for most activations half way between low and high
        with np.errstate(over="ignore", invalid="ignore"):
            sums = layers[k] @ net.weights[k][:, n] + net.biases[k][n]
        lines = border(plane, sums, 0.0)
        text = f"Line: where the input sum of {name} is 0{rest}."
    return {
        "kind": "heat",
        "grid": shades(values, low, high).tobytes(),
        "border": packing.lines(lines),
        "names": [],
        "ends": [format_number(v) for v in (low, 0.5 * (low + high), high)],
        "title": f"What {name} makes of the plane" if neuron else "Decision boundary",
        "text": text,
    }


def _curve(teacher_set: TeacherSet, moment: Moment, present: _Errors) -> dict[str, Any]:
    """E per sample over the epochs, of the training and of the check samples."""
    counts = teacher_set.training, len(teacher_set.x) - teacher_set.training
    curves = [
        (np.asarray(epochs, float), np.asarray(errors, float) / max(count, 1))
        for (epochs, errors), count in zip((moment.training, moment.check), counts, strict=True)
    ]
    now = [e if e is None or isfinite(e) else _FAR for e in present[1:]]
    every = [e for e in chain(*(errors for _, errors in curves), now) if e not in (None, _FAR)]
    low, high = round_decades(every, packing.LEAST)
    last = round_up(max(10, moment.last, moment.epoch))
    count = "{:,.0f}".format if last < 1e5 else packing.written
    return {
        "x": packing.axis((0.0, last), [(at, count(at)) for at in round_ticks(0.0, last, 5)]),
        "y": packing.axis((low, high), packing.decades(low, high)),
        "training": packing.curve(*curves[0]),
        "check": packing.curve(*curves[1]),
        "now": [moment.epoch, *now],
    }


def _errors(teacher_set: TeacherSet, f: Forward) -> _Errors:
    """E of the training samples; that for each sample; and E for each check sample."""
    m = teacher_set.training
    of_training, check = error(f.y[:m], teacher_set.t[:m]), None
    if m < len(teacher_set.x):
        check = error(f.y[m:], teacher_set.t[m:]) / (len(teacher_set.x) - m)
    return of_training, of_training / m, check


def _hidden(
    teacher_set: TeacherSet, net: Network, f: Forward, picked: tuple[str, str | None]
) -> dict[str, Any] | None:
    """Where a hidden layer puts the samples."""
    first, second = picked
    if not first:
        return None
    k, a = net.neuron(first)
    across = f.outputs[k][:, a]
    told = {"x": _values_axis(net, k, across), "x_label": unicode_name(first)}
    if second is None:  # the height tells nothing but the target
        up = heights(teacher_set)
        told |= {"y": packing.axis((0.0, 1.0), []), "y_label": ""}
    else:
        up = f.outputs[k][:, net.neuron(second)[1]]
        told |= {"y": _values_axis(net, k, up), "y_label": unicode_name(second)}
    return {**told, "places": packing.floats(np.column_stack([across, up]))}


def _values_axis(net: Network, k: int, values: Array) -> dict[str, Any]:
    low, high = range_of(net.activations[k], values)
    if net.activations[k].name in ("ReLU", "softplus"):
        low = 0.0
    if high not in (0.0, 1.0):  # it has no bounds: the axis grows in steps
        high = min(round_up(high), _FAR)
        low = -high if low else 0.0
    margin = 0.07 * (high - low)
    return packing.axis(
        (low - margin, high + margin), [(at, packing.written(at)) for at in round_ticks(low, high)]
    )


def _delta(teacher_set: TeacherSet, net: Network, f: Forward) -> dict[str, Any]:
    """How large δ is in each layer of neurons, over the training samples."""
    if all(np.isfinite(layer).all() for layer in f.outputs):
        deltas = backward(net, f, teacher_set.t).deltas
        sizes = delta_sizes([delta[: teacher_set.training] for delta in deltas])
    else:
        sizes = [float("nan")] * len(net.weights)
    low, high = round_decades(sizes, packing.LEAST)
    low, high = min(low, 1e-3), max(high, 1.0)  # so that the axis seldom moves
    shown = [min(max(size, low), high) if np.isfinite(size) else None for size in sizes]
    return {
        "sizes": shown,
        "texts": [format_number(size, 2) for size in sizes],
        "y": packing.axis((low, high), packing.decades(low, high, 4)),
    }


def _sample(teacher_set: TeacherSet, f: Forward, index: int) -> str:
    """The picked sample, and what the network answers."""
    x, t = (tuple(part[index].tolist()) for part in (teacher_set.x, teacher_set.t))
    kind = "for training" if index < teacher_set.training else "for checking"
    y = ", ".join(format_number(value) for value in f.y[index])
    y = f"({y})" if len(t) > 1 else y
    text = f"Sample {index + 1}, {kind}: {sample_text(x, t)}; y = {y}"
    return text.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")


def _said(teacher_set: TeacherSet, moment: Moment, errors: _Errors) -> dict[str, Any]:
    """What is said: a line that changes all the time, and what people who listen are told."""
    total, training, check = errors
    each = f"per sample {format_number(training)}"
    if check is not None:
        each += f", check {format_number(check)}"
    of = f" of {moment.end:,}" if moment.end is not None else ""
    slow = moment.rate < _SLOW or not moment.running  # else nobody could read it
    used = f", {moment.used} of {teacher_set.training} samples" if moment.used and slow else ""
    rate = f"{round(moment.rate, 1 - len(str(int(moment.rate)))):,.0f} epochs a second"
    place = f"epoch {moment.epoch:,}{of}{used}"
    state = f"Epoch {moment.epoch:,}{used}: E = {format_number(total)}; {each}."
    return {
        "place": place,
        "rate": rate if moment.running and moment.rate >= 1 else "",
        "error": f"E = {format_number(total)}",
        "each": each,
        "said": "Training." if moment.running else state,
        "remarks": [[remark.sentence, list(remark.nodes)] for remark in moment.remarks],
    }
