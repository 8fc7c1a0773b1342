"""Set a formula of the text as MathML, the way a book would.

The converter knows the signs; what is done here is what TeX does besides: room round a sign or
none, limits above and below a sum, lines under each other.
"""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert

__all__ = ["formula"]

# Environments that the converter knows under another name.
_ENVIRONMENTS = {"aligned": "align*", "gathered": "matrix", "split": "align*"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(" + "|".join(_ENVIRONMENTS) + r")\}")
_UPRIGHT = re.compile(
    r"\\mathrm\{([A-Za-z]+)\}"
)  # one word: the converter takes it letter by letter
_SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
_WITH_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}


def formula(latex: str, display: str = "inline") -> str:
    """MathML of a formula.

    Parameters
    ----------
    latex : str
    display : {"inline", "block"}

    Raises
    ------
    ValueError
        If something in it is not known: it begins with a backslash, and would be shown so.

    Examples
    --------
    >>> formula("w_1")
    '<math><msub><mi>w</mi><mn>1</mn></msub></math>'
    """
    known = _ENVIRONMENT.sub(lambda m: f"\\{m[1]}{{{_ENVIRONMENTS[m[2]]}}}", latex.strip())
    known = _UPRIGHT.sub(r"\\text{\1}", known)
    markup = convert(known, display=display).replace(
        ' xmlns="http://www.w3.org/1998/Math/MathML"', ""
    )
    tree = ElementTree.fromstring(markup)
    if display == "inline":
        del tree.attrib["display"]  # it is so anyway
    _set(tree, is_block=display == "block", in_script=False)
    if "\\" in (text := "".join(tree.itertext())):
        raise ValueError(f"{text!r} is left of a formula, but expected no commands in it: {latex}")
    return ElementTree.tostring(tree, encoding="unicode")


def _set(element: Element, *, is_block: bool, in_script: bool) -> None:
    """Set an element and what is in it."""
    if element.tag in {"mi", "mo"}:
        _set_sign(element)
    if element.tag == "mo" and in_script and element.text not in {"(", ")"}:
        _set_tight(element)
    if is_block and element.tag in _WITH_LIMITS and element[0].text in {"∑", "∏"}:
        element.tag = _WITH_LIMITS[element.tag]
    if element.tag == "mtable":
        element.set("displaystyle", "true")
    if element.tag == "msup" and element[1].text in {"′", "″"}:
        element.tag = "mrow"  # these signs are made raised and small
        element[1].tag = "mo"
        _set_tight(element[1])
    is_scripted = element.tag in _SCRIPTS and element.get("accent") is None
    for n, part in enumerate(element):
        while part.tag == "mrow" and len(part) == 1:
            element[n] = part = part[0]
        _set(part, is_block=is_block, in_script=in_script or (is_scripted and n > 0))


def _set_tight(sign: Element) -> None:
    sign.set("lspace", "0")
    sign.set("rspace", "0")


def _set_sign(sign: Element) -> None:
    match sign.text:
        case "∂":  # letters, although they stand for operations
            sign.tag = "mi"
        case "∇":
            sign.tag = "mi"
            sign.set("mathvariant", "normal")
        case "⟶" | "→" | ":":
            sign.tag = "mo"
        case "^":
            sign.text = "ˆ"  # made to stand above a letter
