"""Look up the mistakes that a wrong number is compared with.

An entry is data: where it can happen, one formula, one sentence, one hint. A new one is added to
the list of its part of the pass; tests then ask whether it can be told from all others.

>>> entry = next(mistake for mistake in CATALOGUE if mistake.key == "slope-left-out")
>>> entry.sentence.format(where="f₃")
'the slope g′(r) was left out at f₃'
"""

from itertools import chain

from backprop_core.diagnosis.mistakes_back import BACK, UPDATE
from backprop_core.diagnosis.mistakes_digits import DIGITS
from backprop_core.diagnosis.mistakes_forward import ERROR, FORWARD
from backprop_core.diagnosis.slipped import Mistake

__all__ = ["CATALOGUE", "GROUPS"]

GROUPS: dict[str, tuple[Mistake, ...]] = {
    "On the way forward": FORWARD,
    "The error": ERROR,
    "On the way back": BACK,
    "The update": UPDATE,
    "Digits": DIGITS,
}
# In this order: of two mistakes in the answer itself, the later one finds what the first one left.
CATALOGUE: tuple[Mistake, ...] = tuple(chain.from_iterable(GROUPS.values()))
