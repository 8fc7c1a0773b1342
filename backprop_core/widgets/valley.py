"""Draw E over one weight or over two, for the explorations of gradient descent."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from contourpy import contour_generator

from backprop_core._types import Array
from backprop_core.equations import (
    Equation,
    Notation,
    Term,
    format_number,
    meaning,
    plain_text,
    tied_to,
)
from backprop_core.landscape import Landscape
from backprop_core.network import Network, as_array
from backprop_core.situation import samples_of
from backprop_core.widgets.board import Choice, Mark, Slider

__all__ = [
    "LINE",
    "START",
    "XOR",
    "Ground",
    "counted",
    "curve",
    "dots",
    "level_lines",
    "lowest",
    "rate",
]

_GRID = 61  # places along each side, for level lines
_CURVE = 161  # places along a curve
_LEVELS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_APART = 2.0  # how far the numbers on level lines keep from each other


@dataclass(frozen=True, eq=False)
class Ground:
    """A network with one output and a teacher set, where weights go for a walk.

    Attributes
    ----------
    net : Network
    x, t : (M, N_0) and (M, 1) arrays
        The teacher set.
    notation : Notation
    span : (float, float)
        The lowest and the highest weight on show.
    """

    net: Network
    x: Array
    t: Array
    notation: Notation
    span: tuple[float, float] = (-8.0, 8.0)

    @cached_property
    def symbols(self) -> dict[str, Term]:
        """Each weight and bias of the network by its slot.

        Examples
        --------
        >>> XOR.symbols["bias-f3"].latex, XOR.symbols["weight-x1-f2"].words
        ('\\\\hat{b}', 'the weight from x₁ to f₂')
        """
        return {slot: self._symbol(nodes) for slot, nodes in self.net.slots.items()}

    def _symbol(self, nodes: tuple[str, ...]) -> Term:
        latex, value = self.notation.parameter(nodes), self.net.parameter(*nodes)
        term = Term(latex, value, "weight", tied_to(nodes))
        return replace(term, words=meaning(term, self.notation.name).partition(", ")[2])

    def name(self, slot: str) -> str:
        """A weight or bias in plain text."""
        return plain_text(self.symbols[slot].latex)

    def landscape(self, *slots: str) -> Landscape:
        """E over these weights and biases."""
        return Landscape.of(self.net, self.x, self.t, *slots)

    def choice(self, key: str, label: str, start: str) -> Choice:
        """A menu of all weights and biases."""
        return Choice(key, label, tuple((self.name(slot), slot) for slot in self.net.slots), start)

    def update_equation(self, slot: str, value: float, h: float, gradient: float) -> Equation:
        """w^(l+1) = w^(l) − h · ∂E/∂w."""
        w = self.symbols[slot]
        slope = rf"\frac{{\partial E}}{{\partial {w.latex}}}"
        return Equation(
            replace(w, latex=f"{w.latex}^{{(l+1)}}", value=value - h * gradient),
            (
                replace(w, latex=f"{w.latex}^{{(l)}}", value=value),
                "-",
                Term("h", h),
                r"\cdot",
                Term(slope, gradient, "slope", w.ties, f"how fast E grows with {w.words}"),
            ),
        )


class _OneWeight(Notation):
    """Where there is one weight and one bias, no index is needed."""

    def weight(self, a: str, b: str) -> str:
        return "w"

    def bias(self, neuron: str) -> str:
        return "b"


def _xor() -> Ground:
    """f1 answers x1 without x2, f2 answers x2 without x1, and the output neuron takes either."""
    net = Network.from_weights(
        weights=[[[3.0, -4.0], [-4.0, 3.0]], [[5.0], [5.0]]], biases=[[-1.0, -1.0], [-3.0]]
    )
    return Ground(net, *samples_of("XOR"), Notation("f3"))


def _line() -> Ground:
    """One neuron with one weight and the identity, and a teacher set that doubles its input."""
    x = as_array([[0.5], [1.0], [1.0]], "x")
    net = Network.from_weights([[[0.0]]], activation="identity")
    return Ground(net, x, 2.0 * x, _OneWeight(), (-2.0, 6.0))


XOR, LINE = _xor(), _line()

START = (
    Slider("a", "Start, across", *XOR.span, 0.1, 0.0),
    Slider("b", "Start, up", *XOR.span, 0.1, 1.0),
)


def rate(start: float) -> Slider:
    """The learning rate on XOR."""
    return Slider("h", "Learning rate h", 0.5, 40.0, 0.5, start)


@lru_cache(maxsize=32)
def curve(ground: Ground, slot: str) -> Array:
    """(n, 2) array: E over one weight."""
    w = np.linspace(*ground.span, _CURVE)
    return np.stack((w, ground.landscape(slot).errors(w)), axis=-1)


def counted(errors: Array) -> Array:
    """(n, 2) array: each error with its number, from 0."""
    return np.stack((np.arange(len(errors)), errors), axis=-1)


def dots(points: Array) -> Mark:
    """A dot at each place of a path: pieces of no length, which round ends make visible."""
    return Mark("dots", "line", np.repeat(points[:, np.newaxis], 2, axis=1), "error strong")


@lru_cache(maxsize=32)
def level_lines(ground: Ground, across: str, up: str) -> tuple[Mark, ...]:
    """Level lines of E over two weights, some with their E, and a cross at the lowest place."""
    w = np.linspace(*ground.span, _GRID)
    valley = ground.landscape(across, up)
    heights = valley.errors(w[np.newaxis], w[:, np.newaxis])
    row, column = np.unravel_index(np.argmin(heights), heights.shape)
    taken = [np.array([w[column], w[row]])]
    marks, labels = [], []
    draw = contour_generator(w, w, heights)
    for level in _LEVELS:
        lines = [np.asarray(line, float) for line in draw.lines(level)]
        if not lines:
            continue
        marks.append(Mark(f"level-{level}", "line", lines, "quiet"))
        place, room = _roomiest(np.concatenate(lines), taken, ground.span)
        if room >= _APART:
            taken.append(place)
            labels.append(Mark(f"label-{level}", "text", place, "quiet", format_number(level)))
    return (*marks, *labels, Mark("lowest", "point", taken[0], "quiet cross"))


def _roomiest(places: Array, taken: list[Array], span: tuple[float, float]) -> tuple[Array, float]:
    """The place that is furthest from those that are taken and from the edge, and how far."""
    edge = np.minimum(places - span[0], span[1] - places).min(axis=1) + 0.5 * _APART
    others = [np.hypot(*(places - place).T) for place in taken]
    room = np.min([edge, *others], axis=0)
    best = int(np.argmax(room))
    return places[best], float(room[best])


@lru_cache(maxsize=128)
def lowest(ground: Ground, *slots: str) -> float:
    """The lowest E on show, over one weight or two."""
    w = np.linspace(*ground.span, _CURVE)
    axes = np.meshgrid(*[w] * len(slots), sparse=True)
    return float(np.min(ground.landscape(*slots).errors(*axes)))
