"""Neurons part the plane as they say: lines, half-planes, borders, and what no line can do."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_core import Network, forward
from backprop_core._types import Array
from backprop_core.separation import (
    Box,
    Line,
    answer_border,
    grid,
    half_plane,
    line_across,
    right_answers,
    through,
    widest_line,
)
from backprop_core.situation import TEACHER_SETS

BOX: Box = ((-0.6, 1.6), (-1.0, 0.5))
SQUARE = np.array(list(product((0.0, 1.0), repeat=2)))
weights = st.floats(-3, 3).filter(lambda w: w == 0 or abs(w) > 1e-3)
places = st.tuples(st.integers(-4, 4), st.integers(-4, 4))


def targets(name: str) -> Array:
    return np.array([t[0] for _, t in TEACHER_SETS[name]])


def inside(points: Array, box: Box = BOX) -> bool:
    low, high = np.transpose(box)
    return bool(((points >= low - 1e-9) & (points <= high + 1e-9)).all())


def area(polygon: Array) -> float:
    x, y = polygon.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


@given(weights, weights, weights)
def test_line_is_where_the_sum_is_zero(w1: float, w2: float, b: float) -> None:
    ends = line_across((w1, w2), b, BOX)
    assert inside(ends)
    assert ends @ (w1, w2) + b == pytest.approx(0, abs=1e-9)
    corners = np.array(list(product(*BOX))) @ (w1, w2) + b
    crossed = np.min(corners) < -1e-9 and np.max(corners) > 1e-9
    assert len(ends) == 2 if crossed else len(ends) in (0, 2)
    if crossed:  # from border to border
        on_border = np.isclose(ends[:, :, None], BOX, atol=1e-9).any(axis=(1, 2))
        assert on_border.all()


@given(weights, weights, weights)
def test_half_plane_is_where_a_threshold_answers_one(w1: float, w2: float, b: float) -> None:
    polygon = half_plane((w1, w2), b, BOX)
    assert inside(polygon)
    assert (polygon @ (w1, w2) + b >= -1e-9).all()
    other = half_plane((-w1, -w2), -b, BOX)
    whole = (BOX[0][1] - BOX[0][0]) * (BOX[1][1] - BOX[1][0])
    if (w1, w2) != (0, 0):
        assert sum(area(part) for part in (polygon, other) if len(part)) == pytest.approx(whole)


def test_no_line_without_weights() -> None:
    assert len(line_across((0, 0), 1.0, BOX)) == 0
    assert area(half_plane((0, 0), 0.0, BOX)) == pytest.approx(2.2 * 1.5)
    assert len(half_plane((0, 0), -1.0, BOX)) == 0


@given(places, places, weights, weights)
def test_line_through_two_points(
    first: tuple[int, int], second: tuple[int, int], w1: float, w2: float
) -> None:
    assume(first != second)
    assume(w1 or w2)
    line = through(first, second, like=Line(w1, w2, 0.0))
    assert np.array((first, second)) @ line[:2] + line.b == pytest.approx(0, abs=1e-9)
    assert np.hypot(*line[:2]) == pytest.approx(np.hypot(w1, w2))
    assert line.w1 * w1 + line.w2 * w2 >= -1e-9


@pytest.mark.parametrize("name", ["AND", "OR"])
def test_a_line_does_what_is_linearly_separable(name: str) -> None:
    line = widest_line(SQUARE, targets(name))
    assert line
    neuron = Network.from_weights([[[line.w1], [line.w2]]], [[line.b]], "threshold")
    assert right_answers(neuron, SQUARE, targets(name)).all()


def test_no_line_does_xor() -> None:
    assert widest_line(SQUARE, targets("XOR")) is None
    # A line can only tell the corners apart in as many ways as a fine net of lines shows.
    values = np.arange(-3, 3.01, 0.25)
    w1, w2, b = (part.ravel() for part in np.meshgrid(values, values, values))
    answers = (SQUARE @ np.stack((w1, w2)) + b >= 0).T
    counts = {
        name: int((answers == targets(name)).sum(axis=1).max()) for name in ("AND", "OR", "XOR")
    }
    assert counts == {"AND": 4, "OR": 4, "XOR": 3}
    # … and any of the four can be the one that is left over
    wrong = answers != targets("XOR")
    assert set(np.flatnonzero(wrong[wrong.sum(axis=1) == 1].any(axis=0))) == {0, 1, 2, 3}


@given(st.lists(st.tuples(places, st.booleans()), min_size=2, max_size=7, unique_by=lambda s: s[0]))
def test_a_line_is_found_just_when_there_is_one(
    samples: list[tuple[tuple[int, int], bool]],
) -> None:
    x = np.array([place for place, _ in samples], float)
    t = np.array([float(target) for _, target in samples])
    assume(0 < t.sum() < len(t))
    line = widest_line(x, t)
    # By brute force: a line that separates can be turned until it touches two of the points.
    ways = [q - p for p, q in product(x, x) if (p != q).any()]
    normals = [np.array((-dy, dx)) for dx, dy in ways]
    tilted = [
        n + tilt * way for n, way in zip(normals, ways, strict=True) for tilt in (-1e-3, 1e-3)
    ]
    margins = [(x[t == 1] @ n).min() - (x[t == 0] @ n).max() for n in (*normals, *tilted)]
    assert (line is not None) == (max(margins) > 1e-9)
    if line:
        sums = x @ line[:2] + line.b
        assert ((sums > 0) == (t == 1)).all()
        gap = abs(sums).min() / np.hypot(*line[:2])
        assert gap == pytest.approx(max(sums[t == 1].min(), 0) / np.hypot(*line[:2]))
        # No other direction leaves a wider gap.
        turned = np.linspace(0, 2 * np.pi, 721)
        all_ways = np.stack((np.cos(turned), np.sin(turned)))
        gaps = (x[t == 1] @ all_ways).min(axis=0) - (x[t == 0] @ all_ways).max(axis=0)
        assert gaps.max() / 2 <= gap + 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_border_is_where_the_answer_changes(seed: int) -> None:
    net = Network.random([2, 2, 1], seed=seed, scale=2.0)
    # The border runs through the middle.
    middle = forward(net, np.mean(BOX, axis=1)).r[1].item()
    net = net.with_bias("f3", net.bias("f3") - middle)
    lines, areas = answer_border(net, BOX)
    assert lines
    for line in lines:
        assert inside(line)
        assert forward(net, line).y == pytest.approx(0.5, abs=0.02)
    x = np.stack(np.meshgrid(*(np.linspace(*side, 301) for side in BOX)), axis=-1).reshape(-1, 2)
    share = float((forward(net, x).y > 0.5).mean())
    whole = (BOX[0][1] - BOX[0][0]) * (BOX[1][1] - BOX[1][0])
    assert sum(map(area, areas)) / whole == pytest.approx(share, abs=0.01)


def test_grid_is_even() -> None:
    lines = grid(BOX, 0.1, 5)
    assert lines.shape == (23 + 16, 5, 2)
    assert inside(lines.reshape(-1, 2))
    upright, level = lines[:23], lines[23:]
    assert np.ptp(upright[:, :, 0], axis=1) == pytest.approx(0)
    assert np.ptp(level[:, :, 1], axis=1) == pytest.approx(0)
    assert np.diff(upright[:, 0, 0]) == pytest.approx(0.1)
    assert np.diff(level[:, 0, 1]) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda: half_plane([1.0], 0.0, BOX), "w has the shape (1,), but expected two weights"),
        (lambda: line_across([1.0, np.nan], 0.0, BOX), "w[1] is nan, but expected a finite number"),
        (lambda: through((1, 1), (1, 1), Line(1, 0, 0)), "first and second are both [1.0, 1.0]"),
        (lambda: through((1, 1), (1, 2), Line(0, 0, 1)), "expected weights that are not both 0"),
        (lambda: widest_line(SQUARE, [1, 1, 1, 1]), "expected zeros and ones, some of each"),
        (lambda: widest_line(SQUARE, [0, 1, 0.5, 1]), "expected zeros and ones, some of each"),
        (lambda: widest_line(SQUARE, [0, 1]), "(4, 2), (2,); expected (M, 2), (M,)"),
        (
            lambda: answer_border(Network.random([2, 2]), BOX),
            "net has the sizes (2, 2), but expected 2 inputs and 1 output",
        ),
    ],
)
def test_refuses(call: object, refusal: str) -> None:
    with pytest.raises(ValueError, match=re.escape(refusal)):
        call()  # type: ignore[operator]
