"""Check a gradient against central differences, parameter by parameter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import Gradient, backward, error, forward, sweep_forward, teacher_set
from backprop_core.network import Network

__all__ = ["Comparison", "GradientReport", "check_gradient"]


@dataclass(frozen=True)
class Comparison:
    """One parameter's derivative, as the backward sweep and as central differences have it."""

    name: str
    gradient: float
    central_difference: float

    @property
    def difference(self) -> float:
        """How far apart the two are."""
        return abs(self.gradient - self.central_difference)


@dataclass(frozen=True)
class GradientReport:
    """A whole gradient beside its central differences.

    Attributes
    ----------
    table : tuple of Comparison
        One line for each weight and bias.
    error : float
        E where the gradient was taken.
    """

    table: tuple[Comparison, ...]
    error: float

    @property
    def worst(self) -> Comparison:
        """The line with the largest difference."""
        return max(self.table, key=lambda line: line.difference)

    @property
    def largest(self) -> float:
        """The largest difference."""
        return self.worst.difference

    @property
    def relative(self) -> float:
        """The largest difference, relative to what is compared.

        That is the largest derivative; or E, where the derivatives are much smaller than E: a
        difference of two nearly equal E cannot be more exact than E itself.
        """
        sizes = [max(abs(line.gradient), abs(line.central_difference)) for line in self.table]
        scale = max(*sizes, 1e-3 * self.error)
        return self.largest / scale if scale else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the two agree to a relative 1e-6."""
        return self.relative <= 1e-6


def check_gradient(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    gradient: Gradient | None = None,
    *,
    step: float = 1e-5,
) -> GradientReport:
    """Compare a gradient with (E(w + s) − E(w − s)) / 2s for every weight and bias w.

    Parameters
    ----------
    net : Network
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set.
    gradient : Gradient, optional
        The gradient to check; `backward`'s if left out.
    step : float
        Size of s, relative to the weight where that is larger than 1.

    Raises
    ------
    ValueError
        If the teacher set does not fit the network.

    Examples
    --------
    >>> report = check_gradient(Network.three_layer(), [[1, 0]], [[1]])
    >>> report.agrees, len(report.table), report.table[0].name
    (True, 15, 'w_{x1,1}')
    """
    x, t = teacher_set(net, x, t)
    gradient = gradient or backward(net, forward(net, x), t)
    weights = [np.array(w) for w in net.weights]
    biases = [np.array(b) for b in net.biases]

    def error_here() -> float:
        _, outputs = sweep_forward(weights, biases, net.activations, x)
        return error(outputs[-1], t)

    def central_difference(array: Array, at: tuple[int, ...]) -> float:
        kept = array[at]
        s = step * max(1.0, abs(kept))
        array[at] = above = kept + s
        error_above = error_here()
        array[at] = below = kept - s
        error_below = error_here()
        array[at] = kept
        return float((error_above - error_below) / (above - below))

    table = []
    with np.errstate(over="ignore", invalid="ignore"):
        for k, w in enumerate(weights):
            for a, b in np.ndindex(w.shape):
                name = weight_name(net.layers[k][a], net.layers[k + 1][b])
                derivative = float(gradient.weights[k][a, b])
                table.append(Comparison(name, derivative, central_difference(w, (a, b))))
        for k, vector in enumerate(biases):
            for n in range(len(vector)):
                name = bias_name(net.layers[k + 1][n])
                derivative = float(gradient.biases[k][n])
                table.append(Comparison(name, derivative, central_difference(vector, (n,))))
        return GradientReport(tuple(table), error_here())


def weight_name(source: str, target: str) -> str:
    """The article's name of a weight: its two nodes, neurons by their number alone.

    Examples
    --------
    >>> weight_name("x1", "f2"), weight_name("f2", "f4")
    ('w_{x1,2}', 'w_{2,4}')
    """
    return f"w_{{{source.removeprefix('f')},{target.removeprefix('f')}}}"


def bias_name(neuron: str) -> str:
    """The article's name of a bias.

    Examples
    --------
    >>> bias_name("f3")
    'b_{3}'
    """
    return f"b_{{{neuron.removeprefix('f')}}}"
