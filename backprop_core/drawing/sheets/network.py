"""Draw a network on a page of a PDF, with its weights and biases."""

from backprop_core.drawing.artists import arrow_head
from backprop_core.drawing.graph import network_graph
from backprop_core.drawing.layout import Label, key, network_layout
from backprop_core.drawing.sheets.pen import POINT, Pen
from backprop_core.worksheet import Sheet

__all__ = ["draw_on_paper"]

_GREY = 110  # of the edges


def draw_on_paper(pen: Pen, sheet: Sheet, corner: tuple[float, float], width: float) -> float:
    """Draw a sheet's network, as `draw_network` places it; how high it is.

    Parameters
    ----------
    pen : Pen
    sheet : Sheet
    corner : (float, float)
        The upper left one, in mm.
    width : float
        In mm.
    """
    graph = network_graph(sheet.situation.network.layers)
    texts = {key("name", node): _symbol(node) for node in graph.nodes} | sheet.in_graph
    layout = network_layout(graph, labels="names", texts=texts)
    scale = width / layout.width

    def place(x: float, y: float) -> tuple[float, float]:
        return corner[0] + scale * x, corner[1] + scale * y

    def write(owner: str | tuple[str, str], label: Label, family: str) -> None:
        text, size = texts[key(label.role, owner)], label.size * scale / POINT
        pen.write(place(label.x, label.y), text, size, family=family, align=label.anchor)

    for start, end in layout.shafts.values():
        pen.line(place(*start), place(*end), 1.5 * scale, _GREY)
        corners = arrow_head(start, end, layout.sizes.head)
        pen.area([place(*point) for point in corners], _GREY)
    for edge in layout.shafts:
        for label in layout.labels.get(edge, ()):
            left, top = place(label.box.left - 3, label.box.top - 2)
            right, bottom = place(label.box.right + 3, label.box.bottom + 2)
            pen.box(left, top, right - left, bottom - top, 255)  # a gap in the edge
            write(edge, label, "sans")
    for node, kind in graph.nodes(data="kind"):
        if kind != "output":
            pen.disc(place(*layout.centres[node]), layout.radius(node) * scale, 1.5 * scale)
        for label in layout.labels[node]:
            write(node, label, "serif")
    return layout.height * scale


def _symbol(node: str) -> str:
    return f"${node[0]}_{{{node[1:]}}}$" if node[1:] else f"${node}$"
