"""Chapter 2: what its explorations show is what the engine says, and words follow the numbers."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backprop_core import Network, backward, error, forward, update
from backprop_core.equations import format_number
from backprop_core.landscape import Landscape
from backprop_core.situation import TEACHER_SETS
from backprop_core.widgets import (
    BatchOnline,
    Downhill,
    HalfSquare,
    LearningRates,
    TeacherSet,
    TwoOutputs,
    TwoWeights,
)
from backprop_core.widgets.board import Board
from backprop_core.widgets.valley import LINE, XOR, curve, level_lines, lowest
from tests.refusals import assert_refused

ALL = (TeacherSet, HalfSquare, TwoOutputs, Downhill, TwoWeights, LearningRates, BatchOnline)
WEIGHT = st.floats(-8, 8).map(lambda w: round(w, 2))


def marks(board: Board, plot: str, step: int | None = None) -> dict[str, dict[str, Any]]:
    """The marks of a plot by their key."""
    part = board.shown if step is None else board.shown["steps"][step]
    return {mark["key"]: mark for mark in part["marks"][plot]}


def place(mark: dict[str, Any]) -> list[float]:
    """Where a point is."""
    return list(mark["pieces"][0])


def numbers(board: Board, n: int, step: int | None = None) -> list[str]:
    """The numbers of the n-th equation."""
    part = board.shown if step is None else board.shown["steps"][step]
    return list(part["equations"][n][1])


def moved(net: Network, slot: str, value: float) -> Network:
    return net.with_parameter(net.slots[slot], value)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The traits that went to the browser."""
    names: list[str] = []

    def send(self: Board, key: Any = None) -> None:
        names.extend([key] if isinstance(key, str) else sorted(key or ()))

    monkeypatch.setattr(Board, "send_state", send)
    return names


# --- the teacher set -----------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.sampled_from(list(XOR.net.slots)), WEIGHT, st.sampled_from(sorted(TEACHER_SETS)))
def test_the_parts_of_the_error(slot: str, value: float, name: str) -> None:
    board = TeacherSet()
    board.take({"set": name})
    board.take({"slot": slot})
    board.take({"value": value})
    net = moved(moved(XOR.net, "weight-f1-f3", 1.0), slot, value)
    x, t = ([sample[n] for sample in TEACHER_SETS[name]] for n in (0, 1))
    y = forward(net, x).y
    *parts, whole = numbers(board, 0)
    assert whole == format_number(error(y, t))
    assert parts == [format_number(0.5 * (y[i, 0] - t[i][0]) ** 2) for i in range(4)]
    for i, step in enumerate(board.shown["steps"]):
        assert numbers(board, 0, i)[-1] == parts[i]
        assert f"y − t = {format_number(y[i, 0] - t[i][0])}" in step["sentence"]
        assert step["texts"]["net"]["value-y"] == format_number(y[i, 0])


def test_the_shaded_areas_are_the_parts() -> None:
    board = TeacherSet()
    shown = marks(board, "samples")
    net = moved(XOR.net, "weight-f1-f3", 1.0)
    parts = 0.5 * (forward(net, XOR.x).y - XOR.t)[:, 0] ** 2
    for i, part in enumerate(parts):
        (corners,) = shown[f"half-{i}"]["pieces"]
        (ax, ay), (bx, by), (cx, cy) = zip(corners[::2], corners[1::2], strict=True)
        area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
        assert area == pytest.approx(part, abs=1e-4)


def test_weights_stay_when_another_is_picked() -> None:
    board = TeacherSet()
    board.take({"value": 5.0})
    board.take({"slot": "bias-f3"})
    assert board.values["value"] == -3.0
    board.take({"value": -2.0})
    board.take({"slot": "weight-f1-f3"})
    assert board.values["value"] == 5.0
    texts = board.shown["texts"]["net"]
    assert (texts["weight-f1-f3"], texts["bias-f3"]) == ("5", "−2")
    board.take({"reset": True})
    assert board.values["value"] == 1.0
    assert board.shown["texts"]["net"]["bias-f3"] == "−3"


# --- half a square -------------------------------------------------------------------------------


@given(st.floats(-2, 2))
def test_the_slope_of_half_a_square(u: float) -> None:
    board = HalfSquare()
    board.take({"u": u})
    shown = marks(board, "squares")
    for name, whole in (("tangent", 0.5), ("tangent-whole", 1.0)):
        ((ax, ay, bx, by),) = shown[name]["pieces"]
        difference = (whole * (u + 1e-5) ** 2 - whole * (u - 1e-5) ** 2) / 2e-5
        assert (by - ay) / (bx - ax) == pytest.approx(difference, abs=1e-3)
    assert [text.strip("()") for text in numbers(board, 0)] == [format_number(u)] * 2


