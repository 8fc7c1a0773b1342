"""The boards of settings: every choice makes a design or a rule, or is refused in a sentence."""

from typing import Any

import pytest

from backprop_core.activations import ACTIVATIONS
from backprop_core.descent import MODES, Rule
from backprop_core.experiment import Design
from backprop_core.widgets.board import Board
from backprop_core.widgets.settings import LearningSettings, NetworkSettings
from tests.refusals import assert_refused


def keys(board: Board) -> list[str]:
    return [control["key"] for control in board.controls]


def test_every_part_of_a_design_can_be_chosen() -> None:
    board = NetworkSettings()
    board.take({"layers": 3})
    for key, value in {
        "neurons1": 16,
        "neurons2": 1,
        "neurons3": 4,
        "activation1": "ReLU",
        "activation2": "gaussian",
        "activation3": "identity",
        "output": "softplus",
        "seed": "12",
        "scale": "0,5",
    }.items():
        board.take({key: value})
    names = ("ReLU", "gaussian", "identity", "softplus")
    assert board.design == Design((16, 1, 4), names, seed=12, scale=0.5)
    assert board.shown["sentence"] == "2 – 16 – 1 – 4 – 1: 78 weights and biases."


@pytest.mark.parametrize("layers", range(7))
def test_layers_come_and_go_at_the_end(layers: int) -> None:
    board = NetworkSettings(Design((5, 3), ("ReLU", "ELU", "identity")))
    board.take({"layers": layers})
    assert board.design.hidden == (5, 3, 3, 3, 3, 3)[:layers]
    hidden = ("ReLU", "ELU", "ELU", "ELU", "ELU", "ELU")[:layers]
    assert board.design.activations == (*hidden, "identity")
    expected = [
        "layers",
        *(f"{k}{n}" for n in range(1, layers + 1) for k in ("neurons", "activation")),
    ]
    assert keys(board) == [*expected, "output", "seed", "scale", "draw"]
    assert set(board.shown["values"]) == {*keys(board)} - {"draw"}


def test_a_first_layer_after_none_is_like_that_of_the_start() -> None:
    board = NetworkSettings(Design((), ("sigmoid",)))
    board.take({"layers": 1})
    assert board.design == Design((8,), ("tanh", "sigmoid"))


def test_all_activations_are_offered() -> None:
    (output,) = [c for c in NetworkSettings().controls if c["key"] == "output"]
    assert [value for _, value in output["options"]] == list(ACTIVATIONS)


def test_zeros_are_said() -> None:
    board = NetworkSettings()
    board.take({"scale": "0"})
    assert board.shown["sentence"].endswith("All of them begin at 0.")


def test_draws_other_weights_with_the_next_seed() -> None:
    board = NetworkSettings(Design(seed=4))
    board.take({"draw": True})
    assert board.design.seed == 5
    assert board.shown["values"]["seed"] == "5"
    board = NetworkSettings(Design(seed=999_999))
    board.take({"draw": True})
    assert board.design.seed == 0


def test_tells_another_design_for_other_ends() -> None:
    board, design = NetworkSettings(), Design((4,), ("ELU", "tanh"))
    board.tell(design, (4, 3))
    assert board.design == design
    assert board.shown["sentence"] == "4 – 4 – 3: 35 weights and biases."
    assert board.shown["values"]["activation1"] == "ELU"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"layers": 7}, "Hidden layers is 7, but expected a number from 0 to 6."),
        ({"layers": 1.5}, "Hidden layers is 1.5, but expected a whole number from 0 to 6."),
        ({"layers": float("nan")}, "Hidden layers is nan, but expected a number"),
        ({"layers": True}, "Hidden layers is “True”, but expected a number"),
        ({"neurons1": 0}, "Layer 1: neurons is 0, but expected a number from 1 to 16."),
        ({"neurons2": 2.5}, "Layer 2: neurons is 2.5, but expected a whole number from 1 to 16."),
        ({"neurons3": 2}, "key is “neurons3”, but expected one of: layers"),
        ({"activation1": "sign"}, "Layer 1: activation is “sign”, but expected one of: sigmoid"),
        (
            {"seed": "1.5"},
            "First weights: seed is 1.5, but expected a whole number from 0 to 999999.",
        ),
        ({"seed": "<b>"}, "First weights: seed is “<b>”, but expected a number such as 0.5."),
        ({"scale": "-1"}, "First weights: scale is −1, but expected a number of 0 or more."),
    ],
)
def test_refuses_what_no_network_has(sent: dict[str, Any], message: str) -> None:
    board = NetworkSettings()
    before = board.design, dict(board.values), board.shown
    assert_refused(lambda: board.take(sent), message)
    assert (board.design, dict(board.values), board.shown) == before


def test_every_part_of_a_rule_can_be_chosen() -> None:
    board = LearningSettings(Rule(0.02, "online"))
    assert "batch_size" not in keys(board)
    board.take({"mode": "mini-batch"})
    assert "batch_size" in keys(board)
    for key, value in {"h": "0.25", "batch_size": "32", "momentum": 0.9}.items():
        board.take({key: value})
    assert board.rule == Rule(0.25, "mini-batch", 32, 0.9)
    board.take({"mode": "batch"})
    assert "batch_size" not in keys(board)
    board.take({"mode": "mini-batch"})
    assert board.rule.batch_size == 32, "it is kept while it is not on show"
    assert board.shown["values"]["batch_size"] == "32"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule(mode="batch"), "One update an epoch, from all samples."),
        (Rule(mode="online"), "One update after each sample."),
        (Rule(mode="mini-batch", batch_size=7), "One update after every 7 samples."),
        (Rule(mode="mini-batch", batch_size=1), "One update after every sample."),
    ],
)
def test_says_what_makes_an_update(rule: Rule, told: str) -> None:
    assert LearningSettings(rule).shown["sentence"] == told


def test_all_modes_are_offered() -> None:
    (mode,) = [c for c in LearningSettings().controls if c["key"] == "mode"]
    assert [value for _, value in mode["options"]] == list(MODES)


def test_speed_is_no_part_of_the_rule() -> None:
    board = LearningSettings()
    before = board.rule
    assert board.speed == float("inf")
    board.take({"speed": "10"})
    assert (board.speed, board.rule) == (10.0, before)
    board.tell(Rule(0.7))
    assert (board.speed, board.rule) == (10.0, Rule(0.7))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"h": "0"}, "Learning rate h is 0, but expected a number greater than 0."),
        ({"h": "-0,5"}, "Learning rate h is −0.5, but expected a number greater than 0."),
        ({"h": "fast"}, "Learning rate h is “fast”, but expected a number such as 0.5."),
        ({"h": ""}, "Learning rate h is empty"),
        ({"mode": "both"}, "Updates is “both”, but expected one of: batch, on-line"),
        ({"momentum": 1}, "Momentum is 1, but expected a number from 0 to 0.99."),
        ({"momentum": "0.5"}, "Momentum is “0.5”, but expected a number from 0 to 0.99."),
        ({"batch_size": "0"}, "Samples in a mini-batch is 0, but expected a whole number from 1"),
        ({"batch_size": "2.5"}, "Samples in a mini-batch is 2.5, but expected a whole number"),
        ({"speed": "3"}, "Speed is “3”, but expected one of: full speed"),
    ],
)
def test_refuses_what_nobody_can_learn_by(sent: dict[str, Any], message: str) -> None:
    board = LearningSettings(Rule(0.02, "mini-batch"))
    before = board.rule, dict(board.values), board.shown
    assert_refused(lambda: board.take(sent), message)
    assert (board.rule, dict(board.values), board.shown) == before
