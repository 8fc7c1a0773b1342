"""Find a place for every disc, arrow and text of a network, so that nothing overlaps.

All lengths are units of the drawing's viewBox: x to the right, y downwards.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import hypot
from typing import Literal, NamedTuple, get_args

import networkx as nx

from backprop_core.drawing import markup

Edge = tuple[str, str]
Point = tuple[float, float]
Labels = Literal["auto", "names", "none"]

# The texts of each kind of node, in reading order.
ROLES = {
    "input": ("name", "value", "delta"),
    "neuron": ("name", "value", "delta", "bias"),
    "output": ("name", "value", "target"),
    "inside": ("adder", "sum", "activation", "value", "bias"),
}
# Texts that say what something is, and are there with any labels at all.
ALWAYS = ("name", "adder", "activation")
# What a browser will write into texts that are still empty has to find room.
RESERVED = {
    "name": "f",
    "value": "0.000",
    "target": "t = −0.12",
    "weight": "−0.0112",
    "delta": "δ₃ = −0.112",
    "bias": "b₃ = −0.112",
    "adder": "Σ",
    "activation": "g",
    "sum": "−0.112",
}
# A neuron that is shown with its inside has this many times the radius of another.
INSIDE = 2.25
_BIAS_ARROW = 30.0
# More weights than these between two columns would have to be too small to read.
_MOST_WEIGHTS = 25


class Box(NamedTuple):
    """A rectangle: `left`, `top`, `right`, `bottom`."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Tell whether the two rectangles share more than a border."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def distance(self, point: Point) -> float:
        """Return how far a point is from the rectangle (0 inside)."""
        x, y = point
        return hypot(max(self.left - x, 0, x - self.right), max(self.top - y, 0, y - self.bottom))

    def meets(self, start: Point, end: Point) -> bool:
        """Tell whether the straight line from `start` to `end` enters the rectangle."""
        enter, leave = 0.0, 1.0
        for a, b, low, high in (
            (start[0], end[0], self.left, self.right),
            (start[1], end[1], self.top, self.bottom),
        ):
            if a == b:
                if not low < a < high:
                    return False
                continue
            first, last = sorted(((low - a) / (b - a), (high - a) / (b - a)))
            enter, leave = max(enter, first), min(leave, last)
        return enter < leave


class Label(NamedTuple):
    """A text's role, its anchor point on the baseline, and the box that it needs."""

    role: str
    x: float
    y: float
    size: float
    anchor: Literal["center", "left"]
    box: Box


@dataclass(frozen=True)
class Sizes:
    """One size of drawing: how many nodes a column may hold, and what then has room."""

    most: int
    """Nodes in the largest layer up to which this size is used."""
    disc: float
    """Radius of a disc."""
    row: float
    """Distance between two discs of the largest layer."""
    head: float
    """Length of an arrow head."""
    line: float
    """Width of an edge."""
    fonts: Mapping[str, float]
    """Font size of each kind of text; a kind that is missing has no room."""
    left: float = 60
    """From the left border to the middle of the first column."""
    gap: float = 0
    """Distance of two small columns with weights between them; 0: as close as arrows allow."""


_ALL = {"name": 18, "value": 13, "target": 13.5, "delta": 15, "bias": 12.5, "weight": 13.5}
_ALL |= {"adder": 24, "activation": 22, "sum": 13}
SIZES = (
    Sizes(most=2, disc=28, row=158, head=11, line=1.3, fonts=_ALL, gap=140),
    Sizes(most=3, disc=28, row=124, head=11, line=1.3, fonts=_ALL, gap=140),
    Sizes(most=5, disc=28, row=112, head=11, line=1.3, fonts=_ALL, gap=140),
    Sizes(most=6, disc=26, row=104, head=10, line=1.2, fonts=_ALL, gap=140),
    Sizes(
        most=6,
        disc=24,
        row=88,
        head=9,
        line=1,
        fonts={"name": 16, "value": 11.5, "target": 13, "delta": 13, "bias": 12},
    ),
    Sizes(
        most=10,
        disc=19,
        row=60,
        head=8,
        line=0.9,
        fonts={"name": 14, "value": 10, "target": 12, "delta": 12},
    ),
    Sizes(most=20, disc=9.5, row=25, head=4.5, line=0.6, fonts={"name": 9.5}, left=17.5),
    Sizes(most=10**9, disc=4, row=10, head=0, line=0.4, fonts={}, left=12),
)
# With names alone, for pictures that are looked at: symbols, larger and closer together.
_SYMBOLS = {"name": 23, "weight": 19, "delta": 20, "bias": 19, "target": 19, "value": 19, "sum": 19}
_SYMBOLS |= {"adder": 30, "activation": 26}
NAMED = (
    Sizes(most=2, disc=31, row=150, head=12, line=1.5, fonts=_SYMBOLS, left=44, gap=150),
    Sizes(most=5, disc=31, row=132, head=12, line=1.5, fonts=_SYMBOLS, left=44, gap=180),
)


