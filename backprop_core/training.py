"""Train a network by gradient descent, batch or on-line, and keep the history of its error."""

from dataclasses import dataclass
from math import isfinite, prod

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import learning_rate, sweep_backward, sweep_forward, teacher_set
from backprop_core.network import Network, as_array, whole_number

__all__ = ["MODES", "History", "train"]

MODES = ("batch", "online")


@dataclass(frozen=True, eq=False)
class History:
    """How a training went.

    Attributes
    ----------
    network : Network
        The network after the last epoch; if the training diverged, the last finite one.
    errors : (epochs + 1,) array
        E over the whole teacher set, before the first epoch and after each one. Shorter if the
        training diverged: it then ends with the error of `network`.
    diverged_at : int or None
        The epoch, counted from 1, whose update led out of the range of float64; 0 if E of the
        network to begin with was out of it, and `errors` is empty.
    """

    network: Network
    errors: Array
    diverged_at: int | None = None


def train(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    h: float = 0.5,
    epochs: int = 1000,
    mode: str = "batch",
) -> History:
    """Repeat w ← w − h · ∂E/∂w (Section "Training").

    Parameters
    ----------
    net : Network
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set.
    h : float
        Learning rate, greater than 0.
    epochs : int
        How many times the teacher set is gone through.
    mode : {"batch", "online"}
        One update an epoch, from the gradient summed over all samples; or one update after each
        sample, in the order of the teacher set.

    Raises
    ------
    ValueError
        If the teacher set does not fit the network, or `h`, `epochs` or `mode` is impossible.

    Examples
    --------
    >>> net = Network.from_weights([[[0.0]]], activation="identity")
    >>> train(net, [[1.0], [2.0]], [[2.0], [4.0]], h=0.1, epochs=1).errors.round(6).tolist()
    [10.0, 1.06]
    >>> train(net, [[1.0]], [[1.0]], h=1e200, epochs=9).diverged_at
    1
    """
    x, t = teacher_set(net, x, t)
    h = learning_rate(h)
    epochs = whole_number(epochs, "epochs", least=0)
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}, but expected one of: {', '.join(MODES)}")
    batches = [(x, t)] if mode == "batch" else [(x[i : i + 1], t[i : i + 1]) for i in range(len(x))]
    whole = len(batches) == 1

    # All weights and biases side by side in one vector, so that an update is one subtraction.
    parameters = np.concatenate([*net.weights, *net.biases], axis=None)
    weights, biases = _split(parameters, net)
    kept = parameters.copy()
    zeros = np.zeros_like(parameters)
    errors: list[float] = []

    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs + 1):
            sums, outputs = sweep_forward(weights, biases, net.activations, x)
            difference = (outputs[-1] - t).ravel()
            squares = float(difference.dot(difference))
            # 0 · inf and 0 · NaN are NaN: this finds weights gone astray behind a finite E, too.
            if not isfinite(squares + zeros.dot(parameters)):
                break
            errors.append(0.5 * squares)
            kept[:] = parameters
            if epoch == epochs:
                break
            for x_i, t_i in batches:
                if not whole:
                    sums, outputs = sweep_forward(weights, biases, net.activations, x_i)
                w_gradients, b_gradients, _, _ = sweep_backward(
                    weights, net.activations, sums, outputs, t_i
                )
                parameters -= h * np.concatenate(w_gradients + b_gradients, axis=None)

    return History(
        Network.from_weights(*_split(kept, net), net.activations),
        as_array(errors, "errors"),
        len(errors) if len(errors) <= epochs else None,
    )


def _split(parameters: Array, net: Network) -> tuple[list[Array], list[Array]]:
    """View a vector of parameters as the network's weights and biases."""
    shapes = [array.shape for array in (*net.weights, *net.biases)]
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    parts = np.split(parameters, ends)
    views = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    return views[: len(net.weights)], views[len(net.weights) :]