# --- two outputs ---------------------------------------------------------------------------------


def alone(net: Network, n: int) -> Network:
    """The network with output n only."""
    return Network.from_weights(
        [*net.weights[:-1], net.weights[-1][:, [n]]],
        [*net.biases[:-1], net.biases[-1][[n]]],
        net.activations,
    )


@settings(max_examples=25)
@given(st.floats(0, 1), st.floats(0, 1), WEIGHT)
def test_each_output_is_a_network_with_one_output(t1: float, t2: float, other: float) -> None:
    board = TwoOutputs()
    board.take({"t1": t1})
    board.take({"t2": t2})
    board.take({"other": other})
    net, x = TwoOutputs._NET.with_weight("f1", "f4", other), TwoOutputs._X
    f = forward(net, x)
    whole = backward(net, f, [t1, t2])
    parts = [
        backward(alone(net, n), forward(alone(net, n), x), [t]) for n, t in enumerate((t1, t2))
    ]
    errors = [error(f.y[:, [n]], [[t]]) for n, t in enumerate((t1, t2))]
    texts = [format_number(e).replace("−", "-") for e in (*errors, sum(errors))]
    assert [text.strip("()") for text in numbers(board, 0)] == texts
    for slot, expected in (
        ("weight-f1-f3", (parts[0].weights[1][0, 0], 0.0)),
        ("weight-f2-f4", (0.0, parts[1].weights[1][1, 0])),
        ("weight-x1-f2", (parts[0].weights[0][0, 1], parts[1].weights[0][0, 1])),
    ):
        board.take({"slot": slot})
        told = [text.strip("()") for text in numbers(board, 1)]
        assert told[:2] == [format_number(g) for g in expected]
        assert sum(expected) == pytest.approx(whole.of(net, *net.slots[slot]), abs=1e-12)


def test_an_output_weight_does_not_hear_of_the_other_output() -> None:
    board = TwoOutputs()
    before = numbers(board, 1)
    sentence = board.shown["sentence"]
    assert "output 1 and nowhere else" in sentence
    for key, value in (("t2", 1.0), ("other", -5.0)):
        e = numbers(board, 0)
        board.take({key: value})
        assert numbers(board, 1) == before
        assert numbers(board, 0) != e
    board.take({"slot": "weight-x2-f1"})
    before = numbers(board, 1)
    assert "both outputs" in board.shown["sentence"]
    board.take({"t2": 0.0})
    assert numbers(board, 1)[0] == before[0]
    assert numbers(board, 1)[1:] != before[1:]


# --- over one weight -----------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.sampled_from(list(XOR.net.slots)), WEIGHT, st.floats(0.5, 40))
@example("bias-f3", -1.0, 40.0)  # out of the picture
@example("weight-x1-f1", 4.5, 40.0)  # across the valley
@example("weight-x1-f1", 0.0, 8.0)
def test_a_step_is_an_update(slot: str, w: float, h: float) -> None:
    board = Downhill()
    board.take({"h": h})
    board.take({"slot": slot})
    assert board.values["w"] == 0.0
    board.take({"w": w})
    net = moved(XOR.net, slot, w)
    better = update(net, backward(net, forward(net, XOR.x), XOR.t), h)
    there = better.parameter(*net.slots[slot])
    after = error(forward(moved(net, slot, there), XOR.x).y, XOR.t)
    before = error(forward(net, XOR.x).y, XOR.t)
    shown = marks(board, "curve")
    assert place(shown["here"]) == pytest.approx([w, before], abs=1e-4)
    assert place(shown["next"]) == pytest.approx([there, after], abs=1e-4)
    ((ax, ay, bx, by),) = shown["tangent"]["pieces"]
    assert (by - ay) / (bx - ax) * h == pytest.approx(w - there, abs=1e-4 * h)
    assert numbers(board, 0)[-1] == format_number(there)
    said = board.shown["sentence"]
    assert ("E falls" in said) == (after < before)
    assert ("too long" in said) == ("E rises" in said) == (after > before)
    if abs(there) > 8:
        with pytest.raises(ValueError, match=r"out of the picture\. Choose a smaller h"):
            board.take({"step": True})
        assert board.values["w"] == w
    else:
        board.take({"step": True})
        assert board.values["w"] == there
        board.take({"back": True})
        assert board.values["w"] == 0.0


