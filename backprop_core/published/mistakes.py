"""Make the mistakes that publications make, and see which of their numbers come out.

Each mistake is one place of the way back that is changed, or a habit of whoever computed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from backprop_core._types import Array
from backprop_core.activations import Activation
from backprop_core.backprop import sweep_backward, sweep_forward
from backprop_core.published.example import WorkedExample
from backprop_core.quantity import Quantity
from backprop_core.slips import already_updated, left_out

__all__ = ["MISTAKES", "Mistake", "Moment", "Run"]

Paths = Callable[[Array, Array, float], Array]


@dataclass(frozen=True)
class Mistake:
    """Something that goes wrong.

    Attributes
    ----------
    words : str
        What happens then; the end of a sentence that begins with "when".
    column : str
        In a few words, for the head of a column.
    paths : callable, optional
        The weights that the error is sent back through, from (weights, gradient, h).
    carries : bool
        Whether printed digits are what the next number is computed from.
    early : bool
        Whether the last update is still missing; `compare` sees to that.
    """

    words: str
    column: str
    paths: Paths | None = None
    carries: bool = False
    early: bool = False


MISTAKES: dict[str, Mistake] = {
    "updated-weights-first": Mistake(
        "the error is sent back through weights that are already updated, "
        "not through those that made the answer",
        "updated weights first",
        paths=already_updated,
    ),
    "path-weights-left-out": Mistake(
        "the weights along the paths are left out on the way back",
        "path weights left out",
        paths=lambda weights, gradient, h: left_out(weights),
    ),
    "rounded-on-the-way": Mistake(
        "each number is rounded as it is printed before the next one is computed from it",
        "rounded on the way",
        carries=True,
    ),
    "one-update-early": Mistake(
        "the number is taken before the last update instead of after it",
        "one update early",
        early=True,
    ),
}


@dataclass(frozen=True)
class Moment:
    """All numbers of one pass of one sample; the arrays are as in `Forward` and `Gradient`."""

    r: Sequence[Array]
    outputs: Sequence[Array]
    weights: Sequence[Array]
    biases: Sequence[Array]
    deltas: Sequence[Array]
    deltas_r: Sequence[Array]


Carry = Callable[[str, int, Array], Array]


def _as_computed(kind: str, layer: int, values: Array) -> Array:
    return values


def pass_with(
    weights: Sequence[Array],
    biases: Sequence[Array],
    activations: Sequence[Activation],
    x: Array,
    t: Array,
    h: float,
    paths: Sequence[Paths],
    carry: Carry = _as_computed,
) -> Moment:
    """One pass with mistakes; without any, what `sweep_forward` and `sweep_backward` find.

    Parameters
    ----------
    weights, biases, activations : of the network
    x, t : (1, N_0) and (1, N_L) arrays
    h : float
    paths : sequence of callables
        As in `Mistake`, one after the other.
    carry : callable
        ``carry(kind, layer, values)``: what later numbers are computed from.
    """
    r, outputs, sums, given = [], [], [], [x]
    for k, (w, b, activation) in enumerate(zip(weights, biases, activations, strict=True)):
        r.append(given[-1] @ w + b)
        sums.append(carry("r", k, r[-1]))
        outputs.append(activation.g(sums[-1]))
        given.append(carry("output", k, outputs[-1]))
    w_gradients, b_gradients, deltas, deltas_r = [], [], [], []
    delta = given[-1] - t
    for k in range(len(weights) - 1, -1, -1):
        deltas.append(delta)
        deltas_r.append(delta * activations[k].slope_at(sums[k], given[k + 1]))
        told = carry("delta_r", k, deltas_r[-1])
        w_gradients.append(given[k].T @ told)
        b_gradients.append(told[0])
        through = weights[k]
        for path in paths:
            through = path(through, w_gradients[-1], h)  # here it goes wrong
        delta = told @ through.T
    return Moment(r, outputs, w_gradients[::-1], b_gradients[::-1], deltas[::-1], deltas_r[::-1])


class Run:
    """All numbers of an example, right or with mistakes, computed when asked for.

    Parameters
    ----------
    example : WorkedExample
    mistakes : sequence of str
        Keys of `MISTAKES`, made together.

    Examples
    --------
    >>> from backprop_core.published import examples
    >>> chapter = examples()[1]
    >>> w = Quantity("weight", ("x2", "f1"), after=1)
    >>> round(Run(chapter).value(w), 9), round(Run(chapter, ["updated-weights-first"]).value(w), 9)
    (0.79761096, 0.797831341)
    """

    def __init__(self, example: WorkedExample, mistakes: Sequence[str] = ()) -> None:
        self._example, self._net = example, example.network
        made = [MISTAKES[name] for name in mistakes]
        self._paths = tuple(mistake.paths for mistake in made if mistake.paths)
        self._carries = any(mistake.carries for mistake in made)
        self._right = not self._paths and not self._carries
        self._samples = [
            (np.array([x], dtype=np.float64), np.array([t], dtype=np.float64))
            for x, t in example.samples
        ]
        self._after: dict[int, tuple[list[Array], list[Array]]] = {
            0: (list(self._net.weights), list(self._net.biases))
        }
        self._moment = lru_cache(maxsize=16)(self._pass)

    def value(self, quantity: Quantity) -> float:
        """A quantity; NaN or infinite where numbers have left the range of float64."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return quantity.sign * self._find(quantity)

    def _find(self, quantity: Quantity) -> float:
        kind, nodes = quantity.kind, quantity.nodes
        after = quantity.after
        if kind in ("weight", "bias"):
            weights, biases = self._parameters(after)
            return self._parameter(weights, biases, nodes)
        if kind == "derivative":
            return self._derivative(quantity, after)
        moment = self._moment(after, quantity.sample)
        if kind == "gradient":
            return self._parameter(moment.weights, moment.biases, nodes)
        if kind in ("error", "E", "difference"):
            difference = (moment.outputs[-1] - self._samples[quantity.sample][1])[0]
            if kind == "error":
                return float(0.5 * difference @ difference)
            one = float(difference[self._output(nodes[0])])
            return one if kind == "difference" else 0.5 * one * one
        if nodes[0].startswith("y"):
            return float(moment.outputs[-1][0, self._output(nodes[0])])
        k, n = self._net.neuron(nodes[0])
        if kind == "slope":
            slopes = self._net.activations[k].slope_at(moment.r[k], moment.outputs[k])
            return float(slopes[0, n])
        values = {
            "r": moment.r,
            "output": moment.outputs,
            "delta": moment.deltas,
            "delta_r": moment.deltas_r,
        }[kind]
        return float(values[k][0, n])

    def _derivative(self, quantity: Quantity, after: int) -> float:
        """∂y/∂w is ∂E/∂w for an error signal of 1 at that output and 0 at the others."""
        y, *nodes = quantity.nodes
        outputs = self._moment(after, quantity.sample).outputs[-1]
        t = outputs.copy()
        t[0, self._output(y)] -= 1.0
        moment = self._swept(after, self._samples[quantity.sample][0], t)
        return self._parameter(moment.weights, moment.biases, nodes)

    def _parameter(
        self, weights: Sequence[Array], biases: Sequence[Array], nodes: Sequence[str]
    ) -> float:
        if len(nodes) == 2:
            k, a, b = self._net.edge(*nodes)
            return float(weights[k][a, b])
        k, n = self._net.neuron(nodes[0])
        return float(biases[k][n])

    @staticmethod
    def _output(y: str) -> int:
        return int(y[1:] or 1) - 1

    # ---- passes and updates ----

    def _pass(self, after: int, sample: int) -> Moment:
        return self._swept(after, *self._samples[sample], sample)

    def _swept(self, after: int, x: Array, t: Array, sample: int = -1) -> Moment:
        weights, biases = self._parameters(after)
        return self._sweep(weights, biases, x, t, (after, sample))

    def _sweep(
        self,
        weights: Sequence[Array],
        biases: Sequence[Array],
        x: Array,
        t: Array,
        when: tuple[int, int],
    ) -> Moment:
        activations = self._net.activations
        if self._right:
            r, outputs = sweep_forward(weights, biases, activations, x)
            return Moment(r, outputs[1:], *sweep_backward(weights, activations, r, outputs, t))
        carry = self._carry(*when) if self._carries else _as_computed
        h = self._example.h
        return pass_with(weights, biases, activations, x, t, h, self._paths, carry)

    def _parameters(self, after: int) -> tuple[list[Array], list[Array]]:
        """Weights and biases after so many on-line updates, the samples taken in turn."""
        if after not in self._after:
            begin = max(count for count in self._after if count < after)
            weights, biases = self._after[begin]
            h, trained = self._example.h, self._example.train_biases
            for count in range(begin, after):
                sample = count % len(self._samples)
                moment = self._sweep(weights, biases, *self._samples[sample], (count, sample))
                weights = [w - h * d for w, d in zip(weights, moment.weights, strict=True)]
                if trained:
                    biases = [b - h * d for b, d in zip(biases, moment.biases, strict=True)]
                if self._carries:
                    weights, biases = self._as_printed(count + 1, weights, biases)
            self._after[after] = weights, biases
        return self._after[after]

    # ---- printed digits, carried on ----

    @cached_property
    def _printed(self) -> Mapping[Quantity, float]:
        """What is printed, by quantity; outputs of the network under the names of their neurons."""
        last = self._net.layers[-1]
        found = {}
        for entry in self._example.published:
            q = entry.quantity
            nodes = q.nodes
            if q.kind == "output" and nodes[0].startswith("y"):
                nodes = (last[self._output(nodes[0])],)
            number = entry.printed.replace("−", "-").replace(",", ".")
            found[Quantity(q.kind, nodes, q.after, q.sample)] = q.sign * float(number)
        return found

    def _carry(self, after: int, sample: int) -> Carry:
        def carry(kind: str, k: int, values: Array) -> Array:
            told = values.copy()
            for n, node in enumerate(self._net.layers[k + 1]):
                told[0, n] = self._printed.get(Quantity(kind, (node,), after, sample), told[0, n])
            return told

        return carry

    def _as_printed(
        self, after: int, weights: Sequence[Array], biases: Sequence[Array]
    ) -> tuple[list[Array], list[Array]]:
        weights, biases = [w.copy() for w in weights], [b.copy() for b in biases]
        for q, number in self._printed.items():
            if q.after == after and q.kind == "weight":
                weights[self._net.edge(*q.nodes)[0]][self._net.edge(*q.nodes)[1:]] = number
            elif q.after == after and q.kind == "bias":
                k, n = self._net.neuron(q.nodes[0])
                biases[k][n] = number
        return weights, biases
