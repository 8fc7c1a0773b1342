"""The gradient check: it accepts right gradients, and every wrong one is caught."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_core import (
    ACTIVATIONS,
    Activation,
    Gradient,
    Network,
    backward,
    check_gradient,
    error,
    forward,
    train,
)
from backprop_core._types import Array
from tests.plain import error_and_sides, parameters
from tests.strategies import Problem, problems

X, T = [[1.0, 0.0], [0.5, -0.9], [-0.3, 0.8]], [[1.0], [0.0], [0.2]]
NET = Network.three_layer()
SMOOTH = tuple(name for name, activation in ACTIVATIONS.items() if not activation.kinks)


@settings(max_examples=200)
@given(problems())
def test_accepts_every_right_gradient(problem: Problem) -> None:
    layers = parameters(problem)
    _, sides = error_and_sides(problem, layers)
    for neurons in layers:
        for numbers in neurons:
            for place, kept in enumerate(numbers):
                for s in (3e-6, -3e-6):  # its steps are at most 2e-6 for weights up to 2
                    numbers[place] = kept + s
                    assume(error_and_sides(problem, layers)[1] == sides)
                numbers[place] = kept
    report = check_gradient(*problem)
    assert report.agrees, report.worst


def test_one_line_for_each_parameter_with_the_articles_names() -> None:
    report = check_gradient(NET, X, T)
    names = [line.name for line in report.table]
    assert names == [
        *("w_{x_1,1}", "w_{x_1,2}", "w_{x_2,1}", "w_{x_2,2}"),
        *("w_{1,3}", "w_{1,4}", "w_{2,3}", "w_{2,4}"),
        *("w_{3,5}", "w_{4,5}", "b_{1}", "b_{2}", "b_{3}", "b_{4}", "b_{5}"),
    ]
    g = backward(NET, forward(NET, X), T)
    assert report.table[5].gradient == g.weights[1][0, 1]
    assert report.table[-1].gradient == g.biases[2][0]
    assert report.error == error(forward(NET, X).y, T)
    assert report.largest == report.worst.difference < 1e-8
    assert 0 < report.relative < 1e-8


@given(problems(SMOOTH), st.data())
def test_catches_one_derivative_that_is_off_by_a_thousandth(
    problem: Problem, data: st.DataObject
) -> None:
    net, x, t = problem
    g = backward(net, forward(net, x), t)
    k = data.draw(st.integers(0, len(net.weights) - 1))
    which = data.draw(st.integers(0, net.weights[k].size - 1))
    wrong = g.weights[k].copy()
    wrong.flat[which] += 1e-3 * (1 + max(np.abs(w).max() for w in (*g.weights, *g.biases)))
    weights = (*g.weights[:k], wrong, *g.weights[k + 1 :])
    assume(error(forward(net, x).y, t) < 1e3)
    report = check_gradient(net, x, t, replace(g, weights=weights))
    assert not report.agrees
    layer = net.weights[k].shape[1]
    assert report.worst.name == check_gradient(net, x, t).table[_offset(net, k) + which].name
    assert which // layer < net.weights[k].shape[0]


def _offset(net: Network, k: int) -> int:
    return sum(w.size for w in net.weights[:k])


def _with_slope(name: str, slope: object) -> Activation:
    return replace(ACTIVATIONS[name], slope_at=slope)  # type: ignore[arg-type]


def _sigmoid(r: Array) -> Array:
    return ACTIVATIONS["sigmoid"](r)


WRONG_SLOPES = {
    "taken at the output": lambda r, output: _sigmoid(output) * (1 - _sigmoid(output)),
    "twice": lambda r, output: 2 * output * (1 - output),
    "negative": lambda r, output: -output * (1 - output),
    "forgotten": lambda r, output: np.ones_like(r),
    "of tanh": lambda r, output: 1 - output**2,
    "without the second factor": lambda r, output: output,
    "zero": lambda r, output: np.zeros_like(r),
    "off by a thousandth": lambda r, output: output * (1 - output) * 1.001,
    "not a number": lambda r, output: np.full_like(r, np.nan),
}


@pytest.mark.parametrize("wrong", WRONG_SLOPES)
@pytest.mark.parametrize("layer", [0, 1, 2, None])
def test_catches_a_wrong_slope(wrong: str, layer: int | None) -> None:
    bad, good = _with_slope("sigmoid", WRONG_SLOPES[wrong]), ACTIVATIONS["sigmoid"]
    activations = [bad if layer in (k, None) else good for k in range(3)]
    assert not check_gradient(NET.with_activation(activations), X, T).agrees


@pytest.mark.parametrize("name", [name for name in SMOOTH if name != "sigmoid"])
def test_catches_a_slope_that_is_the_sigmoids(name: str) -> None:
    right = NET.with_activation(name)
    wrong = NET.with_activation(_with_slope(name, ACTIVATIONS["sigmoid"].slope_at))
    assert check_gradient(right, X, T).agrees
    assert not check_gradient(wrong, X, T).agrees


def _gradient(
    *, transposed: bool = False, left_out: bool = False, late: bool = False, no_slope: bool = False
) -> Gradient:
    """Backpropagate through the three-layer network by hand, with one mistake."""
    f, t = forward(NET, X), np.array(T)
    w, inputs = [w.copy() for w in NET.weights], (f.x, *f.outputs)
    slopes = [a * (1 - a) for a in f.outputs]
    delta = f.y - t
    deltas: list[Array] = []
    weights: list[Array] = []
    biases: list[Array] = []
    for k in (2, 1, 0):
        delta_r = delta if no_slope and k == 2 else delta * slopes[k]
        deltas.insert(0, delta)
        weights.insert(0, inputs[k].T @ delta_r)
        biases.insert(0, delta_r.sum(axis=0))
        back = w[k].T.copy()
        if late:
            back -= 0.5 * weights[0].T
        if transposed and k == 1:
            back = back.T
        if left_out and k == 1:
            back[1, 0] = 0.0  # the path f1 → f4
        delta = delta_r @ back
    return Gradient(tuple(weights), tuple(biases), tuple(deltas), tuple(deltas), delta)


def test_catches_a_wrong_backward_sweep() -> None:
    assert check_gradient(NET, X, T, _gradient()).agrees
    assert not check_gradient(NET, X, T, _gradient(transposed=True)).agrees
    assert not check_gradient(NET, X, T, _gradient(left_out=True)).agrees
    assert not check_gradient(NET, X, T, _gradient(late=True)).agrees
    assert not check_gradient(NET, X, T, _gradient(no_slope=True)).agrees


def test_names_the_parameter_that_is_most_wrong() -> None:
    g = backward(NET, forward(NET, X), T)
    biases = (g.biases[0], g.biases[1] + [0.0, 0.1], g.biases[2] - 0.05)
    report = check_gradient(NET, X, T, replace(g, biases=biases))
    assert report.worst.name == "b_{4}"
    assert report.largest == pytest.approx(0.1)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_catches_a_derivative_that_is_no_number_wherever_it_stands(wrong: float) -> None:
    g = backward(NET, forward(NET, X), T)
    report = check_gradient(NET, X, T, replace(g, biases=(*g.biases[:2], np.array([wrong]))))
    assert not report.agrees
    assert report.worst.name == "b_{5}"


@pytest.mark.parametrize("name", ["threshold", "ReLU", "leaky ReLU"])
def test_disagrees_on_a_kink_and_agrees_beside_it(name: str) -> None:
    on = Network.from_weights([[[1.0], [-2.0]]], [[0.0]], name)
    assert ACTIVATIONS[name].kinks == (0.0,)
    x, t = [[2.0, 1.0]], [[3.0]]
    assert forward(on, x).r[0].item() == 0.0
    assert not check_gradient(on, x, t).agrees
    assert check_gradient(on.with_bias("f1", 1e-3), x, t).agrees
    assert check_gradient(on.with_bias("f1", -1e-3), x, t).agrees


def test_a_hidden_threshold_on_its_jump_is_seen_among_other_samples() -> None:
    net = Network.three_layer(["threshold", "sigmoid", "sigmoid"]).with_bias("f1", 0.0)
    x = [[0.0, 0.0], [1.0, 0.0], [0.3, -0.4]]
    report = check_gradient(net, x, T)
    assert not report.agrees
    assert report.worst.name == "b_{1}"


def test_no_false_alarm_where_elu_changes_its_formula() -> None:
    net = Network.from_weights([[[0.5, 1.0], [0.7, -1.0]], [[0.4], [0.2]]], activation="ELU")
    assert check_gradient(net, [[0.0, 0.0]], [[1.0]]).agrees


@pytest.mark.parametrize("name", [*SMOOTH, "ReLU"])
@pytest.mark.parametrize("miss", [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 1e3])
def test_no_false_alarm_next_to_a_minimum_or_far_from_it(name: str, miss: float) -> None:
    net = NET.with_activation(name)
    assert check_gradient(net, X, forward(net, X).y + miss).agrees


@pytest.mark.parametrize("name", SMOOTH)
def test_no_false_alarm_in_a_deep_network_at_its_minimum(name: str) -> None:
    for seed in range(20):
        net = Network.random([3, 4, 5, 4, 2], name, seed=seed, scale=0.5)
        assert check_gradient(net, [[1.0, -0.5, 0.3]], forward(net, [[1.0, -0.5, 0.3]]).y).agrees


def test_no_false_alarm_after_training_to_the_end() -> None:
    net = Network.from_weights([[[0.3], [0.2]]], activation="identity")
    x, t = [[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]], [[1.0], [2.0], [0.5]]
    trained = train(net, x, t, h=0.05, epochs=5000).network
    assert check_gradient(trained, x, t).agrees


@pytest.mark.parametrize("weight", [5.0, 10.0, 15.0, 20.0, 30.0, 1000.0])
def test_no_false_alarm_where_a_slope_drowns_in_rounding(weight: float) -> None:
    for name in ("sigmoid", "tanh"):
        net = Network.from_weights([[[weight]]], activation=name)
        assert check_gradient(net, [[1.0]], [[0.3]]).agrees


def test_no_false_alarm_with_large_weights_that_cancel() -> None:
    net = Network.from_weights([[[1000.0], [-1000.0]]], [[0.3]])
    assert check_gradient(net, [[1.0, 1.0]], [[1.0]]).agrees


def test_out_of_range_is_no_agreement_and_no_warning() -> None:
    net = Network.from_weights([[[1e308]]], activation="identity")
    assert not check_gradient(net, [[100.0]], [[0.0]]).agrees
    assert not check_gradient(net.with_weight("x1", "f1", 1e200), [[1.0]], [[0.0]]).agrees


def test_leaves_the_network_alone() -> None:
    net = Network.three_layer()
    check_gradient(net, X, T)
    for ours, theirs in zip((*net.weights, *net.biases), (*NET.weights, *NET.biases), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (0, "step is 0, but expected a step greater than 0"),
        (-1e-6, "step is -1e-06, but expected a step greater than 0"),
        (np.nan, "step is nan, but expected a finite number"),
    ],
)
def test_an_impossible_step_is_refused(step: float, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        check_gradient(NET, X, T, step=step)


def test_what_does_not_fit_the_network_is_refused() -> None:
    other = Network.random([2, 3, 1])
    g = backward(other, forward(other, X), T)
    with pytest.raises(ValueError, match=r"^g\.weights has the shapes \[\(2, 3\), \(3, 1\)\]"):
        check_gradient(NET, X, T, g)
    with pytest.raises(ValueError, match=r"^t has 2 samples, but expected 3"):
        check_gradient(NET, X, T[:2])
