"""Each mistake of the catalogue on a network small enough to work it out by hand, line by line."""

from math import exp, sqrt, trunc
from typing import Any, NamedTuple

import numpy as np
import pytest

from backprop_core import Network
from backprop_core.diagnosis import CATALOGUE, GROUPS, Quantity, Task, diagnose
from backprop_core.diagnosis.slipped import STAGES, Slip, passes

MISTAKES = {mistake.key: mistake for mistake in CATALOGUE}
NET = Network.three_layer()
H = 0.3


def g(r: float) -> float:
    return 1 / (1 + exp(-r))


def slope(r: float) -> float:
    return g(r) * (1 - g(r))


# The article's network with x = (0.8, 0.3) and t = 0.9, written out.
x1, x2, t = 0.8, 0.3, 0.9
r1 = 0.3 * x1 - 0.5 * x2 + 0.1
r2 = 0.8 * x1 + 0.2 * x2 - 0.2
f1, f2 = g(r1), g(r2)
r3 = 0.7 * f1 - 0.4 * f2 + 0.2
r4 = 0.1 * f1 + 0.9 * f2 + 0.4
f3, f4 = g(r3), g(r4)
r5 = 1.2 * f3 - 0.6 * f4 - 0.3
y = g(r5)
s1, s3, s4, s5 = slope(r1), slope(r3), slope(r4), slope(r5)
delta = y - t
delta_3, delta_4 = delta * s5 * 1.2, delta * s5 * -0.6
delta_1 = delta_3 * s3 * 0.7 + delta_4 * s4 * 0.1

# Its second half alone, with the inputs f1 = 0.8 and f2 = 0.3: two outputs, t = (0.9, 0.2).
u3 = g(0.7 * x1 - 0.4 * x2 + 0.2) - 0.9
u4 = g(0.1 * x1 + 0.9 * x2 + 0.4) - 0.2

# One layer of two inputs and one output, three samples.
BATCH = ((0.8, 0.3, 0.9), (0.5, 0.6, 0.1), (0.2, 0.9, 0.7))


def of_sample(a: float, b: float, target: float) -> float:
    """∂E/∂w of the first input, of one sample."""
    r = 1.2 * a - 0.6 * b - 0.3
    return (g(r) - target) * slope(r) * a


each = [of_sample(*sample) for sample in BATCH]

# From one hidden layer straight to three outputs that are what arrives: t = 0.
THREE_PATHS = Network.from_weights([[[1.0]], [[0.7, -0.4, 0.5]]], None, ["sigmoid", "identity"])
k1 = g(0.8)


def asked(text: str, convention: str = "output") -> Task:
    return Task(NET, ((x1, x2),), ((t,),), Quantity.parse(text, NET), H, convention)


def two_outputs() -> Task:
    net = Network.from_weights(NET.weights[1:2], NET.biases[1:2])
    return Task(net, ((x1, x2),), ((0.9, 0.2),), Quantity("error"))


def batch(text: str, samples: int = 3) -> Task:
    net = Network.from_weights(NET.weights[2:], NET.biases[2:])
    x = tuple((a, b) for a, b, _ in BATCH[:samples])
    targets = tuple((target,) for _, _, target in BATCH[:samples])
    return Task(net, x, targets, Quantity.parse(text, net), H)


def three_paths() -> Task:
    return Task(THREE_PATHS, ((0.8,),), ((0.0, 0.0, 0.0),), Quantity("delta", ("f1",)))


class Worked(NamedTuple):
    """A task, a place by its attributes, and the number that the mistake leads to."""

    task: Task
    place: dict[str, Any]
    number: float


def at(where: str = "", instead: str = "", **more: Any) -> dict[str, Any]:
    return {
        **({"where": where} if where else {}),
        **({"instead": instead} if instead else {}),
        **more,
    }


