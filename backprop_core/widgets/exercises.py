"""Put exercises on a page: one at a time, with numbers of the reader's own.

The answer and the way to it stay in the kernel until somebody asks for them.
"""

from collections.abc import Callable
from typing import Any

import traitlets

from backprop_core.exercises import KINDS, LARGEST, Feedback, check, class_number, exercise
from backprop_core.reading import quoted
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.exercise_texts import can_show, tell, tell_feedback
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.pictures import picture

__all__ = ["Exercises"]

LONGEST = 400  # characters of an answer
TRY_FIRST = "Check an answer of yours first."
UNKNOWN = "That could not be done."


class Exercises(PageWidget):
    """Exercises that name the mistake behind a wrong answer.

    Parameters
    ----------
    *kinds : str
        Keys of `backprop_core.exercises.KINDS`; all of them if left out. The first is on show.
    number : int
        The exercise to begin with, 0 to 999,999: a kind's exercise of a number is always the same.

    Raises
    ------
    ValueError
        If there is no such kind or number.

    Attributes
    ----------
    shown : dict
        The exercise on show.
    graph : str
        SVG of its network.
    feedback : dict
        What is said of the last answer, and those parts that were asked for; empty before.
    response : str or list of str
        The answer that `feedback` is about, as the page sent it.
    refused : dict
        ``where`` ("answer", "number" or "class") and a ``sentence`` about what could not be taken;
        empty if nothing was refused.
    command : dict
        What the reader did: ``do``, ``value`` and a ``ticket`` that `answer` names.

    Examples
    --------
    >>> exercises = Exercises("forward", number=7)
    >>> exercises.take("check", "0")
    >>> exercises.feedback["status"], "solution" in exercises.feedback
    ('wrong', False)
    >>> exercises.take("another", None)
    >>> exercises.shown["number"], exercises.feedback
    (8, {})
    """

    _esm = script(
        *("asking.mjs", "progress_store.mjs", "exercise_forms.mjs"),
        *("exercise_parts.mjs", "exercises.mjs"),
    )
    _css = stylesheet("exercises.css", "exercise_forms.css")
    page_sets = ("command",)

    name = traitlets.Unicode().tag(sync=True)
    kinds = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    graph = traitlets.Unicode().tag(sync=True)
    feedback = traitlets.Dict().tag(sync=True)
    response = traitlets.Any("").tag(sync=True)
    refused = traitlets.Dict().tag(sync=True)
    command = traitlets.Dict().tag(sync=True, echo_update=False)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, *kinds: str, number: int = 1) -> None:
        offered = kinds or tuple(KINDS)
        for kind in offered:
            if kind not in KINDS:
                raise ValueError(f"kind is {quoted(kind)}, but expected one of {', '.join(KINDS)}.")
        named = f"Exercise: {KINDS[offered[0]].title}" if len(offered) == 1 else "Exercises"
        super().__init__(name=named, kinds=[[kind, KINDS[kind].title] for kind in offered])
        self._feedback: Feedback | None = None
        self._opened: list[str] = []
        self._peeked = False  # whether the solution was seen before the answer was right
        self._show(offered[0], _number(number))
        self.observe(self._on_command, "command")

    # ---- what the browser asks for ----

    def _on_command(self, change: dict[str, Any]) -> None:
        command = change["new"]
        do, problem = command.get("do"), UNKNOWN
        try:
            self.take(do, command.get("value"))
        except ValueError as refusal:
            problem = str(refusal)
        else:
            problem = ""
        finally:  # the browser waits for an answer, even where something has gone astray
            with self.hold_sync():
                where = do if do in ("number", "class") else "answer"
                self.refused = {"where": where, "sentence": problem} if problem else {}
                self.answer = {"ticket": command.get("ticket"), "taken": not problem}

    def take(self, do: Any, value: Any) -> None:
        """Do what a control of the page does.

        Parameters
        ----------
        do : {"check", "show", "kind", "number", "class", "another"}
        value : object
            An answer; a part to be shown, of those in ``feedback["more"]``; a kind; a number as
            typed; ``{"seed": …, "student": …}`` as typed.

        Raises
        ------
        ValueError
            In a sentence, if it cannot be taken; everything stays as it was.
        """
        if not isinstance(do, str) or do not in _CONTROLS:
            raise ValueError(f"{quoted(do)} is not here; expected one of {', '.join(_CONTROLS)}.")
        with self.hold_sync():
            _CONTROLS[do](self, value)

    def _check(self, value: Any) -> None:
        response = _response(value)
        feedback = check(self._exercise, response)
        if feedback.status == "unread":
            raise ValueError(feedback.sentence)
        self._feedback, self._opened, self.response = feedback, [], response
        self._tell_feedback()

    def _open(self, value: Any) -> None:
        if self._feedback is None:
            raise ValueError(TRY_FIRST)
        offered = can_show(self._feedback, self._opened)
        if value in self._opened:
            return
        if value not in offered:
            can = " or ".join(offered) or "nothing"
            raise ValueError(f"{quoted(value)} cannot be shown now, but expected {can}.")
        self._opened.append(value)
        self._peeked |= value == "solution" and self._feedback.status != "right"
        self._tell_feedback()

    def _take_kind(self, value: Any) -> None:
        offered = [key for key, _ in self.kinds]
        if value not in offered:
            raise ValueError(f"Kind is {quoted(value)}, but expected one of {', '.join(offered)}.")
        self._show(value, self._exercise.number)

    def _take_number(self, value: Any) -> None:
        self._show(self._exercise.kind, _whole(value, "Exercise", LARGEST))

    def _take_class(self, value: Any) -> None:
        typed = value if isinstance(value, dict) else {}
        seed = _whole(typed.get("seed"), "Seed", LARGEST)
        student = _whole(typed.get("student"), "Student", LARGEST, least=1)
        self._show(self._exercise.kind, class_number(seed, student))

    def _another(self, value: Any) -> None:
        self._show(self._exercise.kind, (self._exercise.number + 1) % (LARGEST + 1))

    # ---- telling ----

    def _show(self, kind: str, number: int) -> None:
        self._exercise = exercise(kind, number)
        self._feedback, self._opened, self._peeked = None, [], False
        with self.hold_sync():
            hats = bool(self._exercise.notation.output)
            self.graph = picture(self._exercise.situation.network.layers, hats)
            self.shown = tell(self._exercise)
            self.feedback, self.response = {}, ""

    def _tell_feedback(self) -> None:
        assert self._feedback is not None
        told = tell_feedback(self._exercise, self._feedback, self._opened)
        more = can_show(self._feedback, self._opened)
        self.feedback = told | {"more": more, "peeked": self._peeked}


_CONTROLS: dict[str, Callable[[Exercises, Any], None]] = {
    "check": Exercises._check,
    "show": Exercises._open,
    "kind": Exercises._take_kind,
    "number": Exercises._take_number,
    "class": Exercises._take_class,
    "another": Exercises._another,
}


def _response(value: Any) -> str | list[str]:
    """An answer that is a text or a list of texts, and not endless."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"The answer is {quoted(value)}, but expected a text.")
    if sum(1 + len(item) for item in items) > LONGEST:
        raise ValueError(f"The answer has over {LONGEST} characters, but expected a short one.")
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise ValueError(f"number is {quoted(value)}, but expected one from 0 to 999,999.")
    return value


def _whole(value: Any, field: str, most: int, least: int = 0) -> int:
    """A whole number that somebody typed, or a ValueError in a sentence."""
    text = value.strip() if isinstance(value, str) else ""
    digits = text.isascii() and text.isdigit() and len(text) <= 12
    if not digits or not least <= int(text) <= most:
        given = "is empty" if value in ("", None) else f"is {quoted(value)}"
        raise ValueError(f"{field} {given}, but expected a whole number from {least} to {most:,}.")
    return int(text)
