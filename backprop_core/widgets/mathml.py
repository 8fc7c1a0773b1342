"""Turn LaTeX into MathML, which every browser draws without any script."""

import re
from functools import lru_cache
from html import unescape
from unicodedata import lookup, normalize

from latex2mathml.converter import convert

from backprop_core.equations import Equation, Term

__all__ = ["SLOT", "mathml", "mathml_in_pieces", "number_template", "symbols_mathml"]

SLOT = '<mn class="slot"></mn>'
HAT = lookup("COMBINING CIRCUMFLEX ACCENT")

_FUNCTION = re.compile("<mi>([a-z]{2,})</mi>")  # ln, tanh: not to be set like a variable
_BOX = r"\square"  # an empty place, which no equation has otherwise
_CLASS, _LEFT, _RIGHT = r"\class{", r"\left(", r"\right)"
_BRACE, _BRACKET = re.compile("[{}]"), re.compile(r"\\left\(|\\right\)")
_BEGIN = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>'
_END = "</mrow></math>"
# Operators that stand for themselves; all others open or close something around the terms.
_FLAT = re.compile(r"(\\cdot|[-+=()\d .])+")
# Without a mathematical font, browsers raise a prime that is a superscript far too high.
_RAISED_PRIME = "<msup><mi>g</mi><mi>&#x02032;</mi></msup>"
_PRIME = '<mrow><mi>g</mi><mo lspace="0em" rspace="0em">&#x02032;</mo></mrow>'

# A hat set by the browser floats above its letter; one that is part of the letter sits well.
_HAT = re.compile(
    r"<mover accent=\"true\"><mrow><mi>([a-z]|&#x003B[48];)</mi></mrow><mo>&#x0005E;</mo></mover>"
)

# Inside \class{…}{…} the converter sets the limits of a Σ beside it, even in a block.
_SIDEWAYS = re.compile(
    r"<msubsup>(<mo>&#x02211;</mo><mrow>(?:(?!</?mrow>).)*</mrow><mrow>(?:(?!</?mrow>).)*</mrow>)"
    r"</msubsup>"
)


@lru_cache(maxsize=4096)
def mathml(latex: str, display: str = "inline") -> str:
    """MathML of a LaTeX formula; ``\\class{a b}{…}`` becomes ``class="a b"``.

    Examples
    --------
    >>> mathml(r"\\class{node-f1}{x}").partition("<mrow>")[2]
    '<mrow class="node-f1"><mi>x</mi></mrow></mrow></math>'
    """
    markup = convert(latex, display=display).replace(_RAISED_PRIME, _PRIME)
    markup = _FUNCTION.sub(r'<mi class="upright">\1</mi>', markup)
    markup = _SIDEWAYS.sub(r"<munderover>\1</munderover>", markup)
    return _HAT.sub(lambda m: f"<mi>{normalize('NFC', unescape(m[1]) + HAT)}</mi>", markup)


def mathml_in_pieces(latex: str, display: str = "inline") -> str:
    """The same as `mathml`, far sooner where most of a long formula's pieces are known already.

    Parameters
    ----------
    latex : str
        Pieces with spaces between them: symbols and signs, ``\\left( … \\right)``, the same to a
        power, ``\\class{…}{…}`` round any of these. No spaces round ``_`` and ``^``.
    display : {"inline", "block"}
    """
    return "".join((_BEGIN.replace("inline", display), _row(latex), _END))


@lru_cache(maxsize=16384)
def _row(latex: str) -> str:
    markup, at = [], 0
    while at < len(latex):
        if latex[at] == " ":
            at += 1
        elif latex.startswith(_CLASS, at):
            names = latex[at + len(_CLASS) : latex.index("}", at)]
            start = at + len(_CLASS) + len(names) + 1
            end = _closing(latex, start)
            markup.append(f'<mrow class="{names}">{_row(latex[start + 1 : end])}</mrow>')
            at = end + 1
        elif latex.startswith(_LEFT, at):
            end = _matching(latex, at)
            inside = _inner(_LEFT + _BOX + _RIGHT)
            fenced = inside.replace(_inner(_BOX), _row(latex[at + len(_LEFT) : end]))
            at = end + len(_RIGHT)
            if latex.startswith("^{", at):
                end = _closing(latex, at + 1)
                fenced = f"<msup>{fenced}<mrow>{_row(latex[at + 2 : end])}</mrow></msup>"
                at = end + 1
            markup.append(fenced)
        else:
            end = at
            while end < len(latex) and latex[end] != " ":
                end = _closing(latex, end) + 1 if latex[end] == "{" else end + 1
            markup.append(_inner(latex[at:end]))
            at = end
    return "".join(markup)


def _closing(latex: str, start: int) -> int:
    """Where the brace that opens at `start` closes."""
    depth = 0
    for brace in _BRACE.finditer(latex, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    raise ValueError(f"{latex[start:]!r} has no end, but expected a brace that closes")


def _matching(latex: str, start: int) -> int:
    r"""Where the ``\right)`` of the ``\left(`` at `start` stands."""
    depth = 0
    for bracket in _BRACKET.finditer(latex, start):
        depth += 1 if bracket[0] == _LEFT else -1
        if not depth:
            return bracket.start()
    raise ValueError(f"{latex[start:]!r} has no end, but expected a bracket that closes")


def symbols_mathml(equation: Equation) -> str:
    """MathML of an equation in symbols."""
    if not _is_flat(equation):
        return mathml(equation.symbols)
    result = _tied(equation.result, _inner(equation.result.latex))
    line = (_tied(t, _inner(t.latex)) if isinstance(t, Term) else _inner(t) for t in equation.terms)
    return "".join((_BEGIN, result, _inner("="), *line, _END))


def number_template(equation: Equation) -> str:
    """MathML of an equation's line of numbers, with an empty `SLOT` for each number."""
    if not _is_flat(equation):
        boxed = mathml(equation.numbers_as(lambda term, text: _BOX))
        return boxed.replace(_inner(_BOX), SLOT)
    line = (_tied(t, SLOT) if isinstance(t, Term) else _inner(t) for t in equation.terms)
    return "".join((_BEGIN, *line, _inner("="), _tied(equation.result, SLOT), _END))


def _is_flat(equation: Equation) -> bool:
    """Whether the terms merely stand side by side, so that each can be converted by itself."""
    return all(isinstance(t, Term) or _FLAT.fullmatch(t) for t in equation.terms)


def _tied(term: Term, inner: str) -> str:
    return f'<mrow class="{term.classes}">{inner}</mrow>'


def _inner(latex: str) -> str:
    return mathml(latex).removeprefix(_BEGIN).removesuffix(_END)
