"""Go down step by step, changing a network in place: what all trainings have in common."""

from dataclasses import dataclass
from math import inf, isfinite, prod
from time import perf_counter

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import learning_rate, sweep_backward, sweep_forward
from backprop_core.network import Network, as_number, whole_number

__all__ = ["MODES", "Descent", "Rule", "split_like"]

MODES = ("batch", "online", "mini-batch")


@dataclass(frozen=True)
class Rule:
    """How a network is updated (Section "Training").

    Attributes
    ----------
    h : float
        Learning rate, greater than 0.
    mode : {"batch", "online", "mini-batch"}
        One update an epoch, from the gradient summed over all samples; one update after each
        sample; or one after every `batch_size` samples, from the gradient summed over these.
        Samples are taken in the order of the teacher set.
    batch_size : int
        Samples of a mini-batch, 1 or more; the last one of an epoch may have fewer.
    momentum : float
        μ of v ← μ · v + ∂E/∂w, w ← w − h · v, from 0 up to but not including 1. The velocity v
        begins at 0; with μ = 0 it is the gradient, and is not computed.

    Raises
    ------
    ValueError
        If one of them is impossible.

    Examples
    --------
    >>> Rule(h=0.1, mode="mini-batch", batch_size=5)
    Rule(h=0.1, mode='mini-batch', batch_size=5, momentum=0.0)
    >>> Rule(momentum=1)
    Traceback (most recent call last):
    ...
    ValueError: momentum is 1, but expected a number from 0 up to, but not including, 1
    """

    h: float = 0.5
    mode: str = "batch"
    batch_size: int = 10
    momentum: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "h", learning_rate(self.h))
        if self.mode not in MODES:
            raise ValueError(f"mode is {self.mode!r}, but expected one of: {', '.join(MODES)}")
        object.__setattr__(self, "batch_size", whole_number(self.batch_size, "batch_size", least=1))
        momentum = as_number(self.momentum, "momentum")
        if not 0 <= momentum < 1:
            raise ValueError(
                f"momentum is {self.momentum!r}, "
                "but expected a number from 0 up to, but not including, 1"
            )
        object.__setattr__(self, "momentum", momentum)


class Descent:
    """A network on its way down, changed in place; knows what to do, but not what was asked."""

    def __init__(self, net: Network, x: Array, t: Array) -> None:
        self.net, self.x, self.t = net, x, t
        # All weights and biases side by side in one vector, so that an update is one subtraction.
        self.parameters = np.concatenate([*net.weights, *net.biases], axis=None)
        self.weights, self.biases = split_like(self.parameters, net)
        self.velocity: Array | None = None  # None stands for 0; never changed in place
        self.error = inf
        self._seen: tuple[list[Array], list[Array]] | None = None  # r and f of all samples now
        self._good = False
        self._zeros = np.zeros_like(self.parameters)
        self._kept = self.parameters.copy()
        self._kept_velocity: Array | None = None

    def look(self) -> bool:
        """Compute E; False if it or something of the network is not finite."""
        if self._seen is None:
            self._seen = self._forward(self.x)
            difference = (self._seen[1][-1] - self.t).ravel()
            squares = float(difference.dot(difference))
            self.error = 0.5 * squares
            # 0 · inf and 0 · NaN are NaN: this finds weights gone astray behind a finite E, too.
            self._good = isfinite(squares + self._zeros.dot(self.parameters))
        return self._good

    def finite(self) -> bool:
        """Whether all weights and biases are."""
        return isfinite(self._zeros.dot(self.parameters))

    def epoch(self, rule: Rule, start: int = 0, deadline: float = inf) -> int:
        """Use all samples from `start` on, or fewer if time runs out; how many are used then."""
        count = len(self.x)
        if rule.mode == "batch":
            self.step(rule, 0, count)
            return count
        size = 1 if rule.mode == "online" else rule.batch_size
        for i in range(start, count, size):
            self.step(rule, i, i + size)
            if perf_counter() >= deadline:
                return min(i + size, count)
        return count

    def step(self, rule: Rule, start: int, end: int) -> None:
        """Update once, from the gradient summed over the samples from `start` to `end`."""
        if start == 0 and end >= len(self.x):
            t = self.t
            sums, outputs = self._seen or self._forward(self.x)
        else:
            t = self.t[start:end]
            sums, outputs = self._forward(self.x[start:end])
        w_gradients, b_gradients, _, _ = sweep_backward(
            self.weights, self.net.activations, sums, outputs, t
        )
        gradient = np.concatenate(w_gradients + b_gradients, axis=None)
        if rule.momentum and self.velocity is not None:
            gradient += rule.momentum * self.velocity
        self.velocity = gradient if rule.momentum else None
        self.parameters -= rule.h * gradient
        self._seen = None

    def keep(self) -> None:
        """Keep this state, to come `back` to."""
        self._kept[:] = self.parameters
        self._kept_velocity = self.velocity

    def back(self) -> None:
        """Return to the state that was kept."""
        self.take(self._kept, self._kept_velocity)

    def take(self, parameters: Array, velocity: Array | None) -> None:
        """Continue from another state."""
        self.parameters[:] = parameters
        self.velocity = velocity
        self._seen = None

    def network(self) -> Network:
        """The present state as a network of its own."""
        return Network.from_weights(self.weights, self.biases, self.net.activations)

    def _forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        return sweep_forward(self.weights, self.biases, self.net.activations, x)


def split_like(parameters: Array, net: Network) -> tuple[list[Array], list[Array]]:
    """View a vector of parameters as weights and biases with the shapes of a network's."""
    shapes = [array.shape for array in (*net.weights, *net.biases)]
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    parts = np.split(parameters, ends)
    views = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    return views[: len(net.weights)], views[len(net.weights) :]
