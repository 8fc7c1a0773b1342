"""An experiment makes the network that its parts call for, and refuses parts that do not fit."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backprop_core import Network
from backprop_core.descent import Rule
from backprop_core.experiment import Design, Experiment
from backprop_core.teacher_sets import Recipe, teacher_set
from tests.refusals import assert_refused

XOR = Recipe("XOR")


def test_begins_with_what_everybody_can_watch_learn() -> None:
    experiment = Experiment()
    assert experiment.present.sizes == (2, 8, 8, 1)
    assert experiment.rule.momentum == 0
    assert (experiment.epoch, experiment.sample, experiment.step) == (0, 0, None)


def test_designs_a_network_for_the_teacher_set() -> None:
    design = Design((3, 5), ("ReLU", "tanh", "identity"), seed=7, scale=0.5)
    experiment = Experiment(Recipe("iris"), design)
    drawn = Network.random((4, 3, 5, 3), ("ReLU", "tanh", "identity"), seed=7, scale=0.5)
    for ours, theirs in zip(experiment.present.weights, drawn.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [a.name for a in experiment.present.activations] == ["ReLU", "tanh", "identity"]


def test_a_scale_of_zero_makes_every_weight_zero() -> None:
    net = Design(scale=0.0).network(2, 1)
    assert not any(array.any() for array in (*net.weights, *net.biases))


def test_no_hidden_layer_is_a_network_too() -> None:
    assert Design((), ("sigmoid",)).network(2, 3).sizes == (2, 3)


def test_its_situation_is_the_picked_sample_with_the_present_weights() -> None:
    net = Network.random((2, 2, 1), ("tanh", "sigmoid"), seed=5)
    experiment = Experiment(XOR, Design((2,), ("tanh", "sigmoid")), Rule(0.3), net, 12, sample=2)
    situation = experiment.situation
    assert situation.network is net
    assert (situation.x, situation.t, situation.h) == ((1.0, 0.0), (1.0,), 0.3)


def test_a_sample_kept_for_checking_can_be_picked() -> None:
    recipe = Recipe("moons")
    made = teacher_set(recipe)
    situation = Experiment(recipe, sample=len(made.x) - 1).situation
    assert situation.x == tuple(made.x_check[-1])


def test_afresh_is_before_the_first_epoch() -> None:
    net = Network.random((2, 2, 1), ("tanh", "sigmoid"), seed=5)
    experiment = Experiment(XOR, Design((2,), ("tanh", "sigmoid")), Rule(), net, 12, 3, 4)
    fresh = experiment.afresh
    assert (fresh.network, fresh.epoch) == (None, 0)
    assert (fresh.recipe, fresh.design, fresh.rule) == (XOR, experiment.design, experiment.rule)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Design((1,) * 7, ("tanh",) * 8), "hidden has 7 layers, but expected 6 or fewer."),
        (lambda: Design((17,), ("tanh",) * 2), "hidden[0] is 17, but expected a whole number"),
        (lambda: Design((0,), ("tanh",) * 2), "hidden[0] is 0, but expected a whole number"),
        (lambda: Design((True,), ("tanh",) * 2), "hidden[0] is True, but expected a whole"),
        (lambda: Design((2,), ("tanh",)), "activations has 1 entry, but expected 2"),
        (lambda: Design((2,), ("tanh", "sign")), "activation is 'sign'"),
        (lambda: Design(seed=-1), "seed is -1, but expected a whole number"),
        (lambda: Design(seed=10**6), "seed is 1000000, but expected a whole number from 0 to"),
        (lambda: Design(scale=-0.1), "scale is -0.1, but expected a number of 0 or more"),
        (lambda: Design(scale=float("nan")), "scale is nan, but expected a finite number"),
        (lambda: Experiment("XOR"), "recipe is 'XOR', but expected a Recipe"),  # type: ignore[arg-type]
        (lambda: Design(3), "hidden is 3, but expected a tuple"),  # type: ignore[arg-type]
        (lambda: Experiment(XOR, sample=4), "sample is 4, but expected one of the 4 samples"),
        (lambda: Experiment(XOR, sample=-1), "sample is -1, but expected a whole number"),
        (lambda: Experiment(epoch=-1), "epoch is -1, but expected a whole number"),
        (lambda: Experiment(step=-1), "step is -1, but expected a whole number"),
        (
            lambda: Experiment(Recipe("own", own="x1,t1\n1,0\n2,one")),
            "Row 3, column t1 is “one”",
        ),
        (
            lambda: Experiment(XOR, network=Network.three_layer()),
            "network has layers of 2-2-2-1 nodes, but expected 2-8-8-1",
        ),
        (
            lambda: Experiment(network=Network.random((2, 8, 8, 1), "tanh")),
            "network has the activations tanh, tanh, tanh, but expected those of the design: tanh",
        ),
    ],
)
def test_refuses_what_cannot_be(make: Callable[[], Any], message: str) -> None:
    assert_refused(make, message)


def test_equal_parts_make_equal_experiments() -> None:
    assert Experiment() == Experiment(Recipe(), Design(), Experiment().rule)
    assert replace(Experiment(), sample=1) != Experiment()
