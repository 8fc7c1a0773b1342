"""See how neurons part the plane: the line of one, whether any line can do it, a network's borders.

Planes are looked at through a `Box`, ((lowest, highest) of x_1, (lowest, highest) of x_2).
"""

from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
from contourpy import contour_generator
from numpy.typing import ArrayLike, NDArray

from backprop_core._types import Array
from backprop_core.backprop import forward
from backprop_core.network import Network, as_array, as_number

__all__ = [
    "Box",
    "Line",
    "answer_border",
    "grid",
    "half_plane",
    "line_across",
    "right_answers",
    "through",
    "widest_line",
]

Box = tuple[tuple[float, float], tuple[float, float]]
_CELLS = 60  # a side of the grid on which a network's border is looked for


class Line(NamedTuple):
    """The line of a neuron with two inputs: where its sum w_1·x_1 + w_2·x_2 + b is 0."""

    w1: float
    w2: float
    b: float


def half_plane(w: ArrayLike, b: float, box: Box) -> Array:
    """The part of a box where the sum of a neuron is not negative: where a threshold answers 1.

    Parameters
    ----------
    w : (2,) array
    b : float
    box : Box

    Returns
    -------
    (n, 2) array
        The corners of a polygon, in order; no rows if the part is empty.

    Raises
    ------
    ValueError
        If `w` does not hold two finite numbers, or `b` is not a finite number.

    Examples
    --------
    >>> half_plane([1.0, 0.0], -0.5, ((0.0, 1.0), (0.0, 1.0))).tolist()
    [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]
    """
    w, b = _neuron(w, b)
    (left, right), (low, high) = box
    corners = np.array([(left, low), (right, low), (right, high), (left, high)])
    sums = corners @ w + b
    kept: list[Array] = []
    for here, there, r, s in zip(
        corners, np.roll(corners, -1, 0), sums, np.roll(sums, -1), strict=True
    ):
        if r >= 0:
            kept.append(here)
        if r * s < 0:  # the line crosses this side
            kept.append(here + r / (r - s) * (there - here))
    return np.array(kept).reshape(-1, 2)


def line_across(w: ArrayLike, b: float, box: Box) -> Array:
    """The piece of a neuron's line that lies in a box.

    Returns
    -------
    (2, 2) array
        Its two ends; no rows if the line passes the box by, or there is none because `w` is 0.

    Raises
    ------
    ValueError
        As `half_plane`.

    Examples
    --------
    >>> line_across([0.0, 1.0], -1.0, ((0.0, 2.0), (0.0, 2.0))).tolist()
    [[2.0, 1.0], [0.0, 1.0]]
    """
    w, b = _neuron(w, b)
    size = float(np.hypot(*w))
    if size == 0:
        return np.empty((0, 2))
    w, b = w / size, b / size
    foot, along = -b * w, np.array((-w[1], w[0]))
    enter, leave = -np.inf, np.inf
    for start, step, (low, high) in zip(foot, along, box, strict=True):
        if step == 0:
            if not low <= start <= high:
                return np.empty((0, 2))
            continue
        first, last = sorted(((low - start) / step, (high - start) / step))
        enter, leave = max(enter, first), min(leave, last)
    if enter > leave:
        return np.empty((0, 2))
    return np.array((foot + enter * along, foot + leave * along))


def through(first: ArrayLike, second: ArrayLike, like: Line) -> Line:
    """The line through two points, with weights as large as those of `like`, on its side.

    Raises
    ------
    ValueError
        If the two points are one, or `like` has no direction.

    Examples
    --------
    >>> through((0.5, 0.0), (0.5, 1.0), like=Line(2.0, 0.0, 0.0))
    Line(w1=2.0, w2=0.0, b=-1.0)
    """
    first, second = as_array(first, "first"), as_array(second, "second")
    if like.w1 == like.w2 == 0:
        raise ValueError(f"like is {like}, but expected weights that are not both 0")
    if (first == second).all():
        raise ValueError(f"first and second are both {first.tolist()}, but expected two points")
    (dx, dy), size = second - first, float(np.hypot(like.w1, like.w2))
    length = float(np.hypot(dx, dy))
    w = np.array((dy, -dx)) * (size / length)
    # Of the two sides, 1 stays where it was.
    if w @ (like.w1, like.w2) < 0:
        w = -w
    return Line(float(w[0]) + 0.0, float(w[1]) + 0.0, float(-w @ first) + 0.0)


