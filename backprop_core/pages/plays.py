"""Try all that a reader can choose without typing, and record what the widgets answer.

Each function leaves its widgets as a page is to show them first.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from ipywidgets import Widget

from backprop_core.pages.recorded import Recording
from backprop_core.widgets import (
    Derivation,
    Exercises,
    Lesson,
    Rules,
    Walkthrough,
    WorkedExamples,
)
from backprop_core.widgets.board import Board
from backprop_core.widgets.from_page import Dropdown, Text

__all__ = [
    "Grid",
    "record_board",
    "record_examples",
    "record_exercises",
    "record_lesson",
    "record_rules",
]

Grid = tuple[float, float, float]  # lowest value, highest, and the step between

EXERCISES = 5  # of each kind
COVER = "Only Python can judge an answer. How this one is computed, you can see here."


# ---- boards ----


def record_board(
    board: Board,
    grids: Mapping[str, Grid | None],
    resets: Mapping[str, Mapping[str, str]] | None = None,
    followers: Sequence[Widget] = (),
) -> Recording:
    """Record a board for all values of some of its controls.

    Parameters
    ----------
    board : Board
        Its sliders get the steps that are recorded.
    grids : mapping
        Of each control, the values of a slider; None for all that it has.
    resets : mapping
        By control or button, the values that it sets besides.
    followers : sequence of Widget
        Widgets that show what the board holds.
    """
    resets = resets or {}
    board.controls = [_coarser(told, grids.get(told["key"])) for told in board.controls]
    told = {control["key"]: control for control in board.controls}
    start = {key: board.values[key] for key in grids}
    values = {key: _values(board, told[key], resets) for key in grids}
    recording = Recording(**{key: str(value) for key, value in start.items()})
    for combination in product(*values.values()):
        place = dict(zip(values, combination, strict=True))
        try:
            board.take(place)
        except ValueError:  # no such value together with the others
            continue
        recording.show({key: str(v) for key, v in place.items()}, (board, *followers))
    for key, several in values.items():
        for value in several:
            to = {key: str(value), **resets.get(key, {})}
            recording.wish(board, key, value, to=to, also={"step": 0} if key in resets else {})
    for key in resets.keys() - values.keys():
        recording.wish(board, key, True, to=resets[key])
    board.take(start)
    return recording


def _coarser(told: dict[str, Any], grid: Grid | None) -> dict[str, Any]:
    """A control as the page has it: a slider with the steps that are recorded."""
    return told if grid is None else told | dict(zip(("low", "high", "step"), grid, strict=True))


def _values(board: Board, told: Mapping[str, Any], resets: Mapping[str, Any]) -> list[Any]:
    if told["kind"] == "choice":
        options = [value for _, value in told["options"]]
        if told["key"] == "parameter":  # which there are depends on the network
            options = list(dict.fromkeys(_parameters(board)))
        return options
    count = round((told["high"] - told["low"]) / told["step"]) + 1
    return [float(round(told["low"] + n * told["step"], 9)) for n in range(count)]


def _parameters(board: Board) -> Iterator[str]:
    network = board.values["network"]
    for _, name in next(c["options"] for c in board.controls if c["key"] == "network"):
        board.take({"network": name})
        for _, slot in next(c["options"] for c in board.controls if c["key"] == "parameter"):
            yield slot
    board.take({"network": network})


def record_rules(rules: Rules, living: Mapping[str, Widget]) -> Recording:
    """Record the menus of the update rules, and the samples in their table."""
    grids: dict[str, Grid | None] = dict.fromkeys(
        ("pick", "sample", "set", "activation")
        if len(rules.tables) == 1
        else ("delta", "difference", "half", "threshold", "pick", "sample", "set")
    )
    recording = record_board(rules.board, grids, followers=rules.tables)
    for row in range(len(rules.tables[0].table["rows"])):
        recording.wish(rules.tables[0], "row", row, to={"sample": str(row + 1)})
    return recording


# ---- the lesson ----


def record_lesson(lesson: Lesson, living: Mapping[str, Widget]) -> Recording:
    """Record the menus of a lesson, and all that follows it."""
    kinds = (Walkthrough, Derivation, Text, Dropdown)
    followers = [w for w in living.values() if isinstance(w, kinds)]
    lesson.walkthrough.editable = False
    menus = {"sample": lesson.sample, "activation": lesson.activation}
    menus["convention"] = lesson.convention
    start = {name: menu.index for name, menu in menus.items()}
    # The last sample, "my own", only says that it is none of the others.
    counts = {name: len(menu._options_labels) - (name == "sample") for name, menu in menus.items()}
    recording = Recording(**{name: str(index) for name, index in start.items()})
    for indices in product(*map(range, counts.values())):
        place = dict(zip(menus, indices, strict=True))
        for name, index in place.items():
            menus[name].index = index
        recording.show({name: str(index) for name, index in place.items()}, followers)
    for name, menu in menus.items():
        for index in range(counts[name]):
            recording.wish(menu, "index", index, to={name: str(index)})
    for name, index in start.items():
        menus[name].index = index
    return recording


# ---- published examples, exercises ----


def record_examples(page: WorkedExamples, living: Mapping[str, Widget]) -> Recording:
    """Record each published example with its walk."""
    places = [*range(len(page.table.titles))]
    page.table.chosen = places[0]
    assert page.walkthrough is not None
    parts = (page, page.table, page.walkthrough)
    recording = Recording(chosen="-1")
    for place in places:
        page.table.chosen = place
        recording.show({"chosen": str(place)}, parts)
        recording.wish(page.table, "chosen", place, to={"chosen": str(place)})
    with page.table.hold_sync():
        page.table.chosen, page.table.shown, page.table.said = -1, {}, ""
    page.set_trait("children", (page.table,))
    recording.show({"chosen": "-1"}, parts)
    recording.wish(page.table, "chosen", -1, to={"chosen": "-1"})
    return recording


def record_exercises(exercises: Exercises, living: Mapping[str, Widget]) -> Recording:
    """Record a few exercises of each kind, with the way to their answers."""
    kinds = [key for key, _ in exercises.kinds]
    number = exercises.shown["number"]
    numbers = [str(number + n) for n in range(EXERCISES)]
    recording = Recording(kind=kinds[0], number=numbers[0], seen="")
    for kind, n in product(kinds, numbers):
        exercises.take("kind", kind)
        exercises.take("number", n)
        place = {"kind": kind, "number": n}
        recording.show({**place, "seen": ""}, [exercises])
        options = [option["key"] for option in exercises.shown["options"]]
        several = exercises.shown["form"] in ("edges", "order")
        exercises.take("check", options if several else options[0] if options else "0")
        exercises.take("show", "solution")
        told = exercises.feedback | {
            "status": "unjudged",
            "sentence": COVER,
            "findings": [],
            "mistakes": [],
            "more": [],
            "peeked": False,
        }
        exercises.feedback = told
        recording.show({**place, "seen": "solution"}, [exercises])
        hidden = {key: value for key, value in told.items() if key != "solution"}
        exercises.feedback = hidden | {"lit": [], "more": ["solution"]}
        recording.show({**place, "seen": "asked"}, [exercises])
        recording.wish(exercises, "number", n, to={"number": n, "seen": ""})
    for kind in kinds:
        recording.wish(exercises, "kind", kind, to={"kind": kind, "seen": ""})
    following = dict(zip(numbers, [*numbers[1:], numbers[0]], strict=True))
    recording.wish(exercises, "another", None, to={"number": ("number", following), "seen": ""})
    recording.wish(exercises, "check", to={"seen": "asked"}, taken=False)
    recording.wish(exercises, "show", "solution", to={"seen": "solution"})
    exercises.take("kind", kinds[0])
    exercises.take("number", numbers[0])
    return recording
