"""Write an equation once, as terms with values; read it in symbols and with numbers."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor, isinf, isnan, log10

from backprop_core.activations import Activation

__all__ = [
    "PLAIN",
    "Equation",
    "Notation",
    "Term",
    "bias_symbol",
    "format_apart",
    "format_number",
    "meaning",
    "number_latex",
    "plain_text",
    "subscript",
    "symbol",
    "tied_to",
    "unicode_name",
    "weight_symbol",
]

_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
# A combining ^ where there is no single letter.
_HATS = {"w": "ŵ", "b": "b̂", "r": "r̂", "f": "f̂", "θ": "θ̂", "δ": "δ̂"}
_RUNNING = {"i": "ᵢ", "j": "ⱼ"}  # summation indices below the line
_PLACES = re.compile(r"(g\(r\)|(?<![\\\w])r(?!\w))")  # the r and g(r) of a formula


@dataclass(frozen=True)
class Term:
    """One factor or summand of an equation.

    Attributes
    ----------
    latex : str
        Its symbol.
    value : float
        What the symbol stands for here.
    role : {"error", "slope", "input", "weight", "sum", ""}
        The part it plays; the first three are the article's colours.
    ties : tuple of str
        The nodes and edges of the graph it belongs to, as class names: ``"node-f3"``,
        ``"edge-f3-f5"``.
    words : str
        What the symbol stands for, where role and ties do not tell; see `meaning`.
    """

    latex: str
    value: float
    role: str = ""
    ties: tuple[str, ...] = ()
    words: str = ""

    @property
    def classes(self) -> str:
        """The classes that its symbol and its number carry."""
        return " ".join(("term", *((f"role-{self.role}",) if self.role else ()), *self.ties))


@dataclass(frozen=True)
class Equation:
    """``result = terms``, where `terms` holds `Term` objects with LaTeX operators between them.

    Examples
    --------
    >>> e = Equation(Term("r", -0.5), (Term("w", -2.0), r"\\cdot", Term("x", 0.25)))
    >>> e.numbers
    '\\\\class{term}{-2} \\\\cdot \\\\class{term}{0.25} = \\\\class{term}{-0.5}'
    """

    result: Term
    terms: tuple[Term | str, ...]

    @property
    def value(self) -> float:
        """The value it yields."""
        return self.result.value

    @property
    def symbols(self) -> str:
        """LaTeX in symbols."""
        return f"{_tied(self.result, self.result.latex)} = {self._write(lambda t: t.latex)}"

    @property
    def numbers(self) -> str:
        """LaTeX of the same with numbers, and the value they yield."""
        return self.numbers_as(lambda term, text: number_latex(text))

    def numbers_as(self, show: Callable[[Term, str], str], digits: int = 3) -> str:
        """LaTeX with numbers, each written by ``show(term, text)``; see `number_texts`."""
        texts = iter(self.number_texts(digits))
        line = self._write(lambda term: show(term, next(texts)))
        return f"{line} = {_tied(self.result, show(self.result, next(texts)))}"

    def number_texts(self, digits: int = 3) -> list[str]:
        """The numbers of the line in their order, the result last.

        In brackets are those that would be misread without: negative ones that do not begin the
        line, and what is raised to a power unless it is all digits.
        """
        texts = []
        for place, (term, after) in enumerate(zip(self.terms, (*self.terms[1:], ""), strict=True)):
            if isinstance(term, Term):
                text = format_number(term.value, digits)
                raised = isinstance(after, str) and after.startswith("^")
                misread = (place and text.startswith("−")) or (raised and "·" in text)
                texts.append(f"({text})" if misread else text)
        return [*texts, format_number(self.result.value, digits)]

    def _write(self, show: Callable[[Term], str]) -> str:
        return " ".join(t if isinstance(t, str) else _tied(t, show(t)) for t in self.terms)


def _tied(term: Term, latex: str) -> str:
    return rf"\class{{{term.classes}}}{{{latex}}}"


def product(terms: Iterable[Term]) -> tuple[Term | str, ...]:
    """Terms with multiplication dots between them."""
    return joined(r"\cdot", ((term,) for term in terms))


def joined(operator: str, parts: Iterable[Iterable[Term | str]]) -> tuple[Term | str, ...]:
    """Parts of an equation with an operator between them."""
    line: list[Term | str] = []
    for part in parts:
        line += [operator] if line else []
        line += part
    return tuple(line)


def applied(formula: str, r: Term, output: Term) -> tuple[Term | str, ...]:
    """An activation's formula with its r and g(r) replaced by the terms of one neuron.

    Examples
    --------
    >>> applied(r"1 - g(r)^2", Term("r_1", 0.0), Term("g(r_1)", 0.0))[1].latex
    'g(r_1)'
    """
    pieces = _PLACES.split(formula)
    terms = {"r": r, "g(r)": output}
    return tuple(terms.get(piece, piece) for piece in pieces if piece.strip())


def output_equation(activation: Activation, r: Term, output: Term) -> Equation:
    """g(r) = … of one neuron."""
    return Equation(output, applied(activation.formula, r, output))


def slope_equation(activation: Activation, r: Term, output: Term, slope: Term) -> Equation:
    """g′(r) = … of one neuron."""
    return Equation(slope, applied(activation.slope_formula, r, output))


def format_number(value: float, digits: int = 3) -> str:
    """A number to so many significant digits, as people write it.

    Examples
    --------
    >>> format_number(-0.11234), format_number(1.2), format_number(3.1e-11), format_number(-0.0)
    ('−0.112', '1.2', '3.1·10⁻¹¹', '0')
    """
    if isnan(value):
        return "undefined"
    if isinf(value):
        return "∞" if value > 0 else "−∞"
    value += 0.0  # -0.0 becomes 0.0
    exponent = floor(log10(abs(value))) if value else 0
    if -4 < exponent < 6:
        text = f"{value:.{max(0, digits - 1 - exponent)}f}"
        power = ""
    else:
        text, _, power = f"{value:.{digits - 1}e}".partition("e")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if power:
        text += f"·10{str(int(power)).translate(_POWERS)}"
    return text.replace("-", "−")


def format_apart(before: float, after: float) -> tuple[str, str]:
    """Two numbers to as many digits as it takes to tell them apart, three at least.

    Examples
    --------
    >>> format_apart(0.112345, 0.112349), format_apart(0.5, 0.5)
    (('0.112345', '0.112349'), ('0.5', '0.5'))
    """
    for digits in range(3, 18):  # 17 tell any two numbers apart
        texts = format_number(before, digits), format_number(after, digits)
        if texts[0] != texts[1] or before == after:
            break
    return texts


def number_latex(text: str) -> str:
    """A number that `format_number` wrote, in LaTeX.

    Examples
    --------
    >>> number_latex("(−3.1·10⁻¹¹)")
    '(-3.1 \\\\cdot 10^{-11})'
    """
    plain = text.replace("−", "-")
    return re.sub(
        r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)",
        lambda m: rf" \cdot 10^{{{m[1].translate({v: chr(k) for k, v in _POWERS.items()})}}}",
        plain,
    )


_MEANINGS = {
    "weight": "the weight from {0} to {1}",
    "bias": "the bias of {0}",
    "sum": "the input sum of {0}",
    "slope": "the slope of the activation function at {0}",
    "input": "the output of {0}",
    "error": "the error signal of {0}",
}


def meaning(term: Term, name: Callable[[str], str] | None = None) -> str:
    """What a term's symbol stands for, in words.

    Parameters
    ----------
    term : Term
    name : callable, optional
        How nodes are called, `unicode_name` if left out; `Notation.name` for the article's hats.

    Examples
    --------
    >>> meaning(Term(r"w_{1,3}", 0.5, "weight", ("edge-f1-f3",)))
    'w₁,₃, the weight from f₁ to f₃'
    >>> hats = Notation(output="f3")
    >>> meaning(Term(hats.weight("f1", "f3"), 0.5, "weight", ("edge-f1-f3",)), hats.name)
    'ŵ₁, the weight from f₁ to f̂'
    """
    text = plain_text(term.latex)
    if term.words:  # a formula that stands for one number is not read out
        return term.words if r"\class" in term.latex else f"{text}, {term.words}"
    tied = [tie.split("-")[1:] for tie in term.ties]
    nodes = [(name or unicode_name)(node) for node in (tied[0] if tied else ())]
    role = "bias" if term.role == "weight" and len(nodes) == 1 else term.role
    if role == "input" and tied and tied[0][0].startswith("x"):
        return f"{text}, an input"
    if text.startswith("∂E/∂"):
        return f"{text}, how E changes with {text.removeprefix('∂E/∂')}"
    if text.partition(" ")[0] in ("h", "E"):  # "E after the update"
        return f"{text}, {'the learning rate' if text == 'h' else 'the error'}"
    if role == "error" and text.startswith(("y", "t")):
        return f"{text}, {'the output of the network' if text[0] == 'y' else 'the target'}"
    if role == "error" and len(nodes) == 2:
        return f"{text}, what {nodes[1]} hands back to {nodes[0]}"
    if role == "error" and tied and tied[0][0].startswith("x"):
        return f"{text}, what reaches {nodes[0]}"
    return f"{text}, {_MEANINGS[role].format(*nodes)}" if role in _MEANINGS and nodes else text


def symbol(node: str) -> str:
    """LaTeX of a node's name.

    Examples
    --------
    >>> symbol("f10"), symbol("y")
    ('f_{10}', 'y')
    """
    letter, index = node[0], node[1:]
    if not index:
        return letter
    return f"{letter}_{index}" if len(index) == 1 else f"{letter}_{{{index}}}"


def subscript(node: str) -> str:
    """How a weight's or δ's subscript names a node: x_1 for an input, the number for a neuron.

    Examples
    --------
    >>> subscript("x1"), subscript("f3")
    ('x_1', '3')
    """
    return symbol(node) if node.startswith("x") else node[1:]


def weight_symbol(a: str, b: str) -> str:
    """LaTeX of the weight from node a to node b."""
    return f"w_{{{subscript(a)},{subscript(b)}}}"


def bias_symbol(node: str) -> str:
    """LaTeX of a neuron's bias."""
    return f"b_{{{node[1:]}}}"


