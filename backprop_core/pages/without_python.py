"""Make a chapter ready for a page without Python: record answers, mark what still takes Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipywidgets import Widget

from backprop_core import widgets as of_ours
from backprop_core.pages.chapter import (
    WIDGET,
    Chapter,
    widgets_named,
    widgets_of,
    with_models,
)
from backprop_core.pages.plays import (
    record_board,
    record_examples,
    record_exercises,
    record_lesson,
    record_rules,
)
from backprop_core.pages.plays_derivations import record_walkers
from backprop_core.pages.recorded import Recording, packed
from backprop_core.widgets.board import Board

__all__ = ["without_python"]

REFUSAL = "This was made beforehand: for that, run the tutorial with Python."
HOW = "How to run it"

_BUTTONS = "button, input[type=file]"
_ALL = "button:not(.bp-fold), input, select, textarea"


@dataclass(frozen=True)
class _Plan:
    """What a page without Python does with a kind of widget.

    Attributes
    ----------
    says : str
        The line that marks it; "" if all of it works.
    off : str
        A selector of the controls that would ask Python in vain.
    record : callable, optional
        Records answers of a widget, given all widgets of its chapter.
    """

    says: str
    off: str = ""
    record: Callable[[Any, Mapping[str, Widget]], Recording] | None = None


@dataclass(frozen=True)
class _BoardPlan:
    """What of a board is recorded: controls with their values.

    Attributes
    ----------
    says : str
    grids : mapping
        By control, ``None`` for all options of a menu and all values of a slider, or the lowest
        value, the highest and the step between those that are recorded.
    resets : mapping
        By control or button, what it sets besides.
    """

    says: str
    grids: Mapping[str, tuple[float, float, float] | None] = field(default_factory=dict)
    resets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_COARSE = "The sliders move in coarse steps here. With Python they move smoothly."
_BOARDS: dict[type[Widget], _BoardPlan] = {
    of_ours.Neuron: _BoardPlan(
        _COARSE,
        {
            "x1": (-2, 2, 1),
            "x2": (-1.5, 1.5, 1),
            "w1": (-1.2, 1.8, 1),
            "w2": (-1.2, 1.8, 1),
            "b": (-1.7, 1.3, 1),
            "activation": None,
        },
    ),
    of_ours.ActivationSlope: _BoardPlan("", {"activation": None, "r": None}),
    of_ours.Separation: _BoardPlan(
        "The sliders move in coarse steps here. Dragging, and finding a line, take Python.",
        {"set": None, "w1": (-2, 2, 0.5), "w2": (-2, 2, 0.5), "b": (-2.2, 1.8, 0.4)},
    ),
    of_ours.Folding: _BoardPlan(
        "The learning can be watched here, and begun anew. Weights of your own take Python.",
        {"seed": None, "epoch": (0, 800, 40)},
        {"seed": {"epoch": "0.0"}},
    ),
    of_ours.TwoLayerFormula: _BoardPlan(
        _COARSE, {"n": None, "i": None, "x1": (-2, 2, 0.5), "x2": (-2, 2, 0.5)}
    ),
    of_ours.TeacherSet: _BoardPlan(
        "Other samples and weights can be looked at here. To change a weight takes Python.",
        {"set": None, "slot": None},
    ),
    of_ours.HalfSquare: _BoardPlan("", {"u": None}),
    of_ours.TwoOutputs: _BoardPlan(
        "The targets move in coarse steps here. To change the weight takes Python.",
        {"slot": None, "t1": (0, 1, 0.25), "t2": (0, 1, 0.25)},
    ),
    of_ours.Downhill: _BoardPlan(
        "The sliders move in coarse steps here. To make the step takes Python.",
        {"slot": None, "w": (-8, 8, 0.5), "h": (2, 38, 6)},
        {"slot": {"w": "0.0"}, "back": {"w": "0.0"}},
    ),
    of_ours.TwoWeights: _BoardPlan(
        "The learning rate moves in coarse steps here. Other starts and weights take Python.",
        {"h": (1, 40, 3)},
    ),
    of_ours.LearningRates: _BoardPlan(
        "The start moves in coarse steps here. Learning rates of your own take Python.",
        {"slot": None, "w": (-8, 8, 1)},
    ),
    of_ours.BatchOnline: _BoardPlan(
        "The learning rate moves in coarse steps here. Other starts take Python.",
        {"pair": None, "order": None, "h": (2, 38, 6)},
    ),
    of_ours.SumOverPaths: _BoardPlan(
        "",
        {"network": None, "parameter": None, "sample": None},
        {"network": {"parameter": "weight-x1-f1"}},
    ),
    of_ours.CostOfBothWays: _BoardPlan("", {"layers": None, "width": None}),
    of_ours.RateComparison: _BoardPlan("To train takes Python."),
}

_PLANS: dict[type[Widget], _Plan] = {
    of_ours.DerivationWalker: _Plan(
        "Every derivation can be stepped here. Numbers of your own, and new random weights, "
        "take Python.",
        '[data-set="value"], [data-set="redraw"]',
        record_walkers,
    ),
    of_ours.Rules: _Plan(
        "The menus work here. Numbers of your own, and updates, take Python.",
        ':is([data-key="value"], [data-key="h"], [data-key="apply"], [data-key="reset"])',
        record_rules,
    ),
    of_ours.Lesson: _Plan(
        "Stepping works here, and so do the menus. Numbers of your own, and updates, take Python.",
        ".widget-text input, .widget-button",
        record_lesson,
    ),
    of_ours.WorkedExamples: _Plan(
        "The published examples can be compared and stepped here. Your own take Python.",
        "textarea, [type=file], .bp-read, .bp-open",
        record_examples,
    ),
    of_ours.Exercises: _Plan(
        "A few exercises of each kind are here, with the way to their numbers. To judge an answer "
        "takes Python.",
        ".bp-class :is(input, button)",
        record_exercises,
    ),
    of_ours.Playground: _Plan("To teach a network takes Python. This is how it begins.", _ALL),
    of_ours.TakeAway: _Plan("Files are made by Python.", _BUTTONS),
    of_ours.Worksheets: _Plan("Worksheets are made by Python.", _ALL),
}


def without_python(chapter: Chapter) -> tuple[Chapter, dict[str, Any]]:
    """Record what a chapter's widgets answer, and say where they need Python.

    Parameters
    ----------
    chapter : Chapter
        One that has been run in this process.

    Returns
    -------
    chapter : Chapter
        With models that fit a page without Python.
    told : dict
        What the page's script needs: ``recordings``, ``marks`` by model, ``refusal``, ``how``.
    """
    living = widgets_of(chapter)
    marks: dict[str, dict[str, Any]] = {}
    recordings: list[Recording] = []
    with widgets_named(f"{chapter.name}-later") as later:
        for id_ in _on_show(chapter):
            widget = living[id_]
            plan = _plan(widget)
            if plan is None:
                continue
            if plan.says:
                marks[id_] = {"says": plan.says, "off": plan.off, "above": plan.off == _ALL}
            if plan.record and not any(id_ in recording.covers for recording in recordings):
                recordings.append(plan.record(widget, living))
    told = {
        "recordings": [packed(recording) for recording in recordings],
        "marks": marks,
        "refusal": REFUSAL,
        "how": HOW,
    }
    models = [*living.values(), *(widget for widget in later if widget.comm is not None)]
    return with_models(chapter, models), told


def _on_show(chapter: Chapter) -> list[str]:
    """The ids of the widgets that have a place on the page."""
    outputs = (output for cell in chapter.cells for output in cell.outputs)
    return [output[WIDGET]["model_id"] for output in outputs if WIDGET in output]


def _plan(widget: Widget) -> _Plan | None:
    for kind in type(widget).__mro__:  # anywidget gives each widget a class of its own
        if kind in _PLANS:
            return _PLANS[kind]
        if kind in _BOARDS:
            assert isinstance(widget, Board)
            return _plan_of(widget, _BOARDS[kind])
    return None


def _plan_of(board: Board, told: _BoardPlan) -> _Plan:
    works = told.grids.keys() | told.resets.keys()
    rest = [control["key"] for control in board.controls if control["key"] not in works]
    off = ", ".join(f'[data-key="{key}"]' for key in rest)
    if not told.grids:
        return _Plan(told.says, off)
    return _Plan(told.says, off, lambda board, _: record_board(board, told.grids, told.resets))
