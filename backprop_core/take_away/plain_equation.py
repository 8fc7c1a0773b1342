"""Write an equation on one line of plain text, in symbols and with numbers."""

import re
from collections.abc import Callable, Iterator, Mapping

from backprop_core.equations import Equation, Term, plain_text

__all__ = ["plain_numbers", "plain_symbols"]

_TOKEN = re.compile(r"\\[a-z]+|\\,|.")
_SIGNS = {
    **{r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"\,": " ", r"\left": "", r"\right": "", "-": "−"},
    **{r"\max": "max", r"\min": "min", r"\tanh": "tanh", r"\ln": "ln"},
}
_FIRST = 0xE000  # private characters stand for the terms while the line is read
# The brackets that a part needs none of where it is raised, or divided.
_ONE = re.compile(r"[^\s·/^()−+]+|\([^()]*\)|g\([^()]*\)")
# Spaces inside brackets and before what hangs on to the character before.
_NO_SPACE = re.compile(r"(?<=[(\[]) +| +(?=[)\],²^])|(?<=[(\[]−) +|(?<=^−) +")


def plain_symbols(equation: Equation) -> str:
    """The equation in symbols.

    Examples
    --------
    >>> from backprop_core.situation import Situation
    >>> output, delta = (Situation().walk()[step].equations[-1] for step in (1, 12))
    >>> plain_symbols(output), plain_symbols(delta)
    ('g(r₁) = 1/(1 + e^(−r₁))', 'δ₄ = δ · g′(r₅) · w₄,₅')
    """
    line = _line(equation, lambda place, term: plain_text(term.latex))
    return f"{plain_text(equation.result.latex)} = {line}"


def plain_numbers(equation: Equation, digits: int = 3) -> str:
    """The same with numbers, and the value they yield.

    Examples
    --------
    >>> from backprop_core.situation import Situation
    >>> plain_numbers(Situation().walk()[12].equations[-1])
    '−0.509 · 0.25 · (−0.6) = 0.0763'
    """
    *texts, result = equation.number_texts(digits)
    return f"{_line(equation, lambda place, term: texts[place])} = {result}"


def _line(equation: Equation, show: Callable[[int, Term], str]) -> str:
    texts: dict[str, str] = {}
    pieces = []
    for piece in equation.terms:
        if isinstance(piece, Term):
            place = len(texts)
            pieces.append(chr(_FIRST + place))
            texts[pieces[-1]] = show(place, piece)
        else:
            pieces.append(piece)
    return _written(iter(_TOKEN.findall(" ".join(pieces))), texts)


def _written(tokens: Iterator[str], terms: Mapping[str, str]) -> str:
    """What stands before the brace that closes the group."""
    text = ""
    for token in tokens:
        if token == "}":
            break
        if token in (r"\frac", r"\tfrac"):
            over, under = _group(tokens, terms), _group(tokens, terms)
            text += "½" if (over, under) == ("1", "2") else f"{_whole(over)}/{_whole(under)}"
        elif token == "^":
            power = _group(tokens, terms)
            text = text.rstrip() + ("²" if power == "2" else f"^{_whole(power)}")
        elif token == "{":
            text += _written(tokens, terms)
        elif token in terms:
            text += terms[token]
        elif token.startswith("\\") and token not in _SIGNS:
            raise ValueError(f"equation has the command {token}, but expected {', '.join(_SIGNS)}")
        else:
            text += _SIGNS.get(token, token)
    return _NO_SPACE.sub("", re.sub(" +", " ", text).strip())


def _group(tokens: Iterator[str], terms: Mapping[str, str]) -> str:
    token = next(token for token in tokens if token != " ")
    return _written(tokens if token == "{" else iter([token]), terms)


def _whole(text: str) -> str:
    """A part as a whole: in brackets, unless it is one already."""
    return text if _ONE.fullmatch(text) else f"({text})"
