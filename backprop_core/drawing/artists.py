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

from backprop_core.drawing.layout import (
    ROLES,
    Edge,
    Label,
    Labels,
    Layout,
    Point,
    key,
    network_layout,
)
from backprop_core.drawing.svg import BLANK, SANS, SERIF, to_svg

INK = "#1d1d1f"
QUIET = "#5f5e66"
EDGE = "#b4b0a8"
DISC = "#ffffff"
ERROR = "#D55E00"
_HALOS = {"weight": " halo", "delta": " thin-halo", "bias": " thin-halo"}


def draw_network(
    graph: nx.DiGraph,
    *,
    texts: Mapping[str, str] | None = None,
    lit: Iterable[str | Edge] = (),
    backwards: bool = False,
    receiving: Iterable[str] = (),
    dots: Iterable[tuple[str, str]] = (),
    labels: Labels = "auto",
    background: str = "#ffffff",
    label: str | None = None,
) -> str:
    """Draw a network as one ``<svg>`` element.

    Every edge is a group of class ``edge edge-f3-f5`` with the paths ``shaft``, ``head`` and the
    hidden ``back-head`` and the text ``weight weight-f3-f5``. Every node is a group of class
    ``node node-f3 neuron`` (``input``, ``output``) with the circle ``disc`` and the texts
    ``name``, ``value value-f3``, ``delta delta-f3``, ``bias bias-f3``; an output has no disc,
    and ``target target-y`` under its value. Nothing has an id.

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
    dots : iterable of (str, str)
        Pairs of nodes of one layer with "and so on" dots between them.
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
        dots=dots,
        labels=labels,
        background=background,
    )
    return to_svg(figure, label=_text_alternative(graph) if label is None else label)


def network_artists(
    graph: nx.DiGraph,
    *,
    texts: Mapping[str, str] | None = None,
    lit: Iterable[str | Edge] = (),
    backwards: bool = False,
    receiving: Iterable[str] = (),
    dots: Iterable[tuple[str, str]] = (),
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
    lit, receiving, dots = list(lit), list(receiving), list(dots)
    known = dict(texts or {})
    _check_names(graph, known, lit, receiving, dots)
    layout = network_layout(graph, labels=labels, texts=known)

    figure = Figure(figsize=(layout.width / 72, layout.height / 72), dpi=72, facecolor=background)
    figure.patch.set_visible(False)
    # Downwards as in the SVG.
    down = Affine2D().scale(1, -1).translate(0, layout.height)
    for edge in graph.edges:
        classes = ["edge", key("edge", edge)]
        if edge in lit:
            classes += ["is-lit", "is-back"] if backwards else ["is-lit"]
        _add(figure, down, classes, 1, _edge_artists(layout, edge, classes))
        _add(figure, down, classes, 1, _text_artists(layout, edge, known, classes))
    for node, data in graph.nodes(data=True):
        classes = ["node", key("node", node), data["kind"]]
        classes += ["is-lit"] if node in lit else []
        classes += ["is-receiving"] if node in receiving else []
        names = {key("name", node): _symbol(node), **known}
        labels_of_node = _text_artists(layout, node, names, classes)
        inside = {name: text for name, text in labels_of_node.items() if "halo" not in name}
        outside = {name: text for name, text in labels_of_node.items() if "halo" in name}
        # The disc lies above the halo of its δ and its bias, and below its name and value.
        _add(figure, down, classes, 2, outside)
        if data["kind"] != "output":
            disc = _disc(layout.centres[node], layout.sizes.disc, classes)
            _add(figure, down, classes, 2, {"disc": disc})
        _add(figure, down, classes, 2, inside)
    for first, last in dots:
        (x0, y0), (x1, y1) = layout.centres[first], layout.centres[last]
        for n in (-1, 0, 1):
            middle = ((x0 + x1) / 2, (y0 + y1) / 2 + 11 * n)
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
    lit, back = "is-lit" in classes, "is-back" in classes
    start, end = layout.shafts[edge]
    length = layout.sizes.head
    colour = ERROR if lit else EDGE
    width = layout.sizes.line * (2.3 if lit else 1)
    # Under the head the line stops early, or its blunt end would show beside the tip.
    shaft = Path([start, _towards(end, start, 0 if back else length / 2)])
    artists: dict[str, Artist] = {
        "shaft": PathPatch(shaft, edgecolor=colour, fill=False, linewidth=width, capstyle="butt")
    }
    if length:
        forward, backward = _head(start, end, length), _head(end, start, length)
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


def _head(tail: Point, tip: Point, length: float) -> list[Point]:
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
        _text_class(label.role, owner): _text(
            label, known.get(key(label.role, owner), ""), "is-lit" in classes
        )
        for label in layout.labels.get(owner, ())
    }


def _text_class(role: str, owner: str | Edge) -> str:
    if role == "name":
        return "name"
    return f"{role} {key(role, owner)}{_HALOS.get(role, '')}"


def _text(label: Label, text: str, lit: bool) -> Text:
    is_name = label.role == "name"
    colour = {"name": INK, "delta": ERROR}.get(label.role, INK if lit else QUIET)
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
        artist.set_fontstyle("italic")
        artist.set_fontfamily(SERIF)
    if label.role == "delta" or (lit and label.role == "weight"):
        artist.set_fontweight("bold")
    return artist


def _symbol(node: str) -> str:
    """Return a node's name with its number as a subscript: ``f12`` becomes ``$f_{12}$``."""
    match = re.fullmatch(r"([A-Za-z]+)_?(\d+)", node)
    return f"${match[1]}_{{{match[2]}}}$" if match else f"${node}$"


def _text_alternative(graph: nx.DiGraph) -> str:
    layers: dict[int, list[str]] = {}
    for node, data in graph.nodes(data=True):
        layers.setdefault(data["layer"], []).append(node)
    return "Network: " + " → ".join(", ".join(layers[k]) for k in sorted(layers))


def _check_names(
    graph: nx.DiGraph,
    texts: Mapping[str, str],
    lit: list[str | Edge],
    receiving: list[str],
    dots: list[tuple[str, str]],
) -> None:
    nodes, edges = list(graph.nodes), list(graph.edges)
    for place, names in (("lit", lit), ("receiving", receiving)):
        for name in names:
            if name not in nodes and (place == "receiving" or name not in edges):
                raise ValueError(f"{place} names {name!r}; {_existing(graph)}")
    for pair in dots:
        for node in pair:
            if node not in nodes:
                raise ValueError(f"dots names {node!r}; {_existing(graph)}")
    keys = {key("weight", edge) for edge in edges if graph.nodes[edge[1]]["kind"] != "output"}
    for node, data in graph.nodes(data=True):
        keys.update(key(role, node) for role in ROLES[data["kind"]])
    for text in texts:
        if text not in keys:
            raise ValueError(
                f"texts names {text!r}; expected name-, value-, delta-, bias-, target- and a node "
                f"or weight- and an edge (from-to), where {_existing(graph)}"
            )


def _existing(graph: nx.DiGraph) -> str:
    edges = ", ".join("-".join(edge) for edge in graph.edges)
    return f"the nodes are {', '.join(graph.nodes)} and the edges {edges}"
