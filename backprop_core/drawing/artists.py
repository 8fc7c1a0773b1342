"""Draw a network with matplotlib artists: discs, arrows, names, and texts to be filled in."""

import re
from collections.abc import Collection, Iterable, Mapping

import networkx as nx
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from backprop_core.drawing import markup
from backprop_core.drawing.layout import (
    ALWAYS,
    ROLES,
    Edge,
    Label,
    Labels,
    Layout,
    Point,
    key,
    network_layout,
)
from backprop_core.drawing.svg import BLANK, SANS, SERIF, settings, to_svg

INK = "#1d1d1f"
QUIET = "#5f5e66"
EDGE = "#b4b0a8"
DISC = "#ffffff"
ERROR = "#D55E00"
# What a page can light inside a neuron, as if it were a node of its own.
_PARTS = {
    "adder": " node-sum",
    "sum": " node-sum",
    "activation": " node-g",
    "value": " node-g",
    "bias": " node-b",
}
_HALOS = {"weight": " halo", "delta": " thin-halo", "bias": " thin-halo"}


def draw_network(
    graph: nx.DiGraph,
    *,
    texts: Mapping[str, str] | None = None,
    lit: Iterable[str | Edge] = (),
    backwards: bool = False,
    receiving: Iterable[str] = (),
    passed: Iterable[Edge] = (),
    dots: Iterable[tuple[str, str]] = (),
    inside: str = "",
    without: Collection[str] = (),
    labels: Labels = "auto",
    background: str = "#ffffff",
    label: str | None = None,
) -> str:
    """Draw a network as one ``<svg>`` element.

    Every edge is a group of class ``edge edge-f3-f5`` with the paths ``shaft``, ``head`` and the
    hidden ``back-head`` and the text ``weight weight-f3-f5``. Every node is a group of class
    ``node node-f3 neuron`` (``input``, ``output``) with the circle ``disc`` and the texts
    ``name``, ``value value-f3``, ``delta delta-f3``, ``bias bias-f3``; an output has no disc,
    and ``target target-y`` under its value. The neuron that is shown with its ``inside`` has a
    larger disc with a ``divider``: on the left the texts ``adder`` (Σ) and ``sum sum-f1``, on the
    right ``activation`` (g) and ``value value-f1``; its ``bias bias-f1`` stands at the tail of an
    arrow of its own. The parts are also of class ``node-sum``, ``node-g`` and ``node-b``. Nothing
    has an id.

    Parameters
    ----------
    graph : networkx.DiGraph
        As made by `network_graph`.
    texts : mapping of str to str, optional
        What to write, by the class of the text: ``{"weight-f3-f5": "1.2", "value-f3": "0.58",
        "delta-f3": "δ₃ = −0.112", "name-x2": "$x_N$"}``. Between dollar signs ``_``, ``^`` and
        ``\\hat`` are understood. Names default to the node's name with its number as a
        subscript, all else to an empty text. Texts of a kind for which the network is too large
        are left out.
    lit : iterable of str and (str, str)
        Nodes and edges that stand out (class ``is-lit``).
    backwards : bool
        Whether the signal on lit edges runs from head to tail (class ``is-back``).
    receiving : iterable of str
        Nodes about to receive the signal, with a dashed outline (class ``is-receiving``).
    passed : iterable of (str, str)
        Edges along which the signal ran back before (class ``is-passed``).
    dots : iterable of (str, str)
        Pairs of nodes of one layer with "and so on" dots between them.
    inside : str
        A neuron to show with what happens inside it, alone in its layer; "" for none.
    without : collection of str
        Kinds of text that get no room, such as ``delta``.
    labels : {"auto", "names", "none"}
        Which texts get room; see `network_layout`.
    background : str
        Colour behind the drawing, for the gap around texts on edges.
    label : str, optional
        The text alternative; by default the layers' names.

    Returns
    -------
    str
        The same bytes for the same arguments.

    Raises
    ------
    ValueError
        If a node, edge or text is named that the graph does not have.
    """
    figure = network_artists(
        graph,
        texts=texts,
        lit=lit,
        backwards=backwards,
        receiving=receiving,
        passed=passed,
        dots=dots,
        inside=inside,
        without=without,
        labels=labels,
        background=background,
    )
    return to_svg(figure, label=_text_alternative(graph, texts or {}) if label is None else label)


