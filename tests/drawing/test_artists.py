"""The artists stand where the network's nodes and edges are."""

from math import dist
from typing import Any

import pytest
from matplotlib.artist import Artist
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from backprop_core.drawing import draw_network, network_artists, network_layout
from backprop_core.drawing.artists import EDGE, ERROR
from backprop_core.drawing.svg import BLANK
from tests.drawing.shapes import THREE_LAYER, every_text, graph_of

THREE = graph_of(*THREE_LAYER)


def by_gid(figure: Figure) -> dict[str, Any]:
    return {gid: artist for artist in figure.findobj(Artist) if (gid := artist.get_gid())}


def test_every_node_and_edge_has_its_artists() -> None:
    artists = by_gid(network_artists(THREE))
    count = {own: sum(gid.endswith(f"/{own}") for gid in artists) for own in ("disc", "name")}
    assert count == {"disc": 7, "name": 8}
    for own in ("shaft", "head", "back-head"):
        found = [gid for gid in artists if gid.endswith(f"/{own}")]
        assert found == [f"edge edge-{a}-{b}/{own}" for a, b in THREE.edges]
    weights = [gid for gid in artists if "/weight" in gid]
    assert len(weights) == 10
    assert not any("-y" in gid for gid in weights)
    assert sum("/bias" in gid for gid in artists) == 5
    assert sum("/delta" in gid for gid in artists) == 7
    assert sum("/target" in gid for gid in artists) == 1


def test_discs_stand_in_columns_from_left_to_right() -> None:
    artists = by_gid(network_artists(THREE))
    centre = {node: artists[f"node node-{node} {kind}/disc"].get_center() for node, kind in KINDS}
    assert centre["x1"][0] == centre["x2"][0] < centre["f1"][0] < centre["f3"][0]
    assert centre["x1"][1] == centre["f1"][1] == centre["f3"][1] < centre["f2"][1]
    assert centre["f5"][1] == pytest.approx((centre["f3"][1] + centre["f4"][1]) / 2)


KINDS = [(node, kind) for node, kind in THREE.nodes(data="kind") if kind != "output"]


@pytest.mark.parametrize("edge", [edge for edge in THREE.edges if edge[1] != "y"])
def test_edges_run_straight_from_rim_to_rim(edge: tuple[str, str]) -> None:
    layout = network_layout(THREE)
    start, end = layout.shafts[edge]
    (tail, head), radius = (layout.centres[node] for node in edge), layout.sizes.disc
    assert dist(tail, start) == pytest.approx(radius)
    assert dist(head, end) == pytest.approx(radius)
    assert dist(tail, head) == pytest.approx(2 * radius + dist(start, end))

    artists, name = by_gid(network_artists(THREE)), f"edge edge-{'-'.join(edge)}"
    drawn = artists[f"{name}/shaft"].get_path().vertices
    assert tuple(drawn[0]) == pytest.approx(start)
    # The line ends under its arrow head, whose tip is at the rim.
    assert dist(drawn[-1], end) < layout.sizes.head
    assert tuple(artists[f"{name}/head"].get_xy()[0]) == pytest.approx(end)
    assert tuple(artists[f"{name}/back-head"].get_xy()[0]) == pytest.approx(start)


def test_nodes_lie_above_all_edges() -> None:
    artists = by_gid(network_artists(THREE))
    edges = [artist.get_zorder() for gid, artist in artists.items() if gid.startswith("edge")]
    nodes = [artist.get_zorder() for gid, artist in artists.items() if gid.startswith("node")]
    assert max(edges) < min(nodes)


def test_error_signals_and_biases_stand_on_the_outer_side() -> None:
    artists = by_gid(network_artists(THREE))
    for node, above in (("f1", {"delta", "bias"}), ("f2", set()), ("f5", {"delta"})):
        disc = artists[f"node node-{node} neuron/disc"].get_center()[1]
        places = {
            role: artists[f"node node-{node} neuron/{role} {role}-{node} thin-halo"].get_position()
            for role in ("delta", "bias")
        }
        assert {role for role, (_, y) in places.items() if y < disc} == above
        assert abs(places["delta"][1] - disc) < abs(places["bias"][1] - disc) or node == "f5"


def test_texts_are_blank_until_they_are_given() -> None:
    name = "edge edge-f3-f5/weight weight-f3-f5 halo"
    assert by_gid(network_artists(THREE))[name].get_text() == BLANK
    written = network_artists(THREE, texts={"weight-f3-f5": "1.2"})
    assert by_gid(written)[name].get_text() == "1.2"


def test_lit_edges_take_the_accent_and_show_the_head_of_their_direction() -> None:
    for backwards, classes in ((False, "is-lit"), (True, "is-lit is-back")):
        figure = network_artists(THREE, lit=["f5", ("f3", "f5")], backwards=backwards)
        artists = by_gid(figure)
        name = f"edge edge-f3-f5 {classes}"
        assert to_hex(artists[f"{name}/shaft"].get_edgecolor()) == ERROR.lower()
        assert artists[f"{name}/head"].get_visible() is not backwards
        assert artists[f"{name}/back-head"].get_visible() is backwards
        other = artists["edge edge-f4-f5/shaft"]
        assert to_hex(other.get_edgecolor()) == EDGE
        assert artists[f"{name}/shaft"].get_linewidth() > other.get_linewidth()
        disc = artists["node node-f5 neuron is-lit/disc"]
        assert to_hex(disc.get_edgecolor()) == ERROR.lower()


