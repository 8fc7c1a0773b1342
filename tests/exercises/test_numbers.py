"""Exercises that ask for a number: it is the engine's, it can be found by hand, it is judged."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import exp, isclose, tanh

import pytest

from backprop_core.diagnosis import half_unit, single_mistakes
from backprop_core.equations import Equation, Term
from backprop_core.exercises import KINDS, LARGEST, Exercise, check, exercise, situation_of
from tests.exercises.nudging import found_by_nudging

NUMBERS = (*range(90), *range(900_000, 900_012), 123_456, LARGEST)
NUMBER_KINDS = [kind for kind, entry in KINDS.items() if entry.form == "number"]


@cache
def made(kind: str) -> tuple[Exercise, ...]:
    return tuple(exercise(kind, number) for number in NUMBERS)


@pytest.fixture(params=NUMBER_KINDS)
def exercises(request: pytest.FixtureRequest) -> tuple[Exercise, ...]:
    return made(request.param)


def rounded(value: float, digits: int) -> str:
    """Written out with so many significant digits, and no power of ten."""
    power = int(f"{value:.{digits - 1}e}".partition("e")[2])
    return f"{value:.{max(0, digits - 1 - power)}f}"


def digits_of(made: Exercise) -> int:
    assert made.task
    return made.task.digits


def value_of(made: Exercise) -> float:
    assert isinstance(made.answer, float)
    return made.answer


def test_the_answer_is_what_nudging_finds(exercises: tuple[Exercise, ...]) -> None:
    for each in exercises:
        assert each.task
        assert each.answer == each.task.value
        assert value_of(each) == pytest.approx(found_by_nudging(each.task), rel=1e-6, abs=1e-9)


def spelled(value: float, digits: int) -> Iterator[str]:
    """The correctly rounded value, as people write it."""
    point = rounded(value, digits)
    yield point
    yield point.replace(".", ",")
    yield point.replace("-", "−")
    yield f"{value:.{digits - 1}e}"
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    yield f"{mantissa.replace('.', ',')}·10^{int(power)}".replace("-", "−")
    fraction = Fraction(point)
    yield f"{fraction.numerator}/{fraction.denominator}"
    yield f"({point}) · ½ + ({point})/2"
    yield repr(value)


def test_a_correctly_rounded_answer_is_right(exercises: tuple[Exercise, ...]) -> None:
    for each in exercises:
        assert each.task
        for text in spelled(value_of(each), digits_of(each)):
            for typed in (text, f"{each.task.name} = {text}", f"≈ {text}"):
                assert check(each, typed).status == "right", (each.kind, each.number, typed)


def test_too_few_digits_are_told_from_wrong(exercises: tuple[Exercise, ...]) -> None:
    few = 0
    for each in exercises:
        text, digits = rounded(value_of(each), 2), digits_of(each)
        short = float(text) == float(rounded(value_of(each), digits))
        tied = rounded(value_of(each), 3).endswith("5")  # half of a unit goes either way
        if not short and not tied:
            few += 1
            assert check(each, text).status == "rounded", (each.kind, each.number, text)
    assert few > 0.6 * len(exercises)


def test_what_everybody_gets_wrong_is_named(exercises: tuple[Exercise, ...]) -> None:
    """Each common mistake, made by the catalogue's formula, is called by its name."""
    named = asked = 0
    for each in exercises[:25]:
        assert each.task
        for made in single_mistakes(each.task):
            mistake = made.mistake
            if mistake.common < 3 or mistake.rounds or mistake.key == "other-convention":
                continue
            asked += 1
            feedback = check(each, rounded(made.value, digits_of(each)))
            told = [key for finding in feedback.findings for key in finding.mistakes]
            named += feedback.status == "wrong" and mistake.key in told
    assert asked > 40
    assert named >= 0.98 * asked


def test_delta_in_the_other_convention_is_right_there() -> None:
    told = 0
    for each in (*made("delta-output"), *made("delta-hidden"), *made("delta-first")):
        assert each.task
        text = rounded(each.task.other_delta, digits_of(each))
        told += check(each, text).status == "convention"
    assert told == 3 * len(NUMBERS)


def test_a_number_out_of_the_blue_is_not_explained(exercises: tuple[Exercise, ...]) -> None:
    blamed = 0
    for each in exercises[:30]:
        for factor in (1.618_034, -0.271_83, 3.3219):
            text = rounded(value_of(each) * factor, digits_of(each))
            blamed += bool(check(each, text).findings)
    assert blamed <= 4  # of 90


# ---- what is asked, and what is given ----


def test_the_prompt_says_how_many_digits_and_gives_nothing_away(
    exercises: tuple[Exercise, ...],
) -> None:
    for each in exercises:
        digits, value = digits_of(each), value_of(each)
        assert each.prompt.endswith(f" Give {digits} significant digits.")
        assert rounded(value, 3).strip("-") not in each.prompt
        for given in each.given:
            # what is given has six digits, and the answer is not among it
            assert not isclose(given.value, value, rel_tol=10.0**-digits), (each.kind, each.number)
            assert isclose(float(given.text.replace("−", "-")), given.value, rel_tol=5e-6)
        assert not each.options
        assert each.form == KINDS[each.kind].form == "number"


