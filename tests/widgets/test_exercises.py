"""The page is told what is asked, what was found and what was asked for: never more."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_core.diagnosis import Finding
from backprop_core.equations import Equation, Term, format_number
from backprop_core.exercises import KINDS, LARGEST, Exercise, Feedback, class_number, exercise
from backprop_core.widgets import Exercises
from backprop_core.widgets import exercises as module
from backprop_core.widgets.exercise_texts import tell, tell_feedback

SLOPE = Term("g'(r_3)", 0.24, "slope", ("node-f3",))
DELTA = Term(r"\delta_3", 0.5, "error", ("node-f3",))
LINE = Equation(Term(r"\delta_1", 0.12, "error", ("node-f1",)), (DELTA, r"\cdot", SLOPE))
SLOPE_LEFT_OUT = Finding(
    ("slope-left-out",),
    "The slope is left out.",
    "Multiply by it.",
    LINE,
    (SLOPE.latex,),
    ("edge-f1-f3",),
)
ONE_PATH = Finding(("one-path",), "One path is left out.", "Add them up.", None, (), ("node-f4",))


UNTOLD = ("command", "answer", "refused")  # what is asked and answered


def right_answer(shown: Exercise) -> str | list[str]:
    if isinstance(shown.answer, float):
        digits = shown.task.digits if shown.task else 4
        return format_number(shown.answer, digits)
    return shown.answer if isinstance(shown.answer, str) else list(shown.answer)


def wrong_answer(shown: Exercise) -> str | list[str]:
    if shown.form == "number":
        return "12345"
    keys = [option.key for option in shown.options]
    if shown.form == "choice":
        return next(key for key in keys if key != shown.answer)
    if shown.form == "edges":
        return keys
    order = list(shown.answer) if isinstance(shown.answer, tuple) else []
    return order[::-1]


def says(widget: Exercises) -> str:
    """All that the page was sent, but for scripts and styles."""
    state = widget.get_state()
    told = {k: v for k, v in state.items() if k not in ("_esm", "_css", "graph", *UNTOLD)}
    return json.dumps(told, ensure_ascii=False)


def commanded(widget: Exercises, do: Any, value: Any = None) -> bool:
    """Let the browser ask for something; whether it was taken."""
    widget.command = {"do": do, "value": value, "ticket": f"{do} {value}"}
    assert widget.answer["ticket"] == f"{do} {value}"
    return bool(widget.answer["taken"])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Findings that any answer leads to."""
    findings: list[Finding] = []
    judged = lambda shown, response: Feedback("wrong", "Not yet.", tuple(findings))  # noqa: E731
    monkeypatch.setattr(module, "check", judged)
    return findings


# ---- what is told when ----


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [0, 7, LARGEST])
def test_an_exercise_is_told_without_its_answer(kind: str, number: int) -> None:
    shown = exercise(kind, number)
    another: Any = 99.5 if shown.form == "number" else ("z",)
    changed = replace(shown, answer=another, solution=(), explanation="", remarks={})
    assert tell(shown) == tell(changed)
    assert tell(replace(shown, prompt="What?")) != tell(shown)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_answer_reveals_nothing_until_the_solution_is_asked_for(kind: str) -> None:
    widget = Exercises(kind, number=4711)
    shown = exercise(kind, 4711)
    assert widget.feedback == {}
    widget.take("check", wrong_answer(shown))
    stages = 0
    while True:
        assert widget.feedback["status"] == "wrong"
        assert "solution" not in widget.feedback
        assert not shown.explanation or shown.explanation not in says(widget)
        if isinstance(shown.answer, float):
            assert format_number(abs(shown.answer), 4) not in says(widget)
        more = widget.feedback["more"]
        assert more[-1] == "solution"
        if len(more) == 1:
            break
        widget.take("show", more[0])
        stages += 1
    assert stages <= 2
    widget.take("show", "solution")
    solution = widget.feedback["solution"]
    assert widget.feedback["more"] == []
    if isinstance(shown.answer, float):
        assert solution["lines"][-1]["values"][-1] == format_number(shown.answer, 4)
        assert solution["explanation"] == shown.explanation
    else:
        right = right_answer(shown)
        assert [key for key, _ in solution["right"]] == (
            right if isinstance(right, list) else [right]
        )
        moves = [move for _, move in solution["right"] if move]
        assert moves if shown.form == "order" else solution["explanation"] == shown.explanation


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_answer_is_right_and_another_one_follows(kind: str) -> None:
    widget = Exercises(kind, number=LARGEST)
    widget.take("check", right_answer(exercise(kind, LARGEST)))
    assert (widget.feedback["status"], widget.feedback["more"]) == ("right", ["solution"])
    assert widget.response == right_answer(exercise(kind, LARGEST))
    widget.take("another", None)
    assert (widget.shown["number"], widget.feedback, widget.response) == (0, {}, "")


