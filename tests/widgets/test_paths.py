"""The boards of the sum over paths show every path, and numbers that the engine computed."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import pytest

from backprop_core import backward, forward
from backprop_core.drawing.frames import FRAMES
from backprop_core.equations import format_number
from backprop_core.paths import (
    AlongPaths,
    Path,
    multiplications_by_paths,
    multiplications_by_signals,
    paths,
)
from backprop_core.widgets import CostOfBothWays, SumOverPaths
from backprop_core.widgets import paths as module
from backprop_core.widgets.paths import LAYERS, MULTIPLICATIONS, NETWORKS, SAMPLES, WIDTHS
from backprop_core.widgets.pictures import SHELF, shelf_name

ARTICLE, THREE, NINE, TWENTY_SEVEN = NETWORKS


@pytest.fixture
def board() -> Iterator[SumOverPaths]:
    board = SumOverPaths()
    yield board
    board.close()


@pytest.fixture
def cost() -> Iterator[CostOfBothWays]:
    cost = CostOfBothWays()
    yield cost
    cost.close()


def gradient(name: str, sample: str, nodes: tuple[str, ...]) -> float:
    net, (x, t) = NETWORKS[name], SAMPLES[sample]
    return backward(net, forward(net, x), t).of(net, *nodes)


def results(board: SumOverPaths, step: int) -> list[str]:
    """The number that each equation of a step yields, as it is shown."""
    return [texts[-1] for _, texts in board.shown["steps"][step]["equations"]]


# ---- the paths ----


@pytest.mark.parametrize("name", NETWORKS)
def test_at_first_every_path_adds_something_that_can_be_seen(name: str) -> None:
    net, (x, t) = NETWORKS[name], SAMPLES["x = (1, 0), t = 1"]
    along = AlongPaths.of(net, x, t)
    found = [abs(along.products(path).item()) for path in paths(net, "x1", "f1")]
    assert min(found) > 1e-4
    assert all((abs(w) >= 0.1).all() for w in net.weights)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_path_of_every_parameter_has_a_step_that_lights_it(
    board: SumOverPaths, name: str
) -> None:
    board.take({"network": name})
    net = NETWORKS[name]
    for slot, nodes in NETWORKS[name].slots.items():
        board.take({"parameter": slot})
        later = net.layers[net.places[nodes[-1]][0] + 1 :]
        *steps, last = board.shown["steps"]
        expected = []
        for others in product(*later):
            way = (*nodes, *others)
            edges = {f"edge-{a}-{b}" for a, b in pairwise(way)}
            expected.append(edges | {f"node-{node}" for node in way})
        assert [set(step["lit"]["paths"]) for step in steps] == expected
        assert set(last["lit"]["paths"]) == set().union(*expected)
        assert all(step["backwards"] for step in board.shown["steps"])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_sum_on_show_is_the_gradient(board: SumOverPaths, name: str) -> None:
    board.take({"network": name})
    for slot, nodes in NETWORKS[name].slots.items():
        for sample in SAMPLES:
            board.take({"parameter": slot, "sample": sample})
            expected = gradient(name, sample, nodes)
            *_, by_paths, by_signals = results(board, -1)
            assert by_paths == by_signals == format_number(expected)
            sentence = board.shown["steps"][-1]["sentence"]
            assert f"give {format_number(expected, module.DIGITS)}, " in sentence


def test_it_says_to_how_many_digits_both_ways_agree(board: SumOverPaths) -> None:
    said = set()
    for name in NETWORKS:
        board.take({"network": name})
        for slot in NETWORKS[name].slots:
            board.take({"parameter": slot})
            sentence = board.shown["steps"][-1]["sentence"]
            said |= set(re.findall(r"digit for digit|agrees in \d+ digits", sentence))
    assert "digit for digit" in said
    assert said <= {"digit for digit", "agrees in 11 digits"}


def test_a_path_left_out_shows(board: SumOverPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "paths", lambda net, *nodes: paths(net, *nodes)[:-1])
    board.take({"network": NINE})
    *_, by_paths, by_signals = results(board, -1)
    assert by_paths != by_signals
    assert re.search(r"agrees in [01] digits", board.shown["steps"][-1]["sentence"])


def test_running_sums(board: SumOverPaths) -> None:
    board.take({"network": NINE})
    *steps, last = board.shown["steps"]
    assert len(steps) == 9
    running = [results(board, n)[1] for n in range(9)]
    assert running[2::3] == [texts[-1] for _, texts in last["equations"][:3]]
    for step, result in zip(steps, running, strict=True):
        assert step["sentence"].endswith(f"The sum so far is {result}.")


def test_steps_name_their_path(board: SumOverPaths) -> None:
    assert [step["title"] for step in board.shown["steps"]] == [
        "Path 1 of 2: x₁ → f₁ → f₃ → f₅",
        "Path 2 of 2: x₁ → f₁ → f₄ → f₅",
        "Over the paths, add",
    ]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_symbol_says_what_it_stands_for(board: SumOverPaths, name: str) -> None:
    for slot in ("weight-x1-f1", "bias-f1"):
        board.take({"network": name})
        board.take({"parameter": slot})
        names = [name for equation in board.equations for name in equation["names"]]
        assert names
        assert [name for name in names if ", " not in name] == []


def test_the_picture_shows_the_factors_and_no_other_weight(board: SumOverPaths) -> None:
    first, second, last = board.shown["steps"]
    net, (x, t) = NETWORKS[ARTICLE], SAMPLES["x = (1, 0), t = 1"]
    slopes = [a.slope(r)[0] for a, r in zip(net.activations, forward(net, x).r, strict=True)]

    def slope(layer: int, n: int) -> str:
        return f"g′ = {format_number(slopes[layer][n])}"

    shared = {"bias-f5": slope(2, 0), "bias-f1": slope(0, 0)}
    upper = {"weight-f3-f5": "1.2", "bias-f3": slope(1, 0), "weight-f1-f3": "0.7"}
    lower = {"weight-f4-f5": "−0.6", "bias-f4": slope(1, 1), "weight-f1-f4": "0.1"}
    assert first["texts"]["paths"] == shared | upper
    assert second["texts"]["paths"] == shared | lower
    delta = backward(net, forward(net, x), t).deltas[0][0, 0]
    assert last["texts"]["paths"] == {
        "bias-f1": slope(0, 0),
        "delta-f1": f"δ₁ = {format_number(delta)}",
    }
    outputs = board.shown["texts"]["paths"]
    assert not [slot for slot in outputs if slot.startswith(("weight", "bias", "delta"))]
    assert (outputs["value-x1"], outputs["value-y"], outputs["target-y"]) == (
        "1",
        format_number(forward(net, x).y[0, 0]),
        "t = 1",
    )


# ---- choosing ----


def test_another_network_brings_its_picture_and_its_weights(board: SumOverPaths) -> None:
    board.take({"parameter": "bias-f5"})
    board.step = 1
    board.take({"network": THREE})
    assert board.panels[0]["svg"] == (SHELF / shelf_name(NETWORKS[THREE].layers)).read_text("utf-8")
    assert [value for _, value in board.controls[1]["options"]] == list(NETWORKS[THREE].slots)
    assert board.values == {
        "network": THREE,
        "parameter": "weight-x1-f1",
        "sample": "x = (1, 0), t = 1",
    }
    assert (board.step, board.shown["values"]["parameter"]) == (0, "weight-x1-f1")
    board.take({"parameter": "weight-f6-f7"})
    assert len(board.shown["steps"]) == 2
    with pytest.raises(ValueError, match=r"Weight or bias is .weight-f9-f7., but expected one of"):
        board.take({"parameter": "weight-f9-f7"})


def test_what_is_refused_leaves_everything_as_it_was(board: SumOverPaths) -> None:
    board.take({"parameter": "weight-x2-f1"})
    board.step = 1
    before = board.panels, board.controls, board.shown, board.values, board.step
    with pytest.raises(ValueError, match="expected one of"):
        board.take({"network": THREE, "parameter": "weight-x9-f1"})
    assert (board.panels, board.controls, board.shown, board.values, board.step) == before
    board.take({"parameter": "weight-x1-f2"})


def test_the_step_stays_with_another_sample_and_goes_back_with_another_weight(
    board: SumOverPaths,
) -> None:
    board.take({"network": NINE})
    board.step = 5
    board.take({"sample": "x = (1, 1), t = 0"})
    assert board.step == 5
    board.take({"parameter": "weight-x1-f2"})
    assert board.step == 0


def test_another_sample_sends_its_numbers_and_nothing_else(
    board: SumOverPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.take({"network": TWENTY_SEVEN})
    states: list[dict[str, Any]] = []

    def record(data: dict[str, Any], **others: Any) -> None:
        if data["method"] == "update":
            states.append(data["state"])

    monkeypatch.setattr(board.comm, "send", record)
    board.take({"sample": "x = (1, 1), t = 0"})
    assert [set(state) for state in states] == [{"shown"}]
    assert len(json.dumps(states)) < 30_000
    states.clear()
    board.take({"network": NINE})
    assert [set(state) for state in states] == [{"panels", "controls", "equations", "shown"}]


@pytest.mark.parametrize("name", NETWORKS)
def test_all_its_pictures_lie_on_the_shelf(name: str) -> None:
    assert (SHELF / shelf_name(NETWORKS[name].layers)).is_file()


def test_a_path_is_written_as_one_goes_it() -> None:
    assert module._route(Path("x1", ("f2", "f10"))) == "x₁ → f₂ → f₁₀"


# ---- the cost ----


def test_marks_stand_where_the_engine_counts(cost: CostOfBothWays) -> None:
    for layers, width in product((1, 3, 10), (1, 4, 10)):
        cost.take({"layers": layers, "width": width})
        marks = {mark["key"]: mark for mark in cost.shown["marks"]["cost"]}
        sizes = [*[width] * layers, 1]
        for key, count in (
            ("paths", multiplications_by_paths(sizes)),
            ("signals", multiplications_by_signals(sizes)),
        ):
            assert marks[f"{key}-here"]["pieces"] == [[layers, count]]
            curve = marks[key]["pieces"][0]
            assert curve[2 * (layers - 1) : 2 * layers] == [layers, count]
            assert curve[::2] == list(range(LAYERS[0], LAYERS[1] + 1))
            assert f"{count:,} " in cost.shown["sentence"]
        assert marks["at"]["pieces"][0][::2] == [layers, layers]


def test_every_count_lies_on_the_frame() -> None:
    frame = FRAMES["multiplications"]
    assert frame.y_log
    assert (frame.x, frame.y) == (LAYERS, MULTIPLICATIONS)
    for width in range(WIDTHS[0], WIDTHS[1] + 1):
        for layers in range(LAYERS[0], LAYERS[1] + 1):
            for *_, count in module.WAYS:
                assert MULTIPLICATIONS[0] < count([*[width] * layers, 1]) < MULTIPLICATIONS[1]


@pytest.mark.parametrize(
    ("layers", "width", "sentence"),
    [
        (1, 1, "1 layer, 1 wide: 2 multiplications along paths, 2 by error signals. Both take"),
        (3, 2, "68 multiplications along paths, 21 by error signals. The paths take 3.2 times as"),
        (
            5,
            10,
            ": 1,086,420 multiplications along paths, 761 by error signals. The paths take 1,428",
        ),
    ],
)
def test_what_it_says(cost: CostOfBothWays, layers: int, width: int, sentence: str) -> None:
    cost.take({"layers": layers, "width": width})
    assert sentence in cost.shown["sentence"]


def test_the_points_can_be_dragged_along_the_layers(cost: CostOfBothWays) -> None:
    drags = {mark["key"]: mark["drag"] for mark in cost.shown["marks"]["cost"] if mark["drag"]}
    assert drags == {"paths-here": ["layers", ""], "signals-here": ["layers", ""]}
