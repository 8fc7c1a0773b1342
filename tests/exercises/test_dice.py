"""What is drawn for a number stays what it is, and each student has a number of their own."""

import numpy as np
import pytest

from backprop_core.exercises import KINDS, LARGEST, class_number, exercise, situation_of
from backprop_core.exercises.dice import CLASS_NUMBERS, Dice
from tests.refusals import assert_refused

# The contract of a seed: sheets have been printed with such numbers on them.
DRAWN = {
    1: (
        [[[-0.8, -0.4], [0.2, -1.5]], [[1.1, -0.5], [-1.6, 1.2]], [[0.9], [-0.6]]],
        [[0.7, -0.5], [-0.9, -0.3], [0.8]],
        ((-0.9, -1.2), (0.9,), 0.5),
    ),
    2026: (
        [[[0.2, -0.4], [-1.4, -0.6]], [[0.7, -0.8], [-0.5, -1.1]], [[0.3], [-0.9]]],
        [[0.7, 0.5], [0.9, 0.2], [0.6]],
        ((0.8, -0.9), (0.1,), 2.0),
    ),
}


@pytest.mark.parametrize("number", DRAWN)
def test_a_number_brings_what_it_has_always_brought(number: int) -> None:
    weights, biases, sample = DRAWN[number]
    found = situation_of(number)
    assert [layer.tolist() for layer in found.network.weights] == weights
    assert [layer.tolist() for layer in found.network.biases] == biases
    assert (found.x, found.t, found.h) == sample


def test_dice_fall_as_they_always_have() -> None:
    dice = Dice("a seed", 1)
    assert [dice.below(1000) for _ in range(5)] == [815, 688, 481, 941, 580]
    assert dice.shuffled("abcdef") == list("caebfd")


@pytest.mark.parametrize("kind", KINDS)
def test_an_exercise_is_made_again(kind: str) -> None:
    for number in (0, 3, 77, LARGEST):
        one, other = exercise(kind, number), exercise(kind, number)
        assert one.prompt == other.prompt
        assert (one.given, one.options, one.answer) == (other.given, other.options, other.answer)
        assert one.explanation == other.explanation
        for a, b in zip(
            one.situation.network.weights, other.situation.network.weights, strict=True
        ):
            assert np.array_equal(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_another_number_brings_another_exercise(kind: str) -> None:
    made = [exercise(kind, number) for number in range(1, 30)]
    told = {
        (e.prompt, e.answer, tuple(map(tuple, e.situation.network.weights[0].tolist())))
        for e in made
    }
    assert len(told) == len(made)


def test_an_exercise_is_not_changed_by_what_was_drawn_before() -> None:
    alone = exercise("delta-first", 5).answer
    for kind in KINDS:
        exercise(kind, 5)
    assert exercise("delta-first", 5).answer == alone


def test_shuffling_loses_nothing_and_reaches_every_order() -> None:
    orders = {tuple(Dice("orders", seed).shuffled("abc")) for seed in range(200)}
    assert len(orders) == 6
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)


@pytest.mark.parametrize("seed", [0, 1, 2026, 10**30])
def test_no_two_students_of_a_class_have_the_same_number(seed: int) -> None:
    numbers = [class_number(seed, student) for student in range(1, 1001)]
    assert len(set(numbers)) == 1000
    assert all(0 <= number < CLASS_NUMBERS for number in numbers)
    assert all(number % 3 for number in numbers)  # no variations: a class practises the same
    assert numbers == [class_number(seed, student) for student in range(1, 1001)]


def test_another_seed_brings_other_numbers() -> None:
    classes = [{class_number(seed, student) for student in range(1, 61)} for seed in range(30)]
    shared = sum(len(a & b) for a in classes for b in classes if a is not b)
    assert shared < 60


@pytest.mark.parametrize(
    ("seed", "student", "message"),
    [
        (-1, 1, "seed is -1, but expected a whole number of 0 or more"),
        (1.5, 1, "seed is 1.5, but expected a whole number of 0 or more"),
        (1, 0, "student is 0, but expected a whole number of 1 or more"),
        (1, "first", "student is 'first', but expected a number"),
        (float("nan"), 1, "seed is nan, but expected a finite number"),
    ],
)
def test_an_impossible_student_is_refused(seed: object, student: object, message: str) -> None:
    assert_refused(lambda: class_number(seed, student), message)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "number", "message"),
    [
        ("delta", 1, "kind is 'delta', but expected one of: forward, error, delta-output"),
        ("error", -1, "number is -1, but expected a whole number of 0 or more"),
        ("error", LARGEST + 1, "number is 1000000, but expected at most 999999"),
        ("error", 0.5, "number is 0.5, but expected a whole number"),
        ("error", "one", "number is 'one', but expected a number"),
    ],
)
def test_an_impossible_exercise_is_refused(kind: str, number: object, message: str) -> None:
    assert_refused(lambda: exercise(kind, number), message)  # type: ignore[arg-type]


def test_the_kinds_are_those_that_are_promised() -> None:
    assert list(KINDS) == [
        *("forward", "error", "delta-output", "delta-hidden", "delta-first"),
        *("weight-gradient", "bias-gradient", "updated-weight", "path-edges"),
        *("derivation-order", "which-gradient", "will-fall"),
    ]
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)
    for name, kind in KINDS.items():
        made = exercise(name, 1)
        assert (made.kind, made.number, made.form) == (name, 1, kind.form)
        assert made.prompt.strip() == made.prompt
        assert made.prompt[-1] in ".?"
