"""Find a place for every disc, arrow and text of a network, so that nothing overlaps.

All lengths are units of the drawing's viewBox: x to the right, y downwards.
"""

from collections.abc import Mapping
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
}
# What a browser will write into texts that are still empty has to find room.
RESERVED = {
    "name": "f",
    "value": "0.000",
    "target": "t = −0.12",
    "weight": "−0.0112",
    "delta": "δ₃ = −0.112",
    "bias": "b₃ = −0.112",
}


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


_ALL = {"name": 18, "value": 13, "target": 13.5, "delta": 15, "bias": 12.5, "weight": 13.5}
SIZES = (
    Sizes(most=2, disc=28, row=158, head=11, line=1.3, fonts=_ALL),
    Sizes(most=3, disc=28, row=124, head=11, line=1.3, fonts=_ALL),
    Sizes(most=5, disc=28, row=112, head=11, line=1.3, fonts=_ALL),
    Sizes(
        most=10,
        disc=19,
        row=60,
        head=8,
        line=0.9,
        fonts={"name": 14, "value": 10, "target": 12, "delta": 12},
    ),
    Sizes(most=20, disc=9.5, row=25, head=4.5, line=0.6, fonts={"name": 9.5}),
    Sizes(most=10**9, disc=4, row=10, head=0, line=0.4, fonts={}),
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


def network_layout(
    graph: nx.DiGraph, *, labels: Labels = "auto", texts: Mapping[str, str] | None = None
) -> Layout:
    """Lay a network out in columns, as large and with as many texts as have room.

    Parameters
    ----------
    graph : networkx.DiGraph
        As made by `network_graph`.
    labels : {"auto", "names", "none"}
        "auto" makes room for names, values, error signals, biases and weights as far as the
        largest layer allows; "names" only for names and for what `texts` says; "none" for nothing.
    texts : mapping of str to str, optional
        Texts known already, by the key that `draw_network` describes.

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
    first = next(n for n, sizes in enumerate(SIZES) if largest <= sizes.most)
    for sizes in SIZES[first:]:
        layout = _columns(graph, sizes)
        fonts = sizes.fonts if labels != "none" else {}
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
            layout.centres[node] for node, kind in graph.nodes(data="kind") if kind != "output"
        ]
        placed = _place_weights(layout, discs, edges, fonts["weight"], known)
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


def _columns(graph: nx.DiGraph, sizes: Sizes) -> Layout:
    """Place the discs, one column a layer, each centred on the middle line, and the edges."""
    counts = _layer_sizes(graph)
    disc, fonts, largest = sizes.disc, sizes.fonts, max(counts)
    # Asides stand above and below the outer discs.
    margin = disc + 10 + 1.5 * fonts.get("delta", 0) + 1.2 * fonts.get("bias", 0)
    # Three lines stand beside and below the arrow of an output.
    height = max(2 * margin + (largest - 1) * sizes.row, 5.5 * 1.4 * fonts.get("target", 0))

    columns = [60.0 if "delta" in fonts else disc + 8]
    for busiest in map(max, pairwise(counts)):
        # Many edges need length to fan out, and more of it to hold their labels.
        roomy = 140 + 52 * max(busiest - 2, 0)
        columns.append(
            columns[-1] + (roomy if "weight" in fonts else min(5 * disc + 9 * busiest, 200))
        )
    columns.append(columns[-1] + disc + (48 if "weight" in fonts else 34 if fonts else 16))
    beside_arrow = text_width(RESERVED["target"], fonts.get("target", fonts.get("name", 0)))

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
    return Layout(
        width=columns[-1] + 7 + beside_arrow,
        height=height,
        sizes=sizes,
        centres=centres,
        shafts={edge: _shaft(graph, centres, disc, edge) for edge in graph.edges},
    )


def _shaft(
    graph: nx.DiGraph, centres: Mapping[str, Point], disc: float, edge: Edge
) -> tuple[Point, Point]:
    """Return an edge's two ends: from rim to rim, or to the place of an output's name."""
    (x0, y0), (x1, y1) = centres[edge[0]], centres[edge[1]]
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = disc * (x1 - x0) / length, disc * (y1 - y0) / length
    if graph.nodes[edge[1]]["kind"] == "output":
        return (x0 + dx, y0 + dy), (x1, y1)
    return (x0 + dx, y0 + dy), (x1 - dx, y1 - dy)


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
            for role in ROLES[data["kind"]]
            if role in fonts and (labels == "auto" or role == "name" or key(role, node) in known)
        ]
        lines: dict[str, tuple[float, float]] = {}
        if data["kind"] == "output":
            line = y + 0.3 * fonts.get("name", 0)
            for role in shown:
                lines[role] = (x + 7, line)
                line += 1.4 * fonts["value"] if "value" in fonts else 0
        else:
            two_lines = "value" in shown
            for role in shown:
                size = fonts[role]
                if role == "name":
                    lines[role] = (x, y - 0.2 * size if two_lines else y + 0.26 * size)
                elif role == "value":
                    lines[role] = (x, y + 0.52 * disc)
                else:
                    lines[role] = (x, _beside(role, y, disc, y - middle, fonts))
        anchor: Literal["center", "left"] = "left" if data["kind"] == "output" else "center"
        placed[node] = tuple(
            _label(role, at, fonts[role], anchor, known.get(key(role, node), ""))
            for role, at in lines.items()
        )
    return replace(layout, labels=placed)


def _beside(
    role: str, y: float, disc: float, off_middle: float, fonts: Mapping[str, float]
) -> float:
    """Return the baseline of δ or a bias outside a disc at height `y`.

    Both stand on the outer side, away from the crossing edges, δ next to the disc. A disc in the
    middle has no outer side: δ stands above it and the bias below.
    """
    if role == "bias" and abs(off_middle) <= 1:
        return y + disc + 7 + 0.73 * fonts["bias"]
    away = disc + 7 + (1.3 * fonts["delta"] if role == "bias" else 0)
    return y + away + 0.73 * fonts[role] if off_middle > 1 else y - away


def _label(
    role: str, at: Point, size: float, anchor: Literal["center", "left"], text: str = ""
) -> Label:
    bold = role == "delta"
    width = max(text_width(text, size, bold), text_width(RESERVED[role], size, bold))
    left = at[0] - width / 2 if anchor == "center" else at[0]
    box = Box(left, at[1] - 0.76 * size, left + width, at[1] + 0.12 * size)
    return Label(role, at[0], at[1], size, anchor, box)


def _place_weights(
    layout: Layout, discs: list[Point], edges: list[Edge], size: float, known: Mapping[str, str]
) -> dict[Edge, Label] | None:
    """Put a label on each edge, free of discs and other texts; None if there is no room.

    Every edge tries places along its shaft. Places on top of another edge, and far from
    just before the middle, cost; places that hide a disc or another text are out.
    """
    texts = [_grown(label.box, 3) for owner in layout.labels.values() for label in owner]
    tries: dict[Edge, list[tuple[float, Label]]] = {}
    for edge in edges:
        text = known.get(key("weight", edge), "")
        (left, top), (right, bottom) = layout.shafts[edge]
        # Only what lies beside this edge's columns can be in the way.
        lines = [
            shaft
            for other, shaft in layout.shafts.items()
            if other != edge and shaft[0][0] < right and left < shaft[1][0]
        ]
        tries[edge] = []
        at_tail = _label("weight", (left, top + 0.35 * size), size, "center", text)
        for percent in range(12, 88, 2):
            label = _moved(at_tail, percent / 100 * (right - left), percent / 100 * (bottom - top))
            if any(label.box.distance(disc) < layout.sizes.disc + 4 for disc in discs) or any(
                label.box.overlaps(text) for text in texts
            ):
                continue
            air = _grown(label.box, 2)
            cost = sum(air.meets(*line) for line in lines) + abs(percent - 46) / 100
            tries[edge].append((cost, label))
        if not tries[edge]:
            return None
        tries[edge].sort(key=lambda place: place[0])

    chosen = {edge: tries[edge][0][1] for edge in edges}
    for _ in range(6):
        before = dict(chosen)
        for edge in edges:
            taken = [_grown(label.box, 4) for other, label in chosen.items() if other != edge]
            chosen[edge] = min(
                tries[edge],
                key=lambda place: place[0] + 100 * sum(map(place[1].box.overlaps, taken)),
            )[1]
        if chosen == before:
            break
    boxes = [_grown(label.box, 2) for label in chosen.values()]
    if any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n]):
        return None
    return chosen


def _moved(label: Label, dx: float, dy: float) -> Label:
    left, top, right, bottom = label.box
    box = Box(left + dx, top + dy, right + dx, bottom + dy)
    return label._replace(x=label.x + dx, y=label.y + dy, box=box)


def _grown(box: Box, by: float) -> Box:
    return Box(box.left - by, box.top - by, box.right + by, box.bottom + by)
