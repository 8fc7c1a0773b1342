"""Name the nodes of networks of any shape, and fill every text of their drawings."""

from itertools import accumulate
from typing import Any

import networkx as nx

from backprop_core.drawing import network_graph, network_layout
from backprop_core.drawing.layout import key

THREE_LAYER = (2, 2, 2, 1)
WITH_WEIGHTS = (
    THREE_LAYER,
    (1, 1),
    (1, 1, 2, 1),
    (2, 2, 1),
    (2, 2, 2),
    (3, 3, 1),
    (3, 4, 2),
    (2, 5, 1),
    (4, 4, 4),
    (2, 2, 2, 2, 2, 2, 1),
)
WITHOUT_WEIGHTS = ((6, 6, 1), (2, 8, 8, 1), (10, 10, 2), (4, 16, 16, 3), (2, 20, 1), (2, 30, 2))

LONGEST = {
    "value": "0.568",
    "target": "t = 1",
    "weight": "−0.88",
    "delta": "δ₃ = −0.112",
    "bias": "b₃ = 0.1",
    "sum": "−0.112",
}


def layers(*sizes: int) -> tuple[tuple[str, ...], ...]:
    """Return x1, x2, … and f1, f2, … numbered through, as the article does."""
    starts = accumulate(sizes[1:], initial=1)
    neurons = (
        tuple(f"f{n}" for n in range(start, start + size))
        for start, size in zip(starts, sizes[1:], strict=False)
    )
    return (tuple(f"x{n + 1}" for n in range(sizes[0])), *neurons)


def graph_of(*sizes: int) -> nx.DiGraph:
    return network_graph(layers(*sizes))


def every_text(graph: nx.DiGraph, **options: Any) -> dict[str, str]:
    """Return a text for every element that would be filled in a page."""
    return {
        key(label.role, owner): LONGEST[label.role]
        for owner, labels in network_layout(graph, **options).labels.items()
        for label in labels
        if label.role in LONGEST
    }
