"""Draw the same things for the same seed, today and on every computer.

Python keeps its promise for `random.Random.random` alone: the same sequence for the same seed in
every version. So everything is drawn with that, and with nothing else of the module.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from backprop_core.network import whole_number

__all__ = ["CLASS_NUMBERS", "SIGNS", "Dice", "class_number"]

T = TypeVar("T")

SIGNS = (-1.0, 1.0)

CLASS_NUMBERS = 900_000  # a class gets numbers below; those from here on have tanh neurons
_STRIDE = 104_729  # a prime that does not divide a third of that, so no two students meet


class Dice:
    """Draws for one exercise.

    Examples
    --------
    >>> Dice("delta-first", 7).below(100) == Dice("delta-first", 7).below(100)
    True
    """

    def __init__(self, *seed: object) -> None:
        self._random = Random("/".join(map(str, seed)))

    def below(self, count: int) -> int:
        """One of 0 … count − 1."""
        return int(self._random.random() * count)

    def one_of(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them, in any order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]

    def signed(self, sizes: Sequence[float], count: int) -> list[float]:
        """So many of the sizes, no two the same, each with a sign of its own."""
        return [self.one_of(SIGNS) * size for size in self.shuffled(sizes)[:count]]


def class_number(seed: int, student: int) -> int:
    """The number of a student's own exercises, from the seed that the teacher has chosen.

    Parameters
    ----------
    seed : int
        0 or more: one for each class or each test.
    student : int
        1 or more: the place in the class's list.

    Returns
    -------
    int
        Below 900 000, and no multiple of 3: those bring variations, and a class practises the
        same. A seed and a student always bring the same number, and no two students of one seed
        have the same, for classes of up to 300 000.

    Raises
    ------
    ValueError
        If one of them is no such whole number.

    Examples
    --------
    >>> len({class_number(2026, student) for student in range(1, 61)})
    60
    """
    seed = whole_number(seed, "seed", least=0)
    student = whole_number(student, "student", least=1)
    count = CLASS_NUMBERS // 3
    start = Dice("class", seed).below(count)
    return 3 * ((start + student * _STRIDE) % count) + 1
