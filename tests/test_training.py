"""Gradient descent: the same as its steps one by one, its history, divergence, and going back."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_core import (
    History,
    Network,
    Rule,
    Trainer,
    backward,
    descent,
    error,
    forward,
    train,
    update,
)
from backprop_core._types import Array
from backprop_core.descent import MODES
from tests.refusals import assert_refused
from tests.strategies import Problem, problems

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = np.array([[0.0], [1.0], [1.0], [0.0]])


def by_steps(net: Network, x: Array, t: Array, rule: Rule, epochs: int) -> History:
    """Train by repeating forward, backward and update."""
    size = {"batch": len(x), "online": 1, "mini-batch": rule.batch_size}[rule.mode]
    velocity: tuple[Array, ...] = tuple(np.zeros_like(p) for p in (*net.weights, *net.biases))
    errors = [error(forward(net, x).y, t)]
    for _ in range(epochs):
        for i in range(0, len(x), size):
            g = backward(net, forward(net, x[i : i + size]), t[i : i + size])
            if not rule.momentum:
                net = update(net, g, rule.h)
                continue
            slopes = (*g.weights, *g.biases)
            velocity = tuple(rule.momentum * v + d for v, d in zip(velocity, slopes, strict=True))
            moved = [
                p - rule.h * v for p, v in zip((*net.weights, *net.biases), velocity, strict=True)
            ]
            layers = len(net.weights)
            net = Network.from_weights(moved[:layers], moved[layers:], net.activations)
        errors.append(error(forward(net, x).y, t))
    return History(net, np.array(errors))


def assert_same(one: Network, other: Network) -> None:
    """Compare two networks bit for bit."""
    for ours, theirs in zip(
        (*one.weights, *one.biases), (*other.weights, *other.biases), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert one.activations == other.activations


RULES = st.builds(
    Rule,
    h=st.sampled_from([1e-3, 2e-3]),
    mode=st.sampled_from(MODES),
    batch_size=st.integers(1, 4),
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
)


@settings(max_examples=120)
@given(problems(), st.integers(0, 5), RULES)
def test_bit_for_bit_what_its_steps_give(problem: Problem, epochs: int, rule: Rule) -> None:
    net, x, t = problem
    history = train(
        net, x, t, rule.h, epochs, rule.mode, batch_size=rule.batch_size, momentum=rule.momentum
    )
    steps = by_steps(net, x, t, rule, epochs)
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


RULE_REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "h": (lambda: Rule(h=-1), "h is -1, but expected a learning rate greater than 0"),
    "mode": (
        lambda: Rule(mode="sgd"),
        "mode is 'sgd', but expected one of: batch, online, mini-batch",
    ),
    "batch size": (
        lambda: Rule(batch_size=0),
        "batch_size is 0, but expected a whole number of 1 or more",
    ),
    "momentum 1": (lambda: Rule(momentum=1.0), "momentum is 1.0, but expected a number from 0"),
    "momentum < 0": (lambda: Rule(momentum=-0.1), "momentum is -0.1, but expected a number from 0"),
    "momentum in train": (
        lambda: train(NET, XOR, XOR_T, momentum=2),
        "momentum is 2, but expected a number from 0",
    ),
    "trainer": (lambda: Trainer(NET, XOR, XOR_T[:3]), "t has 3 samples, but expected 4"),
    "start": (
        lambda: Trainer(NET, XOR, XOR_T, epoch=-1),
        "epoch is -1, but expected a whole number of 0 or more",
    ),
    "neither": (
        lambda: Trainer(NET, XOR, XOR_T).run(),
        "epochs and seconds are both None, but expected a number for one",
    ),
    "seconds": (
        lambda: Trainer(NET, XOR, XOR_T).run(seconds=np.nan),
        "seconds is nan, but expected a finite number",
    ),
    "later than last": (
        lambda: Trainer(NET, XOR, XOR_T, epoch=7).go_to(8),
        "epoch is 8, but expected a whole number from 7 to 7",
    ),
    "earlier than first": (
        lambda: Trainer(NET, XOR, XOR_T, epoch=7).go_to(6),
        "epoch is 6, but expected a whole number from 7 to 7",
    ),
    "between two": (
        lambda: Trainer(NET, XOR, XOR_T).go_to(0.5),  # type: ignore[arg-type]
        "epoch is 0.5, but expected a whole number from 0 to 0",
    ),
    "check too wide": (
        lambda: Trainer(NET, XOR, XOR_T).curve(np.ones((2, 3)), np.ones((2, 1))),
        "x has the shape (2, 3), but expected (M, 2)",
    ),
}


@pytest.mark.parametrize("case", RULE_REFUSED)
def test_rule_and_trainer_refuse_by_name(case: str) -> None:
    assert_refused(*RULE_REFUSED[case])


# --- the trainer ---------------------------------------------------------------------------------


def state(trainer: Trainer) -> tuple[bytes, bytes | None]:
    """Weights, biases and velocity of a trainer, byte by byte."""
    net, velocity = trainer.network, trainer._descent.velocity
    weights = b"".join(array.tobytes() for array in (*net.weights, *net.biases))
    return weights, None if velocity is None else velocity.tobytes()


@settings(max_examples=60)
@given(problems(), RULES, st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_in_pieces_it_is_the_same_as_in_one_go(
    problem: Problem, rule: Rule, pieces: list[int]
) -> None:
    net, x, t = problem
    epochs = sum(pieces) + 1
    whole = train(
        net, x, t, rule.h, epochs, rule.mode, batch_size=rule.batch_size, momentum=rule.momentum
    )
    assume(whole.diverged_at is None)
    trainer = Trainer(net, x, t, rule)
    assert [trainer.run(n) for n in pieces] == pieces
    trainer.run(seconds=0)  # one update only, maybe within an epoch
    if trainer.sample:
        assert trainer.epoch == epochs - 1
        assert trainer.run(1) == 1
    assert (trainer.epoch, trainer.sample, trainer.last) == (epochs, 0, epochs)
    assert_same(trainer.network, whole.network)
    assert trainer.error == whole.errors[-1]
    np.testing.assert_array_equal(trainer.curve()[1], whole.errors)
    np.testing.assert_array_equal(trainer.curve()[0], np.arange(epochs + 1))


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(1, 12)),
        st.tuples(st.just("run at once"), st.integers(1, 12)),
        st.tuples(st.just("update"), st.just(0)),
        st.tuples(st.just("sample"), st.integers(1, 5)),
        st.tuples(st.just("rule"), RULES),
        st.tuples(st.just("go on from"), st.integers(0, 1000)),
        st.tuples(st.just("look at"), st.integers(0, 1000)),
    ),
    min_size=2,
    max_size=16,
)


@settings(max_examples=250)
@given(problems(), RULES, ACTIONS, st.sampled_from([4, 9]))
def test_going_back_finds_every_epoch_as_it_was(
    problem: Problem, rule: Rule, actions: list[tuple[str, Any]], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backprop_core.trainer.MOST_MOMENTS", most)
        trainer = Trainer(*problem, rule, epoch=3)
    was = {3: (state(trainer), trainer.error)}

    def epoch_by_epoch(act: Callable[[], object]) -> None:
        """Do something that makes an update; write down what an epoch it ends leads to."""
        for later in [epoch for epoch in was if epoch > trainer.epoch]:
            del was[later]
        before = trainer.epoch
        act()
        if trainer.epoch > before:
            was[trainer.epoch] = state(trainer), trainer.error

    for act, value in actions:
        span = trainer.last - trainer.first + 1
        if act == "run":
            for _ in range(value):
                epoch_by_epoch(lambda: trainer.run(1))
        elif act == "run at once":
            epoch_by_epoch(lambda value=value: trainer.run(value))  # type: ignore[misc]
        elif act == "update":
            epoch_by_epoch(lambda: trainer.run(seconds=0))
        elif act == "sample":
            for _ in range(value):
                epoch_by_epoch(trainer.one_sample)
        elif act == "rule":
            trainer.rule = value
        elif act == "go on from":
            trainer.go_to(trainer.first + value % span)
        else:
            here = trainer.epoch
            trainer.go_to(trainer.first + value % span)
            trainer.go_to(here)
        assert len(trainer._moments) <= most
    assert max(was) <= trainer.last
    for epoch in (
        *range(trainer.last, trainer.first - 1, -1),
        *range(trainer.first, trainer.last + 1),
    ):
        trainer.go_to(epoch)
        assert (trainer.epoch, trainer.sample) == (epoch, 0)
        assert (state(trainer), trainer.error) == was.get(epoch, (state(trainer), trainer.error))
        was[epoch] = state(trainer), trainer.error
    epochs, errors = trainer.curve()
    assert [was[int(epoch)][1] for epoch in epochs] == errors.tolist()


def test_few_moments_are_kept_of_a_long_training_and_those_where_the_rule_changed() -> None:
    trainer = Trainer(NET, XOR, XOR_T)
    trainer.run(1001)
    trainer.rule = Rule(h=0.25, momentum=0.5)
    trainer.run(50_000)
    assert 2000 <= len(trainer._moments) <= 4000
    epochs, errors = trainer.curve()
    assert 500 <= len(epochs) <= 1002
    assert (epochs[0], epochs[-1]) == (0, 51_001 // 16 * 16)
    assert len(set(np.diff(epochs[:-1]))) == 1
    first = train(NET, XOR, XOR_T, h=0.5, epochs=1001)
    trainer.go_to(1001)
    assert_same(trainer.network, first.network)
    assert 1001 in [moment.epoch for moment in trainer._moments]
    assert errors[0] == first.errors[0]


def test_a_large_network_keeps_fewer_moments() -> None:
    large = Trainer(Network.random([16, 100, 100, 16]), np.zeros((1, 16)), np.zeros((1, 16)))
    large.run(200)
    assert len(large._moments) * large._descent.parameters.nbytes * 2 <= 16_000_000
    large.go_to(131)
    assert large.epoch == 131


def test_only_training_on_forgets_what_came_later() -> None:
    trainer = Trainer(NET, XOR, XOR_T)
    trainer.run(100)
    end = state(trainer)
    trainer.go_to(30)
    assert (trainer.epoch, trainer.last, trainer.first) == (30, 100, 0)
    trainer.rule = Rule(h=0.1)
    trainer.go_to(100)
    assert state(trainer) == end
    trainer.go_to(30)
    there = state(trainer)
    trainer.run(1)
    assert (trainer.epoch, trainer.last) == (31, 31)
    trainer.go_to(30)
    assert state(trainer) == there
    trainer.go_to(31)
    h_was_changed = train(trainer_at(30).network, XOR, XOR_T, h=0.1, epochs=1)
    assert_same(trainer.network, h_was_changed.network)


def trainer_at(epoch: int) -> Trainer:
    """A trainer with the usual rule after so many epochs."""
    trainer = Trainer(NET, XOR, XOR_T)
    trainer.run(epoch)
    return trainer


def test_sample_by_sample_is_an_online_epoch() -> None:
    trainer = Trainer(NET, XOR, XOR_T, Rule(mode="online", momentum=0.5))
    assert [trainer.one_sample() for _ in range(6)] == [0, 1, 2, 3, 0, 1]
    assert (trainer.epoch, trainer.sample) == (1, 2)
    trainer.run(2)
    whole = train(NET, XOR, XOR_T, epochs=3, mode="online", momentum=0.5)
    assert_same(trainer.network, whole.network)


def test_an_epoch_begun_by_hand_is_finished_by_a_whole_batch() -> None:
    trainer = Trainer(NET, XOR, XOR_T)
    trainer.one_sample()
    assert trainer.sample == 1
    assert trainer.error == error(forward(trainer.network, XOR).y, XOR_T)
    trainer.run(1)
    sampled = train(NET, XOR[:1], XOR_T[:1], epochs=1)
    assert_same(trainer.network, train(sampled.network, XOR, XOR_T, epochs=1).network)


def test_nothing_that_was_handed_out_changes_later() -> None:
    trainer = Trainer(NET, XOR, XOR_T)
    assert trainer.network is NET
    trainer.run(3)
    then = trainer.network
    copy = Network.from_weights(then.weights, then.biases, then.activations)
    assert trainer.network is then
    trainer.run(3)
    assert_same(then, copy)
    assert trainer.network is not then
    assert not np.array_equal(trainer.network.weights[0], then.weights[0])


def test_curve_of_check_samples_is_computed_once_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(NET, XOR[:3], XOR_T[:3])
    trainer.run(20)
    counted = Mock(wraps=descent.sweep_forward)
    monkeypatch.setattr(descent, "sweep_forward", counted)
    epochs, errors = trainer.curve(XOR[3:], XOR_T[3:])
    assert counted.call_count == 21
    for epoch, its in zip(epochs, errors, strict=True):
        trainer.go_to(int(epoch))
        assert its == error(forward(trainer.network, XOR[3:]).y, XOR_T[3:])
    trainer.run(1)
    counted.reset_mock()
    np.testing.assert_array_equal(trainer.curve(XOR[3:], XOR_T[3:])[1][:-1], errors)
    assert counted.call_count == 1
    ours, others = trainer.curve()[1], trainer.curve(XOR[:3], XOR_T[:3])[1]
    np.testing.assert_array_equal(ours, others)


# --- divergence of a trainer ---------------------------------------------------------------------


def diverged(trainer: Trainer) -> int | None:
    """Where the next update leads out of range; asked by a function, for mypy's sake."""
    return trainer.diverged_at


