"""A frame tells where its values lie, keeps its texts apart, and is the same everywhere."""

import re
from itertools import combinations
from math import log10
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib
import pytest

from backprop_core.drawing.frames import FRAMES, Frame, draw_frame
from backprop_core.drawing.layout import Box, text_width

NS = "{http://www.w3.org/2000/svg}"
PHONE = 360
FRAMES_BY_NAME = pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)


def parse(frame: Frame) -> ET.Element:
    return ET.fromstring(draw_frame(frame))


def of_class(root: ET.Element, axis: str, own: str) -> list[ET.Element]:
    """Return what lies in the group of an axis and has a class."""
    groups = [g for g in root if g.get("class") == f"axis axis-{axis}"]
    return [e for g in groups for e in g if own in e.get("class", "").split()]


def number(text: ET.Element) -> float:
    """Return the number at a tick; a power of ten has its exponent in a smaller text."""
    words = "".join(text.itertext()).replace("−", "-")
    power = [span.text or "" for span in text if span.get("class") == "sup"]
    return 10.0 ** float(power[0].replace("−", "-")) if power else float(words)


def place(root: ET.Element, axis: str, value: float) -> float:
    """Return where a value lies, as a page works it out from the frame's attributes."""
    low, high, from_, to = map(float, root.get(f"data-{axis}", "").split())
    if root.get(f"data-{axis}-scale") == "log":
        value, low, high = log10(value), log10(low), log10(high)
    return from_ + (value - low) / (high - low) * (to - from_)


def line(path: ET.Element) -> list[float]:
    """Return x0, y0, x1, y1 of a straight line."""
    return [float(number) for number in re.findall(r"[-\d.]+", path.get("d", ""))]


@FRAMES_BY_NAME
def test_every_number_stands_at_its_value(frame: Frame) -> None:
    root = parse(frame)
    for axis, at in (("x", 0), ("y", 1)):
        labels = of_class(root, axis, "tick-label")
        grid = of_class(root, axis, "grid")
        assert len(labels) == len(grid) >= 3
        for label, path in zip(labels, grid, strict=True):
            expected = place(root, axis, number(label))
            assert line(path)[at] == line(path)[at + 2] == pytest.approx(expected, abs=0.02)
            if axis == "x":
                assert label.get("text-anchor") == "middle"
                assert float(label.get("x", "")) == pytest.approx(expected, abs=0.02)
            else:
                assert abs(float(label.get("y", "")) - expected) < 7


@FRAMES_BY_NAME
def test_the_grid_and_the_spines_fill_the_range(frame: Frame) -> None:
    root = parse(frame)
    (left, right), (bottom, top) = (
        [place(root, axis, end) for end in ends] for axis, ends in (("x", frame.x), ("y", frame.y))
    )
    assert left < right
    assert top < bottom
    for path in of_class(root, "x", "grid"):
        assert sorted(line(path)[1::2]) == pytest.approx([top, bottom], abs=0.02)
    for path in of_class(root, "y", "grid"):
        assert sorted(line(path)[::2]) == pytest.approx([left, right], abs=0.02)
    (spines,) = (g for g in root if g.get("class") == "spines")
    drawn = sorted(line(path) for path in spines)
    assert len(drawn) == 2
    assert drawn[0] == pytest.approx([left, bottom, left, top], abs=0.02)
    assert drawn[1] == pytest.approx([left, bottom, right, bottom], abs=0.02)


@FRAMES_BY_NAME
def test_zero_is_marked_where_it_lies_inside(frame: Frame) -> None:
    root = parse(frame)
    for axis, (low, high), at in (("x", frame.x, 0), ("y", frame.y, 1)):
        zeros = of_class(root, axis, "zero")
        assert len(zeros) == (low < 0 < high)
        for path in zeros:
            assert line(path)[at] == pytest.approx(place(root, axis, 0), abs=0.02)


@FRAMES_BY_NAME
def test_texts_keep_apart_and_can_be_read_on_a_phone(frame: Frame) -> None:
    root = parse(frame)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    boxes: list[Box] = []
    for text in root.iter(f"{NS}text"):
        size = float(text.get("font-size", ""))
        assert size * PHONE / width >= 10
        words = "".join(text.itertext())
        wide = text_width(words, size)
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        left = x - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor", ""), 0)
        boxes.append(Box(left, y - 0.76 * size, left + wide, y + 0.2 * size))
        assert boxes[-1].left >= 0, words
        assert boxes[-1].right <= width, words
        assert boxes[-1].top >= 0, words
        assert boxes[-1].bottom <= height, words
    assert len(boxes) >= 8
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_square_frames_have_one_scale() -> None:
    square = [frame for frame in FRAMES.values() if not frame.height]
    assert {"plane", "hidden", "error-contours"} <= {frame.name for frame in square}
    for frame in square:
        root = parse(frame)
        right, up = (place(root, a, 1) - place(root, a, 0) for a in ("x", "y"))
        assert right == pytest.approx(-up, rel=1e-3)


def test_symbols_are_live_text_and_minus_is_a_minus() -> None:
    root = parse(FRAMES["plane"])
    (name,) = of_class(root, "x", "axis-label")
    assert name.get("class") == "axis-label axis-label-x"
    assert name.text == "x"
    assert [(span.get("class"), span.text) for span in name] == [("sub", "1")]
    assert "−0.5" in [label.text for label in of_class(root, "x", "tick-label")]


def test_the_root_says_what_it_is() -> None:
    root = parse(FRAMES["plane"])
    assert root.get("class") == "bp-frame"
    assert root.get("role") == "img"
    assert root.get("aria-label") == "x1 from −0.6 to 1.6; x2 from −0.6 to 1.6"
    assert root.get("data-y-scale") is None
    assert parse(FRAMES["multiplications"]).get("data-y-scale") == "log"


@FRAMES_BY_NAME
def test_a_frame_has_neither_ids_nor_styles_nor_marks(frame: Frame) -> None:
    elements = list(parse(frame).iter())
    tags = {e.tag.removeprefix(NS) for e in elements}
    assert tags <= {"svg", "g", "path", "text", "tspan"}
    assert not {name for e in elements for name in e.attrib} & {"id", "style", "clip-path", "href"}
    classes = {e.get("class", "").split()[0] for e in elements if e.tag == f"{NS}path"}
    assert classes <= {"grid", "zero", "spine"}


def test_what_is_set_for_other_plots_does_not_matter() -> None:
    frame = FRAMES["activation"]
    before = draw_frame(frame)
    own: dict[Any, Any] = {
        "axes.unicode_minus": False,
        "axes.spines.left": False,
        "font.weight": "bold",
        "grid.alpha": 0.3,
        "lines.linestyle": "--",
        "svg.fonttype": "path",
        "text.usetex": True,
        "xtick.labelbottom": False,
    }
    with matplotlib.rc_context(own):
        assert draw_frame(frame) == before
        assert {name: matplotlib.rcParams[name] for name in own} == own
