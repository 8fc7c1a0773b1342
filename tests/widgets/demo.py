"""A board with one of everything, and a board with steps, for the tests of what boards do."""

from collections.abc import Mapping, Sequence
from math import tanh
from typing import Any

import numpy as np

from backprop_core.equations import Equation, Term, format_number
from backprop_core.widgets.board import (
    Board,
    Button,
    Choice,
    Graph,
    Handle,
    Mark,
    Number,
    Plot,
    Shown,
    Slider,
)
from backprop_core.widgets.pictures import picture

LAYERS = (("x1", "x2"), ("f1", "f2"), ("f3", "f4"), ("f5",))
SLOTS = ("weight-x1-f1", "weight-f3-f5", "bias-f4")
EDGES = (("x1", "f1"), ("f1", "f3"), ("f3", "f5"), ("x2", "f2"))


class Curve(Board):
    """tanh with a point on it, and a plane with a point in it."""

    def __init__(self) -> None:
        super().__init__(
            "A point on a curve",
            [
                Plot("curve", "activation", "The curve of tanh", "tanh"),
                Plot("plane", "plane", "A plane with a line"),
            ],
            [
                Slider("r", "r", -6, 6, 0.5, 1),
                Slider("u", "x₁", -0.5, 1.5, 0.05, 0.5),
                Handle("v", "x₂", -0.5, 1.5, 0.05, 0.5),
                Number("a", "Steepness", 1),
                Choice("look", "Tangent", (("thin", ""), ("dashed", "dashed")), "dashed"),
                Button("reset", "Back to the start"),
                Button("further", "Further"),
            ],
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        r = np.linspace(-6, 6, 61)
        curve = np.column_stack([r, np.tanh(values["a"] * r)])
        return {"curve": [Mark("g", "line", curve, "quiet")]}

    def act(self, key: str, values: dict[str, Any]) -> dict[str, Any]:
        if key == "further":
            return values | {"r": values["r"] + 1}
        return values | {"r": 1.0, "u": 0.5, "v": 0.5}

    def chosen(self, key: str, values: dict[str, Any]) -> dict[str, Any]:
        """The steepness starts the point again."""
        return values | {"r": 1.0} if key == "a" else values

    def show(self, values: Mapping[str, Any]) -> Shown:
        a, r, u, v = (values[key] for key in ("a", "r", "u", "v"))
        if a <= 0:
            raise ValueError(f"Steepness is {format_number(a)}, but expected more than 0.")
        if a == 13:
            raise ArithmeticError("a mistake of the subclass")
        g = tanh(a * r)
        slope = a * (1 - g * g)
        tangent = [(r - 3, g - 3 * slope), (r + 3, g + 3 * slope)]
        side = [(-9, v), (9, v), (9, 9), (-9, 9)]
        steepness = Term("a", a, "weight", ("node-f1",), "the steepness")
        inner = Equation(Term("s", a * r, "sum"), (steepness, r"\cdot", Term("r", r, "input")))
        return Shown(
            marks={
                "curve": [
                    Mark("tangent", "line", tangent, f"slope {values['look']}"),
                    Mark("point", "point", (r, g), "error", "here", ("r", "")),
                ],
                "plane": [
                    Mark("side", "area", side, "input"),
                    Mark("point", "point", (u, v), "input ring", "", ("u", "v")),
                    Mark("leaving", "point", (2 * u, 0), "cross"),
                ],
            },
            equations=(inner, inner, Equation(Term("g", g), (r"\tanh", Term("s", a * r, "sum")))),
            sentence=f"At r = {format_number(r)} the slope is {format_number(slope)}.",
        )


class Tour(Board):
    """A few edges of the article's network, one at a step."""

    def __init__(self) -> None:
        super().__init__(
            "A tour",
            [Graph("net", picture(LAYERS), picks="slot")],
            [
                Choice("slot", "Weight or bias", tuple((s, s) for s in SLOTS), SLOTS[0]),
                Slider("length", "Edges", 0, 4, 1, 4),
            ],
        )

    def show(self, values: Mapping[str, Any]) -> Shown:
        steps = [
            Shown(
                lit={"net": (f"edge-{a}-{b}", f"node-{b}")},
                backwards=n == 2,
                texts={"net": {f"value-{b}": f"{n}"}},
                equations=(
                    Equation(
                        Term(f"r_{b[1:]}", 2.0 * n, "sum", (f"node-{b}",)),
                        (Term("w", -0.5, "weight", (f"edge-{a}-{b}",)), r"\cdot", Term("x", n)),
                    ),
                ),
                title=f"Edge {n + 1}",
                sentence=f"From {a} to {b}.",
            )
            for n, (a, b) in enumerate(EDGES[: int(values["length"])])
        ]
        return Shown(
            texts={"net": {"value-x1": "1", "bias-f4": "b₄ = 0"}},
            title="All of it",
            sentence=f"{values['slot']} is picked.",
            steps=steps,
        )
