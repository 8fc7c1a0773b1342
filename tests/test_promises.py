"""What chapter 7 says about mistakes on purpose is what comes of them."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from backprop_core.answers import read_answer
from backprop_core.diagnosis import Task
from backprop_core.exercises import Exercise, Feedback, check, exercise

CHAPTER = nbformat.read(
    Path(__file__).parent.parent / "notebooks/07_check_yourself.ipynb",
    as_version=nbformat.NO_CONVERT,
)


def of(kind: str, number: int) -> tuple[Exercise, Task]:
    found = exercise(kind, number)
    assert found.task
    return found, found.task


def answer(found: Exercise, value: float, digits: int = 5) -> Feedback:
    return check(found, f"{value:.{digits}g}")


def mistakes(feedback: Feedback) -> list[tuple[str, ...]]:
    return [finding.mistakes for finding in feedback.findings]


def without_slope(task: Task) -> float:
    """δ · w, of the error signal of f4 in a network with one output."""
    return float(task.gradient.deltas[-1][0, 0]) * task.network.weight("f4", "f5")


def updated_first(task: Task) -> float:
    after = task.network.weight("f4", "f5") - task.h * task.gradient.of(task.network, "f4", "f5")
    return float(task.gradient.deltas_r[-1][0, 0]) * after


def through_f3(task: Task) -> float:
    (neuron,) = task.nodes
    return float(task.gradient.deltas_r[1][0, 0]) * task.network.weight(neuron, "f3")


def added(task: Task) -> float:
    return 2 * task.network.parameter(*task.nodes) - task.value


@pytest.mark.parametrize(
    ("kind", "number", "wrong", "named"),
    [
        ("delta-hidden", 7, without_slope, [("slope-left-out",)]),
        ("delta-hidden", 7, updated_first, [("updated-weights",)]),
        (
            "delta-hidden",
            7,
            lambda task: -without_slope(task),
            [("sign-of-difference", "slope-left-out")],
        ),
        ("delta-first", 7, through_f3, [("one-path",)]),
        ("updated-weight", 7, added, [("sign-of-difference",), ("sign-of-update",)]),
        ("weight-gradient", 6, lambda t: t.value / 2, [("mean-over-samples",), ("half-kept",)]),
    ],
)
def test_mistakes_on_purpose(
    kind: str, number: int, wrong: Callable[[Task], float], named: list[tuple[str, ...]]
) -> None:
    found, task = of(kind, number)
    feedback = answer(found, wrong(task))
    assert feedback.status == "wrong"
    assert mistakes(feedback) == named


def test_what_can_be_noticed_without_the_page() -> None:
    _, hidden = of("delta-hidden", 7)
    assert hidden.nodes == ("f4",)
    assert without_slope(hidden) / hidden.value > 4
    assert 0 < abs(updated_first(hidden) / hidden.value - 1) < 0.05
    _, first = of("delta-first", 7)
    assert through_f3(first) * first.value < 0
    assert len(of("weight-gradient", 6)[1].x) == 2


def test_right_elsewhere_and_right_as_far_as_it_goes() -> None:
    found, task = of("delta-hidden", 7)
    assert answer(found, task.other_delta).status == "convention"
    assert answer(found, task.value, digits=2).status == "rounded"
    assert mistakes(answer(found, without_slope(task), digits=1)) == []


def test_each_way_to_write_a_number_that_the_chapter_shows_is_read() -> None:
    (shown,) = (cell.source for cell in CHAPTER.cells if cell.id == "answers")
    ways = re.findall(r"`(.+?)`", shown)
    assert len(ways) == 8
    assert {read_answer(way, "δ").value for way in ways} > {0.125}
