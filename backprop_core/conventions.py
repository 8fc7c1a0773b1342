r"""Read other books: the same update under every convention for δ, the difference, ½ and the bias.

A `Book` writes the formulas of a network with one hidden layer and one output as a book with those
conventions has them, and each formula is evaluated as it is written: nothing is translated from the
article's result. That all books take the same step is a finding, not a premise.

>>> from backprop_core.network import Network
>>> net = Network.from_weights([[[0.5, -1.0], [0.8, 0.6]], [[1.2], [-0.7]]])
>>> moment = Moment(net, x=[1, 0], t=[1], h=0.5)
>>> for conventions in (ARTICLE, Conventions(difference="t-y"), Conventions(half=False)):
...     book = Book(net.layers, conventions)
...     print(round(float(book.updated("weight-f1-f3").at(moment)), 6))
1.226211
1.226211
1.252422
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from operator import add, mul
from typing import Any
from weakref import WeakKeyDictionary

from backprop_core._types import Array
from backprop_core.derivations import (
    Expression,
    Line,
    Moment,
    Sign,
    Symbols,
    number,
    over_samples,
)
from backprop_core.equations import Notation, plain_text, tied_to

__all__ = ["ARTICLE", "CHOICES", "EVERY", "Book", "Conventions", "parameters", "times"]

Layers = tuple[tuple[str, ...], ...]

CHOICES: dict[str, dict[Any, str]] = {
    "delta": {"output": "δ is ∂E/∂output", "sum": "δ is ∂E/∂r"},
    "difference": {"y-t": "y − t", "t-y": "t − y"},
    "half": {True: "E with ½", False: "E without ½"},
    "threshold": {False: "bias b", True: "threshold θ = −b"},
}


@dataclass(frozen=True)
class Conventions:
    """What a book has decided upon before its first formula; the article's choices if left out.

    Parameters
    ----------
    delta : {"output", "sum"}
        Whether δ belongs to a neuron's output (the article) or to its input sum r (most textbooks).
    difference : {"y-t", "t-y"}
        Which way round the error is taken. With t − y, δ says which way to go, not which way E
        grows: it is −∂E/∂…, and updates have a plus.
    half : bool
        Whether E begins with ½.
    threshold : bool
        Whether neurons subtract a threshold θ instead of adding a bias b = −θ.

    Raises
    ------
    ValueError
        If one of them is something else.

    Examples
    --------
    >>> Conventions(delta="sum") == ARTICLE, Conventions() == ARTICLE, len(EVERY)
    (False, True, 16)
    """

    delta: str = "output"
    difference: str = "y-t"
    half: bool = True
    threshold: bool = False

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                expected = ", ".join(map(repr, choices))
                raise ValueError(f"{name} is {value!r}, but expected one of: {expected}")

    def rate(self, h: float) -> float:
        """The learning rate that takes the step which the article takes with `h`.

        Without the ½, E and its gradient are twice as large, so half the rate goes as far.
        """
        return h if self.half else h / 2


ARTICLE = Conventions()
EVERY = tuple(
    Conventions(**dict(zip(CHOICES, chosen, strict=True))) for chosen in product(*CHOICES.values())
)


def parameters(layers: Layers) -> tuple[str, ...]:
    """Slots of all weights and biases: the hidden layer's, then the output's.

    Examples
    --------
    >>> parameters((("x1",), ("f1",), ("f2",)))
    ('weight-x1-f1', 'bias-f1', 'weight-f1-f2', 'bias-f2')
    """
    inputs, hidden, (out,) = layers
    return (
        *(f"weight-{a}-{b}" for a in inputs for b in hidden),
        *(f"bias-{b}" for b in hidden),
        *(f"weight-{b}-{out}" for b in hidden),
        f"bias-{out}",
    )


class Book:
    """The formulas of a network of two layers of neurons, one of them the output.

    Parameters
    ----------
    layers : (inputs, hidden neurons, (output neuron,))
        Names of the nodes, as `Network.layers` has them.
    conventions : Conventions

    Attributes
    ----------
    old : dict of str to Expression
        Each weight and each bias or threshold, by its slot.
    sums : dict of str to Line
        r of each neuron.
    error : Line
        E.
    signals : dict of str to Line
        δ of each neuron.
    r, outputs, slopes, deltas : dict of str to Expression
        The symbols r, g(r), g′(r) and δ of each neuron, worth what their formulas yield.
    wrong : Expression
        y − t or t − y.

    Raises
    ------
    ValueError
        If the network has another number of layers or of outputs.
    """

    def __init__(self, layers: Layers, conventions: Conventions = ARTICLE) -> None:
        if len(layers) != 3 or len(layers[2]) != 1:
            sizes = tuple(len(layer) for layer in layers)
            raise ValueError(f"layers has the sizes {sizes}, but expected (N_0, N_1, 1)")
        self.conventions = conventions
        self.inputs, self.hidden, (self.out,) = layers
        self._symbols = Symbols(Notation(output=self.out))
        self.old = {slot: self._parameter(slot) for slot in parameters(layers)}
        self.inputs_of = {n: self.hidden if n == self.out else self.inputs for n in self._neurons}
        self._write_forward()
        self._write_backward()

    @property
    def _neurons(self) -> tuple[str, ...]:
        return (*self.hidden, self.out)

    # ---- forwards ----

    def _write_forward(self) -> None:
        self.outputs = {a: self._symbols.x(a) for a in self.inputs}
        self.sums: dict[str, Line] = {}
        self.r: dict[str, Expression] = {}
        self.slopes: dict[str, Expression] = {}
        for n in self._neurons:
            self.sums[n] = line = self._input_sum(n)
            self.r[n] = r = _symbol_of(line)
            self.outputs[n] = self._through(n, r, self._symbols.output(n), slope=False)
            self.slopes[n] = self._through(n, r, self._symbols.slope(n), slope=True)
        y = replace(self._symbols.y(), at=self.outputs[self.out].at)
        t = self._symbols.t()
        self.wrong = y - t if self.conventions.difference == "y-t" else t - y
        squares = over_samples(self.wrong.squared())
        if self.conventions.half:
            half = number(0.5, r"\frac{1}{2}").beside(squares)
            self.error = self._line(self._symbols.error(), half, "Half the sum of squares.")
        else:
            self.error = self._line(self._symbols.error(), squares, "The sum of squares.")

    def _input_sum(self, n: str) -> Line:
        gathered = reduce(
            add, (self.old[f"weight-{a}-{n}"] * self.outputs[a] for a in self.inputs_of[n])
        )
        r, offset = self._symbols.input_sum(n), self.old[f"bias-{n}"]
        if self.conventions.threshold:
            return self._line(r, gathered - offset, "The threshold is taken away.")
        return self._line(r, gathered + offset, "The bias is added.")

    def _through(self, n: str, r: Expression, symbol: Expression, slope: bool) -> Expression:
        """g or g′ of a neuron's input sum, worked out once for each moment."""

        def at(m: Moment) -> Array:
            activation = m.net.activations[m.net.places[n][0] - 1]
            return activation.slope(r.at(m)) if slope else activation(r.at(m))

        return _symbol_of(self._line(symbol, Expression((), at)))

    # ---- backwards ----

    def _write_backward(self) -> None:
        self.signals: dict[str, Line] = {}
        self.deltas: dict[str, Expression] = {}
        for n in (self.out, *self.hidden):
            self.signals[n] = line = self._signal(n)
            self.deltas[n] = _symbol_of(line)

    def _signal(self, n: str) -> Line:
        if n == self.out:  # the 2 comes from the square; a ½ before it would cancel it
            arriving = self.wrong if self.conventions.half else number(2, "2") * self.wrong
            move = "How far the answer is off"
        else:
            arriving = times((*self._blame(self.out), self.old[f"weight-{n}-{self.out}"]))
            move = "What the output hands back over the edge"
        letter = r"\hat{\delta}" if n == self.out else rf"\delta_{{{n[1:]}}}"
        delta = self._symbols.leaf(f"{letter}^{{(i)}}", "error", (f"node-{n}",), arriving.at)
        if self.conventions.delta == "sum":
            return self._line(
                delta, arriving * self.slopes[n], f"{move}, times the neuron’s own slope."
            )
        return self._line(delta, arriving, f"{move}.")

    def _blame(self, n: str) -> tuple[Expression, ...]:
        """What is handed on from a neuron: its δ, times its slope unless δ holds it already."""
        slope = () if self.conventions.delta == "sum" else (self.slopes[n],)
        return (self.deltas[n], *slope)

    # ---- weights, and what they do ----

    def factors(self, slot: str) -> tuple[Expression, ...]:
        """Error signal, slope and input: what one sample contributes, as factors."""
        *source, target = slot.split("-")[1:]
        return (*self._blame(target), *(self.outputs[a] for a in source))

    def written_out(self, slot: str) -> tuple[Expression, ...]:
        """The same with no δ in it, as in Section "Putting it all together"."""
        *source, target = slot.split("-")[1:]
        two = () if self.conventions.half else (number(2, "2"),)
        back = [*two, self.wrong, self.slopes[self.out]]
        if target != self.out:
            back += [self.old[f"weight-{target}-{self.out}"], self.slopes[target]]
        return (*back, *(self.outputs[a] for a in source))

    def gradient(self, slot: str) -> Line:
        """∂E/∂(a weight, bias or threshold)."""
        summed = over_samples(times(self.factors(slot)))
        if self.direction(slot) > 0:
            summed = _negative(summed)
        letter = self._letter(slot)
        words = f"∂E/∂{plain_text(letter)}, how E changes with {plain_text(letter)}"
        partial = rf"\frac{{\partial E}}{{\partial {letter}}}"
        left = self._symbols.leaf(partial, "", _ties(slot), summed.at, words)
        return self._line(left, summed, "Summed over all samples.")

    def updated(self, slot: str, rate: str = "h", *, written_out: bool = False) -> Expression:
        """What a weight, bias or threshold becomes in one batch update.

        Parameters
        ----------
        slot : str
        rate : {"h", "own"}
            Whether the learning rate is the same number as the article's, or the one with which
            these conventions take the article's step; see `Conventions.rate`.
        written_out : bool
            Whether there is no δ in it.
        """
        factors = self.written_out(slot) if written_out else self.factors(slot)
        old = self._parameter(slot, "(l)")
        h = self._symbols.h()
        if rate == "own" and not self.conventions.half:
            words = "h/2, half the learning rate"
            h = self._symbols.leaf(
                r"\frac{h}{2}", "", (), lambda m: self.conventions.rate(m.h), words
            )
        step = h * over_samples(times(factors))
        return old + step if self.direction(slot) > 0 else old - step

    def rule(self, slot: str, rate: str = "h", *, written_out: bool = False) -> Line:
        """The update rule of a weight, bias or threshold; parameters as for `updated`."""
        new = self._parameter(slot, "(l+1)")
        right = self.updated(slot, rate, written_out=written_out)
        return self._line(new, right, "One step against the gradient.")

    def as_article(self, slot: str, value: float) -> float:
        """What a value of this book's parameter is in the article's: −θ for a threshold."""
        return -value if self.conventions.threshold and slot.startswith("bias") else value

    def direction(self, slot: str) -> int:
        """Whether an update adds h · Σ δ · … (1) or takes it away (−1).

        It is taken away where δ is the slope of E. Both t − y and a threshold, which enters r with
        a minus, turn that round.
        """
        turned = self.conventions.difference == "t-y"
        turned ^= self.conventions.threshold and slot.startswith("bias")
        return 1 if turned else -1

    # ---- symbols ----

    def _parameter(self, slot: str, at: str = "") -> Expression:
        *source, target = slot.split("-")[1:]
        if source:
            return self._symbols.weight(source[0], target, at)
        if not self.conventions.threshold:
            return self._symbols.bias(target, at)
        above = rf"^{{{at}}}" if at else ""
        latex = self._letter(slot) + above
        words = f"{plain_text(latex)}, the threshold of {self._symbols.notation.name(target)}"
        return self._symbols.leaf(
            latex, "weight", _ties(slot), lambda m: -m.net.bias(target), words
        )

    def _letter(self, slot: str) -> str:
        nodes = tuple(slot.split("-")[1:])
        if len(nodes) == 2 or not self.conventions.threshold:
            return self._symbols.notation.parameter(nodes)
        return r"\hat{\theta}" if nodes[0] == self.out else rf"\theta_{{{nodes[0][1:]}}}"

    def _line(self, left: Expression, right: Expression, move: str = "") -> Line:
        """A formula; what stands on its left is worth what stands on its right."""
        return Line(replace(left, at=right.at), right, move)


def times(factors: Iterable[Expression]) -> Expression:
    """The product of some factors."""
    return reduce(mul, factors)


def _symbol_of(line: Line) -> Expression:
    """The symbol on a line's left, worked out once for each moment."""
    assert line.left is not None
    known: WeakKeyDictionary[Moment, Array | float] = WeakKeyDictionary()

    def at(m: Moment) -> Array | float:
        if m not in known:
            known[m] = line.expression.at(m)
        return known[m]

    return replace(line.left, at=at)


def _negative(e: Expression) -> Expression:
    return Expression((Sign("-"), e.bracketed("sum")), lambda m: -e.at(m), "sum")


def _ties(slot: str) -> tuple[str, ...]:
    return tied_to(slot.split("-")[1:])
