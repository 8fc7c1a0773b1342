"""Look at an activation function together with its slope, at a point that moves."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_core._types import Array
from backprop_core.activations import ACTIVATIONS, Activation
from backprop_core.equations import Term, format_number, output_equation, slope_equation
from backprop_core.widgets.board import Board, Choice, Mark, Plot, Shown, Slider

__all__ = ["ActivationSlope"]

R = (-6.0, 6.0)  # of the frame "activation"
VALUES = (-1.5, 3.0)
_REACH = 1.5  # how far the tangent is drawn, in r
_NEXT_TO = 1e-9  # from here a limit at a kink is read
_POINTS = 121


class ActivationSlope(Board):
    """The curve of g, the curve of g′, and the tangent at a point.

    Examples
    --------
    >>> board = ActivationSlope()
    >>> board.take({"activation": "sigmoid", "r": 0})
    >>> board.shown["sentence"]
    'At r = 0, the output g(r) is 0.5 and the slope g′(r) is 0.25.'
    """

    def __init__(self) -> None:
        super().__init__(
            "An activation function and its slope",
            (
                Plot(
                    "curves",
                    "activation",
                    "The curves of an activation function g and of its slope g′ over the sum r, "
                    "with a tangent",
                    "solid: g(r); dashed: its slope g′(r)",
                ),
            ),
            (
                Choice.of("activation", "Activation", ACTIVATIONS, "sigmoid"),
                Slider("r", "Sum r", *R, 0.1, 1.0),
            ),
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """The two curves, in pieces where the function jumps or bends."""
        activation = ACTIVATIONS[values["activation"]]
        pieces = _pieces(activation)
        marks = [
            Mark("slope", "line", [_curve(r, activation.slope) for r in pieces], "slope dashed"),
            Mark("curve", "line", [_curve(r, activation) for r in pieces], "strong"),
        ]
        for k in activation.kinks:
            for name, function, look in (
                ("curve", activation, ""),
                ("slope", activation.slope, "slope "),
            ):
                below, above = _limits(function, k)
                if below == above and name == "curve":
                    continue  # it bends, and misses nothing
                # No slope here, on either side; the function itself does have a value.
                value = float(function(k)) if name == "curve" else None
                for side, limit in (("below", below), ("above", above)):
                    shape = "circle" if limit == value else "ring"
                    marks.append(
                        Mark(f"{name}-{side}-{k}", "point", (k, limit), f"{look}{shape} small")
                    )
        return {"curves": marks}

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The point on both curves, and the tangent where there is one."""
        activation, r = ACTIVATIONS[values["activation"]], values["r"]
        output, slope = float(activation(r)), float(activation.slope(r))
        smooth = r not in activation.kinks
        marks = [Mark("here", "line", [(r, VALUES[0]), (r, VALUES[1])], "quiet")]
        if smooth:
            ends = np.array((r - _REACH, r + _REACH))
            tangent = np.stack((ends, output + slope * (ends - r)), axis=-1)
            marks.append(Mark("tangent", "line", tangent, "error"))
            marks.append(_point("slope", r, slope, "g′(r)", "slope ring"))
        marks.append(_point("output", r, output, "g(r)", "strong circle"))
        at = Term("r", r, "sum", words="the sum")
        g = Term("g(r)", output, words="the output")
        dg = Term("g'(r)", slope, "slope", words="the slope")
        equations = [
            output_equation(activation, at, g),
            slope_equation(activation, at, g, dg),
        ]
        return Shown(
            {"curves": marks},
            equations=equations,
            sentence=_sentence(activation, r, output, slope, smooth),
        )


def _pieces(activation: Activation) -> list[Array]:
    """The r at which the curves are drawn, a piece between one kink and the next."""
    ends = [R[0], *activation.kinks, R[1]]
    pieces = []
    for low, high in pairwise(ends):
        steps = max(2, round(_POINTS * (high - low) / (R[1] - R[0])))
        piece = np.linspace(low, high, steps)
        piece[0] += _NEXT_TO * (low in activation.kinks)
        piece[-1] -= _NEXT_TO * (high in activation.kinks)
        pieces.append(piece)
    return pieces


def _curve(r: Array, function: Any) -> Array:
    return np.stack((r, function(r)), axis=-1)


def _limits(function: Any, kink: float) -> tuple[float, float]:
    """The values just below and just above a kink, to as many digits as a plot shows."""
    below, above = function(np.array((kink - _NEXT_TO, kink + _NEXT_TO)))
    return round(float(below), 6) + 0.0, round(float(above), 6) + 0.0


def _point(key: str, r: float, value: float, text: str, look: str) -> Mark:
    """A point that can be dragged; where the plot ends, an arrow says where it went."""
    low, high = VALUES
    if low <= value <= high:
        return Mark(key, "point", (r, value), look, text, drag=("r", ""))
    arrow, place = ("↑", high) if value > high else ("↓", low)
    return Mark(key, "point", (r, place), look, f"{text} {arrow}", drag=("r", ""))


def _sentence(activation: Activation, r: float, output: float, slope: float, smooth: bool) -> str:
    at = f"At r = {format_number(r)}, the output g(r) is {format_number(output)}"
    if smooth:
        return f"{at} and the slope g′(r) is {format_number(slope)}."
    below, above = _limits(activation, r)
    what = "bends" if below == above else "jumps"
    below, above = _limits(activation.slope, r)
    sides = (
        f"On both sides the slope is {format_number(below)}"
        if below == above
        else f"The slope is {format_number(below)} below and {format_number(above)} above"
    )
    return (
        f"{at}, but the function {what} here, so it has no slope. {sides}; "
        f"where one is needed, we take the one below, {format_number(slope)}."
    )
