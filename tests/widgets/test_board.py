"""A board takes what is possible, refuses the rest in one sentence, and sends what has changed."""

import json
import re
from collections.abc import Iterator
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from backprop_core.widgets.board import Board, Mark, Number, Shown, Slider
from tests.refusals import assert_refused
from tests.widgets.demo import SLOTS, Curve, Tour

MARKUP = "<img src=x onerror=alert(1)>"
START = {"r": 1, "u": 0.5, "v": 0.5, "a": 1, "look": "dashed"}


@pytest.fixture
def board() -> Iterator[Curve]:
    board = Curve()
    yield board
    board.close()


@pytest.fixture
def sent(board: Curve, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The states that are sent to the browser."""
    states: list[dict[str, Any]] = []

    def record(data: dict[str, Any], **others: Any) -> None:
        if data["method"] == "update":
            states.append(data["state"])

    monkeypatch.setattr(board.comm, "send", record)
    return states


def act(board: Board, **action: Any) -> dict[str, Any]:
    """Do what the browser does, and return the answer."""
    ticket = f"ticket {board.answer}"
    board.set_state({"action": {"ticket": ticket, **action}})
    answer = dict(board.answer)
    assert answer.pop("ticket") == ticket
    return answer


def marks(board: Board, plot: str) -> dict[str, Any]:
    return {mark["key"]: mark for mark in board.shown["marks"][plot]}


# ---- what is taken ----


def test_it_starts_with_what_its_controls_start_with(board: Curve) -> None:
    assert board.values == START
    assert [control["kind"] for control in board.controls] == [
        *("slider", "slider", "handle", "number", "choice", "button", "button")
    ]
    assert board.shown["values"] == {"r": "1", "u": "0.5", "v": "0.5", "a": "1", "look": "dashed"}
    assert board.shown["sentence"] == "At r = 1 the slope is 0.42."
    assert [panel["kind"] for panel in board.panels] == ["plot", "plot"]
    assert board.panels[0]["svg"].startswith("<svg")


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        ({"key": "r", "value": -2.5}, {"r": -2.5}),
        ({"key": "r", "value": -6}, {"r": -6}),
        ({"values": {"u": 1.5, "v": -0.5}}, {"u": 1.5, "v": -0.5}),
        ({"key": "look", "value": ""}, {"look": ""}),
        ({"key": "a", "value": " 2,5"}, {"a": 2.5}),
    ],
)
def test_what_is_taken(board: Curve, action: dict[str, Any], changed: dict[str, Any]) -> None:
    assert act(board, **action) == {"taken": True}
    assert board.values == START | changed
    assert board.problem == ""


def test_a_button_acts_and_others_follow(board: Curve) -> None:
    act(board, key="r", value=-3)
    act(board, key="a", value="2")
    assert board.values == START | {"a": 2}
    act(board, values={"r": 4, "u": 1})
    act(board, key="reset", value=True)
    assert board.values == START | {"a": 2}


# ---- what is refused ----


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ({"key": "r", "value": 6.5}, "r is 6.5, but expected a number from −6 to 6."),
        ({"key": "r", "value": "2"}, "r is “2”, but expected a number from −6 to 6."),
        ({"key": "r", "value": True}, "r is “True”, but expected a number from −6 to 6."),
        ({"key": "r", "value": None}, "r is “None”, but expected"),
        ({"key": "r", "value": [1] * 30}, "r is “[1, 1, 1,"),
        ({"key": "r"}, "r is “None”, but expected"),
        ({"key": "a", "value": "abc"}, "Steepness is “abc”, but expected a number such as 0.5."),
        ({"key": "a", "value": ""}, "Steepness is empty, but expected a number"),
        ({"key": "a", "value": "x" * 10**5}, f"Steepness is “{'x' * 39}…”, but expected"),
        ({"key": "a", "value": MARKUP}, f"Steepness is “{MARKUP}”, but expected a number"),
        ({"key": "a", "value": None}, "Steepness is “None”, but expected"),
        ({"key": "a", "value": {"a": 1}}, "Steepness is “{'a': 1}”, but expected"),
        ({"key": "a", "value": "-1"}, "Steepness is −1, but expected more than 0."),
        ({"key": "look", "value": MARKUP}, f"Tangent is “{MARKUP}”, but expected one of: thin,"),
        ({"key": "look", "value": 3}, "Tangent is 3, but expected one of: thin, dashed."),
        ({"key": "look", "value": ["dashed"]}, "Tangent is “['dashed']”, but expected"),
        ({"key": "w", "value": 1}, "key is “w”, but expected one of: r, u, v, a, look, reset,"),
        ({"key": "k" * 10**5}, f"key is “{'k' * 39}…”, but expected"),
        ({"key": ["r"], "value": 1}, "key is “['r']”, but expected"),
        ({}, "key is “None”, but expected"),
        ({"values": {"u": 1, "v": 9}}, "x₂ is 9, but expected a number from −0.5 to 1.5."),
        ({"values": {"u": 1, "w": 1}}, "key is “w”, but expected"),
        ({"values": ["u", 1]}, "values is “['u', 1]”, but expected a mapping."),
        ({"values": "u"}, "values is “u”, but expected a mapping."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused(
    board: Curve, sent: list[dict[str, Any]], action: dict[str, Any], sentence: str
) -> None:
    before = board.get_state(("shown", "backdrop", "equations", "step"))
    assert act(board, **action) == {"taken": False}
    assert board.problem.startswith(sentence)
    assert "\n" not in board.problem
    assert len(board.problem) < 200
    assert board.values == START
    assert board.get_state(("shown", "backdrop", "equations", "step")) == before
    assert {name for state in sent for name in state} <= {"action", "problem", "answer"}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (nan, "r is nan, but expected a number from −6 to 6."),
        (-inf, "r is -inf, but expected a number from −6 to 6."),
        (10**400, "r is a number of over 300 digits, but expected a"),
        ([1] * 10**5, "r is “[1, 1, 1,"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_no_page_sends_is_refused_too(board: Curve, value: Any, sentence: str) -> None:
    assert_refused(lambda: board.take({"r": value}), sentence)
    assert board.values == START
    assert act(board, key="r", value=2) == {"taken": True}
    assert board.problem == ""


def test_a_mistake_in_a_subclass_is_answered_and_not_hidden(board: Curve) -> None:
    with pytest.raises(ArithmeticError, match="a mistake"):
        act(board, key="a", value="13")
    assert board.answer["taken"] is False
    assert board.problem == "That could not be computed."
    assert board.values == START


# ---- what is sent ----


def test_an_edit_sends_what_it_changes_in_one_message(
    board: Curve, sent: list[dict[str, Any]]
) -> None:
    board.take({"r": 2})
    assert [set(state) for state in sent] == [{"shown"}]  # neither backdrop nor equations
    sent.clear()
    board.take({"a": "2"})
    assert [set(state) for state in sent] == [{"shown", "backdrop"}]
    sent.clear()
    board.take({"a": "2"})
    assert sent == []


def test_what_is_shown_comes_before_the_answer(board: Curve, sent: list[dict[str, Any]]) -> None:
    act(board, key="r", value=3)
    names = [name for state in sent for name in state]
    assert names.index("shown") < names.index("answer")


def test_equations_of_one_kind_are_sent_once(board: Curve) -> None:
    assert [place for place, _ in board.shown["equations"]] == [0, 0, 1]
    assert len(board.equations) == 2
    assert board.shown["equations"][0][1] == ["1", "1", "1"]
    board.take({"r": -2})
    assert board.shown["equations"][0][1] == ["1", "(−2)", "−2"]
    first, second = board.equations
    assert list(first["names"]) == ["s", "a, the steepness", "r"]  # as in the symbols
    assert len(re.findall(r'class="term', first["symbols"])) == 3
    assert first["numbers"].count('class="slot"') == 3
    assert list(second["names"]) == ["g", "s"]


def test_a_mark_is_flat_and_what_is_not_finite_is_null() -> None:
    class Gaps(Board):
        def show(self, values: Any) -> Shown:
            x = np.array([0.0, 1.0, 2.0])
            pieces = [np.column_stack([x, x]), [(0.123456, 1)]]
            return Shown(
                marks={
                    "p": [
                        Mark("gap", "line", np.column_stack([x, [1, nan, inf]])),
                        Mark("pieces", "line", pieces),
                        Mark("none", "line", ()),
                        Mark("point", "point", (1, 2)),
                    ]
                }
            )

    board = Gaps("Gaps", [], [])
    assert {key: mark["pieces"] for key, mark in marks(board, "p").items()} == {
        "gap": [[0, 1, 1, None, 2, None]],
        "pieces": [[0, 0, 1, 1, 2, 2], [0.1235, 1]],
        "none": [[]],
        "point": [[1, 2]],
    }


@pytest.mark.parametrize("kind", [Curve, Tour])
def test_all_that_is_synced_is_plain_json(kind: type[Curve | Tour]) -> None:
    board = kind()
    names = ("panels", "controls", "equations", "backdrop", "shown", "step", "answer", "problem")
    json.dumps(board.get_state(names), allow_nan=False)


# ---- steps ----


def test_the_step_stays_inside() -> None:
    board = Tour()
    assert [step["title"] for step in board.shown["steps"]] == [f"Edge {n}" for n in (1, 2, 3, 4)]
    assert board.shown["steps"][2]["backwards"]
    for wanted, step in {-1: 0, 3: 3, 10**9: 3}.items():
        board.set_state({"step": wanted})
        assert board.step == step
    board.take({"length": 2})
    assert board.step == 1
    board.take({"length": 0})
    assert board.step == 0
    board.step = 5
    assert board.step == 0


def test_an_edit_keeps_the_step() -> None:
    board = Tour()
    board.step = 2
    board.take({"slot": SLOTS[1]})
    assert board.step == 2
    assert board.shown["sentence"] == "weight-f3-f5 is picked."


# ---- other controls and pictures ----


def test_controls_that_stay_keep_their_values(board: Curve) -> None:
    board.take({"r": 2})
    board.set_controls([Slider("r", "r", -6, 6, 0.5, 1), Number("b", "b", 3)])
    assert board.values == {"r": 2, "b": 3}
    assert [control["key"] for control in board.controls] == ["r", "b"]


def test_two_boards_keep_to_themselves() -> None:
    one, two = Curve(), Curve()
    one.take({"r": -6})
    assert two.values == START
    assert two.shown["values"]["r"] == "1"
