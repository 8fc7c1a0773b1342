"""Train a network bit by bit: pause, look back on any epoch, and go on from there."""

from bisect import bisect_right
from dataclasses import dataclass
from math import inf, isfinite
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import teacher_set
from backprop_core.descent import Descent, Rule
from backprop_core.network import Network, as_number, whole_number

__all__ = ["Trainer"]

# Of what a training keeps to go back to: so many that from one to the next takes far below 50 ms.
MOST_MOMENTS = 4_000
MOST_BYTES = 16_000_000
MOST_POINTS = 1_000  # of a curve: a screen has no more pixels for it


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
        self._descent = descent = Descent(net, self.x, self.t)
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
        self._other = Descent(net, self.x, self.t)
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
            self._other = other = Descent(self._descent.net, x, t)
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
