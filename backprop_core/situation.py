"""Hold all that a lesson is about: network, sample, learning rate, convention."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from backprop_core._types import Array
from backprop_core.backprop import backward, error, forward, update
from backprop_core.equations import PLAIN, Notation, format_number, plain_text
from backprop_core.network import Network, as_array
from backprop_core.walkthrough import Step, walk

__all__ = [
    "TEACHER_SETS",
    "Parameter",
    "Situation",
    "fitting",
    "parameters_of",
    "sample_text",
    "samples_of",
]

# Each sample is (x, t). More sets arrive with the chapters that need them.
TEACHER_SETS: dict[str, tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]] = {
    "AND": (
        ((0.0, 0.0), (0.0,)),
        ((0.0, 1.0), (0.0,)),
        ((1.0, 0.0), (0.0,)),
        ((1.0, 1.0), (1.0,)),
    ),
    "OR": (
        ((0.0, 0.0), (0.0,)),
        ((0.0, 1.0), (1.0,)),
        ((1.0, 0.0), (1.0,)),
        ((1.0, 1.0), (1.0,)),
    ),
    "XOR": (
        ((0.0, 0.0), (0.0,)),
        ((0.0, 1.0), (1.0,)),
        ((1.0, 0.0), (1.0,)),
        ((1.0, 1.0), (0.0,)),
    ),
}


def samples_of(teacher_set: str) -> tuple[Array, Array]:
    """Inputs, (M, N_0), and targets, (M, N_L), of one of the `TEACHER_SETS`."""
    x, t = zip(*TEACHER_SETS[teacher_set], strict=True)
    return as_array(x, "x"), as_array(t, "t")


def fitting(inputs: int, outputs: int = 1) -> tuple[str, ...]:
    """Names of the teacher sets for networks with so many inputs and outputs.

    Examples
    --------
    >>> fitting(2), fitting(3)
    (('AND', 'OR', 'XOR'), ())
    """
    return tuple(
        name
        for name, samples in TEACHER_SETS.items()
        if all((len(x), len(t)) == (inputs, outputs) for x, t in samples)
    )


@dataclass(frozen=True)
class Parameter:
    """A weight or a bias, as a reader meets it.

    Attributes
    ----------
    slot : str
        Its place in the graph: ``"weight-f3-f5"`` or ``"bias-f3"``.
    name : str
        Its name in plain text: w₃,₅ or b₃.
    nodes : tuple of str
        The two ends of the weight's edge, or the bias's neuron.
    value : float
    """

    slot: str
    name: str
    nodes: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Situation:
    """What a walk starts from.

    Attributes
    ----------
    network : Network
    x, t : tuple of float
        One sample: as many inputs and targets as the network has.
    h : float
        Learning rate, greater than 0.
    convention : {"output", "sum"}
        As in `backprop_core.walk`.

    Examples
    --------
    >>> situation = Situation()
    >>> situation.updated.error < situation.error
    True
    """

    network: Network = field(default_factory=Network.three_layer)
    x: tuple[float, ...] = (1.0, 0.0)
    t: tuple[float, ...] = (1.0,)
    h: float = 0.5
    convention: str = "output"

    def walk(self, by: str = "neuron") -> tuple[Step, ...]:
        """The walk from here; errors as `backprop_core.walk`."""
        return walk(self.network, self.x, self.t, self.h, by=by, convention=self.convention)

    @cached_property
    def error(self) -> float:
        """E of the sample."""
        return error(forward(self.network, self.x).y, self.t)

    @property
    def updated(self) -> Self:
        """The situation after one update with this sample."""
        gradient = backward(self.network, forward(self.network, self.x), self.t)
        return replace(self, network=update(self.network, gradient, self.h))

    @property
    def structure(self) -> tuple[object, ...]:
        """What decides how the walk reads apart from its numbers."""
        network = self.network
        return network.sizes, tuple(a.name for a in network.activations), self.convention

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """All weights and biases by their slot."""
        return parameters_of(self.network)

    def with_parameter(self, slot: str, value: float) -> Self:
        """The situation with another value of one weight or bias.

        Examples
        --------
        >>> Situation().with_parameter("bias-f5", 2.0).network.bias("f5")
        2.0
        """
        nodes = self.network.slots[slot]
        return replace(self, network=self.network.with_parameter(nodes, value))


def parameters_of(net: Network, notation: Notation = PLAIN) -> dict[str, Parameter]:
    """All weights and biases of a network by their slot, with their names in a notation."""
    return {
        slot: Parameter(slot, plain_text(notation.parameter(nodes)), nodes, net.parameter(*nodes))
        for slot, nodes in net.slots.items()
    }


def sample_text(x: tuple[float, ...], t: tuple[float, ...]) -> str:
    """A sample as a reader meets it.

    Examples
    --------
    >>> sample_text((1.0, 0.0), (1.0,))
    'x = (1, 0), t = 1'
    """
    return f"x = {_row(x)}, t = {_row(t)}"


def _row(values: tuple[float, ...]) -> str:
    texts = ", ".join(format_number(value) for value in values)
    return texts if len(values) == 1 else f"({texts})"
