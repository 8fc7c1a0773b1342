"""A step's picture shows what the page shows at that step; the film shows all of them."""

import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib import rc_context
from PIL import Image

from backprop_core import Network
from backprop_core.drawing.artists import ERROR, INK
from backprop_core.drawing.walk_pictures import (
    LARGEST_FILM,
    LARGEST_PICTURE,
    STEPS_OF_A_FILM,
    _Picture,
    step_png,
    step_svg,
    walk_gif,
)
from backprop_core.situation import Situation
from backprop_core.walkthrough import shown_at
from tests.refusals import assert_refused

ARTICLE = Situation()
STEPS = ARTICLE.walk()
BACK = 12  # f₅ → f₃, f₄
WIDE = Situation(Network.random([2, 16, 1]), (1.0, 0.0), (1.0,))
SEVERAL = Situation(Network.random([3, 4, 2], "tanh"), (0.5, -1.0, 2.0), (1.0, 0.0))


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(re.sub(r' xmlns="[^"]*"', "", svg, count=1))


def group(svg: ET.Element, name: str) -> ET.Element:
    (found,) = (g for g in svg.iter("g") if name in g.get("class", "").split())
    return found


def part(svg: ET.Element, owner: str, name: str) -> ET.Element:
    (found,) = (e for e in group(svg, owner) if name in e.get("class", "").split())
    return found


def written(svg: ET.Element) -> dict[str, str]:
    """What is written at each slot of the graph."""
    return {
        name: "".join(text.itertext())
        for text in svg.iter("text")
        for name in text.get("class", "").split()
        if "-" in name and name != "thin-halo" and text.text
    }


def caption(svg: ET.Element) -> list[str]:
    return [text.text or "" for text in group(svg, "caption")]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_the_numbers_in_the_graph_are_those_of_the_step(step: int) -> None:
    shown = {slot: show.text for slot, show in shown_at(STEPS, step).items()}
    assert written(parsed(step_svg(ARTICLE, step))) == shown


def test_what_is_lit_looks_lit() -> None:
    svg = parsed(step_svg(ARTICLE, BACK))
    lit, dark = part(svg, "edge-f3-f5", "shaft"), part(svg, "edge-f1-f3", "shaft")
    assert lit.get("stroke", "").upper() == ERROR
    assert float(lit.get("stroke-width", 1)) > 2 * float(dark.get("stroke-width", 1))
    assert "display" not in part(svg, "edge-f3-f5", "back-head").attrib
    assert part(svg, "edge-f3-f5", "head").get("display") == "none"
    assert part(svg, "edge-f1-f3", "back-head").get("display") == "none"
    assert part(svg, "node-f3", "disc").get("stroke-dasharray")
    assert not part(svg, "node-f5", "disc").get("stroke-dasharray")
    assert part(svg, "node-f5", "disc").get("stroke", "").upper() == ERROR
    forward = parsed(step_svg(ARTICLE, 0))
    assert part(forward, "edge-x1-f1", "shaft").get("stroke") == INK
    assert part(forward, "edge-x1-f1", "back-head").get("display") == "none"


def test_the_caption_tells_the_step_in_plain_text() -> None:
    lines = caption(parsed(step_svg(ARTICLE, BACK)))
    assert lines[0] == "Step 13 of 37: f₅ → f₃, f₄"
    assert STEPS[BACK].sentence in " ".join(lines)
    assert "δ₃ = δ · g′(r₅) · w₃,₅ = −0.509 · 0.25 · 1.2 = −0.153" in " ".join(lines)


def test_of_too_many_equations_the_last_is_told() -> None:
    step = next(n for n, step in enumerate(SEVERAL.walk("layer")) if step.phase == "update")
    equations = SEVERAL.walk("layer")[step].equations
    lines = caption(parsed(step_svg(SEVERAL, step, "layer")))
    assert lines[-1] == f"… and {len(equations) - 1} more equations"
    assert len(lines) < 10


def test_without_a_step_the_network_answers_and_nothing_is_lit() -> None:
    svg = parsed(step_svg(ARTICLE, None))
    strokes = {shaft.get("stroke") for shaft in svg.iter("path") if shaft.get("class") == "shaft"}
    assert len(strokes) == 1
    assert written(svg)["value-y"] == "0.491"
    assert "E = 0.13" in caption(svg)[1]


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


