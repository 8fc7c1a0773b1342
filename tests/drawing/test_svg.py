"""What a page relies on: classes, live texts, attributes that a style sheet can override."""

import hashlib
import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from backprop_core.drawing import draw_network, to_svg
from tests.drawing.shapes import THREE_LAYER, every_text, graph_of

NS = "{http://www.w3.org/2000/svg}"
THREE = graph_of(*THREE_LAYER)


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def group(root: ET.Element, name: str) -> dict[str, ET.Element]:
    """Return what lies in the group of class `name`, by first class."""
    (found,) = [g for g in root.iter(f"{NS}g") if name in g.get("class", "").split()]
    return {child.get("class", "").split()[0]: child for child in found}


@pytest.mark.parametrize("sizes", [THREE_LAYER, (3, 4, 2), (4, 16, 16, 3)])
def test_a_whole_element_without_ids_styles_or_metadata(sizes: tuple[int, ...]) -> None:
    svg = draw_network(graph_of(*sizes))
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    elements = list(parse(svg).iter())
    assert {e.tag.removeprefix(NS) for e in elements} <= {
        *("svg", "g", "path", "circle", "text", "tspan")
    }
    attributes = {name for e in elements for name in e.attrib}
    assert "class" in attributes
    assert not attributes & {"id", "style", "clip-path", "href"}
    assert not re.search(r"\d\.\d{3}", svg)


def test_the_root_tells_its_size_and_its_text_alternative() -> None:
    root = parse(draw_network(THREE, label='x < "y"'))
    assert root.get("class") == "bp-graph"
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'x < "y"'
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert 560 < width < 640
    assert 250 < height < 340
    alternative = parse(draw_network(THREE)).get("aria-label")
    assert alternative == "Network: x1, x2 → f1, f2 → f3, f4 → f5 → y"


def test_edges_come_first_then_nodes_in_the_order_of_the_graph() -> None:
    groups = [g.get("class", "").split()[:2] for g in parse(draw_network(THREE))]
    assert groups == [
        *(["edge", f"edge-{a}-{b}"] for a, b in THREE.edges),
        *(["node", f"node-{node}"] for node in THREE.nodes),
    ]


def test_an_edge() -> None:
    root = parse(draw_network(THREE))
    edge = group(root, "edge-f3-f5")
    assert sorted(edge) == ["back-head", "head", "shaft", "weight"]
    assert edge["back-head"].get("display") == "none"
    assert edge["head"].get("display") is None
    assert re.fullmatch(r"M [\d.]+ [\d.]+ L [\d.]+ [\d.]+", edge["shaft"].get("d", ""))
    assert edge["shaft"].get("fill") == "none"
    weight = edge["weight"]
    assert weight.get("class") == "weight weight-f3-f5 halo"
    assert weight.get("text-anchor") == "middle"
    assert (weight.get("paint-order"), weight.get("stroke")) == ("stroke", "#ffffff")
    assert sorted(group(root, "edge-f5-y")) == ["back-head", "head", "shaft"]


def test_a_neuron_and_an_output() -> None:
    root = parse(draw_network(THREE))
    neuron = group(root, "node-f3")
    assert sorted(neuron) == ["bias", "delta", "disc", "name", "value"]
    assert neuron["disc"].tag == f"{NS}circle"
    assert neuron["disc"].get("r") == "28"
    assert neuron["value"].get("class") == "value value-f3"
    assert neuron["value"].get("x") == neuron["disc"].get("cx")
    assert neuron["name"].text == "f"
    (subscript,) = neuron["name"]
    assert (subscript.tag, subscript.get("class"), subscript.text) == (f"{NS}tspan", "sub", "3")
    assert sorted(group(root, "node-x1")) == ["delta", "disc", "name", "value"]
    assert list(group(root, "node-y")) == ["name", "value", "target"]


