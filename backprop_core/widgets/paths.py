"""Follow a weight along all its paths to the output, and see what that costs as layers are added.

`SumOverPaths` lights one path after another and adds up their products, beside what the error
signals give; `CostOfBothWays` plots how many multiplications either way takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backprop_core.equations import (
    Equation,
    Term,
    format_number,
    joined,
    plain_text,
    unicode_name,
)
from backprop_core.network import Network
from backprop_core.paths import (
    AlongPaths,
    Path,
    multiplications_by_paths,
    multiplications_by_signals,
    paths,
)
from backprop_core.situation import TEACHER_SETS, parameters_of, sample_text
from backprop_core.widgets.board import Board, Choice, Graph, Mark, Plot, Shown, Slider, Value
from backprop_core.widgets.bundle import stylesheet
from backprop_core.widgets.pictures import in_disc, picture

__all__ = ["NETWORKS", "CostOfBothWays", "SumOverPaths"]


def _drawn(*sizes: int, seed: int) -> Network:
    """A network with drawn weights, rounded so that they can be read off."""
    net = Network.random(sizes, "tanh", seed=seed, scale=0.8)
    weights, biases = [w.round(1) for w in net.weights], [b.round(1) for b in net.biases]
    return Network.from_weights(weights, biases, net.activations)


# The article's network, and larger ones whose paths all count for something.
NETWORKS = {
    "2 – 2 – 2 – 1": Network.three_layer(),
    "2 – 3 – 3 – 1": _drawn(2, 3, 3, 1, seed=3255),
    "2 – 3 – 3 – 3 – 1": _drawn(2, 3, 3, 3, 1, seed=4841),
    "2 – 3 – 3 – 3 – 3 – 1": _drawn(2, 3, 3, 3, 3, 1, seed=1666),
}
SAMPLES = {sample_text(x, t): (x, t) for x, t in TEACHER_SETS["XOR"]}
FIRST = "weight-x1-f1"
DIGITS = 12  # of the two sums that are compared; float64 holds 15
IN_A_ROW = 3  # summands
ROOM = 5  # characters that fit into a disc


class SumOverPaths(Board):
    """All paths of a weight or bias, one at a step; the last step compares their sum.

    Examples
    --------
    >>> board = SumOverPaths()
    >>> board.take({"network": "2 – 3 – 3 – 1", "parameter": "bias-f1"})
    >>> [step["title"] for step in board.shown["steps"]][2:]
    ['Path 3 of 3: f₁ → f₆ → f₇', 'Over the paths, add']
    """

    _css = stylesheet("plots.css", "board.css", "paths.css")
    asked = (
        "Which factors lie along this path, and which sign will their product have?",
        "Which factors does this path share with the one before, and which are new?",
        "Is there a factor on this path that makes it count for little?",
        "Will the error signals lead to the same number? Why do they have to?",
    )

    def __init__(self) -> None:
        name = next(iter(NETWORKS))
        super().__init__("Sum over paths", _pictures(name), _controls(name))

    def take(self, sent: Mapping[str, Any]) -> None:
        """As `Board.take`; a new network arrives in one piece with its weights."""
        network, step = self.values["network"], self.step
        with self.hold_sync():
            try:
                super().take(sent)
            except ValueError:
                self._bring(str(network))
                self.step = step
                raise

    def chosen(self, key: str, values: dict[str, Value]) -> Mapping[str, Value]:
        """Begin with the first path of another weight, and with the first weight of a network."""
        if key == "network":
            self._bring(str(values["network"]))
            values["parameter"] = FIRST
        if key in ("network", "parameter"):
            self.step = 0
        return values

    def _bring(self, network: str) -> None:
        self.set_pictures(_pictures(network))
        self.set_controls(_controls(network))

    def show(self, values: Mapping[str, Any]) -> Shown:
        """A step for each path, and one for their sum."""
        net, (x, t) = NETWORKS[values["network"]], SAMPLES[values["sample"]]
        nodes = net.slots[values["parameter"]]
        along = AlongPaths.of(net, x, t)
        found = paths(net, *nodes)
        products = [along.equation(path, f"P_{{{n}}}") for n, path in enumerate(found, 1)]
        steps = list(_one_by_one(found, products))
        steps.append(_all_together(found, products, along.by_signals(*nodes)))
        return Shown(texts={"paths": _outputs(along)}, steps=steps)


def _pictures(name: str) -> list[Graph]:
    return [Graph("paths", picture(NETWORKS[name].layers), picks="parameter")]


def _controls(name: str) -> list[Choice]:
    parameters = parameters_of(NETWORKS[name])
    return [
        Choice.of("network", "Network", NETWORKS, name),
        Choice(
            "parameter",
            "Weight or bias",
            tuple((parameter.name, slot) for slot, parameter in parameters.items()),
            FIRST,
        ),
        Choice.of("sample", "Sample", SAMPLES, list(SAMPLES)[2]),
    ]


def _outputs(along: AlongPaths) -> dict[str, str]:
    """What the graph shows at all steps: what the forward sweep found."""
    net, f = along.net, along.f
    texts = {"value-y": format_number(f.y[0, 0]), "target-y": f"t = {format_number(along.t[0, 0])}"}
    return texts | {f"value-{node}": in_disc(v, ROOM) for node, v in f.by_node(net).items()}


def _factors(equation: Equation) -> dict[str, dict[str, str]]:
    """The factors of a product, each where it belongs in the graph; the outputs are there."""
    texts = {}
    for term in (term for term in equation.terms if isinstance(term, Term)):
        number, place = format_number(term.value), term.ties[0].partition("-")[2]
        if term.role == "weight":
            texts[f"weight-{place}"] = number
        elif term.role == "slope":
            texts[f"bias-{place}"] = f"g′ = {number}"  # a bias is no factor, and has left its place
        elif term.latex.startswith(r"\delta"):
            texts[f"delta-{place}"] = f"{plain_text(term.latex)} = {number}"
    return {"paths": texts}


def _route(path: Path) -> str:
    return " → ".join(unicode_name(node) for node in path.nodes)


def _lit(found: Sequence[Path]) -> dict[str, list[str]]:
    nodes = [f"node-{node}" for path in found for node in path.nodes]
    edges = [f"edge-{a}-{b}" for path in found for a, b in path.edges]
    return {"paths": list(dict.fromkeys([*nodes, *edges]))}


def _one_by_one(found: Sequence[Path], products: Sequence[Equation]) -> list[Shown]:
    steps = []
    sums = _running_sums([equation.result for equation in products], 1)
    for n, (path, equation, total) in enumerate(zip(found, products, sums, strict=True), 1):
        steps.append(
            Shown(
                texts=_factors(equation),
                lit=_lit([path]),
                backwards=True,
                equations=(equation, total),
                title=f"Path {n} of {len(found)}: {_route(path)}",
                sentence=f"Along this path, multiply: it adds {format_number(equation.value)}. "
                f"The sum so far is {format_number(total.value)}.",
            )
        )
    return steps


def _running_sums(summands: Sequence[Term], each: int) -> list[Equation]:
    """S_2 = S_1 + P_2 and so on, with so many new summands `each` time."""
    sums: list[Equation] = []
    for start in range(0, len(summands), each):
        line = [*(e.result for e in sums[-1:]), *summands[start : start + each]]
        n = min(start + each, len(summands))
        words = f"the sum of the first {n} paths" if n > 1 else "the first path alone"
        result = Term(f"S_{{{n}}}", sum(term.value for term in line), words=words)
        sums.append(Equation(result, joined("+", ((term,) for term in line))))
    return sums


def _all_together(found: Sequence[Path], products: Sequence[Equation], signals: Equation) -> Shown:
    *rows, last = _running_sums([equation.result for equation in products], IN_A_ROW)
    gradient = replace(signals.result, value=last.value)
    ways = last.value, signals.value
    agree = [n for n in range(1, DIGITS + 1) if len({format_number(v, n) for v in ways}) == 1]
    by_paths, by_signals = (format_number(value, DIGITS) for value in ways)
    same = (
        "the same, digit for digit"
        if by_paths == by_signals
        else f"which agrees in {max(agree, default=0)} digits"
    )
    many = f"The {len(found)} paths add up to" if len(found) > 1 else "The only path gives"
    return Shown(
        texts=_factors(signals),
        lit=_lit(found),
        backwards=True,
        equations=(*rows, replace(last, result=gradient), signals),
        title="Over the paths, add",
        sentence=f"{many} {by_paths}. The error signals give {by_signals}, {same}.",
    )


# ---- what it costs ----

LAYERS, WIDTHS = (1, 10), (1, 10)
MULTIPLICATIONS = (1.0, 1e12)  # of the frame
WAYS = (
    ("paths", "error", "circle", multiplications_by_paths),
    ("signals", "input dashed", "square", multiplications_by_signals),
)


class CostOfBothWays(Board):
    """How many multiplications all gradients take, along paths and by error signals.

    Examples
    --------
    >>> board = CostOfBothWays()
    >>> board.take({"layers": 3, "width": 2})
    >>> board.shown["sentence"]
    '3 layers, 2 wide: 68 multiplications along paths, 21 by error signals. \
The paths take 3.2 times as many.'
    """

    def __init__(self) -> None:
        super().__init__(
            "The cost of both ways",
            (
                Plot(
                    "cost",
                    "multiplications",
                    "Multiplications for the gradients of all weights, over the number of layers: "
                    "one curve for the sum over paths, one for the error signals",
                    "solid: along paths; dashed: by error signals",
                ),
            ),
            (
                Slider("layers", "Layers", *LAYERS, 1, 3),
                Slider("width", "Neurons in a layer", *WIDTHS, 1, 2),
            ),
        )

    def show(self, values: Mapping[str, Any]) -> Shown:
        """Both curves, and on each the point of the network that is asked about."""
        layers, width = int(values["layers"]), int(values["width"])
        at = [(layers, low) for low in MULTIPLICATIONS]
        marks = [Mark("at", "line", at, "quiet dashed")]
        for key, look, shape, count in WAYS:
            curve = [(n, count(_sizes(n, width))) for n in range(LAYERS[0], LAYERS[1] + 1)]
            here = curve[layers - LAYERS[0]]
            marks.append(Mark(key, "line", curve, look))
            marks.append(Mark(f"{key}-here", "point", here, f"{look} {shape}", "", ("layers", "")))
        return Shown(marks={"cost": marks}, sentence=_cost_told(layers, width))


def _sizes(layers: int, width: int) -> list[int]:
    return [*[width] * layers, 1]


def _cost_told(layers: int, width: int) -> str:
    by_paths, by_signals = (count(_sizes(layers, width)) for *_, count in WAYS)
    if by_paths == by_signals:
        compared = "Both take the same"
    else:
        ratio = by_paths / by_signals
        more = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"
        compared = f"The paths take {more} times as many"
    return (
        f"{layers} {'layer' if layers == 1 else 'layers'}, {width} wide: "
        f"{by_paths:,} multiplications along paths, {by_signals:,} by error signals. {compared}."
    )
