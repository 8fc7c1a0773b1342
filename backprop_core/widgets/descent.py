"""Go downhill on E: over one weight with its tangent, over two weights with the path."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backprop_core.equations import format_apart, format_number
from backprop_core.landscape import Path
from backprop_core.widgets.board import Board, Button, Mark, Plot, Shown, Slider
from backprop_core.widgets.valley import START, XOR, counted, curve, dots, level_lines, rate

__all__ = ["Downhill", "TwoWeights"]

UPDATES = 60
_REACH = 2.5  # how far a tangent is drawn to both sides


class Downhill(Board):
    """E over one weight, the tangent where the weight is, and the next step.

    Examples
    --------
    >>> board = Downhill()
    >>> board.take({"slot": "bias-f3"})
    >>> board.take({"h": 4})
    >>> board.take({"step": True})
    >>> round(board.values["w"], 3)
    -0.77
    """

    def __init__(self) -> None:
        super().__init__(
            "E over one weight",
            (
                Plot(
                    "curve",
                    "error-weight",
                    "The curve of E over one weight, with a tangent and the next step",
                ),
            ),
            (
                XOR.choice("slot", "Weight or bias", "weight-x1-f1"),
                Slider("w", "Its value", *XOR.span, 0.05, 0.0),
                rate(8.0),
                Button("step", "Take a step"),
                Button("back", "Back to 0"),
            ),
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """The curve."""
        return {"curve": [Mark("E", "line", curve(XOR, values["slot"]), "strong")]}

    def act(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """One update, or the weight at 0 again; ValueError where a step leaves the picture."""
        if key == "back":
            return {**values, "w": 0.0}
        w, _, there = self._step(values)
        low, high = XOR.span
        if not low <= there <= high:
            name = XOR.name(values["slot"])
            raise ValueError(
                f"This step leads from {name} = {format_number(w)} to {format_number(there)}, "
                "out of the picture. Choose a smaller h."
            )
        return {**values, "w": there}

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """Another weight begins at 0."""
        return {**values, "w": 0.0} if key == "slot" else values

    def _step(self, values: Mapping[str, Any]) -> tuple[float, float, float]:
        """The weight, ∂E/∂w there, and the weight after an update."""
        valley = XOR.landscape(values["slot"])
        path = valley.descend([values["w"]], values["h"], 1)
        slope = float(valley.gradient(values["w"])[0])
        return values["w"], slope, float(path.points[-1, 0])

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The point, its tangent and the step from it."""
        slot, name = values["slot"], XOR.name(values["slot"])
        w, slope, there = self._step(values)
        valley = XOR.landscape(slot)
        height, after = (float(e) for e in valley.errors([w, there]))
        ends = np.array([w - _REACH, w + _REACH])
        tangent = np.stack((ends, height + slope * (ends - w)), axis=-1)
        marks = [
            Mark("tangent", "line", tangent, "slope"),
            Mark("step", "line", _arrow(w, there, height), "error"),
            Mark("fall", "line", [(there, height), (there, after)], "error dashed"),
            Mark("next", "point", (there, after), "error ring", "next"),
            Mark("here", "point", (w, height), "strong circle", drag=("w", "")),
        ]
        return Shown(
            marks={"curve": marks},
            texts={"curve": {"axis-label-x": name}},
            equations=(XOR.update_equation(slot, w, values["h"], slope),),
            sentence=_step_told(name, slope, there - w, height, after),
        )


def _arrow(start: float, end: float, height: float) -> list[list[tuple[float, float]]]:
    """A level arrow from one weight to another."""
    back = float(np.clip(start - end, -0.3, 0.3))
    head = [(end + back, height + 0.02), (end, height), (end + back, height - 0.02)]
    return [[(start, height), (end, height)], head]


def _step_told(name: str, slope: float, move: float, before: float, after: float) -> str:
    old, new = format_apart(before, after)
    if old == new:
        return (
            f"It is flat here: the slope is {format_number(slope)}, and {name} stays where it is."
        )
    way = "up" if move > 0 else "down"
    fate = f"E falls from {old} to {new}" if after < before else f"E rises from {old} to {new}"
    too_far = "." if after < before else ": the step was too long."
    return (
        f"The slope is {format_number(slope)}, so the step takes {name} {way} "
        f"by {format_number(abs(move))}. {fate}{too_far}"
    )


class TwoWeights(Board):
    """Level lines of E over two weights, and the path of the next updates.

    Examples
    --------
    >>> board = TwoWeights()
    >>> board.shown["steps"][60]["title"]
    'Update 60'
    """

    asked = (
        "Which way is uphill here, and where will the next update lead?",
        "Do the lines lie closer here than before? So will the next step be longer or shorter?",
        "Which of the two weights will move further in the next update?",
        "Has the path arrived, or has it only become slow? How could we tell?",
    )

    def __init__(self) -> None:
        super().__init__(
            "E over two weights",
            (
                Plot(
                    "map",
                    "error-contours",
                    "Level lines of E over two weights, and the path of the updates",
                    "level lines of E; cross: the lowest E",
                ),
                Plot("errors", "error-updates", "E after each update", "E after each update"),
            ),
            (
                XOR.choice("across", "Across", "weight-x1-f1"),
                XOR.choice("up", "Up", "weight-f1-f3"),
                *START,
                rate(4.0),
            ),
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """The level lines."""
        return {"map": level_lines(XOR, values["across"], values["up"])}

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The whole path, and each update on it as a step."""
        slots = _two(values)
        valley = XOR.landscape(*slots)
        path = valley.descend([values["a"], values["b"]], values["h"], UPDATES)
        across, up = (XOR.name(slot) for slot in slots)
        return Shown(
            marks={
                "map": [
                    Mark("path", "line", path.points, "error"),
                    dots(path.points),
                    Mark("start", "point", path.points[0], "strong ring", "start", ("a", "b")),
                ],
                "errors": [Mark("errors", "line", counted(path.errors), "error")],
            },
            texts={"map": {"axis-label-x": across, "axis-label-y": up}},
            steps=[_update(n, path, slots, values["h"]) for n in range(len(path.errors))],
        )


def _update(n: int, path: Path, slots: Sequence[str], h: float) -> Shown:
    """Where the path is after so many updates, and the update that led there."""
    place, height = path.points[n], float(path.errors[n])
    where = " and ".join(
        f"{XOR.name(slot)} = {format_number(float(w))}"
        for slot, w in zip(slots, place, strict=True)
    )
    led = zip(slots, path.points[n - 1], path.gradients[n - 1], strict=True) if n else ()
    return Shown(
        marks={
            "map": [Mark("now", "point", place, "error circle")],
            "errors": [Mark("now", "point", (n, height), "error circle")],
        },
        equations=[XOR.update_equation(slot, float(w), h, float(slope)) for slot, w, slope in led],
        title=f"Update {n}" if n else "The start",
        sentence=f"{where}: E = {format_number(height)}.",
    )


def _two(values: Mapping[str, Any]) -> tuple[str, str]:
    """The two slots; ValueError if they are the same."""
    across, up = values["across"], values["up"]
    if across == up:
        raise ValueError(
            f"Across and up are both {XOR.name(across)}, but expected two different weights."
        )
    return across, up