@dataclass(frozen=True)
class Layout:
    """Where everything is: see `network_layout`."""

    width: float
    height: float
    sizes: Sizes
    centres: Mapping[str, Point]
    """Middle of each disc; for an output, where its arrow ends."""
    shafts: Mapping[Edge, tuple[Point, Point]]
    """Both ends of each edge, in the direction of the forward sweep."""
    labels: Mapping[str | Edge, tuple[Label, ...]] = field(default_factory=dict)
    """The texts of each node and edge, in drawing order."""
    inside: str = ""
    """The neuron that is shown with its inside."""

    def radius(self, node: str) -> float:
        """Return the radius of a node's disc."""
        return self.sizes.disc * (INSIDE if node == self.inside else 1)

    def bias_arrow(self) -> tuple[Point, Point]:
        """Return both ends of the arrow by which the bias enters the open neuron's sum."""
        x, y = self.centres[self.inside]
        radius = self.radius(self.inside)
        # Straight down into the half of the disc that adds up.
        top = y - radius * 0.75**0.5
        return (x - radius / 2, y - radius - _BIAS_ARROW), (x - radius / 2, top)


def network_layout(
    graph: nx.DiGraph,
    *,
    labels: Labels = "auto",
    texts: Mapping[str, str] | None = None,
    inside: str = "",
    without: Collection[str] = (),
) -> Layout:
    """Lay a network out in columns, as large and with as many texts as have room.

    Parameters
    ----------
    graph : networkx.DiGraph
        As made by `network_graph`.
    labels : {"auto", "names", "none"}
        "auto" makes room for names, values, error signals, biases and weights as far as the
        largest layer allows; "names" only for names and for what `texts` says, which can then be
        larger; "none" for nothing.
    texts : mapping of str to str, optional
        Texts known already, by the key that `draw_network` describes.
    inside : str
        A neuron to show with its inside, alone in its layer; "" for none.
    without : collection of str
        Kinds of text that get no room.

    Returns
    -------
    Layout

    Raises
    ------
    ValueError
        If `labels` is none of these.

    Examples
    --------
    >>> from backprop_core.drawing import network_graph
    >>> layout = network_layout(network_graph((("x1", "x2"), ("f1",))))
    >>> [label.role for label in layout.labels["f1"]]
    ['name', 'value', 'delta', 'bias']
    >>> [label.role for label in layout.labels["x1", "f1"]]
    ['weight']
    """
    if labels not in get_args(Labels):
        raise ValueError(f"labels is {labels!r}; expected one of {', '.join(get_args(Labels))}")
    known = texts or {}
    largest = max(_layer_sizes(graph))
    for sizes in (*NAMED, *SIZES) if labels == "names" else SIZES:
        if largest > sizes.most:
            continue
        needed = {text.partition("-")[0] for text in known} | {*ALWAYS}
        fonts = {
            role: size
            for role, size in sizes.fonts.items()
            if role not in without and (labels != "names" or role in needed)
        }
        layout = _columns(graph, replace(sizes, fonts=fonts), inside)
        beside = _beside_arrows(graph, fonts, known, labels)
        layout = replace(layout, width=layout.width + beside)
        fonts = fonts if labels != "none" else {}
        layout = _with_node_labels(layout, graph, fonts, labels, known)
        if "weight" not in fonts:
            return layout
        edges = [
            edge
            for edge in graph.edges
            if graph.nodes[edge[1]]["kind"] != "output"
            and (labels == "auto" or key("weight", edge) in known)
        ]
        discs = [
            (layout.centres[node], layout.radius(node))
            for node, kind in graph.nodes(data="kind")
            if kind != "output"
        ]
        placed = _place_weights(layout, discs, edges, fonts["weight"], known, labels == "auto")
        if placed is not None:
            on_edges: dict[str | Edge, tuple[Label, ...]] = {
                edge: (label,) for edge, label in placed.items()
            }
            return replace(layout, labels={**layout.labels, **on_edges})
    raise AssertionError("the smallest size has no weights and always fits")


