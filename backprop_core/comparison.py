"""Train one network with several learning rates side by side, and see what becomes of each.

>>> net = Network.from_weights([[[0.0]]], activation="identity")
>>> several = Comparison(net, [[1.0]], [[2.0]], Rule(), [0.001, 0.5, 1.99, 1e200], epochs=20)
>>> several.run(seconds=60)
False
>>> [(fate.h, fate.kind) for fate in several.fates()]
[(0.001, 'creeps'), (0.5, 'best'), (1.99, 'overshoots'), (1e+200, 'diverges')]
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.descent import Rule
from backprop_core.network import Network, whole_number
from backprop_core.trainer import Trainer

__all__ = ["Comparison", "Fate"]

AS_GOOD = 2.0  # times the smallest E: what ends there has done about as well as the best
NOTHING = 1e-6  # share of the first E, below which E is as good as 0
RESTLESS = 0.05  # share of epochs in which E rises, from which on it jumps about
FALLING = 0.01  # share of E lost in the last fifth, from which on it is still on its way
ROUNDS = 200  # in which all trainings take turns, so that none is far ahead of the others


@dataclass(frozen=True)
class Fate:
    """What has become of a training with one learning rate.

    Attributes
    ----------
    h : float
    kind : {"best", "good", "creeps", "stays", "overshoots", "diverges"}
        "good": its E is at most twice that of the best, or next to nothing. "creeps": E is larger
        and still falling, "stays": E does not fall any more, "overshoots": E rises time and again,
        or ends where it is larger than it was to begin with.
    error : float
        E per sample at the end.
    epoch : int
        Finished epochs, or the one whose update leads out of the range of float64.
    """

    h: float
    kind: str
    error: float
    epoch: int


class Comparison:
    """Trainings that differ in the learning rate alone: same weights, same teacher set.

    Parameters
    ----------
    net : Network
        Where all of them begin.
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set.
    rule : Rule
        How all of them learn, apart from h.
    rates : sequence of float
        The learning rates.
    epochs : int
        How long each is to be trained, 1 or more.

    Raises
    ------
    ValueError
        If the teacher set does not fit the network, or a rate or `epochs` is impossible.
    """

    def __init__(
        self,
        net: Network,
        x: ArrayLike,
        t: ArrayLike,
        rule: Rule,
        rates: Sequence[float],
        epochs: int,
    ) -> None:
        self.epochs = whole_number(epochs, "epochs", least=1)
        self.trainers = tuple(Trainer(net, x, t, replace(rule, h=h)) for h in rates)
        self._samples = len(self.trainers[0].x) if self.trainers else 1
        self._mark = 0  # the epoch that all run to before any goes beyond it

    @property
    def epoch(self) -> int:
        """Epochs that all have finished, but those that have diverged."""
        return min((t.epoch for t in self._able()), default=self.epochs)

    def run(self, seconds: float) -> bool:
        """Train for some time, all in turn; False if there is nothing left to do."""
        deadline = perf_counter() + seconds
        while (left := deadline - perf_counter()) > 0:
            behind = [t for t in self._able() if t.epoch < self._mark]
            if behind:
                behind[0].run(self._mark - behind[0].epoch, seconds=left)
            elif self._mark < self.epochs and self._able():
                step = max(1, self.epochs // ROUNDS)
                self._mark = min(self.epochs, self._mark + step)
            else:
                return False
        return True

    def curves(self) -> list[tuple[Array, Array]]:
        """For each rate: epochs, and E per sample at each of them."""
        curves = (trainer.curve() for trainer in self.trainers)
        return [(epochs, errors / self._samples) for epochs, errors in curves]

    def fates(self) -> tuple[Fate, ...]:
        """What has become of each so far."""
        able = self._able()
        best = min(able, key=lambda t: t.error, default=None)
        return tuple(self._fate(trainer, best) for trainer in self.trainers)

    def _able(self) -> list[Trainer]:
        return [t for t in self.trainers if t.diverged_at is None]

    def _fate(self, trainer: Trainer, best: Trainer | None) -> Fate:
        h, error = trainer.rule.h, trainer.error / self._samples
        if trainer.diverged_at is not None:
            return Fate(h, "diverges", error, trainer.diverged_at)
        if trainer is best:
            kind = "best"
        else:
            errors = trainer.curve()[1]
            enough = max(AS_GOOD * (best or trainer).error, NOTHING * float(errors[0]))
            kind = "good" if trainer.error <= enough else _shape(errors)
        return Fate(h, kind, error, trainer.epoch)


def _shape(errors: Array) -> str:
    """How E runs that does not end low enough."""
    errors = errors[[isfinite(e) for e in errors]]
    if len(errors) < 2:
        return "stays"
    rises = np.count_nonzero(np.diff(errors) > 1e-9 * errors[0]) / (len(errors) - 1)
    if rises > RESTLESS or errors[-1] > errors[0]:
        return "overshoots"
    before = errors[-1 - max(1, len(errors) // 5)]
    return "creeps" if errors[-1] < (1 - FALLING) * before else "stays"
