"""Read a line of the two-layer derivations as LaTeX and work it out: nothing but what is written.

This knows nothing of expressions: symbols are looked up by their names, and Σ and ∂/∂w reach to the
end of their product, as on paper.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from backprop_core import Activation
from backprop_core._types import Array
from backprop_core.derivations import Moment

_INDEX = r"_(?:\{(\w)(?:,(\w))?\}|(\w))"
_PARAMETER = rf"(?:\\hat\{{w\}}{_INDEX}|\\hat\{{b\}}|w{_INDEX}|b{_INDEX})(?:\^\{{\(l\)\}})?"
_TOKEN = re.compile(
    "|".join(
        (
            rf"(?P<derivative>\\frac\{{\\partial\}}\{{\\partial (?P<by>{_PARAMETER})\}})",
            r"(?P<referee>\\frac\{E\((?P<up>.+?) \+ s\) - E\(.+? - s\)\}\{2 s\})",
            r"(?P<half>\\frac\{1\}\{2\})",
            r"(?P<samples>\\sum_\{i=1\}\^\{M\})",
            r"(?P<nodes>\\sum_\{j=1\}\^\{N_(?P<last>[01])\})",
            r"(?P<square>\^\{ 2 \})",
            r"(?P<applied>g(?= *\\left\())",
            rf"(?P<neuron>g'?(?:_\{{\w\}})?\((?:\\hat\{{r\}}|r{_INDEX})\^\{{\(i\)\}}\))",
            rf"(?P<gradient>\\nabla E\((?P<of>{_PARAMETER})\))",
            rf"(?P<parameter>{_PARAMETER})",
            rf"(?P<input>x{_INDEX}\^\{{\(i\)\}})",
            r"(?P<answer>[yt]\^\{\(i\)\})",
            r"(?P<h>h)",
            r"(?P<two>2)",
            r"(?P<open>\\left\()",
            r"(?P<close>\\right\))",
            r"(?P<dot>\\cdot)",
            r"(?P<plus>\+)",
            r"(?P<minus>-)",
        )
    )
)


@dataclass(frozen=True)
class World:
    """The numbers that symbols stand for, and where the running indices stand."""

    w: Array
    b: Array
    w_hat: Array
    b_hat: float
    g: Activation
    x: Array
    t: Array
    h: float
    running: dict[str, int] = field(default_factory=dict)
    neuron_first: bool = False

    def place(self, index: str) -> int:
        return int(index) - 1 if index.isdigit() else self.running[index]

    def with_running(self, index: str, n: int) -> "World":
        return replace(self, running={**self.running, index: n})

    def sample(self) -> Array:
        return self.x[self.running["i"]]

    def target(self) -> float:
        return float(self.t[self.running["i"], 0])

    def r(self, j: int) -> float:
        return float(self.sample() @ self.w[:, j] + self.b[j])

    def r_hat(self) -> float:
        return float(self.g(self.sample() @ self.w + self.b) @ self.w_hat + self.b_hat)

    def error(self) -> float:
        samples = (self.with_running("i", i) for i in range(len(self.x)))
        return sum((float(w.g(w.r_hat())) - w.target()) ** 2 for w in samples) / 2

    def parameter(self, latex: str) -> tuple[str, tuple[int, ...]]:
        """Which array a parameter's symbol speaks of, and the place there."""
        latex = latex.removesuffix("^{(l)}")
        if latex == r"\hat{b}":
            return "b_hat", ()
        letters = re.findall(r"\w", latex.partition("_")[2])
        indices = tuple(self.place("stray" if i == "i" else i) for i in letters)
        if latex.startswith(r"\hat{w}"):
            return "w_hat", indices
        if latex.startswith("b"):
            return "b", indices
        return "w", indices[::-1] if letters[1] == "j" and self.neuron_first else indices

    def value(self, latex: str) -> float:
        name, place = self.parameter(latex)
        return float(np.asarray(getattr(self, name))[place])

    def slope_of(self, latex: str, measured: Callable[["World"], float]) -> float:
        """By central differences, once more from nothing."""
        name, place = self.parameter(latex)
        s = 1e-5 * max(1.0, abs(self.value(latex)))
        found = []
        for change in (s, -s):
            array = np.array(getattr(self, name))
            array[place] += change
            found.append(measured(replace(self, **{name: array})))  # type: ignore[arg-type]
        return (found[0] - found[1]) / (2 * s)


Reading = Callable[[World], float]


