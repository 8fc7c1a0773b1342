"""The explorations of chapter 1 show what the engine computes and what the chapter says of them."""

import re
import time
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Network, forward, train
from backprop_core._types import Array
from backprop_core.drawing.frames import FRAMES
from backprop_core.equations import format_number
from backprop_core.widgets import activation, folding, separation
from backprop_core.widgets.activation import ActivationSlope
from backprop_core.widgets.board import Board
from backprop_core.widgets.folding import EPOCHS, Film, Folding
from backprop_core.widgets.formula import TwoLayerFormula
from backprop_core.widgets.neuron import Neuron
from backprop_core.widgets.separation import Separation
from tests.refusals import assert_refused

BOARDS: tuple[Callable[[], Board], ...] = (
    Neuron,
    ActivationSlope,
    Separation,
    Folding,
    TwoLayerFormula,
)
SQUARE = np.array(list(product((0.0, 1.0), repeat=2)))
XOR = np.array([0, 1, 1, 0])
tenths = st.integers(-20, 20).map(lambda n: n / 10)


def marks(board: Board, plot: str, layer: str = "shown") -> dict[str, dict[str, Any]]:
    told = board.shown["marks"] if layer == "shown" else board.backdrop
    return {mark["key"]: mark for mark in told.get(plot, ())}


def points(mark: dict[str, Any], piece: int = 0) -> Array:
    return np.reshape(mark["pieces"][piece], (-1, 2))


def place(mark: dict[str, Any]) -> tuple[float, ...]:
    return tuple(mark["pieces"][0])


def number(text: str) -> float:
    return float(text.strip("()").replace("−", "-"))


def results(board: Board) -> list[str]:
    return [texts[-1] for _, texts in board.shown["equations"]]


def right(board: Board) -> int:
    found = re.search(r"(\d) of 4 right", board.shown["sentence"])
    assert found
    return int(found[1])


def test_planes_are_those_of_the_frames() -> None:
    assert (FRAMES["activation"].x, FRAMES["activation"].y) == (activation.R, activation.VALUES)
    assert (FRAMES["plane"].x, FRAMES["plane"].y) == separation.PLANE
    assert (FRAMES["hidden"].x, FRAMES["hidden"].y) == folding.HIDDEN


@pytest.mark.parametrize("make", BOARDS)
def test_takes_both_ends_of_every_slider_and_every_choice(make: Callable[[], Board]) -> None:
    board = make()
    for control in board.controls:
        ends = [control["low"], control["high"]] if "low" in control else []
        chosen = [value for _, value in control.get("options", ())]
        for value in [*ends, *chosen, control.get("start")]:
            if value is not None:
                board.take({control["key"]: value})
                assert board.shown["sentence"]


@pytest.mark.parametrize("make", BOARDS)
def test_an_edit_is_quick(make: Callable[[], Board]) -> None:
    board = make()
    slider = [control for control in board.controls if control["kind"] == "slider"][-1]
    needed = []
    for value in np.linspace(slider["low"], slider["high"], 21):
        begun = time.process_time()  # not what others do at the same time
        board.take({slider["key"]: float(value)})
        needed.append(time.process_time() - begun)
    assert np.median(needed) < 0.01


# ---- one neuron ----


