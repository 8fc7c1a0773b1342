"""Make an exploration: pictures, controls, equations and a sentence that answer each other.

A board is described in Python and drawn by one piece of JavaScript. Its subclasses say what is on
it (pictures, controls) and what it shows for the controls' present values; an edit sends only that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

import numpy as np
import traitlets

from backprop_core.equations import Equation, Term, format_number, meaning, unicode_name
from backprop_core.reading import plain_number, quoted, read_number
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.mathml import number_template, symbols_mathml
from backprop_core.widgets.pictures import frame

__all__ = [
    "Axis",
    "Board",
    "Button",
    "Choice",
    "Graph",
    "Handle",
    "Mark",
    "Number",
    "Plot",
    "Shown",
    "Slider",
]

Value = float | str


@dataclass(frozen=True)
class Slider:
    """A number between two ends, in steps; also what a handle in a plot moves."""

    key: str
    label: str
    low: float
    high: float
    step: float
    start: float

    def read(self, value: Any) -> float:
        """What the browser sent, as a number inside; ValueError if it is none."""
        inside = isinstance(value, int | float) and not isinstance(value, bool)
        if not inside or not self.low <= value <= self.high:
            low, high = format_number(self.low), format_number(self.high)
            raise ValueError(
                f"{self.label} is {quoted(value)}, but expected a number from {low} to {high}."
            )
        return float(value)


@dataclass(frozen=True)
class Handle(Slider):
    """A slider that is not on show: only a point that is dragged moves it.

    For a point whose place is no quantity of its own; what it changes has to have sliders, for
    people who use the keyboard.
    """


@dataclass(frozen=True)
class Number:
    """A number that is typed in."""

    key: str
    label: str
    start: float

    def read(self, value: Any) -> float:
        """What was typed, as a number; ValueError if it is none."""
        return read_number(str(value), self.label)


@dataclass(frozen=True)
class Choice:
    """One of a few: a menu. `options` are (what to read, value)."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    start: str

    @classmethod
    def of(cls, key: str, label: str, names: Iterable[str], start: str) -> "Choice":
        """A menu of names that are values as well."""
        return cls(key, label, tuple((name, name) for name in names), start)

    def read(self, value: Any) -> str:
        """The value that was chosen; ValueError if it is not on the menu."""
        known = {chosen: text for text, chosen in self.options}
        if not isinstance(value, str) or value not in known:
            expected = ", ".join(known.values())
            raise ValueError(f"{self.label} is {quoted(value)}, but expected one of: {expected}.")
        return value


@dataclass(frozen=True)
class Button:
    """Something to do; see `Board.act`."""

    key: str
    label: str


Control = Slider | Number | Choice | Button

_STRUCTURE = ("symbols", "numbers", "names")
_Structure = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Plot:
    """A plot: a frame with its axes from the shelf, on which marks are drawn.

    Attributes
    ----------
    key : str
    frame : str
        Its name in `backprop_core.drawing.frames`.
    label : str
        The text alternative.
    caption : str
        What stands above it, or "".
    """

    key: str
    frame: str
    label: str
    caption: str = ""


@dataclass(frozen=True)
class Graph:
    """A network or a neuron as `backprop_core.drawing` draws it.

    Attributes
    ----------
    key : str
    svg : str
        With the class of each node, edge and text; see `draw_network`.
    caption : str
        What stands above it, or "".
    picks : str
        Key of the control that a click on an edge or a bias sets to its slot, or "".
    """

    key: str
    svg: str
    caption: str = ""
    picks: str = ""


@dataclass(frozen=True)
class Mark:
    """Something drawn on a plot, in the plot's own coordinates.

    Attributes
    ----------
    key : str
        Its name among the marks of the plot: the same mark moves, a new one appears.
    kind : {"line", "area", "point", "text"}
    points : sequence of (x, y), or a sequence of such sequences
        A line or an area may have several pieces; a point or a text has one place.
    look : str
        Classes for the style sheet: the colours ``error``, ``slope``, ``input``, ``quiet``;
        ``strong``; for lines ``thin``, ``dashed``; for points ``small`` and the shapes
        ``circle``, ``square``, ``cross``, ``ring``.
    text : str
        What stands beside a point, or the text itself. ``_`` and digits become subscripts in
        Python (`unicode_name`), not here.
    drag : tuple of str
        For a point: the keys of the sliders (or handles) that dragging it moves along x and along
        y, where its place has to be their values; "" for a direction in which it stays. Empty: it
        cannot be dragged.
    """

    key: str
    kind: str
    points: Any
    look: str = ""
    text: str = ""
    drag: tuple[str, ...] = ()