@pytest.mark.parametrize("slot", XOR.net.slots)
def test_the_curve_is_the_error(slot: str) -> None:
    for w, e in curve(XOR, slot)[::40]:
        assert e == pytest.approx(error(forward(moved(XOR.net, slot, w), XOR.x).y, XOR.t))
    assert lowest(XOR, slot) == np.min(curve(XOR, slot)[:, 1])


# --- over two weights ----------------------------------------------------------------------------


def test_level_lines_are_level() -> None:
    across, up = "weight-x1-f1", "weight-f1-f3"
    valley = Landscape.of(XOR.net, XOR.x, XOR.t, across, up)
    lines = [mark for mark in level_lines(XOR, across, up) if mark.kind == "line"]
    assert len(lines) > 6
    for mark in lines:
        level = float(mark.key.removeprefix("level-"))
        for line in mark.points:
            np.testing.assert_allclose(valley.errors(*line.T), level, atol=0.012)
    texts = [mark for mark in level_lines(XOR, across, up) if mark.kind == "text"]
    assert len(texts) > 3
    for mark in texts:
        assert float(valley.errors(*mark.points)) == pytest.approx(float(mark.text), abs=0.012)
    bottom = level_lines(XOR, across, up)[-1]
    assert float(valley.errors(*bottom.points)) < min(float(m.key[6:]) for m in lines)


def test_the_path_is_walked_by_real_updates() -> None:
    board = TwoWeights()
    board.take({"a": -1.0, "b": 2.5})
    assert board.values["h"] == 4.0
    slots = [str(board.values["across"]), str(board.values["up"])]
    net = moved(moved(XOR.net, slots[0], -1.0), slots[1], 2.5)
    assert len(board.shown["steps"]) == 61
    for n, step in enumerate(board.shown["steps"]):
        here = [net.parameter(*net.slots[slot]) for slot in slots]
        e = error(forward(net, XOR.x).y, XOR.t)
        assert place(marks(board, "map", n)["now"]) == pytest.approx(here, abs=1e-4)
        assert place(marks(board, "errors", n)["now"]) == pytest.approx([n, e], abs=1e-4)
        assert step["sentence"].endswith(f"E = {format_number(e)}.")
        assert [numbers(board, k, n)[-1] for k in range(len(step["equations"]))] == (
            [format_number(w) for w in here] if n else []
        )
        better = update(net, backward(net, forward(net, XOR.x), XOR.t), 4.0)
        for slot in slots:
            net = moved(net, slot, better.parameter(*net.slots[slot]))


def test_two_different_weights_are_needed() -> None:
    board = TwoWeights()
    assert_refused(
        lambda: board.take({"up": "weight-x1-f1"}),
        "Across and up are both w₁,₁, but expected two different weights.",
    )
    assert board.values["up"] == "weight-f1-f3"
    board.take({"across": "bias-f3"})
    assert board.shown["texts"]["map"] == {"axis-label-x": "b̂", "axis-label-y": "ŵ₁"}


# --- three learning rates ------------------------------------------------------------------------


def fates(board: LearningRates) -> list[str]:
    return [marks(board, f"errors{n}")["fate"]["text"] for n in range(3)]


def sentences(board: LearningRates) -> list[str]:
    said = board.shown["sentence"]
    first, _, rest = said.partition(" Second: ")
    second, _, third = rest.partition(" Third: ")
    return [first.removeprefix("First: "), second, third]


@pytest.mark.parametrize("which", ["sigmoid", "identity"])
def test_to_begin_with_each_does_something_else(which: str) -> None:
    board = LearningRates(which)
    assert fates(board)[:2] == ["creeps", "arrives"]
    assert fates(board)[2] == {"sigmoid": "overshoots", "identity": "diverges"}[which]
    for fate, said in zip(fates(board), sentences(board), strict=True):
        assert fate in said


def test_the_words_follow_the_numbers_not_the_places() -> None:
    board = LearningRates()
    before = sentences(board)
    for n, h in enumerate(("16", "4", "0.1")):
        board.take({f"h{n}": h})
    assert sentences(board) == before[::-1]
    for n in range(3):
        board.take({f"h{n}": "80"})
    assert fates(board) == ["worse"] * 3
    assert all("thrown out of the valley" in said for said in sentences(board))
    board.take({"slot": "weight-x2-f2"})
    assert len(set(sentences(board))) == 1


def test_errors_on_show_are_those_of_the_updates() -> None:
    board = LearningRates()
    path = Landscape.of(XOR.net, XOR.x, XOR.t, "bias-f3").descend([0.0], 16.0, 60)
    (line,) = marks(board, "errors2")["errors"]["pieces"]
    np.testing.assert_allclose(line[::2], range(61))
    np.testing.assert_allclose(line[1::2], path.errors, atol=1e-4)
    (line,) = marks(board, "curve2")["path"]["pieces"]
    np.testing.assert_allclose(line[::2], path.points[:, 0], atol=1e-4)
    assert place(marks(board, "curve0")["start"]) == place(marks(board, "curve2")["start"])