def test_line_then_hint_then_solution(found: list[Finding]) -> None:
    found.append(SLOPE_LEFT_OUT)
    widget = Exercises("delta-first")
    widget.take("check", "1")
    assert widget.feedback["sentence"] == "Not yet."
    assert widget.feedback["findings"] == ["The slope is left out."]
    assert widget.feedback["mistakes"] == [["slope-left-out"]]
    assert widget.feedback["more"] == ["line", "solution"]
    assert "Multiply" not in says(widget)
    assert "is-slip" not in says(widget)
    assert not commanded(widget, "show", "hint")  # not before the line

    widget.take("show", "line")
    (line,) = widget.feedback["line"]
    assert line["symbols"].count("is-slip") == 1
    assert 'class="term role-slope node-f3 is-slip"' in line["symbols"]
    assert "0.24" not in line["symbols"]  # in symbols alone
    assert widget.feedback["lit"] == ["edge-f1-f3"]
    assert "Multiply" not in says(widget)

    widget.take("show", "hint")
    assert widget.feedback["hint"] == ["Multiply by it."]
    assert "solution" not in widget.feedback
    widget.take("show", "solution")
    assert widget.feedback["more"] == []
    widget.take("check", "2")  # closes all of it
    assert widget.feedback["more"] == ["line", "solution"]
    assert widget.feedback["lit"] == []
    assert widget.feedback["peeked"]


def test_either_or(monkeypatch: pytest.MonkeyPatch) -> None:
    either = "Either the slope is left out, or one path is."
    findings = [SLOPE_LEFT_OUT, ONE_PATH]
    judged = lambda shown, response: Feedback("wrong", either, tuple(findings))  # noqa: E731
    monkeypatch.setattr(module, "check", judged)
    widget = Exercises("delta-first")

    def told() -> dict[str, Any]:
        widget.take("check", "1")
        widget.take("show", "line")
        widget.take("show", "hint")
        return widget.feedback

    first = told()
    assert (first["sentence"], first["findings"]) == ("Not yet.", [either])
    assert first["hint"] == ["Multiply by it.", "Add them up."]
    assert [bool(line["symbols"]) for line in first["line"]] == [True, False]
    assert first["lit"] == ["edge-f1-f3", "node-f4"]
    findings[1] = replace(SLOPE_LEFT_OUT, mistakes=("other",), hint="Look.")
    assert len(told()["line"]) == 1  # they happen at one place
    assert len(told()["hint"]) == 2


def test_nearly_right_is_said_once() -> None:
    widget = Exercises("delta-hidden", number=7)
    widget.take("check", "0.1868")  # 0.18687 cut off
    assert widget.feedback["status"] == "rounded"
    assert widget.feedback["sentence"].startswith("Nearly right: the digits were cut off")
    assert widget.feedback["findings"] == []
    assert widget.feedback["mistakes"] == [["cut-off"]]


def test_a_lit_y_has_its_arrow_lit() -> None:
    for number, arrows in ((7, {"edge-f5-y"}), (6, {"edge-f3-y1", "edge-f4-y2"})):
        shown = exercise("error", number)
        assert shown.task
        finding = replace(ONE_PATH, lit=tuple(f"node-{y}" for y in shown.task.ys))
        lit = tell_feedback(shown, Feedback("wrong", "No.", (finding,)), ["place"])["lit"]
        assert set(lit) == {*finding.lit, *arrows}


def test_where_there_is_no_line_the_place_can_be_shown(found: list[Finding]) -> None:
    found.append(replace(ONE_PATH, mistakes=()))
    widget = Exercises("path-edges")
    widget.take("check", [])
    assert widget.feedback["more"] == ["place", "solution"]
    assert widget.feedback["lit"] == []
    widget.take("show", "place")
    assert widget.feedback["more"] == ["hint", "solution"]
    assert widget.feedback["lit"] == ["node-f4"]


def test_an_unknown_mistake_is_not_guessed_at(found: list[Finding]) -> None:
    widget = Exercises("delta-first")
    widget.take("check", "1")
    assert (widget.feedback["findings"], widget.feedback["more"]) == ([], ["solution"])


def test_what_was_seen_before_it_was_right_is_told() -> None:
    shown = exercise("forward", 5)
    for peeks in (True, False):
        widget = Exercises("forward", number=5)
        widget.take("check", "12345")
        if peeks:
            widget.take("show", "solution")
        widget.take("check", right_answer(shown))
        widget.take("show", "solution")  # now everybody may
        assert (widget.feedback["status"], widget.feedback["peeked"]) == ("right", peeks)


# ---- kinds and numbers ----


