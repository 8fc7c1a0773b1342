"""Follow a derivation line by line: what each line says, what was done, and what it is worth.

A line is an `Expression`, whose LaTeX and whose value are put together in the same stroke. So every
line is evaluated from what it says, never copied from the line above, and where a ∂/∂w is left in a
line, exactly the expression behind it is differentiated by central differences.

>>> moment = Moment(Network.three_layer(), x=[1, 0], t=[1])
>>> main, via_f3, via_f4, together = explicit()
>>> [round(float(line.expression.at(moment)), 6) for line in main.lines]
[-0.005861, -0.005861, -0.005861, -0.005861]
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import Forward, Gradient, backward, error, forward, teacher_set
from backprop_core.equations import bias_symbol, subscript, symbol, unicode_name, weight_symbol
from backprop_core.network import Network
from backprop_core.walkthrough import CONVENTIONS

__all__ = ["Expression", "Line", "Moment", "Part", "Slip", "explicit", "signals", "update_rules"]


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
        self._nudged: dict[tuple[str, str], tuple[Moment, Moment, float]] = {}

    @cached_property
    def f(self) -> Forward:
        """The forward sweep."""
        return forward(self.net, self.x)

    @cached_property
    def g(self) -> Gradient:
        """The backward sweep."""
        return backward(self.net, self.f, self.t)

    def nudged(self, source: str, target: str) -> tuple["Moment", "Moment", float]:
        """The moments with one weight a little larger and a little smaller, and how far apart."""
        edge = source, target
        if edge not in self._nudged:
            w = self.net.weight(source, target)
            s = 1e-5 * max(1.0, abs(w))
            above, below = (
                Moment(self.net.with_weight(source, target, nudged), self.x, self.t, self.h)
                for nudged in (w + s, w - s)
            )
            self._nudged[edge] = above, below, (w + s) - (w - s)
        return self._nudged[edge]


@dataclass(frozen=True)
class Expression:
    """A formula: how it is written, and how it is evaluated.

    Expressions are added, subtracted and multiplied with ``+``, ``-`` and ``*``, which write the
    brackets that are needed.

    Attributes
    ----------
    latex : str
        Symbols carry ``\\class{term role-slope node-f3}{…}``, as in `backprop_core.equations`.
    at : callable
        ``at(moment)``: a number, or an (M,) array with a number for each sample.
    kind : {"symbol", "product", "sum"}
        What it is on the outside: decides about brackets.

    Examples
    --------
    >>> e = (weight("f3", "f5") + bias("f5")) * weight("f4", "f5")
    >>> round(float(e.at(Moment(Network.three_layer(), [1, 0], [1]))), 2)
    -0.54
    """

    latex: str
    at: Callable[[Moment], Array | float]
    kind: str = "symbol"

    def __add__(self, other: "Expression") -> "Expression":
        latex = f"{self.latex} + {other.latex}"
        return Expression(latex, lambda m: self.at(m) + other.at(m), "sum")

    def __sub__(self, other: "Expression") -> "Expression":
        latex = f"{self.latex} - {other.bracketed('sum')}"
        return Expression(latex, lambda m: self.at(m) - other.at(m), "sum")

    def __mul__(self, other: "Expression") -> "Expression":
        latex = rf"{self.bracketed('sum')} \cdot {other.bracketed('sum')}"
        return Expression(latex, lambda m: self.at(m) * other.at(m), "product")

    def bracketed(self, *kinds: str) -> str:
        """Its LaTeX, in brackets if it is of one of these kinds."""
        return rf"\left( {self.latex} \right)" if self.kind in kinds else self.latex


@dataclass(frozen=True)
class Slip:
    """A line as the article prints it, where it does not hold.

    Attributes
    ----------
    expression : Expression
        As printed.
    note : str
        What is wrong with it.
    """

    expression: Expression
    note: str


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    Attributes
    ----------
    left : str or None
        LaTeX of what stands before the equals sign; "" where the line opens with the expression
        itself; None where it goes on from the line above, so that both must have the same value.
    expression : Expression
    move : str
        What was done to get here.
    slip : Slip or None
        What the article prints instead.
    """

    left: str | None
    expression: Expression
    move: str
    slip: Slip | None = None

    @property
    def latex(self) -> str:
        """The whole line."""
        return self.written(self.expression)

    @property
    def latex_as_printed(self) -> str:
        """The whole line as the article prints it, or "" where that is no different."""
        return self.written(self.slip.expression) if self.slip else ""

    def written(self, expression: Expression) -> str:
        """The line with this expression on its right."""
        return expression.latex if self.left == "" else f"{self.left or ''} = {expression.latex}"