WORKED = {
    "bias-forgotten": Worked(asked("r f1"), at("f₁"), 0.3 * x1 - 0.5 * x2),
    "bias-subtracted": Worked(asked("r f1"), at("f₁"), 0.3 * x1 - 0.5 * x2 - 0.1),
    "activation-forgotten": Worked(asked("r f3"), at("f₂"), 0.7 * f1 - 0.4 * r2 + 0.2),
    "input-forgotten": Worked(asked("r f3"), at("f₂ to f₃"), 0.7 * f1 + 0.2),
    "weight-forgotten": Worked(asked("f3"), at("f₁ to f₃"), g(f1 - 0.4 * f2 + 0.2)),
    "minus-lost": Worked(asked("r f1"), at("wₓ₂,₁"), 0.3 * x1 + 0.5 * x2 + 0.1),
    "inputs-swapped": Worked(asked("r f1"), at("f₁"), 0.3 * x2 - 0.5 * x1 + 0.1),
    "weights-of-neighbour": Worked(asked("r f3"), at("f₃", "f₄"), 0.1 * f1 + 0.9 * f2 + 0.2),
    "weights-transposed": Worked(
        asked("r f4"), at("f₁, f₂ and f₃, f₄"), -0.4 * f1 + 0.9 * f2 + 0.4
    ),
    "sum-given": Worked(asked("f3"), at(), r3),
    "output-given": Worked(asked("r f3"), at(), f3),
    "slope-given": Worked(asked("f3"), at(), s3),
    "other-neuron": Worked(asked("f3"), at(instead="f₄"), f4),
    "other-sample": Worked(batch("f1"), at(instead="sample 2"), g(1.2 * 0.5 - 0.6 * 0.6 - 0.3)),
    "half-forgotten": Worked(asked("E"), at(), (y - t) ** 2),
    "square-forgotten": Worked(two_outputs(), at(), (u3 + u4) / 2),
    "difference-given": Worked(asked("E"), at(), y - t),
    "squared-after-sum": Worked(two_outputs(), at(), (u3 + u4) ** 2 / 2),
    "one-output-only": Worked(two_outputs(), at(instead="y₂"), u4**2 / 2),
    "root-taken": Worked(two_outputs(), at(), sqrt(u3**2 + u4**2)),
    "target-added": Worked(asked("E"), at(), (y + t) ** 2 / 2),
    "target-forgotten": Worked(asked("delta f3"), at(), y * s5 * 1.2),
    "sign-of-difference": Worked(asked("delta f3"), at(), (t - y) * s5 * 1.2),
    "factor-two": Worked(asked("delta f5"), at(), 2 * (y - t)),
    "half-kept": Worked(asked("delta f3"), at(), (y - t) / 2 * s5 * 1.2),
    "slope-of-output": Worked(asked("delta f3"), at("f₅"), (y - t) * slope(y) * 1.2),
    "slope-left-out": Worked(asked("delta f1"), at("f₃"), delta_3 * 0.7 + delta_4 * s4 * 0.1),
    "output-for-slope": Worked(asked("delta f3"), at("f₅"), (y - t) * y * 1.2),
    "slope-twice": Worked(asked("gradient f1-f3"), at("f₃"), delta_3 * s3 * s3 * f1),
    "path-weight-left-out": Worked(
        asked("delta f1"), at("w₁,₄"), delta_3 * s3 * 0.7 + delta_4 * s4
    ),
    "updated-weights": Worked(asked("delta f3"), at(), delta * s5 * (1.2 - H * delta * s5 * f3)),
    "one-path": Worked(asked("delta f1"), at("f₁", "f₃"), delta_3 * s3 * 0.7),
    "path-forgotten": Worked(three_paths(), at("f₁", "f₃"), (0.7 * 0.7 + 0.5 * 0.5) * k1),
    "path-weights-transposed": Worked(
        asked("delta f1"), at("f₁, f₂ and f₃, f₄"), delta_3 * s3 * 0.7 + delta_4 * s4 * -0.4
    ),
    "path-weights-of-neighbour": Worked(
        asked("delta f1"), at("f₁", "f₂"), delta_3 * s3 * -0.4 + delta_4 * s4 * 0.9
    ),
    "weights-into-the-neuron": Worked(
        asked("delta f1"), at("f₁"), delta_3 * s3 * 0.3 + delta_4 * s4 * -0.5
    ),
    "weights-of-layer-before": Worked(
        asked("delta f1"), at("f₁, f₂ and f₃, f₄"), delta_3 * s3 * 0.3 + delta_4 * s4 * 0.8
    ),
    "weight-for-input": Worked(asked("gradient f1-f3"), at(), delta_3 * s3 * 0.7),
    "input-left-out": Worked(asked("gradient x1-f1"), at(), delta_1 * s1),
    "sum-for-input": Worked(asked("gradient f1-f3"), at(), delta_3 * s3 * r1),
    "output-behind-for-input": Worked(asked("gradient f1-f3"), at(), delta_3 * s3 * f3),
    "input-of-neighbour": Worked(asked("gradient f1-f3"), at(instead="f₂"), delta_3 * s3 * f2),
    "bias-with-input": Worked(asked("gradient f3"), at(instead="f₁"), delta_3 * s3 * f1),
    "mean-over-samples": Worked(batch("gradient x1-f1"), at(), sum(each) / 3),
    "one-sample": Worked(batch("gradient x1-f1"), at(instead="sample 2"), each[1]),
    "sample-forgotten": Worked(batch("gradient x1-f1"), at(instead="sample 2"), each[0] + each[2]),
    "other-convention": Worked(asked("delta f3"), at(), delta_3 * s3),
    "error-given": Worked(asked("delta f5"), at(), (y - t) ** 2 / 2),
    "rate-multiplied": Worked(asked("gradient f3-f5"), at(), H * delta * s5 * f3),
    "rate-forgotten": Worked(asked("updated f3-f5"), at(), 1.2 - delta * s5 * f3),
    "sign-of-update": Worked(asked("updated f5"), at(), -0.3 + H * delta * s5),
    "gradient-given": Worked(asked("updated f3-f5"), at(), delta * s5 * f3),
    "step-given": Worked(asked("updated f3-f5"), at(), H * delta * s5 * f3),
    "change-given": Worked(asked("updated f5"), at(), -H * delta * s5),
    "sign-lost": Worked(asked("r f1"), at(), -r1),
    "decimal-point": Worked(asked("delta f3"), at(other=-1), delta_3 / 10),
    "cut-off": Worked(asked("f1"), at(), trunc(f1 * 1e4) / 1e4),
    "last-digit": Worked(asked("f1"), at(other=1), f1 + 1e-4),
    "rounded-to-decimals": Worked(
        asked("f3"), at(other=2), g(round(0.7 * round(f1, 2) - 0.4 * round(f2, 2) + 0.2, 2))
    ),
    # f1 = 0.547… and f2 = 0.622… have as many decimals as digits that count
    "rounded-to-digits": Worked(
        asked("r f3"), at(other=2), 0.7 * round(f1, 2) - 0.4 * round(f2, 2) + 0.2
    ),
    "cut-off-on-the-way": Worked(
        asked("r f3"), at(other=2), 0.7 * trunc(f1 * 100) / 100 - 0.4 * trunc(f2 * 100) / 100 + 0.2
    ),
}