def tied_to(nodes: Sequence[str]) -> tuple[str, ...]:
    """The tie of a weight, named by the two ends of its edge, or of a bias, named by its neuron.

    Examples
    --------
    >>> tied_to(["f3", "f5"]), tied_to(["f3"])
    (('edge-f3-f5',), ('node-f3',))
    """
    return ("-".join(("edge" if len(nodes) == 2 else "node", *nodes)),)


@dataclass(frozen=True)
class Notation:
    """How symbols are written: all indices spelled out, or the article's hats.

    With one layer of hidden neurons and one output neuron, the article writes ŵ_1 for the weight
    from f_1 to the output neuron, b̂ for that neuron's bias and r̂ for its input sum, w_{1,2} for the
    weight from x_1 to f_2 (from, to), and Σ_j with a running index j, which is given here as a node
    named ``"fj"`` or ``"xj"``.

    Attributes
    ----------
    output : str
        The neuron that wears the hat; "" where none does.

    Examples
    --------
    >>> hats = Notation(output="f4")
    >>> hats.weight("f2", "f4"), hats.weight("x1", "f2"), hats.weight("fj", "f4")
    ('\\\\hat{w}_{2}', 'w_{1,2}', '\\\\hat{w}_{j}')
    >>> hats.bias("f4"), hats.sum("f4"), hats.name("f4"), hats.name("fj")
    ('\\\\hat{b}', '\\\\hat{r}', 'f̂', 'hidden neuron j')
    """

    output: str = ""

    def weight(self, a: str, b: str) -> str:
        """LaTeX of the weight from node a to node b."""
        if not self.output:
            return weight_symbol(a, b)
        if b == self.output:
            return rf"\hat{{w}}_{{{a[1:]}}}"
        return f"w_{{{a[1:]},{b[1:]}}}"

    def bias(self, neuron: str) -> str:
        """LaTeX of a neuron's bias."""
        return r"\hat{b}" if neuron == self.output else bias_symbol(neuron)

    def parameter(self, nodes: Sequence[str]) -> str:
        """LaTeX of the weight between two nodes, or of the bias of one."""
        return self.weight(*nodes) if len(nodes) == 2 else self.bias(*nodes)

    def sum(self, neuron: str) -> str:
        """LaTeX of a neuron's input sum r."""
        return r"\hat{r}" if neuron == self.output else f"r_{{{subscript(neuron)}}}"

    def delta(self, neuron: str) -> str:
        """LaTeX of a neuron's error signal."""
        if neuron == self.output:
            return r"\hat{\delta}"
        return rf"\delta_{{{subscript(neuron)}}}"

    def name(self, node: str) -> str:
        """A node's name in plain text."""
        if node.endswith("j"):
            return "input j" if node.startswith("x") else "hidden neuron j"
        return _HATS["f"] if node == self.output else unicode_name(node)


