"""Several learning rates race from the playground's weights, and each line says which it is."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from backprop_core import Network, train
from backprop_core.descent import Rule
from backprop_core.experiment import Design, Experiment
from backprop_core.teacher_sets import Recipe
from backprop_core.widgets.rate_comparison import RateComparison, read_rates

XOR = Experiment(
    Recipe("XOR"), Design((3,), ("tanh", "identity"), seed=1), Rule(0.1, "online"), epoch=7
)


@dataclass
class Playground:
    experiment: Experiment


def trained(experiment: Experiment, **typed: str) -> RateComparison:
    """A comparison that has trained to its end."""
    board = RateComparison(Playground(experiment))

    async def race() -> None:
        board.take(typed)
        board.take({"train": True})
        assert board._runner.running
        assert board.shown["sentence"].endswith("learning rates …")
        while board._runner.running:
            await asyncio.sleep(0.001)

    asyncio.run(race())
    return board


def marks(board: RateComparison) -> Mapping[str, Any]:
    return {mark["key"]: mark for mark in board.shown["marks"]["errors"]}


def test_all_begin_with_the_playgrounds_weights_and_learn_as_it_does() -> None:
    board = trained(XOR, rates="0.01; 0,1; 1", epochs="20")
    assert board.values["rates"] == "0.01, 0.1, 1"
    s = XOR.teacher_set
    for n, h in enumerate((0.01, 0.1, 1.0)):
        alone = train(XOR.present, s.x_training, s.t_training, h, 20, "online")
        line = np.reshape(marks(board)[f"line{n}"]["pieces"][0], (-1, 2))
        heights = np.log10(alone.errors / 4)
        np.testing.assert_allclose(line[: len(heights), 1], heights, atol=1e-4)
        np.testing.assert_array_equal(line[:, 0], np.arange(len(heights)))
    sentence = board.shown["sentence"].replace("\N{NO-BREAK SPACE}", " ")
    assert sentence.startswith("Set XOR, network 2-3-1 with the weights of epoch 7.")
    assert "is best: E per sample has come from" in sentence


def test_who_diverges_says_so_at_its_line() -> None:
    board = trained(XOR, rates="0.1; 1e200", epochs="10")
    gone = marks(board)["name1"]["text"]
    assert gone.startswith("h = 1·10²⁰⁰ diverges, epoch ")
    epoch = gone.rpartition(" ")[2]
    assert f"diverges: in epoch {epoch}, E becomes" in board.shown["sentence"]
    assert "cross" in marks(board)["end1"]["look"]
    assert marks(board)["name0"]["text"] == "h = 0.1"


def test_lines_are_told_apart_by_more_than_colour_and_labels_do_not_overlap() -> None:
    rates = "0.1; 0.1001; 0.1002; 0.1003; 0.1004; 0.1005"
    board = trained(XOR, rates=rates, epochs="10")
    looks = [marks(board)[f"line{n}"]["look"] for n in range(6)]
    assert len(set(looks)) == 6
    patterns = [set(look.split()) - {"input", "error", "slope"} for look in looks]
    assert len({frozenset(p) for p in patterns}) >= 5
    heights = sorted(marks(board)[f"name{n}"]["pieces"][0][1] for n in range(6))
    low, high = board.shown["axes"]["errors"]["y"]["ends"]
    assert low <= heights[0]
    assert heights[-1] <= high
    assert min(np.diff(heights)) >= 0.07 * (high - low)


def test_the_axes_hold_all_epochs_and_powers_of_ten() -> None:
    board = trained(XOR, rates="0.1; 0.2", epochs="40")
    axes = board.shown["axes"]["errors"]
    assert axes["x"]["ends"] == (0.0, 50.0)
    assert [text for _, text in axes["x"]["ticks"]] == ["0", "10", "20", "30", "40"]
    low, high = axes["y"]["ends"]
    assert (low, high) == (round(low), round(high))
    for place, text in axes["y"]["ticks"]:
        assert low <= place <= high
        if "10" not in text:
            assert float(text) == pytest.approx(10**place)


def test_stop_keeps_what_there_is_and_train_begins_anew() -> None:
    board = RateComparison(Playground(XOR))

    async def stop() -> None:
        board.take({"epochs": "10000"})
        board.take({"train": True})
        while board._several is None or board._several.epoch < 3:
            await asyncio.sleep(0.001)
        board.take({"stop": True})
        assert not board._runner.running
        assert f"Stopped at epoch {board._several.epoch} of 10000." in board.shown["sentence"]
        before = board._several
        board.take({"train": True})
        assert board._several is not before
        board.close()
        assert not board._runner.running

    asyncio.run(stop())


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"rates": "0.1"}, "“0.1”, but expected 2 to 6 numbers"),
        ({"rates": ", ".join(map(str, range(1, 8)))}, "but expected 2 to 6 numbers"),
        ({"rates": "0.1, x"}, "number 2 is “x”"),
        ({"rates": "0.1, -1"}, "number 2 is “-1”, but expected a number greater than 0"),
        ({"rates": "0.1; 0,1"}, "0.1 twice"),
        ({"rates": ""}, "but expected 2 to 6 numbers"),
        ({"epochs": "0"}, "“0”, but expected a whole number from 1 to 10,000"),
        ({"epochs": "2.5"}, "“2.5”, but expected a whole number"),
        ({"epochs": "1e5"}, "but expected a whole number from 1 to 10,000"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(typed: dict[str, str], named: str) -> None:
    board = RateComparison()
    before = dict(board.values), board.shown
    with pytest.raises(ValueError, match=rf"{re.escape(named)}.*\.$"):
        board.take(typed)
    assert (board.values, board.shown) == before


def test_commas_and_semicolons() -> None:
    assert read_rates("0.5,1") == [0.5, 1.0]
    assert read_rates(" 0,5 ; 1 ; 1e-3 ") == [0.5, 1.0, 0.001]


def test_a_network_without_any_finite_error_is_refused() -> None:
    far = Network.from_weights([[[1e200], [1e200]]], activation="identity")
    experiment = replace(XOR, design=Design((), ("identity",)), network=far)
    board = RateComparison(Playground(experiment))

    async def race() -> None:
        board.take({"train": True})
        while board._runner.running:
            await asyncio.sleep(0.001)

    asyncio.run(race())
    assert "diverges: in epoch" in board.shown["sentence"]
