"""Notice what a training suffers from: divergence, dead neurons, a gradient that vanishes.

>>> net = Network.random([2, 4, 1], scale=0.0)
>>> x, t = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [1]]
>>> for notice in notices(Trainer(net, x, t)):
...     print(notice.kind, notice.nodes)
zeros ('f1', 'f2', 'f3', 'f4')
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import Forward, Gradient, backward, forward
from backprop_core.equations import format_number, unicode_name
from backprop_core.network import Network
from backprop_core.trainer import Trainer
from backprop_core.views import delta_sizes

__all__ = ["Notice", "notices"]

FLAT_BELOW = 1e-3  # a slope that hardly lets an error signal through
NEARLY_ALL = 0.95  # of the samples
VANISHED_BELOW = 1e-3  # δ of the first layer as a share of the last one's
LEARNT_BELOW = 0.1  # the root mean square of y − t: below it nobody misses what is not learnt
LEVEL_BELOW = 1e-3  # how much of itself E loses over the later half of a training
RESTLESS_ABOVE = 1 / 3  # of the latest steps led upwards

_BOUNDED = ("sigmoid", "tanh")


@dataclass(frozen=True)
class Notice:
    """Something that a training suffers from.

    Attributes
    ----------
    kind : str
        diverged, flat, zeros, dead, saturated, vanishing, restless or stalled.
    sentence : str
        What it is, with its numbers, and what helps.
    nodes : tuple of str
        The neurons where it happens; empty if it is the training as a whole.
    """

    kind: str
    sentence: str
    nodes: tuple[str, ...] = ()


def notices(trainer: Trainer) -> tuple[Notice, ...]:
    """What a training suffers from at present, the gravest first; empty if it is healthy.

    Everything is computed from the present network and the teacher set, and from the curve of E.
    """
    diverged = list(_diverged(trainer))
    if not isfinite(trainer.error):
        return tuple(diverged)  # and there is nothing else to be computed
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return (*diverged, *_suffered(trainer))


def _suffered(trainer: Trainer) -> list[Notice]:
    """All but the divergence itself. What follows from one thing is not told as another."""
    net = trainer.network
    f = forward(net, trainer.x)
    zeros = list(_zeros(net))
    twins = {node for notice in zeros for node in notice.nodes}
    dead = sorted(_dead(trainer, f, twins), key=lambda notice: -len(notice.nodes))
    found = [*_flat(net), *zeros, *dead]
    if np.sqrt(np.mean((f.y - trainer.t) ** 2)) < LEARNT_BELOW:
        return found
    found += _saturated(net, f, trainer.t)
    # A few dead neurons do no harm to the others; what else is found does.
    if all(notice.kind == "dead" for notice in found):
        found += _vanishing(net, backward(net, f, trainer.t)) or _curve(trainer)
    return found


def _diverged(trainer: Trainer) -> Iterator[Notice]:
    epoch, rule = trainer.diverged_at, trainer.rule
    if not isfinite(trainer.error):
        yield Notice(
            "diverged",
            "The error E of this network is beyond any number that a computer can hold. "
            "Begin with smaller weights.",
        )
    elif epoch is not None:
        back = "Go back some epochs and choose" if trainer.first < epoch - 1 else "Choose"
        momentum = f" and momentum {format_number(rule.momentum)}" if rule.momentum else ""
        yield Notice(
            "diverged",
            f"The training diverged: with h = {format_number(rule.h)}{momentum}, epoch {epoch:,} "
            "leads beyond any number that a computer can hold. "
            f"You see the last network before that. {back} a smaller h.",
        )


def _flat(net: Network) -> Iterator[Notice]:
    """Thresholds: no error signal gets past them."""
    layers = zip(net.layers[1:], net.activations, strict=True)
    nodes = [node for names, g in layers if g.name == "threshold" for node in names]
    if nodes:
        them = "it" if len(nodes) == 1 else "them"
        yield Notice(
            "flat",
            f"A threshold is flat wherever it does not jump: the slope of {_named(nodes)} "
            f"is 0, so no error signal gets through {them}, and no weight that leads "
            f"to {them} ever learns.",
            tuple(nodes),
        )


def _zeros(net: Network) -> Iterator[Notice]:
    """Layers whose neurons all have the same weights: they stay twins."""
    same: list[str] = []
    for k, names in enumerate(net.layers[1:-1]):
        ways = np.vstack([net.weights[k], net.biases[k], net.weights[k + 1].T])
        if len(names) > 1 and np.allclose(ways, ways[:, :1], rtol=1e-9, atol=0.0):
            same += names
    if same:
        nothing = not any(np.any(w) for w in net.weights)
        begin = "All weights are 0, so " if nothing else ""
        yield Notice(
            "zeros",
            f"{begin}{_named(same)} are twins: all of a layer have the same weights, get the same "
            "error signal and take the same step, for ever. "
            "Weights drawn at random tell them apart.",
            tuple(same),
        )


def _dead(trainer: Trainer, f: Forward, known: set[str]) -> Iterator[Notice]:
    """ReLUs whose sum is 0 or below for all samples."""
    net = trainer.network
    for k, (names, r, activation) in enumerate(
        zip(net.layers[1:], f.r, net.activations, strict=True)
    ):
        if activation.name != "ReLU":
            continue
        nodes = _where(names, np.max(r, axis=0) <= 0.0)
        if not nodes or known.issuperset(nodes):
            continue
        one = len(nodes) == 1
        moving = "what is left of the momentum" if trainer.rule.momentum else ""
        earlier = "a change of the layers before" if k else ""
        hope = " or ".join(filter(None, [moving, earlier]))
        yield Notice(
            "dead",
            f"{_named(nodes)} {'is' if one else 'are'} dead: the sum is 0 or less for each of the "
            f"{len(f.x):,} samples, so slope and gradient are 0. "
            f"{f'Only {hope} can' if hope else 'No update will'} bring {'it' if one else 'them'} "
            "back. Smaller steps or a leaky ReLU keep neurons alive.",
            nodes,
        )


def _saturated(net: Network, f: Forward, t: Array) -> Iterator[Notice]:
    """Neurons at the flat ends of a sigmoid or tanh; of the outputs only those that are wrong."""
    last = len(net.weights) - 1
    nodes: tuple[str, ...] = ()
    for k, activation in enumerate(net.activations):
        if activation.name in _BOUNDED:
            slopes = activation.slope_at(f.r[k], f.outputs[k])
            flat = np.abs(slopes) < FLAT_BELOW
            if k == last:
                wrong = np.abs(f.y - t) > 0.5
                hit = np.any(wrong & flat, axis=0)
                nodes += _where(net.layers[k + 1], hit & (np.mean(flat, axis=0) >= NEARLY_ALL))
            else:
                nodes += _where(net.layers[k + 1], np.mean(flat, axis=0) >= NEARLY_ALL)
    if nodes:
        one = len(nodes) == 1
        yield Notice(
            "saturated",
            f"{_named(nodes)} {'is' if one else 'are'} saturated: for at least "
            f"{NEARLY_ALL:.0%} of the samples the slope is below {FLAT_BELOW}, so hardly any "
            "error signal gets through, and the weights that lead there hardly move. "
            "Begin with smaller weights, or take a smaller h.",
            nodes,
        )


def _vanishing(net: Network, g: Gradient) -> list[Notice]:
    """δ that all but dies out on its way back."""
    sizes = delta_sizes(g.deltas)
    first, last = sizes[0], sizes[-1]
    if not 0.0 < first < VANISHED_BELOW * last:
        return []
    return [
        Notice(
            "vanishing",
            f"The error signal vanishes on its way back: δ is {format_number(last, 2)} in "
            f"the last layer and {format_number(first, 2)} in the first, "
            f"{format_number(last / first, 2)} times smaller. The first layer hardly learns.",
            net.layers[1],
        )
    ]


def _curve(trainer: Trainer) -> list[Notice]:
    """What E has been doing of late."""
    epochs, errors = trainer.curve()
    if len(errors) < 50 or trainer.epoch < trainer.last or trainer.diverged_at is not None:
        return []
    latest = errors[-41:]
    ups, steps = int(np.sum(np.diff(latest) > 0.0)), len(latest) - 1
    spread = (np.max(latest) - np.min(latest)) / np.mean(latest)
    if ups > RESTLESS_ABOVE * steps and spread > 0.05:
        sentence = (
            f"E goes up and down instead of falling: up in {ups} of the latest {steps} steps of "
            "its curve. A smaller h would calm it."
        )
        return [Notice("restless", sentence)]
    middle = len(errors) // 2
    since = int(epochs[-1] - epochs[middle])
    if since < 100 or not abs(1.0 - errors[-1] / errors[middle]) < LEVEL_BELOW:
        return []
    sentence = (
        f"E has hardly moved for {since:,} epochs: it is still {format_number(errors[-1])}. "
        "Try a larger h, other first weights or more neurons."
    )
    return [Notice("stalled", sentence)]


def _where(names: Sequence[str], chosen: Iterable[bool]) -> tuple[str, ...]:
    return tuple(name for name, yes in zip(names, chosen, strict=True) if yes)


def _named(nodes: Sequence[str]) -> str:
    """Neurons in a sentence: all of a few, the first ones of many."""
    names = [unicode_name(node) for node in nodes]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more neurons"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