@pytest.mark.parametrize("step", [None, 0, BACK])
def test_it_stands_alone(step: int | None) -> None:
    text = step_svg(ARTICLE, step)
    assert text == step_svg(ARTICLE, step)
    assert not re.search(r"url\(|href|<style|<script|\bid=", text)
    svg = parsed(text)
    _, _, width, height = numbers(svg.get("viewBox", ""))
    assert numbers(svg.get("width", "")) == [width]
    assert numbers(svg.get("height", "")) == [height]
    background = next(svg.iter("path"))
    assert background.get("class") == "background"
    assert background.get("fill") == "#ffffff"
    assert {width, height} <= set(numbers(background.get("d", "")))
    for circle in svg.iter("circle"):
        x, y, radius = (float(circle.get(name, "")) for name in ("cx", "cy", "r"))
        assert radius <= x <= width - radius
        assert radius <= y <= height - radius
    below = max(float(c.get("cy", "")) + float(c.get("r", "")) for c in svg.iter("circle"))
    lines = [float(text.get("y", "")) for text in group(svg, "caption")]
    assert lines == sorted(lines)
    assert below < lines[0] < lines[-1] < height


def test_what_svg_would_misread_is_escaped() -> None:
    assert "&gt;" in step_svg(replace(ARTICLE, network=Network.three_layer("ReLU")), 12)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_png_is_twice_as_large_and_shows_the_same() -> None:
    image, svg = opened(step_png(ARTICLE, BACK)), parsed(step_svg(ARTICLE, BACK))
    _, _, width, height = numbers(svg.get("viewBox", ""))
    assert image.format == "PNG"
    assert image.size == (int(2 * width), int(2 * height))
    assert image.getpixel((2, 2)) == (255, 255, 255)
    disc = part(svg, "node-f5", "disc")
    x, y, radius = (2 * float(disc.get(name, "")) for name in ("cx", "cy", "r"))
    assert image.getpixel((round(x), round(y - radius))) == (0xD5, 0x5E, 0x00)
    name = image.crop((round(x - 20), round(y - 24), round(x + 20), round(y)))
    assert np.count_nonzero(np.asarray(name) < 128) > 100  # the letter and its index


def test_the_film_shows_every_step_in_a_loop() -> None:
    told: list[tuple[int, int]] = []
    data = walk_gif(ARTICLE, progress=lambda done, steps: told.append((done, steps)))
    film = opened(data)
    assert told == [(n, len(STEPS)) for n in range(len(STEPS))]
    assert film.n_frames == len(STEPS)  # type: ignore[attr-defined]
    assert film.info["loop"] == 0
    assert len(data) < 2e6
    durations, frames = [], set()
    for n in range(len(STEPS)):
        film.seek(n)
        durations.append(film.info["duration"])
        frames.add(film.convert("RGB").tobytes())
        assert film.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    assert durations == [2000] * (len(STEPS) - 1) + [4000]
    assert len(frames) == len(STEPS)


def test_a_long_walk_is_filmed_layer_by_layer() -> None:
    long = Situation(Network.random([4, 7, 3]), (0.0, 1.0, 2.0, 3.0), (1.0, 0.0, 0.0))
    assert len(long.walk()) > STEPS_OF_A_FILM
    assert opened(walk_gif(long)).n_frames == len(long.walk("layer"))  # type: ignore[attr-defined]


def test_a_step_leaves_nothing_behind() -> None:
    every = range(len(STEPS))
    used = _Picture(ARTICLE, STEPS, every)
    for step in (BACK, 30):
        used.svg(step)
    assert used.svg(0) == _Picture(ARTICLE, STEPS, every).svg(0)


def test_a_film_can_be_given_up() -> None:
    def give_up(done: int, steps: int) -> None:
        if done == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        walk_gif(ARTICLE, progress=give_up)


def test_a_picture_of_a_wide_network_has_names_and_its_numbers_below() -> None:
    svg = parsed(step_svg(WIDE, 0))
    assert part(svg, "node-f16", "name") is not None
    assert any(
        line.endswith(f"= {WIDE.walk()[0].value:.3g}".replace("-", "−")) for line in caption(svg)
    )


def test_what_could_not_be_read_is_refused() -> None:
    assert_refused(
        lambda: walk_gif(WIDE),
        f"layer 1 has 16 nodes, but expected {LARGEST_FILM} or fewer",
    )
    wider = Situation(Network.random([2, LARGEST_PICTURE + 1, 1]), (1.0, 0.0), (1.0,))
    assert_refused(
        lambda: step_svg(wider, 0),
        f"layer 1 has 21 nodes, but expected {LARGEST_PICTURE} or fewer",
    )
    assert_refused(
        lambda: step_png(ARTICLE, 37), "step is 37, but expected one of the walk's: 0 to"
    )


def test_settings_of_the_readers_own_change_no_picture() -> None:
    plain = step_svg(ARTICLE, BACK), step_png(ARTICLE, BACK)
    with rc_context({"text.usetex": True, "text.antialiased": False, "font.size": 30}):
        assert (step_svg(ARTICLE, BACK), step_png(ARTICLE, BACK)) == plain