def test_a_number_brings_the_same_exercise_again() -> None:
    first, second = Exercises(), Exercises("error", "forward", number=4711)
    assert first.name == second.name == "Exercises"
    assert Exercises("error").name == "Exercise: The error"
    assert commanded(first, "number", " 4711 ")
    assert commanded(second, "kind", "forward")
    assert first.shown == second.shown
    assert first.graph == second.graph
    assert first.shown["number"] == 4711
    assert not commanded(second, "kind", "delta-first")  # not offered there
    assert second.refused["sentence"].startswith("Kind is “delta-first”, but expected one of")


def test_a_class_has_numbers_of_its_own() -> None:
    widget = Exercises()
    assert commanded(widget, "class", {"seed": "2026", "student": "7"})
    assert widget.shown["number"] == class_number(2026, 7)


def test_the_graph_has_the_numbers_of_the_exercise() -> None:
    widget = Exercises("delta-hidden", number=7)
    net = exercise("delta-hidden", 7).situation.network
    texts = dict(widget.shown["texts"])
    assert texts["weight-f1-f3"] == format_number(net.weight("f1", "f3"))
    assert texts["bias-f3"] == f"b₃ = {format_number(net.bias('f3'))}"
    for slot in texts:
        assert re.search(rf'class="\w+ {slot}[ "]', widget.graph)


# ---- what cannot be taken ----


@pytest.mark.parametrize(
    ("do", "value", "where", "sentence"),
    [
        (
            "number",
            "12x",
            "number",
            "Exercise is “12x”, but expected a whole number from 0 to 999,999.",
        ),
        ("number", "1000000", "number", "Exercise is “1000000”, but expected"),
        ("number", "", "number", "Exercise is empty, but expected a whole number"),
        ("number", "٣", "number", "Exercise is “٣”, but expected"),
        ("number", 3, "number", "Exercise is 3, but expected"),
        ("class", {"seed": "x"}, "class", "Seed is “x”, but expected"),
        ("class", {"seed": "1", "student": "0"}, "class", "Student is “0”, but expected"),
        ("class", None, "class", "Seed is empty, but expected"),
        ("check", "half a cat", "answer", "is “half a cat”, but expected"),
        ("check", {"value": 1}, "answer", "The answer is “{'value': 1}”, but expected a text."),
        ("check", [["edge-f1-f3"]], "answer", "but expected a text."),
        ("check", "9" * 5000, "answer", "The answer has over 400 characters"),
        ("check", [""] * 5000, "answer", "The answer has over 400 characters"),
        ("show", "solution", "answer", "Check an answer of yours first."),
        ("kind", ["error"], "answer", "Kind is “['error']”, but expected one of"),
        ("__class__", None, "answer", "“__class__” is not here; expected one of check, show"),
        (None, None, "answer", "“None” is not here"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(
    do: Any, value: Any, where: str, sentence: str
) -> None:
    widget = Exercises(number=12)
    before = says(widget)
    assert not commanded(widget, do, value)
    assert widget.refused["where"] == where
    assert sentence in widget.refused["sentence"]
    assert "\n" not in widget.refused["sentence"]
    assert says(widget) == before
    assert commanded(widget, "kind", "forward")  # goes on, and the refusal is gone
    assert widget.refused == {}


def test_a_refused_answer_leaves_what_was_said() -> None:
    widget = Exercises("forward")
    widget.take("check", "1")
    before = widget.feedback
    assert not commanded(widget, "check", "one")
    assert widget.feedback == before
    assert widget.response == "1"


def test_a_crash_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = Exercises("forward")

    def fail(shown: object, response: object) -> Feedback:
        raise ArithmeticError("a mistake of ours")

    monkeypatch.setattr(module, "check", fail)
    with pytest.raises(ArithmeticError):
        widget.command = {"do": "check", "value": "1", "ticket": "t"}
    assert widget.answer == {"ticket": "t", "taken": False}
    assert widget.refused["sentence"] == "That could not be done."


@pytest.mark.parametrize("kinds", [("no-such",), ("forward", ""), (None,)])
def test_unknown_kinds_are_refused(kinds: Any) -> None:
    with pytest.raises(ValueError, match=r"kind is .*, but expected one of forward"):
        Exercises(*kinds)


@pytest.mark.parametrize("number", [-1, LARGEST + 1, 1.5, True, "1"])
def test_unknown_numbers_are_refused(number: Any) -> None:
    with pytest.raises(ValueError, match=r"number is .*, but expected one from 0 to 999,999"):
        Exercises("forward", number=number)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["check", "show", "kind", "number", "class", "another"]) | JUNK,
            JUNK | st.sampled_from(["line", "hint", "solution", "error", "7", *KINDS]),
        ),
        max_size=4,
    )
)
def test_whatever_is_sent_is_taken_or_refused(commands: list[tuple[Any, Any]]) -> None:
    widget = Exercises()
    for do, value in commands:
        with suppress(ValueError):
            widget.take(do, value)
    assert 0 <= widget.shown["number"] <= LARGEST
    assert widget.shown["kind"] in KINDS
