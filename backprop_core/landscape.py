"""See E as a landscape over one or two weights, and walk down in it.

All other weights and biases stay as they are, so that what is left can be drawn: a curve over one
weight, level lines over two, and the path that gradient descent takes there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.backprop import learning_rate, sweep_backward, sweep_forward, teacher_set
from backprop_core.network import Network, as_array, whole_number

__all__ = ["Course", "Landscape", "Path", "course", "shuffled"]

Place = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Path:
    """Where gradient descent went.

    Attributes
    ----------
    points : (n + 1, k) array
        The k moving parameters before the first update and after each of the n. Shorter if E left
        the range of float64: it then ends with the last place where E is finite, and is empty if
        there is none.
    errors : (n + 1,) array
        E over the whole teacher set there.
    gradients : (n, k) array
        The gradient that each update took: of the whole teacher set, or on-line of one sample.
    """

    points: Array
    errors: Array
    gradients: Array


@dataclass(frozen=True)
class Course:
    """How a descent went, judged by its numbers alone.

    Attributes
    ----------
    kind : {"arrives", "creeps", "overshoots", "worse", "diverges"}
        E came to its lowest; fell, but not so far; neither came so far nor fell straight down, but
        rose in between or jumped to and fro; ended higher than it began; rose with each update, or
        out of the range of float64.
    arrival : int or None
        The update from which on E was at its lowest, within a hundredth of the way down.
    rises : int
        How many updates made E larger.
    turns : int
        How many updates went back against the one before, until it arrived.
    share : float
        How much of the way down was done: 1 at the lowest E, below 0 where it is worse than before.
    """

    kind: str
    arrival: int | None
    rises: int
    turns: int
    share: float


def course(path: Path, updates: int, lowest: float) -> Course:
    """Judge a descent that was to take so many updates, where E could come down to `lowest`.

    Examples
    --------
    >>> net = Network.from_weights([[[0.0]]], activation="identity")
    >>> valley = Landscape.of(net, [[1.0]], [[2.0]], "weight-x1-f1")
    >>> [course(valley.descend([0.0], h, 30), 30, 0.0).kind for h in (0.01, 0.8, 1.97, 2.1)]
    ['creeps', 'arrives', 'overshoots', 'diverges']
    """
    errors = path.errors
    if not len(errors):
        return Course("diverges", None, 0, 0, 0.0)
    way = float(errors[0] - lowest)
    share = float(errors[0] - errors[-1]) / way if way > 0 else 1.0
    rises = int(np.count_nonzero(np.diff(errors) > 1e-12 * errors[0]))  # and not by rounding
    if len(errors) <= updates or rises == updates > 0:
        return Course("diverges", None, rises, _turns(path.points), share)
    near = max(0.01 * way, 5e-4 * lowest)  # who starts at the lowest to three digits is there
    outside = np.flatnonzero(errors - lowest > near)
    arrival = int(outside[-1]) + 1 if len(outside) else 0
    if arrival < len(errors):
        return Course("arrives", arrival, rises, _turns(path.points[: arrival + 1]), share)
    turns = _turns(path.points)
    restless = rises or turns > updates / 4
    kind = "worse" if share < 0 else "overshoots" if restless else "creeps"
    return Course(kind, None, rises, turns, share)


def _turns(points: Array) -> int:
    moves = np.diff(points, axis=0)
    return int(np.count_nonzero((moves[1:] * moves[:-1]).sum(axis=1) < 0))


@dataclass(frozen=True, eq=False)
class Landscape:
    """E of a network as a few of its weights and biases move (Section "Training").

    Attributes
    ----------
    net : Network
    x, t : (M, N_0) and (M, N_L) arrays
        The teacher set.
    slots : tuple of str
        The k parameters that move: ``"weight-f1-f3"`` or ``"bias-f3"``.
    places : tuple of (int, tuple of int)
        Where they stand: in which of the arrays, weights first, then biases; and where in it.

    Examples
    --------
    >>> net = Network.from_weights([[[0.0]]], activation="identity")
    >>> valley = Landscape.of(net, [[1.0]], [[2.0]], "weight-x1-f1")
    >>> valley.errors([0.0, 1.0, 2.0]).tolist()
    [2.0, 0.5, 0.0]
    >>> valley.descend([0.0], h=0.5, epochs=2).points.tolist()
    [[0.0], [1.0], [1.5]]
    """

    net: Network
    x: Array
    t: Array
    slots: tuple[str, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, net: Network, x: ArrayLike, t: ArrayLike, *slots: str) -> "Landscape":
        """The landscape over these slots.

        Raises
        ------
        ValueError
            If the teacher set does not fit the network, or a slot names no weight or bias of it,
            or none or one slot is named twice.
        """
        if not slots or len(set(slots)) < len(slots):
            raise ValueError(f"slots is {slots!r}, but expected one or more, each of them once")
        x, t = teacher_set(net, x, t)
        return cls(net, x, t, slots, tuple(_place(net, slot) for slot in slots))

    @property
    def here(self) -> tuple[float, ...]:
        """Where the network itself stands."""
        arrays = (*self.net.weights, *self.net.biases)
        return tuple(float(arrays[k][at]) for k, at in self.places)

    def errors(self, *values: ArrayLike) -> Array:
        """E where the parameters have these values.

        Parameters
        ----------
        *values : arrays of one shape, or of shapes that NumPy broadcasts to one
            For each slot its values.

        Returns
        -------
        array of that shape

        Raises
        ------
        ValueError
            If there is not one array for each slot, or a value is not a finite number.
        """
        if len(values) != len(self.slots):
            raise ValueError(
                f"values has {len(values)} arrays, but expected {len(self.slots)}: "
                f"one for each of {', '.join(self.slots)}"
            )
        spread = np.broadcast_arrays(*(as_array(v, f"values[{n}]") for n, v in enumerate(values)))
        # One network for each place: all of them go through the sweep at once, as a stack.
        layers = len(self.net.weights)
        arrays = [*self.net.weights, *self.net.biases]
        for (k, at), there in zip(self.places, spread, strict=True):
            plain = self.net.weights[k] if k < layers else self.net.biases[k - layers]
            if arrays[k].ndim == plain.ndim:
                arrays[k] = np.repeat(plain[np.newaxis], there.size, axis=0)
            every: tuple[slice | int, ...] = (slice(None), *at)
            arrays[k][every] = there.ravel()
        biases = [b[:, np.newaxis] if b.ndim == 2 else b for b in arrays[layers:]]
        with np.errstate(over="ignore", invalid="ignore"):
            _, outputs = sweep_forward(arrays[:layers], biases, self.net.activations, self.x)
            difference = outputs[-1] - self.t
            total = 0.5 * np.einsum("smn,smn->s", difference, difference)
        return np.asarray(total.reshape(spread[0].shape))

    def gradient(self, *place: float) -> Array:
        """∂E/∂(each slot's parameter) where they have these values, summed over the samples."""
        arrays = self._arrays(place)
        return self._gradient(arrays, self.x, self.t)

    def descend(
        self,
        start: ArrayLike,
        h: float,
        epochs: int,
        orders: Sequence[Sequence[int]] | None = None,
    ) -> Path:
        """Repeat w ← w − h · ∂E/∂w for the parameters that move.

        Parameters
        ----------
        start : (k,) array
            Where to begin, in the order of the slots.
        h : float
            Learning rate, greater than 0.
        epochs : int
            How many times the teacher set is gone through.
        orders : sequence of sequences of int, optional
            On-line: for each epoch the samples, from 0, in their order, with an update after each
            of them. Left out: batch, one update an epoch from the sum over all samples.

        Raises
        ------
        ValueError
            If `h` or `epochs` is impossible, or `start` or `orders` does not fit.
        """
        h = learning_rate(h)
        epochs = whole_number(epochs, "epochs", least=0)
        place = np.array(as_array(start, "start"))
        expected = (len(self.slots),)
        if place.shape != expected:
            raise ValueError(f"start has the shape {place.shape}, but expected {expected}")
        batches = [(self.x, self.t)] * epochs
        if orders is not None:
            self._check_orders(orders, epochs)
            batches = [(self.x[i : i + 1], self.t[i : i + 1]) for order in orders for i in order]

        arrays = self._arrays(place)
        points = [place.copy()]
        gradients: list[Array] = []
        with np.errstate(over="ignore", invalid="ignore"):
            for x, t in batches:
                gradient = self._gradient(arrays, x, t)
                place -= h * gradient
                if not np.isfinite(place).all():
                    break
                points.append(place.copy())
                gradients.append(gradient)
                for (k, at), value in zip(self.places, place, strict=True):
                    arrays[k][at] = value
            errors = self.errors(*np.array(points).T)
        lost = np.flatnonzero(~np.isfinite(errors))
        end = int(lost[0]) if len(lost) else len(points)
        taken = np.array(gradients[: max(end - 1, 0)]).reshape(-1, len(self.slots))
        return Path(np.array(points[:end]), errors[:end], taken)

    def _check_orders(self, orders: Sequence[Sequence[int]], epochs: int) -> None:
        if len(orders) != epochs:
            raise ValueError(
                f"orders has {len(orders)} entries, but expected {epochs}: one for each epoch"
            )
        for n, order in enumerate(orders):
            if not all(i in range(len(self.x)) for i in order):
                raise ValueError(
                    f"orders[{n}] is {order!r}, "
                    f"but expected numbers of samples from 0 to {len(self.x) - 1}"
                )

    def _arrays(self, place: Sequence[float] | Array) -> list[Array]:
        """The network's weights, then its biases, with the parameters at this place."""
        arrays = [np.array(array) for array in (*self.net.weights, *self.net.biases)]
        for (k, at), value in zip(self.places, place, strict=True):
            arrays[k][at] = value
        return arrays

    def _gradient(self, arrays: list[Array], x: Array, t: Array) -> Array:
        layers = len(self.net.weights)
        weights, activations = arrays[:layers], self.net.activations
        with np.errstate(over="ignore", invalid="ignore"):
            sums, outputs = sweep_forward(weights, arrays[layers:], activations, x)
            of_weights, of_biases, _, _ = sweep_backward(weights, activations, sums, outputs, t)
        gradients = of_weights + of_biases
        return np.array([gradients[k][at] for k, at in self.places])


def shuffled(samples: int, epochs: int, seed: int = 0) -> list[list[int]]:
    """The samples in another random order for each epoch, the same ones for the same `seed`.

    Examples
    --------
    >>> [sorted(order) for order in shuffled(3, epochs=2)]
    [[0, 1, 2], [0, 1, 2]]
    """
    rng = np.random.default_rng(seed)
    return [rng.permutation(samples).tolist() for _ in range(epochs)]


def _place(net: Network, slot: str) -> Place:
    """Where a slot's parameter stands: in which array, weights first, then biases; and where."""
    kind, *nodes = slot.split("-")
    if kind == "weight" and len(nodes) == 2:
        k, a, b = net.edge(*nodes)
        return k, (a, b)
    if slot in net.slots:
        k, n = net.places[nodes[0]]
        return len(net.weights) + k - 1, (n,)
    raise ValueError(f"slot is {slot!r}, but expected one such as 'weight-x1-f1' or 'bias-f1'")