@pytest.mark.parametrize("text", ["0", "-1", "much", ""])
def test_a_rate_is_positive(text: str) -> None:
    board = LearningRates()
    before = board.shown
    with pytest.raises(ValueError, match="Second h is"):
        board.take({"h1": text})
    assert board.shown == before


def test_an_enormous_rate_is_told_too() -> None:
    board = LearningRates("identity")
    board.take({"h2": "1e200"})
    assert fates(board)[2] == "diverges"
    assert "too large to be computed" in sentences(board)[2]
    board.take({"w": 2.0})
    assert "has nothing to do" in sentences(board)[0]


def test_an_unknown_ground_is_refused() -> None:
    assert_refused(
        lambda: LearningRates("tanh"), "which is 'tanh', but expected one of: sigmoid, identity"
    )


def test_the_line_has_its_best_weight_on_show() -> None:
    assert lowest(LINE, "weight-x1-f1") < 1e-3
    assert LINE.name("weight-x1-f1") == "w"
    assert LINE.name("bias-f1") == "b"


# --- batch and on-line ---------------------------------------------------------------------------


def test_an_epoch_is_one_update_or_one_for_each_sample() -> None:
    board = BatchOnline()
    for n in (1, 7, 20):
        step = board.shown["steps"][n]
        assert step["title"] == f"Epoch {n}: {n} updates in batch, {4 * n} on-line".replace(
            "1 updates", "1 update"
        )
        assert f"the gradient of {4 * n} samples" in step["sentence"]
    (batch,), (online,) = (marks(board, "map")[name]["pieces"] for name in ("batch", "online"))
    assert (len(batch), len(online)) == (2 * 21, 2 * 81)
    for n in (0, 5, 20):
        now = marks(board, "map", n)
        assert place(now["batch-now"]) == batch[2 * n : 2 * n + 2]
        assert place(now["online-now"]) == online[8 * n : 8 * n + 2]


def test_the_order_is_the_business_of_online_alone() -> None:
    board = BatchOnline()
    before = marks(board, "map")
    board.take({"order": "shuffled"})
    after = marks(board, "map")
    assert after["batch"] == before["batch"]
    assert after["online"] != before["online"]
    board.take({"order": "given"})
    assert marks(board, "map") == before


@pytest.mark.parametrize("h", [0.5, 8.0, 16.0, 40.0])
def test_who_is_ahead_is_who_has_the_smaller_error(h: float) -> None:
    board = BatchOnline()
    board.take({"h": h})
    for n, step in enumerate(board.shown["steps"]):
        e, e_online = (
            place(marks(board, "errors", n)[name])[1] for name in ("batch-now", "online-now")
        )
        if abs(e - e_online) > 1e-3:
            assert f"{'batch' if e < e_online else 'on-line'} is ahead" in step["sentence"]


# --- all of them ---------------------------------------------------------------------------------

EDITS = {
    "TeacherSet": {"value": 2.5},
    "HalfSquare": {"u": -1.5},
    "TwoOutputs": {"t1": 0.5},
    "Downhill": {"w": 2.5},
    "TwoWeights": {"a": 2.5, "b": -1.0},
    "LearningRates": {"w": 2.5},
    "BatchOnline": {"a": 2.5, "b": -1.0},
}


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_an_edit_sends_what_it_shows_and_nothing_else(make: type[Any], sent: list[str]) -> None:
    board = make()
    sent.clear()
    board.take(EDITS[make.__name__])
    assert set(sent) == {"shown"}


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_every_term_has_a_meaning(make: type[Any]) -> None:
    board = make()
    names = [name for equation in board.equations for name in equation["names"]]
    assert [name for name in names if len(name.split()) < 3] == []  # the symbol is one word
    derivatives = [name for name in names if name.startswith("∂")]
    assert [name for name in derivatives if "how fast" not in name] == []


OPEN = """
import sys
from backprop_core.widgets import *
for make in (TeacherSet, HalfSquare, TwoOutputs, Downhill, TwoWeights, LearningRates, BatchOnline):
    make()
LearningRates("identity")
print([name for name in ("matplotlib", "networkx") if name in sys.modules])
"""


def test_the_page_opens_without_drawing() -> None:
    found = subprocess.run(
        [sys.executable, "-c", OPEN], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"
