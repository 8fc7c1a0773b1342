"""What a training suffers from: each produced by training, and nothing said of a healthy one."""

from itertools import pairwise

import numpy as np
import pytest

from backprop_core import Network, Rule, Trainer, backward, forward
from backprop_core._types import Array
from backprop_core.notices import Notice, notices

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = np.array([[0.0], [1.0], [1.0], [0.0]])
RNG = np.random.default_rng(0)
PLANE = RNG.uniform(-1.0, 1.0, (100, 2))
CORNERS = (PLANE[:, :1] * PLANE[:, 1:] > 0.0).astype(float)


def trained(
    net: Network,
    rule: Rule,
    epochs: int,
    x: Array = XOR,
    t: Array = XOR_T,
) -> tuple[Trainer, dict[str, Notice]]:
    """Train, and find what is said then, by its kind."""
    trainer = Trainer(net, x, t, rule)
    trainer.run(epochs)
    found = notices(trainer)
    kinds = {notice.kind: notice for notice in found}
    assert len(kinds) == len(found)
    for notice in found:
        assert notice.sentence.endswith(".")
        assert set(notice.nodes) <= set(trainer.network.neurons)
    return trainer, kinds


@pytest.mark.parametrize("epochs", [0, 1, 30, 3000])
@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "leaky ReLU", "softplus", "gaussian"])
def test_nothing_is_said_of_a_healthy_training(hidden: str, epochs: int) -> None:
    net = Network.random([2, 8, 8, 1], [hidden, hidden, "sigmoid"], seed=3, scale=0.7)
    trainer, kinds = trained(net, Rule(h=0.02, momentum=0.5), epochs, PLANE, CORNERS)
    assert kinds == {}
    if epochs == 3000:
        assert trainer.error < 0.2 * Trainer(net, PLANE, CORNERS).error


@pytest.mark.parametrize(("mode", "h"), [("batch", 5.0), ("online", 1.5)])
def test_divergence_says_when_and_with_which_h(mode: str, h: float) -> None:
    net = Network.random([2, 4, 1], ["leaky ReLU", "identity"], seed=0)
    rule = Rule(h, mode, momentum=0.5)
    trainer, kinds = trained(net, rule, 1000, PLANE, CORNERS)
    sentence = kinds["diverged"].sentence
    assert f"with h = {h:g} and momentum 0.5, epoch {trainer.epoch + 1} leads" in sentence
    assert sentence.endswith("Go back some epochs and choose a smaller h.")
    # Nothing of it is left where one has gone back, or has chosen another h.
    trainer.rule = Rule(h=0.01)
    assert "diverged" not in {notice.kind for notice in notices(trainer)}
    trainer.rule = rule
    trainer.go_to(0)
    assert notices(trainer) == ()


def test_divergence_at_once_has_no_earlier_epoch_to_go_back_to() -> None:
    net = Network.from_weights([[[1.0]]], activation="identity")
    _, kinds = trained(net, Rule(h=1e200), 9, np.array([[1.0]]), np.array([[3.0]]))
    assert list(kinds) == ["diverged"]
    assert kinds["diverged"].sentence == (
        "The training diverged: with h = 1·10²⁰⁰, epoch 1 leads beyond any number that a computer "
        "can hold. You see the last network before that. Choose a smaller h."
    )


def test_a_network_whose_error_cannot_be_held() -> None:
    net = Network.from_weights([[[1e308]]], activation="identity")
    _, kinds = trained(net, Rule(), 3, np.array([[100.0]]), np.array([[0.0]]))
    assert kinds["diverged"].sentence == (
        "The error E of this network is beyond any number that a computer can hold. "
        "Begin with smaller weights."
    )


def test_a_step_too_long_leaves_dead_relus() -> None:
    net = Network.random([2, 6, 1], ["ReLU", "sigmoid"], seed=0)
    assert trained(net, Rule(h=0.001), 3, PLANE, CORNERS)[1] == {}
    trainer, kinds = trained(net, Rule(h=2.0), 60, PLANE, CORNERS)
    nodes = kinds["dead"].nodes
    f = forward(trainer.network, PLANE)
    expected = [f"f{n + 1}" for n in range(6) if (f.r[0][:, n] <= 0.0).all()]
    assert list(nodes) == expected != []
    assert "0 or less for each of the 100 samples" in kinds["dead"].sentence
    assert "No update will bring" in kinds["dead"].sentence
    # And so it is.
    weights = trainer.network.weights[0]
    trainer.rule = Rule(h=0.01)
    trainer.run(200)
    places = [int(node[1:]) - 1 for node in nodes]
    np.testing.assert_array_equal(trainer.network.weights[0][:, places], weights[:, places])


