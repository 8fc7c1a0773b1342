"""See what a network makes of a plane: each neuron's view, the border, the hidden space, δ's size.

>>> net = Network.from_weights([[[1.0], [1.0]]], [[-1.5]])
>>> plane = Plane.of([[0, 0], [0, 1], [1, 0], [1, 1]])
>>> plane.across, plane.up
((-0.15, 1.15), (-0.15, 1.15))
>>> f1 = outputs_on(net, plane, 3)[1][..., 0]  # from where both inputs are low to both high
>>> f1.diagonal().round(2).tolist()
[0.14, 0.38, 0.69]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from sys import float_info

import numpy as np
from contourpy import contour_generator
from numpy.typing import ArrayLike, NDArray

from backprop_core._types import Array
from backprop_core.activations import Activation
from backprop_core.backprop import sweep_forward
from backprop_core.network import Network, as_array

__all__ = [
    "Plane",
    "border",
    "delta_sizes",
    "level_of",
    "outputs_on",
    "range_of",
    "region_borders",
    "region_places",
    "regions",
    "round_decades",
    "round_ticks",
    "round_up",
    "shades",
]

_MARGIN = 0.15  # around the samples, as a share of their range
_BOUNDED = {"sigmoid": (0.0, 1.0), "threshold": (0.0, 1.0), "gaussian": (0.0, 1.0), "tanh": (-1, 1)}


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the space of the inputs: two of them run along its axes.

    Attributes
    ----------
    axes : (int, int or None)
        Which inputs, from 0, run across and up. None where there is but one input: then nothing
        changes upwards.
    across, up : (float, float)
        The lowest and the highest value on each axis.
    rest : (N_0,) array
        What the inputs are that have no axis: their means.
    """

    axes: tuple[int, int | None]
    across: tuple[float, float]
    up: tuple[float, float]
    rest: Array

    @classmethod
    def of(cls, x: ArrayLike, axes: tuple[int, int | None] = (0, 1)) -> "Plane":
        """The plane on which the samples `x`, (M, N_0), lie with some room around them.

        Raises
        ------
        ValueError
            If `axes` does not name two different inputs (or, where there is only one, that one
            and None).
        """
        x = np.atleast_2d(as_array(x, "x"))
        inputs = range(x.shape[1])
        a, b = axes
        if a not in inputs or (b not in inputs if len(inputs) > 1 else b is not None) or a == b:
            expected = f"two different ones of {list(inputs)}" if len(inputs) > 1 else "(0, None)"
            raise ValueError(f"axes is {axes!r}, but expected {expected}")
        up = (0.0, 1.0) if b is None else _with_margin(x[:, b])
        return cls((a, b), _with_margin(x[:, a]), up, x.mean(axis=0))

    def grid(self, points: int) -> Array:
        """A grid of points · points samples, (points², N_0), row by row from the lowest upwards."""
        samples = np.tile(self.rest, (points * points, 1))
        a, b = self.axes
        samples[:, a] = np.tile(np.linspace(*self.across, points), points)
        if b is not None:
            samples[:, b] = np.repeat(np.linspace(*self.up, points), points)
        return samples