def key(role: str, owner: str | Edge) -> str:
    """Return the class that marks one text, such as ``weight-f3-f5`` or ``value-f1``."""
    return "-".join((role, owner) if isinstance(owner, str) else (role, *owner))


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Estimate the width of a text in a wide sans-serif font (DejaVu Sans)."""
    wide = sum(_advance(char) * run.scale for run in markup.runs(text) for char in run.text)
    return wide * size * (1.1 if bold else 1.0)


def _advance(char: str) -> float:
    if char in " .,;:'|ijl()":
        return 0.36
    if char in "−=+≈<>wmWM":
        return 0.84
    return 0.42 if char in "₀₁₂₃₄₅₆₇₈₉" else 0.64


def _layer_sizes(graph: nx.DiGraph) -> list[int]:
    """Count the nodes per layer, the outputs' names left out."""
    counts: dict[int, int] = {}
    for _, data in graph.nodes(data=True):
        if data["kind"] != "output":
            counts[data["layer"]] = counts.get(data["layer"], 0) + 1
    return [counts[k] for k in sorted(counts)]


def _columns(graph: nx.DiGraph, sizes: Sizes, inside: str) -> Layout:
    """Place the discs, one column a layer, each centred on the middle line, and the edges."""
    counts = _layer_sizes(graph)
    disc, fonts, largest = sizes.disc, sizes.fonts, max(counts)
    wider = (INSIDE - 1) * disc if inside else 0
    open_layer = graph.nodes[inside]["layer"] if inside else -1
    # Asides stand above and below the outer discs.
    margin = disc + 10 + 1.5 * fonts.get("delta", 0)
    margin += 0 if inside else 1.2 * fonts.get("bias", 0)
    # Three lines stand beside and below the arrow of an output.
    height = max(2 * margin + (largest - 1) * sizes.row, 5.5 * 1.4 * fonts.get("target", 0))
    if inside:
        height = max(height, 2 * (INSIDE * disc + _BIAS_ARROW + 14 + fonts.get("bias", 0)))

    columns = [sizes.left]
    for k, busiest in enumerate(map(max, pairwise(counts))):
        # Many edges need length to fan out, and more of it to hold their labels.
        roomy = sizes.gap + 52 * max(busiest - 2, 0)
        columns.append(columns[-1] + (roomy if sizes.gap else min(5 * disc + 9 * busiest, 200)))
        if open_layer in (k, k + 1):
            # The open neuron's weights may be written with their names: w₁ = −0.112.
            columns[-1] += wider + 50
    columns.append(columns[-1] + disc + (48 if sizes.gap else 34 if fonts else 16))
    if open_layer == len(counts) - 1:
        columns[-1] += wider

    ys: dict[int, list[float]] = {}
    for _, data in graph.nodes(data=True):
        ys.setdefault(data["layer"], []).append(data["pos"][1])
    centres = {}
    for node, data in graph.nodes(data=True):
        column = ys[data["layer"]]
        reach, steps = max(column) - min(column), len(column) - 1
        # A small layer beside a large one spreads, but keeps together as a group.
        step = min((largest - 1) * sizes.row / max(steps, 1), 2.2 * sizes.row, 186)
        stretch = step * steps / reach if reach else 0
        off_middle = data["pos"][1] - sum(column) / len(column)
        centres[node] = (columns[data["layer"]], height / 2 + stretch * off_middle)
    layout = Layout(
        width=columns[-1] + 7,
        height=height,
        sizes=sizes,
        centres=centres,
        shafts={},
        inside=inside,
    )
    return replace(layout, shafts={edge: _shaft(graph, layout, edge) for edge in graph.edges})


