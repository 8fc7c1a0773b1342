"""Show a derivation in the page, every line with its value on the network at hand.

The symbols travel to the browser once; an edit sends the values and nothing else.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from backprop_core.derivations import (
    Legend,
    Line,
    Moment,
    Part,
    explicit,
    signals,
    update_rules,
)
from backprop_core.equations import format_number
from backprop_core.situation import Situation
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.mathml import mathml

__all__ = ["Derivation"]

DIGITS, DECIMALS = 6, 10  # central differences are not more exact than that


class Derivation(PageWidget):
    """A derivation of the three-layer network that follows a lesson.

    Parameters
    ----------
    lesson : object with an observable trait `situation`
        Whose network, sample, learning rate and convention the lines are evaluated on.
    which : {"explicit", "signals", "rules"}
        The gradient of w_{x_1,1} along its two paths, the same by error signals, or the update
        rules of the two upper layers.

    Raises
    ------
    ValueError
        If there is no such derivation.

    Attributes
    ----------
    parts : list of dict
        Titles, equations as MathML and what was done: all that stays while numbers change.
    values : list of str
        A text for each line and each slip, in the order in which `parts` has them.
    names, tips : list of str
        What the symbols stand for, and their present values; the ``terms`` of a line count into
        them, in the order in which its equation has them.
    """

    _esm = script("derivation.mjs")
    _css = stylesheet("derivation.css")

    parts = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.List(traitlets.Unicode()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tips = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, lesson: Any, which: str = "explicit") -> None:
        if which not in _TOLD:
            raise ValueError(f"which is {which!r}, but expected one of: {', '.join(_TOLD)}")
        super().__init__()
        self._tell = _TOLD[which]
        self._follow(lesson.situation)
        lesson.observe(lambda change: self._follow(change["new"]), "situation")

    def _follow(self, situation: Situation) -> None:
        told = self._tell(situation.convention)
        lines = [line for part in told for line in part.lines]
        legend = Legend(lines)
        moment = Moment(situation.network, situation.x, situation.t, situation.h)
        with self.hold_sync():  # nothing is sent where nothing changed
            self.parts = [
                {"title": part.title, "lines": [_line(line, legend) for line in part.lines]}
                for part in told
            ]
            self.names = list(legend.words)
            self.tips = list(legend.values(moment))
            with np.errstate(all="ignore"):  # what is too large to compute says so
                self.values = [text for line in lines for text in _texts(line, moment)]


_TOLD: dict[str, Callable[[str], tuple[Part, ...]]] = {
    "explicit": lambda convention: explicit(),
    "signals": signals,
    "rules": lambda convention: update_rules(),
}


def _line(line: Line, legend: Legend) -> dict[str, Any]:
    slip = (
        line.slip
        and line.slip.expression
        and {
            "equation": mathml(line.latex_as_printed, "block"),
            "terms": legend.places(line.printed_terms(line.slip)),
            "note": line.slip.note,
        }
    )
    return {
        "equation": mathml(line.latex, "block"),
        "terms": legend.places(line.terms),
        "move": line.move,
        "slip": slip,
    }


def _texts(line: Line, moment: Moment) -> list[str]:
    """A line's value, and what becomes of it as printed."""
    value = _number(line.expression.at(moment))
    if not line.slip or not line.slip.expression:
        return [value]
    printed = _number(line.slip.expression.at(moment))
    chance = f"{printed}, here by chance the same"
    return [value, chance if printed == value else f"{printed} instead of {value}"]


def _number(value: Any) -> str:
    return format_number(round(np.asarray(value).item(), DECIMALS), DIGITS)
