"""Draw the article's figures: `FIGURES` says what each shows, `draw_figure` draws it.

>>> sorted(FIGURES)[:3]
['lower-weights-highlighted', 'network-fully-connected', 'one-output-network']
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from matplotlib.figure import Figure

from backprop_core.drawing.artists import ERROR, INK, network_artists
from backprop_core.drawing.graph import network_graph
from backprop_core.drawing.layout import Edge, key
from backprop_core.drawing.svg import to_svg
from backprop_core.equations import weight_symbol

__all__ = ["FIGURES", "ArticleFigure", "draw_figure", "figure_artists"]

Layers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ArticleFigure:
    """A figure: a network, the symbols that are written on it, and what stands out.

    Attributes
    ----------
    says : str
        The text alternative.
    layers : tuple of tuple of str
        See `network_graph`.
    texts, lit, receiving, passed, dots, inside
        See `draw_network`; what is lit is lit backwards if `backwards`.
    """

    says: str
    layers: Layers
    texts: Mapping[str, str] = field(default_factory=dict)
    lit: tuple[str | Edge, ...] = ()
    backwards: bool = False
    receiving: tuple[str, ...] = ()
    passed: tuple[Edge, ...] = ()
    dots: tuple[Edge, ...] = ()
    inside: str = ""


# "and so on": the last node of a layer stands for number N_0, N_1 or N_2.
_FULL: Layers = (("x1", "x2", "xN"), ("f1_1", "f1_2", "f1_N"), ("f2_1", "f2_N"))
_FULL_NAMES = {
    "name-xN": "$x_{N_0}$",
    "name-f1_1": "$f_{1,1}$",
    "name-f1_2": "$f_{1,2}$",
    "name-f1_N": "$f_{1,N_1}$",
    "name-f2_1": "$f_{2,1}$",
    "name-f2_N": "$f_{2,N_2}$",
    "name-y2": "$y_{N_2}$",
}
_ONE: Layers = (("x1", "x2", "xN"), ("f1", "f2", "fN"), ("f",))
_ONE_NAMES = {"name-xN": "$x_{N_0}$", "name-fN": "$f_{N_1}$", "name-f": r"$\hat{f}$"}
_ONE_DOTS = (("x2", "xN"), ("f2", "fN"))
_NUMBERS = {"x1": "1", "x2": "2", "xN": "N_0", "f1": "1", "f2": "2", "fN": "N_1"}

_THREE: Layers = (("x1", "x2"), ("f1", "f2"), ("f3", "f4"), ("f5",))


def _weight(edge: Edge) -> dict[str, str]:
    """The symbol of a weight of the three-layer network, on its edge."""
    return {key("weight", edge): f"${weight_symbol(*edge)}$"}


def _weights_of(says: str, *neurons: str) -> ArticleFigure:
    """The three-layer network with the weights into these neurons, and to f₅, written and lit."""
    first, second = neurons
    edges = [
        edge for edge in network_graph(_THREE).edges if edge[1] in neurons or edge == (second, "f5")
    ]
    return ArticleFigure(
        says,
        _THREE,
        {text: symbol for edge in edges for text, symbol in _weight(edge).items()},
        lit=(*edges, first, second),
    )


def _propagate(says: str, sender: str, knowing: str, passed: tuple[Edge, ...]) -> ArticleFigure:
    """An error signal on its way back from a node; δ stands at the neurons that know theirs."""
    lit = tuple(edge for edge in network_graph(_THREE).edges if edge[1] == sender)
    written = {
        text: symbol for edge in lit if sender != "y" for text, symbol in _weight(edge).items()
    }
    # The article's first error signal has no index.
    deltas = {f"delta-f{n}": "$δ$" if n == "5" else f"$δ_{n}$" for n in knowing}
    return ArticleFigure(
        says,
        _THREE,
        {**written, **deltas},
        lit=(*lit, sender),
        backwards=True,
        receiving=tuple(tail for tail, _ in lit),
        passed=passed,
    )


_Y5 = (("f5", "y"),)
_TO_5 = (*_Y5, ("f3", "f5"), ("f4", "f5"))
_TO_3 = (*_TO_5, ("f1", "f3"), ("f2", "f3"))
_TO_4 = (*_TO_3, ("f1", "f4"), ("f2", "f4"))
_TO_1 = (*_TO_4, ("x1", "f1"), ("x2", "f1"))

FIGURES: dict[str, ArticleFigure] = {
    "network-fully-connected": ArticleFigure(
        "A fully connected network with two layers: each of the inputs x₁ to x_N₀ leads to each "
        "neuron f₁,₁ to f₁,N₁ of the first layer, and each of those to each neuron f₂,₁ to f₂,N₂ "
        "of the second, whose outputs are y₁ to y_N₂.",
        _FULL,
        _FULL_NAMES,
        dots=(("x2", "xN"), ("f1_2", "f1_N"), ("f2_1", "f2_N"), ("y1", "y2")),
    ),
    "single-neuron": ArticleFigure(
        "A single neuron: the inputs x₁ to x_N, each times its weight w₁ to w_N, and the bias b "
        "are added up to r; the activation function g makes the output y of it.",
        (("x1", "x2", "xN"), ("f1",)),
        {
            "name-xN": "$x_N$",
            "weight-x1-f1": "$w_1$",
            "weight-x2-f1": "$w_2$",
            "weight-xN-f1": "$w_N$",
            "bias-f1": "$b$",
            "sum-f1": "$r$",
            "value-f1": "$g(r)$",
        },
        dots=(("x2", "xN"),),
        inside="f1",
    ),
    "one-output-network": ArticleFigure(
        "A network with one output: the inputs x₁ to x_N₀ lead to the hidden neurons f₁ to f_N₁, "
        "and these to the single output neuron f̂, whose output is y.",
        _ONE,
        _ONE_NAMES,
        dots=_ONE_DOTS,
    ),
    "weights-1st-layer": ArticleFigure(
        "The same network with its first weights: on the edge from input x_j to hidden neuron f_k "
        "stands w_j,k, from w₁,₁ to w_N₀,N₁.",
        _ONE,
        {
            **_ONE_NAMES,
            **{
                f"weight-{j}-{k}": f"$w_{{{_NUMBERS[j]},{_NUMBERS[k]}}}$"
                for j, k in product(_ONE[0], _ONE[1])
            },
        },
        dots=_ONE_DOTS,
    ),
    "weights-2nd-layer": ArticleFigure(
        "The same network with its second weights: ŵ₁, ŵ₂ to ŵ_N₁ stand on the edges from the "
        "hidden neurons f₁, f₂ to f_N₁ to the output neuron f̂.",
        _ONE,
        {**_ONE_NAMES, **{f"weight-{k}-f": rf"$\hat{{w}}_{{{_NUMBERS[k]}}}$" for k in _ONE[1]}},
        dots=_ONE_DOTS,
    ),
    "three-layered-network": ArticleFigure(
        "A network with three layers: the inputs x₁ and x₂ lead to f₁ and f₂, these to f₃ and f₄, "
        "and these to f₅, whose output is y.",
        _THREE,
    ),
    "upper-weights-highlighted": _weights_of(
        "The three-layer network with the weights into its upper neurons written on their edges: "
        "w_x₁,₁ and w_x₂,₁ into f₁, w₁,₃ and w₂,₃ into f₃, w₃,₅ from there into f₅.",
        *("f1", "f3"),
    ),
    "lower-weights-highlighted": _weights_of(
        "The three-layer network with the weights into its lower neurons written on their edges: "
        "w_x₁,₂ and w_x₂,₂ into f₂, w₁,₄ and w₂,₄ into f₄, w₄,₅ from there into f₅.",
        *("f2", "f4"),
    ),
    "propagate-y-f5": _propagate(
        "The error signal enters at the output: it runs from y back to f₅, which now knows δ.",
        *("y", "5", ()),
    ),
    "propagate-f5-f3_f4": _propagate(
        "The error signal runs from f₅ back to f₃ along w₃,₅ and to f₄ along w₄,₅: these two now "
        "know δ₃ and δ₄.",
        *("f5", "534", _Y5),
    ),
    "propagate-f3-f1_f2": _propagate(
        "The error signal of f₃ runs back to f₁ along w₁,₃ and to f₂ along w₂,₃; the share of f₄ "
        "is still to come.",
        *("f3", "534", _TO_5),
    ),
    "propagate-f4-f1_f2": _propagate(
        "The error signal of f₄ runs back to f₁ along w₁,₄ and to f₂ along w₂,₄; added to the "
        "share of f₃ it makes δ₁ and δ₂.",
        *("f4", "53412", _TO_3),
    ),
    "propagate-f1-x1_x2": _propagate(
        "The error signal of f₁ runs back to the inputs x₁ and x₂ along w_x₁,₁ and w_x₂,₁.",
        *("f1", "53412", _TO_4),
    ),
    "propagate-f2-x1_x2": _propagate(
        "The error signal of f₂ runs back to the inputs x₁ and x₂ along w_x₁,₂ and w_x₂,₂.",
        *("f2", "53412", _TO_1),
    ),
}


# A picture that is referred to cannot see the theme of the page, only that of the system. So it
# stands on a card of its own, whose colour turns together with the colours of what lies on it, and
# is legible on any page. Where it is part of the page, it follows the page's theme instead.
_CARD = "#fffdfa"
_NIGHT = "--card: #17191a; --ink: #ecebe4; --quiet: #8f8d86; --glow: #ff8a3d; --words: #ff8a3d"
_STYLE = f"""
.bp-figure {{ --card: {_CARD}; --ink: {INK}; --quiet: #8d897f; --glow: {ERROR}; --words: #b84f00;
  max-width: 100%; height: auto }}