def _with_margin(values: Array) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def outputs_on(net: Network, plane: Plane, points: int) -> list[Array]:
    """What each node hands on, all over a plane.

    Returns
    -------
    list of (points, points, N_k) arrays
        One for each layer, the inputs first. ``[k][i, j, n]`` is node n of layer k at the i-th
        place upwards and the j-th across, from the lowest.

    Raises
    ------
    ValueError
        If the network has another number of inputs than the plane's space.
    """
    if net.sizes[0] != len(plane.rest):
        raise ValueError(
            f"net has {net.sizes[0]} inputs, but expected {len(plane.rest)}, as the plane's space"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        grid = plane.grid(points)
        # A thousand at a time stay in the processor's cache, and are too few to be split up among
        # threads: many times faster where several kernels share a machine.
        parts = [
            sweep_forward(net.weights, net.biases, net.activations, grid[i : i + 1000])[1]
            for i in range(0, len(grid), 1000)
        ]
    layers = [np.concatenate(layer) for layer in zip(*parts, strict=True)]
    return [layer.reshape(points, points, -1) for layer in layers]


def range_of(activation: Activation, values: Array) -> tuple[float, float]:
    """From where to where a neuron's outputs are told apart: what its activation can give.

    Where the activation has no bounds, as far to both sides of 0 as the values reach.

    Examples
    --------
    >>> from backprop_core import ACTIVATIONS
    >>> range_of(ACTIVATIONS["tanh"], np.array([0.1])), range_of(ACTIVATIONS["ReLU"], np.ones(2))
    ((-1.0, 1.0), (-1.0, 1.0))
    """
    if activation.name in _BOUNDED:
        low, high = _BOUNDED[activation.name]
        return float(low), float(high)
    sizes = np.abs(values[np.isfinite(values)])
    most = float(np.max(sizes)) if sizes.size else 0.0
    return (-most, most) if most else (-1.0, 1.0)


def shades(values: Array, low: float, high: float) -> NDArray[np.uint8]:
    """Values as shades from 0 at `low` or below to 255 at `high` or above.

    Examples
    --------
    >>> shades(np.array([-1.0, 0.0, 0.5, 2.0]), 0, 1).tolist()
    [0, 0, 128, 255]
    """
    middle, half = 0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low
    share = np.clip((values - middle) / half, -1.0, 1.0)
    return np.rint(np.nan_to_num(127.5 + 127.5 * share, nan=127.5)).astype(np.uint8)


def level_of(t: Array) -> float:
    """Half way between the lowest and the highest target: where one class ends and one begins.

    Examples
    --------
    >>> level_of(np.array([[0.0], [1.0], [1.0]])), level_of(np.array([[-1.0], [1.0]]))
    (0.5, 0.0)
    """
    return 0.5 * (float(np.min(t)) + float(np.max(t)))


def border(plane: Plane, values: Array, level: float) -> list[Array]:
    """Lines along which values on a plane, as `outputs_on` gives of one node, are at a level.

    Returns
    -------
    list of (n, 2) arrays
        None where the values are everywhere on one side.

    Examples
    --------
    >>> net = Network.from_weights([[[1.0], [0.0]]], [[-0.5]])  # 0.5 where x_1 = 0.5
    >>> plane = Plane.of([[0, 0], [1, 1]])
    >>> line, = border(plane, outputs_on(net, plane, 50)[1][..., 0], 0.5)
    >>> bool(abs(line[:, 0] - 0.5).max() < 1e-3)
    True
    """
    rows, columns = values.shape
    across, up = np.linspace(*plane.across, columns), np.linspace(*plane.up, rows)
    finite = np.nan_to_num(values - level, nan=0.0, posinf=1e300, neginf=-1e300)
    lines = contour_generator(across, up, finite).lines(0.0)
    return [np.asarray(line, dtype=np.float64) for line in lines]


def regions(outputs: Array) -> NDArray[np.uint8]:
    """Which of several outputs, from 0, is the largest: (rows, columns, K) to (rows, columns)."""
    return np.argmax(np.nan_to_num(outputs, nan=-np.inf), axis=-1).astype(np.uint8)


def region_borders(plane: Plane, outputs: Array) -> list[Array]:
    """Lines on a plane along which another of several outputs becomes the largest."""
    lines: list[Array] = []
    with np.errstate(invalid="ignore"):
        for n in np.unique(regions(outputs)):
            others = np.max(np.delete(outputs, n, axis=-1), axis=-1)
            lines += border(plane, outputs[..., n] - others, 0.0)
    return lines


def region_places(plane: Plane, winners: NDArray[np.uint8]) -> dict[int, tuple[float, float]]:
    """A place inside each region, near its middle, for its name.

    Examples
    --------
    >>> plane = Plane.of([[0, 0], [1, 1]])
    >>> list(region_places(plane, np.array([[0, 2], [0, 2]], dtype=np.uint8)))
    [0, 2]
    """
    rows, columns = winners.shape
    across, up = np.linspace(*plane.across, columns), np.linspace(*plane.up, rows)
    places = {}
    for n in np.unique(winners):
        cells = np.argwhere(winners == n)
        i, j = cells[np.argmin(((cells - cells.mean(axis=0)) ** 2).sum(axis=1))]
        places[int(n)] = (float(across[j]), float(up[i]))
    return places


def delta_sizes(deltas: Sequence[Array]) -> list[float]:
    """How large δ is in each layer of neurons (Section "Propagating the error signal").

    Parameters
    ----------
    deltas : sequence of (M, N_k) arrays
        ∂E/∂(output) of each neuron for each sample, layer by layer, as `Gradient.deltas`.

    Returns
    -------
    list of float
        The root mean square over a layer's neurons and the samples.

    Examples
    --------
    >>> from backprop_core import backward, forward
    >>> net = Network.from_weights([[[2.0]], [[3.0]]], activation="identity")
    >>> delta_sizes(backward(net, forward(net, [[1.0]]), [[5.0]]).deltas)
    [3.0, 1.0]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return [float(np.sqrt(np.mean(delta * delta))) for delta in deltas]


# ---- numbers along an axis ----


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers (steps of 1, 2 or 5 times a power of ten) from `low` to `high`, `most` or less.

    Examples
    --------
    >>> round_ticks(-0.6, 1.6), round_ticks(0, 340)
    ([-0.5, 0.0, 0.5, 1.0, 1.5], [0.0, 100.0, 200.0, 300.0])
    """
    if not (isfinite(low) and isfinite(high) and high > low):
        return []
    power = 10.0 ** floor(log10((high - low) / most))
    for step in (power * factor for factor in (1, 2, 5, 10, 20)):
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [float(f"{n * step:.12g}") for n in range(first, last + 1)]
    return []


def round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten: axes that grow in steps.

    Examples
    --------
    >>> round_up(3.2), round_up(200), round_up(1001)
    (5.0, 200.0, 1500.0)
    """
    power = 10.0 ** floor(log10(value))
    return next(f * power for f in (1, 1.5, 2, 3, 5, 7.5, 10) if f * power >= value * (1 - 1e-12))


def round_decades(values: Sequence[float] | Array, least: float) -> tuple[float, float]:
    """Powers of ten below and above all positive values, none below `least`; at least one decade.

    Examples
    --------
    >>> round_decades([0.02, 3.0, 0.0], 1e-12)
    (0.01, 10.0)
    """
    kept = [v for v in values if isfinite(v) and v >= least]
    if not kept:
        return 0.1, 1.0
    low, high = floor(log10(min(kept)) + 1e-9), ceil(log10(max(kept)) - 1e-9)
    low = min(low, float_info.max_10_exp - 1)
    return 10.0**low, 10.0 ** min(max(high, low + 1), float_info.max_10_exp)
