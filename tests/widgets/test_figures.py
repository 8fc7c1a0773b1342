"""The article's figures are put on a page whole, from the repository or drawn now."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from backprop_core.drawing.figures import FIGURES
from backprop_core.widgets import figure, figures


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_shown_whole(name: str) -> None:
    root = ET.fromstring(figure(name).data)
    (svg,) = root
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == FIGURES[name].says


def test_a_caption_stands_below_as_text() -> None:
    _, below = ET.fromstring(figure("single-neuron", "a < b").data)
    assert (below.tag, below.text) == ("figcaption", "a < b")


def test_without_the_repository_it_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = figure("three-layered-network").data
    monkeypatch.setattr(figures, "_KEPT", tmp_path)
    assert figure("three-layered-network").data == kept


def test_what_the_article_does_not_show_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'two-neurons', but expected one of: .*single-neuron"):
        figure("two-neurons")
