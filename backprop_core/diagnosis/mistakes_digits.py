"""List the mistakes of writing a number down: a formula, a sentence, a hint each."""

import numpy as np

from backprop_core._types import Array
from backprop_core.diagnosis import places_answer as answer
from backprop_core.diagnosis.digits import in_units, units
from backprop_core.diagnosis.slipped import Mistake

__all__ = ["DIGITS"]


def _significant(values: Array, digits: int, rounding: np.ufunc = np.rint) -> Array:
    """Rounded to so many significant digits."""
    return rounding(in_units(values, digits)) * units(values, digits)


DIGITS: tuple[Mistake, ...] = (
    Mistake(
        "sign-lost",
        "answer",
        answer.answer_of("r", "output", "error", "weight", "bias"),
        lambda at: -at.right,
        "the digits are right and the sign is not",
        "Look at your last line once more: on which side of 0 does the number lie?",
    ),
    Mistake(
        "decimal-point",
        "answer",
        answer.powers_of_ten,
        lambda at: at.right * 10.0**at.other,
        "the digits are right and the decimal point is {instead} off",
        "Estimate the size of the number: which power of ten can it be?",
    ),
    Mistake(
        "cut-off",
        "answer",
        answer.last_places,
        lambda at: _significant(at.right, at.other, np.trunc),
        "the digits were cut off instead of rounded",
        "Round the last digit: up if the next one is 5 or more.",
        common=3,
        rounds=True,
    ),
    Mistake(
        "last-digit",
        "answer",
        answer.one_up_or_down,
        lambda at: at.right + at.other * units(at.right, at.task.digits),
        "the last digit is off by one",
        "Keep one or two digits more on the way than are asked for in the end.",
        common=2,
        rounds=True,
    ),
    Mistake(
        "rounded-to-decimals",
        "carried",
        answer.decimals,
        lambda at: np.round(at.right, at.other),
        "the numbers on the way were rounded to {instead}",
        "Keep one or two digits more on the way than are asked for in the end.",
        common=3,
        rounds=True,
    ),
    Mistake(
        "rounded-to-digits",
        "carried",
        answer.significant,
        lambda at: _significant(at.right, at.other),
        "the numbers on the way were rounded to {instead}",
        "Keep one or two digits more on the way than are asked for in the end.",
        common=2,
        rounds=True,
    ),
    Mistake(
        "cut-off-on-the-way",
        "carried",
        answer.decimals,
        lambda at: np.trunc(at.right * 10.0**at.other) / 10.0**at.other,
        "the numbers on the way were cut off after {instead}",
        "Round instead of cutting off, and keep a digit or two more on the way.",
        common=1,
        rounds=True,
    ),
)
