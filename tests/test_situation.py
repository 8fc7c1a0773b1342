"""A situation can be changed one thing at a time, and walked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Network, error, forward
from backprop_core.situation import TEACHER_SETS, Situation
from backprop_core.walkthrough import walk

START = Situation()


def test_parameters_are_those_of_the_network() -> None:
    net = START.network
    assert [p.slot for p in START.parameters.values()] == list(START.parameters)
    assert list(START.parameters) == [
        *(f"weight-{a}-{b}" for a, b in net.edges),
        *(f"bias-{node}" for node in net.neurons),
    ]
    for parameter in START.parameters.values():
        kind = net.weight if len(parameter.nodes) == 2 else net.bias
        assert parameter.value == kind(*parameter.nodes)
    names = [START.parameters[slot].name for slot in ("weight-f3-f5", "weight-x1-f2", "bias-f3")]
    assert names == ["w₃,₅", "wₓ₁,₂", "b₃"]


@given(st.sampled_from(list(START.parameters)), st.floats(-1e6, 1e6))
def test_one_parameter_changes_and_nothing_else(slot: str, value: float) -> None:
    values = {s: p.value for s, p in START.parameters.items()}
    changed = START.with_parameter(slot, value)
    assert {s: p.value for s, p in changed.parameters.items()} == {**values, slot: value}
    assert {s: p.value for s, p in START.parameters.items()} == values
    assert replace(changed, network=START.network) == START
    assert changed.structure == START.structure


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"x": (0.5, 2.0)}, True),
        ({"t": (0.0,)}, True),
        ({"h": 2.0}, True),
        ({"convention": "sum"}, False),
        ({"network": Network.three_layer("tanh")}, False),
        ({"network": Network.three_layer(["tanh", "sigmoid", "sigmoid"])}, False),
        ({"network": Network.random([2, 2, 2, 1])}, True),
        ({"network": Network.random([2, 3, 2, 1])}, False),
    ],
)
def test_structure_is_what_does_not_hang_on_numbers(changed: dict, same: bool) -> None:
    situation = replace(START, **changed)
    assert (situation.structure == START.structure) == same
    told = [(s.title, s.symbols, s.edges, s.nodes) for s in situation.walk()]
    assert (told == [(s.title, s.symbols, s.edges, s.nodes) for s in START.walk()]) == same


def test_an_update_is_the_one_that_the_walk_ends_with() -> None:
    *_, last = START.walk()
    assert START.updated.error == last.value
    assert START.updated.error < START.error == error(forward(START.network, (1, 0)).y, (1,))


@pytest.mark.parametrize("by", ["neuron", "layer"])
def test_a_walk_is_that_of_the_engine(by: str) -> None:
    situation = Situation(h=0.25, convention="sum", x=(0.5, 1.0))
    expected = walk(situation.network, [0.5, 1.0], [1.0], 0.25, by=by, convention="sum")
    assert situation.walk(by) == expected


@pytest.mark.parametrize("name", TEACHER_SETS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_articles_network_can_walk_every_sample(name: str, activation: str) -> None:
    samples = TEACHER_SETS[name]
    assert samples
    for x, t in samples:
        assert Situation(Network.three_layer(activation), x, t).walk()
