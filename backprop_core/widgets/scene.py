"""Tell the browser what of a training stays as it is: its nodes, its samples, the axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop_core._types import Array
from backprop_core.equations import format_number, unicode_name
from backprop_core.network import Network
from backprop_core.teacher_sets import TeacherSet
from backprop_core.views import Plane, level_of, round_ticks, shades
from backprop_core.widgets import packing

__all__ = ["Picks", "heights", "plane_of", "scene_of", "share_layer", "target_range"]


@dataclass(frozen=True)
class Picks:
    """What of a network is looked at.

    Attributes
    ----------
    axes : (int, int or None)
        The inputs along the plane's axes; see `Plane`.
    neuron : str
        The neuron whose view takes the place of the decision boundary, or "".
    hidden : (str, str or None)
        The neurons of one hidden layer along the axes of the hidden space; ("", None) where there
        is no hidden layer, None for the second where a layer has one neuron.
    """

    axes: tuple[int, int | None] = (0, 1)
    neuron: str = ""
    hidden: tuple[str, str | None] = ("", None)

    def fitted(self, network: Network) -> "Picks":
        """The same picks, where a network has what they name; else the first that it has."""
        inputs = network.sizes[0]
        axes = self.axes if all(a is not None and a < inputs for a in self.axes) else (0, 1)
        neuron = self.neuron if self.neuron in network.neurons else ""
        hidden = self.hidden
        if not share_layer(network, *hidden):
            last = network.layers[-2] if len(network.weights) > 1 else ("",)
            hidden = (last[0], last[1] if len(last) > 1 else None)
        return Picks(axes if inputs > 1 else (0, None), neuron, hidden)


def share_layer(network: Network, first: Any, second: Any) -> bool:
    """Whether these are two neurons of one hidden layer, or the only one and None."""
    for layer in network.layers[1:-1]:
        if first in layer:
            return second != first and (second in layer or (second is None and len(layer) == 1))
    return False


def scene_of(teacher_set: TeacherSet, network: Network, picks: Picks) -> dict[str, Any]:
    """All that stays as it is while a network is trained: its nodes, the samples, the axes.

    Parameters
    ----------
    teacher_set : TeacherSet
    network : Network
        As many inputs and outputs as the teacher set has; its weights do not matter.
    picks : Picks
        Fitted to the network.

    Returns
    -------
    dict
        For `Stage.scene`; samples as bytes of float32 and uint8.
    """
    plane = plane_of(teacher_set, picks.axes)
    names, numbers = _classes(teacher_set)
    a, b = picks.axes
    up = heights(teacher_set) if b is None else teacher_set.x[:, b]
    return {
        "layers": [[[node, unicode_name(node)] for node in layer] for layer in network.layers],
        "activations": [activation.name for activation in network.activations],
        "inputs": [_input_name(teacher_set, n) for n in range(network.sizes[0])],
        "axes": list(picks.axes),
        "neuron": picks.neuron,
        "hidden": list(picks.hidden),
        "plane": {
            "x": packing.axis(plane.across, _unscaled(teacher_set, a, plane.across)),
            "y": packing.axis(plane.up, [] if b is None else _unscaled(teacher_set, b, plane.up)),
            "x_label": _input_name(teacher_set, a),
            "y_label": "" if b is None else _input_name(teacher_set, b),
        },
        "places": packing.floats(np.column_stack([teacher_set.x[:, a], up])),
        "classes": numbers.astype(np.uint8).tobytes(),
        "class_names": list(names),
        "training": teacher_set.training,
    }


@lru_cache(maxsize=8)
def plane_of(teacher_set: TeacherSet, axes: tuple[int, int | None]) -> Plane:
    """The plane of two inputs on which the samples lie."""
    return Plane.of(teacher_set.x, axes)


def _classes(teacher_set: TeacherSet) -> tuple[Sequence[str], NDArray[np.intp]]:
    """Names of the classes and each sample's; targets that are no classes are parted in two."""
    if teacher_set.classes is not None:
        return teacher_set.classes
    level, name = level_of(teacher_set.t[:, 0]), teacher_set.outputs[0]
    text = format_number(level)
    return (f"{name} ≤ {text}", f"{name} > {text}"), (teacher_set.t[:, 0] > level).astype(np.intp)


def target_range(teacher_set: TeacherSet, output: int) -> tuple[float, float]:
    """From the lowest to the highest target of an output."""
    low, high = float(np.min(teacher_set.t[:, output])), float(np.max(teacher_set.t[:, output]))
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def heights(teacher_set: TeacherSet) -> Array:
    """Where samples stand on an axis from 0 to 1 that tells nothing but their target."""
    return 0.1 + 0.8 * shades(teacher_set.t[:, 0], *target_range(teacher_set, 0)) / 255


def _input_name(teacher_set: TeacherSet, n: int) -> str:
    """What an input is called: x₁, or x₁: bill length (mm)."""
    name, node = teacher_set.inputs[n], f"x{n + 1}"
    return unicode_name(node) if name == node else f"{unicode_name(node)}: {name}"


def _unscaled(teacher_set: TeacherSet, n: int, ends: tuple[float, float]) -> packing.Ticks:
    """Ticks at round numbers of what was measured."""
    scaling = teacher_set.scalings[n]
    low, high = (scaling.centre + scaling.spread * end for end in ends)
    return [
        ((at - scaling.centre) / scaling.spread, packing.written(at))
        for at in round_ticks(low, high)
    ]
