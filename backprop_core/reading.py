"""Read a number that somebody typed, or say in one sentence what is wrong with it."""

import re
from math import isfinite

from backprop_core.equations import format_number

__all__ = [
    "plain_number",
    "printable",
    "quoted",
    "read_number",
    "read_positive",
    "read_whole",
    "shorten",
]

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def read_number(text: str, field: str) -> float:
    """Read a decimal number; a comma and the typographer's minus are welcome too.

    Raises
    ------
    ValueError
        One sentence that names the field, the text and what was expected.

    Examples
    --------
    >>> read_number(" −0,5 ", "w₃,₅")
    -0.5
    >>> read_number("half", "w₃,₅")
    Traceback (most recent call last):
    ...
    ValueError: w₃,₅ is “half”, but expected a number such as 0.5.
    >>> read_number("1e400", "w₃,₅")
    Traceback (most recent call last):
    ...
    ValueError: w₃,₅ is “1e400”, but expected a number that a computer can hold: below 1.8·10³⁰⁸.
    """
    plain = text.strip().replace("−", "-")
    if not plain:
        raise ValueError(f"{field} is empty, but expected a number such as 0.5.")
    if not _NUMBER.fullmatch(plain) or not plain.isascii():
        raise ValueError(f"{field} is “{shorten(text)}”, but expected a number such as 0.5.")
    value = float(plain.replace(",", "."))
    if not isfinite(value):
        raise ValueError(
            f"{field} is “{shorten(text)}”, but expected a number that a computer can hold: "
            "below 1.8·10³⁰⁸."
        )
    return value


def read_positive(text: str, field: str) -> float:
    """Read a decimal number greater than 0.

    Raises
    ------
    ValueError
        As `read_number`, and if the number is 0 or less.

    Examples
    --------
    >>> read_positive("0", "Learning rate h")
    Traceback (most recent call last):
    ...
    ValueError: Learning rate h is “0”, but expected a number greater than 0.
    """
    value = read_number(text, field)
    if value <= 0:
        raise ValueError(f"{field} is “{shorten(text)}”, but expected a number greater than 0.")
    return value


def read_whole(value: object, field: str, least: int, most: int) -> int:
    """Read a whole number: a number, or a text with its digits.

    Raises
    ------
    ValueError
        One sentence that names the field, the value and what was expected.

    Examples
    --------
    >>> read_whole(" 30 ", "Students", 1, 60)
    30
    >>> read_whole("a few", "Students", 1, 60)
    Traceback (most recent call last):
    ...
    ValueError: Students is “a few”, but expected a whole number from 1 to 60.
    """
    expected = f"expected a whole number from {least} to {most:,}"
    text = value.strip() if isinstance(value, str) else value
    if text == "":
        raise ValueError(f"{field} is empty, but {expected}.")
    if isinstance(text, str) and re.fullmatch("[0-9]{1,9}", text):
        text = int(text)
    if not isinstance(text, int) or isinstance(text, bool) or not least <= text <= most:
        raise ValueError(f"{field} is {quoted(value)}, but {expected}.")
    return text


def plain_number(value: float) -> str:
    """A number with all its digits, as somebody would type it.

    Examples
    --------
    >>> plain_number(1.0), plain_number(-0.6), plain_number(0.1 + 0.2)
    ('1', '-0.6', '0.30000000000000004')
    """
    return repr(float(value) + 0.0).removesuffix(".0")


def shorten(text: str) -> str:
    """What somebody typed, short enough to be quoted in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def printable(text: str) -> str:
    """A text in which all can be seen: whatever cannot is replaced.

    Examples
    --------
    >>> printable("a\\tb\\0")
    'a b�'
    """
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def quoted(value: object) -> str:
    """What somebody typed or sent, as it may stand in a sentence.

    Examples
    --------
    >>> quoted(0.5), quoted("half"), quoted([None])
    ('0.5', '“half”', '“[None]”')
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) < 1e300:
            return format_number(value)
        return str(value) if isinstance(value, float) else "a number of over 300 digits"
    text = value[:4000] if isinstance(value, str) else repr(value)[:80]
    return f"“{shorten(printable(text))}”"