@media (prefers-color-scheme: dark) {{ .bp-figure:root {{ {_NIGHT} }} }}
[data-jp-theme-light="false"] .bp-figure {{ {_NIGHT} }}
.bp-figure .card {{ fill: var(--card) }}
.bp-figure .disc {{ fill: var(--card); stroke: var(--ink) }}
.bp-figure :is(.shaft, .divider) {{ stroke: var(--quiet) }}
.bp-figure :is(.head, .back-head) {{ fill: var(--quiet); stroke: none }}
.bp-figure :is(text, .dot) {{ fill: var(--ink) }}
.bp-figure [paint-order] {{ stroke: var(--card) }}
.bp-figure .under {{ fill: var(--card) }}
.bp-figure .delta {{ fill: var(--words) }}
.bp-figure :is(.is-lit, .is-passed) .shaft {{ stroke: var(--glow) }}
.bp-figure :is(.is-lit, .is-receiving) .disc {{ stroke: var(--glow) }}
.bp-figure :is(.is-lit, .is-passed) :is(.head, .back-head) {{ fill: var(--glow) }}
.bp-figure .is-lit :is(.head, .back-head) {{ stroke: var(--glow) }}
"""


def draw_figure(name: str) -> str:
    """Draw a figure of the article as one ``<svg class="bp-figure">`` on a card of its own.

    Its style sheet speaks of nothing outside it: it can be a file and it can be part of a page.

    Raises
    ------
    KeyError
        If the article has no figure of this name.
    """
    artists = figure_artists(name)
    width, height = (round(72 * inches, 2) for inches in artists.get_size_inches())
    svg = to_svg(
        artists,
        label=FIGURES[name].says,
        css_class="bp-figure",
        attributes={"width": f"{width:g}", "height": f"{height:g}"},
    )
    start = svg.index(">") + 1
    card = f'<rect class="card" width="{width:g}" height="{height:g}" rx="12" fill="{_CARD}" />'
    return f"{svg[:start]}<style>{_STYLE}</style>{card}{svg[start:]}\n"


def figure_artists(name: str) -> Figure:
    """Draw a figure of the article on a matplotlib figure of its own."""
    figure = FIGURES[name]
    return network_artists(
        network_graph(figure.layers),
        texts=figure.texts,
        lit=figure.lit,
        backwards=figure.backwards,
        receiving=figure.receiving,
        passed=figure.passed,
        dots=figure.dots,
        inside=figure.inside,
        labels="names",
        background=_CARD,
    )
