"""Set three learning rates side by side, from the same start, and see what becomes of each."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from backprop_core.equations import format_apart, format_number
from backprop_core.landscape import Course, Path, course
from backprop_core.widgets.board import Board, Mark, Number, Plot, Shown, Slider
from backprop_core.widgets.valley import LINE, XOR, Ground, counted, curve, dots, lowest

__all__ = ["LearningRates"]

UPDATES = 60
_PLACES = ("First", "Second", "Third")


class _Kind(NamedTuple):
    """Where to walk, on which frames and how high they are, and where to begin with which h."""

    ground: Ground
    on_curve: str
    over_updates: str
    top: float
    slot: str
    start: float
    rates: tuple[float, float, float]


_KINDS = {
    "sigmoid": _Kind(XOR, "rates-weight", "rates-updates", 1.2, "bias-f3", 0.0, (0.1, 4.0, 16.0)),
    "identity": _Kind(
        LINE, "rates-line", "rates-line-updates", 6.0, "weight-x1-f1", 1.0, (0.01, 0.4, 1.0)
    ),
}


class LearningRates(Board):
    """Gradient descent over one weight with three learning rates.

    Parameters
    ----------
    which : {"sigmoid", "identity"}
        The two-layer network with XOR, or a single neuron with one weight and no bend in it.

    Raises
    ------
    ValueError
        If `which` is neither.

    Examples
    --------
    >>> board = LearningRates()
    >>> board.shown["sentence"].partition(".")[0]
    'First: h = 0'
    """

    def __init__(self, which: str = "sigmoid") -> None:
        if which not in _KINDS:
            raise ValueError(f"which is {which!r}, but expected one of: {', '.join(_KINDS)}")
        self._kind = kind = _KINDS[which]
        places = [place.lower() for place in _PLACES]
        curves = [
            Plot(f"curve{n}", kind.on_curve, f"The path on the curve of E, {place} h", f"{place} h")
            for n, place in enumerate(places)
        ]
        errors = [
            Plot(f"errors{n}", kind.over_updates, f"E after each update, {place} h", f"{place} h")
            for n, place in enumerate(places)
        ]
        super().__init__(
            f"Three learning rates, {which}",
            (*curves, *errors),
            (
                *(
                    Number(f"h{n}", f"{place} h", h)
                    for n, (place, h) in enumerate(zip(_PLACES, kind.rates, strict=True))
                ),
                kind.ground.choice("slot", "Weight or bias", kind.slot),
                Slider("w", "Start", *kind.ground.span, 0.05, kind.start),
            ),
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """The same curve three times."""
        line = [Mark("E", "line", curve(self._kind.ground, values["slot"]), "quiet")]
        return {f"curve{n}": line for n in range(len(_PLACES))}

    def show(self, values: Mapping[str, Any]) -> Shown:
        """Three paths, and what can be said of each."""
        ground, slot = self._kind.ground, values["slot"]
        valley = ground.landscape(slot)
        marks: dict[str, Sequence[Mark]] = {}
        told = []
        for n, place in enumerate(_PLACES):
            h = values[f"h{n}"]
            if h <= 0:
                raise ValueError(f"{place} h is {format_number(h)}, but expected more than 0.")
            path = valley.descend([values["w"]], h, UPDATES)
            best = min(lowest(ground, slot), float(np.min(path.errors)))
            fate = course(path, UPDATES, best)
            told.append(f"{place}: h = {format_number(h)} {tell(fate, path, UPDATES, best)}")
            along = np.stack((path.points[:, 0], path.errors), axis=-1)
            marks[f"curve{n}"] = [
                Mark("path", "line", along, "quiet"),
                dots(along),
                Mark("last", "point", along[-1], "error circle"),
                Mark("start", "point", along[0], "strong ring", "start", ("w", "")),
            ]
            over = counted(path.errors)
            marks[f"errors{n}"] = [
                Mark("lowest", "line", [(0, best), (UPDATES, best)], "quiet dashed"),
                Mark("errors", "line", over, "error"),
                Mark("last", "point", over[-1], "error circle"),
                Mark("fate", "text", (4, 0.86 * self._kind.top), "strong", fate.kind),
            ]
        label = {"axis-label-x": ground.name(slot)}
        return Shown(
            marks=marks,
            texts={f"curve{n}": label for n in range(len(_PLACES))},
            sentence=" ".join(told),
        )


def tell(fate: Course, path: Path, updates: int, best: float) -> str:
    """What became of a descent, in a sentence that follows "h = 4".

    Examples
    --------
    >>> path = Path(np.zeros((3, 1)), np.array([1.0, 0.5, 0.0]), np.zeros((2, 1)))
    >>> tell(course(path, 2, 0.0), path, 2, 0.0)
    'arrives: from update 2 on, E is at its lowest, 0.'
    """
    first, last = format_apart(float(path.errors[0]), float(path.errors[-1]))
    low = format_number(best)
    if fate.kind == "arrives":
        jumps = f", having jumped across the valley {fate.turns} times" if fate.turns > 1 else ""
        if fate.arrival == 0:
            return f"has nothing to do: E is at its lowest, {low}, from the start."
        return f"arrives: from update {fate.arrival} on, E is at its lowest, {low}{jumps}."
    if fate.kind == "creeps":
        return (
            f"creeps: after {updates} updates, E has come from {first} to {last}, "
            f"{fate.share:.0%} of the way down to {low}."
        )
    if fate.kind == "overshoots":
        return (
            f"overshoots: it jumps across the valley {fate.turns} times, "
            f"and {fate.rises} of {updates} updates make E larger. At the end E is {last}."
        )
    if fate.kind == "worse":
        how = (
            f"does not settle: it jumps across the valley {fate.turns} times"
            if fate.turns > updates / 4
            else "is thrown out of the valley"
        )
        return f"{how}, and at the end E is {last}, more than the {first} to begin with."
    if len(path.errors) <= updates:
        return f"diverges: update {len(path.errors)} leads where E is too large to be computed."
    return f"diverges: every update makes E larger, from {first} to {last}."
