"""Find the known mistakes, one or two together, that lead from a task to a wrong number.

So that a number which came about in some other way is hardly ever blamed on a mistake, only so many
mistakes are considered that all their numbers together, as wide as the digits leave them, catch
less than `BUDGET` of the numbers that one might come upon by chance.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log

import numpy as np
from numpy.typing import NDArray

from backprop_core._types import Array
from backprop_core.diagnosis.catalogue import CATALOGUE
from backprop_core.diagnosis.digits import exponents, in_units, units
from backprop_core.diagnosis.slipped import Rows, Slip, passes
from backprop_core.diagnosis.task import BACKWARD, Task

__all__ = ["Candidates", "candidates"]

Chosen = NDArray[np.bool_]

BUDGET = 0.008
_SAME = 1e-9  # relative: two numbers that differ by less are the same, computed in two ways
_MOST_PAIRS = 2500


@dataclass(frozen=True)
class _Values:
    """What sets of mistakes lead to, the more common sets first."""

    rows: Rows  # (R, 1 or 2): which slips
    values: Array  # (R,)


@lru_cache(maxsize=64)
def candidates(task: Task) -> "Candidates":
    """The candidates for a task, computed once."""
    return Candidates(task)


class Candidates:
    """The numbers that known mistakes lead to in a task, computed when asked for."""

    def __init__(self, task: Task) -> None:
        self.task = task
        slips = [Slip(mistake, place) for mistake in CATALOGUE for place in mistake.places(task)]
        values = passes(task, slips, np.arange(len(slips))[:, np.newaxis])
        counts = self._differ(values, task.value)
        self.slips = [slip for slip, wrong in zip(slips, counts, strict=True) if wrong]
        self._alone = values[counts]
        self._common = np.array([slip.mistake.common for slip in self.slips], dtype=float)
        self._rooms: dict[tuple[int, bool], _Values] = {}

    def explain(self, answer: float, digits: int) -> list[tuple[Slip, ...]]:
        """The mistakes that lead to an answer with so many digits: single ones, or else pairs.

        The more common ones come first.
        """
        for pairs in (False, True):
            known = self._considered(digits, pairs)
            near = np.abs(known.values - answer) <= (0.5 + 1e-6) * units(known.values, digits)
            if np.any(near):
                return [tuple(self.slips[s] for s in row) for row in known.rows[near]]
        return []

    @cached_property
    def singles(self) -> _Values:
        """One mistake."""
        order = np.argsort(-self._common, kind="stable")
        return _Values(order[:, np.newaxis], self._alone[order])

    @cached_property
    def pairs(self) -> _Values:
        """Two different mistakes, if both tell."""
        keys = [slip.mistake.key for slip in self.slips]
        rounds = np.array([slip.mistake.rounds for slip in self.slips], dtype=bool)
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        kinds = np.array([numbers[key] for key in keys], dtype=int)
        first, second = np.triu_indices(len(self.slips), 1)
        sensible = (kinds[first] != kinds[second]) & ~(rounds[first] & rounds[second])
        rows = np.column_stack([first, second])[sensible]
        common = self._common_in_pairs[rows].prod(axis=1)
        rows = rows[np.argsort(-common, kind="stable")][:_MOST_PAIRS]
        values = passes(self.task, self.slips, rows)
        tell = self._differ(values, self.task.value)
        for alone in self._alone[rows].T:
            tell &= self._differ(values, alone)
        return _Values(rows[tell], values[tell])

    @property
    def _common_in_pairs(self) -> Array:
        """Mistakes on the way forward seldom come on top of one on the way back."""
        back = self.task.quantity.kind in BACKWARD
        early = [back and slip.mistake.stage in ("weight", "output") for slip in self.slips]
        return np.where(early, self._common / 3.0, self._common)

    @staticmethod
    def _differ(values: Array, others: Array | float) -> Chosen:
        with np.errstate(invalid="ignore"):
            size = np.maximum(np.abs(values), np.abs(others))
            return np.isfinite(values) & (np.abs(values - others) > _SAME * size)

    # ---- how many to consider ----

    def _considered(self, digits: int, pairs: bool) -> _Values:
        """The single mistakes, or the pairs, that the budget leaves room for."""
        if (digits, pairs) not in self._rooms:
            spent, taken = np.zeros(3), np.empty(0)
            if pairs:
                spent = np.sum(self._costs(self.singles.values, digits, taken), axis=0)
                taken = _cells(self.singles.values, digits)
            known = self.pairs if pairs else self.singles
            spent = spent + np.cumsum(self._costs(known.values, digits, taken), axis=0)
            room = np.max(spent, axis=1) <= BUDGET
            self._rooms[digits, pairs] = _Values(known.rows[room], known.values[room])
        return self._rooms[digits, pairs]

    def _costs(self, values: Array, digits: int, taken: Array) -> Array:
        """How likely a number met by chance reads like each value: (R, 3), by kinds of chance.

        Numbers spread evenly up to three times the right one and around it, numbers with any first
        digits up to ten times smaller or larger, and numbers from a normal distribution.
        """
        right = self.task.value or float(np.median(np.abs([1.0, *self._alone]))) or 1.0
        with np.errstate(over="ignore"):
            width, ratio = units(values, digits) / abs(right), values / right
        size = np.abs(ratio)
        positive = self.task.quantity.kind in ("error", "output")  # a minus would be a giveaway
        costs = np.column_stack(
            [
                np.where(size < 4.0, width / (3.0 if positive else 6.0), 0.0),
                width / np.maximum(size, 1e-300) / ((1.0 if positive else 2.0) * log(100.0)),
                width * np.maximum(_bell(ratio), _bell(ratio - 1.0)) * (1.2 if positive else 1.0),
            ]
        )
        costs[~np.isfinite(costs)] = 1.0
        # Values that read the same count once.
        cells = _cells(values, digits)
        first = np.zeros(len(values), dtype=bool)
        first[np.unique(cells, return_index=True)[1]] = True
        return costs * (first & ~np.isin(cells, taken))[:, np.newaxis]


def _bell(values: Array) -> Array:
    return np.exp(-0.5 * np.minimum(np.abs(values), 30.0) ** 2) / np.sqrt(2.0 * np.pi)


def _cells(values: Array, digits: int) -> Array:
    """A number for each value, the same for those that read the same with so many digits."""
    read = np.rint(in_units(values, digits))
    return read + np.copysign(exponents(values) * 10.0 ** (digits + 1), read)
