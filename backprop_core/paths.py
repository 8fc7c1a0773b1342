r"""Follow a weight along all its paths to the output, and count what that costs.

A weight deep in a network moves the error along many paths. The chain rule multiplies along each
path and adds over them (Section "Weight update for the first hidden layer"). The error signals
give the same sum with far fewer multiplications: that is why backpropagation.

>>> net = Network.three_layer()
>>> [" ".join(path.nodes) for path in paths(net, "x1", "f1")]
['x1 f1 f3 f5', 'x1 f1 f4 f5']
>>> multiplications_by_paths([10, 10, 10, 1]), multiplications_by_signals([10, 10, 10, 1])
(6420, 341)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise, product
from math import prod
from operator import mul
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import Forward, backward, forward, teacher_set
from backprop_core.equations import PLAIN, Equation, Term, symbol, tied_to, weight_symbol
from backprop_core.equations import product as times
from backprop_core.network import Network, checked_sizes, output_names

__all__ = [
    "AlongPaths",
    "Path",
    "multiplications_by_paths",
    "multiplications_by_signals",
    "paths",
]


@dataclass(frozen=True)
class Path:
    """One way on which a weight or a bias moves an output.

    Attributes
    ----------
    source : str
        The node where the weight's edge begins; "" for a bias.
    neurons : tuple of str
        From the neuron that the weight or the bias belongs to, to one of the output layer.
    """

    source: str
    neurons: tuple[str, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes on the path, in the direction of the forward sweep."""
        return (self.source, *self.neurons) if self.source else self.neurons

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """All edges on the path, (from, to), that of the weight itself first."""
        return tuple(pairwise(self.nodes))


def paths(net: Network, *parameter: str) -> tuple[Path, ...]:
    """All paths from a weight or a bias to the outputs.

    Parameters
    ----------
    net : Network
    *parameter : str
        The two ends of the weight's edge, or the one neuron of the bias.

    Returns
    -------
    tuple of Path
        As many as the product of the widths of all later layers, always in the same order: the
        choice nearest to the output changes first.

    Raises
    ------
    ValueError
        If the network has no such edge or neuron.

    Examples
    --------
    >>> [path.neurons for path in paths(Network.three_layer(), "f2")]
    [('f2', 'f3', 'f5'), ('f2', 'f4', 'f5')]
    """
    if len(parameter) not in (1, 2):
        raise ValueError(
            f"parameter is {parameter!r}, but expected the two ends of an edge, or one neuron"
        )
    *source, neuron = parameter
    if source:
        net.edge(*parameter)
    else:
        net.bias(neuron)
    later = net.layers[net.places[neuron][0] + 1 :]
    return tuple(Path("".join(source), (neuron, *others)) for others in product(*later))


class Factor(NamedTuple):
    """One factor of a path's product: its symbol, its part, where it stands, (M,) values."""

    latex: str
    role: str
    tie: str
    values: Array

    def term(self, sample: int) -> Term:
        """The factor for one sample."""
        return Term(self.latex, float(self.values[sample]), self.role, (self.tie,))


