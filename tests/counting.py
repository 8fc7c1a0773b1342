"""Count multiplications by running the code that multiplies on numbers that count."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np

from backprop_core import Activation, Forward, Network
from backprop_core.backprop import sweep_backward
from backprop_core.paths import AlongPaths


def count_multiplications(sizes: Sequence[int]) -> tuple[int, int]:
    """Count the multiplications of both ways, by running them on numbers that count.

    The very code that computes gradients, `AlongPaths.gradient` for each weight and the engine's
    backward sweep, is run on a network that holds such numbers in place of floats.

    Returns
    -------
    by_paths, by_signals : int
        What is counted is said at `multiplications_by_paths` and `multiplications_by_signals`.

    Examples
    --------
    >>> count_multiplications([2, 2, 2, 1])
    (68, 21)
    """
    number = _Counting()

    def some(*shape: int) -> Any:
        return np.full(shape, number, dtype=object)

    ready = Activation("ready", lambda r: r, lambda r, output: r, "", "")  # slopes are at hand
    layers = tuple(some(1, n) for n in sizes)
    net = Network(
        tuple(some(n, m) for n, m in pairwise(sizes)),
        tuple(some(n) for n in sizes[1:]),
        (ready,) * (len(sizes) - 1),
    )
    along = AlongPaths(net, Forward(layers[0], layers[1:], layers[1:]), layers[-1], layers[1:])
    for edge in net.edges:
        along.gradient(*edge)
    by_paths = number.multiplications
    sweep_backward(net.weights, net.activations, layers[1:], layers, layers[-1])
    return by_paths, number.multiplications - by_paths


class _Counting:
    """A number that counts how often it is multiplied with its like, and has no value."""

    def __init__(self) -> None:
        self.multiplications = 0

    def __mul__(self, other: object) -> Self:
        self.multiplications += isinstance(other, _Counting)
        return self

    def __add__(self, other: object) -> Self:
        return self

    __rmul__, __radd__, __sub__ = __mul__, __add__, __add__
