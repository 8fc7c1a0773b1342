"""What is said of an answer: right, rounded, right elsewhere, one mistake, two, or nothing."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from backprop_core import Network, forward
from backprop_core.diagnosis import Diagnosis, Quantity, Task, diagnose, telling_digits
from backprop_core.exercises import exercise
from backprop_core.published import MISTAKES as PUBLISHED
from backprop_core.slips import already_updated, left_out
from tests.refusals import assert_refused

NET = Network.three_layer()
DELTA = Task(NET, ((1.0, 0.0),), ((1.0,),), Quantity("delta", ("f3",)))  # −0.152674…
SUM = Task(NET, ((0.8, 0.3),), ((1.0,),), Quantity("r", ("f1",)))  # 0.19, to the last digit
OUTPUT = replace(SUM, quantity=Quantity("output", ("f1",)))  # 0.547357…
ERROR = replace(SUM, quantity=Quantity("error"))


def said(task: Task, text: str) -> Diagnosis:
    return diagnose(task, float(text.replace("−", "-").replace(",", ".")), text)


def keys(found: Diagnosis) -> list[tuple[str, ...]]:
    return [finding.mistakes for finding in found.findings]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        *((text, "right") for text in ("0.5474", "0,5474", ".5474", "0.547358", "5.474e-1")),
        *((text, "rounded") for text in ("0.547", "0.55", "0.5", "0.5473", "0.5475")),
        *((text, "unknown") for text in ("0.53", "0.5436", "0", "0.0", "1", "-0.4321")),
        ("0.19", "known"),
        ("0.1900", "known"),
        ("5.474", "known"),
    ],
)
def test_digits_are_given_their_due(text: str, verdict: str) -> None:
    assert said(OUTPUT, text).verdict == verdict


def test_too_few_digits_are_kindly_told_how_many_are_asked_for() -> None:
    sentence = said(OUTPUT, "0.55").sentence
    assert sentence.startswith("Right as far as it goes, with two digits; four digits are asked")
    assert said(OUTPUT, "0.5473").sentence == (
        "Nearly right: the digits were cut off instead of rounded."
    )
    assert said(OUTPUT, "0.5475").sentence == "Nearly right: the last digit is off by one."


def test_a_number_without_more_digits_is_right_as_it_is() -> None:
    for text in ("0.19", "0.190", "0.1900", ".19", "19e-2"):
        assert said(SUM, text).verdict == "right"


def test_half_may_be_rounded_either_way() -> None:
    net = Network.from_weights([[[0.12345]]], activation="identity")
    task = Task(net, ((1.0,),), ((0.0,),), Quantity("output", ("f1",)))
    assert [said(task, text).verdict for text in ("0.1234", "0.1235")] == ["right", "right"]


@pytest.mark.parametrize("convention", ["output", "sum"])
def test_the_other_convention_is_right_where_it_is_at_home(convention: str) -> None:
    kind = "delta" if convention == "output" else "delta_r"
    task = replace(DELTA, convention=convention, quantity=Quantity(kind, ("f3",)))
    assert task.name == "δ₃"
    found = diagnose(task, task.other_delta)
    assert found.verdict == "convention"
    assert found.sentence.startswith("Right, in the other convention: this is ∂E/∂")
    # Where ∂E/∂… is asked for by its name, there is no other convention.
    named = replace(task, convention="sum" if convention == "output" else "output")
    assert named.name == ("∂E/∂f₃" if convention == "output" else "∂E/∂r₃")
    assert diagnose(named, task.other_delta).verdict != "convention"


def test_two_mistakes_that_come_to_the_same_are_both_named() -> None:
    task = replace(DELTA, quantity=Quantity("bias", ("f5",), after=1))
    task = replace(task, digits=telling_digits(task))
    right = task.network.bias("f5")
    found = diagnose(task, right + (right - task.value))
    assert found.verdict == "known"
    assert found.sentence == (
        "Either t − y was taken instead of y − t, or the step was added instead of subtracted."
    )
    assert sorted(keys(found)) == [("sign-of-difference",), ("sign-of-update",)]


def test_more_than_two_are_not_guessed_among() -> None:
    # w = 1 and x = 1: input left out, weight taken for it, … change nothing; 0 explains too much.
    net = Network.from_weights([[[1.0]]], activation="identity")
    task = Task(net, ((1.0,),), ((3.0,),), Quantity("gradient", ("x1", "f1")))
    assert diagnose(task, 0.123).verdict == "unknown"
    assert not diagnose(task, 0.123).findings


def test_the_only_neuron_is_named_once() -> None:
    net = Network.from_weights([[[0.7]]], [[0.2]])
    task = Task(net, ((0.8,),), ((1.0,),), Quantity("gradient", ("x1", "f1")))
    assert diagnose(task, (forward(net, task.x).y.item() - 1.0) * 0.8).sentence == (
        "It looks as if the slope g′(r) was left out at f₁."
    )


def test_a_pair_is_named_and_both_places_light_up() -> None:
    task = replace(DELTA, quantity=Quantity("delta", ("f1",)), digits=5)
    f = forward(NET, task.x)
    slopes = [g.slope(r)[0] for g, r in zip(NET.activations, f.r, strict=True)]
    wrong = (1.0 - f.y.item()) * slopes[2][0] * (1.2 * slopes[1][0] - 0.6 * slopes[1][1] * 0.1)
    found = diagnose(task, wrong)
    assert keys(found) == [("sign-of-difference", "path-weight-left-out")]
    assert found.sentence == (
        "Two things seem to have happened: t − y was taken instead of y − t, "
        "and w₁,₃ was left out on the way back."
    )
    assert found.findings[0].lit == ("node-y", "edge-f1-f3")


def test_the_line_and_the_place() -> None:
    (finding,) = said(DELTA, "0.1527").findings
    assert finding.line
    assert finding.line.result.latex == r"\delta"
    assert finding.marked == ("y", "t")
    assert finding.lit == ("node-y",)
    assert "-0.1527" not in finding.sentence + finding.hint


def test_the_line_may_lie_far_back() -> None:
    r1 = 0.3 * 0.8 - 0.5 * 0.3  # without its bias
    outputs = np.array([1 / (1 + np.exp(-r1)), forward(NET, ERROR.x).outputs[0][0, 1]])
    for w, b in zip(NET.weights[1:], NET.biases[1:], strict=True):
        outputs = 1 / (1 + np.exp(-(outputs @ w + b)))
    (finding,) = diagnose(ERROR, 0.5 * (outputs.item() - 1.0) ** 2).findings
    assert finding.mistakes == ("bias-forgotten",)
    assert finding.line
    assert (finding.line.result.latex, finding.marked) == ("r_{1}", ("b_{1}",))
    assert finding.lit == ("node-f1",)


def test_the_sum_over_samples_is_a_line_of_its_own() -> None:
    task = Task(
        NET, ((1.0, 0.5), (0.3, 0.9)), ((1.0,), (0.0,)), Quantity("gradient", ("f3", "f5")), h=0.8
    )
    found = diagnose(task, task.of_sample(1))
    assert keys(found) == [("one-sample",)]
    (finding,) = found.findings
    assert finding.line
    assert finding.line.value == pytest.approx(task.of_sample(0) + task.of_sample(1), rel=1e-12)
    assert finding.line.value == pytest.approx(task.value, rel=1e-12)
    assert finding.marked == (r"\frac{\partial E^{(2)}}{\partial w_{3,5}}",)


@pytest.mark.parametrize("activation", ["ReLU", "threshold", "identity", "sigmoid", "tanh"])
@pytest.mark.parametrize("size", [0.0, 1.0, 1e200])
@pytest.mark.parametrize(
    "quantity",
    [
        Quantity("r", ("f1",)),
        Quantity("output", ("f3",)),
        Quantity("error"),
        Quantity("delta", ("f1",)),
        Quantity("gradient", ("x1", "f1")),
        Quantity("weight", ("x1", "f1"), after=1),
    ],
    ids=lambda quantity: quantity.kind,
)
def test_nothing_breaks_it(activation: str, size: float, quantity: Quantity) -> None:
    net = Network.from_weights(
        [[[-size, -1.0], [-1.0, -3.0]], [[size], [1e-300]]], activation=activation
    )
    task = Task(net, ((0.0, 1e100 if size > 1 else 1.0),), ((0.0,),), quantity)
    for answer in (0.0, -0.0, 1.0, 1e308, 5e-324, nan, inf, -inf, task.value):
        for shown in (None, "", "0", "0.0", "1e308", "−1,5e−7", "1e999", "abc", "."):
            found = diagnose(task, answer, shown)
            assert found.sentence
            if answer == task.value and abs(answer) < inf:
                assert found.verdict == "right"


def test_an_answer_of_0_is_right_only_if_it_is_0() -> None:
    dead = Network.from_weights([[[-1.0]], [[1.0]]], activation=["ReLU", "identity"])
    task = Task(dead, ((1.0,),), ((1.0,),), Quantity("gradient", ("x1", "f1")))
    assert task.value == 0
    assert [said(task, text).verdict for text in ("0", "0.000", "-0")] == ["right"] * 3
    assert said(DELTA, "0").verdict == "unknown"
    assert said(task, "0.0001").verdict == "unknown"
    # 0.1 + 0.2 − 0.3 is not quite 0 in a computer
    dusty = Network.from_weights([[[0.1], [0.2]]], [[-0.3]], "identity")
    task = Task(dusty, ((1.0, 1.0),), ((0.0,),), Quantity("r", ("f1",)))
    assert task.value != 0
    assert said(task, "0").verdict == "right"


@pytest.mark.parametrize(
    ("part", "digits", "why"),
    [(0.5, 4, "More than two mistakes"), (0.5, 1, "single digit"), (0.4321, 4, "none of the")],
)
def test_why_nothing_is_said(part: float, digits: int, why: str) -> None:
    task = exercise("delta-hidden", 7).task  # where half of it comes of several mistakes
    assert task
    found = said(task, f"{part * task.value:.{digits}g}")
    assert (found.verdict, found.findings) == ("unknown", ())
    assert why in found.sentence


def test_the_formulas_of_publications_are_these() -> None:
    w, gradient = np.array([[1.2, -0.6]]), np.array([[0.5, 0.25]])
    paths = {key: PUBLISHED[key].paths for key in PUBLISHED}
    assert paths["updated-weights-first"] is already_updated
    left = paths["path-weights-left-out"]
    assert left
    assert left(w, gradient, 0.5).tolist() == left_out(w).tolist() == [[1.0, 1.0]]


def test_impossible_tasks_are_refused() -> None:
    def task(**changes: object) -> object:
        return lambda: replace(DELTA, **changes)  # type: ignore[arg-type]

    for changes, message in (
        ({"quantity": Quantity("slope", ("f1",))}, "quantity is Quantity(kind='slope'"),
        ({"quantity": Quantity("weight", ("f1", "f3"))}, "quantity is after 0 updates"),
        ({"quantity": Quantity("error", after=1)}, "quantity is after 1 updates"),
        ({"quantity": Quantity("error", sample=1)}, "quantity is of sample 1"),
        ({"quantity": Quantity("delta", ("f9",))}, "neuron is 'f9'"),
        ({"convention": "input"}, "convention is 'input'"),
        ({"digits": 0}, "digits is 0"),
        ({"digits": 13}, "digits is 13"),
        ({"h": 0.0}, "h is 0.0"),
        ({"x": ((1.0,),)}, "x has the shape"),
        ({"t": ((1.0,), (0.0,))}, "t has 2 samples"),
    ):
        assert_refused(task(**changes), message)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "name"),
    [
        (Quantity("r", ("f1",)), "r₁"),
        (Quantity("output", ("f1",)), "f₁"),
        (Quantity("output", ("y",)), "y"),
        (Quantity("error"), "E"),
        (Quantity("delta", ("f5",)), "δ"),
        (Quantity("gradient", ("f1", "f3")), "∂E/∂w₁,₃"),
        (Quantity("gradient", ("f3",)), "∂E/∂b₃"),
        (Quantity("weight", ("x1", "f1"), after=1), "wₓ₁,₁ after the update"),
        (Quantity("bias", ("f3",), after=1), "b₃ after the update"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names(quantity: Quantity, name: str) -> None:
    assert replace(DELTA, quantity=quantity).name == name
