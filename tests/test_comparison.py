"""Several learning rates train fairly, and what is said of each is what happened."""

import numpy as np
import pytest

from backprop_core import Network
from backprop_core.comparison import Comparison
from backprop_core.descent import Rule
from backprop_core.situation import samples_of
from backprop_core.training import train

XOR = samples_of("XOR")
NET = Network.random([2, 3, 1], seed=1)
LINE = Network.from_weights([[[0.0]]], activation="identity")


def on_a_line(rates: list[float], epochs: int = 40) -> Comparison:
    """Of one weight, whose best value is 2: h = ½ is there at once, h = 1 leaps for ever."""
    several = Comparison(LINE, [[1.0]], [[2.0]], Rule(), rates, epochs)
    while several.run(1.0):
        pass
    return several


@pytest.mark.parametrize("mode", ["batch", "online"])
def test_each_is_trained_as_it_would_be_alone(mode: str) -> None:
    rates = [0.1, 1.0, 5.0]
    several = Comparison(NET, *XOR, Rule(mode=mode), rates, epochs=30)
    while several.run(1e-4):
        pass
    for h, (epochs, errors) in zip(rates, several.curves(), strict=True):
        alone = train(NET, *XOR, h, 30, mode)
        np.testing.assert_array_equal(epochs, np.arange(31))
        np.testing.assert_array_equal(errors, alone.errors / 4)


def test_none_is_far_ahead_of_the_others() -> None:
    several = Comparison(NET, *XOR, Rule(mode="online"), [0.1, 1.0, 5.0], epochs=2000)
    looks = 0
    while several.run(0.001):
        done = [trainer.epoch for trainer in several.trainers]
        assert max(done) - min(done) <= 10
        assert several.epoch == min(done)
        looks += 1
    assert looks > 3
    assert {trainer.epoch for trainer in several.trainers} == {2000}
    assert several.run(1.0) is False


@pytest.mark.parametrize(
    ("h", "kind"),
    [
        (0.5, "best"),
        (0.001, "creeps"),
        (1.001, "overshoots"),
        (2.2, "overshoots"),  # larger and larger, but not yet beyond float64
        (1e200, "diverges"),
    ],
)
def test_what_becomes_of_a_rate(h: float, kind: str) -> None:
    several = on_a_line([0.5 if h != 0.5 else 0.01, h])
    fate = several.fates()[1]
    assert (fate.h, fate.kind) == (h, kind)
    assert fate.epoch == (1 if kind == "diverges" else 40)


def test_as_good_as_the_best() -> None:
    assert [fate.kind for fate in on_a_line([0.5, 0.2], 4).fates()] == ["best", "creeps"]
    assert [fate.kind for fate in on_a_line([0.105, 0.1], 4).fates()] == ["best", "good"]
    next_to_nothing = on_a_line([0.5, 0.4], 8)
    assert 0 < next_to_nothing.fates()[1].error < 1e-10
    assert [fate.kind for fate in next_to_nothing.fates()] == ["best", "good"]


def test_a_dead_neuron_leaves_a_training_at_rest_too_high() -> None:
    net = Network.from_weights([[[1.0]], [[1.0]]], [[0.5], [0.0]], ["ReLU", "identity"])
    several = Comparison(net, [[0.5], [1.0]], [[-1.0], [-3.0]], Rule(), [0.3, 0.05], 200)
    several.run(60)
    stays, best = several.fates()
    assert (stays.kind, best.kind) == ("stays", "best")
    assert stays.error == pytest.approx(0.5)  # it says −2 to both


def test_one_leap_onto_a_higher_place_overshoots() -> None:
    net = Network.from_weights([[[1.0]], [[1.0]]], [[0.0], [0.0]], ["ReLU", "identity"])
    several = Comparison(net, [[1.0]], [[-2.0]], Rule(), [2.0, 0.01], 100)
    several.run(60)
    assert several.curves()[0][1][[0, 1, -1]].tolist() == [4.5, 8.0, 8.0]
    assert [fate.kind for fate in several.fates()] == ["overshoots", "best"]


def test_all_that_diverge_leave_nothing_to_do() -> None:
    several = on_a_line([1e200, 1e250])
    assert [fate.kind for fate in several.fates()] == ["diverges", "diverges"]
    assert several.epoch == several.epochs
    assert several.run(1.0) is False


@pytest.mark.parametrize(("rates", "epochs"), [([0.1, -1.0], 10), ([0.1, 0.2], 0)])
def test_what_is_impossible_is_refused(rates: list[float], epochs: int) -> None:
    with pytest.raises(ValueError, match="but expected"):
        Comparison(NET, *XOR, Rule(), rates, epochs)
