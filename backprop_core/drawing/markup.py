r"""Write symbols such as ``$w_{1,3}$`` or ``$\hat{w}_1$`` as live SVG text.

Only what the article's symbols need is understood: ``_`` and ``^`` (nested too), ``{}`` and
``\hat{}``. Letters are italic and all else upright, as in the equations.
"""

import re
import unicodedata
from typing import NamedTuple
from xml.etree import ElementTree as ET

_TOKEN = re.compile(r"\\hat *|.")
_SMALLER = 0.72  # of a subscript against the line it hangs on
_SMALLEST = 0.6  # of a subscript's subscript against the base line: it still has to be read
_SUB, _SUP = 0.24, -0.38  # how far down it hangs, in sizes of that line
_COMBINING_HAT = "\N{COMBINING CIRCUMFLEX ACCENT}"


class Run(NamedTuple):
    """Characters in one style; `scale` and `shift` (downwards) in font sizes of the base line."""

    text: str
    scale: float = 1.0
    shift: float = 0.0
    italic: bool = True


def is_symbol(text: str) -> bool:
    """Tell whether a text is a symbol between dollar signs."""
    return len(text) > 2 and text.startswith("$") and text.endswith("$")


def runs(text: str) -> list[Run]:
    r"""Split a text into runs of one style; a text without dollar signs is one run.

    Raises
    ------
    ValueError
        If braces do not match, ``_``, ``^`` or ``\hat`` has nothing behind it, or there is
        another command.

    Examples
    --------
    >>> [(run.text, run.scale) for run in runs("$f_3$")]
    [('f', 1.0), ('3', 0.72)]
    """
    if not is_symbol(text):
        return [Run(text)] if text else []
    tokens = _TOKEN.findall(text[1:-1])[::-1]
    merged: list[Run] = []
    while tokens:
        for run in _atom(tokens, 1.0, 0.0, text):
            if merged and merged[-1][1:] == run[1:]:
                run = run._replace(text=merged.pop().text + run.text)
            merged.append(run)
    return merged


def write(element: ET.Element, text: str, size: float) -> None:
    """Fill a ``<text>`` element of font size `size` with a text or a symbol."""
    height = 0.0
    for n, run in enumerate(runs(text)):
        if n == 0 and run.scale == 1 and run.italic:
            element.text = run.text
            continue
        span = ET.SubElement(element, "tspan")
        span.text = run.text
        if run.scale < 1:
            span.set("class", "sup" if run.shift < 0 else "sub")
            span.set("font-size", f"{run.scale * size:.4g}")
        if run.shift != height:
            span.set("dy", f"{(run.shift - height) * size:.3g}")
            height = run.shift
        if not run.italic:
            span.set("font-style", "normal")


def _atom(tokens: list[str], scale: float, shift: float, source: str) -> list[Run]:
    if not tokens or tokens[-1] == "}":
        raise ValueError(f"symbol {source!r} ends where a character or '{{' was expected")
    token = tokens.pop()
    if token in "_^":
        away = _SUB if token == "_" else _SUP
        return _atom(tokens, max(scale * _SMALLER, _SMALLEST), shift + away * scale, source)
    if token.startswith(r"\hat"):
        under = _atom(tokens, scale, shift, source)
        first = unicodedata.normalize("NFC", under[0].text[0] + _COMBINING_HAT)
        return [under[0]._replace(text=first + under[0].text[1:]), *under[1:]]
    if token == "{":
        inside: list[Run] = []
        while tokens and tokens[-1] != "}":
            inside += _atom(tokens, scale, shift, source)
        if not tokens or not inside:
            raise ValueError(f"symbol {source!r} has a '{{' without its content or its '}}'")
        tokens.pop()
        return inside
    if token == "\\":
        raise ValueError(f"symbol {source!r} has a command other than \\hat; write the character")
    return [Run(token, scale, shift, token.isalpha())]
