"""Hold all that a derivation is worked out on: a network N_0-N_1-1 and its teacher set.

Everything here is immutable: a change makes another workbench.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import error
from backprop_core.derivations import Moment
from backprop_core.derivations.picked import LARGEST
from backprop_core.equations import Notation, format_number
from backprop_core.network import Network
from backprop_core.situation import Parameter, fitting, parameters_of, sample_text, samples_of

__all__ = ["LARGEST", "RANDOM", "Workbench"]

RANDOM = "random"
_SAMPLES = 4  # of a random teacher set: as many as the others have


def _start() -> Network:
    """The network to begin with; the article gives no numbers."""
    return Network.from_weights(
        weights=[[[-0.5, 0.2], [-0.8, 0.6]], [[1.8], [-1.5]]], biases=[[0.7, -0.7], [0.9]]
    )


@dataclass(frozen=True)
class Workbench:
    """A network N_0-N_1-1 with a teacher set (Section "Deriving the formula").

    Attributes
    ----------
    network : Network
    wanted : str
        The teacher set to use where it fits: one of `situation.TEACHER_SETS`, or ``"random"``.
    seed : int
        What the weights were drawn with; 0 for those to begin with.

    Examples
    --------
    >>> bench = Workbench()
    >>> bench.sizes, bench.teacher_set, bench.x.shape, bench.t.ravel().tolist()
    ((2, 2), 'XOR', (4, 2), [0.0, 1.0, 1.0, 0.0])
    >>> bench.resized(3, 6).teacher_set
    'random'
    """

    network: Network = field(default_factory=_start)
    wanted: str = "XOR"
    seed: int = 0

    @property
    def sizes(self) -> tuple[int, int]:
        """N_0 and N_1."""
        return self.network.sizes[0], self.network.sizes[1]

    @property
    def activation(self) -> str:
        """The name of the activation function, the same in both layers."""
        return self.network.activations[0].name

    @property
    def teacher_set(self) -> str:
        """The name of the teacher set in use: random samples where the wanted one does not fit."""
        return self.wanted if self.wanted in self.teacher_sets else RANDOM

    @cached_property
    def samples(self) -> tuple[Array, Array]:
        """The teacher set: inputs (M, N_0) and targets (M, 1)."""
        n = self.sizes[0]
        if self.teacher_set == RANDOM:
            rng = np.random.default_rng(n)
            x = rng.uniform(-1.0, 1.0, (_SAMPLES, n)).round(1)
            return x, rng.integers(0, 2, (_SAMPLES, 1)).astype(np.float64)
        return samples_of(self.teacher_set)

    @property
    def x(self) -> Array:
        """The inputs of the teacher set, (M, N_0)."""
        return self.samples[0]

    @property
    def t(self) -> Array:
        """The targets of the teacher set, (M, 1)."""
        return self.samples[1]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """All weights and biases by their slot, with the names that Chapter 3 gives them.

        Examples
        --------
        >>> [parameter.name for parameter in Workbench().parameters.values()]
        ['w₁,₁', 'w₁,₂', 'w₂,₁', 'w₂,₂', 'ŵ₁', 'ŵ₂', 'b₁', 'b₂', 'b̂']
        """
        return parameters_of(self.network, self._hats)

    @property
    def _hats(self) -> Notation:
        return Notation(output=self.network.neurons[-1])

    @cached_property
    def moment(self) -> Moment:
        """The network at work on the teacher set."""
        return Moment(self.network, self.x, self.t)

    def check(self) -> None:
        """Make sure that all can be computed.

        Raises
        ------
        ValueError
            If E or one of its derivatives is too large to compute.
        """
        m = self.moment
        with np.errstate(all="ignore"):
            if not np.isfinite(error(m.f.y, m.t)):
                raise ValueError("E is too large to compute, but expected a finite number")
            if not all(np.isfinite(g).all() for g in (*m.g.weights, *m.g.biases)):
                raise ValueError(
                    "the gradient is too large to compute, but expected finite numbers"
                )

    @property
    def kink(self) -> str:
        """A sentence about a neuron that stands where its activation has no slope, or ""."""
        net, m = self.network, self.moment
        for layer, activation, sums in zip(net.layers[1:], net.activations, m.f.r, strict=True):
            for node, column in zip(layer, sums.T, strict=True):
                for kink in activation.kinks:
                    i = int(np.argmin(abs(column - kink)))
                    if abs(column[i] - kink) < 1e-3:
                        name = self._hats.name(node)
                        return (
                            f"In sample {i + 1}, the input sum of {name} is "
                            f"{format_number(float(column[i]))}, just where {activation.name} "
                            "jumps or bends: there it has no slope, so a gradient means nothing."
                        )
        return ""

    @property
    def sample_texts(self) -> tuple[str, ...]:
        """Each sample as a reader meets it.

        Examples
        --------
        >>> Workbench().sample_texts[1]
        'x = (0, 1), t = 1'
        """
        return tuple(sample_text(tuple(x), tuple(t)) for x, t in zip(self.x, self.t, strict=True))

    def resized(self, n_0: int, n_1: int) -> Self:
        """A workbench with so many inputs and hidden neurons, and weights that fit them.

        Raises
        ------
        ValueError
            If one of the numbers is not from 1 to 6.
        """
        for name, n in (("N₀", n_0), ("N₁", n_1)):
            if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= LARGEST:
                raise ValueError(f"{name} is {n!r}, but expected a number from 1 to {LARGEST}.")
        return self._drawn(n_0, n_1, self.seed)

    def redrawn(self) -> Self:
        """A workbench with other weights and biases, drawn with the next seed.

        Examples
        --------
        >>> Workbench().redrawn().seed
        1
        """
        return self._drawn(*self.sizes, self.seed + 1)

    def _drawn(self, n_0: int, n_1: int, seed: int) -> Self:
        activation = self.network.activations[0]
        if (n_0, n_1, seed) == (2, 2, 0):
            return replace(self, network=_start().with_activation(activation), seed=seed)
        drawn = Network.random((n_0, n_1, 1), activation, seed=seed)
        # Two decimals can be read and typed again.
        network = Network.from_weights(
            [w.round(2) for w in drawn.weights], [b.round(2) for b in drawn.biases], activation
        )
        return replace(self, network=network, seed=seed)

    def with_activation(self, activation: str) -> Self:
        """A workbench with another activation; errors as `get_activation`."""
        return replace(self, network=self.network.with_activation(activation))

    def with_teacher_set(self, name: str) -> Self:
        """A workbench that wants another teacher set.

        Raises
        ------
        ValueError
            If there is none of that name, or it does not fit the network.
        """
        expected = self.teacher_sets
        if name not in expected:
            raise ValueError(
                f"Teacher set is {name!r}, but expected one of: {', '.join(expected)}."
            )
        return replace(self, wanted=name)

    @property
    def teacher_sets(self) -> tuple[str, ...]:
        """The names of the teacher sets that fit the network."""
        return (*fitting(self.sizes[0]), RANDOM)

    def with_parameter(self, slot: str, value: float) -> Self:
        """A workbench with another value of one weight or bias.

        Examples
        --------
        >>> Workbench().with_parameter("bias-f3", 2.0).network.bias("f3")
        2.0
        """
        nodes = self.network.slots[slot]
        return replace(self, network=self.network.with_parameter(nodes, value))

    def counterpart(self, slot: str, before: "Workbench") -> str:
        """The slot here that plays the part `slot` played on another workbench.

        Examples
        --------
        >>> small, large = Workbench(), Workbench().resized(4, 5)
        >>> large.counterpart("weight-f2-f3", small), small.counterpart("weight-f5-f6", large)
        ('weight-f2-f6', 'weight-f2-f3')
        """
        kind, *nodes = slot.split("-")
        places = (before.network.places[node] for node in nodes)
        layers = self.network.layers
        there = (layers[k][min(n, len(layers[k]) - 1)] for k, n in places)
        return "-".join((kind, *there))
