"""Train a network by gradient descent: all at once, or paused, looked back on and gone on with."""

from bisect import bisect_right
from dataclasses import dataclass
from math import inf, isfinite, prod
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import learning_rate, sweep_backward, sweep_forward, teacher_set
from backprop_core.network import Network, as_array, as_number, whole_number

__all__ = ["MODES", "History", "Rule", "Trainer", "train"]

MODES = ("batch", "online", "mini-batch")

# Of what a training keeps to go back to: so many that from one to the next takes far below 50 ms.
MOST_MOMENTS = 4_000
MOST_BYTES = 16_000_000
MOST_POINTS = 1_000  # of a curve: a screen has no more pixels for it


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
    descent = _Descent(net, x, t)
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


class Trainer:
    """A training that can be paused, looked back on, and gone on with from any epoch.

    Moments of it are kept, more sparsely the longer it grows; whatever lies between two of them is
    computed anew, bit for bit as it was.

    Parameters
    ----------
    net : Network
        Where it begins.
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set.
    rule : Rule
    epoch : int
        What the beginning is called: more than 0 for a training that is taken up again.

    Attributes
    ----------
    x, t : arrays
        The teacher set.
    rule : Rule
        How it goes on from here; may be set at any time.
    epoch : int
        How many epochs are finished.
    sample : int
        How many samples of the unfinished epoch have been used; 0 between two epochs.
    last : int
        The latest epoch that one can go to.

    Raises
    ------
    ValueError
        If the teacher set does not fit the network, or `epoch` is no count.

    Examples
    --------
    >>> net = Network.from_weights([[[0.0]]], activation="identity")
    >>> trainer = Trainer(net, [[1.0], [2.0]], [[2.0], [4.0]], Rule(h=0.1))
    >>> trainer.run(2)
    2
    >>> errors = trainer.error
    >>> trainer.go_to(1)
    >>> round(trainer.error, 6), trainer.epoch, trainer.last
    (1.06, 1, 2)
    >>> trainer.go_to(2)
    >>> trainer.error == errors
    True
    """

    def __init__(
        self, net: Network, x: ArrayLike, t: ArrayLike, rule: Rule | None = None, *, epoch: int = 0
    ) -> None:
        self.x, self.t = teacher_set(net, x, t)
        self.rule = rule or Rule()
        self.epoch = self.last = whole_number(epoch, "epoch", least=0)
        self.sample = 0
        self._descent = descent = _Descent(net, self.x, self.t)
        self._look()
        descent.keep()
        self._mixed = False  # whether the unfinished epoch is one that no single rule repeats
        self._diverged: tuple[Rule, int, int] | None = None  # rule, epoch, sample: it ends there
        # Moments in the order of their epochs: one every `_stride` epochs, and the pinned ones.
        self._moments: list[_Moment] = []
        self._stride = 1
        both = 2 * descent.parameters.nbytes  # parameters and velocity
        self._most = max(4, min(MOST_MOMENTS, MOST_BYTES // both))
        self._remember(pinned=True)
        # Computes E of the other set of samples that the moments' `check` is about.
        self._other = _Descent(net, self.x, self.t)
        self._network: Network | None = net

    @property
    def network(self) -> Network:
        """The network as it is now."""
        if self._network is None:
            self._network = self._descent.network()
        return self._network

    @property
    def error(self) -> float:
        """E on the teacher set now; within an unfinished epoch it may be infinite or NaN."""
        self._look()
        return self._descent.error

    @property
    def first(self) -> int:
        """The earliest epoch that one can go to."""
        return self._moments[0].epoch

    @property
    def diverged_at(self) -> int | None:
        """The epoch whose update leads out of the range of float64, if that is the next thing.

        The network is the last finite one then, and `run` does nothing until the rule is changed
        or one goes back. The beginning's own epoch if its E is out of range already.
        """
        if not self.sample and not isfinite(self.error):
            return self.epoch
        there = (self.rule, self.epoch, self.sample)
        return self.epoch + 1 if self._diverged == there else None

    def run(self, epochs: int | None = None, *, seconds: float | None = None) -> int:
        """Train for some epochs or some time, whichever ends first; bit for bit what `train` does.

        Time may run out within an epoch, unless it is a batch: between two updates. The next run
        goes on with the next sample. In the mode "batch" it finishes an epoch that was begun
        otherwise with one update from all samples.

        Forgets what came after the present epoch. Stops where it diverges.

        Parameters
        ----------
        epochs : int, optional
            An unfinished epoch counts.
        seconds : float, optional
            At least one update is made.

        Returns
        -------
        int
            How many epochs were finished.

        Raises
        ------
        ValueError
            If neither is given or one is impossible.
        """
        if epochs is None and seconds is None:
            raise ValueError("epochs and seconds are both None, but expected a number for one")
        if epochs is not None:
            epochs = whole_number(epochs, "epochs", least=0)
        deadline = inf if seconds is None else perf_counter() + as_number(seconds, "seconds")
        done = 0
        if epochs == 0 or self.diverged_at is not None:
            return done
        self._commit()
        descent, rule = self._descent, self.rule
        with np.errstate(over="ignore", invalid="ignore"):
            while done != epochs:
                self.sample = descent.epoch(rule, self.sample, deadline)
                finished = self.sample == len(self.x)
                if not (descent.look() if finished else descent.finite()):
                    descent.back()
                    self._look()
                    self.sample, self._mixed = 0, False
                    self._diverged = (rule, self.epoch, 0)
                    break
                if finished:
                    self._finish_epoch()
                    done += 1
                if not finished or perf_counter() >= deadline:
                    break
        return done

    def one_sample(self) -> int:
        """Make one on-line update with the next sample, whatever the mode is.

        After the last sample the epoch is finished. If the update leads out of the range of
        float64, the network and the sample stay.

        Returns
        -------
        int
            Index of the sample that was used.
        """
        self._commit()
        descent, rule, i = self._descent, self.rule, self.sample
        parameters, velocity = descent.parameters.copy(), descent.velocity
        with np.errstate(over="ignore", invalid="ignore"):
            descent.step(rule, i, i + 1)
            if not descent.look():
                descent.take(parameters, velocity)
                self._diverged = (rule, self.epoch, i)
                return i
            self.sample = i + 1
            self._mixed |= rule.mode != "online"
            if self.sample == len(self.x):
                self._finish_epoch()
        return i

    def go_to(self, epoch: int) -> None:
        """Go back, or forward again, to the end of an epoch: weights and velocity as they were.

        `rule` stays what it is. Nothing is forgotten until the training goes on from there, but
        an unfinished epoch.

        Raises
        ------
        ValueError
            If `epoch` is not one from `first` to `last`.
        """
        wanted = as_number(epoch, "epoch")
        if not (wanted.is_integer() and self.first <= wanted <= self.last):
            raise ValueError(
                f"epoch is {epoch!r}, but expected a whole number from {self.first} to {self.last}"
            )
        descent = self._descent
        moment = self._moments[bisect_right(self._moments, wanted, key=lambda m: m.epoch) - 1]
        here = self.epoch
        if self.sample or not moment.epoch <= here <= wanted:
            descent.take(moment.parameters, moment.velocity)
            here = moment.epoch
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(int(wanted) - here):
                descent.epoch(moment.rule)
        self._look()
        descent.keep()
        self.epoch, self.sample, self._mixed = int(wanted), 0, False
        self._network = None

    def curve(self, x: ArrayLike | None = None, t: ArrayLike | None = None) -> tuple[Array, Array]:
        """E at moments spread evenly over the training, of another set of samples if given.

        Each is computed once; for one other set at a time.

        Returns
        -------
        epochs, errors : (n,) arrays
            From the first moment to the last one that is kept, at most 1,002.

        Raises
        ------
        ValueError
            If the samples do not fit the network.
        """
        every = self._stride
        while (self.last - self.first) // every > MOST_POINTS:
            every *= 2
        kept = self._moments
        chosen = [m for m in kept if not m.epoch % every or m is kept[0] or m is kept[-1]]
        epochs = np.array([m.epoch for m in chosen], float)
        if x is None or t is None:
            return epochs, np.array([m.error for m in chosen])
        x, t = teacher_set(self._descent.net, x, t)
        other = self._other
        if not (np.array_equal(other.x, x) and np.array_equal(other.t, t)):
            self._other = other = _Descent(self._descent.net, x, t)
            for moment in kept:
                moment.check = None
        with np.errstate(over="ignore", invalid="ignore"):
            for moment in chosen:
                if moment.check is None:
                    other.take(moment.parameters, None)
                    other.look()
                    moment.check = other.error
        return epochs, np.array([m.check for m in chosen])

    def _look(self) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            self._descent.look()

    def _commit(self) -> None:
        """Training goes on from here: forget what came later, and note the rule if it is new."""
        self._diverged = self._network = None
        if self.last > self.epoch:
            self.last = self.epoch
            while self._moments[-1].epoch > self.epoch:
                self._moments.pop()
        latest = self._moments[-1]
        if latest.rule == self.rule:
            return
        if self.sample:
            self._mixed = True
        elif latest.epoch == self.epoch:
            latest.rule, latest.pinned = self.rule, True
        else:
            self._remember(pinned=True)

    def _finish_epoch(self) -> None:
        self._descent.keep()
        self.epoch += 1
        self.last = self.epoch
        self.sample = 0
        if self._mixed or not self.epoch % self._stride:
            self._remember(pinned=self._mixed)
            self._mixed = False

    def _remember(self, pinned: bool) -> None:
        d = self._descent
        self._moments.append(
            _Moment(self.epoch, d.parameters.copy(), d.velocity, self.rule, d.error, pinned)
        )
        if len(self._moments) <= self._most:
            return
        if 2 * sum(m.pinned for m in self._moments) > self._most:
            del self._moments[: self._most // 2]  # the rule has been changed thousands of times
            return
        self._stride *= 2
        self._moments = [m for m in self._moments if m.pinned or not m.epoch % self._stride]


@dataclass(slots=True)
class _Moment:
    """What is kept of the end of an epoch; `rule` is that of the epochs after it."""

    epoch: int
    parameters: Array
    velocity: Array | None
    rule: Rule
    error: float
    pinned: bool  # the rule changes here: what follows cannot be computed from any earlier moment
    check: float | None = None


class _Descent:
    """A network on its way down, changed in place; knows what to do, but not what was asked."""

    def __init__(self, net: Network, x: Array, t: Array) -> None:
        self.net, self.x, self.t = net, x, t
        # All weights and biases side by side in one vector, so that an update is one subtraction.
        self.parameters = np.concatenate([*net.weights, *net.biases], axis=None)
        self.weights, self.biases = _split(self.parameters, net)
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


def _split(parameters: Array, net: Network) -> tuple[list[Array], list[Array]]:
    """View a vector of parameters as the network's weights and biases."""
    shapes = [array.shape for array in (*net.weights, *net.biases)]
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    parts = np.split(parameters, ends)
    views = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    return views[: len(net.weights)], views[len(net.weights) :]
