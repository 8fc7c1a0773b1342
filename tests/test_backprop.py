"""The two sweeps and the update, against plain Python, the article's formulas and each other."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from backprop_core import Network, backward, error, forward, update
from tests.plain import error_and_sides, parameters
from tests.refusals import assert_refused
from tests.strategies import Problem, problems

X, T = [[1.0, 0.0], [0.5, -1.0]], [[1.0], [0.0]]


@given(problems())
def test_forward_sweep_gives_the_error_of_plain_python(problem: Problem) -> None:
    net, x, t = problem
    layers = parameters(problem)
    expected, sides = error_and_sides(problem, layers)
    assume(0 not in sides)  # rounding may put a sum on either side of a jump
    f = forward(net, x)
    assert error(f.y, t) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    for k, activation in enumerate(net.activations):
        np.testing.assert_array_equal(f.outputs[k], activation(f.r[k]))
        assert f.r[k].shape == (len(x), net.sizes[k + 1])


@settings(max_examples=200)
@given(problems())
def test_gradient_is_the_limit_of_central_differences(problem: Problem) -> None:
    net, x, t = problem
    layers = parameters(problem)
    here, sides = error_and_sides(problem, layers)
    assume(0 not in sides)
    g = backward(net, forward(net, x), t)
    gradient, differences = [], []
    for k, neurons in enumerate(layers):
        for b, numbers in enumerate(neurons):
            gradient += [g.biases[k][b], *g.weights[k][:, b]]
            for place, kept in enumerate(numbers):
                numbers[place] = above = kept + 1e-6
                error_above, sides_above = error_and_sides(problem, layers)
                numbers[place] = below = kept - 1e-6
                error_below, sides_below = error_and_sides(problem, layers)
                numbers[place] = kept
                assume(sides_above == sides_below == sides)  # no kink between the two
                differences.append((error_above - error_below) / (above - below))
    # No difference of two E is more exact than these are, and E is rounded.
    size = max(*np.abs(gradient), 1e-3 * here, 1e-3 * float(np.abs(t).max()), 1e-4)
    assert np.abs(np.subtract(gradient, differences)).max() <= 1e-6 * size


@given(problems())
def test_a_batch_is_the_sum_of_its_samples(problem: Problem) -> None:
    net, x, t = problem
    whole = backward(net, forward(net, x), t)
    single = [
        backward(net, forward(net, x_i), t_i)
        for x_i, t_i in zip(x, t, strict=True)  # rows: one sample each
    ]
    for k in range(len(net.weights)):
        summed = sum(g.weights[k] for g in single)
        np.testing.assert_allclose(whole.weights[k], summed, rtol=1e-9, atol=1e-9)
        summed = sum(g.biases[k] for g in single)
        np.testing.assert_allclose(whole.biases[k], summed, rtol=1e-9, atol=1e-9)
        stacked = np.vstack([g.deltas[k] for g in single])
        np.testing.assert_allclose(whole.deltas[k], stacked, rtol=1e-9, atol=1e-9)


@given(problems())
def test_what_belongs_to_a_node_or_an_edge_is_found_by_its_name(problem: Problem) -> None:
    net, x, t = problem
    f = forward(net, x)
    g = backward(net, f, t)
    named = [g.of(net, *nodes) for nodes in net.slots.values()]
    assert named == np.concatenate([*g.weights, *g.biases], axis=None).tolist()
    values = f.by_node(net, sample=-1)
    assert list(values) == [node for layer in net.layers for node in layer]
    assert list(values.values()) == np.concatenate([x[-1], *(o[-1] for o in f.outputs)]).tolist()
    for nodes in (("x1",), ("x1", "y"), ("f0",)):
        with pytest.raises(ValueError, match="but expected"):
            g.of(net, *nodes)


def test_the_articles_formulas_for_its_three_layer_network() -> None:
    net = Network.three_layer()
    f, w = forward(net, X), net.weight
    g = backward(net, f, T)
    r = {name: f.r[k - 1][:, n] for name, (k, n) in net.places.items() if k}
    out = {name: f.outputs[k - 1][:, n] for name, (k, n) in net.places.items() if k}

    def slope(neuron: str) -> np.ndarray:
        return np.exp(-r[neuron]) / (1 + np.exp(-r[neuron])) ** 2

    def delta_of(neuron: str) -> np.ndarray:
        k, n = net.places[neuron]
        return g.deltas[k - 1][:, n]

    delta = out["f5"] - np.array(T)[:, 0]
    delta3 = delta * slope("f5") * w("f3", "f5")
    delta4 = delta * slope("f5") * w("f4", "f5")
    delta1 = delta3 * slope("f3") * w("f1", "f3") + delta4 * slope("f4") * w("f1", "f4")
    delta2 = delta3 * slope("f3") * w("f2", "f3") + delta4 * slope("f4") * w("f2", "f4")
    x_delta2 = delta1 * slope("f1") * w("x2", "f1") + delta2 * slope("f2") * w("x2", "f2")
    for neuron, expected in zip(
        ("f5", "f3", "f4", "f1", "f2"), (delta, delta3, delta4, delta1, delta2), strict=True
    ):
        np.testing.assert_allclose(delta_of(neuron), expected, rtol=1e-13)
    np.testing.assert_allclose(g.at_inputs[:, 1], x_delta2, rtol=1e-13)

    # ∂E/∂w = error · slope · input, summed over the samples
    np.testing.assert_allclose(g.weights[2][0, 0], (delta * slope("f5") * out["f3"]).sum())
    np.testing.assert_allclose(g.weights[1][0, 1], (delta4 * slope("f4") * out["f1"]).sum())
    np.testing.assert_allclose(g.weights[0][0, 0], (delta1 * slope("f1") * np.array(X)[:, 0]).sum())
    np.testing.assert_allclose(g.biases[0][1], (delta2 * slope("f2")).sum())
    # The textbook's error signal has the slope in it already.
    np.testing.assert_allclose(g.deltas_r[1][:, 0], delta3 * slope("f3"), rtol=1e-13)


def test_what_reaches_the_inputs_is_the_derivative_by_x() -> None:
    net = Network.random([3, 4, 2], ["tanh", "softplus"], seed=1)
    x, t = np.array([[0.3, -0.2, 0.9]]), [[0.1, 0.8]]
    g = backward(net, forward(net, x), t)
    for n in range(3):
        s = np.zeros((1, 3))
        s[0, n] = 1e-6
        rise = error(forward(net, x + s).y, t) - error(forward(net, x - s).y, t)
        assert g.at_inputs[0, n] == pytest.approx(rise / 2e-6, rel=1e-7)


def test_one_sample_may_come_without_its_outer_brackets() -> None:
    net = Network.three_layer()
    f = forward(net, [1, 0])
    np.testing.assert_array_equal(f.y, forward(net, [[1, 0]]).y)
    assert f.x.shape == (1, 2)
    assert backward(net, f, [1]).deltas[-1].item() == f.y.item() - 1
    assert error(f.y, [1]) == 0.5 * (f.y.item() - 1) ** 2


def test_error_is_half_the_sum_over_samples_and_outputs() -> None:
    assert error([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 2.0]]) == (1 + 4 + 9 + 4) / 2
    assert error([[1e200]], [[0.0]]) == np.inf


def test_update_takes_h_times_the_gradient_away() -> None:
    net = Network.from_weights([[[1.0], [2.0]]], [[3.0]], "identity")
    g = backward(net, forward(net, [[1.0, 10.0]]), [[22.0]])  # y = 24, so δ = 2
    better = update(net, g, h=0.25)
    assert [better.weights[0].tolist(), better.biases[0].tolist()] == [[[0.5], [-3.0]], [2.5]]
    assert [net.weights[0].tolist(), net.biases[0].tolist()] == [[[1.0], [2.0]], [3.0]]
    assert better.activations == net.activations


@given(problems())
def test_nothing_is_changed_in_place_and_nothing_can_be(problem: Problem) -> None:
    net, x, t = problem
    before = [array.copy() for array in (*net.weights, *net.biases, x, t)]
    f = forward(net, x)
    g = backward(net, f, t)
    update(net, g, h=1e-3)
    for array, copy in zip((*net.weights, *net.biases, x, t), before, strict=True):
        np.testing.assert_array_equal(array, copy)
    results = (f.x, *f.r, *f.outputs, g.at_inputs, *g.weights, *g.biases, *g.deltas, *g.deltas_r)
    assert not any(array.flags.writeable for array in results)
    assert x.flags.writeable


def test_a_sum_beyond_float64_is_no_warning_but_plain_to_see() -> None:
    net = Network.from_weights([[[1e308]]], activation="identity")
    f = forward(net, [[100.0]])
    assert f.y.item() == np.inf
    assert backward(net, f, [[0.0]]).weights[0].item() == np.inf


NET = Network.three_layer()
F = forward(NET, X)
G = backward(NET, F, T)
OTHER = Network.random([2, 3, 1])
OTHER_F = forward(OTHER, X)
OTHER_G = backward(OTHER, OTHER_F, T)

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "x too wide": (
        lambda: forward(NET, [[1, 2, 3]]),
        "x has the shape (1, 3), but expected (M, 2)",
    ),
    "x a scalar": (lambda: forward(NET, 1.0), "x has the shape (), but expected (M, 2)"),
    "x a stack": (lambda: forward(NET, [[[1, 2]]]), "x has the shape (1, 1, 2), but expected"),
    "no samples": (lambda: forward(NET, []), "x has the shape (0,), but expected (M, 2)"),
    "no rows": (lambda: forward(NET, np.ones((0, 2))), "x has the shape (0, 2), but expected"),
    "x NaN": (lambda: forward(NET, [[1, np.nan]]), "x[0, 1] is nan, but expected a finite number"),
    "x infinite": (lambda: forward(NET, [np.inf, 0]), "x[0] is inf, but expected a finite number"),
    "x letters": (lambda: forward(NET, [["a", "0"]]), "x is [['a', '0']], but expected numbers"),
    "x ragged": (
        lambda: forward(NET, [[1, 2], [3]]),
        "x is [[1, 2], [3]], but expected numbers, in rows of equal length",
    ),
    "t too wide": (
        lambda: backward(NET, F, [[1, 2], [3, 4]]),
        "t has the shape (2, 2), but expected (M, 1)",
    ),
    "t too long": (
        lambda: backward(NET, F, [[1], [2], [3]]),
        "t has 3 samples, but expected 2, as many as x",
    ),
    "t a row for a column": (
        lambda: backward(NET, F, [1, 0]),
        "t has the shape (2,), but expected (M, 1)",
    ),
    "t NaN": (lambda: backward(NET, F, [[1.0], [np.nan]]), "t[1, 0] is nan, but expected a finite"),
    "another network's f": (
        lambda: backward(NET, OTHER_F, T),
        "f is of a network of sizes (2, 3, 1), but expected (2, 2, 2, 1)",
    ),
    "error of a row and a column": (
        lambda: error([[1], [0]], [1, 0]),
        "t has the shape (1, 2), but expected (2, 1), the shape of y",
    ),
    "another network's gradient": (
        lambda: update(NET, OTHER_G, 0.5),
        "g.weights has the shapes [(2, 3), (3, 1)], but expected [(2, 2), (2, 2), (2, 1)]",
    ),
    "a gradient that would be stretched to fit": (
        lambda: update(NET, replace(G, biases=(G.biases[0], G.biases[1], np.ones(2))), 0.5),
        "g.biases has the shapes [(2,), (2,), (2,)], but expected [(2,), (2,), (1,)]",
    ),
    "a gradient that is not finite": (
        lambda: update(NET, replace(G, biases=(*G.biases[:2], np.array([np.nan]))), 0.5),
        "biases[2][0] is nan, but expected a finite number",
    ),
    "a step out of float64": (
        lambda: update(NET, replace(G, biases=(*G.biases[:2], np.array([10.0]))), 1e308),
        "biases[2][0] is -inf, but expected a finite number",
    ),
    "h = 0": (lambda: update(NET, G, 0), "h is 0, but expected a learning rate greater than 0"),
    "h < 0": (lambda: update(NET, G, -0.5), "h is -0.5, but expected a learning rate greater"),
    "h NaN": (lambda: update(NET, G, np.nan), "h is nan, but expected a finite number"),
    "h infinite": (lambda: update(NET, G, float("1e400")), "h is inf, but expected a finite"),
    "h letters": (
        lambda: update(NET, G, "abc"),  # type: ignore[arg-type]
        "h is 'abc', but expected a number",
    ),
    "h empty": (
        lambda: update(NET, G, ""),  # type: ignore[arg-type]
        "h is '', but expected a number",
    ),
    "h nothing": (
        lambda: update(NET, G, None),  # type: ignore[arg-type]
        "h is None, but expected a number",
    ),
    "h a list": (
        lambda: update(NET, G, [0.5]),  # type: ignore[arg-type]
        "h is [0.5], but expected a single number",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    assert_refused(*REFUSED[case])
