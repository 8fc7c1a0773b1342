"""Gradient descent: the same as its steps one by one, its history, and how divergence ends it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import History, Network, backward, error, forward, train, update
from backprop_core._types import Array
from tests.refusals import assert_refused
from tests.strategies import Problem, problems

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = np.array([[0.0], [1.0], [1.0], [0.0]])


def by_steps(net: Network, x: Array, t: Array, h: float, epochs: int, mode: str) -> History:
    """Train by repeating forward, backward and update."""
    batches = [(x, t)] if mode == "batch" else [(x[i], t[i]) for i in range(len(x))]
    errors = [error(forward(net, x).y, t)]
    for _ in range(epochs):
        for x_i, t_i in batches:
            net = update(net, backward(net, forward(net, x_i), t_i), h)
        errors.append(error(forward(net, x).y, t))
    return History(net, np.array(errors))


def assert_same(one: Network, other: Network) -> None:
    """Compare two networks bit for bit."""
    for ours, theirs in zip(
        (*one.weights, *one.biases), (*other.weights, *other.biases), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert one.activations == other.activations


@settings(max_examples=60)
@given(problems(), st.integers(0, 5), st.sampled_from(["batch", "online"]))
def test_bit_for_bit_what_its_steps_give(problem: Problem, epochs: int, mode: str) -> None:
    net, x, t = problem
    history = train(net, x, t, h=1e-3, epochs=epochs, mode=mode)
    steps = by_steps(net, x, t, 1e-3, epochs, mode)
    np.testing.assert_array_equal(history.errors, steps.errors)
    assert_same(history.network, steps.network)
    assert history.diverged_at is None


def test_batch_and_online_are_not_the_same() -> None:
    net = Network.three_layer()
    batch, online = (train(net, XOR, XOR_T, epochs=1, mode=m) for m in ("batch", "online"))
    assert batch.errors[0] == online.errors[0]
    assert batch.errors[1] != online.errors[1]


@pytest.mark.parametrize("mode", ["batch", "online"])
def test_xor_is_learnt(mode: str) -> None:
    net = Network.random([2, 4, 1], "tanh", seed=1)
    history = train(net, XOR, XOR_T, h=0.1, epochs=3000, mode=mode)
    assert history.errors[-1] < 1e-3 < history.errors[0]
    assert error(forward(history.network, XOR).y, XOR_T) == history.errors[-1]


def test_no_epochs_leave_the_network_and_one_error() -> None:
    net = Network.three_layer()
    history = train(net, XOR, XOR_T, epochs=0)
    assert_same(history.network, net)
    assert history.errors.tolist() == [error(forward(net, XOR).y, XOR_T)]
    assert history.diverged_at is None


def test_nothing_is_changed_in_place_and_nothing_can_be() -> None:
    net = Network.three_layer()
    x, t = XOR.copy(), XOR_T.copy()
    history = train(net, x, t, epochs=3)
    assert_same(net, Network.three_layer())
    np.testing.assert_array_equal(x, XOR)
    np.testing.assert_array_equal(t, XOR_T)
    trained = history.network
    for array in (history.errors, *trained.weights, *trained.biases):
        assert not array.flags.writeable
        assert array.base is None or not array.base.flags.writeable


@pytest.mark.parametrize("mode", ["batch", "online"])
@pytest.mark.parametrize("hidden", ["identity", "ReLU", "leaky ReLU", "softplus", "sigmoid"])
def test_divergence_stops_and_keeps_the_last_finite_network(hidden: str, mode: str) -> None:
    net = Network.from_weights([[[0.5, 0.2]], [[0.5], [0.7]]], activation=[hidden, "identity"])
    x, t, h = np.array([[1.0], [3.0]]), np.array([[5.0], [-8.0]]), 5.0
    history = train(net, x, t, h=h, epochs=1000, mode=mode)
    assert history.diverged_at is not None
    assert 1 <= history.diverged_at < 1000
    assert len(history.errors) == history.diverged_at
    assert np.isfinite(history.errors).all()
    assert error(forward(history.network, x).y, t) == history.errors[-1]
    # One epoch fewer is all right; and with that epoch it is out of range.
    fine = train(net, x, t, h=h, epochs=history.diverged_at - 1, mode=mode)
    assert fine.diverged_at is None
    assert_same(fine.network, history.network)
    np.testing.assert_array_equal(fine.errors, history.errors)
    assert train(net, x, t, h=h, epochs=history.diverged_at, mode=mode).diverged_at is not None


@pytest.mark.parametrize("epochs", [1, 2, 5])
def test_infinite_weights_behind_a_saturated_neuron_are_divergence_too(epochs: int) -> None:
    # The first update sends the weight of a sigmoid to infinity; E stays finite for ever.
    net = Network.from_weights([[[1e-150]], [[0.5]]])
    x, t, h = [[1e150]], [[0.0]], 1e300
    with np.errstate(over="ignore", invalid="ignore"):
        g = backward(net, forward(net, x), t)
        assert not np.isfinite(net.weights[0] - h * g.weights[0]).all()
    history = train(net, x, t, h=h, epochs=epochs)
    assert history.diverged_at == 1
    assert len(history.errors) == 1
    assert_same(history.network, net)


def test_a_network_out_of_range_to_begin_with() -> None:
    net = Network.from_weights([[[1e308]]], activation="identity")
    history = train(net, [[100.0]], [[0.0]])
    assert history.diverged_at == 0
    assert history.errors.tolist() == []
    assert_same(history.network, net)


NET = Network.three_layer()

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "x too narrow": (
        lambda: train(NET, [[1.0]], [[1.0]]),
        "x has the shape (1, 1), but expected (M, 2)",
    ),
    "t too wide": (
        lambda: train(NET, XOR, np.ones((4, 2))),
        "t has the shape (4, 2), but expected (M, 1)",
    ),
    "t too short": (
        lambda: train(NET, XOR, XOR_T[:3]),
        "t has 3 samples, but expected 4, as many as x",
    ),
    "x NaN": (
        lambda: train(NET, [[1, np.nan]], [[1]]),
        "x[0, 1] is nan, but expected a finite number",
    ),
    "t infinite": (
        lambda: train(NET, [[1, 1]], [[np.inf]]),
        "t[0, 0] is inf, but expected a finite number",
    ),
    "h = 0": (
        lambda: train(NET, XOR, XOR_T, h=0),
        "h is 0, but expected a learning rate greater than 0",
    ),
    "h infinite": (
        lambda: train(NET, XOR, XOR_T, h=np.inf),
        "h is inf, but expected a finite number",
    ),
    "epochs < 0": (
        lambda: train(NET, XOR, XOR_T, epochs=-1),
        "epochs is -1, but expected a whole number of 0 or more",
    ),
    "half an epoch": (
        lambda: train(NET, XOR, XOR_T, epochs=1.5),  # type: ignore[arg-type]
        "epochs is 1.5, but expected a whole number of 0 or more",
    ),
    "epochs infinite": (
        lambda: train(NET, XOR, XOR_T, epochs=np.inf),  # type: ignore[arg-type]
        "epochs is inf, but expected a finite number",
    ),
    "epochs letters": (
        lambda: train(NET, XOR, XOR_T, epochs="many"),  # type: ignore[arg-type]
        "epochs is 'many', but expected a number",
    ),
    "an unknown mode": (
        lambda: train(NET, XOR, XOR_T, mode="stochastic"),
        "mode is 'stochastic', but expected one of: batch, online",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    assert_refused(*REFUSED[case])
