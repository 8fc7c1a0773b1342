"""Nothing in a drawing covers anything else, measured with the fonts' own outlines."""

from itertools import combinations
from math import dist
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from backprop_core.drawing import network_artists, network_graph, network_layout
from backprop_core.drawing.figures import FIGURES, figure_artists
from backprop_core.drawing.layout import Box, Layout
from backprop_core.drawing.markup import runs
from tests.drawing.shapes import (
    THREE_LAYER,
    WITH_WEIGHTS,
    WITHOUT_WEIGHTS,
    every_text,
    graph_of,
)

INSIDE_DISC = ("name", "value", "adder", "activation", "sum")


def ink(text: Text) -> Box:
    """Return the box of a text's outlines, in the drawing's coordinates."""
    font = text.get_fontproperties()
    size = font.get_size_in_points()
    width, top, bottom = 0.0, 0.0, 0.0
    for run in runs(text.get_text()):
        run_size = run.scale * size
        extents = TextPath((0, 0), run.text, size=run_size, prop=font).get_extents()
        width += extents.x1
        top = min(top, run.shift * size - extents.y1)
        bottom = max(bottom, run.shift * size - extents.y0)
    x, y = text.get_position()
    if text.get_horizontalalignment() == "center":
        x -= width / 2
    return Box(x, y + top, x + width, y + bottom)


def corners(box: Box) -> list[tuple[float, float]]:
    return [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]


def assert_apart(figure: Figure, layout: Layout, air: float = 1) -> None:
    """Check that texts, discs and dots of a drawing keep clear of each other and of its border.

    `air` is how far texts stay from discs that they do not lie in.
    """
    texts = {str(artist.get_gid()): ink(artist) for artist in figure.findobj(Text)}
    circles: dict[str, Any] = {str(a.get_gid()): a for a in figure.findobj(Circle)}
    discs = {
        gid.split("/")[0]: layout.radius(gid.split()[1].split("/")[0].removeprefix("node-"))
        for gid in circles
        if gid.endswith("/disc")
    }
    centres = {name: layout.centres[name.split()[1].removeprefix("node-")] for name in discs}
    assert len(texts) == sum(map(len, layout.labels.values()))

    for (one, box), (other, second) in combinations(texts.items(), 2):
        assert not box.overlaps(second), f"{one} covers {other}"
    for text, box in texts.items():
        owner, own_class = text.split("/")
        for name, centre in centres.items():
            if name == owner and own_class.split()[0] in INSIDE_DISC:
                reach = max(dist(centre, corner) for corner in corners(box))
                assert reach < discs[name] * 1.03, f"{text} leaves its disc"
            else:
                assert box.distance(centre) > discs[name] + air, f"{text} covers {name}"
    for (name, centre), (neighbour, beside) in combinations(centres.items(), 2):
        assert dist(centre, beside) > discs[name] + discs[neighbour] + 1.5, (
            f"{name} touches {neighbour}"
        )
    for gid, circle in circles.items():
        if not gid.startswith("dots "):
            continue
        middle, radius = circle.get_center(), circle.get_radius()
        for name, centre in centres.items():
            assert dist(middle, centre) > discs[name] + radius + 4, f"{gid} touches {name}"
        for text, box in texts.items():
            assert box.distance(middle) > radius + 4, f"{gid} touches {text}"
    for text, box in texts.items():
        for x, y in corners(box):
            assert 0 < x < layout.width, f"{text} leaves the drawing"
            assert 0 < y < layout.height, f"{text} leaves the drawing"


@pytest.mark.parametrize("sizes", WITH_WEIGHTS + WITHOUT_WEIGHTS, ids=str)
def test_texts_and_discs_keep_clear_of_each_other(sizes: tuple[int, ...]) -> None:
    graph = graph_of(*sizes)
    figure = network_artists(graph, texts=every_text(graph))
    layout = network_layout(graph)
    assert len([a for a in figure.findobj(Circle) if "/disc" in str(a.get_gid())]) == sum(sizes)
    assert_apart(figure, layout)


@pytest.mark.parametrize("hidden", range(1, 7))
@pytest.mark.parametrize("inputs", range(1, 7))
def test_networks_in_hats_show_their_biases_and_as_many_weights_as_can_be_read(
    inputs: int, hidden: int
) -> None:
    graph = graph_of(inputs, hidden, 1)
    texts = {**every_text(graph, without=["delta"]), f"name-f{hidden + 1}": r"$\hat{f}$"}
    layout = network_layout(graph, without=["delta"])
    assert_apart(network_artists(graph, texts=texts, without=["delta"]), layout)
    assert {f"bias-f{n + 1}" for n in range(hidden + 1)} <= texts.keys()
    assert ("weight-x1-f1" in texts) == (inputs * hidden <= 25)
    for (_, head), label in (
        (edge, label) for edge in layout.shafts for label in layout.labels.get(edge, ())
    ):
        assert label.size >= 13, head


def test_an_open_neuron_keeps_its_texts_apart() -> None:
    graph = graph_of(2, 1)
    layout = network_layout(graph, inside="f1")
    texts = every_text(graph, inside="f1")
    assert {"sum-f1", "value-f1", "bias-f1", "weight-x2-f1", "value-y"} <= texts.keys()
    named = {"weight-x1-f1": "w₁ = −0.88", "weight-x2-f1": "w₂ = −0.88", "bias-f1": "b = −0.88"}
    figure = network_artists(graph, texts={**texts, **named}, inside="f1")
    assert_apart(figure, layout)
    middle = layout.centres["f1"][0]
    inner = {
        str(text.get_gid()).split("/")[1].split()[0]: ink(text)
        for text in figure.findobj(Text)
        if "node-f1" in str(text.get_gid())
    }
    assert max(inner["adder"].right, inner["sum"].right) < middle
    assert min(inner["activation"].left, inner["value"].left) > middle


@pytest.mark.parametrize("name", FIGURES)
def test_the_articles_figures_keep_everything_apart(name: str) -> None:
    figure = FIGURES[name]
    layout = network_layout(
        network_graph(figure.layers), labels="names", texts=figure.texts, inside=figure.inside
    )
    assert_apart(figure_artists(name), layout, air=3)
    written = {label.role for owner in layout.labels.values() for label in owner}
    assert {text.split("-")[0] for text in figure.texts} <= written
    for edge in layout.shafts:
        for label in layout.labels.get(edge, ()):
            for other, shaft in layout.shafts.items():
                assert other == edge or not label.box.meets(*shaft), f"{edge} lies on {other}"


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
