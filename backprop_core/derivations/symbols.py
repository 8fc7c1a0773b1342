"""Write the symbols of a network, in plain notation or with the article's hats, as expressions.

>>> from backprop_core import Network
>>> moment = Moment(Network.random([2, 3, 1]), x=[1, 0], t=[1])
>>> hats = Symbols.hats((2, 3, 1))
>>> r_hat = hats.over_nodes("fj", lambda j: hats.output(j) * hats.weight(j, "f4")) + hats.bias("f4")
>>> bool(np.allclose(r_hat.at(moment), hats.input_sum("f4").at(moment)))
True
"""

from collections.abc import Callable, Sequence

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import error
from backprop_core.derivations.expressions import Evaluator, Expression, Leaf, Moment, Sign
from backprop_core.equations import PLAIN, Notation, Term, meaning, plain_text, symbol, tied_to

__all__ = ["Symbols"]


class Symbols:
    """The symbols of a network in one notation, as expressions.

    Parameters
    ----------
    notation : Notation
        Plain, or with the article's hats.
    layers : sequence of sequences of str, optional
        The nodes that a running index j runs over: the inputs for ``"xj"``, the first hidden layer
        for ``"fj"``.

    Examples
    --------
    >>> hats = Symbols.hats((2, 3, 1))
    >>> (hats.output("f2") * hats.weight("f2", "f4")).pieces[2]
    '\\\\class{term role-weight edge-f2-f4}{\\\\hat{w}_{2}}'
    >>> [term.words for term in hats.input_sum("f4").terms]
    ['r̂, the input sum of f̂']
    """

    def __init__(
        self, notation: Notation = PLAIN, layers: Sequence[Sequence[str]] = ((), ())
    ) -> None:
        self.notation = notation
        self.runs = {"xj": tuple(layers[0]), "fj": tuple(layers[1])}

    @classmethod
    def hats(cls, sizes: tuple[int, ...]) -> "Symbols":
        """The article's notation for an N_0-N_1-1 network."""
        inputs, hidden, _ = sizes
        layers = (
            [f"x{k}" for k in range(1, inputs + 1)],
            [f"f{j}" for j in range(1, hidden + 1)],
        )
        return cls(Notation(output=f"f{hidden + 1}"), layers)

    def weight(self, source: str, target: str, at: str = "") -> Expression:
        """w_{a,b}; `at` may add the iteration, as in w_{3,5}^{(l)}."""
        latex = self.notation.weight(source, target) + (f"^{{{at}}}" if at else "")
        return self._each(
            source,
            lambda a: self.leaf(
                latex, "weight", (f"edge-{a}-{target}",), _parameter_value((a, target), at)
            ),
        )

    def bias(self, neuron: str, at: str = "") -> Expression:
        """b_n; `at` may add the iteration."""
        latex = self.notation.bias(neuron) + (f"^{{{at}}}" if at else "")
        return self.leaf(latex, "weight", (f"node-{neuron}",), _parameter_value((neuron,), at))

    def parameter(self, nodes: tuple[str, ...], at: str = "") -> Expression:
        """The weight between two nodes, or the bias of one."""
        return self.weight(nodes[0], nodes[1], at) if len(nodes) == 2 else self.bias(nodes[0], at)

    def x(self, node: str) -> Expression:
        """x_n of each sample."""
        latex = f"{symbol(node)}^{{(i)}}"
        return self._each(
            node,
            lambda n: self.leaf(
                latex, "input", (f"node-{n}",), lambda m: m.x[:, m.net.places[n][1]]
            ),
        )

    def input_sum(self, neuron: str) -> Expression:
        """r_n of each sample."""
        return self._of_neuron("{}", "sum", neuron, lambda m, n: _column(m, m.f.r, n))

    def output(self, neuron: str) -> Expression:
        """g(r_n) of each sample."""
        return self._of_neuron("g({})", "input", neuron, lambda m, n: _column(m, m.f.outputs, n))

    def slope(self, neuron: str) -> Expression:
        """g′(r_n) of each sample."""

        def at(m: Moment, n: str) -> Array:
            return m.net.activations[m.net.places[n][0] - 1].slope(_column(m, m.f.r, n))

        return self._of_neuron("g'({})", "slope", neuron, at)

    def delta(self, neuron: str, convention: str = "output") -> Expression:
        """The neuron's error signal for each sample, as the backward sweep has it."""
        # the article’s three-layer network
        alone = not self.notation.output and neuron == "f5" and convention == "output"
        latex = (r"\delta" if alone else self.notation.delta(neuron)) + "^{(i)}"

        def at(m: Moment) -> Array:
            return _column(m, m.g.deltas if convention == "output" else m.g.deltas_r, neuron)

        return self.leaf(latex, "error", (f"node-{neuron}",), at)

    def y(self) -> Expression:
        """The network's output for each sample."""
        return self.leaf("y^{(i)}", "error", ("node-y",), lambda m: m.f.y[:, 0])

    def t(self) -> Expression:
        """The target of each sample."""
        return self.leaf("t^{(i)}", "error", ("node-y",), lambda m: m.t[:, 0])

    def h(self) -> Expression:
        """The learning rate."""
        return self.leaf("h", "", (), lambda m: m.h)

    def error(self, of: str = "") -> Expression:
        """E, or E(w) for the LaTeX of a w."""
        return self.leaf(
            f"E({of})" if of else "E", "", (), lambda m: error(m.f.y, m.t), "E, the error"
        )

    def gradient(self, nodes: tuple[str, ...], at: str = "") -> Expression:
        """∇E(w), measured: by central differences of E."""
        w = self.notation.parameter(nodes) + (f"^{{{at}}}" if at else "")
        name = plain_text(w)
        return self.leaf(
            rf"\nabla E({w})",
            "",
            tied_to(nodes),
            self.derivative(*nodes)(ERROR).at,
            f"∇E({name}), how E changes with {name}",
        )

    def _of_neuron(
        self, written: str, role: str, neuron: str, at: Callable[[Moment, str], Array]
    ) -> Expression:
        latex = written.format(f"{self.notation.sum(neuron)}^{{(i)}}")
        return self._each(
            neuron, lambda n: self.leaf(latex, role, (f"node-{n}",), lambda m: at(m, n))
        )

    def leaf(
        self,
        latex: str,
        role: str,
        ties: tuple[str, ...],
        at: Evaluator,
        words: str = "",
        running: int = 0,
    ) -> Expression:
        """A symbol; what it stands for is said by its role and ties if `words` do not."""
        term = Term(latex, 0.0, role, ties)
        said = words or meaning(term, self.notation.name)
        return Expression(
            (rf"\class{{{term.classes}}}{{{latex}}}",),
            at,
            leaf=Leaf(latex, role, ties, said, at, running),
        )

    def relabelled(self, symbol: Expression, latex: str, at: Evaluator | None = None) -> Expression:
        """A symbol written in another way, as the article prints it now and then."""
        (leaf,) = symbol.terms
        words = f"{plain_text(latex)}, {leaf.words.partition(', ')[2]}"
        return self.leaf(latex, leaf.role, leaf.ties, at or leaf.at, words, leaf.running)

    def _each(self, node: str, make: Callable[[str], Expression]) -> Expression:
        """The symbol of one node, or of a running index: then with the values of all it runs over.

        Raises
        ------
        ValueError
            If the index runs over nothing.
        """
        written = make(node)
        if node not in self.runs or not written.leaf:
            return written
        each = [make(n) for n in self.runs[node]]
        if not each:
            raise ValueError(f"{node} is a running index, but expected layers for it to run over")
        return self.leaf(
            written.leaf.latex,
            written.leaf.role,
            tuple(tie for e in each if e.leaf for tie in e.leaf.ties),
            lambda m: np.stack([np.asarray(e.at(m)) for e in each], axis=-1),
            written.leaf.words,
            len(each),
        )

    def over_nodes(self, node: str, summand: Callable[[str], Expression]) -> Expression:
        """Σ_j: `summand` is written with the running index, and summed over all that it runs over.

        Examples
        --------
        >>> from backprop_core import Network
        >>> hats = Symbols.hats((2, 2, 1))
        >>> r = hats.over_nodes("xj", lambda j: hats.x(j) * hats.weight(j, "f1")) + hats.bias("f1")
        >>> moment = Moment(Network.random([2, 2, 1]), [[1.0, -1.0]], [[0.0]])
        >>> bool(np.allclose(r.at(moment), moment.f.r[0][:, 0]))
        True
        """
        each = [summand(n) for n in self.runs[node]]
        last = "N_0" if node == "xj" else "N_1"
        sign = Sign(rf"\sum_{{j=1}}^{{{last}}}")

        def at(m: Moment) -> Array | float:
            total: Array | float = 0.0
            for e in each:
                total = total + e.at(m)
            return total

        return Expression((sign, summand(node).bracketed("sum")), at, "series")

    def applied(self, neuron: str, r: Expression) -> Expression:
        """g(…) of the neuron's activation function, where its input sum is written out."""

        def at(m: Moment) -> Array:
            return m.net.activations[m.net.places[neuron][0] - 1](r.at(m))

        return Expression((Sign("g"), r"\left(", r, r"\right)"), at)

    def derivative(self, *nodes: str, at: str = "") -> Callable[[Expression], Expression]:
        """The operator ∂/∂w that waits before an expression and differentiates it when evaluated.

        Two nodes name the weight between them, one its bias.
        """
        w = self.notation.parameter(nodes) + (f"^{{{at}}}" if at else "")
        sign = Sign(rf"\frac{{\partial}}{{\partial {w}}}")

        def differentiate(expression: Expression) -> Expression:
            def slope_there(m: Moment) -> Array | float:
                above, below, apart = m.nudged(*nodes)
                return (expression.at(above) - expression.at(below)) / apart

            inside = expression.bracketed("sum", "product", "series")
            return Expression((sign, inside), slope_there, "product")

        return differentiate

    def central_difference(self, *nodes: str) -> Expression:
        """The referee: E with the parameter nudged up, less E with it nudged down, over the way."""
        measured = self.derivative(*nodes)(ERROR)
        w = self.notation.parameter(nodes)
        sign = Sign(rf"\frac{{E({w} + s) - E({w} - s)}}{{2 s}}")
        return Expression((sign,), measured.at)


def _parameter_value(nodes: tuple[str, ...], at: str) -> Evaluator:
    """A weight or bias, now or after the update."""

    def now(m: Moment) -> float:
        return m.net.parameter(*nodes)

    def afterwards(m: Moment) -> float:
        return now(m) - m.h * m.g.of(m.net, *nodes)

    return afterwards if at == "(l+1)" else now


def _column(m: Moment, layers: tuple[Array, ...], neuron: str) -> Array:
    k, n = m.net.places[neuron]
    return layers[k - 1][:, n]


# ---- the plain notation: w_{3,5}, b_5, r_5 ----

_PLAIN = Symbols()
weight, bias, x = _PLAIN.weight, _PLAIN.bias, _PLAIN.x
input_sum, output, slope = _PLAIN.input_sum, _PLAIN.output, _PLAIN.slope
delta = _PLAIN.delta
derivative, central_difference = _PLAIN.derivative, _PLAIN.central_difference

Y, T, H, ERROR = _PLAIN.y(), _PLAIN.t(), _PLAIN.h(), _PLAIN.error()


REFEREE = (
    "The referee, central differences: nudge {} up and down by a tiny s and measure how E answers."
)
