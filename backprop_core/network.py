"""Build a layered network: its weights, biases, activations and the names of its nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.activations import Activation, get_activation

__all__ = ["Network", "as_array", "as_number", "checked_sizes", "output_names", "whole_number"]


def as_array(values: ArrayLike, field: str) -> Array:
    """Copy `values` into a read-only float64 array.

    Raises
    ------
    ValueError
        If they are not numbers, or one of them is NaN or infinite; the message names `field`.
    """
    try:
        if values is None or np.iscomplexobj(values):
            raise TypeError  # NumPy would make NaN of the one, and drop a part of the other
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        several = np.iterable(values) and not isinstance(values, str)
        expected = "numbers, in rows of equal length" if several else "a number"
        raise ValueError(f"{field} is {values!r}, but expected {expected}") from None
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        place = f"{field}[{', '.join(map(str, where))}]" if where else field
        raise ValueError(f"{place} is {array[where]}, but expected a finite number")
    array.setflags(write=False)
    return array


def as_number(value: float, field: str) -> float:
    """Turn `value` into a float: ValueError, naming `field`, unless it is one finite number."""
    array = as_array(value, field)
    if array.shape != ():
        raise ValueError(f"{field} is {value!r}, but expected a single number")
    return float(array)


def whole_number(value: float, field: str, least: int) -> int:
    """Check a count: ValueError unless it is a whole number and not below `least`."""
    number = as_number(value, field)
    if not number.is_integer() or number < least:
        raise ValueError(f"{field} is {value!r}, but expected a whole number of {least} or more")
    return int(number)


def output_names(outputs: int) -> tuple[str, ...]:
    """What so many outputs of a network are called.

    Examples
    --------
    >>> output_names(1), output_names(2)
    (('y',), ('y1', 'y2'))
    """
    return ("y",) if outputs == 1 else tuple(f"y{n + 1}" for n in range(outputs))


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Check the sizes of layers: ValueError unless they are two or more positive whole numbers."""
    if len(sizes) < 2:
        raise ValueError(f"sizes is {sizes!r}, but expected at least two: inputs and outputs")
    return [whole_number(n, f"sizes[{k}]", least=1) for k, n in enumerate(sizes)]


