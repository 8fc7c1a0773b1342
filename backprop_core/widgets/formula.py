"""Read the formula of a two-layer network: point at an index, and its edge lights up."""

from collections.abc import Mapping, Sequence
from typing import Any

from backprop_core.backprop import Forward, forward
from backprop_core.equations import Equation, Term, format_number, joined, plain_text, product
from backprop_core.network import Network
from backprop_core.widgets.board import Board, Choice, Graph, Shown, Slider
from backprop_core.widgets.pictures import two_layers

__all__ = ["TwoLayerFormula"]


class TwoLayerFormula(Board):
    """The article's y_n = g(Σ …) on a network with two inputs, hidden neurons and outputs.

    Examples
    --------
    >>> board = TwoLayerFormula()
    >>> board.take({"n": "2"})
    >>> board.shown["lit"]["net"][0]
    'node-f4'
    """

    def __init__(self) -> None:
        whole = Network.three_layer()
        self._net = Network.from_weights(whole.weights[:2], whole.biases[:2])
        both = (("1", "1"), ("2", "2"))
        super().__init__(
            "The formula of two layers",
            (Graph("net", two_layers()),),
            (
                Choice("n", "Which output: n", both, "1"),
                Choice("i", "Which hidden neuron: i", both, "1"),
                Slider("x1", "x₁", -2.0, 2.0, 0.1, 1.0),
                Slider("x2", "x₂", -2.0, 2.0, 0.1, 0.5),
            ),
        )

    def show(self, values: Mapping[str, Any]) -> Shown:
        """Both layers' formulas, with Σ and written out, and all numbers in the drawing."""
        net = self._net
        x, hidden, last = net.layers
        f = forward(net, (values["x1"], values["x2"]))
        neuron, output = hidden[int(values["i"]) - 1], last[int(values["n"]) - 1]
        told = [*self._equations(f, output, "i"), *self._equations(f, neuron, "j")]
        edges = [(a, neuron) for a in x] + [(a, output) for a in hidden]
        y = f"y{values['n']}"
        return Shown(
            texts={"net": self._texts(f)},
            lit={
                "net": (
                    f"node-{output}",
                    f"node-{neuron}",
                    *(f"edge-{a}-{b}" for a, b in (*edges, (output, y))),
                )
            },
            equations=told,
            sentence=f"{plain_text(_named(net, y))} is the output of "
            f"{_plain(net, output)}: {format_number(told[0].value)}. "
            f"Its sum runs over both hidden neurons; {_plain(net, neuron)} is one of them, "
            f"with the output {format_number(told[2].value)}.",
        )

    def _equations(self, f: Forward, node: str, index: str) -> list[Equation]:
        """One neuron's formula with a Σ over `index`, and the same written out."""
        net = self._net
        k, n = net.places[node]
        sources = net.layers[k - 1]
        given = (f.x, *f.outputs)[k - 1][0]
        edges = tuple(f"edge-{a}-{node}" for a in sources)
        pairs = [
            (
                Term(
                    _named(net, a),
                    float(value),
                    "input",
                    (f"node-{a}",),
                    "an input" if k == 1 else f"the output of hidden neuron {place}",
                ),
                Term(
                    _between(_named(net, a), _named(net, node)),
                    net.weight(a, node),
                    "weight",
                    (f"edge-{a}-{node}",),
                    f"the weight between {_plain(net, a)} and {_plain(net, node)}",
                ),
            )
            for place, (a, value) in enumerate(zip(sources, given, strict=True), 1)
        ]
        total = sum(a.value * w.value for a, w in pairs)
        running = _running(net, sources, index)
        sigma = Term(
            rf"\sum_{{{index}=1}}^{{N_{k - 1}}} {running} \cdot "
            rf"{_between(running, _named(net, node))}",
            total,
            "sum",
            edges,
            f"the sum over the {len(sources)} edges that end at {_plain(net, node)}",
        )
        bias = Term(
            rf"b_{{{k},{n + 1}}}",
            net.bias(node),
            "weight",
            (f"node-{node}",),
            f"the bias of {_plain(net, node)}",
        )
        value = float(f.outputs[k - 1][0, n])
        if k == 1:
            result = Term(_named(net, node), value, "", (f"node-{node}",), f"hidden neuron {n + 1}")
        else:
            words = f"the output of {_plain(net, node)}"
            result = Term(_named(net, f"y{n + 1}"), value, "", (f"node-{node}",), words)
        return [
            Equation(result, (r"g \left(", sigma, "+", bias, r"\right)")),
            Equation(
                result,
                (r"g \left(", *joined("+", (*map(product, pairs), (bias,))), r"\right)"),
            ),
        ]

    def _texts(self, f: Forward) -> dict[str, str]:
        net = self._net
        return {
            **{f"value-{a}": format_number(v) for a, v in f.by_node(net).items()},
            **{f"value-y{n}": format_number(float(y)) for n, y in enumerate(f.y[0], 1)},
            **{f"weight-{a}-{b}": format_number(net.weight(a, b)) for a, b in net.edges},
            **{
                f"bias-{node}": plain_text(rf"b_{{{k},{n + 1}}}")
                + f" = {format_number(net.bias(node))}"
                for node, (k, n) in net.places.items()
                if k
            },
        }


def _named(net: Network, node: str) -> str:
    """LaTeX of a node as the article names it: the layer, then the place in it."""
    if node not in net.places or node.startswith("x"):
        return f"{node[0]}_{{{node[1:]}}}"
    k, n = net.places[node]
    return f"f_{{{k},{n + 1}}}"


def _plain(net: Network, node: str) -> str:
    return plain_text(_named(net, node))


def _running(net: Network, sources: Sequence[str], index: str) -> str:
    return _named(net, sources[0]).replace("1}", f"{index}}}")


def _between(a: str, b: str) -> str:
    """LaTeX of the weight w_{A–B} between two nodes."""
    return f"w_{{{a}-{b}}}"
