"""Go wrong on the way back as publications and learners do: the formulas that they share."""

import numpy as np

from backprop_core._types import Array

__all__ = ["already_updated", "left_out"]


def already_updated(weights: Array, gradient: Array, h: float) -> Array:
    """Already updated weights used for the hidden δ: w − h · ∂E/∂w instead of w.

    Examples
    --------
    >>> already_updated(np.array([[1.2]]), np.array([[0.4]]), h=0.5).tolist()
    [[1.0]]
    """
    return weights - h * gradient


def left_out(factors: Array) -> Array:
    """Factors left out, a path's weight or a slope: 1 instead.

    Examples
    --------
    >>> left_out(np.array([[1.2]])).tolist()
    [[1.0]]
    """
    return np.ones_like(factors)
