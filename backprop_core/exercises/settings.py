"""Draw networks, samples and learning rates that can be computed with on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, pairwise

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import Forward, Gradient, backward, forward
from backprop_core.exercises.dice import CLASS_NUMBERS, SIGNS, Dice
from backprop_core.network import Network
from backprop_core.situation import Situation

__all__ = ["Setting", "draw", "setting_of", "situation_of", "variation_of"]

THREE_LAYERS, TWO_LAYERS, TWO_OUTPUTS = (2, 2, 2, 1), (2, 2, 1), (2, 2, 2)

# Tenths, never 0, and never 1: a factor of 1 could be forgotten and nobody would see it. Nor are
# targets 0, for the same reason.
_SIZES = tuple(n / 10 for n in (2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16))
_BIASES = _SIZES[:8]
_INPUTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.2, 1.5)
_TARGETS = {"sigmoid": (0.1, 0.9), "tanh": (-0.8, 0.8)}
_RATES = (0.5, 0.8, 1.5, 2.0, 2.5)


@dataclass(frozen=True, eq=False)
class Setting:
    """What an exercise is about.

    Attributes
    ----------
    network : Network
    x, t : tuple of M tuples of float
        The samples: one, or a small batch.
    h : float
    """

    network: Network
    x: tuple[tuple[float, ...], ...]
    t: tuple[tuple[float, ...], ...]
    h: float

    def situation(self, sample: int = 0) -> Situation:
        """What a walk through one of the samples starts from."""
        return Situation(self.network, self.x[sample], self.t[sample], self.h)

    @cached_property
    def f(self) -> Forward:
        """The forward sweep."""
        return forward(self.network, self.x)

    @cached_property
    def g(self) -> Gradient:
        """The backward sweep."""
        return backward(self.network, self.f, self.t)

    @cached_property
    def slopes(self) -> tuple[Array, ...]:
        """g′(r), layer by layer."""
        layers = zip(self.network.activations, self.f.r, self.f.outputs, strict=True)
        return tuple(activation.slope_at(r, output) for activation, r, output in layers)


def setting_of(number: int) -> Setting:
    """The three-layer network of a number, with its sample and its h.

    All kinds of exercises that ask about one sample of such a network share it, so that somebody
    can follow one network of their own all the way.
    """
    return _drawn("network", number, THREE_LAYERS, 1)


def situation_of(number: int) -> Situation:
    """The network, sample and h that the exercises of a number are about.

    Examples
    --------
    >>> situation_of(7).network.sizes
    (2, 2, 2, 1)
    """
    return setting_of(number).situation()


def variation_of(number: int, sizes: tuple[int, ...], samples: int = 1) -> Setting | None:
    """The network of another shape that every third number brings; None for the others."""
    return None if number % 3 else _drawn("variation", number, sizes, samples)


@lru_cache(maxsize=64)
def _drawn(name: str, number: int, sizes: tuple[int, ...], samples: int) -> Setting:
    """Draw until a setting is worth asking about: some dozens of times."""
    dice = Dice(name, number)
    activation = "sigmoid" if number < CLASS_NUMBERS else "tanh"
    while True:
        setting = draw(dice, sizes, samples, activation)
        if worth_asking(setting):
            return setting


def draw(
    dice: Dice, sizes: Sequence[int], samples: int = 1, activation: str = "sigmoid"
) -> Setting:
    """Draw readable numbers for a network of these sizes, whatever comes out.

    Up to 14 weights differ in size.
    """
    count = sum(a * b for a, b in pairwise(sizes))
    pool = [size for _ in range(0, count, len(_SIZES)) for size in dice.shuffled(_SIZES)]
    weights = [
        [[dice.one_of(SIGNS) * pool.pop() for _ in range(b)] for _ in range(a)]
        for a, b in pairwise(sizes)
    ]
    biases = [dice.signed(_BIASES, width) for width in sizes[1:]]
    x = tuple(tuple(dice.signed(_INPUTS, sizes[0])) for _ in range(samples))
    targets = _TARGETS[activation]
    t = tuple(tuple(dice.one_of(targets) for _ in range(sizes[-1])) for _ in range(samples))
    return Setting(Network.from_weights(weights, biases, activation), x, t, dice.one_of(_RATES))


def worth_asking(setting: Setting) -> bool:
    """Whether no neuron is saturated, nothing is nearly 0, nothing cancels, and no two are alike.

    Otherwise two mistakes could lead to the same number, or to the right one.
    """
    sums = [np.abs(r) for r in setting.f.r]
    if not all(np.min(r) > 0.15 and np.max(r) < 2.2 for r in sums):
        return False
    if np.min(setting.slopes[-1]) < 0.08 or np.min(np.abs(setting.g.deltas[-1])) < 0.2:
        return False
    if any(np.min(np.abs(delta)) < 0.004 for delta in setting.g.deltas):
        return False
    return _all_paths_count(setting) and _told_apart(setting)


def _all_paths_count(setting: Setting) -> bool:
    """Whether each path into a hidden neuron tells, and each sample of a batch."""
    blames, weights = setting.g.deltas_r, setting.network.weights
    sums = [*(blame.T for blame in blames)]
    for blame, w in zip(blames[1:], weights[1:], strict=True):
        sums += [(sample * w) for sample in blame]
    return all(_tells(summands) for rows in sums for summands in rows)


def _tells(summands: Array) -> bool:
    """Whether each summand tells, and the sum is not a small rest of large ones."""
    largest = np.max(np.abs(summands))
    return bool(abs(np.sum(summands)) > 0.2 * largest and np.min(np.abs(summands)) > 0.05 * largest)


def _told_apart(setting: Setting) -> bool:
    """Whether all outputs, slopes and error signals of a sample differ by a percent at least."""
    for layers in (setting.f.outputs, setting.slopes, setting.g.deltas):
        for sample in np.abs(np.hstack(layers)).tolist():
            if any(abs(a - b) < 0.01 * max(a, b) for a, b in combinations(sample, 2)):
                return False
    return True
