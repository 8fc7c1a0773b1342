"""Hold all that a playground is about: teacher set, network, learning rule, and how far it got."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from backprop_core.activations import get_activation
from backprop_core.descent import Rule
from backprop_core.network import Network, as_number, whole_number
from backprop_core.situation import Situation
from backprop_core.teacher_sets import Recipe, TeacherSet, teacher_set

__all__ = ["LAYERS", "NEURONS", "SEEDS", "Design", "Experiment"]

LAYERS = 6  # hidden layers a playground's network may have
NEURONS = 16  # neurons a hidden layer may have
SEEDS = 999_999  # the last one


@dataclass(frozen=True)
class Design:
    """What a network to begin with is made from; inputs and outputs come from the teacher set.

    Attributes
    ----------
    hidden : tuple of int
        Neurons of each hidden layer: 0 to 6 layers of 1 to 16 neurons.
    activations : tuple of str
        One for each layer of neurons, the output layer last.
    seed : int
        Draws the weights and biases, 0 to 999 999.
    scale : float
        They come from N(0, scale²); with 0 all of them are zero.

    Raises
    ------
    ValueError
        One sentence that names the field, its value and what was expected.

    Examples
    --------
    >>> Design((3,), ("tanh", "sigmoid")).network(2, 1).sizes
    (2, 3, 1)
    >>> Design((3,), ("tanh",))
    Traceback (most recent call last):
    ...
    ValueError: activations has 1 entry, but expected 2: one for each layer of neurons.
    """

    hidden: tuple[int, ...] = (8, 8)
    activations: tuple[str, ...] = ("tanh", "tanh", "sigmoid")
    seed: int = 0
    scale: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no playground can show."""
        for name, like in (("hidden", "(8, 8)"), ("activations", '("tanh", "tanh", "sigmoid")')):
            if not isinstance(getattr(self, name), tuple):
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}, but expected a tuple such as {like}."
                )
        if len(self.hidden) > LAYERS:
            raise ValueError(
                f"hidden has {len(self.hidden)} layers, but expected {LAYERS} or fewer."
            )
        for k, neurons in enumerate(self.hidden):
            if type(neurons) is not int or not 1 <= neurons <= NEURONS:
                raise ValueError(
                    f"hidden[{k}] is {neurons!r}, "
                    f"but expected a whole number of neurons from 1 to {NEURONS}."
                )
        found, expected = len(self.activations), len(self.hidden) + 1
        if found != expected:
            raise ValueError(
                f"activations has {found} {'entry' if found == 1 else 'entries'}, "
                f"but expected {expected}: one for each layer of neurons."
            )
        for name in self.activations:
            get_activation(name)
        if whole_number(self.seed, "seed", least=0) > SEEDS:
            raise ValueError(f"seed is {self.seed}, but expected a whole number from 0 to {SEEDS}.")
        if as_number(self.scale, "scale") < 0:
            raise ValueError(f"scale is {self.scale!r}, but expected a number of 0 or more.")

    def network(self, inputs: int, outputs: int) -> Network:
        """The network to begin with, for so many inputs and outputs."""
        sizes = (inputs, *self.hidden, outputs)
        return Network.random(sizes, self.activations, seed=self.seed, scale=self.scale)


@dataclass(frozen=True)
class Experiment:
    """All that a playground is about, and all that a link to it restores.

    Attributes
    ----------
    recipe : Recipe
        What the teacher set is made from.
    design : Design
        What the network to begin with is made from.
    rule : Rule
        How it learns.
    network : Network or None
        With the weights at present; None: as designed.
    epoch : int
        How many epochs it has been trained.
    sample : int
        The sample that is picked: its index in ``teacher_set.x``.
    step : int or None
        Of the open walkthrough; None while it is closed.

    Raises
    ------
    ValueError
        If one of them is impossible, or they do not fit each other.

    Examples
    --------
    >>> experiment = Experiment(Recipe("XOR"), Design((2,), ("tanh", "sigmoid")))
    >>> experiment.present.sizes, experiment.situation.x
    ((2, 2, 1), (0.0, 0.0))
    """

    recipe: Recipe = field(default_factory=Recipe)
    design: Design = field(default_factory=Design)
    rule: Rule = field(default_factory=lambda: Rule(h=0.02, mode="online"))
    network: Network | None = None
    epoch: int = 0
    sample: int = 0
    step: int | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other."""
        for name, kind in (("recipe", Recipe), ("design", Design), ("rule", Rule)):
            if not isinstance(getattr(self, name), kind):
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}, but expected a {kind.__name__}."
                )
        set_of = self.teacher_set
        whole_number(self.epoch, "epoch", least=0)
        if not 0 <= whole_number(self.sample, "sample", least=0) < len(set_of.x):
            raise ValueError(
                f"sample is {self.sample}, but expected one of the {len(set_of.x)} samples: "
                f"a number from 0 to {len(set_of.x) - 1}."
            )
        if self.step is not None:
            whole_number(self.step, "step", least=0)
        if self.network is not None:
            _fit(self.network, self.design, set_of)

    @property
    def teacher_set(self) -> TeacherSet:
        """The teacher set."""
        return teacher_set(self.recipe)

    @cached_property
    def present(self) -> Network:
        """The network with its weights at present."""
        if self.network is not None:
            return self.network
        return self.design.network(*self.teacher_set.ends)

    @cached_property
    def situation(self) -> Situation:
        """What the walkthrough tells: the network at present, the picked sample, h."""
        x, t = self.teacher_set.x[self.sample], self.teacher_set.t[self.sample]
        return Situation(self.present, tuple(x.tolist()), tuple(t.tolist()), self.rule.h)

    @property
    def afresh(self) -> "Experiment":
        """The same experiment before its first epoch, with the weights as designed."""
        return replace(self, network=None, epoch=0)


def _fit(net: Network, design: Design, set_of: TeacherSet) -> None:
    """Refuse a network that the design and the teacher set do not call for."""
    inputs, outputs = set_of.ends
    expected = (inputs, *design.hidden, outputs)
    if net.sizes != expected:
        raise ValueError(
            f"network has layers of {_listed(net.sizes)} nodes, but expected {_listed(expected)}: "
            "the teacher set and the design call for that."
        )
    names = tuple(activation.name for activation in net.activations)
    if names != design.activations:
        raise ValueError(
            f"network has the activations {', '.join(names)}, "
            f"but expected those of the design: {', '.join(design.activations)}."
        )


def _listed(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))
