"""Get a drawing: from the shelf if it is there, else drawn now.

To load networkx and matplotlib takes longer than all the rest of opening a page. So what the
pages show first lies ready in `shelf/`; `make figures` draws it anew, and a test holds it to what
the drawing functions draw today.
"""

from functools import lru_cache
from importlib.resources import files

from backprop_core.equations import format_number

__all__ = [
    "SHELF",
    "draw",
    "draw_neuron",
    "draw_two_layers",
    "frame",
    "in_disc",
    "neuron",
    "picture",
    "shelf_name",
    "two_layers",
]

SHELF = files("backprop_core.widgets") / "shelf"

Layers = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)
def picture(layers: Layers, hats: bool = False) -> str:
    """SVG of the network whose layers have these nodes.

    With hats it is a network with one output in the article's notation for two layers: the last
    neuron, whatever its name, is drawn as f̂, biases stand beside their discs, and there is no
    room for error signals.
    """
    name = shelf_name(layers, hats)
    if (SHELF / name).is_file() and layers == _numbered(layers):
        return _kept(name)
    return draw(layers, hats)


def draw(layers: Layers, hats: bool = False) -> str:
    """SVG of a network, drawn now."""
    from backprop_core.drawing import draw_network, network_graph

    graph = network_graph(layers)
    if not hats:
        return draw_network(graph)
    if len(layers[-1]) > 1:
        raise ValueError(f"layers ends in {layers[-1]!r}; in hats a network has one output neuron")
    return draw_network(graph, texts={f"name-{layers[-1][0]}": r"$\hat{f}$"}, without=["delta"])


def shelf_name(layers: Layers, hats: bool = False) -> str:
    """Name of the file that holds a network's drawing.

    Examples
    --------
    >>> shelf_name((("x1", "x2"), ("f1",)))
    'network-2-1.svg'
    """
    sizes = "-".join(str(len(layer)) for layer in layers)
    return f"network-{sizes}{'-hats' if hats else ''}.svg"


def _numbered(layers: Layers) -> Layers:
    """The names that nodes on the shelf have: x1, x2, …, and f1, f2, … numbered through."""
    inputs, *neurons = layers
    count = iter(range(1, 1 + sum(map(len, neurons))))
    numbered = (tuple(f"f{next(count)}" for _ in layer) for layer in neurons)
    return (tuple(f"x{n + 1}" for n in range(len(inputs))), *numbered)


@lru_cache(maxsize=64)
def _kept(name: str) -> str:
    return (SHELF / name).read_text(encoding="utf-8")


def neuron() -> str:
    """SVG of one neuron with what happens inside it: x1 and x2, f1 as Σ and g, its bias, y."""
    return _kept("neuron.svg")


def draw_neuron() -> str:
    """SVG of one neuron, drawn now."""
    from backprop_core.drawing import draw_network, network_graph

    graph = network_graph((("x1", "x2"), ("f1",)))
    label = "A neuron: x1 and x2, each times its weight, are added to the bias, then comes g"
    return draw_network(graph, inside="f1", label=label)


def two_layers() -> str:
    """SVG of the network 2-2-2 whose neurons have the article's two indices: layer, place in it."""
    return _kept("two-layers.svg")


def draw_two_layers() -> str:
    """SVG of that network, drawn now."""
    from backprop_core.drawing import draw_network, network_graph

    layers = (("x1", "x2"), ("f1", "f2"), ("f3", "f4"))
    names = {
        f"name-{node}": f"$f_{{{k},{n}}}$"
        for k, layer in enumerate(layers)
        for n, node in enumerate(layer, 1)
        if k
    }
    label = "Network: x1, x2 → f1,1, f1,2 → f2,1, f2,2 → y1, y2"
    return draw_network(network_graph(layers), texts=names, label=label)


def in_disc(value: float, room: int = 6) -> str:
    """A number for the inside of a neuron, with fewer digits where it would not fit.

    Examples
    --------
    >>> in_disc(0.0924), in_disc(0.00669), in_disc(-0.0000448)
    ('0.0924', '0.0067', '−4·10⁻⁵')
    """
    texts = [format_number(value, digits) for digits in (3, 2, 1)]
    return next((text for text in texts if len(text) <= room), texts[-1])


def frame(name: str) -> str:
    """SVG of a plot's frame: axes without anything on them."""
    return _kept(f"frame-{name}.svg")
