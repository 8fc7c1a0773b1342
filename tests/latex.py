"""Read a line of numbers in LaTeX as strictly as a mathematician would, and work it out."""

import math
import re
from collections.abc import Iterator
from fractions import Fraction

_TOKEN = re.compile(r"\\[a-z]+|\\,|[\d.]+|\S")
_WORDS = {
    **{r"\cdot": "*", r"\,": "*", r"\le": "<=", r"\ge": ">=", r"\left": "", r"\right": ""},
    **{r"\max": "max", r"\min": "min", r"\tanh": "tanh", r"\ln": "log", "[": "(", "]": ")"},
}
_KNOWN: dict[str, object] = {
    "e": math.e,
    "max": max,
    "min": min,
    "tanh": math.tanh,
    "log": math.log,
}
_KNOWN["exactly"] = Fraction  # 5·10⁻³²⁴ is more than 0, 10⁻³²⁴ as a float is not


def evaluate(latex: str) -> float:
    """The value of a formula; nothing but the brackets on show groups, as on the page."""
    tokens = iter(_TOKEN.findall(re.sub(r"\\class\{[^{}]*\}", "", latex)))
    return float(eval(_python(tokens), {"__builtins__": {}}, _KNOWN))


def _python(tokens: Iterator[str]) -> str:
    """Translate up to the brace that closes the group."""
    text = ""
    for token in tokens:
        if token == "}":
            break
        if token in (r"\frac", r"\tfrac"):
            piece = f"(({_group(tokens)})/({_group(tokens)}))"
        elif token == "^":
            piece = f"**({_group(tokens)})"
        elif token == "{":
            piece = _python(tokens)  # LaTeX's own braces do not show
        else:
            piece = f"exactly('{token}')" if token[0].isdigit() else _WORDS.get(token, token)
        unsaid = text.endswith(")") and piece[:1] == "("  # never between two plain numbers
        text += "*" + piece if unsaid else piece
    return text


def _group(tokens: Iterator[str]) -> str:
    token = next(tokens)
    return _python(tokens) if token == "{" else _python(iter([token]))