PLAIN = Notation()


def unicode_name(node: str) -> str:
    """A node's name in plain text.

    Examples
    --------
    >>> unicode_name("f12"), unicode_name("y")
    ('f₁₂', 'y')
    """
    return node[0] + node[1:].translate(_DIGITS)


@lru_cache(maxsize=4096)
def plain_text(latex: str) -> str:
    """A symbol's LaTeX in plain text, for titles and for people who listen.

    Examples
    --------
    >>> plain_text(r"\\frac{\\partial E}{\\partial w_{x_1,1}}"), plain_text(r"\\delta_{3 \\to 1}")
    ('∂E/∂wₓ₁,₁', 'δ₃→₁')
    >>> plain_text(r"w_{x_{2}-f_{1,1}}")
    'w[x₂–f₁,₁]'
    >>> plain_text("y^{(3)}"), plain_text(r"\\tfrac{1}{2} u^2")
    ('y⁽³⁾', '½ u²')
    >>> plain_text("h/2"), plain_text("0")
    ('h/2', '0')
    """
    if latex.isdecimal():
        return latex  # a number, and not an index
    text = re.sub(r"\\frac\{(.*?)\}\{(.*)\}", r"\1/\2", latex.replace(r"\tfrac{1}{2}", "½"))
    text = re.sub(r"\^\{\((\d+)\)\}", lambda m: f"⁽{m[1].translate(_POWERS)}⁾", text)
    text = re.sub(r"\^(\d)", lambda m: m[1].translate(_POWERS), text)
    text = text.replace(r"\theta", "θ").replace(r"\delta", "δ").replace(r"\, ", "")
    text = re.sub(r"\\hat\{([wbrfθδ])\}", lambda m: _HATS[m[1]], text)
    text = text.replace(r"\partial ", "∂").replace(r"\nabla ", "∇")
    text = text.replace(r" \to ", "→").replace("^{(i)}", "")  # each sample has its own
    text = text.replace("^{(l+1)}", " after the update").replace("^{(l)}", "").replace("'", "′")
    text = re.sub(r"\\sum_\{.=1\}\^\{\w+\}", "Σ", text).replace(r"\cdot", "·")
    text = re.sub(r"(?<=[_{,])[ij]\b", lambda m: _RUNNING[m[0]], text)
    text = re.sub(r"w_\{([xf]_\{.*?\})-(f_\{.*?\})\}", r"w[\1–\2]", text)
    text = re.sub(r"(?<=[^\[ ])x_", "ₓ", text)
    text = re.sub("[_{}]", "", text)
    return re.sub(r"(?<!/)\d", lambda m: m[0].translate(_DIGITS), text)  # h/2 is no index