@dataclass(frozen=True)
class Part:
    """Lines that belong together, under one title."""

    title: str
    lines: tuple[Line, ...]


# ---- symbols ----


def weight(source: str, target: str, at: str = "") -> Expression:
    """w_{a,b}; `at` may add the iteration, as in w_{3,5}^{(l)}."""
    latex = weight_symbol(source, target) + (f"^{{{at}}}" if at else "")
    classes = f"role-weight edge-{source}-{target}"
    return Expression(_tied(classes, latex), lambda m: m.net.weight(source, target))


def bias(neuron: str) -> Expression:
    """b_n."""
    latex = _tied(f"role-weight node-{neuron}", bias_symbol(neuron))
    return Expression(latex, lambda m: m.net.bias(neuron))


def x(node: str) -> Expression:
    """x_n of each sample."""
    latex = _tied(f"role-input node-{node}", f"{symbol(node)}^{{(i)}}")
    return Expression(latex, lambda m: m.x[:, m.net.places[node][1]])


def input_sum(neuron: str) -> Expression:
    """r_n of each sample."""
    latex = _tied(f"role-sum node-{neuron}", f"r_{{{subscript(neuron)}}}^{{(i)}}")
    return Expression(latex, lambda m: _of_neuron(m, m.f.r, neuron))


def output(neuron: str) -> Expression:
    """g(r_n) of each sample."""
    latex = _tied(f"role-input node-{neuron}", f"g(r_{{{subscript(neuron)}}}^{{(i)}})")
    return Expression(latex, lambda m: _of_neuron(m, m.f.outputs, neuron))


def slope(neuron: str) -> Expression:
    """g′(r_n) of each sample."""

    def at(m: Moment) -> Array:
        activation = m.net.activations[m.net.places[neuron][0] - 1]
        return activation.slope(_of_neuron(m, m.f.r, neuron))

    return Expression(
        _tied(f"role-slope node-{neuron}", f"g'(r_{{{subscript(neuron)}}}^{{(i)}})"), at
    )


def delta(neuron: str, convention: str = "output") -> Expression:
    """The neuron's error signal for each sample, as the backward sweep has it."""
    alone = neuron == "f5" and convention == "output"
    latex = (r"\delta" if alone else rf"\delta_{{{subscript(neuron)}}}") + "^{(i)}"
    return Expression(
        _tied(f"role-error node-{neuron}", latex),
        lambda m: _of_neuron(m, m.g.deltas if convention == "output" else m.g.deltas_r, neuron),
    )


def over_samples(summand: Expression) -> Expression:
    """Σ over the samples."""
    latex = rf"\sum_{{i=1}}^{{M}} {summand.bracketed('sum')}"
    return Expression(latex, lambda m: np.sum(np.broadcast_to(summand.at(m), len(m.x))), "product")


def derivative(source: str, target: str) -> Callable[[Expression], Expression]:
    """The operator ∂/∂w that waits before an expression and differentiates it when evaluated."""

    def differentiate(expression: Expression) -> Expression:
        def at(m: Moment) -> Array | float:
            above, below, apart = m.nudged(source, target)
            return (expression.at(above) - expression.at(below)) / apart

        operator = rf"\frac{{\partial}}{{\partial {weight_symbol(source, target)}}}"
        return Expression(f"{operator} {expression.bracketed('sum', 'product')}", at, "product")

    return differentiate


def _tied(classes: str, latex: str) -> str:
    return rf"\class{{term {classes}}}{{{latex}}}"


def _of_neuron(m: Moment, layers: tuple[Array, ...], neuron: str) -> Array:
    k, n = m.net.places[neuron]
    return layers[k - 1][:, n]


# ---- the article's three-layer network: x1, x2 → f1, f2 → f3, f4 → f5 ----

Y = Expression(_tied("role-error node-y", "y^{(i)}"), lambda m: m.f.y[:, 0])
T = Expression(_tied("role-error node-y", "t^{(i)}"), lambda m: m.t[:, 0])
H = Expression("h", lambda m: m.h)
ERROR = Expression("E", lambda m: error(m.f.y, m.t))

W_X1_1, W_X2_1 = weight("x1", "f1"), weight("x2", "f1")
W_1_3, W_1_4 = weight("f1", "f3"), weight("f1", "f4")
W_2_3, W_2_4 = weight("f2", "f3"), weight("f2", "f4")
W_3_5, W_4_5 = weight("f3", "f5"), weight("f4", "f5")
GRADIENT = r"\nabla E(w_{x_1,1})"


def central_difference(source: str, target: str) -> Expression:
    """The referee: E with the weight nudged up, less E with it nudged down, over the distance."""
    measured = derivative(source, target)(ERROR)
    w = weight_symbol(source, target)
    return Expression(rf"\frac{{E({w} + s) - E({w} - s)}}{{2 s}}", measured.at)