def test_of_layers_with_dead_neurons_the_one_with_most_is_told_first() -> None:
    w = [[[-1.0, 1.0, 2.0]], [[-1.0] * 2, [-1.0] * 2, [-2.0] * 2], [[1.0], [2.0]]]
    net = Network.from_weights(w, activation=["ReLU", "ReLU", "identity"])
    found = notices(Trainer(net, [[1.0], [2.0]], [[5.0], [6.0]]))
    assert [notice.nodes for notice in found if notice.kind == "dead"] == [("f4", "f5"), ("f1",)]


def test_a_dead_neuron_behind_others_has_some_hope() -> None:
    w = [[[1.0, -1.0]], [[-1.0], [-1.0]], [[1.0]]]
    net = Network.from_weights(w, activation=["ReLU", "ReLU", "identity"])
    x, t = np.array([[1.0], [-1.0]]), np.array([[5.0], [6.0]])
    _, kinds = trained(net, Rule(h=0.01), 2, x, t)
    assert kinds["dead"].nodes == ("f3",)
    assert kinds["dead"].sentence.startswith("f₃ is dead: the sum is 0 or less for each of the 2")
    assert "Only a change of the layers before can bring it back." in kinds["dead"].sentence
    _, kinds = trained(net, Rule(h=0.01, momentum=0.9), 2, x, t)
    hope = "Only what is left of the momentum or a change of the layers before can bring it back."
    assert hope in kinds["dead"].sentence


def test_large_first_weights_saturate() -> None:
    net = Network.random([2, 4, 1], "tanh", seed=1, scale=80.0)
    trainer, kinds = trained(net, Rule(h=1e-4), 50, PLANE, CORNERS)
    nodes = kinds["saturated"].nodes
    f = forward(trainer.network, PLANE)
    for n in range(4):
        slopes = 1.0 - f.outputs[0][:, n] ** 2
        assert (f"f{n + 1}" in nodes) == bool((slopes < 1e-3).mean() >= 0.95)
    assert nodes
    assert "for at least 95% of the samples the slope is below 0.001" in kinds["saturated"].sentence


def test_steep_neurons_that_have_learnt_their_set_are_no_trouble() -> None:
    net = Network.from_weights(
        [[[40.0, -40.0], [40.0, -40.0]], [[40.0], [40.0]]], [[-20.0, 60.0], [-60.0]]
    )
    trainer, kinds = trained(net, Rule(), 3)
    slopes = forward(trainer.network, XOR).outputs[0]
    assert (slopes * (1.0 - slopes) < 1e-3).all()
    assert kinds == {}


def test_a_wrong_output_that_is_saturated() -> None:
    net = Network.from_weights([[[30.0], [30.0]]], [[-15.0]])
    _, kinds = trained(net, Rule(h=0.1), 5)
    assert kinds["saturated"].nodes == ("f1",)


def test_an_output_that_is_saturated_and_right() -> None:
    net = Network.from_weights([[[0.0, 0.1], [30.0, 0.2]]], [[-15.0, 0.3]])
    t = np.hstack([XOR[:, 1:], XOR_T])
    trainer, kinds = trained(net, Rule(h=0.1), 5, XOR, t)
    slopes = forward(trainer.network, XOR).y[:, 0]
    assert (slopes * (1.0 - slopes) < 1e-3).all()
    assert kinds == {}


def test_what_saturation_explains_is_not_told_twice() -> None:
    net = Network.from_weights(
        [[[0.5, -0.4], [0.3, 0.2]], [[0.5], [0.6]]], [[0.1, 0.2], [-20.0]], ["tanh", "sigmoid"]
    )
    trainer, kinds = trained(net, Rule(h=0.1), 200, PLANE, CORNERS)
    now = trainer.network
    deltas = backward(now, forward(now, PLANE), CORNERS).deltas
    assert 0.0 < np.max(np.abs(deltas[0])) < 1e-6 * np.max(np.abs(deltas[1]))
    assert list(kinds) == ["saturated"]


def test_the_error_signal_vanishes_in_a_deep_sigmoid_network() -> None:
    sizes = [2, 4, 4, 4, 4, 4, 1]
    net = Network.random(sizes, "sigmoid", seed=0, scale=0.5)
    trainer, kinds = trained(net, Rule(h=0.01), 20, PLANE, CORNERS)
    notice = kinds["vanishing"]
    assert notice.nodes == ("f1", "f2", "f3", "f4")
    now = trainer.network
    deltas = backward(now, forward(now, PLANE), CORNERS).deltas
    first, last = (float(np.sqrt((deltas[k] ** 2).mean())) for k in (0, -1))
    assert 0.0 < first < 1e-3 * last
    assert f"δ is {last:.2g} in the last layer" in notice.sentence
    assert (
        "vanishing"
        not in trained(
            Network.random([2, 4, 4, 1], "sigmoid", seed=0), Rule(h=0.01), 20, PLANE, CORNERS
        )[1]
    )