@dataclass(frozen=True)
class Axis:
    """Another range for an axis of a plot, and what is written along it.

    Attributes
    ----------
    ends : (float, float)
        The lowest and the highest value.
    ticks : sequence of (float, str)
    """

    ends: tuple[float, float]
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Shown:
    """What a board shows: for the values of its controls, or at one of its steps.

    Attributes
    ----------
    marks : mapping of str to sequence of Mark
        By plot.
    texts : mapping of str to mapping of str to str
        By picture, then by the class of the text: ``{"net": {"value-f1": "0.58"}}``; of a plot,
        ``{"plot": {"axis-label-x": "w"}}``.
    axes : mapping of str to mapping of str to Axis
        By plot, then "x" or "y": axes that differ from the frame's own; each stays as it was told
        last.
    lit : mapping of str to sequence of str
        By graph: the classes of the nodes and edges that stand out, ``"edge-f1-f3"``.
    backwards : bool
        Whether the signal on lit edges runs from head to tail.
    equations : sequence of Equation
    title, sentence : str
        A step's title; what is to be seen, for people who read and for people who listen.
    steps : sequence of Shown
        What each step adds to all this (not to the step before): marks, where the same key takes
        the place of a mark, texts, what is lit, equations; a title and a sentence of its own. The
        browser moves through them without the kernel.
    """

    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    axes: Mapping[str, Mapping[str, Axis]] = field(default_factory=dict)
    lit: Mapping[str, Sequence[str]] = field(default_factory=dict)
    backwards: bool = False
    equations: Sequence[Equation] = ()
    title: str = ""
    sentence: str = ""
    steps: Sequence["Shown"] = ()


