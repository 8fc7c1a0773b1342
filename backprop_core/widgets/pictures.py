"""Get the drawing of a network: from the shelf if it is there, else drawn now.

To load networkx and matplotlib takes longer than all the rest of opening a page. So the
drawing of the article's network lies ready in `shelf/`; `make figures` draws it anew, and a test
holds it to what the drawing function draws today.
"""

from functools import lru_cache
from importlib.resources import files

__all__ = ["SHELF", "draw", "picture", "shelf_name"]

SHELF = files("backprop_core.widgets") / "shelf"

Layers = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)
def picture(layers: Layers) -> str:
    """SVG of the network whose layers have these nodes."""
    ready = SHELF / shelf_name(layers)
    return ready.read_text(encoding="utf-8") if ready.is_file() else draw(layers)


def draw(layers: Layers) -> str:
    """SVG of a network, drawn now."""
    from backprop_core.drawing import draw_network, network_graph

    return draw_network(network_graph(layers))


def shelf_name(layers: Layers) -> str:
    """Name of the file that holds a network's drawing.

    Examples
    --------
    >>> shelf_name((("x1", "x2"), ("f1",)))
    'network-2-1.svg'
    """
    return f"network-{'-'.join(str(len(layer)) for layer in layers)}.svg"
