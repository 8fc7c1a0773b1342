"""The graph has the network's nodes and edges in drawing order."""

import pytest

from backprop_core.drawing import network_graph
from tests.drawing.shapes import THREE_LAYER, graph_of


def test_nodes_and_edges_of_the_three_layer_network() -> None:
    graph = graph_of(*THREE_LAYER)
    assert list(graph.nodes) == ["x1", "x2", "f1", "f2", "f3", "f4", "f5", "y"]
    assert ["-".join(edge) for edge in graph.edges] == [
        *("x1-f1", "x1-f2", "x2-f1", "x2-f2"),
        *("f1-f3", "f1-f4", "f2-f3", "f2-f4"),
        *("f3-f5", "f4-f5", "f5-y"),
    ]
    assert [graph.nodes[node]["layer"] for node in graph] == [0, 0, 1, 1, 2, 2, 3, 4]
    kinds = [graph.nodes[node]["kind"] for node in graph]
    assert kinds == ["input"] * 2 + ["neuron"] * 5 + ["output"]


def test_several_outputs_are_numbered_and_each_has_its_own_edge() -> None:
    graph = graph_of(1, 3)
    assert [node for node, kind in graph.nodes(data="kind") if kind == "output"] == [
        *("y1", "y2", "y3")
    ]
    assert list(graph.edges)[-3:] == [("f1", "y1"), ("f2", "y2"), ("f3", "y3")]


def test_positions_keep_each_layer_in_a_column_from_top_to_bottom() -> None:
    graph = graph_of(3, 12, 2)
    for k in range(4):
        places = [data["pos"] for _, data in graph.nodes(data=True) if data["layer"] == k]
        assert len({x for x, _ in places}) == 1
        heights = [y for _, y in places]
        assert heights == sorted(heights)
        assert len(set(heights)) == len(heights)
    assert graph.nodes["f13"]["pos"][1] == graph.nodes["y1"]["pos"][1]


@pytest.mark.parametrize(
    ("layers", "named"),
    [
        ((), "layers is"),
        ((("x1",),), "layers is"),
        ((("x1",), ()), "layers is"),
        ((("x1",), ("x1",)), "'x1' is used 2 times"),
        ((("y",), ("f1",)), "'y' is used 2 times"),
        ((("x-1",), ("f1",)), "'x-1' is unusable"),
        ((("x1",), ('f"><script>',)), "script"),
        (((1,), ("f1",)), "1 is unusable"),
    ],
)
def test_unusable_names_are_refused(layers: tuple, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        network_graph(layers)