def test_receiving_nodes_are_dashed() -> None:
    artists = by_gid(network_artists(THREE, receiving=["f3"]))
    assert artists["node node-f3 neuron is-receiving/disc"].get_linestyle() != "-"
    assert artists["node node-f4 neuron/disc"].get_linestyle() in ("-", "solid")


def test_edges_that_the_signal_has_passed_point_back_and_stay_thin() -> None:
    artists = by_gid(network_artists(THREE, passed=[("f5", "y")], lit=[("f3", "f5")]))
    name = "edge edge-f5-y is-passed"
    assert to_hex(artists[f"{name}/shaft"].get_edgecolor()) == ERROR.lower()
    assert artists[f"{name}/back-head"].get_visible()
    assert not artists[f"{name}/head"].get_visible()
    lit = artists["edge edge-f3-f5 is-lit/shaft"]
    assert artists[f"{name}/shaft"].get_linewidth() < lit.get_linewidth()


def test_an_open_neuron_has_its_sum_its_function_and_its_bias() -> None:
    graph = graph_of(2, 1)
    artists = by_gid(network_artists(graph, inside="f1", texts={"bias-f1": "b = 0.1"}))
    inner = {gid.split("/")[1]: artist for gid, artist in artists.items() if "node-f1" in gid}
    assert list(inner) == [
        *("bias bias-f1 thin-halo node-b", "shaft bias-shaft node-b", "head bias-head node-b"),
        *("disc", "divider", "adder node-sum", "sum sum-f1 node-sum"),
        *("activation node-g", "value value-f1 node-g"),
    ]
    inner = {own.split()[0]: artist for own, artist in inner.items()}
    assert inner["adder"].get_text() == "Σ"
    assert inner["activation"].get_text() == "$g$"
    disc, layout = inner["disc"], network_layout(graph, inside="f1")
    assert disc.radius == layout.radius("f1") > layout.radius("x1")
    for edge in graph.edges:
        reached = layout.shafts[edge][0 if edge[0] == "f1" else 1]
        assert dist(reached, disc.center) == pytest.approx(disc.radius)
    start, tip = layout.bias_arrow()
    assert start[0] == tip[0] < disc.center[0]
    assert dist(tip, disc.center) == pytest.approx(disc.radius)
    assert tuple(inner["head"].get_xy()[0]) == pytest.approx(tip)


def test_kinds_of_text_can_be_left_out() -> None:
    drawn = by_gid(network_artists(THREE, without=["delta"]))
    assert not any("/delta" in gid for gid in drawn)
    nearer, farther = (
        artists["node node-f1 neuron/bias bias-f1 thin-halo"].get_position()[1]
        - artists["node node-f1 neuron/disc"].center[1]
        for artists in (drawn, by_gid(network_artists(THREE)))
    )
    assert farther < nearer < 0


def test_dots_stand_between_their_nodes() -> None:
    artists = by_gid(network_artists(THREE, dots=[("x1", "x2")]))
    heights = [artists[f"dots dots-x1-x2/dot dot-{n}"].get_center()[1] for n in (1, 2, 3)]
    centres = network_layout(THREE).centres
    assert centres["x1"][1] < heights[0] < heights[1] < heights[2] < centres["x2"][1]


def test_names_alone_leave_the_rest_out_except_what_is_given() -> None:
    texts = {"weight-x1-f1": "$w_{1,1}$", "name-x2": "$x_N$"}
    artists = by_gid(network_artists(THREE, labels="names", texts=texts))
    drawn = {gid.split("/")[1] for gid in artists} - {"shaft", "head", "back-head", "disc"}
    assert drawn == {"name", "weight weight-x1-f1 halo"}
    assert artists["node node-x2 input/name"].get_text() == "$x_N$"
    assert not any("/name" in gid for gid in by_gid(network_artists(THREE, labels="none")))


def test_texts_without_room_are_left_out() -> None:
    graph = graph_of(4, 16, 16, 3)
    texts = {f"weight-{a}-{b}": "1" for a, b in graph.edges if not b.startswith("y")}
    assert draw_network(graph, texts=texts) == draw_network(graph)
    assert not every_text(graph)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"lit": ["f9"]}, "lit names 'f9'"),
        ({"lit": [("f5", "f3")]}, r"lit names \('f5', 'f3'\)"),
        ({"receiving": [("f3", "f5")]}, "receiving names"),
        ({"dots": [("x1", "x3")]}, "dots names 'x3'"),
        ({"texts": {"weight-f5-y": "1"}}, "texts names 'weight-f5-y'"),
        ({"texts": {"weight-x1-f5": "1"}}, "texts names 'weight-x1-f5'"),
        ({"texts": {"bias-x1": "1"}}, "texts names 'bias-x1'"),
        ({"texts": {"f1": "1"}}, "texts names 'f1'"),
        ({"passed": [("y", "f5")]}, r"passed names \('y', 'f5'\)"),
        ({"inside": "f3"}, "inside names 'f3'"),
        ({"inside": "x1"}, "inside names 'x1'"),
        ({"inside": "f9"}, "inside names 'f9'"),
        ({"texts": {"sum-f5": "1"}}, "texts names 'sum-f5'"),
        ({"labels": "all"}, "labels is 'all'"),
    ],
)
def test_what_the_graph_does_not_have_is_refused(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named) as refusal:
        draw_network(THREE, **options)
    assert ("f3-f5" in str(refusal.value)) == ("labels" not in options)
