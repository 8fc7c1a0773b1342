"""Train a network by gradient descent, batch or on-line, and keep the history of its error."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import learning_rate, sweep_backward, sweep_forward, teacher_set
from backprop_core.network import Network

__all__ = ["MODES", "History", "train"]

MODES = ("batch", "online")

Parameters = tuple[list[Array], list[Array]]  # weights and biases


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
        The epoch, counted from 1, whose update led out of the range of float64.
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
    2
    """
    x, t = teacher_set(net, x, t)
    h = learning_rate(h)
    if not float(epochs).is_integer() or epochs < 0:
        raise ValueError(f"epochs is {epochs!r}, but expected a whole number of 0 or more")
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}, but expected one of: {', '.join(MODES)}")
    batches = [(x, t)] if mode == "batch" else [(x[i : i + 1], t[i : i + 1]) for i in range(len(x))]

    with np.errstate(over="ignore", invalid="ignore"):
        parameters, errors = _descend(net, batches, x, t, h, int(epochs))
        diverged = len(errors) <= epochs or not _finite(parameters)
        if diverged:
            parameters, errors = _descend(net, batches, x, t, h, int(epochs), careful=True)
    return History(
        Network.from_weights(*parameters, net.activations),
        np.array(errors),
        len(errors) if diverged else None,
    )


def _descend(
    net: Network,
    batches: list[tuple[Array, Array]],
    x: Array,
    t: Array,
    h: float,
    epochs: int,
    careful: bool = False,
) -> tuple[Parameters, list[float]]:
    """Go down epoch by epoch until E is no longer finite.

    To look at every weight in every epoch would cost more than a small network's sweep itself.
    So only a `careful` run does, which is made when a plain one has ended badly: it stops with the
    last weights that are finite and have a finite error.
    """
    weights, biases = list(net.weights), list(net.biases)
    kept: Parameters = (weights, biases)
    errors: list[float] = []
    activations = net.activations
    whole = len(batches) == 1
    for epoch in range(epochs + 1):
        sums, outputs = sweep_forward(weights, biases, activations, x)
        difference = (outputs[-1] - t).ravel()
        squares = float(difference.dot(difference))
        if not isfinite(squares) or (careful and not _finite((weights, biases))):
            break
        errors.append(0.5 * squares)
        kept = (weights, biases)
        if epoch == epochs:
            break
        for x_i, t_i in batches:
            if not whole:
                sums, outputs = sweep_forward(weights, biases, activations, x_i)
            w_gradients, b_gradients, _, _ = sweep_backward(
                weights, activations, sums, outputs, t_i
            )
            weights = [w - h * d for w, d in zip(weights, w_gradients, strict=True)]
            biases = [b - h * d for b, d in zip(biases, b_gradients, strict=True)]
    return kept, errors


def _finite(parameters: Parameters) -> bool:
    return all(np.isfinite(array).all() for arrays in parameters for array in arrays)