@cache
def explicit() -> tuple[Part, ...]:
    """∇E(w_{x_1,1}) by the chain rule alone (Section "Weight update for the first hidden layer").

    Returns
    -------
    tuple of Part
        Down to the two paths; along the path through f3; along the one through f4; both together.
    """
    d = derivative("x1", "f1")
    wrong, scaled = Y - T, (Y - T) * slope("f5")
    r_5 = W_3_5 * output("f3") + W_4_5 * output("f4") + bias("f5")
    main = (
        Line(
            GRADIENT,
            over_samples(wrong * d(output("f5"))),
            "The chain rule on the square: the 2 cancels the ½. "
            "The target t does not depend on the weight, the output y = g(r₅) does.",
        ),
        Line(
            None,
            over_samples(scaled * d(input_sum("f5"))),
            "The chain rule through f₅.",
        ),
        Line(None, over_samples(scaled * d(r_5)), "Write out the sum that f₅ receives."),
        Line(
            None,
            over_samples(scaled * (d(W_3_5 * output("f3")) + d(W_4_5 * output("f4")))),
            "A sum is differentiated term by term. The bias b₅ does not depend on the weight, so "
            "it drops out. Two terms are left: two paths.",
        ),
    )
    both = W_3_5 * slope("f3") * W_1_3 + W_4_5 * slope("f4") * W_1_4
    together = (
        Line(
            GRADIENT,
            over_samples(scaled * slope("f1") * x("x1") * both),
            "Put the two paths back in. Both end in g′(r₁) · x₁: take it out of the bracket.",
        ),
        _referee(),
    )
    f4_path = _path("f4", W_4_5, W_1_4, W_2_4)
    shortened = Line(None, f4_path[-1].expression, "The same moves, one neuron further down.")
    return (
        Part("From the error to the two paths", main),
        Part("The path through f₃", _path("f3", W_3_5, W_1_3, W_2_3)),
        Part("The path through f₄", (f4_path[0], shortened)),
        Part("Both paths together", together),
    )


def _referee() -> Line:
    return Line(
        None,
        central_difference("x1", "f1"),
        "The referee, central differences: nudge the weight up and down by a tiny s "
        "and measure how E answers.",
    )


def _path(b: str, w_b5: Expression, w_1b: Expression, w_2b: Expression) -> tuple[Line, ...]:
    """The lines along the path f5 – b – f1 – x1."""
    d = derivative("x1", "f1")
    named = unicode_name(b)
    r_b = w_1b * output("f1") + w_2b * output("f2") + bias(b)
    r_1 = W_X1_1 * x("x1") + W_X2_1 * x("x2") + bias("f1")
    so_far = w_b5 * slope(b)
    return (
        Line("", d(w_b5 * output(b)), f"What {named} contributes."),
        Line(None, w_b5 * d(output(b)), "This weight is a constant here: take it out."),
        Line(None, so_far * d(input_sum(b)), f"The chain rule through {named}."),
        Line(None, so_far * d(r_b), f"Write out the sum that {named} receives."),
        Line(
            None,
            so_far * d(w_1b * output("f1")),
            f"Neither f₂ nor the bias b{named[1:]} depends on the weight: both drop out.",
        ),
        Line(
            None,
            so_far * w_1b * slope("f1") * d(input_sum("f1")),
            "Take the constant out, then the chain rule through f₁.",
        ),
        Line(
            None,
            so_far * w_1b * slope("f1") * d(r_1),
            "Write out the sum that f₁ receives.",
        ),
        Line(
            None,
            so_far * w_1b * slope("f1") * x("x1"),
            "Only the first term holds the weight, and its derivative is x₁. The path ends.",
        ),
    )