@settings()
def network_artists(
    graph: nx.DiGraph,
    *,
    texts: Mapping[str, str] | None = None,
    lit: Iterable[str | Edge] = (),
    backwards: bool = False,
    receiving: Iterable[str] = (),
    passed: Iterable[Edge] = (),
    dots: Iterable[tuple[str, str]] = (),
    inside: str = "",
    without: Collection[str] = (),
    labels: Labels = "auto",
    background: str = "#ffffff",
) -> Figure:
    """Draw a network on a figure of its own; the parameters are those of `draw_network`.

    Returns
    -------
    matplotlib.figure.Figure
        Its artists carry their place in the SVG as gid, such as ``node node-f3 neuron/disc``.
        Their coordinates are those of the viewBox.
    """
    lit, receiving, dots, passed = list(lit), list(receiving), list(dots), list(passed)
    known = dict(texts or {})
    _check_names(graph, known, lit, receiving, passed, dots, inside)
    layout = network_layout(graph, labels=labels, texts=known, inside=inside, without=without)

    figure = Figure(figsize=(layout.width / 72, layout.height / 72), dpi=72, facecolor=background)
    figure.patch.set_visible(False)
    # Downwards as in the SVG.
    down = Affine2D().scale(1, -1).translate(0, layout.height)
    for edge in graph.edges:
        classes = ["edge", key("edge", edge)]
        if edge in lit:
            classes += ["is-lit", "is-back"] if backwards else ["is-lit"]
        elif edge in passed:
            classes.append("is-passed")
        _add(figure, down, classes, 1, _edge_artists(layout, edge, classes))
        _add(figure, down, classes, 1, _text_artists(layout, edge, known, classes))
    for node, data in graph.nodes(data=True):
        classes = ["node", key("node", node), data["kind"]]
        classes += ["is-lit"] if node in lit else []
        classes += ["is-receiving"] if node in receiving else []
        names = {key("name", node): _symbol(node), **known}
        if node == inside:
            signs = {key("adder", node): "Σ", key("activation", node): "$g$"}
            names = {**signs, **names}
        labels_of_node = _text_artists(layout, node, names, classes)
        above = {name: text for name, text in labels_of_node.items() if "halo" not in name}
        below = {name: text for name, text in labels_of_node.items() if "halo" in name}
        # The disc lies above the halo of its δ and its bias, and below its name and value.
        _add(figure, down, classes, 2, below)
        if node == inside:
            _add(figure, down, classes, 2, _bias_arrow(layout, classes))
        if data["kind"] != "output":
            disc = _disc(layout.centres[node], layout.radius(node), classes)
            _add(figure, down, classes, 2, {"disc": disc})
        if node == inside:
            _add(figure, down, classes, 2, {"divider": _divider(layout)})
        _add(figure, down, classes, 2, above)
    for first, last in dots:
        (x0, y0), (x1, y1) = layout.centres[first], layout.centres[last]
        # An output's place is where its arrow ends; its name stands beside.
        aside = 14 if graph.nodes[first]["kind"] == "output" else 0
        for n in (-1, 0, 1):
            middle = ((x0 + x1) / 2 + aside, (y0 + y1) / 2 + 11 * n)
            dot = Circle(middle, 2.2, facecolor=INK, linewidth=0)
            _add(figure, down, ["dots", f"dots-{first}-{last}"], 2, {f"dot dot-{n + 2}": dot})
    return figure


def _add(
    figure: Figure,
    transform: Transform,
    group: Collection[str],
    zorder: int,
    artists: Mapping[str, Artist],
) -> None:
    for own_class, artist in artists.items():
        artist.set_gid(f"{' '.join(group)}/{own_class}")
        artist.set_transform(transform)
        artist.set_zorder(zorder)
        figure.add_artist(artist)


def _edge_artists(layout: Layout, edge: Edge, classes: Collection[str]) -> dict[str, Artist]:
    lit, passed = "is-lit" in classes, "is-passed" in classes
    back = passed or "is-back" in classes
    start, end = layout.shafts[edge]
    length = layout.sizes.head
    colour = ERROR if lit or passed else EDGE
    artists: dict[str, Artist] = {
        "shaft": _line(start, _towards(end, start, 0 if back else length / 2), layout, lit, colour)
    }
    if length:
        forward, backward = arrow_head(start, end, length), arrow_head(end, start, length)
        for own_class, triangle, shown in (
            ("head", forward, not back),
            ("back-head", backward, back),
        ):
            head = Polygon(
                triangle,
                facecolor=colour,
                edgecolor=colour,
                linewidth=1.5 if lit else 0,
                joinstyle="miter",
            )
            head.set_visible(shown)
            artists[own_class] = head
    return artists


def _line(start: Point, end: Point, layout: Layout, lit: bool, colour: str) -> Artist:
    """Return the line of an arrow; under the head it must stop early, or its end would show."""
    return PathPatch(
        Path([start, end]),
        edgecolor=colour,
        fill=False,
        linewidth=layout.sizes.line * (2.3 if lit else 1),
        capstyle="butt",
    )


def _bias_arrow(layout: Layout, classes: Collection[str]) -> dict[str, Artist]:
    start, end = layout.bias_arrow()
    length, lit = layout.sizes.head, "is-lit" in classes
    colour = ERROR if lit else EDGE
    head = Polygon(arrow_head(start, end, length), facecolor=colour, linewidth=0)
    shaft = _line(start, _towards(end, start, length / 2), layout, lit, colour)
    part = _PARTS["bias"]
    return {f"shaft bias-shaft{part}": shaft, f"head bias-head{part}": head}


def _divider(layout: Layout) -> Artist:
    x, y = layout.centres[layout.inside]
    radius = layout.radius(layout.inside)
    return _line((x, y - radius), (x, y + radius), layout, False, EDGE)


