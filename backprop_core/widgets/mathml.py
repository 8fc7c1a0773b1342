"""Turn LaTeX into MathML, which every browser draws without any script."""

import re
from functools import lru_cache

from latex2mathml.converter import convert

from backprop_core.equations import Equation, Term

__all__ = ["SLOT", "mathml", "number_template", "symbols_mathml"]

SLOT = '<mn class="slot"></mn>'

_FUNCTION = re.compile("<mi>([a-z]{2,})</mi>")  # ln, tanh: not to be set like a variable
_BOX = r"\square"  # an empty place, which no equation has otherwise
_BEGIN = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>'
_END = "</mrow></math>"
# Operators that stand for themselves; all others open or close something around the terms.
_FLAT = re.compile(r"(\\cdot|[-+=()\d .])+")
# Without a mathematical font, browsers raise a prime that is a superscript far too high.
_RAISED_PRIME = "<msup><mi>g</mi><mi>&#x02032;</mi></msup>"
_PRIME = '<mrow><mi>g</mi><mo lspace="0em" rspace="0em">&#x02032;</mo></mrow>'


@lru_cache(maxsize=4096)
def mathml(latex: str, display: str = "inline") -> str:
    """MathML of a LaTeX formula; ``\\class{a b}{…}`` becomes ``class="a b"``.

    Examples
    --------
    >>> mathml(r"\\class{node-f1}{x}").partition("<mrow>")[2]
    '<mrow class="node-f1"><mi>x</mi></mrow></mrow></math>'
    """
    markup = convert(latex, display=display).replace(_RAISED_PRIME, _PRIME)
    return _FUNCTION.sub(r'<mi class="upright">\1</mi>', markup)


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
