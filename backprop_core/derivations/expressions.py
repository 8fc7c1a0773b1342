"""Build formulas that can be read and evaluated, and lines of them.

>>> from backprop_core.derivations import T, Y, output, slope
>>> moment = Moment(Network.three_layer(), x=[1, 0], t=[1])
>>> blame = (Y - T) * slope("f5")
>>> round(float(over_samples(blame * output("f3")).at(moment)), 4)
-0.075
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import Forward, Gradient, backward, forward, teacher_set
from backprop_core.network import Network

__all__ = [
    "OPENING",
    "Expression",
    "Leaf",
    "Line",
    "Moment",
    "Part",
    "Sign",
    "Slip",
    "number",
    "over_samples",
]

Evaluator = Callable[["Moment"], Array | float]


class Moment:
    """A network at work on a teacher set: what expressions are evaluated on.

    Parameters
    ----------
    net : Network
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set, or one sample.
    h : float
        Learning rate.

    Raises
    ------
    ValueError
        If the teacher set does not fit the network.
    """

    def __init__(self, net: Network, x: ArrayLike, t: ArrayLike, h: float = 0.5) -> None:
        self.net, self.h = net, h
        self.x, self.t = teacher_set(net, x, t)
        self._nudged: dict[tuple[str, ...], tuple[Moment, Moment, float]] = {}

    @cached_property
    def f(self) -> Forward:
        """The forward sweep."""
        return forward(self.net, self.x)

    @cached_property
    def g(self) -> Gradient:
        """The backward sweep."""
        return backward(self.net, self.f, self.t)

    def nudged(self, *nodes: str) -> tuple["Moment", "Moment", float]:
        """The moments with one parameter a little larger and a little smaller, and how far apart.

        Two nodes name a weight, one names its bias.
        """
        if nodes not in self._nudged:
            value = self.net.parameter(*nodes)
            s = 1e-5 * max(1.0, abs(value))
            above, below = (
                Moment(self.net.with_parameter(nodes, nudged), self.x, self.t, self.h)
                for nudged in (value + s, value - s)
            )
            self._nudged[nodes] = above, below, (value + s) - (value - s)
        return self._nudged[nodes]


class Sign(str):
    """A piece of a formula that has no value of its own but may come and go: +, ½, Σ, ∂/∂w."""

    __slots__ = ()


@dataclass(frozen=True)
class Leaf:
    """A symbol, with what a reader may ask about it.

    Attributes
    ----------
    latex : str
        The symbol alone.
    role, ties
        As in `backprop_core.equations.Term`.
    words : str
        Its name and what it stands for.
    running : int
        How many values a running index gives it; 0 if none runs.
    at : callable
        As in `Expression`; with a running index, the last axis runs over its values.
    """

    latex: str
    role: str
    ties: tuple[str, ...]
    words: str
    at: Evaluator
    running: int = 0

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What tells it from other symbols."""
        return self.latex, self.ties


@dataclass(frozen=True)
class Expression:
    """A formula: how it is written, and how it is evaluated.

    Expressions are added, subtracted and multiplied with ``+``, ``-`` and ``*``, which write the
    brackets that are needed.

    Attributes
    ----------
    parts : tuple of Expression, Sign or str
        What it is written with, from left to right. Plain strings (brackets) belong to the parts
        that they enclose.
    at : callable
        ``at(moment)``: a number, or an (M,) array with a number for each sample.
    kind : {"symbol", "product", "sum", "series"}
        What it is on the outside: decides about brackets. A series opens with a Σ.
    leaf : Leaf or None
        What to say about it if it is a single symbol.

    Examples
    --------
    >>> from backprop_core.derivations import bias, weight
    >>> e = (weight("f3", "f5") + bias("f5")) * weight("f4", "f5")
    >>> round(float(e.at(Moment(Network.three_layer(), [1, 0], [1]))), 2)
    -0.54
    """

    parts: tuple["Expression | str", ...]
    at: Evaluator
    kind: str = "symbol"
    leaf: Leaf | None = None

    @cached_property
    def latex(self) -> str:
        """Symbols carry ``\\class{term role-slope node-f3}{…}``, as in `Equation`."""
        return " ".join(p.latex if isinstance(p, Expression) else p for p in self.parts)

    @cached_property
    def terms(self) -> tuple[Leaf, ...]:
        """The symbols that carry the class ``term``, in the order of `latex`."""
        if self.leaf:
            return (self.leaf,)
        return tuple(t for p in self.parts if isinstance(p, Expression) for t in p.terms)

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """The symbols and signs, without brackets: what is compared between two lines."""
        if self.leaf:
            return (self.latex,)
        pieces: list[str] = []
        for part in self.parts:
            if isinstance(part, Expression):
                pieces += part.pieces
            elif isinstance(part, Sign):
                pieces.append(part)
        return tuple(pieces)

    def __add__(self, other: "Expression") -> "Expression":
        parts = (*_parts(self.bracketed("series"), "sum"), Sign("+"), *_parts(other, "sum"))
        return Expression(parts, lambda m: self.at(m) + other.at(m), "sum")

    def __sub__(self, other: "Expression") -> "Expression":
        parts = (*_parts(self.bracketed("series"), "sum"), Sign("-"), other.bracketed("sum"))
        return Expression(parts, lambda m: self.at(m) - other.at(m), "sum")

    def __mul__(self, other: "Expression") -> "Expression":
        left, right = self.bracketed("sum", "series"), other.bracketed("sum")
        parts = (*_parts(left, "product"), Sign(r"\cdot"), *_parts(right, "product"))
        return Expression(parts, lambda m: self.at(m) * other.at(m), "product")

    def beside(self, other: "Expression") -> "Expression":
        """The product without a dot, as before a bracket or ∂/∂w."""
        left, right = self.bracketed("sum", "series"), other.bracketed("sum")
        parts = (*_parts(left, "product"), *_parts(right, "product"))
        return Expression(parts, lambda m: self.at(m) * other.at(m), "product")

    def squared(self) -> "Expression":
        """Its square."""
        parts = (r"\left(", self, r"\right)^{", Sign("2"), "}")
        return Expression(parts, lambda m: self.at(m) ** 2)

    def bracketed(self, *kinds: str) -> "Expression":
        """The same in brackets if it is of one of these kinds."""
        if self.kind not in kinds:
            return self
        return Expression((r"\left(", self, r"\right)"), self.at)

    def marked(self, name: str, changed: Iterable[bool]) -> str:
        r"""Its LaTeX with ``\class{name}{…}`` round the changed pieces, neighbours together.

        Parameters
        ----------
        name : str
        changed : iterable of bool
            For each of its `pieces`.
        """
        latex, whole = self._marked(name, iter(changed))
        return _wrapped(name, latex) if whole else latex

    def _marked(self, name: str, changed: Iterator[bool]) -> tuple[str, bool]:
        """Its LaTeX and whether all of it has changed: then what is round it wraps it."""
        if self.leaf:
            return self.latex, next(changed)
        marked: list[tuple[str, bool | None]] = []
        for part in self.parts:
            if isinstance(part, Expression):
                marked.append(part._marked(name, changed))
            else:
                marked.append((part, next(changed) if isinstance(part, Sign) else None))
        if all(flag is not False for _, flag in marked):
            return self.latex, True
        runs = groupby(marked, lambda piece: piece[1])
        texts = ((flag, " ".join(text for text, _ in run)) for flag, run in runs)
        return " ".join(_wrapped(name, text) if flag else text for flag, text in texts), False


