"""Nothing in a drawing covers anything else, measured with the fonts' own outlines."""

import re
from itertools import combinations
from math import dist

import pytest
from matplotlib.patches import Circle
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from backprop_core.drawing import network_artists, network_layout
from backprop_core.drawing.layout import Box
from tests.drawing.shapes import (
    THREE_LAYER,
    WITH_WEIGHTS,
    WITHOUT_WEIGHTS,
    every_text,
    graph_of,
)


def ink(text: Text) -> Box:
    """Return the box of a text's outlines, in the drawing's coordinates."""
    words = re.sub(r"[$_{}]", "", text.get_text())
    font = text.get_fontproperties()
    extents = TextPath((0, 0), words, size=font.get_size_in_points(), prop=font).get_extents()
    x, y = text.get_position()
    if text.get_horizontalalignment() == "center":
        x -= (extents.x0 + extents.x1) / 2
    return Box(x + extents.x0, y - extents.y1, x + extents.x1, y - extents.y0)


def corners(box: Box) -> list[tuple[float, float]]:
    return [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]


@pytest.mark.parametrize("sizes", WITH_WEIGHTS + WITHOUT_WEIGHTS, ids=str)
def test_texts_and_discs_keep_clear_of_each_other(sizes: tuple[int, ...]) -> None:
    graph = graph_of(*sizes)
    figure = network_artists(graph, texts=every_text(graph))
    texts = {str(artist.get_gid()): ink(artist) for artist in figure.findobj(Text)}
    discs = {str(artist.get_gid()).split("/")[0]: artist for artist in figure.findobj(Circle)}
    layout = network_layout(graph)
    radius = layout.sizes.disc
    centres = {name: layout.centres[name.split()[1].removeprefix("node-")] for name in discs}
    assert len(discs) == sum(sizes)
    assert len(texts) == sum(map(len, layout.labels.values()))

    for (one, box), (other, second) in combinations(texts.items(), 2):
        assert not box.overlaps(second), f"{one} covers {other}"
    for text, box in texts.items():
        owner, own_class = text.split("/")
        for name, centre in centres.items():
            if name == owner and own_class.startswith(("name", "value")):
                reach = max(dist(centre, corner) for corner in corners(box))
                assert reach < radius * 1.03, f"{text} leaves its disc"
            else:
                assert box.distance(centre) > radius + 1, f"{text} covers {name}"
    for (name, centre), (neighbour, beside) in combinations(centres.items(), 2):
        assert dist(centre, beside) > 2 * radius + 1.5, f"{name} touches {neighbour}"
    for text, box in texts.items():
        for x, y in corners(box):
            assert 0 < x < layout.width, f"{text} leaves the drawing"
            assert 0 < y < layout.height, f"{text} leaves the drawing"


@pytest.mark.parametrize("sizes", WITH_WEIGHTS, ids=str)
def test_every_weight_lies_on_its_own_edge(sizes: tuple[int, ...]) -> None:
    layout = network_layout(graph_of(*sizes))
    inner = [edge for edge in layout.shafts if not edge[1].startswith("y")]
    assert inner
    for edge in inner:
        (label,) = layout.labels[edge]
        (x0, y0), (x1, y1) = layout.shafts[edge]
        share = (label.x - x0) / (x1 - x0)
        assert 0.1 < share < 0.9
        middle = (label.box.top + label.box.bottom) / 2
        assert abs(y0 + share * (y1 - y0) - middle) < 1


def test_in_the_three_layer_network_no_weight_touches_another_edge() -> None:
    layout = network_layout(graph_of(*THREE_LAYER))
    for edge in layout.shafts:
        for label in layout.labels.get(edge, ()):
            for other, shaft in layout.shafts.items():
                assert other == edge or not label.box.meets(*shaft)


@pytest.mark.parametrize("sizes", WITHOUT_WEIGHTS, ids=str)
def test_networks_too_large_for_weights_have_none(sizes: tuple[int, ...]) -> None:
    layout = network_layout(graph_of(*sizes))
    assert not any(edge in layout.labels for edge in layout.shafts)


def test_a_text_too_long_for_its_edge_is_left_out_rather_than_laid_over_discs() -> None:
    graph = graph_of(*THREE_LAYER)
    for text, fits in (("$w_{1,1}$", True), ("w as long as 0.5", False)):
        layout = network_layout(graph, labels="names", texts={"weight-x1-f1": text})
        assert (("x1", "f1") in layout.labels) == fits