def _beside_arrows(
    graph: nx.DiGraph, fonts: Mapping[str, float], known: Mapping[str, str], labels: Labels
) -> float:
    """Return the width of the texts beside the arrows of the outputs."""
    size = fonts.get("name", 0)
    if labels != "names":
        return text_width(RESERVED["target"], fonts.get("target", size))
    outputs = [node for node, kind in graph.nodes(data="kind") if kind == "output"]
    return 8 + max(text_width(known.get(key("name", node), node), size) for node in outputs)


def _shaft(graph: nx.DiGraph, layout: Layout, edge: Edge) -> tuple[Point, Point]:
    """Return an edge's two ends: from rim to rim, or to the place of an output's name."""
    (x0, y0), (x1, y1) = layout.centres[edge[0]], layout.centres[edge[1]]
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    leave, arrive = layout.radius(edge[0]), layout.radius(edge[1])
    start = (x0 + leave * dx, y0 + leave * dy)
    if graph.nodes[edge[1]]["kind"] == "output":
        return start, (x1, y1)
    return start, (x1 - arrive * dx, y1 - arrive * dy)


def _with_node_labels(
    layout: Layout,
    graph: nx.DiGraph,
    fonts: Mapping[str, float],
    labels: Labels,
    known: Mapping[str, str],
) -> Layout:
    """Place the texts in and around the discs and beside the outputs' arrows."""
    disc, middle = layout.sizes.disc, layout.height / 2
    placed: dict[str | Edge, tuple[Label, ...]] = {}
    for node, data in graph.nodes(data=True):
        x, y = layout.centres[node]
        shown = [
            role
            for role in ROLES["inside" if node == layout.inside else data["kind"]]
            if role in fonts and (labels == "auto" or role in ALWAYS or key(role, node) in known)
        ]
        lines: dict[str, tuple[float, float]] = {}
        if node == layout.inside:
            lines = {role: _inside(role, shown, layout, fonts) for role in shown}
        elif data["kind"] == "output":
            line = y + 0.3 * fonts.get("name", 0)
            for role in shown:
                lines[role] = (x + 7, line)
                line += 1.4 * fonts["value"] if "value" in fonts else 0
        else:
            two_lines = "value" in shown
            for role in shown:
                size, hangs = fonts[role], markup.is_symbol(known.get(key(role, node), ""))
                if role == "name":
                    lines[role] = (x, y - 0.2 * size if two_lines else y + 0.26 * size)
                elif role == "value":
                    lines[role] = (x, y + 0.52 * disc)
                else:
                    lines[role] = (x, _beside(role, y, disc, y - middle, fonts, hangs))
        anchor: Literal["center", "left"] = "left" if data["kind"] == "output" else "center"
        placed[node] = tuple(
            _label(role, at, fonts[role], anchor, known.get(key(role, node), ""), labels == "auto")
            for role, at in lines.items()
        )
    return replace(layout, labels=placed)


def _inside(role: str, shown: Collection[str], layout: Layout, fonts: Mapping[str, float]) -> Point:
    """Return where a text of the open neuron stands: the sum on the left, g on the right."""
    x, y = layout.centres[layout.inside]
    radius = layout.radius(layout.inside)
    if role == "bias":
        return x - radius / 2, y - radius - _BIAS_ARROW - 6
    x += radius * (-0.46 if role in ("adder", "sum") else 0.46)
    if role in ("sum", "value"):
        return x, y + 0.42 * radius
    below = {"adder": "sum", "activation": "value"}[role]
    return x, y + (0.02 * radius if below in shown else 0.35 * fonts[role])


def _beside(
    role: str, y: float, disc: float, off_middle: float, fonts: Mapping[str, float], is_symbol: bool
) -> float:
    """Return the baseline of δ or a bias outside a disc at height `y`.

    Both stand on the outer side, away from the crossing edges, δ next to the disc. A disc in the
    middle has no outer side: δ stands above it and the bias below.
    """
    if role == "bias" and abs(off_middle) <= 1:
        return y + disc + 7 + 0.73 * fonts["bias"]
    size = fonts[role]
    away = disc + 7 + (1.3 * fonts.get("delta", 0) if role == "bias" else 0)
    if off_middle > 1:
        return y + away + 0.73 * size
    # A symbol's subscript hangs below its line.
    return y - away - (0.25 * size if is_symbol else 0)