@dataclass(frozen=True, eq=False)
class AlongPaths:
    """The numbers of one pass, ready to be multiplied along paths; see `of`.

    Attributes
    ----------
    net : Network
    f : Forward
    t : (M, N_L) array
    slopes : tuple of (M, N_{k+1}) arrays
        g′(r), layer by layer.
    """

    net: Network
    f: Forward
    t: Array
    slopes: tuple[Array, ...]

    @classmethod
    def of(cls, net: Network, x: ArrayLike, t: ArrayLike) -> Self:
        """Send M samples (or a single one) forward; ValueError if they do not fit the network."""
        x, t = teacher_set(net, x, t)
        f = forward(net, x)
        layers = zip(net.activations, f.r, f.outputs, strict=True)
        with np.errstate(over="ignore"):
            return cls(net, f, t, tuple(g.slope_at(r, output) for g, r, output in layers))

    def factors(self, path: Path) -> list[Factor]:
        """What the chain rule multiplies, from the error of the output back to the input.

        (y − t) · g′(r_out) · w · g′(r) · … · g′(r_b) · input; a bias has no input.
        """
        found = [self._error(path.neurons[-1])]
        steps = zip((path.source, *path.neurons), path.neurons, strict=False)
        for a, b in reversed(list(steps)):
            found.append(self._slope(b))  # through g of the neuron,
            if b != path.neurons[0]:
                found.append(self._weight(a, b))  # and over the edge to the one before it
        return [*found, self._input(path.source)] if path.source else found

    def _error(self, output: str) -> Factor:
        n = self.net.places[output][1]
        tie = f"node-{self.answer(output)}"
        return Factor("y - t", "error", tie, self.f.y[:, n] - self.t[:, n])

    def _slope(self, neuron: str) -> Factor:
        k, n = self.net.places[neuron]
        values = self.slopes[k - 1][:, n]
        return Factor(f"g'(r_{{{neuron[1:]}}})", "slope", f"node-{neuron}", values)

    def _weight(self, a: str, b: str) -> Factor:
        k, *place = self.net.edge(a, b)
        values = np.full(len(self.t), self.net.weights[k][tuple(place)])
        return Factor(weight_symbol(a, b), "weight", f"edge-{a}-{b}", values)

    def _input(self, node: str) -> Factor:
        k, n = self.net.places[node]
        latex = f"g(r_{{{node[1:]}}})" if k else symbol(node)
        values = (self.f.x, *self.f.outputs)[k][:, n]
        return Factor(latex, "input", f"node-{node}", values)

    def answer(self, output: str) -> str:
        """The y that an output neuron yields: "y" where there is only one."""
        return output_names(self.net.sizes[-1])[self.net.places[output][1]]

    def products(self, path: Path) -> Array:
        """What one path adds to the gradient for each sample, (M,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return reduce(mul, (factor.values for factor in self.factors(path)))

    def gradient(self, *parameter: str) -> float:
        """∂E/∂w by its paths: over the paths and over the samples, add.

        Parameters and errors are those of `paths`.

        Examples
        --------
        >>> net, x, t = Network.three_layer(), [1, 0], [1]
        >>> print(round(AlongPaths.of(net, x, t).gradient("x1", "f1"), 9))
        -0.005861085
        >>> print(round(backward(net, forward(net, x), t).of(net, "x1", "f1"), 9))
        -0.005861085
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return sum(self.products(path).sum() for path in paths(self.net, *parameter))

    def equation(self, path: Path, name: str, sample: int = 0) -> Equation:
        """A path's product for one sample; `name` is the LaTeX that the result gets."""
        node = self.answer(path.neurons[-1])
        n = self.net.places[path.neurons[-1]][1]
        ties = (f"node-{node}",)
        y = Term(symbol(node), float(self.f.y[sample, n]), "error", ties)
        t = Term(symbol(node.replace("y", "t")), float(self.t[sample, n]), "error", ties)
        others = [factor.term(sample) for factor in self.factors(path)[1:]]
        result = Term(
            name,
            float(self.products(path)[sample]),
            "",
            tuple(f"edge-{a}-{b}" for a, b in path.edges),
            "what this path adds to the gradient",
        )
        return Equation(result, ("(", y, "-", t, ")", r"\cdot", *times(others)))

    def by_signals(self, *parameter: str, sample: int = 0) -> Equation:
        """∂E/∂w for one sample as the engine's backward sweep has it: error × slope × input."""
        neuron = parameter[-1]
        g = backward(self.net, forward(self.net, self.f.x[sample]), self.t[sample])
        k, n = self.net.places[neuron]
        alone = neuron == self.net.neurons[-1] and self.net.sizes[-1] == 1
        delta = Term(
            r"\delta" if alone else rf"\delta_{{{neuron[1:]}}}",
            float(g.deltas[k - 1][0, n]),
            "error",
            (f"node-{neuron}",),
        )
        # a path's product ends with the slope and the input of the weight that it begins with
        own = self.factors(paths(self.net, *parameter)[0])[-len(parameter) :]
        result = Term(
            rf"\frac{{\partial E}}{{\partial {PLAIN.parameter(parameter)}}}",
            g.of(self.net, *parameter),
            "",
            tied_to(parameter),
            "the gradient",
        )
        return Equation(result, times((delta, *(factor.term(sample) for factor in own))))


# ---- what it costs ----


def multiplications_by_paths(sizes: Sequence[int]) -> int:
    """How many multiplications the gradients of all weights take, each summed over its paths.

    For one sample, after the forward sweep, with all slopes g′(r) at hand. Counted is every
    product of two numbers: a path through d neurons has 2d + 1 factors, (y − t), d slopes, d − 1
    weights and the input, and so 2d multiplications. Not counted are additions, and the biases'
    gradients, which would be more of the same.

    Parameters
    ----------
    sizes : sequence of int
        Number of nodes of each layer, N_0 … N_L.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or one of them is not a positive whole number.

    Examples
    --------
    >>> multiplications_by_paths([2, 2, 2, 1])
    68
    """
    sizes = checked_sizes(sizes)
    return sum(
        n * m * prod(sizes[k + 2 :]) * 2 * (len(sizes) - 1 - k)
        for k, (n, m) in enumerate(pairwise(sizes))
    )


def multiplications_by_signals(sizes: Sequence[int]) -> int:
    """How many multiplications the backward sweep takes for the gradients of all weights.

    For one sample, after the forward sweep, with all slopes g′(r) at hand. Counted is every
    product of two numbers: δ · g′(r) for each neuron, times the input for each weight, and times
    the weight for each edge that an error signal travels back, which those from the inputs are
    not. Not counted are additions, and a bias's multiplication by 1: its gradient costs nothing
    more.

    Parameters and errors are those of `multiplications_by_paths`.

    Examples
    --------
    >>> multiplications_by_signals([2, 2, 2, 1])
    21
    """
    sizes = checked_sizes(sizes)
    edges = [n * m for n, m in pairwise(sizes)]
    return sum(sizes[1:]) + sum(edges) + sum(edges[1:])