def read(latex: str, moment: Moment, picked: str = "", neuron_first: bool = False) -> float:
    """The value of what stands in a line.

    Parameters
    ----------
    latex : str
    moment : Moment
        A network whose layers share one activation function, as in the article.
    picked : str
        The hidden neuron that a stray index i means.
    neuron_first : bool
        Whether w_{1,j} leads from input j to neuron 1.
    """
    (w, w_hat), (b, b_hat), (g, g_hat) = (
        moment.net.weights,
        moment.net.biases,
        moment.net.activations,
    )
    assert g == g_hat, "the article knows one g"
    world = World(
        w, b, w_hat[:, 0], float(b_hat[0]), g, moment.x, moment.t, moment.h,
        {"stray": int(picked) - 1} if picked else {}, neuron_first,
    )  # fmt: skip
    return _Reader(latex).whole()(world)


def without_classes(latex: str) -> str:
    r"""LaTeX without ``\class{…}`` and the braces that it puts round things."""
    while opening := re.search(r"\\class\{[^{}]*\}\{", latex):
        depth, end = 1, opening.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(latex[end], 0)
            end += 1
        latex = latex[: opening.start()] + latex[opening.end() : end - 1] + latex[end:]
    return latex.replace("{} ", "")


class _Reader:
    def __init__(self, latex: str) -> None:
        plain = without_classes(latex)
        self.tokens = list(_TOKEN.finditer(plain))
        rest = _TOKEN.sub("", plain).strip()
        assert not rest, f"{rest} in {plain} cannot be read"
        self.place = 0

    def kind(self) -> str:
        return str(self.tokens[self.place].lastgroup) if self.place < len(self.tokens) else ""

    def next(self) -> re.Match[str]:
        self.place += 1
        return self.tokens[self.place - 1]

    def whole(self) -> Reading:
        reading = self.sum()
        assert not self.kind(), f"{self.next()[0]} stands alone"
        return reading

    def sum(self) -> Reading:
        terms = [(1.0, self.product())]
        while self.kind() in ("plus", "minus"):
            sign = 1.0 if self.next()["plus"] else -1.0
            terms.append((sign, self.product()))
        return lambda world: sum(sign * term(world) for sign, term in terms)

    def product(self) -> Reading:
        factors = [self.factor()]
        while self.kind() not in ("plus", "minus", "close", ""):
            if self.kind() == "dot":
                self.next()
            factors.append(self.factor())
        return lambda world: math.prod(factor(world) for factor in factors)

    def bracket(self) -> Reading:
        assert self.next()["open"], "a bracket is missing"
        inside = self.sum()
        assert self.next()["close"], "a bracket is not closed"
        return inside

    def factor(self) -> Reading:
        kind = self.kind()
        if kind == "open":
            inside = self.bracket()
            if self.kind() != "square":
                return inside
            self.next()
            return lambda world: inside(world) ** 2
        token = self.next()
        if kind in ("samples", "nodes", "derivative"):  # these reach to the end of the product
            behind = self.product()
            if kind == "derivative":
                return lambda world: world.slope_of(token["by"], behind)
            index = "i" if kind == "samples" else "j"

            def series(world: World) -> float:
                last = {"0": len(world.w), "1": len(world.w_hat)}.get(token["last"], len(world.x))
                return sum(behind(world.with_running(index, n)) for n in range(last))

            return series
        if kind == "applied":
            inside = self.bracket()
            return lambda world: float(world.g(inside(world)))
        return lambda world: _SYMBOLS[kind](world, token)


def _neuron(world: World, token: re.Match[str]) -> float:
    latex = token[0]
    index = re.search(r"\(r_\{?(\w)", latex)
    r = world.r(world.place(index[1])) if index else world.r_hat()
    return float(world.g.slope(r) if latex.startswith("g'") else world.g(r))


_SYMBOLS: dict[str, Callable[[World, re.Match[str]], float]] = {
    "half": lambda world, token: 0.5,
    "two": lambda world, token: 2.0,
    "h": lambda world, token: world.h,
    "neuron": _neuron,
    "parameter": lambda world, token: world.value(token[0]),
    "gradient": lambda world, token: world.slope_of(token["of"], World.error),
    "referee": lambda world, token: world.slope_of(token["up"], World.error),
    "input": lambda world, token: float(
        world.sample()[world.place(token[0].partition("_")[2].strip("{")[0])]
    ),
    "answer": lambda world, token: (
        float(world.g(world.r_hat())) if token[0].startswith("y") else world.target()
    ),
}