def widest_line(x: ArrayLike, t: ArrayLike) -> Line | None:
    """The line that separates the points with target 1 from those with target 0, if there is one.

    Of all such lines it is the one in the middle of the widest gap. A gap between two sets of
    points in the plane is widest either along the straight way from a point of one to a point of
    the other, or square to a side of one of them: no other direction has to be tried.

    Parameters
    ----------
    x : (M, 2) array
    t : (M,) array of 0 and 1, both of them

    Returns
    -------
    Line or None
        Weights whose larger one has the size 1; None if the two sets are not linearly separable.

    Raises
    ------
    ValueError
        If `x` and `t` do not fit, or only one target occurs.

    Examples
    --------
    >>> square = [(0, 0), (0, 1), (1, 0), (1, 1)]
    >>> widest_line(square, (0, 0, 0, 1))
    Line(w1=1.0, w2=1.0, b=-1.5)
    >>> widest_line(square, (0, 1, 1, 0)) is None
    True
    """
    x, t = as_array(x, "x"), as_array(t, "t")
    if x.ndim != 2 or x.shape[1] != 2 or t.shape != (len(x),):
        raise ValueError(f"x and t have the shapes {x.shape}, {t.shape}; expected (M, 2), (M,)")
    ones, zeros = x[t == 1], x[t == 0]
    if not len(ones) or not len(zeros) or len(ones) + len(zeros) < len(x):
        raise ValueError(f"t is {t.tolist()}, but expected zeros and ones, some of each")
    ways = [p - q for p, q in product(ones, zeros)]
    for some in (ones, zeros):
        for p, q in combinations(some, 2):
            dx, dy = q - p
            ways += [np.array((dy, -dx)), np.array((-dy, dx))]
    best, widest = None, 0.0
    for way in ways:
        size = float(np.hypot(*way))
        if size == 0:
            continue
        nearest, farthest = float((ones @ way).min()), float((zeros @ way).max())
        gap = (nearest - farthest) / size
        if gap > widest * (1 + 1e-12):
            w, middle = way / abs(way).max(), (nearest + farthest) / 2 / abs(way).max()
            best, widest = Line(float(w[0]) + 0.0, float(w[1]) + 0.0, float(-middle) + 0.0), gap
    return best


def right_answers(net: Network, x: ArrayLike, t: ArrayLike) -> NDArray[np.bool_]:
    """Which samples a network with one output gets right, where y ≥ ½ counts as 1.

    Returns
    -------
    (M,) array of bool

    Examples
    --------
    >>> neuron = Network.from_weights([[[1.0], [1.0]]], [[-1.5]], "threshold")
    >>> right_answers(neuron, [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0]).tolist()
    [True, False, False, False]
    """
    answers = forward(net, x).y[:, 0] >= 0.5
    return np.asarray(answers == (as_array(t, "t").ravel() >= 0.5))


def answer_border(
    net: Network, box: Box, level: float = 0.5, cells: int = _CELLS
) -> tuple[list[Array], list[Array]]:
    """Where a network with two inputs and one output answers `level`, and where it answers more.

    Both are read from the outputs on a grid, so they are exact to a fraction of a cell.

    Returns
    -------
    lines, areas : lists of (n, 2) arrays
        The border's pieces; polygons that fill the part of the box with y > `level`.

    Raises
    ------
    ValueError
        If the network does not have two inputs and one output.

    Examples
    --------
    >>> net = Network.from_weights([[[1.0], [0.0]]], [[-0.5]], "sigmoid")
    >>> lines, areas = answer_border(net, ((0.0, 1.0), (0.0, 1.0)))
    >>> [sorted(set(line[:, 0].round(9).tolist())) for line in lines], len(areas)
    ([[0.5]], 1)
    """
    if (net.sizes[0], net.sizes[-1]) != (2, 1):
        raise ValueError(f"net has the sizes {net.sizes}, but expected 2 inputs and 1 output")
    across, up = (np.linspace(low, high, cells + 1) for low, high in box)
    points = np.stack(np.meshgrid(across, up), axis=-1)
    heights = forward(net, points.reshape(-1, 2)).y.reshape(points.shape[:2])
    contours = contour_generator(across, up, heights, fill_type="OuterOffset")
    lines: Any = contours.lines(level)
    areas: Any = contours.filled(level, np.inf)
    outer = [area[: ring[1]] for area, ring in zip(*areas, strict=True)]  # and then its holes
    return list(lines), outer


def grid(box: Box, spacing: float, points: int) -> Array:
    """Lines of a square grid, upright ones first, each given by so many points.

    Returns
    -------
    (lines, points, 2) array

    Examples
    --------
    >>> grid(((0.0, 1.0), (0.0, 1.0)), 0.5, 2)[0].tolist(), len(grid(((0, 1), (0, 1)), 0.5, 2))
    ([[0.0, 0.0], [0.0, 1.0]], 6)
    """
    lines = []
    for axis in (0, 1):
        low, high = box[axis]
        along = np.linspace(*box[1 - axis], points)
        for place in np.linspace(low, high, round((high - low) / spacing) + 1):
            pair = (np.full(points, place), along)
            lines.append(np.stack(pair if axis == 0 else pair[::-1], axis=-1))
    return np.stack(lines)


def _neuron(w: ArrayLike, b: float) -> tuple[Array, float]:
    w = as_array(w, "w")
    if w.shape != (2,):
        raise ValueError(f"w has the shape {w.shape}, but expected two weights")
    return w, as_number(b, "b")
