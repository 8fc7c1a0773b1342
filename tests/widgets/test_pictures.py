"""Drawings come from the shelf where they lie ready, and are what would be drawn today."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from backprop_core import Network
from backprop_core.drawing.frames import FRAMES, draw_frame
from backprop_core.widgets import pictures
from tests.drawing.shapes import layers

SHELF = sorted(path.name for path in pictures.SHELF.iterdir())
NETWORKS = [name for name in SHELF if name.startswith("network-")]
OPENING = [((2, 2, 2, 1), False), ((2, 2, 2), False), ((2, 2, 1), True), ((2, 3, 1), True)]


def classes(svg: str) -> set[str]:
    return {name for e in ET.fromstring(svg).iter() for name in e.get("class", "").split()}


def names(svg: str) -> list[str]:
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()) for text in texts if text.get("class") == "name"]


@pytest.mark.parametrize(("sizes", "hats"), OPENING)
def test_what_pages_show_when_they_open_lies_on_the_shelf(
    sizes: tuple[int, ...], hats: bool
) -> None:
    assert pictures.shelf_name(Network.random(sizes).layers, hats) in SHELF


@pytest.mark.parametrize("name", NETWORKS)
def test_the_shelf_holds_what_is_drawn_today(name: str) -> None:
    stem, hats = name.removesuffix("-hats.svg"), name.endswith("-hats.svg")
    named = layers(*map(int, re.findall(r"\d+", stem)))
    drawn = pictures.draw(named, hats).encode()
    assert (pictures.SHELF / name).read_bytes() == drawn, "run make figures"
    assert pictures.shelf_name(named, hats) == name
    assert pictures.picture(named, hats).encode() == drawn


def test_the_shelf_holds_the_neuron_and_every_frame() -> None:
    assert pictures.neuron() == pictures.draw_neuron(), "run make figures"
    assert pictures.two_layers() == pictures.draw_two_layers(), "run make figures"
    for name, frame in FRAMES.items():
        assert pictures.frame(name) == draw_frame(frame), "run make figures"
    others = {"neuron.svg", "two-layers.svg", *(f"frame-{name}.svg" for name in FRAMES)}
    assert set(SHELF) == {*NETWORKS, *others}


def test_another_network_is_drawn() -> None:
    named = Network.random([3, 2, 2]).layers
    assert pictures.shelf_name(named) not in SHELF
    svg = pictures.picture(named)
    assert {f"node-{node}" for layer in named for node in layer} <= classes(svg)
    assert pictures.picture(named) is pictures.picture(named)


def test_the_nodes_are_those_that_were_asked_for() -> None:
    named = (("a", "b"), ("c", "d"), ("out",))
    assert "node-out" in classes(pictures.picture(named))
    assert names(pictures.picture(named, hats=True)) == ["a", "b", "c", "d", "f̂", "y"]


@pytest.mark.parametrize("sizes", [(2, 2, 1), (4, 5, 1), (6, 6, 1)])
def test_in_hats_the_output_neuron_has_one_and_keeps_its_class(sizes: tuple[int, ...]) -> None:
    named = layers(*sizes)
    svg = pictures.picture(named, hats=True)
    hidden = [*named[1]]
    assert names(svg) == [
        *(f"x{n + 1}" for n in range(sizes[0])),
        *(f"f{n + 1}" for n in range(sizes[1])),
        *("f̂", "y"),
    ]
    (output,) = named[-1]
    drawn = classes(svg)
    assert {f"node-{output}", f"edge-f1-{output}", f"bias-{output}", "value-y"} <= drawn
    assert {f"bias-{node}" for node in hidden} <= drawn
    assert not any(name.startswith("delta") for name in drawn)
    assert f"{', '.join(hidden)} → f̂ → y" in svg


def test_hats_are_for_one_output() -> None:
    with pytest.raises(ValueError, match="one output"):
        pictures.picture(layers(2, 2, 2), hats=True)


def test_the_neuron_has_all_that_a_page_fills_in() -> None:
    assert {
        *("node-x1", "node-x2", "node-f1", "node-y", "edge-x1-f1", "edge-x2-f1", "edge-f1-y"),
        *("value-x1", "value-x2", "weight-x1-f1", "weight-x2-f1", "bias-f1", "sum-f1", "value-f1"),
        *("value-y", "adder", "activation", "divider", "bias-shaft", "bias-head"),
    } <= classes(pictures.neuron())


def test_what_lies_on_the_shelf_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "draw", lambda layers, hats: "drawn")
    pictures.picture.cache_clear()
    assert pictures.picture(layers(2, 2, 2, 1)).startswith("<svg ")
    assert pictures.picture(layers(2, 2, 1), hats=True).startswith("<svg ")
    assert pictures.picture(layers(2, 2, 2, 2)) == "drawn"
    pictures.picture.cache_clear()


PROGRAM = """
import sys
from backprop_core import widgets
lesson = widgets.Lesson()
given = {"Derivation": [lesson], "TakeAway": [lesson], "figure": ["single-neuron"]}
for name in widgets.__all__:
    getattr(widgets, name)(*given.get(name, ()))
print(*{name.partition('.')[0] for name in sys.modules})
"""


def test_to_open_a_page_loads_neither_matplotlib_nor_networkx() -> None:
    shown = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert shown.stderr == ""
    loaded = set(shown.stdout.split())
    assert {"ipywidgets", "backprop_core"} <= loaded
    assert not {"matplotlib", "networkx"} & loaded