def _parts(expression: Expression, kind: str) -> tuple[Expression | str, ...]:
    """Products of products and sums of sums are written in one row."""
    return expression.parts if expression.kind == kind else (expression,)


def _wrapped(name: str, latex: str) -> str:
    # With nothing to its left, a plus or minus would be set like the sign of a number.
    empty = "{} " if latex[0] in "+-" else ""
    return rf"\class{{{name}}}{{{empty}{latex}}}"


OPENING = Expression((), lambda m: np.nan)


@dataclass(frozen=True)
class Slip:
    """A line as the article prints it, where it does not hold.

    Attributes
    ----------
    expression : Expression or None
        As printed, and evaluated as printed; None where only words slip.
    note : str
        What is wrong with it.
    changes_value : bool
        Whether what is printed has another value than what is meant.
    """

    expression: Expression | None
    note: str
    changes_value: bool = True


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    Attributes
    ----------
    left : Expression or None
        What stands before the equals sign; `OPENING` where the line opens with the expression
        itself; None where it goes on from the line above, so that both must have the same value.
    expression : Expression
    move : str
        What was done to get here.
    slips : tuple of Slip
        What the article prints instead.
    quantity : {"gradient", "error", "weight", "signal", "path"}
        What its value is a value of.
    lit : tuple of str
        The nodes and edges of the graph that it speaks of, as class names.
    key : str
        What is done, in a word or two, by which slips and questions find the line; or "".
    """

    left: Expression | None
    expression: Expression
    move: str
    slips: tuple[Slip, ...] = ()
    quantity: str = "gradient"
    lit: tuple[str, ...] = ()
    key: str = ""

    @property
    def slip(self) -> Slip | None:
        """The first slip, if there is one."""
        return self.slips[0] if self.slips else None

    @property
    def latex(self) -> str:
        """The whole line."""
        return self.written(self.expression.latex)

    @property
    def latex_as_printed(self) -> str:
        """The whole line as the article prints it, or "" where that is no different."""
        printed = self.slip and self.slip.expression
        return self.written(printed.latex) if printed else ""

    @property
    def terms(self) -> tuple[Leaf, ...]:
        """The symbols that carry the class ``term``, in the order of `latex`."""
        return (*(self.left.terms if self.left else ()), *self.expression.terms)

    def printed_terms(self, slip: Slip) -> tuple[Leaf, ...]:
        """The same for the line as the article prints it; none where only words slip."""
        if not slip.expression:
            return ()
        return (*(self.left.terms if self.left else ()), *slip.expression.terms)

    def written(self, right: str) -> str:
        """The line with this LaTeX on its right."""
        if self.left is OPENING:
            return right
        return f"{self.left.latex if self.left else ''} = {right}"


@dataclass(frozen=True)
class Part:
    """Lines that belong together, under one title."""

    title: str
    lines: tuple[Line, ...]


def over_samples(summand: Expression) -> Expression:
    """Σ over the samples."""
    sign = Sign(r"\sum_{i=1}^{M}")
    return Expression(
        (sign, summand.bracketed("sum")),
        lambda m: np.sum(np.broadcast_to(summand.at(m), len(m.x))),
        "series",
    )


def number(value: float, latex: str) -> Expression:
    """A number that stands in a formula: 2, ½."""
    return Expression((Sign(latex),), lambda m: value)
