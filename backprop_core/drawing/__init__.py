"""Draw a network as an SVG that a page can restyle, light up and write numbers into.

>>> from backprop_core.drawing import draw_network, network_graph
>>> graph = network_graph((("x1", "x2"), ("f1", "f2"), ("f3",)))
>>> draw_network(graph).startswith('<svg xmlns="http://www.w3.org/2000/svg" class="bp-graph"')
True
"""

from backprop_core.drawing.artists import draw_network, network_artists
from backprop_core.drawing.graph import network_graph
from backprop_core.drawing.layout import network_layout
from backprop_core.drawing.svg import to_svg

__all__ = ["draw_network", "network_artists", "network_graph", "network_layout", "to_svg"]
