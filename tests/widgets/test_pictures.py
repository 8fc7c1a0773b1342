"""Drawings come from the shelf where they lie ready, and are what would be drawn today."""

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from backprop_core import Network
from backprop_core.widgets import pictures
from tests.drawing.shapes import layers

SHELF = sorted(path.name for path in pictures.SHELF.iterdir())


def test_the_articles_network_lies_on_the_shelf() -> None:
    assert pictures.shelf_name(Network.three_layer().layers) in SHELF


@pytest.mark.parametrize("name", SHELF)
def test_the_shelf_holds_what_is_drawn_today(name: str) -> None:
    sizes = [int(size) for size in name.removeprefix("network-").removesuffix(".svg").split("-")]
    named = layers(*sizes)
    drawn = pictures.draw(named).encode()
    assert (pictures.SHELF / name).read_bytes() == drawn, "run make figures"
    assert pictures.shelf_name(named) == name
    assert pictures.picture(named).encode() == drawn


def test_another_network_is_drawn() -> None:
    named = Network.random([3, 2, 2]).layers
    assert pictures.shelf_name(named) not in SHELF
    svg = ET.fromstring(pictures.picture(named))
    drawn = {name for e in svg.iter() for name in e.get("class", "").split()}
    assert {f"node-{node}" for layer in named for node in layer} <= drawn
    assert pictures.picture(named) is pictures.picture(named)


def test_what_lies_on_the_shelf_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "draw", lambda layers: "drawn")
    pictures.picture.cache_clear()
    assert pictures.picture(layers(2, 2, 2, 1)).startswith("<svg ")
    assert pictures.picture(layers(2, 2, 2, 2)) == "drawn"
    pictures.picture.cache_clear()


def test_to_open_a_lesson_loads_neither_matplotlib_nor_networkx() -> None:
    program = (
        "import sys\n"
        "from backprop_core.widgets import Lesson\n"
        "Lesson()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stderr == ""
    loaded = set(shown.stdout.split())
    assert {"ipywidgets", "backprop_core"} <= loaded
    assert not {"matplotlib", "networkx"} & loaded
