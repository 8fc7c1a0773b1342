"""Ask what each sample wants of a weight, and take one batch update, by any book's rules.

>>> state = State()
>>> state.title, state.in_this_sample
('ŵ₁: a weight of the output layer, A = 1', 'In sample 1 the answer is too high by 0.79; \
it asks ŵ₁ to shrink.')
>>> better = State.of(state.applied().values())
>>> better.error < state.error
True
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import isfinite
from typing import Self

import numpy as np

from backprop_core._types import Array
from backprop_core.conventions import ARTICLE, EVERY, Book, Conventions, parameters, times
from backprop_core.derivations.expressions import Expression, Moment
from backprop_core.equations import format_number
from backprop_core.network import Network
from backprop_core.workbench import Workbench

__all__ = ["FIRST", "SLOTS", "START", "State", "book_of", "words"]

START = Workbench(
    network=Network.from_weights(
        weights=[[[1.5, 1.1, 1.7], [-1.4, -1.2, 1.6]], [[-1.3], [1.8], [1.4]]],
        biases=[[0.2, -0.5, -0.4], [0.8]],
    )
)
SLOTS = parameters(START.network.layers)
FIRST = "weight-f1-f4"


@dataclass(frozen=True, eq=False)
class State:
    """A network at work on its teacher set, a book, a parameter and a sample.

    Attributes
    ----------
    bench : Workbench
        A network of the layers of `START`, and its teacher set.
    h : float
        Learning rate.
    conventions : Conventions
        Those of the book.
    slot : str
        The weight or bias that is asked about: ``"weight-x1-f2"``, ``"bias-f4"``.
    sample : int
        The sample that is looked at, from 0.
    """

    bench: Workbench = START
    h: float = 1.0
    conventions: Conventions = ARTICLE
    slot: str = FIRST
    sample: int = 0

    @classmethod
    def of(
        cls,
        numbers: Iterable[float],
        activation: str = "sigmoid",
        teacher_set: str = "XOR",
        h: float = 1.0,
        conventions: Conventions = ARTICLE,
        slot: str = FIRST,
        sample: int = 0,
    ) -> Self:
        """The state whose network has these weights and biases, in the order of `SLOTS`.

        Raises
        ------
        ValueError
            If one of them is not finite, or there is no such activation or teacher set.
        """
        n_0, n_1 = START.sizes
        given = np.array([*numbers])
        w, b, w_hat, b_hat = np.split(given, np.cumsum([n_0 * n_1, n_1, n_1]))
        network = Network.from_weights(
            [w.reshape(n_0, n_1), w_hat[:, np.newaxis]], [b, b_hat], activation
        )
        bench = replace(START.with_teacher_set(teacher_set), network=network)
        return cls(bench, h, conventions, slot, sample)

    # ---- the book's formulas, and what they yield ----

    @property
    def book(self) -> Book:
        """The book's formulas."""
        return book_of(self.conventions)

    @property
    def article(self) -> Book:
        """The article's formulas."""
        return book_of(ARTICLE)

    @cached_property
    def moment(self) -> Moment:
        """What formulas are evaluated on."""
        return Moment(self.bench.network, self.bench.x, self.bench.t, self.h)

    def per_sample(self, expression: Expression) -> Array:
        """An expression's values, one for each sample."""
        with np.errstate(all="ignore"):  # what is too large to compute says so
            return np.broadcast_to(expression.at(self.moment), len(self.moment.x))

    def here(self, expression: Expression) -> float:
        """An expression's value in the sample that is looked at."""
        return float(self.per_sample(expression)[self.sample])

    def number(self, expression: Expression) -> float:
        """The one value of an expression that has no sample."""
        with np.errstate(all="ignore"):
            return float(np.asarray(expression.at(self.moment)))

    @cached_property
    def error(self) -> float:
        """E as the book has it."""
        return self.number(self.book.error.expression)

    # ---- the parameter that is asked about ----

    @property
    def target(self) -> str:
        """The neuron where the weight ends, or that has the bias."""
        return self.slot.split("-")[-1]

    @property
    def name(self) -> str:
        """The parameter in plain text."""
        return self.name_of(self.slot)

    def name_of(self, slot: str, conventions: Conventions | None = None) -> str:
        """A parameter in plain text, as this book or another one calls it."""
        return words(book_of(conventions or self.conventions).old[slot]).partition(", ")[0]

    @property
    def old(self) -> float:
        """The parameter before the update."""
        return self.number(self.book.old[self.slot])

    @property
    def new(self) -> float:
        """The parameter after the update, with the rate that takes the article's step."""
        return self.number(self.book.updated(self.slot, "own"))

    @property
    def summand(self) -> Expression:
        """What one sample contributes to the sum."""
        return times(self.book.factors(self.slot))

    @property
    def way_back(self) -> tuple[str, ...]:
        """The way of the error from y to the parameter: edges and nodes as class names.

        Examples
        --------
        >>> State(slot="weight-x1-f2").way_back
        ('edge-f4-y', 'node-f4', 'edge-f2-f4', 'node-f2', 'edge-x1-f2')
        """
        out, (*source, target) = self.book.out, self.slot.split("-")[1:]
        way = [f"edge-{out}-y", f"node-{out}"]
        if target != out:
            way += [f"edge-{target}-{out}", f"node-{target}"]
        return (*way, *(f"edge-{a}-{target}" for a in source))

    @property
    def title(self) -> str:
        """Which of the four rules it is, and for which A and B.

        Examples
        --------
        >>> State(slot="bias-f2").title
        'b₂: a bias of the hidden layer, B = 2'
        """
        *source, target = self.slot.split("-")[1:]
        at_output = target == self.book.out
        offset = "threshold" if self.conventions.threshold else "bias"
        kind = (
            f"{'weight' if source else offset} of the {'output' if at_output else 'hidden'} layer"
        )
        index = [f"A = {source[0][1:]}"] if source else []
        index += [] if at_output else [f"B = {target[1:]}"]
        return ", ".join([f"{self.name}: a {kind}", *index])

    @property
    def in_this_sample(self) -> str:
        """What the sample that is looked at asks of the parameter, with y − t."""
        off = self.here(self.article.wrong)
        share = float(self.here(times(self.article.factors(self.slot))))
        said = f"In sample {self.sample + 1} the answer is "
        if not isfinite(off):
            return f"{said}too large for a computer."
        said += (
            f"too {'high' if off > 0 else 'low'} by {format_number(abs(off))}" if off else "right"
        )
        if not share:
            return f"{said}; it asks nothing of {self.name}."
        return f"{said}; it asks {self.name} to {'shrink' if share > 0 else 'grow'}."

    # ---- the whole network ----

    def applied(self) -> dict[str, float]:
        """All parameters, as the article has them, after one batch update by the book's own rules.

        Raises
        ------
        ValueError
            If the update leads out of the range of float64.
        """
        updated = {
            slot: self.book.as_article(slot, self.number(self.book.updated(slot, "own")))
            for slot in SLOTS
        }
        if not all(map(isfinite, updated.values())):
            raise ValueError(
                f"Learning rate h = {format_number(self.h)} leads to numbers that no computer can "
                "hold. All stays as it is; try a smaller one."
            )
        return updated

    @property
    def largest_difference(self) -> float:
        """How far apart the book's and the article's new parameters are, in the whole network."""
        return max(
            abs(
                self.book.as_article(slot, self.number(self.book.updated(slot, "own")))
                - self.number(self.article.updated(slot))
            )
            for slot in SLOTS
        )


@lru_cache(maxsize=len(EVERY))
def book_of(conventions: Conventions) -> Book:
    """The formulas of the network of `START`, in a book with these conventions."""
    return Book(START.network.layers, conventions)


def words(symbol: Expression) -> str:
    """Name and meaning of a symbol.

    Examples
    --------
    >>> words(book_of(Conventions(threshold=True)).old["bias-f4"])
    'θ̂, the threshold of f̂'
    """
    return symbol.leaf.words if symbol.leaf else symbol.latex