def test_texts_are_there_before_they_are_filled() -> None:
    empty = {e.get("class"): e for e in parse(draw_network(THREE)).iter(f"{NS}text")}
    texts = every_text(THREE)
    filled = parse(draw_network(THREE, texts=texts)).iter(f"{NS}text")
    for element in filled:
        name = element.get("class", "")
        if name != "name":
            assert element.text == texts[name.split()[1]]
            assert empty[name].text is None
            assert element.attrib == empty[name].attrib


def test_lit_and_receiving_are_classes() -> None:
    root = parse(draw_network(THREE, lit=["f5", ("f3", "f5")], backwards=True, receiving=["f3"]))
    classes = {g.get("class") for g in root.iter(f"{NS}g") if "is-" in g.get("class", "")}
    assert classes == {
        "edge edge-f3-f5 is-lit is-back",
        "node node-f5 neuron is-lit",
        "node node-f3 neuron is-receiving",
    }
    edge = group(root, "edge-f3-f5")
    assert edge["head"].get("display") == "none"
    assert edge["back-head"].get("display") is None
    assert "stroke-dasharray" in group(root, "node-f3")["disc"].attrib


def test_a_symbol_on_an_edge_lies_on_its_own_outline() -> None:
    root = parse(draw_network(THREE, texts={"weight-f3-f5": r"$\hat{w}_1$"}, background="#fffdfa"))
    edge = group(root, "edge-f3-f5")
    assert "".join(edge["weight"].itertext()) == "".join(edge["under"].itertext()) == "ŵ1"
    assert edge["under"].get("stroke") == "#fffdfa"
    assert "stroke" not in edge["weight"].attrib


def test_markup_in_texts_stays_text() -> None:
    svg = draw_network(THREE, texts={"name-f1": "<b>&"})
    assert group(parse(svg), "node-f1")["name"].text == "<b>&"


def test_other_figures_can_be_written_too() -> None:
    figure = Figure(figsize=(2, 1), dpi=72)
    circle = Circle((72, 36), 9, gid="ball")
    hidden = Rectangle((0, 0), 10, 5, gid="frame/box", visible=False)
    for artist in (circle, hidden):
        artist.set_transform(None)
        figure.add_artist(artist)
    root = parse(to_svg(figure, label="A ball", css_class="bp-other"))
    ball, frame = root
    assert (ball.tag, ball.get("cx"), ball.get("cy"), ball.get("r")) == (
        *(f"{NS}circle", "72", "36", "9"),
    )
    assert (frame.get("class"), frame[0].get("class")) == ("frame", "box")
    assert frame[0].get("display") == "none"
    assert not hidden.get_visible()


def test_what_else_the_root_says_and_artists_that_share_a_class() -> None:
    figure = Figure(figsize=(2, 1), dpi=72)
    for n in range(2):
        line = Line2D([0, 1], [0, n], gid=f"lines/line #{n}")
        line.set_transform(None)
        figure.add_artist(line)
    root = parse(to_svg(figure, label="", attributes={"data-x": "0 1"}))
    assert root.get("data-x") == "0 1"
    (lines,) = root
    assert [(line.tag, line.get("class")) for line in lines] == [(f"{NS}path", "line")] * 2


def test_what_cannot_be_written_is_refused() -> None:
    figure = Figure()
    figure.add_artist(Line2D([0, 1], [0, 1], marker="o", gid="line"))
    with pytest.raises(ValueError, match="cannot write <"):
        to_svg(figure, label="")


PROGRAM = """
import hashlib, sys
from backprop_core.drawing import draw_network
from tests.drawing.shapes import graph_of
for sizes in ((2, 2, 2, 1), (3, 4, 2), (4, 16, 16, 3)):
    print(hashlib.sha256(draw_network(graph_of(*sizes)).encode()).hexdigest())
print("matplotlib.pyplot" in sys.modules)
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "20"])
def test_the_same_bytes_in_every_process_and_no_pyplot(hash_seed: str) -> None:
    *digests, pyplot = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert digests == [
        hashlib.sha256(draw_network(graph_of(*sizes)).encode()).hexdigest()
        for sizes in (THREE_LAYER, (3, 4, 2), (4, 16, 16, 3))
    ]
    assert pyplot == "False"
