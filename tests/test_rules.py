"""A sample says what it wants of a weight, and a batch update does what all of them want."""

from dataclasses import replace

import numpy as np
import pytest

from backprop_core import Network, backward, forward, update
from backprop_core.conventions import EVERY, Conventions
from backprop_core.rules import SLOTS, START, State
from tests.refusals import assert_refused


def parameter(net: Network, slot: str) -> float:
    kind, *nodes = slot.split("-")
    return net.weight(nodes[0], nodes[1]) if kind == "weight" else net.bias(nodes[0])


def numbers(net: Network) -> list[float]:
    return [parameter(net, slot) for slot in SLOTS]


def test_a_state_is_made_of_its_numbers() -> None:
    assert len(SLOTS) == len(set(SLOTS)) == 13
    given = [float(n) for n in range(1, 14)]
    assert numbers(State.of(given).bench.network) == given
    assert numbers(State.of(numbers(START.network)).bench.network) == numbers(START.network)
    assert_refused(lambda: State.of([np.nan] * 13), "weights[0][0, 0] is nan")
    assert_refused(lambda: State.of(given, "sigmod"), "activation is 'sigmod'")


@pytest.mark.parametrize("conventions", EVERY)
def test_every_book_s_update_is_the_engine_s(conventions: Conventions) -> None:
    state = State(conventions=conventions, h=0.7)
    net, x, t = state.bench.network, state.bench.x, state.bench.t
    expected = numbers(update(net, backward(net, forward(net, x), t), 0.7))
    assert [*state.applied()] == [*SLOTS]
    assert np.allclose([*state.applied().values()], expected, rtol=1e-12)
    assert state.largest_difference < 1e-15


def test_an_update_beyond_all_numbers_is_refused() -> None:
    state = State.of([1e200] * 13, "identity")
    assert_refused(state.applied, "Learning rate h = 1 leads to numbers that no computer can hold.")


@pytest.mark.parametrize("slot", SLOTS)
def test_what_a_sample_asks_for_makes_its_own_error_smaller(slot: str) -> None:
    """Taken at its word, a sample gets a better answer."""
    for sample in range(4):
        state = State(slot=slot, sample=sample)
        asked = state.in_this_sample
        step = {"shrink.": -1e-4, "grow.": 1e-4}.get(asked.split()[-1], 0.0)
        assert bool(step) != ("asks nothing" in asked)
        value = parameter(state.bench.network, slot)
        moved = replace(state, bench=state.bench.with_parameter(slot, value + step))
        before, after = (abs(s.here(s.book.wrong)) for s in (state, moved))
        assert after < before if step else after == before


def test_how_far_an_answer_is_off() -> None:
    assert State(sample=0).in_this_sample.startswith("In sample 1 the answer is too high by 0.79;")
    assert State(sample=2).in_this_sample.startswith("In sample 3 the answer is too low by 0.123;")
    right = State.of([0.0] * 13, "identity")
    assert right.in_this_sample == "In sample 1 the answer is right; it asks nothing of ŵ₁."
    beyond = replace(State.of([1e200] * 13, "identity"), sample=3)
    assert beyond.in_this_sample == "In sample 4 the answer is too large for a computer."


def test_titles_name_the_rule() -> None:
    assert State(slot="weight-x1-f2").title == "w₁,₂: a weight of the hidden layer, A = 1, B = 2"
    assert State(slot="weight-f3-f4").title == "ŵ₃: a weight of the output layer, A = 3"
    assert State(slot="bias-f4").title == "b̂: a bias of the output layer"
    threshold = Conventions(threshold=True)
    told = State(slot="bias-f3", conventions=threshold).title
    assert told == "θ₃: a threshold of the hidden layer, B = 3"


def test_the_error_comes_back_to_the_parameter() -> None:
    assert State(slot="weight-f3-f4").way_back == ("edge-f4-y", "node-f4", "edge-f3-f4")
    assert State(slot="bias-f4").way_back == ("edge-f4-y", "node-f4")
    assert State(slot="bias-f1").way_back == ("edge-f4-y", "node-f4", "edge-f1-f4", "node-f1")
