"""Symbols become runs of live text."""

from xml.etree import ElementTree as ET

import pytest

from backprop_core.drawing.markup import runs, write


@pytest.mark.parametrize(
    ("symbol", "parts"),
    [
        ("", []),
        ("0.5", ["0.5"]),
        ("$", ["$"]),
        ("$f_3$", ["f", "3"]),
        ("$f_{12}$", ["f", "12"]),
        ("$w_{x_1,1}$", ["w", "x", "1", ",1"]),
        (r"$\hat{w}_1$", ["ŵ", "1"]),
        (r"$\hat b^{(n)}$", ["b\N{COMBINING CIRCUMFLEX ACCENT}", "(", "n", ")"]),
        ("$x_N$", ["x", "N"]),
    ],
)
def test_runs(symbol: str, parts: list[str]) -> None:
    assert [run.text for run in runs(symbol)] == parts


def test_letters_are_italic_and_figures_upright() -> None:
    assert [run.italic for run in runs("$w_{A,1}$")] == [True, True, False]


def test_subscripts_hang_lower_and_smaller_each_time_and_superscripts_rise() -> None:
    w, x, one, comma = runs("$w_{x_1,}$")
    assert w.scale > x.scale > one.scale
    assert w.shift < x.shift < one.shift
    assert (comma.scale, comma.shift) == (x.scale, x.shift)
    assert runs("$w^n$")[1].shift < 0


def test_the_line_returns_to_its_height_after_a_subscript() -> None:
    text = ET.Element("text")
    write(text, "$w_1w$", 10)
    assert text.text == "w"
    assert sum(float(span.get("dy", "0")) for span in text) == 0
    assert [span.text for span in text] == ["1", "w"]


@pytest.mark.parametrize(
    "symbol", ["$f_$", "$f_{1$", "$f_{}$", "$f}$", r"$\hat$", "$_}$", r"$\delta_1$"]
)
def test_broken_symbols_are_refused(symbol: str) -> None:
    with pytest.raises(ValueError, match="symbol"):
        runs(symbol)