@given(tenths, tenths, tenths, tenths, tenths, st.sampled_from(list(ACTIVATIONS)))
@example(1, 1, 0.1, 0.2, -0.3, "threshold")  # in floats, this sum is not 0
@settings(max_examples=30)
def test_neuron(x1: float, x2: float, w1: float, w2: float, b: float, name: str) -> None:
    board = Neuron()
    board.take({"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b, "activation": name})
    exact = round(10 * w1) * round(10 * x1) + round(10 * w2) * round(10 * x2) + round(100 * b)
    r = exact / 100
    output = float(ACTIVATIONS[name](r))
    texts = board.shown["texts"]["neuron"]
    assert texts["sum-f1"] == format_number(r)
    assert texts["value-f1"] == texts["value-y"] == format_number(output)
    assert texts["weight-x2-f1"] == f"w₂ = {format_number(w2)}"
    assert results(board) == [format_number(r), format_number(output)]
    assert format_number(output) in board.shown["sentence"]


# ---- activation functions ----


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_curves_are_those_of_the_table(name: str) -> None:
    board = ActivationSlope()
    board.take({"activation": name})
    behind = marks(board, "curves", "backdrop")
    entry = ACTIVATIONS[name]
    for key, function in (("curve", entry), ("slope", entry.slope)):
        pieces = [points(behind[key], n) for n in range(len(behind[key]["pieces"]))]
        assert len(pieces) == len(entry.kinks) + 1
        for piece in pieces:
            inner = piece[1:-1]
            assert inner[:, 1] == pytest.approx(function(inner[:, 0]), abs=2e-4)
        # no piece runs over a jump: what is between two points is what a slope can do
        for piece in pieces:
            assert np.max(abs(np.diff(piece[:, 1]))) < 0.25
        for before, after in pairwise(pieces):
            assert before[-1, 0] == after[0, 0]


def test_jumps_and_kinks_are_drawn_as_such() -> None:
    board = ActivationSlope()
    found = {}
    for name in ACTIVATIONS:
        board.take({"activation": name})
        behind = marks(board, "curves", "backdrop")
        found[name] = {
            (key.partition("-")[0], "ring" in mark["look"], place(mark))
            for key, mark in behind.items()
            if mark["kind"] == "point"
        }
    hole, taken = True, False
    assert found.pop("threshold") == {
        ("curve", hole, (0, 0)),
        ("curve", taken, (0, 1)),
        ("slope", hole, (0, 0)),
    }
    assert found.pop("ReLU") == {("slope", hole, (0, 0)), ("slope", hole, (0, 1))}
    assert found.pop("leaky ReLU") == {("slope", hole, (0, 0.01)), ("slope", hole, (0, 1))}
    assert set(map(len, found.values())) == {0}


@given(st.sampled_from(list(ACTIVATIONS)), st.integers(-60, 60))
@settings(max_examples=60)
def test_point_and_tangent(name: str, tenth: int) -> None:
    board, entry, r = ActivationSlope(), ACTIVATIONS[name], tenth / 10
    board.take({"activation": name, "r": r})
    output, slope = float(entry(r)), float(entry.slope(r))
    front = marks(board, "curves")
    smooth = r not in entry.kinks
    assert ("tangent" in front) == ("slope" in front) == smooth
    if smooth:
        (left, low), (right_end, high) = points(front["tangent"])
        assert (left + right_end) / 2 == pytest.approx(r)
        assert (low + high) / 2 == pytest.approx(output, abs=1e-4)
        assert (high - low) / (right_end - left) == pytest.approx(slope, abs=1e-4)
        assert place(front["slope"]) == pytest.approx((r, slope), abs=1e-4)
    shown = min(max(output, activation.VALUES[0]), activation.VALUES[1])
    assert place(front["output"]) == pytest.approx((r, shown), abs=1e-4)
    assert ("↑" in front["output"]["text"]) == (output > activation.VALUES[1])
    assert front["output"]["drag"] == ["r", ""]
    assert format_number(output) in board.shown["sentence"]
    assert format_number(slope) in board.shown["sentence"]
    assert ("no slope" in board.shown["sentence"]) == (not smooth)


@pytest.mark.parametrize(("name", "slope"), [("sigmoid", 0.25), ("tanh", 1.0)])
def test_the_steepest_place_is_in_the_middle(name: str, slope: float) -> None:
    board = ActivationSlope()
    board.take({"activation": name})
    curve = points(marks(board, "curves", "backdrop")["slope"])
    assert tuple(curve[np.argmax(curve[:, 1])]) == (0, slope)


# ---- a line that separates ----


def test_and_and_or_are_found_and_xor_is_not() -> None:
    board = Separation()
    for name in ("AND", "OR"):
        board.take({"set": name})
        board.take({"find": True})
        assert right(board) == 4
    board.take({"set": "XOR"})
    before = dict(board.values)
    assert_refused(lambda: board.take({"find": True}), "No line separates XOR")
    assert board.values == before


def test_xor_never_has_four_right() -> None:
    board = Separation()
    board.take({"set": "XOR"})
    counts = set()
    for w1, w2, b in product(np.arange(-3, 3.1, 1.0), repeat=3):
        board.take({"w1": w1, "w2": w2, "b": b})
        answers = (SQUARE @ (w1, w2) + b >= 0).astype(int)
        assert right(board) == (answers == XOR).sum()
        counts.add(right(board))
        assert "No line gets all of them right" in board.shown["sentence"]
    assert counts == {1, 2, 3}


@given(st.integers(-30, 30), st.integers(-30, 30), st.integers(-30, 30))
@example(7, 1, -8)  # in floats, (1, 1) would be beside this line
@settings(max_examples=60)
def test_line_and_marks_follow_the_sliders(w1: int, w2: int, b: int) -> None:
    board = Separation()
    board.take({"set": "OR", "w1": w1 / 10, "w2": w2 / 10, "b": b / 10})
    front = marks(board, "plane")
    answers = (SQUARE @ (w1, w2) + b >= 0).astype(int)  # in whole numbers: exactly
    wrong = {f"wrong-{n}" for n in np.flatnonzero(answers != (0, 1, 1, 1))}
    assert {key for key in front if key.startswith("wrong")} == wrong
    assert right(board) == 4 - len(wrong)
    assert ["circle" in front[f"sample-{n}"]["look"] for n in range(4)] == [False, True, True, True]
    if "line" in front:
        for key in ("line", "handle-1", "handle-2"):
            assert points(front[key]) @ (w1, w2) + b == pytest.approx(0, abs=0.05)
        (tail, tip) = points(front["normal"])
        assert (tip - tail) @ (w1, w2) > 0
    else:
        assert "no line" in board.shown["sentence"] or "outside" in board.shown["sentence"]
    assert [number(text) for text in board.shown["equations"][0][1]] == pytest.approx(
        [w1 / 10, w2 / 10, b / 10, 0]
    )


handles = st.tuples(*[st.integers(-55, 155).map(lambda n: n / 100)] * 2)


@given(handles, handles)
@settings(max_examples=60)
def test_line_follows_its_handles(first: tuple[float, float], second: tuple[float, float]) -> None:
    board = Separation()
    board.take({"w1": 3.0, "w2": -3.0, "b": 0.5})
    size = np.hypot(board.values["w1"], board.values["w2"])
    try:
        board.take({"u1": first[0], "v1": first[1]})
        board.take({"u2": second[0], "v2": second[1]})
    except ValueError as refusal:
        assert "Both rings are in one place" in str(refusal)  # noqa: PT017 now and then only
        return
    w = np.array((board.values["w1"], board.values["w2"]))
    front = marks(board, "plane")
    assert place(front["handle-1"]) == first
    assert place(front["handle-2"]) == second
    assert np.array((first, second)) @ w + board.values["b"] == pytest.approx(0, abs=1e-5)
    assert all(abs(float(board.values[key])) <= 3 for key in ("w1", "w2", "b"))
    assert np.hypot(*w) <= size + 1e-5
    # what is moved next starts from there
    board.take({"w1": round(float(w[0]), 1)})


def test_room_for_and_is_as_the_chapter_says() -> None:
    board = Separation()
    board.take({"w1": 1.0, "w2": 1.0})
    does = set()
    for tenth in range(-30, 31):
        board.take({"b": tenth / 10})
        if right(board) == 4:
            does.add(tenth)
    assert does == set(range(-20, -10))  # from −2 on, and less than −1


@pytest.mark.parametrize(("factor", "same"), [(2, True), (-1, False)])
def test_twice_as_much_is_the_same_line(factor: int, same: bool) -> None:
    boards = Separation(), Separation()
    for board, scale in zip(boards, (1, factor), strict=True):
        board.take({"w1": 1.2 * scale, "w2": -0.7 * scale, "b": -0.3 * scale})
    first, second = (marks(board, "plane") for board in boards)
    assert sorted(map(tuple, points(first["line"]).round(3))) == sorted(
        map(tuple, points(second["line"]).round(3))
    )
    assert (first["half"] == second["half"]) == same


# ---- two planes ----


def net_of(board: Folding) -> Network:
    v: dict[str, Any] = board.values
    return Network.from_weights(
        [[[v["w11"], v["w12"]], [v["w21"], v["w22"]]], [[v["v1"]], [v["v2"]]]],
        [[v["b1"], v["b2"]], [v["c"]]],
    )


def test_film_is_the_real_training() -> None:
    film = Film(seed=12)
    start = film.after(0)
    for epochs in (10, 200, EPOCHS):
        learnt = train(start, SQUARE, XOR[:, None], h=folding.H, epochs=epochs).network
        for mine, theirs in zip(film.after(epochs).weights, learnt.weights, strict=True):
            assert mine == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("seed", "count", "met"),
    [
        (0, 4, "(0, 1) and (1, 0) lie close together"),
        (1, 4, "(0, 0) and (1, 1) lie close together"),
        (2, 2, "Epoch 800: 2 of 4 right."),
    ],
)
def test_each_start_ends_as_the_chapter_says(seed: int, count: int, met: str) -> None:
    board = Folding()
    board.take({"seed": str(folding.SEEDS[seed])})
    assert board.values["epoch"] == 0
    assert right(board) < 4
    board.take({"epoch": float(EPOCHS)})
    assert right(board) == count
    assert met in board.shown["sentence"]
    f = forward(net_of(board), SQUARE)
    assert ((f.y[:, 0] >= 0.5) == XOR).sum() == count
    if count == 4:  # a line does in the hidden plane what none did before
        w, b = net_of(board).weights[1][:, 0], net_of(board).biases[1]
        assert (((f.outputs[0] @ w + b) >= 0) == XOR).all()


@pytest.mark.parametrize("epoch", [0.0, 200.0, 800.0])
def test_both_planes_show_the_network(epoch: float) -> None:
    board = Folding()
    board.take({"epoch": epoch})
    net = net_of(board)
    before, after = marks(board, "plane"), marks(board, "hidden")
    for n, x in enumerate(SQUARE):
        assert place(before[f"sample-{n}"]) == tuple(x)
        seen = forward(net, x).outputs[0][0]
        assert place(after[f"sample-{n}"]) == pytest.approx(seen, abs=1e-4)
    for n in range(len(before["border"]["pieces"])):
        assert forward(net, points(before["border"], n)).y == pytest.approx(0.5, abs=0.02)
    w, b = net.weights[1][:, 0], net.biases[1]
    assert points(after["border"]) @ w + b == pytest.approx(0, abs=1e-3)
    for n in (1, 2):
        if f"line-{n}" in before:
            sums = points(before[f"line-{n}"]) @ net.weights[0][:, n - 1] + net.biases[0][n - 1]
            assert sums == pytest.approx(0, abs=1e-3)
    flat, folded = marks(board, "plane", "backdrop"), marks(board, "hidden", "backdrop")
    ends = [points(flat["grid"], n) for n in range(len(flat["grid"]["pieces"]))]
    for n, line in enumerate(ends):
        images = points(folded["grid"], n)[[0, -1]]
        assert images == pytest.approx(forward(net, line).outputs[0], abs=1e-4)


def test_a_deaf_neuron_flattens_the_plane() -> None:
    board = Folding()
    board.take({"w11": 0.0, "w21": 0.0})
    assert board.shown["sentence"].startswith("Your weights")
    folded = marks(board, "hidden", "backdrop")["grid"]
    across = np.concatenate([points(folded, n) for n in range(len(folded["pieces"]))])[:, 0]
    assert np.ptp(across) == 0


# ---- the formula ----


@pytest.mark.parametrize(("n", "i"), list(product("12", repeat=2)))
def test_formula(n: str, i: str) -> None:
    board = TwoLayerFormula()
    board.take({"n": n, "i": i, "x1": -1.5, "x2": 0.7})
    whole = Network.three_layer()
    net = Network.from_weights(whole.weights[:2], whole.biases[:2])
    f = forward(net, (-1.5, 0.7))
    y, hidden = float(f.y[0, int(n) - 1]), float(f.outputs[0][0, int(i) - 1])
    assert results(board) == [format_number(value) for value in (y, y, hidden, hidden)]
    neuron, output = f"f{i}", f"f{2 + int(n)}"
    assert set(board.shown["lit"]["net"]) == {
        *(f"node-{node}" for node in (neuron, output)),
        *(f"edge-{x}-{neuron}" for x in ("x1", "x2")),
        *(f"edge-{h}-{output}" for h in ("f1", "f2")),
        f"edge-{output}-y{n}",
    }
    total, product_line = (board.equations[place]["symbols"] for place in (0, 1))
    assert f'class="term role-sum edge-f1-{output} edge-f2-{output}"' in total
    for a in ("f1", "f2"):
        assert f'class="term role-weight edge-{a}-{output}"' in product_line
    texts = board.shown["texts"]["net"]
    assert texts[f"value-y{n}"] == format_number(y)
    assert texts["weight-f2-f3"] == format_number(net.weight("f2", "f3"))
    assert texts["bias-f4"] == f"b₂,₂ = {format_number(net.bias('f4'))}"
    assert f"w[f₁,₂–f₂,{'₁₂'[int(n) - 1]}]" in " ".join(board.equations[1]["names"])
