"""Ask which of some products is a gradient; each of the others makes a known mistake."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isclose, prod
from typing import NamedTuple

from backprop_core.diagnosis import Finding, Quantity, Task, single_mistakes
from backprop_core.equations import (
    PLAIN,
    Equation,
    Term,
    joined,
    product,
    symbol,
    tied_to,
    unicode_name,
)
from backprop_core.exercises.dice import Dice
from backprop_core.exercises.exercise import Exercise, Option
from backprop_core.exercises.settings import Setting, setting_of
from backprop_core.exercises.telling import Telling

__all__ = ["finding_for", "which_gradient"]

_CHOICES = 4


class _Product(NamedTuple):
    """A formula, and the mistake that it makes; "" for the right one."""

    mistake: str
    line: tuple[Term | str, ...]
    value: float


def which_gradient(number: int) -> Exercise:
    """Four products, one of them right: with error signals, or with those written out."""
    dice = Dice("which-gradient", number)
    setting = setting_of(number)
    source, target = dice.one_of(setting.network.edges)
    writing = _Writing(setting, source, target)
    ways = [writing.with_signal]
    if target != "f5":
        ways.append(writing.along_path if target in ("f3", "f4") else writing.along_both_paths)
    right, *others = dice.one_of(ways)()
    if setting.network.weight(source, target) == setting.f.by_node(setting.network)[source]:
        # The weight may stand in the input's place, and the number is right.
        others = [made for made in others if made.mistake != "weight-for-input"]
    distinct = {made.mistake: made for made in dice.shuffled(others)}
    shown = dice.shuffled([right, *list(distinct.values())[: _CHOICES - 1]])
    keys = [chr(ord("a") + place) for place in range(len(shown))]
    task = Task(setting.network, setting.x, setting.t, Quantity("gradient", (source, target)))
    task = replace(task, h=setting.h)
    result = Term(rf"\frac{{\partial E}}{{\partial {PLAIN.weight(source, target)}}}", task.value)
    return Exercise(
        "which-gradient",
        number,
        f"Which of these is {task.name}?",
        setting.situation(),
        (),
        "choice",
        keys[shown.index(right)],
        options=tuple(
            Option(
                key,
                f"Product {key.upper()}",
                Equation(result, made.line).symbols.partition(" = ")[2],
                made.value,
            )
            for key, made in zip(keys, shown, strict=True)
        ),
        task=task,
        solution=(Equation(result, right.line),),
        explanation=f"The error signal of {unicode_name(target)}, times the slope of "
        f"{unicode_name(target)}, times what the edge brings from {unicode_name(source)}.",
        remarks={key: made.mistake for key, made in zip(keys, shown, strict=True) if made.mistake},
    )


def finding_for(exercise: Exercise, key: str) -> Finding:
    """What there is to say about a wrong product: the mistake that leads to its value."""
    assert exercise.task
    (value,) = (option.value for option in exercise.options if option.key == key)
    assert value is not None
    return next(
        made.finding
        for made in single_mistakes(exercise.task)
        if made.mistake.key == exercise.remarks[key] and isclose(made.value, value, rel_tol=1e-9)
    )


class _Writing:
    """The gradient of one weight, written in several ways, right and wrong."""

    def __init__(self, setting: Setting, source: str, target: str) -> None:
        self.setting, self.net = setting, setting.network
        self.source, self.target = source, target
        self.told = Telling(setting)

    def with_signal(self) -> Iterator[_Product]:
        """Error signal · slope · input."""
        delta, slope, x = self.delta(self.target), self.slope(self.target), self.input(self.source)
        weight = self.weight(self.source, self.target)
        yield _product("", delta, slope, x)
        yield _product("slope-left-out", delta, x)
        yield _product("slope-of-output", delta, self.slope_of_output(), x)
        yield _product("output-for-slope", delta, self.input(self.target), x)
        yield _product("weight-for-input", delta, slope, weight)
        yield _product("input-left-out", delta, slope)
        yield _product("input-of-neighbour", delta, slope, self.input(self.beside(self.source)))
        yield _product("output-behind-for-input", delta, slope, self.input(self.target))
        yield _product("rate-multiplied", Term("h", self.setting.h), delta, slope, x)

    def along_path(self) -> Iterator[_Product]:
        """(y − t) · slope · weight · slope · input."""
        (last,) = self.net.layers[-1]
        first, way = self.slope(last), self.weight(self.target, last)
        beside = self.weight(self.beside(self.target), last)
        slope, x = self.slope(self.target), self.input(self.source)
        weight = self.weight(self.source, self.target)
        yield self._after("", first, way, slope, x)
        yield self._after("sign-of-difference", first, way, slope, x, turned=True)
        yield self._after("path-weight-left-out", first, slope, x)
        yield self._after("slope-left-out", way, slope, x)
        yield self._after("slope-left-out", first, way, x)
        yield self._after("path-weights-of-neighbour", first, beside, slope, x)
        yield self._after("weight-for-input", first, way, slope, weight)
        yield self._after("input-left-out", first, way, slope)

    def along_both_paths(self) -> Iterator[_Product]:
        """(δ · slope · weight + δ · slope · weight) · slope · input."""
        first, second = both = [self.path(self.target, sender) for sender in self.net.layers[2]]
        signal, bend, way = second
        neighbour = self.beside(self.target)
        beside = [self.path(neighbour, sender) for sender in self.net.layers[2]]
        slope, x = self.slope(self.target), self.input(self.source)
        yield _summed("", both, slope, x)
        yield _summed("one-path", [first], slope, x)
        yield _summed("one-path", [second], slope, x)
        yield _summed("slope-left-out", both, x)
        yield _summed("slope-left-out", [first, [signal, way]], slope, x)
        yield _summed("path-weight-left-out", [first, [signal, bend]], slope, x)
        yield _summed("path-weights-of-neighbour", beside, slope, x)
        yield _summed("input-left-out", both, slope)

    def _after(self, mistake: str, *terms: Term, turned: bool = False) -> _Product:
        """(y − t), or turned round, times the terms."""
        y = Term("y", float(self.setting.f.y[0, 0]), "error", ("node-y",))
        t = Term("t", self.setting.t[0][0], "error", ("node-y",))
        first, second = (t, y) if turned else (y, t)
        line = (r"\left(", first, "-", second, r"\right)", r"\cdot", *product(terms))
        return _Product(mistake, line, (first.value - second.value) * _times(terms))

    # ---- terms ----

    def beside(self, node: str) -> str:
        """The other node of the same layer."""
        layer = self.net.layers[self.net.places[node][0]]
        return layer[1 - layer.index(node)]

    def path(self, neuron: str, sender: str) -> list[Term]:
        """What comes back to a neuron from one of those that it feeds."""
        return [self.delta(sender), self.slope(sender), self.weight(neuron, sender)]

    def delta(self, neuron: str) -> Term:
        k, n = self.net.neuron(neuron)
        value = float(self.setting.g.deltas[k][0, n])
        return Term(self.told.delta(neuron), value, "error", tied_to([neuron]))

    def slope(self, neuron: str) -> Term:
        k, n = self.net.neuron(neuron)
        value = float(self.setting.slopes[k][0, n])
        return Term(f"g'({PLAIN.sum(neuron)})", value, "slope", tied_to([neuron]))

    def slope_of_output(self) -> Term:
        k, n = self.net.neuron(self.target)
        value = float(self.net.activations[k].slope(self.setting.f.outputs[k][0, n]))
        return Term(f"g'(g({PLAIN.sum(self.target)}))", value, "slope", tied_to([self.target]))

    def input(self, node: str) -> Term:
        value = self.setting.f.by_node(self.net)[node]
        latex = symbol(node) if node.startswith("x") else f"g({PLAIN.sum(node)})"
        return Term(latex, value, "input", tied_to([node]))

    def weight(self, a: str, b: str) -> Term:
        return Term(PLAIN.weight(a, b), self.net.weight(a, b), "weight", tied_to([a, b]))


def _times(terms: Iterable[Term]) -> float:
    return prod(term.value for term in terms)


def _product(mistake: str, *terms: Term) -> _Product:
    return _Product(mistake, product(terms), _times(terms))


def _summed(mistake: str, paths: Sequence[Sequence[Term]], *terms: Term) -> _Product:
    """The sum of what comes along the paths, times the terms."""
    line = joined("+", [product(path) for path in paths])
    bracket = (r"\left(", *line, r"\right)") if len(paths) > 1 else line
    value = sum(_times(path) for path in paths) * _times(terms)
    return _Product(mistake, (*bracket, r"\cdot", *product(terms)), value)
