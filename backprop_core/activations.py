"""Look up an activation function g together with its slope g′.

One table, `ACTIVATIONS`, feeds the engine, the menus, the plots and the tests, so a new
activation needs one entry here; and one in `take_away.script`, where it is written as source code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log

import numpy as np

from backprop_core._types import Array

__all__ = ["ACTIVATIONS", "Activation", "get_activation"]


@dataclass(frozen=True)
class Activation:
    """An activation function g and its slope g′ (Section "Preliminaries").

    Parameters
    ----------
    name : str
        The name to ask for it by.
    g : callable
        ``g(r)``, elementwise on an array of input sums of any shape.
    slope_at : callable
        ``slope_at(r, output)`` with ``output = g(r)``: the same slope as `slope`, but free to use
        an output that is at hand already.
    formula : str
        g(r) in LaTeX.
    slope_formula : str
        g′(r) in LaTeX.
    limit : float
        The largest size of r for which the exponential in `formula` fits into a float64;
        ``inf`` where there is none.
    kinks : tuple of float
        The r at which g jumps or bends, so that it has no slope there. By convention `slope`
        answers with the slope just below such a point.

    Examples
    --------
    >>> sigmoid = get_activation("sigmoid")
    >>> float(sigmoid(0.0)), float(sigmoid.slope(0.0))
    (0.5, 0.25)
    """

    name: str
    g: Callable[[Array], Array]
    slope_at: Callable[[Array, Array], Array]
    formula: str
    slope_formula: str
    limit: float = inf
    kinks: tuple[float, ...] = ()

    def __call__(self, r: Array | float) -> Array:
        """Output g(r) for input sums `r` of any shape."""
        with np.errstate(over="ignore"):
            return self.g(np.asarray(r, dtype=np.float64))

    def slope(self, r: Array | float) -> Array:
        """Slope g′(r) for input sums `r` of any shape. Mind: of the sum, not of the output."""
        r = np.asarray(r, dtype=np.float64)
        with np.errstate(over="ignore"):
            return self.slope_at(r, self.g(r))


def _sigmoid(r: Array) -> Array:
    # exp overflows to inf below r = -709, and 1 / inf = 0 is the right answer there.
    return 1.0 / (1.0 + np.exp(-r))


def _sigmoid_slope(r: Array, output: Array) -> Array:
    return output * (1.0 - output)


def _tanh_slope(r: Array, output: Array) -> Array:
    return 1.0 - output * output


def _threshold(r: Array) -> Array:
    return (r >= 0.0).astype(np.float64)


def _threshold_slope(r: Array, output: Array) -> Array:
    return np.zeros_like(r)


def _identity_slope(r: Array, output: Array) -> Array:
    return np.ones_like(r)


def _relu(r: Array) -> Array:
    return np.maximum(r, 0.0)


def _relu_slope(r: Array, output: Array) -> Array:
    return (r > 0.0).astype(np.float64)


def _leaky_relu(r: Array) -> Array:
    return np.where(r > 0.0, r, 0.01 * r)


def _leaky_relu_slope(r: Array, output: Array) -> Array:
    return np.where(r > 0.0, 1.0, 0.01)


def _softplus(r: Array) -> Array:
    return np.logaddexp(0.0, r)


def _softplus_slope(r: Array, output: Array) -> Array:
    return _sigmoid(r)


def _elu(r: Array) -> Array:
    return np.where(r > 0.0, r, np.expm1(np.minimum(r, 0.0)))


def _elu_slope(r: Array, output: Array) -> Array:
    return np.where(r > 0.0, 1.0, output + 1.0)


def _gaussian(r: Array) -> Array:
    return np.exp(-r * r)


def _gaussian_slope(r: Array, output: Array) -> Array:
    return -2.0 * r * output


_EXP_LIMIT = log(np.finfo(np.float64).max)  # 709.78: exp(r) is infinite beyond

ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation(
            "sigmoid",
            _sigmoid,
            _sigmoid_slope,
            r"\frac{1}{1 + e^{-r}}",
            r"g(r) \cdot (1 - g(r))",
            limit=_EXP_LIMIT,
        ),
        Activation("tanh", np.tanh, _tanh_slope, r"\tanh(r)", r"1 - g(r)^2"),
        Activation("ReLU", _relu, _relu_slope, r"\max(0, r)", r"[r > 0]", kinks=(0.0,)),
        Activation(
            "leaky ReLU",
            _leaky_relu,
            _leaky_relu_slope,
            r"\max(r, 0.01 \cdot r)",
            r"[r > 0] + 0.01\,[r \le 0]",
            kinks=(0.0,),
        ),
        Activation("ELU", _elu, _elu_slope, r"\max(0, r) + \min(0, e^r - 1)", r"\min(1, e^r)"),
        Activation(
            "softplus",
            _softplus,
            _softplus_slope,
            r"\ln(1 + e^r)",
            r"\frac{1}{1 + e^{-r}}",
            limit=_EXP_LIMIT,
        ),
        Activation("gaussian", _gaussian, _gaussian_slope, r"e^{-r^2}", r"-2 \cdot r \cdot g(r)"),
        Activation("identity", np.positive, _identity_slope, r"r", r"1"),
        Activation("threshold", _threshold, _threshold_slope, r"[r \ge 0]", r"0", kinks=(0.0,)),
    )
}


def get_activation(activation: str | Activation) -> Activation:
    """Find an activation by its name; an `Activation` is handed back as it is.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> get_activation("tanh").slope_formula
    '1 - g(r)^2'
    >>> get_activation("sigmod")
    Traceback (most recent call last):
    ...
    ValueError: activation is 'sigmod', but expected one of: sigmoid, tanh, ReLU, leaky ReLU, ELU, \
softplus, gaussian, identity, threshold
    """
    if isinstance(activation, Activation):
        return activation
    by_name = {name.casefold(): entry for name, entry in ACTIVATIONS.items()}
    if isinstance(activation, str) and activation.casefold() in by_name:
        return by_name[activation.casefold()]
    raise ValueError(f"activation is {activation!r}, but expected one of: {', '.join(ACTIVATIONS)}")
