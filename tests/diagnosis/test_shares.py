"""Over thousands of random networks: mistakes are named, right answers accepted, nothing blamed.

`PYTHONPATH=. python tests/diagnosis/test_shares.py` prints all shares, for each kind of task and
for each mistake.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from time import process_time

import numpy as np
import pytest

from backprop_core.diagnosis import (
    CATALOGUE,
    Diagnosis,
    Task,
    diagnose,
    half_unit,
    single_mistakes,
)
from backprop_core.diagnosis.candidates import candidates
from backprop_core.diagnosis.slipped import passes
from tests.diagnosis.random_tasks import random_tasks, typed

ONLY_DIGITS = {mistake.key for mistake in CATALOGUE if mistake.rounds}


class Shares:
    """How often something was so, of how many times, by label."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, so: bool, *labels: str) -> None:
        for label in ("all", *labels):
            self.counts[label][0] += so
            self.counts[label][1] += 1

    def of(self, label: str = "all") -> float:
        so, times = self.counts[label]
        return so / times


def judged(task: Task, value: float) -> Diagnosis:
    """What is said when a number is typed with the digits asked for."""
    text = typed(value, task.digits)
    return diagnose(task, float(text), text)


def reads_right(task: Task, value: float) -> bool:
    """Whether a number cannot be told from the right one with the digits asked for."""
    off = abs(float(typed(value, task.digits)) - task.value)
    return off <= half_unit(task.value, task.digits) * 1.0001


def named(found: Diagnosis, keys: tuple[str, ...]) -> bool:
    """Whether these mistakes are among the findings; whatever only loses digits is the same."""

    def kinds(mistakes: Iterable[str]) -> set[str]:
        return {"digits" if key in ONLY_DIGITS else key for key in mistakes}

    assert len(found.findings) <= 2
    return any(kinds(finding.mistakes) == kinds(keys) for finding in found.findings)


def single_mistakes_named(tasks: Iterable[Task], most: int, seed: int = 0) -> Shares:
    """How many single mistakes are named, of those that change what is typed."""
    rng, shares = np.random.default_rng(seed), Shares()
    for task in tasks:
        made = single_mistakes(task)
        for place in rng.permutation(len(made))[:most]:
            value, key = made[place].value, made[place].mistake.key
            if value and not reads_right(task, value):
                said = judged(task, value)
                # The same number may be right elsewhere, and that is said first.
                elsewhere = said.verdict == "convention" and np.isclose(value, task.other_delta)
                so = named(said, (key,)) or bool(elsewhere)
                shares.add(so, task.quantity.kind, key)
    return shares


def pairs_of_mistakes(tasks: Iterable[Task], most: int, seed: int = 0) -> Shares:
    """How many pairs are named, of those in which both mistakes tell."""
    rng, shares = np.random.default_rng(seed), Shares()
    for task in tasks:
        slips = candidates(task).slips
        rows = rng.integers(len(slips), size=(most, 2))
        rows.sort(axis=1)  # in the order of the catalogue
        together, first, second = (passes(task, slips, part) for part in (rows, *split(rows)))
        for row, value, alone in zip(rows, together, zip(first, second, strict=True), strict=True):
            mistakes = [slips[slip].mistake for slip in row]
            if mistakes[0].key == mistakes[1].key or all(m.rounds for m in mistakes):
                continue
            tells = not np.isclose(value, (*alone, task.value), rtol=1e-9, atol=0).any()
            if value and tells and not reads_right(task, value):
                famous = all(mistake.common == 3 for mistake in mistakes)
                labels = (task.quantity.kind, *(("every day",) if famous else ()))
                keys = tuple(mistake.key for mistake in mistakes)
                shares.add(named(judged(task, value), keys), *labels)
    return shares


