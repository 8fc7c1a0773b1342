"""Networks: shapes, names, immutability, and what is refused."""

from collections.abc import Callable

import numpy as np
import pytest

from backprop_core import ACTIVATIONS, Network
from tests.refusals import assert_refused

W = [[[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]]]
B = [[0.1, 0.2], [0.3]]


def test_from_weights_keeps_what_it_was_given() -> None:
    net = Network.from_weights(W, B, ["tanh", "sigmoid"])
    assert [w.tolist() for w in net.weights] == W
    assert [b.tolist() for b in net.biases] == B
    assert net.activations == (ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"])
    assert {array.dtype for array in (*net.weights, *net.biases)} == {np.dtype(np.float64)}


def test_one_activation_stands_for_all_layers_and_biases_may_be_left_out() -> None:
    net = Network.from_weights(W, activation="ReLU")
    assert net.activations == (ACTIVATIONS["ReLU"],) * 2
    assert [b.tolist() for b in net.biases] == [[0, 0], [0]]


def test_weights_lead_from_row_to_column() -> None:
    net = Network.from_weights(W, B)
    assert net.weight("x1", "f2") == 2.0
    assert net.weight("x2", "f1") == 3.0
    assert net.weight("f2", "f3") == 6.0
    assert [net.bias(neuron) for neuron in ("f1", "f2", "f3")] == [0.1, 0.2, 0.3]


def test_neurons_are_numbered_through() -> None:
    net = Network.random([3, 2, 4, 1])
    assert net.sizes == (3, 2, 4, 1)
    assert net.layers == (("x1", "x2", "x3"), ("f1", "f2"), ("f3", "f4", "f5", "f6"), ("f7",))
    assert net.places["x3"] == (0, 2)
    assert net.places["f4"] == (2, 1)
    assert len(net.places) == 10


def test_the_articles_three_layer_network() -> None:
    net = Network.three_layer()
    assert net.layers == (("x1", "x2"), ("f1", "f2"), ("f3", "f4"), ("f5",))
    assert {a.name for a in net.activations} == {"sigmoid"}
    assert Network.three_layer("tanh").activations[0].name == "tanh"


def test_random_is_reproducible_and_scaled() -> None:
    sizes = [40, 50, 2]
    one, same = Network.random(sizes, seed=3), Network.random(sizes, seed=3)
    other, small = Network.random(sizes, seed=4), Network.random(sizes, seed=3, scale=0.1)
    assert one.sizes == tuple(sizes)
    for k in range(2):
        np.testing.assert_array_equal(one.weights[k], same.weights[k])
        np.testing.assert_array_equal(one.biases[k], same.biases[k])
        np.testing.assert_allclose(small.weights[k], 0.1 * one.weights[k])
        np.testing.assert_allclose(small.biases[k], 0.1 * one.biases[k])
        assert (one.weights[k] != other.weights[k]).all()
    assert one.weights[0].std() == pytest.approx(1.0, abs=0.1)


def test_nothing_can_be_changed_in_place() -> None:
    net = Network.from_weights(W, B)
    for array in (*net.weights, *net.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    with pytest.raises(AttributeError):
        net.weights = ()  # type: ignore[misc]


def test_the_callers_arrays_stay_the_callers() -> None:
    w, b = np.array([[1.0]]), np.array([2.0])
    net = Network.from_weights([w], [b])
    w[...] = b[...] = 9.0
    assert (net.weight("x1", "f1"), net.bias("f1")) == (1.0, 2.0)


def test_a_changed_copy_differs_in_one_place() -> None:
    net = Network.from_weights(W, B, "tanh")
    heavier, lifted = net.with_weight("x2", "f1", -7.0), net.with_bias("f2", -8.0)
    assert [w.tolist() for w in heavier.weights] == [[[1, 2], [-7, 4]], W[1]]
    assert [b.tolist() for b in lifted.biases] == [[0.1, -8], B[1]]
    assert [b.tolist() for b in heavier.biases] == B
    assert [w.tolist() for w in lifted.weights] == W
    assert heavier.activations == lifted.activations == net.activations
    assert [w.tolist() for w in net.weights] == W
    assert [b.tolist() for b in net.biases] == B
    linear = net.with_activation(["identity", "ReLU"])
    assert [a.name for a in linear.activations] == ["identity", "ReLU"]
    assert linear.weight("x2", "f1") == 3.0


NET = Network.from_weights(W, B)

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no weights": (lambda: Network.from_weights([]), "weights is empty, but expected at least one"),
    "a vector for a matrix": (
        lambda: Network.from_weights([[1.0, 2.0]]),
        r"weights[0] has the shape (2,), but expected a matrix",
    ),
    "a layer without neurons": (
        lambda: Network.from_weights([np.zeros((2, 0))]),
        r"weights[0] has the shape (2, 0), but expected a matrix",
    ),
    "layers that do not meet": (
        lambda: Network.from_weights([np.ones((2, 3)), np.ones((2, 1))]),
        "weights[1] has 2 rows, but expected 3",
    ),
    "rows of unequal length": (
        lambda: Network.from_weights([[[1.0, 2.0], [3.0]]]),
        "weights[0] is [[1.0, 2.0], [3.0]], but expected numbers, in rows of equal length",
    ),
    "a letter": (
        lambda: Network.from_weights([[["a"]]]),
        "weights[0] is [['a']], but expected numbers",
    ),
    "a complex weight": (
        lambda: Network.from_weights([np.array([[1j]])]),
        "weights[0] is array([[0.+1.j]]), but expected numbers",
    ),
    "a NaN weight": (
        lambda: Network.from_weights([W[0], [[1.0], [np.nan]]]),
        "weights[1][1, 0] is nan, but expected a finite number",
    ),
    "an infinite bias": (
        lambda: Network.from_weights(W, [[0.0, -np.inf], [0.0]]),
        "biases[0][1] is -inf, but expected a finite number",
    ),
    "too few biases": (
        lambda: Network.from_weights(W, [[0.0, 0.0]]),
        "biases has 1 entries, but expected 2",
    ),
    "a bias too many": (
        lambda: Network.from_weights(W, [[0.0, 0.0, 0.0], [0.0]]),
        "biases[0] has the shape (3,), but expected (2,)",
    ),
    "an unknown activation": (
        lambda: Network.from_weights(W, B, "sigmod"),
        "activation is 'sigmod', but expected one of: sigmoid, tanh",
    ),
    "an unknown activation in a list": (
        lambda: Network.from_weights(W, B, ["tanh", "sigmod"]),
        "activation is 'sigmod', but expected one of: sigmoid, tanh",
    ),
    "a function for an activation": (
        lambda: Network.from_weights(W, B, np.tanh),  # type: ignore[arg-type]
        "activation is <ufunc 'tanh'>, but expected one of: sigmoid, tanh",
    ),
    "too many activations": (
        lambda: Network.from_weights(W, B, ["tanh"] * 3),
        "activation has 3 entries, but expected one, or 2",
    ),
    "one size": (lambda: Network.random([2]), "sizes is [2], but expected at least two"),
    "a size of 0": (
        lambda: Network.random([2, 0, 1]),
        "sizes[1] is 0, but expected a whole number of 1 or more",
    ),
    "half a neuron": (
        lambda: Network.random([2, 1.5]),  # type: ignore[list-item]
        "sizes[1] is 1.5, but expected a whole number of 1 or more",
    ),
    "a size in letters": (
        lambda: Network.random([2, "two"]),  # type: ignore[list-item]
        "sizes[1] is 'two', but expected a number",
    ),
    "an edge that skips a layer": (
        lambda: NET.weight("x1", "f3"),
        "edge is 'x1' to 'f3', but expected two nodes of neighbouring layers",
    ),
    "an edge backwards": (lambda: NET.weight("f3", "f1"), "edge is 'f3' to 'f1', but expected"),
    "an edge of an unknown node": (lambda: NET.weight("y", "f1"), "edge is 'y' to 'f1', but exp"),
    "an edge to an unknown node": (lambda: NET.weight("f3", "y"), "edge is 'f3' to 'y', but exp"),
    "the bias of an input": (
        lambda: NET.bias("x1"),
        "neuron is 'x1', but expected one of f1, f2, f3",
    ),
    "letters for a weight": (
        lambda: NET.with_weight("x1", "f2", "abc"),  # type: ignore[arg-type]
        "weight from x1 to f2 is 'abc', but expected a number",
    ),
    "nothing for a weight": (
        lambda: NET.with_weight("x1", "f2", None),  # type: ignore[arg-type]
        "weight from x1 to f2 is None, but expected a number",
    ),
    "1e400 for a weight": (
        lambda: NET.with_weight("x1", "f2", float("1e400")),
        "weight from x1 to f2 is inf, but expected a finite number",
    ),
    "10**400 for a bias": (
        lambda: NET.with_bias("f3", 10**400),
        "bias of f3 is 1000000000",
    ),
    "a row for a bias": (
        lambda: NET.with_bias("f3", [1.0]),  # type: ignore[arg-type]
        "bias of f3 is [1.0], but expected a single number",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    assert_refused(*REFUSED[case])