class Board(PageWidget):
    """An exploration; a subclass gives its pictures and controls, and says what they show.

    Parameters
    ----------
    name : str
        What the exploration is called, for people who listen.
    pictures : sequence of Plot or Graph
        Side by side, in this order; below each other on a phone.
    controls : sequence of Slider, Number, Choice or Button

    Attributes
    ----------
    values : dict of str to float or str
        The controls' present values, by key.
    step : int
        The step on show, from 0; follows the browser, and moves it when set.
    action : dict
        What somebody did: ``key``, ``value`` and a ``ticket`` that `answer` names; or ``values``,
        several at once, where a point was dragged.
    problem : str
        One sentence about the last input that could not be taken, or "".
    folds : bool
        Whether its name stands above it as a button that folds it away.
    questions : list of str
        What a teacher may ask at the steps, from a subclass's `asked`: the last one is for the
        last step, the others take turns.
    """

    _esm = script("plots.mjs", "board.mjs")
    _css = stylesheet("plots.css", "board.css")
    page_sets = ("step", "action")

    name = traitlets.Unicode().tag(sync=True)
    panels = traitlets.List(traitlets.Dict()).tag(sync=True)
    controls = traitlets.List(traitlets.Dict()).tag(sync=True)
    equations = traitlets.List(traitlets.Dict()).tag(sync=True)
    backdrop = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    action = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    folds = traitlets.Bool(False).tag(sync=True)
    questions = traitlets.List(traitlets.Unicode()).tag(sync=True)

    asked: tuple[str, ...] = ()

    def __init__(
        self, name: str, pictures: Sequence[Plot | Graph], controls: Sequence[Control]
    ) -> None:
        super().__init__(name=name, questions=list(self.asked))
        self._controls: dict[str, Control] = {}
        self.values: dict[str, Value] = {}
        with self.hold_sync():
            self.set_pictures(pictures)
            self.set_controls(controls)
            self._show(self.values)
        self.observe(self._on_action, "action")

    @traitlets.validate("step")
    def _inside(self, proposal: Any) -> int:
        return max(0, min(proposal["value"], len(self.shown.get("steps", ())) - 1))

    # ---- what a subclass says ----

    def show(self, values: Mapping[str, Any]) -> Shown:
        """What is to be seen for these values; ValueError, in a sentence, if they cannot be."""
        raise NotImplementedError

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """Marks under all others that seldom change, by plot: they are sent only when they do."""
        return {}

    def act(self, key: str, values: dict[str, Value]) -> Mapping[str, Value]:
        """The values after a button was pressed."""
        return values

    def chosen(self, key: str, values: dict[str, Value]) -> Mapping[str, Value]:
        """The values after a control was moved, where others have to follow it."""
        return values

    def called(self, node: str) -> str:
        """What a node of the equations' ties is called, for people who ask for a term's name."""
        return unicode_name(node)

    # ---- what it is made of ----

    def set_pictures(self, pictures: Sequence[Plot | Graph]) -> None:
        """Put other pictures on the board."""
        self.panels = [_panel(picture) for picture in pictures]

    def set_controls(self, controls: Sequence[Control]) -> None:
        """Put other controls on the board; those that stay keep their values."""
        self._controls = {control.key: control for control in controls}
        self.controls = [_control(control) for control in controls]
        self.values = {
            c.key: self.values.get(c.key, c.start) for c in controls if not isinstance(c, Button)
        }

    # ---- taking an action or refusing it ----

    def _on_action(self, change: dict[str, Any]) -> None:
        action = change["new"]
        sent = action.get("values") or {str(action.get("key")): action.get("value")}
        problem = "That could not be computed."
        try:
            self.take(sent)
        except ValueError as refusal:
            problem = str(refusal)
        else:
            problem = ""
        finally:  # the browser waits for an answer, even where a subclass has gone astray
            with self.hold_sync():
                self.problem = problem
                self.answer = {"ticket": action.get("ticket"), "taken": not problem}

    def take(self, sent: Mapping[str, Any]) -> None:
        """Set controls, or press a button, as the browser does.

        Raises
        ------
        ValueError
            If a value cannot be taken; everything stays as it was.
        """
        if not isinstance(sent, Mapping):
            raise ValueError(f"values is {quoted(sent)}, but expected a mapping.")
        values = dict(self.values)
        for key, value in sent.items():
            control = self._controls.get(key)
            if control is None:
                expected = ", ".join(self._controls)
                raise ValueError(f"key is {quoted(key)}, but expected one of: {expected}.")
            if isinstance(control, Button):
                values = dict(self.act(key, values))
            else:
                values[key] = control.read(value)
                values = dict(self.chosen(key, values))
        with self.hold_sync():
            self._show(values)

    def _show(self, values: dict[str, Value]) -> None:
        shown, behind = self.show(values), self.behind(values)
        self.values = values
        places: dict[_Structure, int] = {}  # of what is the same in several equations: sent once
        self.backdrop = {plot: [_mark(mark) for mark in marks] for plot, marks in behind.items()}
        axes = {
            plot: {name: asdict(axis) for name, axis in told.items()}
            for plot, told in shown.axes.items()
        }
        self.shown = {
            "values": {key: _plain(value) for key, value in values.items()},
            "said": {key: _said(value) for key, value in values.items()},
            **self._part(shown, places),
            **({"axes": axes} if axes else {}),
            "steps": [self._part(step, places) for step in shown.steps],
        }
        self.equations = [dict(zip(_STRUCTURE, s, strict=True)) for s in places]
        self.step = self.step  # fewer steps end earlier

    def _part(self, shown: Shown, places: dict[_Structure, int]) -> dict[str, Any]:
        return {
            "marks": {plot: [_mark(mark) for mark in marks] for plot, marks in shown.marks.items()},
            "texts": {picture: dict(texts) for picture, texts in shown.texts.items()},
            "lit": {graph: list(names) for graph, names in shown.lit.items()},
            "backwards": shown.backwards,
            "equations": [
                [places.setdefault(self._structure(e), len(places)), e.number_texts()]
                for e in shown.equations
            ],
            "title": shown.title,
            "sentence": shown.sentence,
        }

    def _structure(self, equation: Equation) -> _Structure:
        """What of an equation stays the same whatever its numbers are."""
        terms = [equation.result, *(t for t in equation.terms if isinstance(t, Term))]
        template = number_template(equation) if len(terms) > 1 else ""
        names = tuple(meaning(term, self.called) for term in terms)
        return symbols_mathml(equation), template, names


def _mark(mark: Mark) -> dict[str, Any]:
    """A mark with its pieces as flat lists x, y, x, y, …; null, where a number is not finite."""
    points = mark.points
    several = len(points) > 0 and np.ndim(points[0]) == 2
    pieces = [
        np.asarray(piece, float).round(4).ravel() for piece in (points if several else [points])
    ]
    return {
        "key": mark.key,
        "kind": mark.kind,
        "pieces": [
            p.tolist() if np.isfinite(p).all() else [v if isfinite(v) else None for v in p.tolist()]
            for p in pieces
        ],
        "look": mark.look,
        "text": mark.text,
        "drag": list(mark.drag),
    }


def _panel(picture: Plot | Graph) -> dict[str, Any]:
    if isinstance(picture, Plot):
        return {"kind": "plot", **asdict(picture), "svg": frame(picture.frame)}
    return {"kind": "graph", **asdict(picture)}


def _control(control: Control) -> dict[str, Any]:
    kind = "number" if isinstance(control, Number) else type(control).__name__.lower()
    return {"kind": kind, **asdict(control)}


def _plain(value: Value) -> str:
    """A value as a control takes it."""
    return value if isinstance(value, str) else plain_number(value)


def _said(value: Value) -> str:
    """A value as people read it."""
    return value if isinstance(value, str) else format_number(value, 4)