def test_not_more_digits_are_asked_for_than_the_given_numbers_carry(
    exercises: tuple[Exercise, ...],
) -> None:
    digits = [digits_of(each) for each in exercises]
    assert min(digits) == 4
    assert max(digits) <= 6
    assert sum(d > 5 for d in digits) <= 0.06 * len(digits)


def test_numbers_are_worth_asking_for(exercises: tuple[Exercise, ...]) -> None:
    for each in exercises:
        assert 0.001 < abs(value_of(each)) < 3
        net = each.situation.network
        for layer in (*net.weights, *net.biases):
            for weight in layer.ravel():
                assert weight == round(weight, 1)
                assert weight not in (0, 1, -1)


def test_hardly_any_mistake_leads_to_the_right_answer(exercises: tuple[Exercise, ...]) -> None:
    hidden = 0
    for each in exercises[::2]:
        assert each.task
        values = [made.value for made in single_mistakes(each.task) if not made.mistake.rounds]
        close = half_unit(value_of(each), digits_of(each))
        hidden += any(abs(value - value_of(each)) <= close for value in values)
    assert hidden <= 0.025 * len(exercises)


# ---- by hand, with what is given ----


def by_hand(each: Exercise) -> float:
    """Follow the solution with nothing but given numbers, to the digits that are shown."""
    net = each.situation.network
    known: dict[tuple[str, int], float] = {
        (given.latex, given.sample): float(given.text.replace("−", "-")) for given in each.given
    }
    samples = max(sample for _, sample in known)
    for node, value in zip(net.layers[0], each.situation.x, strict=True):
        known.setdefault((f"x_{node[1:]}", 0), value)
    known.setdefault(("h", 0), each.situation.h)
    sample = 1 if samples else 0
    for line in each.solution:
        latex = line.result.latex
        value = worth(line, known, sample, net.activations[0].name)
        known[latex, sample] = value
        if samples and "{(" in latex:  # ∂E^{(1)}/∂w ends the first sample's part
            known[latex, 0] = value
            sample += 1
        if samples and "^{(l+1)}" not in latex and "{(" not in latex:
            known[latex, 0] = value
    return value


def worth(line: Equation, known: dict[tuple[str, int], float], sample: int, g: str) -> float:
    """The right side of a line: sums of products, a difference, a slope, an activation."""

    def of(term: Term) -> float:
        if (term.latex, sample) in known:
            return known[term.latex, sample]
        if (term.latex, 0) in known:
            return known[term.latex, 0]
        assert term.role == "weight", (term, sorted(known))  # what else is in the graph
        return term.value

    latex, terms = line.result.latex, [of(t) for t in line.terms if isinstance(t, Term)]
    if latex.startswith("g'"):
        return terms[-1] * (1 - terms[-1]) if g == "sigmoid" else 1 - terms[-1] ** 2
    if latex.startswith("g(r"):
        return 1 / (1 + exp(-terms[0])) if g == "sigmoid" else tanh(terms[0])
    if latex == "E":
        return sum((y - t) ** 2 for y, t in zip(terms[::2], terms[1::2], strict=True)) / 2
    total, factor, sign = 0.0, 1.0, 1.0
    for piece in line.terms:
        if isinstance(piece, Term):
            factor *= of(piece)
        elif piece in ("+", "-"):
            total, factor, sign = total + sign * factor, 1.0, -1.0 if piece == "-" else 1.0
        else:
            assert piece == r"\cdot", piece
    return total + sign * factor


def test_the_solution_leads_from_the_given_numbers_to_the_answer(
    exercises: tuple[Exercise, ...],
) -> None:
    """With the six digits that are shown, and judged right with the digits that are asked for."""
    off = 0
    for each in exercises:
        assert each.solution[-1].value == each.answer
        value = by_hand(each)
        assert value == pytest.approx(value_of(each), rel=2e-4)
        off += check(each, rounded(value, digits_of(each))).status != "right"
    assert off <= 0.03 * len(exercises)


# ---- one network for all kinds ----


@pytest.mark.parametrize("number", [1, 2, 7, 1_000, 900_001])
def test_all_kinds_of_a_number_are_about_one_network(number: int) -> None:
    shared = situation_of(number)
    for kind in NUMBER_KINDS:
        each = exercise(kind, number)
        assert each.situation == shared
        assert each.task
        assert len(each.task.x) == 1


def test_every_third_number_brings_a_variation() -> None:
    assert exercise("error", 3).situation.network.sizes == (2, 2, 2)
    assert exercise("delta-output", 6).situation.network.sizes == (2, 2, 2)
    for kind in ("weight-gradient", "bias-gradient", "updated-weight"):
        each = exercise(kind, 9)
        assert each.task
        assert len(each.task.x) == 2
        assert each.situation.network.sizes == (2, 2, 1)
        assert "both samples" in each.prompt
        assert {given.sample for given in each.given} >= {1, 2}


def test_large_numbers_bring_another_activation() -> None:
    for number, name in ((899_999, "sigmoid"), (900_000, "tanh")):
        for kind in NUMBER_KINDS:
            network = exercise(kind, number).situation.network
            assert {activation.name for activation in network.activations} == {name}


def test_every_neuron_and_every_edge_is_asked_about(exercises: tuple[Exercise, ...]) -> None:
    asked = {each.task.nodes for each in exercises if each.task}
    least = {"error": 1, "delta-output": 3, "delta-hidden": 2, "delta-first": 2}
    assert len(asked) >= least.get(exercises[0].kind, 5)