@dataclass(frozen=True, eq=False)
class Network:
    """A fully connected, layered network (Sections "Preliminaries" and "Why backpropagation?").

    Layer 0 holds the inputs x; layers 1 … L hold the neurons f, numbered through from the first
    hidden layer to the output layer. Use `from_weights`, `random` or `three_layer` to make one.

    Attributes
    ----------
    weights : tuple of (N_k, N_{k+1}) arrays
        ``weights[k][a, b]`` leads from node a of layer k to node b of layer k + 1.
    biases : tuple of (N_{k+1},) arrays
    activations : tuple of Activation
        One for each layer of neurons.

    Examples
    --------
    >>> net = Network.three_layer()
    >>> net.sizes, net.layers
    ((2, 2, 2, 1), (('x1', 'x2'), ('f1', 'f2'), ('f3', 'f4'), ('f5',)))
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activations: tuple[Activation, ...]

    @classmethod
    def from_weights(
        cls,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike] | None = None,
        activation: str | Activation | Sequence[str | Activation] = "sigmoid",
    ) -> Self:
        """Make a network from weight matrices of shape (N_k, N_{k+1}): always (from, to).

        Parameters
        ----------
        weights : sequence of (N_k, N_{k+1}) arrays
        biases : sequence of (N_{k+1},) arrays, optional
            Zero if left out.
        activation : str, Activation or a sequence of these, one for each layer of neurons

        Raises
        ------
        ValueError
            If a shape does not fit, a number is not finite or an activation is unknown.

        Examples
        --------
        >>> Network.from_weights([[[0.5], [0.5]]], [[-0.7]], "threshold").sizes
        (2, 1)
        """
        matrices = tuple(as_array(w, f"weights[{k}]") for k, w in enumerate(weights))
        if not matrices:
            raise ValueError("weights is empty, but expected at least one matrix")
        for k, w in enumerate(matrices):
            if w.ndim != 2 or 0 in w.shape:
                raise ValueError(
                    f"weights[{k}] has the shape {w.shape}, "
                    "but expected a matrix with a row for each node it comes from "
                    "and a column for each node it goes to"
                )
            if k and w.shape[0] != matrices[k - 1].shape[1]:
                raise ValueError(
                    f"weights[{k}] has {w.shape[0]} rows, but expected "
                    f"{matrices[k - 1].shape[1]}: one for each node of layer {k}"
                )
        if biases is None:
            biases = [np.zeros(w.shape[1]) for w in matrices]
        vectors = tuple(as_array(b, f"biases[{k}]") for k, b in enumerate(biases))
        if len(vectors) != len(matrices):
            raise ValueError(
                f"biases has {len(vectors)} entries, but expected {len(matrices)}: "
                "one for each layer of neurons"
            )
        for k, (b, w) in enumerate(zip(vectors, matrices, strict=True)):
            if b.shape != (w.shape[1],):
                raise ValueError(
                    f"biases[{k}] has the shape {b.shape}, but expected ({w.shape[1]},)"
                )
        if isinstance(activation, str | Activation) or not isinstance(activation, Iterable):
            activation = [activation] * len(matrices)
        activations = tuple(get_activation(a) for a in activation)
        if len(activations) != len(matrices):
            raise ValueError(
                f"activation has {len(activations)} entries, but expected one, "
                f"or {len(matrices)}: one for each layer of neurons"
            )
        return cls(matrices, vectors, activations)

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        activation: str | Activation | Sequence[str | Activation] = "sigmoid",
        *,
        seed: int = 0,
        scale: float = 1.0,
    ) -> Self:
        """Make a network of the given `sizes` with weights and biases drawn from N(0, scale²).

        Raises
        ------
        ValueError
            If there are fewer than two sizes, or one of them is not a positive whole number.

        Examples
        --------
        >>> Network.random([2, 8, 8, 1], activation="tanh", seed=0).sizes
        (2, 8, 8, 1)
        """
        counts = checked_sizes(sizes)
        rng = np.random.default_rng(seed)
        shapes = list(pairwise(counts))
        return cls.from_weights(
            [scale * rng.standard_normal(shape) for shape in shapes],
            [scale * rng.standard_normal(m) for _, m in shapes],
            activation,
        )

    @classmethod
    def three_layer(
        cls, activation: str | Activation | Sequence[str | Activation] = "sigmoid"
    ) -> Self:
        """Make the network x1, x2 → f1, f2 → f3, f4 → f5 of Section "Why backpropagation?".

        The article gives no numbers; these are short enough to follow on paper.
        """
        return cls.from_weights(
            weights=[[[0.3, 0.8], [-0.5, 0.2]], [[0.7, 0.1], [-0.4, 0.9]], [[1.2], [-0.6]]],
            biases=[[0.1, -0.2], [0.2, 0.4], [-0.3]],
            activation=activation,
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of nodes of each layer, N_0 … N_L."""
        return (self.weights[0].shape[0], *(w.shape[1] for w in self.weights))

    @cached_property
    def layers(self) -> tuple[tuple[str, ...], ...]:
        """Names of the nodes, layer by layer: x1, x2, … and f1, f2, … numbered through."""
        first, *others = self.sizes
        starts = np.cumsum([1, *others])
        return (
            tuple(f"x{i}" for i in range(1, first + 1)),
            *(
                tuple(f"f{i}" for i in range(start, start + n))
                for start, n in zip(starts, others, strict=False)
            ),
        )

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where each node stands: its name to (layer, index in that layer), both from 0."""
        return {name: (k, n) for k, layer in enumerate(self.layers) for n, name in enumerate(layer)}

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """All edges (from, to), layer by layer."""
        return tuple(
            (a, b) for first, second in pairwise(self.layers) for a in first for b in second
        )

    @cached_property
    def neurons(self) -> tuple[str, ...]:
        """Names of all neurons, layer by layer."""
        return sum(self.layers[1:], ())

    @cached_property
    def slots(self) -> dict[str, tuple[str, ...]]:
        """The nodes of each weight and each bias, by its slot in the graph; weights come first.

        Examples
        --------
        >>> Network.random([1, 1]).slots
        {'weight-x1-f1': ('x1', 'f1'), 'bias-f1': ('f1',)}
        """
        return {
            **{f"weight-{a}-{b}": (a, b) for a, b in self.edges},
            **{f"bias-{n}": (n,) for n in self.neurons},
        }

    def weight(self, source: str, target: str) -> float:
        """Weight of the edge from node `source` to node `target`.

        Raises
        ------
        ValueError
            If there is no such edge.

        Examples
        --------
        >>> Network.three_layer().weight("f3", "f5")
        1.2
        """
        k, a, b = self.edge(source, target)
        return float(self.weights[k][a, b])

    def bias(self, neuron: str) -> float:
        """Bias of a neuron.

        Raises
        ------
        ValueError
            If there is no such neuron.
        """
        k, n = self.neuron(neuron)
        return float(self.biases[k][n])

    def parameter(self, *nodes: str) -> float:
        """Weight of the edge between two nodes, or bias of one; errors as `weight` and `bias`."""
        return self.weight(*nodes) if len(nodes) == 2 else self.bias(*nodes)

    def with_weight(self, source: str, target: str, weight: float) -> Self:
        """A network that differs from this one in one weight.

        Raises
        ------
        ValueError
            If there is no such edge, or `weight` is not a finite number.

        Examples
        --------
        >>> Network.three_layer().with_weight("f3", "f5", 2.0).weight("f3", "f5")
        2.0
        """
        k, a, b = self.edge(source, target)
        weights = [np.array(w) for w in self.weights]
        weights[k][a, b] = as_number(weight, f"weight from {source} to {target}")
        return self.from_weights(weights, self.biases, self.activations)

    def with_bias(self, neuron: str, bias: float) -> Self:
        """A network that differs from this one in one bias.

        Raises
        ------
        ValueError
            If there is no such neuron, or `bias` is not a finite number.
        """
        k, n = self.neuron(neuron)
        biases = [np.array(b) for b in self.biases]
        biases[k][n] = as_number(bias, f"bias of {neuron}")
        return self.from_weights(self.weights, biases, self.activations)

    def with_parameter(self, nodes: Sequence[str], value: float) -> Self:
        """A network that differs in one weight, named by two nodes, or bias, named by one.

        Raises
        ------
        ValueError
            As `with_weight` and `with_bias`.

        Examples
        --------
        >>> Network.three_layer().with_parameter(["f5"], 2.0).bias("f5")
        2.0
        """
        if len(nodes) == 2:
            return self.with_weight(nodes[0], nodes[1], value)
        return self.with_bias(nodes[0], value)

    def with_activation(self, activation: str | Activation | Sequence[str | Activation]) -> Self:
        """A network with the same weights and biases and another activation."""
        return self.from_weights(self.weights, self.biases, activation)

    def edge(self, source: str, target: str) -> tuple[int, int, int]:
        """Where the weight of an edge stands: ``weights[k][a, b]``.

        Raises
        ------
        ValueError
            If there is no such edge.
        """
        k, a = self.places.get(source, (-1, -1))
        to, b = self.places.get(target, (-1, -1))
        if k < 0 or to != k + 1:
            raise ValueError(
                f"edge is {source!r} to {target!r}, but expected two nodes of neighbouring layers "
                f"of {self.layers}"
            )
        return k, a, b

    def neuron(self, neuron: str) -> tuple[int, int]:
        """Where the bias of a neuron stands: ``biases[k][n]``.

        Raises
        ------
        ValueError
            If there is no such neuron.
        """
        layer, n = self.places.get(neuron, (0, -1))
        if layer == 0:
            raise ValueError(f"neuron is {neuron!r}, but expected one of {', '.join(self.neurons)}")
        return layer - 1, n