STEEP = Network.from_weights([[[0.5, 0.2]], [[0.5], [0.7]]], activation=["ReLU", "identity"])
STEEP_X, STEEP_T = np.array([[1.0], [3.0]]), np.array([[5.0], [-8.0]])


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("mode", MODES)
def test_a_trainer_stops_where_train_does(mode: str, momentum: float) -> None:
    rule = Rule(5.0, mode, 1, momentum)
    history = train(STEEP, STEEP_X, STEEP_T, 5.0, 1000, mode, batch_size=1, momentum=momentum)
    trainer = Trainer(STEEP, STEEP_X, STEEP_T, rule)
    assert diverged(trainer) is None
    epochs = trainer.run(1000)
    assert history.diverged_at == diverged(trainer) == epochs + 1 == trainer.epoch + 1
    assert_same(trainer.network, history.network)
    assert trainer.error == history.errors[-1]
    assert trainer.run(5) == 0
    assert trainer.run(seconds=1) == 0
    end = state(trainer)
    # Looking back forgets nothing; from an earlier epoch it goes the same way again.
    trainer.go_to(1)
    assert diverged(trainer) is None
    trainer.go_to(epochs)
    assert diverged(trainer) == epochs + 1
    assert state(trainer) == end
    trainer.go_to(1)
    assert trainer.run(1000) == epochs - 1
    assert diverged(trainer) == epochs + 1
    # One update at a time it ends there, too.
    trainer.go_to(0)
    while diverged(trainer) is None:
        trainer.run(seconds=0)
        state(trainer)  # which is finite, or would be refused
    assert (diverged(trainer), trainer.sample) == (epochs + 1, 0)
    assert state(trainer) == end
    # Far too large an h leads nowhere from where one stands.
    trainer.go_to(1)
    there = state(trainer)
    trainer.rule = Rule(1e308, mode, 1)
    assert trainer.run(1) == 0
    assert diverged(trainer) == 2
    assert state(trainer)[0] == there[0]
    # With another rule it can go on.
    trainer.go_to(0)
    trainer.rule = Rule(0.01)
    assert trainer.run(20) == 20
    assert diverged(trainer) is None
    assert trainer.error < history.errors[0]


