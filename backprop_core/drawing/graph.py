"""Turn the node names of a network into a networkx graph that is ready to be drawn."""

import re
from collections.abc import Sequence
from itertools import chain, pairwise, product

import networkx as nx

from backprop_core.network import output_names

# A node's name becomes part of a CSS class, and a hyphen separates the two ends of an edge.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def network_graph(layers: Sequence[Sequence[str]]) -> nx.DiGraph:
    """Build the graph of a fully connected network from its node names.

    Parameters
    ----------
    layers : sequence of sequences of str
        Node names per layer, the inputs first, each layer from top to bottom.

    Returns
    -------
    networkx.DiGraph
        Nodes and edges in drawing order. The outputs ``y`` (or ``y1``, ``y2``, …) follow the
        last layer, one behind each of its neurons. Every node has the attributes ``layer``
        (0 for the inputs), ``kind`` ("input", "neuron" or "output") and ``pos``, its place in
        networkx's multipartite layout (x to the right, y downwards).

    Raises
    ------
    ValueError
        If there is no layer of neurons, a layer is empty, or a name is unusable or used twice.

    Examples
    --------
    >>> graph = network_graph((("x1", "x2"), ("f1",)))
    >>> list(graph.nodes)
    ['x1', 'x2', 'f1', 'y']
    >>> list(graph.edges)
    [('x1', 'f1'), ('x2', 'f1'), ('f1', 'y')]
    """
    named = [tuple(layer) for layer in layers]
    if len(named) < 2 or not all(named):
        raise ValueError(
            f"layers is {named!r}; expected the inputs and at least one layer of neurons, "
            "none of them empty"
        )
    last = named[-1]
    outputs = output_names(len(last))
    _check_names([*chain.from_iterable(named), *outputs])

    graph = nx.DiGraph()
    for k, layer in enumerate(named):
        graph.add_nodes_from(layer, layer=k, kind="input" if k == 0 else "neuron")
    graph.add_nodes_from(outputs, layer=len(named), kind="output")
    for tails, heads in pairwise(named):
        graph.add_edges_from(product(tails, heads))
    graph.add_edges_from(zip(last, outputs, strict=True))

    # Columns are passed as tuples: grouped by attribute they would be sets, in random order.
    columns = dict(enumerate((*named, outputs)))
    for node, (x, y) in nx.multipartite_layout(graph, subset_key=columns).items():
        graph.nodes[node]["pos"] = (float(x), float(y))
    return graph


def _check_names(names: list[str]) -> None:
    for name in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"node name {name!r} is unusable; expected a letter, then letters, digits or '_'"
            )
        if names.count(name) > 1:
            raise ValueError(f"node name {name!r} is used {names.count(name)} times; expected once")
