"""Compute a pass in which something goes wrong: at each place, a mistake's formula may step in.

`passes` does one pass for many sets of mistakes at once, a row of each array for each set. Without
mistakes, each line is the engine's: see `backprop_core.backprop`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backprop_core._types import Array
from backprop_core.activations import Activation
from backprop_core.diagnosis.place import Place, Places
from backprop_core.diagnosis.task import BACKWARD, UPDATED, Task

__all__ = ["STAGES", "At", "Mistake", "Rows", "Slip", "passes"]

Rows = NDArray[np.intp]

# What a formula may stand in for, in the order in which a pass comes to it.
STAGES = (
    "weight",  # of an input on the way forward; the last one of a neuron is its bias
    "output",  # g(r)
    "difference",  # y − t
    "error",  # E
    "slope",  # g′(r)
    "input",  # to a weight, the last factor of its gradient
    "sum",  # of the samples' gradients
    "path",  # weight on the way back
    "step",  # h · ∂E/∂w
    "answer",  # the number that is asked for
    "carried",  # each number, before the next one is computed from it
)


@dataclass(frozen=True)
class Mistake:
    """Something that goes wrong: one formula, one sentence, one hint.

    Attributes
    ----------
    key : str
    stage : str
        One of `STAGES`: what the formula stands in for.
    places : callable
        From a task, where it can happen.
    formula : callable
        What is computed instead, from what is known there; see `At`.
    sentence : str
        What happened: goes on after "It looks as if". In braces, `where` and `instead` of the place
        and the `name` of what was asked for.
    hint : str
        What to look at, or do instead; with the same braces.
    common : int
        3 for what happens every day, 2 for what happens, 1 for what is rare.
    rounds : bool
        Whether only digits are lost.
    """

    key: str
    stage: str
    places: Callable[[Task], Places]
    formula: Callable[["At"], Array]
    sentence: str
    hint: str
    common: int = 2
    rounds: bool = False


@dataclass(frozen=True, eq=False)
class Slip:
    """A mistake at one place."""

    mistake: Mistake
    place: Place


class At:
    """What is known where a mistake happens. Each array has a row for each pass that it happens in.

    Attributes
    ----------
    right : array
        What would be right there, but for mistakes before; see `Place.index` for its shape.
    task : Task
    place : Place
    """

    def __init__(
        self, pass_: "_Pass", k: int, rows: Rows, right: Array, place: Place, whole: Array
    ) -> None:
        self._pass, self._k, self._rows = pass_, k, rows
        self.right, self.place, self.task = right, place, pass_.task
        self._whole = whole

    def _here(self, layers: Sequence[Array]) -> Array:
        return layers[self._k][(self._rows, *self.place.index)]

    def _node(self, layers: Sequence[Array], k: int, n: int) -> Array:
        return layers[k][self._rows][:, :, n]

    @property
    def other(self) -> int:
        """`Place.other`."""
        return self.place.other

    @property
    def whole(self) -> Array:
        """All of the layer of which `right` is a part."""
        return self._whole[self._rows]

    @property
    def g(self) -> Activation:
        """The layer's activation."""
        return self.task.network.activations[self._k]

    @property
    def r(self) -> Array:
        """The input sums."""
        return self._here(self._pass.r)

    @property
    def output(self) -> Array:
        """The outputs g(r)."""
        return self._here(self._pass.outputs)

    @property
    def y(self) -> Array:
        """The network's outputs, (rows, M, N_L)."""
        return self._pass.outputs[-1][self._rows]

    @property
    def t(self) -> Array:
        """The targets, (M, N_L)."""
        return self._pass.t

    @property
    def gradient(self) -> Array:
        """∂E/∂w of these weights."""
        return self._pass.gradients[self._k][:, :-1][(self._rows, *self.place.index)]

    @property
    def before(self) -> Array:
        """The weights of the layer before, (N_{k-1}, N_k)."""
        return self.task.network.weights[self._k - 1]

    @property
    def difference(self) -> Array:
        """y − t of the sample asked for, (rows, N_L)."""
        return self._pass.difference[self._rows][:, self.task.quantity.sample]

    @property
    def each(self) -> Array:
        """∂E/∂w of each sample, (rows, M, N_k + 1, N_{k+1})."""
        return self._pass.each[self._rows]

    @property
    def h(self) -> float:
        """The learning rate."""
        return self.task.h

    @property
    def weight(self) -> float:
        """The weight, or bias, that is asked for."""
        return self.task.network.parameter(*self.task.nodes)

    @property
    def input_sum(self) -> Array:
        """The input sum of the neuron whose output is the input to the weight, (rows, M)."""
        k, a, _ = self.task.parameter
        return self._node(self._pass.r, k - 1, a)

    @property
    def output_behind(self) -> Array:
        """The output of the neuron that the weight leads to, (rows, M)."""
        k, _, b = self.task.parameter
        return self._node(self._pass.outputs, k, b)

    @property
    def input_beside(self) -> Array:
        """Another input of the same neuron, (rows, M)."""
        return self._node(self._pass.given, self.task.parameter[0], self.other)

    def asked(
        self, kind: str = "", *, sample: int | None = None, beside: int | None = None
    ) -> Array:
        """The number asked for, (rows,): of another kind, another sample or another neuron."""
        return self._pass.pick(kind or self.task.quantity.kind, sample, beside)[self._rows]