def test_a_smaller_h_leads_on_from_where_it_diverged() -> None:
    trainer = Trainer(STEEP, STEEP_X, STEEP_T, Rule(h=5.0))
    epochs = trainer.run(1000)
    assert diverged(trainer) == epochs + 1
    trainer.rule = Rule(h=1e-200)
    assert diverged(trainer) is None
    assert trainer.run(3) == 3
    # Having come there another way, it need not diverge again.
    trainer.go_to(0)
    trainer.run(epochs)
    trainer.rule = Rule(h=5.0)
    assert diverged(trainer) is None


def test_one_sample_that_leads_out_of_range_is_not_taken() -> None:
    trainer = Trainer(STEEP, STEEP_X, STEEP_T, Rule(5.0, "online"))
    trainer.run(1000)
    epochs = trainer.epoch
    trainer.go_to(epochs)
    network = trainer.network
    used = [trainer.one_sample()]
    while diverged(trainer) is None:
        network = trainer.network
        used.append(trainer.one_sample())
    assert used == [0, 1][: len(used)]
    assert (diverged(trainer), trainer.sample) == (epochs + 1, used[-1])
    assert_same(trainer.network, network)
    assert np.isfinite(trainer.error)
    assert trainer.one_sample() == used[-1]
    assert_same(trainer.network, network)


def test_a_trainer_out_of_range_to_begin_with() -> None:
    net = Network.from_weights([[[1e308]]], activation="identity")
    trainer = Trainer(net, [[100.0]], [[0.0]], epoch=4)
    assert diverged(trainer) == 4
    assert trainer.run(3) == 0
    assert_same(trainer.network, net)
