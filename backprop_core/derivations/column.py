"""See whether all lines of a derivation are worth the same, as far as that can be measured.

>>> from backprop_core import Network
>>> from backprop_core.derivations import Moment, derive
>>> lines = [line for part in derive((2, 2, 1), "bias-f3") for line in part.lines]
>>> column = Column(lines, Moment(Network.random([2, 2, 1]), x=[1, 0], t=[1]))
>>> column.text(column.values[-1]), all(column.agrees)
('−0.14638', True)
"""

from collections.abc import Sequence
from math import floor, isfinite, log10

import numpy as np

from backprop_core.derivations.expressions import Expression, Line, Moment
from backprop_core.equations import format_number

__all__ = ["DIGITS", "Column"]

DIGITS, _DECIMALS = 5, 10  # central differences are not more exact than that
_CLOSE = 1e-6  # relative: two values this close are the same value, measured twice
_HUGE = 1e9  # from here on, a number is told by its power of ten


class Column:
    """The values of a derivation's lines.

    Parameters
    ----------
    lines : sequence of Line
        One of them tells E, and the last one is the referee.
    moment : Moment

    Attributes
    ----------
    values : tuple of float
        Each line's, from its own expression.
    printed : tuple of tuple of (float or None)
        For each line those of its slips as they are printed; None where only words slip.
    agrees : tuple of bool
        For each line whether it has the value of the first line that tells the same quantity.
    """

    def __init__(self, lines: Sequence[Line], moment: Moment) -> None:
        def value(expression: Expression) -> float:
            return float(np.asarray(expression.at(moment)).item())

        with np.errstate(all="ignore"):  # what is too large to compute says so
            self.values = tuple(value(line.expression) for line in lines)
            self.printed = tuple(
                tuple(value(s.expression) if s.expression else None for s in line.slips)
                for line in lines
            )
        error = next(
            v for v, line in zip(self.values, lines, strict=True) if line.quantity == "error"
        )
        self._exact = _DECIMALS - max(0, _exponent(error))  # rounding grows with E
        self._decimals = max(0, min(self._exact, DIGITS - 1 - _exponent(self.values[-1])))
        first: dict[str, float] = {}
        self.agrees = tuple(
            self.same(v, first.setdefault(line.quantity, v))
            for v, line in zip(self.values, lines, strict=True)
        )

    def same(self, a: float, b: float) -> bool:
        """Whether two values are the same as far as central differences can tell."""
        return abs(a - b) <= max(_CLOSE * max(abs(a), abs(b)), 10.0**-self._exact)

    def text(self, value: float) -> str:
        """A value of the column, with as many decimals as all the others."""
        if not isfinite(value) or abs(value) >= _HUGE:
            return format_number(value, DIGITS)
        return f"{round(value, self._decimals) + 0.0:.{self._decimals}f}".replace("-", "−")


def _exponent(value: float) -> int:
    return floor(log10(abs(value))) if value and isfinite(value) else 0