def arrow_head(tail: Point, tip: Point, length: float) -> list[Point]:
    """Return the triangle of an arrow head whose tip lies at `tip`."""
    x, y = _towards(tip, tail, length)
    dx, dy = (tip[0] - x) * 0.4, (tip[1] - y) * 0.4
    return [tip, (x - dy, y + dx), (x + dy, y - dx)]


def _towards(start: Point, end: Point, by: float) -> Point:
    (x0, y0), (x1, y1) = start, end
    share = by / ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _disc(centre: Point, radius: float, classes: Collection[str]) -> Circle:
    lit, receiving = "is-lit" in classes, "is-receiving" in classes
    disc = Circle(
        centre,
        radius,
        facecolor=DISC,
        edgecolor=ERROR if lit or receiving else INK,
        linewidth=(1.5 if radius > 15 else 1) * (2 if lit else 1.5 if receiving else 1),
    )
    if receiving:
        disc.set_linestyle((0, (2, 1.3)))
    return disc


def _text_artists(
    layout: Layout, owner: str | Edge, known: Mapping[str, str], classes: Collection[str]
) -> dict[str, Artist]:
    return {
        _text_class(label.role, owner, layout.inside): _text(
            label, known.get(key(label.role, owner), ""), "is-lit" in classes
        )
        for label in layout.labels.get(owner, ())
    }


def _text_class(role: str, owner: str | Edge, inside: str) -> str:
    part = _PARTS.get(role, "") if owner == inside else ""
    if role in ALWAYS:
        return role + part
    return f"{role} {key(role, owner)}{_HALOS.get(role, '')}{part}"


def _text(label: Label, text: str, lit: bool) -> Text:
    is_name = label.role in ALWAYS
    colour = ERROR if label.role == "delta" else INK if lit or is_name else QUIET
    artist = Text(
        label.x,
        label.y,
        text or BLANK,
        color=colour,
        horizontalalignment=label.anchor,
        verticalalignment="baseline",
        parse_math=False,  # symbols become live text, not glyphs
    )
    artist.set_fontfamily(SERIF if is_name else SANS)
    artist.set_fontsize(label.size)
    if is_name or text.startswith("$"):
        artist.set_fontstyle("normal" if label.role == "adder" else "italic")
        artist.set_fontfamily(SERIF)
    if label.role == "delta" or (lit and label.role == "weight"):
        artist.set_fontweight("bold")
    return artist


def _symbol(node: str) -> str:
    """Return a node's name with its number as a subscript: ``f12`` becomes ``$f_{12}$``."""
    match = re.fullmatch(r"([A-Za-z]+)_?(\d+)", node)
    return f"${match[1]}_{{{match[2]}}}$" if match else f"${node}$"


def _text_alternative(graph: nx.DiGraph, texts: Mapping[str, str]) -> str:
    layers: dict[int, list[str]] = {}
    for node, data in graph.nodes(data=True):
        name = "".join(run.text for run in markup.runs(texts.get(key("name", node), node)))
        layers.setdefault(data["layer"], []).append(name)
    return "Network: " + " → ".join(", ".join(layers[k]) for k in sorted(layers))


def _check_names(
    graph: nx.DiGraph,
    texts: Mapping[str, str],
    lit: list[str | Edge],
    receiving: list[str],
    passed: list[Edge],
    dots: list[tuple[str, str]],
    inside: str,
) -> None:
    nodes, edges = list(graph.nodes), list(graph.edges)
    for place, names in (("lit", lit), ("receiving", receiving)):
        for name in names:
            if name not in nodes and (place == "receiving" or name not in edges):
                raise ValueError(f"{place} names {name!r}; {_existing(graph)}")
    for edge in passed:
        if edge not in edges:
            raise ValueError(f"passed names {edge!r}; {_existing(graph)}")
    for pair in dots:
        for node in pair:
            if node not in nodes:
                raise ValueError(f"dots names {node!r}; {_existing(graph)}")
    if inside and not _alone(graph, inside):
        raise ValueError(
            f"inside names {inside!r}; expected a neuron that is alone in its layer, where "
            f"{_existing(graph)}"
        )
    keys = {key("weight", edge) for edge in edges if graph.nodes[edge[1]]["kind"] != "output"}
    for node, data in graph.nodes(data=True):
        roles = ROLES["inside" if node == inside else data["kind"]]
        keys.update(key(role, node) for role in roles)
    for text in texts:
        if text not in keys:
            raise ValueError(
                f"texts names {text!r}; expected name-, value-, delta-, bias-, target- and a node "
                f"or weight- and an edge (from-to), where {_existing(graph)}"
            )


def _alone(graph: nx.DiGraph, node: str) -> bool:
    layers = dict(graph.nodes(data="layer"))
    beside = [other for other, layer in layers.items() if layer == layers.get(node)]
    return beside == [node] and graph.nodes[node]["kind"] == "neuron"


def _existing(graph: nx.DiGraph) -> str:
    edges = ", ".join("-".join(edge) for edge in graph.edges)
    return f"the nodes are {', '.join(graph.nodes)} and the edges {edges}"