def _label(
    role: str,
    at: Point,
    size: float,
    anchor: Literal["center", "left"],
    text: str,
    reserve: bool,
) -> Label:
    """Return a label with room for its text, and for what a page may write in its place."""
    bold = role == "delta"
    longest = RESERVED[role] if reserve else ""
    width = max(text_width(text, size, bold), text_width(longest, size, bold))
    left = at[0] - width / 2 if anchor == "center" else at[0]
    box = Box(left, at[1] - 0.76 * size, left + width, at[1] + 0.12 * size)
    return Label(role, at[0], at[1], size, anchor, box)


def _place_weights(
    layout: Layout,
    discs: list[tuple[Point, float]],
    edges: list[Edge],
    size: float,
    known: Mapping[str, str],
    reserve: bool,
) -> dict[Edge, Label] | None:
    """Put a label on each edge, free of discs and other texts; None if there is no room.

    Every edge tries places along its shaft. Places on top of another edge, and far from
    just before the middle, cost; places that hide a disc or another text are out.
    """
    gaps = Counter(layout.centres[tail][0] for tail, _ in edges)
    if max(gaps.values(), default=0) > _MOST_WEIGHTS:
        return None
    texts = [_grown(label.box, 3) for owner in layout.labels.values() for label in owner]
    tries: dict[Edge, list[tuple[float, Label]]] = {}
    for edge in edges:
        left, top = layout.shafts[edge][0]
        text, at = known.get(key("weight", edge), ""), (left, top + 0.35 * size)
        label = _label("weight", at, size, "center", text, reserve)
        tries[edge] = _along(layout, edge, label, discs, texts)
        if not tries[edge]:
            return None

    # Texts that stay as they are can also keep some air between them.
    airs = ((4, 100.0),) if reserve else ((4, 100.0), (13, 0.6), (22, 0.3))
    chosen = {edge: tries[edge][0][1] for edge in edges}
    for _ in range(6):
        before = dict(chosen)
        for edge in edges:
            taken = [
                (_grown(label.box, air), cost)
                for other, label in chosen.items()
                if other != edge
                for air, cost in airs
            ]
            chosen[edge] = min(
                tries[edge],
                key=lambda place: (
                    place[0] + sum(cost for box, cost in taken if place[1].box.overlaps(box))
                ),
            )[1]
        if chosen == before:
            break
    boxes = [_grown(label.box, 2) for label in chosen.values()]
    if any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n]):
        return None
    return chosen


def _along(
    layout: Layout,
    edge: Edge,
    at_tail: Label,
    discs: list[tuple[Point, float]],
    texts: list[Box],
) -> list[tuple[float, Label]]:
    """Return the places along an edge that hide nothing, each with its cost, cheapest first."""
    (left, top), (right, bottom) = layout.shafts[edge]
    # Only what lies beside this edge's columns can be in the way.
    lines = [
        shaft
        for other, shaft in layout.shafts.items()
        if other != edge and shaft[0][0] < right and left < shaft[1][0]
    ]
    places = []
    for percent in range(12, 88, 2):
        label = _moved(at_tail, percent / 100 * (right - left), percent / 100 * (bottom - top))
        if any(label.box.distance(disc) < radius + 4 for disc, radius in discs) or any(
            label.box.overlaps(text) for text in texts
        ):
            continue
        air = _grown(label.box, 2)
        cost = sum(air.meets(*line) for line in lines) + abs(percent - 46) / 100
        places.append((cost, label))
    return sorted(places, key=lambda place: place[0])


def _moved(label: Label, dx: float, dy: float) -> Label:
    left, top, right, bottom = label.box
    box = Box(left + dx, top + dy, right + dx, bottom + dy)
    return label._replace(x=label.x + dx, y=label.y + dy, box=box)


def _grown(box: Box, by: float) -> Box:
    return Box(box.left - by, box.top - by, box.right + by, box.bottom + by)
