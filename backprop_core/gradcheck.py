"""Check a gradient against central differences, parameter by parameter."""

from dataclasses import dataclass
from math import inf, isnan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import (
    Gradient,
    backward,
    error,
    forward,
    same_shapes,
    sweep_forward,
    teacher_set,
)
from backprop_core.equations import bias_symbol, weight_symbol
from backprop_core.network import Network, as_number

__all__ = ["Comparison", "GradientReport", "check_gradient"]

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Comparison:
    """One parameter's derivative, as the backward sweep and as central differences have it.

    Attributes
    ----------
    name : str
        The weight's or bias's symbol in LaTeX.
    gradient, central_difference : float
    uncertainty : float
        How far off the central difference may be by rounding, and by the step's not being
        infinitely small.
    """

    name: str
    gradient: float
    central_difference: float
    uncertainty: float

    @property
    def difference(self) -> float:
        """How far apart the two are; infinite if one of them is not a number."""
        difference = abs(self.gradient - self.central_difference)
        return inf if isnan(difference) else difference


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

        That is the largest derivative; or, where all are very small (at a minimum of E, say), the
        smallest derivative that central differences can still tell to a relative 1e-6.
        """
        largest = max(max(abs(line.gradient), abs(line.central_difference)) for line in self.table)
        scale = max(largest, 1e6 * max(line.uncertainty for line in self.table))
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
    step: float = 1e-6,
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
        If the teacher set or the gradient does not fit the network, or `step` is not a positive
        finite number.

    Examples
    --------
    >>> report = check_gradient(Network.three_layer(), [[1, 0]], [[1]])
    >>> report.agrees, len(report.table), report.table[0].name
    (True, 15, 'w_{x_1,1}')
    """
    x, t = teacher_set(net, x, t)
    f = forward(net, x)
    if gradient is None:
        gradient = backward(net, f, t)
    same_shapes(net, gradient)
    if as_number(step, "step") <= 0:
        raise ValueError(f"step is {step!r}, but expected a step greater than 0")
    weights = [np.array(w) for w in net.weights]
    biases = [np.array(b) for b in net.biases]
    error_there = error(f.y, t)
    size = max(1.0, float(np.abs(f.y).max()))

    def error_here() -> float:
        _, outputs = sweep_forward(weights, biases, net.activations, x)
        return error(outputs[-1], t)

    def compare(name: str, derivatives: Array, array: Array, at: tuple[int, ...]) -> Comparison:
        kept = array[at]
        s = step * max(1.0, abs(kept))
        array[at] = above = kept + s
        error_above = error_here()
        array[at] = below = kept - s
        error_below = error_here()
        array[at] = kept
        # Outputs rounded by ε|y| each move E by up to ε · max |y| · ‖y − t‖, and ‖y − t‖ is √2E.
        rounding = EPSILON * (error_above + sqrt(2.0 * error_above) * size) / s
        # E bends within the step: next to a minimum that outweighs its derivative.
        bend = abs(error_above + error_below - 2.0 * error_there)
        return Comparison(
            name,
            float(derivatives[at]),
            float((error_above - error_below) / (above - below)),
            float(16.0 * (rounding + bend)),  # both are known to an order of magnitude only
        )

    table = []
    with np.errstate(over="ignore", invalid="ignore"):
        for k, (w, derivatives) in enumerate(zip(weights, gradient.weights, strict=True)):
            for a, b in np.ndindex(w.shape):
                name = weight_symbol(net.layers[k][a], net.layers[k + 1][b])
                table.append(compare(name, derivatives, w, (a, b)))
        for k, (vector, derivatives) in enumerate(zip(biases, gradient.biases, strict=True)):
            for n in range(len(vector)):
                name = bias_symbol(net.layers[k + 1][n])
                table.append(compare(name, derivatives, vector, (n,)))
        return GradientReport(tuple(table), error_there)
