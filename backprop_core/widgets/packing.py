"""Pack arrays, lines and axes as a plot in the browser takes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop_core._types import Array

__all__ = ["LEAST", "Ticks", "axis", "curve", "decades", "floats", "lines", "written"]

LEAST = 1e-12  # the smallest number that a logarithmic axis shows

_POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Ticks = list[tuple[float, str]]


def floats(values: Array) -> bytes:
    """An array as float32, whose ends stand for what is beyond them."""
    most = np.finfo(np.float32).max
    return np.clip(values, -most, most).astype(np.float32).tobytes()


def curve(across: Array, up: Array) -> bytes:
    """Points of a curve, x and y in turn; what a logarithm cannot show is at its lower end."""
    return floats(np.column_stack([across, np.maximum(up, LEAST)]))


def lines(paths: Sequence[Array]) -> dict[str, Any]:
    """Lines one after the other, and how many points each has."""
    points = np.concatenate(paths) if paths else np.empty((0, 2))
    return {"points": floats(points), "counts": [len(path) for path in paths]}


def axis(ends: tuple[float, float], ticks: Ticks) -> dict[str, Any]:
    """An axis from its lowest to its highest value, with numbers beside it."""
    return {"ends": list(ends), "ticks": [list(tick) for tick in ticks]}


def decades(low: float, high: float, most: int = 6) -> Ticks:
    """Powers of ten between two of them; where there is but one decade, round numbers in it."""
    first, last = round(np.log10(low)), round(np.log10(high))
    if last - first == 1:
        return [(f * low, written(float(f"{f * low:.3g}"))) for f in (1, 2, 5, 10)]
    return [(10.0**n, written(10.0**n)) for n in range(first, last + 1, -((first - last) // most))]


def written(value: float) -> str:
    """A round number as it stands at an axis.

    Examples
    --------
    >>> written(-0.5), written(200000), written(1e-6)
    ('−0.5', '2·10⁵', '10⁻⁶')
    """
    if value and not 1e-3 <= abs(value) < 1e5:
        digits, power = f"{value:.0e}".split("e")
        times = "" if digits == "1" else f"{digits}·".replace("-", "−")
        return f"{times}10{str(int(power)).translate(_POWERS)}"
    return f"{round(value, 9):.12g}".replace("-", "−")