@pytest.mark.parametrize("epochs", [0, 300])
def test_equal_weights_make_twins_for_ever(epochs: int) -> None:
    net = Network.from_weights(
        [np.full((2, 3), 0.5), np.full((3, 3), 0.3), np.full((3, 1), -0.2)], activation="tanh"
    )
    trainer, kinds = trained(net, Rule(h=0.01, mode="online"), epochs, PLANE, CORNERS)
    assert kinds["zeros"].nodes == ("f1", "f2", "f3", "f4", "f5", "f6")
    assert kinds["zeros"].sentence.startswith("f₁, f₂, f₃ and 3 more neurons are twins: all of a")
    for w in trainer.network.weights[:-1]:
        np.testing.assert_allclose(w, w[:, :1].repeat(w.shape[1], axis=1), rtol=1e-9)


def test_neurons_that_hand_on_to_different_weights_are_no_twins() -> None:
    net = Network.from_weights([np.full((2, 2), 0.5), [[0.3], [0.4]]], activation="tanh")
    assert trained(net, Rule(h=0.01), 0, PLANE, CORNERS)[1] == {}


@pytest.mark.parametrize("hidden", ["tanh", "ReLU"])
def test_zeros_stay_zeros(hidden: str) -> None:
    net = Network.random([2, 3, 3, 1], [hidden, hidden, "sigmoid"], scale=0.0)
    _, kinds = trained(net, Rule(h=0.1), 100)
    assert list(kinds) == ["zeros"]
    assert kinds["zeros"].sentence.startswith("All weights are 0, so f₁, f₂, f₃ and 3 more")


def test_a_threshold_lets_no_error_signal_through() -> None:
    net = Network.random([2, 3, 2, 1], ["tanh", "threshold", "sigmoid"], seed=2)
    trainer, kinds = trained(net, Rule(h=0.1), 50)
    assert kinds["flat"].nodes == ("f4", "f5")
    assert "the slope of f₄ and f₅ is 0" in kinds["flat"].sentence
    for before, after in pairwise((net, trainer.network)):
        np.testing.assert_array_equal(before.weights[0], after.weights[0])
        np.testing.assert_array_equal(before.weights[1], after.weights[1])


def test_too_large_an_h_makes_e_go_up_and_down() -> None:
    net = Network.random([2, 8, 1], ["tanh", "sigmoid"], seed=0)
    trainer, kinds = trained(net, Rule(h=0.2), 300, PLANE, CORNERS)
    assert list(kinds) == ["restless"]
    ups = int((np.diff(trainer.curve()[1][-41:]) > 0.0).sum())
    assert f"up in {ups} of the latest 40 steps of its curve" in kinds["restless"].sentence
    # And a smaller h does calm it.
    trainer.rule = Rule(h=0.02)
    trainer.run(300)
    assert notices(trainer) == ()


def test_what_cannot_be_learnt_stalls() -> None:
    net = Network.random([2, 1], "sigmoid", seed=0)
    trainer, kinds = trained(net, Rule(h=0.5), 4000)
    assert list(kinds) == ["stalled"]
    assert "E has hardly moved for 2,000 epochs: it is still 0.5." in kinds["stalled"].sentence
    trainer.go_to(5)
    assert notices(trainer) == ()


def test_slow_is_not_stalled() -> None:
    trainer, kinds = trained(Network.random([2, 1], "sigmoid", seed=0), Rule(h=0.01), 300)
    errors = trainer.curve()[1]
    assert 0.9 < errors[-1] / errors[150] < 0.999
    assert kinds == {}


def test_a_dead_neuron_keeps_nothing_else_from_being_said() -> None:
    net = Network.from_weights(
        [[[0.1, 1.0], [0.1, 1.0]], [[1.0], [0.0]]], [[-9.0, -9.0], [0.0]], ["ReLU", "sigmoid"]
    )
    _, kinds = trained(net, Rule(h=0.5), 300)
    assert list(kinds) == ["dead", "stalled"]


def test_two_layers_of_thresholds_are_one_notice() -> None:
    net = Network.random([2, 1, 1, 1], ["threshold", "threshold", "sigmoid"], seed=2)
    _, kinds = trained(net, Rule(h=0.1), 5)
    assert kinds["flat"].nodes == ("f1", "f2")


def test_numbers_at_the_edge_raise_no_warning() -> None:
    net = Network.from_weights([[[1e154]]], activation="identity")
    _, kinds = trained(net, Rule(h=1e-300), 300, np.array([[1.0]]), np.array([[0.0]]))
    assert list(kinds) == ["stalled"]