@cache
def signals(convention: str = "output") -> tuple[Part, ...]:
    """The same gradient by error signals (Section "Propagating the error signal").

    Parameters
    ----------
    convention : {"output", "sum"}
        Whether δ is the article's ∂E/∂(output) or the textbook's ∂E/∂r.

    Raises
    ------
    ValueError
        If the convention is another.

    Returns
    -------
    tuple of Part
        The error signals δ, δ_3, δ_4 and δ_1; then the gradient from them, tidied up until it is
        the explicit one.
    """
    if convention not in CONVENTIONS:
        raise ValueError(
            f"convention is {convention!r}, but expected one of: {', '.join(CONVENTIONS)}"
        )
    textbook = convention == "sum"

    def signal(neuron: str) -> Expression:
        return delta(neuron, convention)

    def blame(neuron: str) -> Expression:
        """∂E/∂r of a neuron: the article's δ · g′(r), or the textbook's δ alone."""
        return signal(neuron) if textbook else signal(neuron) * slope(neuron)

    def defined(neuron: str, arriving: Expression, move: str) -> Line:
        if not textbook:
            return Line(signal(neuron).latex, arriving, f"{move}.")
        # The textbook's δ passes the neuron's own slope as well.
        own = f"{move}, times the slope at {unicode_name(neuron)}."
        return Line(signal(neuron).latex, arriving * slope(neuron), own)

    arriving = blame("f3") * W_1_3 + blame("f4") * W_1_4
    by = "the weight of the edge" if textbook else "the slope at f₅ and by the weight of the edge"
    errors = (
        defined("f5", Y - T, "How far the answer is off"),
        defined("f3", blame("f5") * W_3_5, f"What f₅ hands back to f₃, scaled by {by}"),
        defined("f4", blame("f5") * W_4_5, f"What f₅ hands back to f₄, scaled by {by}"),
        defined("f1", arriving, "The sum of what f₁ hears from f₃ and from f₄"),
    )

    both = W_3_5 * slope("f3") * W_1_3 + W_4_5 * slope("f4") * W_1_4
    written_out = (
        blame("f5") * W_3_5 * slope("f3") * W_1_3 + blame("f5") * W_4_5 * slope("f4") * W_1_4
    )

    def slip(before: Expression, after: Expression | None = None) -> Slip | None:
        """The article's g′(r_4) where f1's own slope belongs."""
        if textbook:  # there the slope is inside δ₁, so it cannot be mistaken
            return None
        printed = before * slope("f4") * x("x1")
        return Slip(
            over_samples(printed * after if after else printed),
            "The printed article has g′(r₄) here. The weight ends at f₁, so the slope is f₁’s.",
        )

    gradient = (
        Line(
            GRADIENT,
            over_samples(blame("f1") * x("x1")),
            "Error times input; the slope is part of the error signal."
            if textbook
            else "Error times slope times input, as for every other weight.",
            slip(signal("f1")),
        ),
        Line(None, over_samples(arriving * slope("f1") * x("x1")), "Write out δ₁.", slip(arriving)),
        Line(None, over_samples(written_out * slope("f1") * x("x1")), "Write out δ₃ and δ₄."),
        Line(
            None,
            over_samples(blame("f5") * slope("f1") * x("x1") * both),
            "Take out of the bracket what both paths share.",
            slip(blame("f5"), both),
        ),
        Line(
            None,
            over_samples((Y - T) * slope("f5") * slope("f1") * x("x1") * both),
            "Write out the first error signal. This is the last line of the explicit derivation.",
        ),
        _referee(),
    )
    return (
        Part("The error signals", errors),
        Part("The gradient from them", gradient),
    )


@cache
def update_rules() -> tuple[Part, ...]:
    """The new weights of the two upper layers (Section "Why backpropagation?")."""
    wrong = (Y - T) * slope("f5")

    def rule(
        source: str, target: str, gradient: Expression, move: str, slip: Slip | None = None
    ) -> Line:
        return Line(
            weight(source, target, "(l+1)").latex,
            weight(source, target, "(l)") - H * over_samples(gradient),
            move,
            slip,
        )

    last = (
        rule("f3", "f5", wrong * output("f3"), "The edge from f₃ to f₅."),
        rule(
            "f4",
            "f5",
            wrong * output("f4"),
            "The edge from f₄ to f₅.",
            Slip(
                weight("f3", "f5", "(l)") - H * over_samples(wrong * output("f4")),
                "The printed article starts from the neighbour’s weight, four times over. "
                "A weight is updated from its own old value.",
            ),
        ),
    )
    hidden = (
        rule("f1", "f3", wrong * W_3_5 * slope("f3") * output("f1"), "The edge from f₁ to f₃."),
        rule(
            "f1",
            "f4",
            wrong * W_4_5 * slope("f4") * output("f1"),
            "The edge from f₁ to f₄.",
            Slip(
                weight("f1", "f4", "(l)")
                - H * over_samples((Y - T) * slope("f4") * W_4_5 * slope("f4") * output("f1")),
                "When the article repeats this rule with δ, it prints g′(r₄) twice. "
                "The error comes through f₅, so the first slope is f₅’s.",
            ),
        ),
        rule("f2", "f3", wrong * W_3_5 * slope("f3") * output("f2"), "The edge from f₂ to f₃."),
        rule("f2", "f4", wrong * W_4_5 * slope("f4") * output("f2"), "The edge from f₂ to f₄."),
    )
    return (Part("The output layer", last), Part("The second hidden layer", hidden))