def passes(task: Task, slips: Sequence[Slip], rows: Rows) -> Array:
    """What comes out as the answer to a task, for each set of mistakes.

    Parameters
    ----------
    task : Task
    slips : sequence of Slip
        Where two happen at the same place, the later one finds what the earlier one left.
    rows : (R, any) array of int
        For each set, which of the `slips` happen; −1 for none.

    Returns
    -------
    (R,) array
        NaN or infinite where numbers leave the range of float64.
    """
    return _Pass(task, slips, rows).answers


class _Pass:
    """The numbers of a pass; the first axis of each array counts the sets of mistakes."""

    def __init__(self, task: Task, slips: Sequence[Slip], rows: Rows) -> None:
        self.task, self.count = task, len(rows)
        self.x, self.t = task.forward.x, np.array(task.t)
        self._slips: dict[str, list[tuple[Slip, Rows]]] = defaultdict(list)
        for number, slip in enumerate(slips):
            happens = np.nonzero(np.any(rows == number, axis=1))[0]
            if len(happens):
                self._slips[slip.mistake.stage].append((slip, happens))
        self._found: dict[tuple[str, int], Array] = {}
        with np.errstate(all="ignore"):
            self._forward()
            if task.quantity.kind in BACKWARD:
                self._backward()
            self.answers = self._slip("answer", 0, self.pick(task.quantity.kind).copy())

    def _slip(self, stage: str, k: int, right: Array) -> Array:
        """Let mistakes step in: `right`, a fresh array, is changed in their rows."""
        for slip, rows in self._slips.get(stage, ()):
            place = slip.place
            if place.layer is None or place.layer == k:
                where = (rows, *place.index)
                here = At(self, k, rows, right[where], place, right)
                right[where] = slip.mistake.formula(here)
        return right

    def _carried(self, kind: str, k: int, values: Array) -> Array:
        """Keep numbers as they may be asked for; hand on what later ones are computed from."""
        self._found[kind, k] = values
        return self._slip("carried", k, values.copy()) if "carried" in self._slips else values

    def _fresh(self, values: Array) -> Array:
        """The same in all rows."""
        return np.repeat(values[np.newaxis], self.count, axis=0)

    @cached_property
    def _weights(self) -> list[Array]:
        """Weights with the biases as a last row: a bias is the weight of an input 1."""
        net = self.task.network
        return [np.vstack([w, b]) for w, b in zip(net.weights, net.biases, strict=True)]

    def _forward(self) -> None:
        net = self.task.network
        self.r: list[Array] = []
        self.outputs: list[Array] = []
        self.given = [_with_ones(self._fresh(self.x))]
        for k, activation in enumerate(net.activations):
            weights = self._slip("weight", k, self._fresh(self._weights[k]))
            self.r.append(self._carried("r", k, self.given[-1] @ weights))
            output = self._slip("output", k, activation.g(self.r[-1].copy()))
            self.outputs.append(self._carried("output", k, output))
            self.given.append(_with_ones(self.outputs[-1]))
        self.difference = self._slip("difference", len(self.r) - 1, self.outputs[-1] - self.t)
        squares = 0.5 * np.sum(self.difference**2, axis=2)[:, self.task.quantity.sample]
        self.error = self._slip("error", len(self.r) - 1, squares)

    def _backward(self) -> None:
        net, textbook = self.task.network, self.task.convention == "sum"
        self.gradients: list[Array] = [np.empty(0)] * len(net.weights)
        delta = self.difference
        for k in range(len(net.weights) - 1, -1, -1):
            slope = net.activations[k].slope_at(self.r[k], self.outputs[k])
            slope = self._slip("slope", k, np.array(self._carried("slope", k, slope)))
            self._found["delta", k] = delta
            delta = delta if textbook else self._carried("delta", k, delta)
            delta_r = self._found["delta_r", k] = delta * slope  # chain rule through g
            delta_r = self._carried("delta_r", k, delta_r) if textbook else delta_r
            given = np.repeat(self.given[k][..., np.newaxis], delta.shape[2], axis=3)
            self.each = delta_r[:, :, np.newaxis] * self._slip("input", k, given)
            total = self._slip("sum", k, self.each.sum(axis=1))
            self.gradients[k] = self._carried("gradient", k, total)
            if k:
                through = self._slip("path", k, self._fresh(net.weights[k]))
                delta = delta_r @ through.swapaxes(1, 2)  # along every path back

    @cached_property
    def steps(self) -> Array:
        """h · ∂E/∂w of the layer asked for."""
        k = self.task.parameter[0]
        return self._slip("step", k, self.task.h * self.gradients[k])

    def pick(self, kind: str, sample: int | None = None, beside: int | None = None) -> Array:
        """A quantity of the node or edge that is asked for, or of a neuron beside."""
        task = self.task
        i = task.quantity.sample if sample is None else sample
        if kind == "error":
            if sample is None:
                return self.error
            return 0.5 * np.sum(self.difference[:, i] ** 2, axis=1)
        if kind in ("gradient", "step", *UPDATED):
            k, a, b = task.parameter
            b = b if beside is None else beside
            if kind == "gradient":
                return self._found[kind, k][:, a, b]
            if kind == "step":
                return self.steps[:, a, b]
            return self._weights[k][a, b] - self.steps[:, a, b]
        k, n = task.network.neuron(*task.nodes)
        n = n if beside is None else beside
        if kind == "slope":
            return task.network.activations[k].slope_at(self.r[k], self.outputs[k])[:, i, n]
        return self._found[kind, k][:, i, n]


def _with_ones(outputs: Array) -> Array:
    """Outputs, and the 1 that a bias is multiplied by."""
    return np.concatenate([outputs, np.ones((*outputs.shape[:2], 1))], axis=2)
