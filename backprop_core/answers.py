"""Read an answer as somebody types it: a decimal, a fraction, a simple expression.

The reader is a parser of its own for numbers, + − · / ^, brackets, exp, tanh and sqrt. Nothing that
is typed is ever run, and how long and how deep it may be is bounded.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import normalize

from backprop_core.reading import quoted

__all__ = ["DEEPEST", "LONGEST", "Answer", "read_answer"]

LONGEST = 200  # characters
DEEPEST = 20  # brackets and powers inside each other

_SUCH_AS = "a number such as 0.25, 1/4 or 3·10⁻²"
_BRACKETS = "a closing bracket for each opening one"
_CONSTANTS = {"e": math.e}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
}

_SPELLED = str.maketrans(
    {
        **dict.fromkeys("−–‒‐‑﹣－", "-"),
        **dict.fromkeys("·×⋅∙•", "*"),
        **dict.fromkeys("÷:∕⁄", "/"),
    }
)
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_RAISING = re.compile("[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_VULGAR = re.compile("[¼-¾⅐-⅞]")

_NAMED = re.compile(r"(?P<name>[^=≈]*)[=≈](?P<rest>[^=≈]*)")
_NAME = re.compile(r"\s*(?:(?:∂|[^\W\d])[\w∂'’′,(){}/^→ ]*)?")
_NUMBER = r"(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{_NUMBER}(?:[eE][+-]?[0-9]+)?)|(?P<word>[^\W\d_]+)|(?P<sign>[-+*/^()]))"
)
_DECIMAL = re.compile(
    rf"\s*(?P<sign>[+-]?)\s*(?P<digits>{_NUMBER})"
    r"(?:[eE](?P<e>[+-]?[0-9]+)"
    r"|\s*\*\s*10\s*\^\s*(?:\(\s*(?P<raised>[+-]?[0-9]+)\s*\)|(?P<power>[+-]?[0-9]+)))?\s*"
)


@dataclass(frozen=True)
class Answer:
    """What somebody answered.

    Attributes
    ----------
    value : float
        Finite.
    digits : str
        The decimal number as it was typed, with a point: ``"-0.50"``, ``"1.2e-3"``. "" for
        fractions and expressions, which are meant exactly.
    """

    value: float
    digits: str


class _Unexpected(Exception):
    """What was expected instead: the end of a sentence."""


def read_answer(text: str, field: str) -> Answer:
    """Read a number, a fraction or a simple expression.

    A comma is a decimal comma, marks between thousands are not read. A name before the number, as
    in ``δ₃ = 0.12``, is passed over.

    Parameters
    ----------
    text : str
        At most `LONGEST` characters.
    field : str
        What is being answered, for the refusal.

    Raises
    ------
    ValueError
        One sentence that names the field, the text and what was expected.

    Examples
    --------
    >>> read_answer("−0,50", "δ₃"), read_answer("1,2·10⁻³", "δ₃")
    (Answer(value=-0.5, digits='-0.50'), Answer(value=0.0012, digits='1.2e-3'))
    >>> read_answer("E = ½ · (0.75 − 1)^2", "E")
    Answer(value=0.03125, digits='')
    >>> read_answer("1/(2 - 2)", "δ₃")
    Traceback (most recent call last):
    ...
    ValueError: δ₃ is “1/(2 - 2)”, but expected no division by 0.
    """
    if not isinstance(text, str):
        raise ValueError(f"{field} is {quoted(text)}, but expected {_SUCH_AS}.")
    if not text.strip():
        raise ValueError(f"{field} is empty, but expected {_SUCH_AS}.")
    try:
        if len(text) > LONGEST:
            raise _Unexpected(f"at most {LONGEST} characters")
        plain = _plain(text)
        digits = _digits(plain)
        return Answer(_finite(float(digits)) if digits else _Reader(plain).value(), digits)
    except _Unexpected as expected:
        raise ValueError(f"{field} is {quoted(text[:LONGEST])}, but expected {expected}.") from None


def _plain(text: str) -> str:
    """The text in the signs of a keyboard, without a name before it."""
    if named := _NAMED.fullmatch(text):
        if not _NAME.fullmatch(named["name"]):
            raise _Unexpected(f"{_SUCH_AS}, without “=”")
        text = named["rest"]
    text = _VULGAR.sub(lambda m: f"({normalize('NFKC', m[0])})", text)
    text = _RAISING.sub(lambda m: f"^({m[0].translate(_RAISED)})", text)
    return text.translate(_SPELLED).replace("**", "^")


def _digits(plain: str) -> str:
    """The digits of a decimal number, "" if it is something else."""
    found = _DECIMAL.fullmatch(plain)
    if not found:
        return ""
    whole, _, decimals = found["digits"].replace(",", ".").partition(".")
    power = found["e"] or found["raised"] or found["power"]
    return (
        found["sign"].replace("+", "")
        + (whole or "0")
        + (f".{decimals}" if decimals else "")
        + (f"e{power}" if power else "")
    )


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise _Unexpected("a number that a computer can hold: below 1.8·10³⁰⁸")
    return value


class _Reader:
    """Recursive descent: a sum of products of powers."""

    def __init__(self, plain: str) -> None:
        self.tokens, self.place, self.depth = _tokens(plain), 0, 0

    def value(self) -> float:
        """The value of all that was typed."""
        value = self.sum()
        if self.place < len(self.tokens):
            raise _Unexpected(self.instead_of(self.tokens[self.place]))
        return value

    def instead_of(self, token: str) -> str:
        """What was expected where a token cannot stand."""
        if token == ")":
            return _BRACKETS
        if token[0] in ".,":
            return "one point or comma before the decimals, and no marks between thousands"
        return f"a sign such as + or · before {_typed(token)}"

    # Each of these reads from `place` on as far as it goes.

    def sum(self) -> float:
        value = self.product()
        while sign := self.taken("+", "-"):
            other = self.product()
            value = _finite(value + other if sign == "+" else value - other)
        return value

    def product(self) -> float:
        value = self.signed()
        while sign := self.taken("*", "/"):
            other = self.signed()
            if sign == "/" and not other:
                raise _Unexpected("no division by 0")
            value = _finite(value * other if sign == "*" else value / other)
        return value

    def signed(self) -> float:
        sign = self.taken("+", "-")
        return -self.power() if sign == "-" else self.power()

    def power(self) -> float:
        base = self.single()
        if not self.taken("^"):
            return base
        exponent = self.deeper(self.signed)  # from the right: 2^3^2 is 2^(3^2)
        if not base and exponent < 0:
            raise _Unexpected("no division by 0")
        return _computed(lambda: math.pow(base, exponent))

    def single(self) -> float:
        if self.place == len(self.tokens):
            after = f" after {_typed(self.tokens[-1])}" if self.tokens else ""
            raise _Unexpected(f"{_SUCH_AS}{after}")
        token = self.tokens[self.place]
        self.place += 1
        if token == "(":
            return self.bracket()
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        if token in _FUNCTIONS:
            if not self.taken("("):
                raise _Unexpected(f"brackets after “{token}”")
            argument = self.bracket()
            return _computed(lambda: _FUNCTIONS[token](argument))
        if token[0] in "0123456789.,":
            return _finite(float(token.replace(",", ".")))
        raise _Unexpected(f"{_SUCH_AS} before {_typed(token)}")

    def bracket(self) -> float:
        value = self.deeper(self.sum)
        if not self.taken(")"):
            left = self.tokens[self.place :]
            raise _Unexpected(self.instead_of(left[0]) if left else _BRACKETS)
        return value

    def deeper(self, read: Callable[[], float]) -> float:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unexpected(f"at most {DEEPEST} brackets and powers inside each other")
        value = read()
        self.depth -= 1
        return value

    def taken(self, *signs: str) -> str:
        """The next token, passed by, if it is one of these; else ""."""
        if self.place < len(self.tokens) and self.tokens[self.place] in signs:
            self.place += 1
            return self.tokens[self.place - 1]
        return ""


def _tokens(plain: str) -> list[str]:
    plain = plain.rstrip()
    tokens, place = [], 0
    while place < len(plain):
        found = _TOKEN.match(plain, place)
        if not found:
            rest = plain[place:].lstrip()
            raise _Unexpected(f"{_SUCH_AS}, without {quoted(rest[0])}")
        token = found[0].lstrip()
        if found["word"] and token not in _FUNCTIONS and token not in _CONSTANTS:
            raise _Unexpected(f"{_SUCH_AS}, without {quoted(token)}")
        tokens.append(token)
        place = found.end()
    return tokens


def _typed(token: str) -> str:
    """A token as it may stand in a sentence."""
    return quoted(token.replace("*", "·").replace("-", "−"))


def _computed(compute: Callable[[], float]) -> float:
    try:
        return _finite(compute())
    except OverflowError:
        return _finite(math.inf)
    except ValueError:  # the mathematical domain
        raise _Unexpected("no root of a negative number") from None
