"""Compare printed digits with ours: rounded as they are, digit by digit, and what explains them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from math import isfinite

from backprop_core.published.example import Published, WorkedExample
from backprop_core.published.mistakes import MISTAKES, Run

__all__ = ["Comparison", "Reading", "compare", "comparisons", "read_printed"]

_PRINTED = re.compile(r"([+−-]?)(\d*)(?:([.,])(\d*))?(?:([eE])([+−-]?\d{1,3}))?", re.ASCII)
_EXACT = Context(prec=1000)  # enough for every digit of any float64
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True)
class Reading:
    """One of our numbers, written as a printed one is.

    Attributes
    ----------
    value : float
        With all its digits.
    text : str
        To as many digits as are printed: rounded, or cut off where that alone agrees.
    agrees : {"rounded", "cut off", ""}
    same : int
        How many characters of the printed number and of `text` are the same, from the left.
    """

    value: float
    text: str
    agrees: str
    same: int


@dataclass(frozen=True)
class Comparison:
    """A published number beside ours.

    Attributes
    ----------
    published : Published
    ours : Reading
        The right number.
    mistaken : Reading or None
        The number that the mistakes lead to which `published` names; None where ours agrees.
    """

    published: Published
    ours: Reading
    mistaken: Reading | None = None

    @property
    def explained(self) -> bool:
        """Whether the mistakes reproduce what is printed, where the right number does not."""
        return self.mistaken is not None and bool(self.mistaken.agrees)

    @property
    def place(self) -> int:
        """Which of the printed digits is the first to differ, from 1; 0 where none does.

        Zeros that both begin with do not count.
        """
        printed, text, same = self.published.printed, self.ours.text, self.ours.same
        if self.ours.agrees:
            return 0
        digits = [c for c in printed[: same + 1] if c.isdecimal()]
        others = [c for c in text[: same + 1] if c.isdecimal()]
        pairs = list(zip(digits, others, strict=False)) if same else []
        zeros = next((n for n, pair in enumerate(pairs) if pair != ("0", "0")), 0)
        return max(1, len(pairs) - zeros)

    @property
    def verdict(self) -> str:
        """In a few words, how the two compare."""
        if self.ours.agrees == "rounded":
            return "agrees"
        if self.ours.agrees:
            return "agrees if cut off instead of rounded"
        if not isfinite(self.ours.value):
            return "cannot be computed: the numbers on the way grow too large"
        differs = f"differs from the {_ordinal(self.place)} digit on"
        if self.mistaken is None:
            return differs
        names = " and ".join(MISTAKES[name].column for name in self.published.mistakes)
        if self.mistaken.agrees == "rounded":
            return f"{differs}; agrees with the mistake: {names}"
        if self.mistaken.agrees:
            return f"{differs}; agrees, if cut off, with the mistake: {names}"
        return f"{differs}, and with the mistake as well: {names}"


def compare(
    example: WorkedExample, published: Iterable[Published] | None = None
) -> tuple[Comparison, ...]:
    """Compute what a publication prints, and compare.

    Parameters
    ----------
    example : WorkedExample
    published : iterable of Published, optional
        Some of its numbers; all of them if left out.

    Examples
    --------
    >>> from backprop_core.published import examples
    >>> chapter = examples()[1]
    >>> found = compare(chapter, [p for p in chapter.published if p.called == "w4+"])[0]
    >>> found.published.printed, found.ours.text, found.mistaken.text
    ('0.7978', '0.7976', '0.7978')
    >>> found.verdict
    'differs from the 4th digit on; agrees with the mistake: updated weights first'
    """
    return tuple(comparisons(example, example.published if published is None else published))


def comparisons(example: WorkedExample, published: Iterable[Published]) -> Iterator[Comparison]:
    """As `compare`, one after the other: many updates take a while."""
    run = lru_cache(maxsize=None)(lambda mistakes: Run(example, mistakes))

    def read(entry: Published, mistakes: tuple[str, ...]) -> Reading:
        in_time = tuple(name for name in mistakes if not MISTAKES[name].early)
        early = len(mistakes) - len(in_time)
        quantity = replace(entry.quantity, after=max(0, entry.quantity.after - early))
        return _reading(entry.printed, run(in_time).value(quantity))

    for entry in published:
        ours = read(entry, ())
        explain = entry.mistakes and not ours.agrees
        yield Comparison(entry, ours, read(entry, entry.mistakes) if explain else None)


def read_printed(text: str) -> float:
    """The number that is printed.

    Raises
    ------
    ValueError
        If it is none: what was expected instead, the end of a sentence.

    Examples
    --------
    >>> read_printed(".2910277"), read_printed("−2,406e-3")
    (0.2910277, -0.002406)
    """
    found = _PRINTED.fullmatch(text)
    digits = (found[2] or "") + (found[4] or "") if found else ""
    if not digits:
        raise ValueError("the printed digits, such as 0.0235600256 or -2.406e-3")
    if len(digits) > 25:
        raise ValueError("at most 25 digits")
    number = float(text.replace("−", "-").replace(",", "."))
    if not isfinite(number):
        raise ValueError("a number that a computer can hold: below 1.8·10³⁰⁸")
    return number


def _reading(printed: str, value: float) -> Reading:
    if not isfinite(value):
        return Reading(value, "∞" if value > 0 else "−∞" if value < 0 else "undefined", "", 0)
    texts = {
        "rounded": _written_as(printed, value, ROUND_HALF_EVEN),
        "cut off": _written_as(printed, value, ROUND_DOWN),
    }
    agrees = next((way for way, text in texts.items() if text == printed), "")
    text = texts[agrees or "rounded"]
    return Reading(value, text, agrees, _common(printed, text))


def _written_as(printed: str, value: float, rounding: str) -> str:
    """A number with as many digits as a printed one, and in the same dress."""
    found = _PRINTED.fullmatch(printed)
    assert found is not None
    sign, whole, point, decimals, letter, power = found.groups()
    exponent = int((power or "0").replace("−", "-"))
    scaled = Decimal(value).scaleb(-exponent, _EXACT)
    unit = Decimal(1).scaleb(-len(decimals or ""))
    number = scaled.quantize(unit, rounding, _EXACT)
    text = format(abs(number), "f")
    if not whole:
        text = text.removeprefix("0")
    text = text.replace(".", point or ".")
    if point and not decimals:
        text += point
    minus = sign if sign in ("-", "−") else "-"
    before = minus if number < 0 or (not number and sign == minus) else sign if sign == "+" else ""
    return f"{before}{text}{letter or ''}{power or ''}"


def _common(a: str, b: str) -> int:
    """How many characters two numbers share from the left, if their digits stand in line."""
    if len(a) != len(b):
        return 0
    return next((n for n, (c, d) in enumerate(zip(a, b, strict=True)) if c != d), len(a))


def _ordinal(n: int) -> str:
    return f"{n}{_ENDINGS.get(n % 10, 'th') if n % 100 not in (11, 12, 13) else 'th'}"