def slip_of(key: str, worked: Worked) -> Slip:
    places = [
        place
        for place in MISTAKES[key].places(worked.task)
        if all(getattr(place, name) == value for name, value in worked.place.items())
    ]
    assert places, [place.where for place in MISTAKES[key].places(worked.task)]
    return Slip(MISTAKES[key], places[0])


def test_the_hand_is_right_where_nothing_goes_wrong() -> None:
    right = {
        "f3": f3,
        "E": (y - t) ** 2 / 2,
        "delta f1": delta_1,
        "gradient f1-f3": delta_3 * s3 * f1,
    }
    assert {text: asked(text).value for text in right} == pytest.approx(right, rel=1e-12)
    assert two_outputs().value == pytest.approx((u3**2 + u4**2) / 2, rel=1e-12)
    assert batch("gradient x1-f1").value == pytest.approx(sum(each), rel=1e-12)
    assert three_paths().value == pytest.approx((0.49 + 0.16 + 0.25) * k1, rel=1e-12)


def test_the_catalogue_is_complete_and_each_entry_is_worked_out_here() -> None:
    assert list(WORKED) == [mistake.key for mistake in CATALOGUE]
    assert sum(map(len, GROUPS.values())) == len(CATALOGUE) == len(MISTAKES)
    assert {mistake.stage for mistake in CATALOGUE} == set(STAGES)


@pytest.mark.parametrize("key", WORKED)
def test_the_formula_is_what_a_hand_that_slips_works_out(key: str) -> None:
    worked = WORKED[key]
    (found,) = passes(worked.task, [slip_of(key, worked)], np.array([[0]]))
    assert found == pytest.approx(worked.number, rel=1e-11)
    assert found != pytest.approx(worked.task.value, rel=1e-6)


@pytest.mark.parametrize("key", WORKED)
def test_it_is_named_with_a_hint_and_the_line_where_it_happens(key: str) -> None:
    worked = WORKED[key]
    found = diagnose(worked.task, worked.number)
    expected = {"other-convention": "convention"}.get(key, "known")
    assert found.verdict == ("rounded" if MISTAKES[key].rounds else expected)
    if found.verdict == "convention":
        assert "∂E/∂r₃" in found.sentence
        return
    assert found.findings
    if MISTAKES[key].rounds:
        assert all(MISTAKES[k].rounds for finding in found.findings for k in finding.mistakes)
    else:
        assert (key,) in [finding.mistakes for finding in found.findings]
    for finding in found.findings:
        assert finding.line
        assert finding.marked
        terms = [finding.line.result, *(a for a in finding.line.terms if not isinstance(a, str))]
        assert set(finding.marked) <= {term.latex for term in terms}
        nodes = {f"node-{node}" for node in (*worked.task.network.places, *worked.task.ys)}
        edges = {f"edge-{a}-{b}" for a, b in worked.task.network.edges}
        assert finding.lit
        assert set(finding.lit) <= nodes | edges
        for text in (finding.sentence, finding.hint):
            assert text[-1] in ".?)"
            assert not {"{", "}", "\\"} & set(text)
