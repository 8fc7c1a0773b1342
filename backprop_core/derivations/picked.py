"""Pick a weight or bias of a network with one hidden layer, with the formulas that it stands in."""

from collections.abc import Callable

from backprop_core.derivations.expressions import Expression, over_samples
from backprop_core.derivations.symbols import Symbols, T, Y
from backprop_core.equations import plain_text

__all__ = ["LARGEST", "Picked"]

LARGEST = 6  # nodes in a layer

Summand = Callable[[str], Expression]


class Picked:
    """A weight or bias of an N_0-N_1-1 network, in the article's notation.

    Parameters
    ----------
    sizes : (N_0, N_1, 1)
        1 to 6 inputs and 1 to 6 hidden neurons.
    slot : str
        As in `Situation.parameters`.

    Raises
    ------
    ValueError
        If the network is of another kind or has no such weight or bias.

    Attributes
    ----------
    nodes : tuple of str
        The two ends of the weight's edge, or the bias's neuron.
    name : str
        In plain text.
    s : Symbols
    out, j : str
        The output neuron; the hidden neuron on whose path the weight or bias lies. As b̂ lies on
        none, `j` is the first hidden neuron there.
    derivative : callable
        ∂/∂w of an expression.

    Examples
    --------
    >>> picked = Picked((2, 3, 1), "weight-x2-f3")
    >>> picked.name, picked.j, picked.at_output
    ('w₂,₃', 'f3', False)
    """

    def __init__(self, sizes: tuple[int, ...], slot: str) -> None:
        if len(sizes) != 3 or sizes[2] != 1 or not all(1 <= n <= LARGEST for n in sizes):
            raise ValueError(
                f"sizes is {sizes!r}, but expected (N_0, N_1, 1) "
                f"with 1 to {LARGEST} nodes in a layer"
            )
        self.s = Symbols.hats(sizes)
        self.inputs, self.hidden = self.s.runs["xj"], self.s.runs["fj"]
        self.out = self.s.notation.output
        known = self._slots()
        if slot not in known:
            raise ValueError(f"slot is {slot!r}, but expected one of: {', '.join(known)}")
        self.nodes = known[slot]
        self.name = plain_text(self.s.notation.parameter(self.nodes))
        self.derivative = self.s.derivative(*self.nodes)
        self.j = next((n for n in self.nodes if n in self.hidden), self.hidden[0])

    def _slots(self) -> dict[str, tuple[str, ...]]:
        edges = [(k, j) for k in self.inputs for j in self.hidden]
        edges += [(j, self.out) for j in self.hidden]
        return {
            **{f"weight-{a}-{b}": (a, b) for a, b in edges},
            **{f"bias-{n}": (n,) for n in (*self.hidden, self.out)},
        }

    @property
    def is_bias(self) -> bool:
        """Whether it is a bias."""
        return len(self.nodes) == 1

    @property
    def at_output(self) -> bool:
        """Whether it belongs to the output neuron."""
        return self.nodes[-1] == self.out

    # ---- the formulas of the network ----

    @property
    def wrong(self) -> Expression:
        """y − t."""
        return Y - T

    @property
    def w_j(self) -> Expression:
        """ŵ_j, which leads from the hidden neuron to the output."""
        return self.s.weight(self.j, self.out)

    @property
    def b_hat(self) -> Expression:
        """b̂."""
        return self.s.bias(self.out)

    def contribution(self, j: str) -> Expression:
        """g(r_j) · ŵ_j: what one hidden neuron adds to r̂."""
        return self.s.output(j) * self.s.weight(j, self.out)

    def hidden_sum(self, summand: Summand | None = None) -> Expression:
        """Σ_j g(r_j) · ŵ_j, or of another summand."""
        return self.s.over_nodes("fj", summand or self.contribution)

    def r_hat(self, summand: Summand | None = None) -> Expression:
        """r̂ written out."""
        return self.hidden_sum(summand) + self.b_hat

    def input_sum(self, summand: Summand | None = None) -> Expression:
        """Σ x · w at the hidden neuron, or of another summand."""
        return self.s.over_nodes(
            "xj", summand or (lambda k: self.s.x(k) * self.s.weight(k, self.j))
        )

    def r_j(self, summand: Summand | None = None) -> Expression:
        """r_j written out."""
        return self.input_sum(summand) + self.s.bias(self.j)

    @property
    def scaled(self) -> Expression:
        """(y − t) · g′(r̂): what the output neuron hands back."""
        return self.wrong * self.s.slope(self.out)

    def gradient(self) -> Expression:
        """∇E as it stands in the update rule (Section "Putting it all together")."""
        s, product = self.s, self.scaled
        if not self.at_output:
            product = product * self.w_j * s.slope(self.j)
        if not self.is_bias:
            product = product * (s.output(self.j) if self.at_output else s.x(self.nodes[0]))
        return over_samples(product)