def split(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns, as columns."""
    return rows[:, :1], rows[:, 1:]


Draw = Callable[[np.random.Generator, float, int], np.ndarray]
CHANCE: dict[str, Draw] = {
    "evenly": lambda rng, value, n: rng.uniform(-3, 3, n) * value,
    "evenly around": lambda rng, value, n: value + rng.uniform(-3, 3, n) * value,
    "by size": lambda rng, value, n: rng.choice([-1, 1], n) * value * 10 ** rng.uniform(-1, 1, n),
    "normal": lambda rng, value, n: rng.normal(value, abs(value), n),
    "close by": lambda rng, value, n: rng.normal(value, abs(value) / 2, n),
    "whatever": lambda rng, value, n: rng.normal(0, 1, n),
}


def blamed(tasks: Iterable[Task], each: int, seed: int = 0) -> Shares:
    """How many wrong numbers that came about by chance are blamed on a mistake."""
    rng, shares = np.random.default_rng(seed), Shares()
    before = 0.5
    for task in tasks:
        drawn = {label: draw(rng, task.value, each) for label, draw in CHANCE.items()}
        for label, values in {**drawn, "another's": np.array([before])}.items():
            for value in abs(values) if task.quantity.kind == "error" else values:
                if not reads_right(task, float(value)):
                    said = judged(task, float(value))
                    shares.add(said.verdict != "unknown", label, task.quantity.kind)
        before = task.value
    return shares


def test_single_mistakes_are_named() -> None:
    shares = single_mistakes_named(random_tasks(2000, seed=1), most=2)
    assert shares.counts["all"][1] > 3000
    assert shares.of() >= 0.98
    kinds = {task.quantity.kind for task in random_tasks(20, seed=1)}
    assert {kind: shares.of(kind) >= 0.97 for kind in kinds} == dict.fromkeys(kinds, True)
    assert {mistake.key for mistake in CATALOGUE} <= set(shares.counts)


def test_right_answers_are_accepted_rounded_either_way_and_with_more_digits() -> None:
    for task in random_tasks(2000, seed=2):
        value, digits = task.value, task.digits
        for text in (typed(value, digits), typed(value, digits + 2), repr(value)):
            assert diagnose(task, float(text), text).verdict == "right", (task.name, text)
        assert diagnose(task, value, "").verdict == "right"
        half = 0.999 * half_unit(value, digits)
        for edge in (value - half, value + half):
            assert diagnose(task, edge).verdict == "right"


def test_the_next_number_with_so_many_digits_is_not_right() -> None:
    for task in random_tasks(100, seed=2):
        for step in (-1.1, 1.1):
            number = task.value + step * half_unit(task.value, task.digits)
            assert diagnose(task, number).verdict != "right"


def test_numbers_that_came_about_by_chance_are_not_blamed() -> None:
    shares = blamed(random_tasks(200, seed=3), each=7)
    assert shares.counts["all"][1] > 8000
    assert shares.of() <= 0.01
    assert {label: shares.of(label) <= 0.012 for label in CHANCE} == dict.fromkeys(CHANCE, True)


@pytest.mark.parametrize(("digits", "share"), [(4, 0.25), (5, 0.7)])
def test_pairs_are_named_the_more_the_more_digits_there_are(digits: int, share: float) -> None:
    shares = pairs_of_mistakes(random_tasks(100, seed=4, digits=digits), most=10)
    assert shares.counts["all"][1] > 500
    assert shares.of() >= share
    assert shares.of("every day") >= share + 0.1


def test_an_answer_is_judged_at_once() -> None:
    times = []
    for task in random_tasks(60, seed=5):
        start = process_time()
        diagnose(task, 1.2345 * task.value)  # nothing known: all pairs are tried
        times.append(process_time() - start)
    assert np.median(times) < 0.02


if __name__ == "__main__":
    for title, result in (
        ("single mistakes named", single_mistakes_named(random_tasks(2000, seed=1), 30)),
        ("pairs named, 4 digits", pairs_of_mistakes(random_tasks(400, seed=4), 15)),
        ("pairs named, 5 digits", pairs_of_mistakes(random_tasks(400, 4, digits=5), 15)),
        ("chance numbers blamed", blamed(random_tasks(1000, seed=3), 15)),
    ):
        print(f"\n{title}")
        for name, (so, times) in sorted(result.counts.items(), key=lambda item: -item[1][1]):
            print(f"  {name:28} {so:6} of {times:6}  {so / times:8.2%}")
