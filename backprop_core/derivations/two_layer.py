"""Derive the update rule of any weight or bias of a network with one layer of hidden neurons.

>>> parts = derive((2, 3, 1), "weight-f2-f4")
>>> [part.title for part in parts]
['Where we start', 'Through the square', 'Through the output neuron', 'The update rule']
>>> from backprop_core import Network
>>> from backprop_core.derivations import Moment
>>> moment = Moment(Network.random([2, 3, 1]), x=[[1, 0], [0, 1]], t=[[1], [0]])
>>> told = [line for part in parts for line in part.lines if line.quantity == "gradient"]
>>> len({round(float(line.expression.at(moment)), 6) for line in told})
1
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from backprop_core.derivations.as_printed import printed_slips
from backprop_core.derivations.expressions import Expression, Line, Part, number, over_samples
from backprop_core.derivations.picked import Picked
from backprop_core.derivations.symbols import REFEREE, H, Y
from backprop_core.equations import plain_text, tied_to

__all__ = ["derive"]

HALF, TWO = number(0.5, r"\frac{1}{2}"), number(2.0, "2")


@lru_cache(maxsize=8)  # 1 MB or so each
def derive(sizes: tuple[int, ...], slot: str) -> tuple[Part, ...]:
    """From E to an update rule, line by line as in Section "Deriving the formula".

    Parameters
    ----------
    sizes : (N_0, N_1, 1)
        1 to 6 inputs and 1 to 6 hidden neurons.
    slot : str
        As in `Situation.parameters`: ``"weight-x1-f2"``, ``"weight-f2-f4"``, ``"bias-f2"``, …

    Returns
    -------
    tuple of Part
        The last line is the referee: central differences of E.

    Raises
    ------
    ValueError
        If the network is of another kind or has no such weight or bias.
    """
    telling = _Telling(Picked(sizes, slot))
    return tuple(telling.parts())


class _Telling:
    """The lines of one derivation. Each has a key, by which the article's slips are found."""

    def __init__(self, picked: Picked) -> None:
        self.p = picked
        self.slips = printed_slips(picked)
        self.own = tied_to(picked.nodes)
        self.answer = (f"node-{picked.out}", f"edge-{picked.out}-y", "node-y")
        self.last_edge = (f"node-{picked.j}", f"edge-{picked.j}-{picked.out}")

    def parts(self) -> Iterable[Part]:
        """From the whole network down to the picked weight or bias."""
        p = self.p
        yield Part("Where we start", self.start())
        yield Part("Through the square", self.through_square())
        if p.at_output:
            own = self.output_bias() if p.is_bias else self.output_weight()
            yield Part("Through the output neuron", (*self.into_output_neuron(), *own))
        else:
            own = self.hidden_bias() if p.is_bias else self.hidden_weight()
            down = self.down_to_hidden_neuron()
            yield Part("Through the output neuron", (*self.into_output_neuron(), *down))
            yield Part("Through the hidden neuron", (*self.into_hidden_neuron(), *own))
        yield Part("The update rule", (self.rule(), self.referee()))

    def line(
        self, key: str, expression: Expression, move: str, lit: Iterable[str], opens: bool = False
    ) -> Line:
        """A line of the gradient's column; one that `opens` says once more what it is worth."""
        left = self.p.s.gradient(self.p.nodes) if opens else None
        once = tuple(dict.fromkeys(lit))
        return Line(left, expression, move, self.slips.get(key, ()), lit=once, key=key)

    # ---- the lines that all derivations begin with ----

    def start(self) -> tuple[Line, ...]:
        p, s = self.p, self.p.s
        return (
            Line(
                s.parameter(p.nodes, "(l+1)"),
                s.parameter(p.nodes, "(l)") - H * s.gradient(p.nodes, "(l)"),
                f"Gradient descent: {p.name} takes a step of h times its gradient, downhill.",
                quantity="weight",
                lit=self.own,
                key="descent",
            ),
            Line(
                s.error(s.notation.parameter(p.nodes) + "^{(l)}"),
                self.half_squares(),
                "The error to be brought down: half the sum of the squared misses.",
                quantity="error",
                lit=self.answer,
                key="error",
            ),
        )

    def half_squares(self) -> Expression:
        """½ Σ (y − t)²; it ends its line, so it needs no brackets behind ∂/∂w."""
        return replace(HALF.beside(over_samples(self.p.wrong.squared())), kind="symbol")

    def through_square(self) -> tuple[Line, ...]:
        p, d, wrong = self.p, self.p.derivative, self.p.wrong
        d_l = p.s.derivative(*p.nodes, at="(l)")
        return (
            replace(
                self.line(
                    "gradient",
                    d_l(self.half_squares()),
                    f"The gradient: how E answers when {p.name} changes.",
                    (*self.own, *self.answer),
                ),
                left=p.s.gradient(p.nodes, "(l)"),
            ),
            self.line(
                "without l",
                d(self.half_squares()),
                "Leave out the iteration index (l). It is the same in all terms.",
                (*self.own, *self.answer),
                opens=True,
            ),
            self.line(
                "square",
                HALF.beside(over_samples(TWO.beside(wrong) * d(wrong))),
                "The chain rule on each square: the 2 comes down, "
                "and what was squared is still to be differentiated.",
                self.answer,
            ),
            self.line(
                "cancelled",
                over_samples(wrong * d(wrong)),
                "The ½ and the 2 cancel. That is what the ½ was for.",
                self.answer,
            ),
            self.line(
                "target",
                over_samples(wrong * d(Y)),
                f"The target t does not depend on {p.name}: a constant drops out.",
                self.answer,
            ),
        )

    def into_output_neuron(self) -> tuple[Line, ...]:
        p, s, d, wrong = self.p, self.p.s, self.p.derivative, self.p.wrong
        return (
            self.line(
                "y",
                over_samples(wrong * d(s.output(p.out))),
                "Say what y is: the activation function g of the input sum r̂.",
                self.answer[:1],
                opens=True,
            ),
            self.line(
                "r_hat",
                over_samples(wrong * d(s.applied(p.out, p.r_hat()))),
                "Write r̂ out: each hidden output times its weight, and the bias.",
                self.into(p.out),
            ),
            self.line(
                "chain",
                over_samples(p.scaled * d(p.r_hat())),
                "The chain rule through f̂: its slope, times the derivative of what was inside g.",
                self.into(p.out),
            ),
        )

    def split(self) -> Line:
        p, d = self.p, self.p.derivative
        return self.line(
            "split",
            over_samples(p.scaled * (d(p.hidden_sum()) + d(p.b_hat))),
            "A sum is differentiated term by term.",
            self.into(p.out),
        )

    # ---- ŵ_j and b̂ ----

    def output_weight(self) -> tuple[Line, ...]:
        p, s, scaled = self.p, self.p.s, self.p.scaled
        return (
            self.line(
                "only j",
                over_samples(scaled * p.derivative(p.contribution(p.j) + p.b_hat)),
                self.only_term(p.j, p.hidden),
                (*self.last_edge, f"node-{p.out}"),
            ),
            self.line(
                "result",
                over_samples(scaled * s.output(p.j)),
                f"b̂ drops out, and the derivative of a product with {p.name} is what {p.name} "
                "is multiplied by. Error, slope, input: done.",
                (*self.last_edge, *self.answer),
            ),
        )

    def output_bias(self) -> tuple[Line, ...]:
        p, d, scaled = self.p, self.p.derivative, self.p.scaled
        return (
            self.split(),
            self.line(
                "sum",
                over_samples(scaled * d(p.b_hat)),
                "The sum over the hidden neurons does not hold b̂: it drops out.",
                self.own,
            ),
            self.line(
                "result",
                over_samples(scaled),
                "The derivative of b̂ with respect to itself is 1. "
                "A bias is a weight whose input is always 1.",
                self.answer,
            ),
        )

    # ---- w_{k,j} and b_j ----

    def down_to_hidden_neuron(self) -> tuple[Line, ...]:
        p, s, d, scaled = self.p, self.p.s, self.p.derivative, self.p.scaled
        edge = (*self.last_edge, f"node-{p.out}")
        return (
            self.split(),
            self.line(
                "b_hat",
                over_samples(scaled * d(p.hidden_sum())),
                f"The bias b̂ does not depend on {p.name}: it drops out.",
                self.into(p.out),
            ),
            self.line(
                "only j",
                over_samples(scaled * d(p.contribution(p.j))),
                self.only_term(p.j, p.hidden),
                edge,
            ),
            self.line(
                "w_j",
                over_samples(scaled * p.w_j * d(s.output(p.j))),
                f"{plain_text(s.notation.weight(p.j, p.out))} is a constant here: take it out.",
                edge,
            ),
        )

    def into_hidden_neuron(self) -> tuple[Line, ...]:
        p, s, d = self.p, self.p.s, self.p.derivative
        so_far = p.scaled * p.w_j
        return (
            self.line(
                "r_j",
                over_samples(so_far * d(s.applied(p.j, p.r_j()))),
                f"Write {plain_text(s.notation.sum(p.j))} out: each input times its weight, "
                "and the bias.",
                self.into(p.j),
                opens=True,
            ),
            self.line(
                "chain j",
                over_samples(so_far * s.slope(p.j) * d(p.r_j())),
                f"The chain rule through {s.notation.name(p.j)}: its slope, "
                "times the derivative of what was inside g.",
                self.into(p.j),
            ),
        )

    def hidden_weight(self) -> tuple[Line, ...]:
        p, s, d = self.p, self.p.s, self.p.derivative
        k, j = p.nodes
        scaled = p.scaled * p.w_j * s.slope(j)
        edge = (f"node-{k}", f"edge-{k}-{j}", f"node-{j}")
        return (
            self.line(
                "split j",
                over_samples(scaled * (d(p.input_sum()) + d(s.bias(j)))),
                "A sum is differentiated term by term.",
                self.into(j),
            ),
            self.line(
                "b_j",
                over_samples(scaled * d(p.input_sum())),
                f"The bias {plain_text(s.notation.bias(j))} does not depend on {p.name}: "
                "it drops out.",
                self.into(j),
            ),
            self.line(
                "only k",
                over_samples(scaled * d(s.x(k) * s.weight(k, j))),
                self.only_term(k, p.inputs),
                edge,
            ),
            self.line(
                "result",
                over_samples(scaled * s.x(k)),
                f"The derivative of a product with {p.name} is what {p.name} is multiplied by. "
                "The path ends at the input.",
                (*edge, *self.last_edge, *self.answer),
            ),
        )

    def hidden_bias(self) -> tuple[Line, ...]:
        p, s = self.p, self.p.s
        return (
            self.line(
                "result",
                over_samples(p.scaled * p.w_j * s.slope(p.j)),
                f"The inputs and their weights do not hold {p.name}, "
                f"and the derivative of {p.name} with respect to itself is 1.",
                (*self.last_edge, *self.answer),
            ),
        )

    # ---- the lines that all derivations end with ----

    def rule(self) -> Line:
        p, s = self.p, self.p.s
        path = () if p.at_output else (*self.last_edge, f"node-{p.out}")
        return Line(
            s.parameter(p.nodes, "(l+1)"),
            s.parameter(p.nodes, "(l)") - H * p.gradient(),
            f"Put the gradient into the update formula: this is the rule for {p.name}.",
            self.slips.get("rule", ()),
            quantity="weight",
            lit=tuple(dict.fromkeys((*self.own, *(f"node-{n}" for n in p.nodes), *path))),
            key="rule",
        )

    def referee(self) -> Line:
        referee = self.p.s.central_difference(*self.p.nodes)
        lit = (*self.own, *self.answer)
        return self.line("referee", referee, REFEREE.format(self.p.name), lit, opens=True)

    # ---- words and lights that lines share ----

    def into(self, neuron: str) -> tuple[str, ...]:
        """A neuron and all that it listens to."""
        sources = self.p.hidden if neuron == self.p.out else self.p.inputs
        edges = (f"edge-{a}-{neuron}" for a in sources)
        return (f"node-{neuron}", *edges, *(f"node-{a}" for a in sources))

    def only_term(self, node: str, nodes: tuple[str, ...]) -> str:
        if len(nodes) == 1:
            return "This sum has one term only."
        return f"Only the term with j = {node[1:]} holds {self.p.name}: all others drop out."
