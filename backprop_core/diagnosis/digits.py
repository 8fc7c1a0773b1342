"""Count a number in units of its last significant digit."""

import numpy as np

from backprop_core._types import Array

__all__ = ["exponents", "half_unit", "in_units", "units"]

_SMALLEST = -320  # powers of ten below are 0


def exponents(values: Array) -> Array:
    """Which power of ten the first significant digit stands for; −400 for 0."""
    with np.errstate(divide="ignore"):
        return np.where(values == 0.0, -400.0, np.floor(np.log10(np.abs(values))))


def units(values: Array, digits: int) -> Array:
    """A unit of the last of so many significant digits; 0 for 0."""
    powers = np.maximum(exponents(values) - digits + 1, _SMALLEST)
    return np.where(values == 0.0, 0.0, 10.0**powers)


def in_units(values: Array, digits: int) -> Array:
    """How many of these units each number has.

    Examples
    --------
    >>> in_units(np.array([0.123456, -25.0, 0.0]), digits=4).tolist()
    [1234.56, -2500.0, 0.0]
    """
    unit = units(values, digits)
    return np.divide(values, unit, out=np.zeros_like(values), where=unit > 0)


def half_unit(value: float, digits: int) -> float:
    """Half a unit: how far a number may be off that is rounded to so many significant digits.

    Examples
    --------
    >>> half_unit(0.1234, 4), half_unit(25, 2)
    (5e-05, 0.5)
    """
    return 0.5 * float(units(np.asarray(value, dtype=float), digits))
