"""The verdict on a gradient is right, and says in plain words what is the matter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from backprop_core import ACTIVATIONS, GradientReport, Network, backward, forward, verdict
from backprop_core.gradcheck import check_gradient
from backprop_core.situation import TEACHER_SETS
from backprop_core.verdict import judge

SMOOTH = [name for name, activation in ACTIVATIONS.items() if not activation.kinks]
X = st.tuples(st.floats(-2, 2), st.floats(-2, 2))
Sample = tuple[float, ...]


@given(X, st.sampled_from(SMOOTH), st.floats(-2, 2))
def test_a_smooth_activation_agrees(x: tuple[float, float], name: str, t: float) -> None:
    found = judge(Network.three_layer(name), x, [t])
    assert found.ok
    assert found.finding.startswith("agrees with central differences to ")
    assert found.reason == ""


@given(X, st.integers(0, 1), st.integers(0, 99))
def test_the_threshold_always_warns_and_says_that_its_slope_is_zero(
    x: tuple[float, float], t: int, seed: int
) -> None:
    found = judge(Network.random([2, 2, 2, 1], "threshold", seed=seed), x, [t])
    assert not found.ok
    assert "its slope is 0" in found.reason
    assert "no weight learns" in found.reason


@pytest.mark.parametrize(("x", "t"), TEACHER_SETS["XOR"])
def test_the_articles_network_with_the_threshold_on_xor(x: Sample, t: Sample) -> None:
    found = judge(Network.three_layer("threshold"), x, t)
    assert (found.ok, "its slope is 0" in found.reason) == (False, True)
    at_a_jump = x == (0, 1)  # where the sum of f₂ is 0
    assert ("The input sum of f₂ is 0, just where" in found.reason) == at_a_jump


@pytest.mark.parametrize("name", ["ReLU", "leaky ReLU", "threshold"])
def test_a_neuron_at_a_kink_is_named(name: str) -> None:
    net = Network.three_layer([name, "tanh", "identity"]).with_bias("f2", -0.8)
    found = judge(net, [1, 0], [3])
    assert not found.ok
    assert found.finding.startswith("differs from central differences by ")
    assert found.reason == (
        f"The input sum of f₂ is 0, just where {name} jumps or bends: there it has no slope, "
        "so a gradient means nothing."
    )


def test_a_network_of_dead_neurons_is_explained() -> None:
    net = Network.from_weights([[[1.0]], [[1.0]]], [[-5.0], [-5.0]], "ReLU")
    found = judge(net, [1], [1])
    assert not found.ok
    assert found.finding == "the gradient is 0, and so are the central differences"
    assert found.reason.startswith("Every path from the weights to the error passes a neuron whose")


def test_a_gradient_of_zero_is_right_where_there_is_no_error() -> None:
    assert judge(Network.from_weights([[[1.0]]], activation="identity"), [1], [1]).ok


def test_large_numbers_are_compared_relatively() -> None:
    found = judge(Network.from_weights([[[1e6]]], activation="identity"), [3e3], [0])
    assert found.ok
    assert found.finding.startswith("agrees with central differences to a relative ")


def test_a_wrong_gradient_is_found_and_its_parameter_named(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Network.three_layer()

    def check_a_wrong_one(net: Network, x: ArrayLike, t: ArrayLike) -> GradientReport:
        right = backward(net, forward(net, x), t)
        weights = [np.array(w) for w in right.weights]
        weights[1][0, 1] += 0.3
        return check_gradient(net, x, t, replace(right, weights=tuple(weights)))

    assert judge(net, [1, 0], [1]).ok
    monkeypatch.setattr(verdict, "check_gradient", check_a_wrong_one)
    found = judge(net, [1, 0], [1])
    assert not found.ok
    assert found.finding == "differs from central differences by 0.3, at w₁,₄"
    assert found.reason.startswith("Either the gradient is wrong, or ")


def test_a_wrong_slope_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    tanh = ACTIVATIONS["tanh"]
    wrong = replace(tanh, slope_at=lambda r, output: 1 - output)
    found = judge(Network.three_layer(wrong), [1, 0], [1])
    assert not found.ok
    assert " at " in found.finding


@given(
    st.sampled_from(list(ACTIVATIONS)),
    st.lists(st.floats(-1e154, 1e154), min_size=4, max_size=4),
)
@example("identity", [1.89615e154, 0.0, 1.0, 0.0])
def test_no_number_is_too_large_for_a_verdict(name: str, values: list[float]) -> None:
    w, b, x, t = values
    assert judge(Network.from_weights([[[w]]], [[b]], name), [x], [t]).finding
