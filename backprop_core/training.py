"""Train a network by gradient descent, from the first epoch to the last."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import teacher_set
from backprop_core.descent import Descent, Rule
from backprop_core.network import Network, as_array, whole_number

__all__ = ["History", "train"]


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
    *,
    batch_size: int = 10,
    momentum: float = 0.0,
) -> History:
    """Repeat w ← w − h · ∂E/∂w (Section "Training").

    Parameters
    ----------
    net : Network
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set.
    epochs : int
        How many times the teacher set is gone through.
    h, mode, batch_size, momentum
        As in `Rule`.

    Raises
    ------
    ValueError
        If the teacher set does not fit the network, or `epochs` or something of the rule is
        impossible.

    Examples
    --------
    >>> net = Network.from_weights([[[0.0]]], activation="identity")
    >>> train(net, [[1.0], [2.0]], [[2.0], [4.0]], h=0.1, epochs=1).errors.round(6).tolist()
    [10.0, 1.06]
    >>> train(net, [[1.0]], [[1.0]], h=1e200, epochs=9).diverged_at
    1
    """
    x, t = teacher_set(net, x, t)
    rule = Rule(h, mode, batch_size, momentum)
    epochs = whole_number(epochs, "epochs", least=0)
    descent = Descent(net, x, t)
    errors: list[float] = []
    with np.errstate(over="ignore", invalid="ignore"):
        while descent.look():
            errors.append(descent.error)
            descent.keep()
            if len(errors) > epochs:
                break
            descent.epoch(rule)
    descent.back()
    return History(
        descent.network(),
        as_array(errors, "errors"),
        len(errors) if len(errors) <= epochs else None,
    )
