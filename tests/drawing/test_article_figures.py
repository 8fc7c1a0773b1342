"""The article's figures show what the article says there, on any page."""

import re
from xml.etree import ElementTree as ET

import pytest

from backprop_core.drawing.figures import FIGURES, draw_figure
from backprop_core.situation import Situation

NS = "{http://www.w3.org/2000/svg}"
STEPS = {step.bookmark: step for step in Situation().walk() if step.bookmark}
EVERY_FIGURE = pytest.mark.parametrize("name", FIGURES)


def parse(name: str) -> ET.Element:
    return ET.fromstring(draw_figure(name))


def symbols(root: ET.Element, own: str) -> dict[str, str]:
    """Return the texts of a kind, by the node or edge that they belong to."""
    return {
        g.get("class", "").split()[1].partition("-")[2]: "".join(text.itertext())
        for g in root.iter(f"{NS}g")
        for text in g.iter(f"{NS}text")
        if text.get("class", "").split()[0] == own
    }


def dotted(root: ET.Element) -> list[str]:
    return [g.get("class", "") for g in root.iter(f"{NS}g") if g.get("class", "")[:4] == "dots"]


def test_a_fully_connected_network() -> None:
    root = parse("network-fully-connected")
    assert list(symbols(root, "name").values()) == [
        *("x1", "x2", "xN0", "f1,1", "f1,2", "f1,N1", "f2,1", "f2,N2", "y1", "yN2")
    ]
    assert len(dotted(root)) == 4
    edges = [g for g in root.iter(f"{NS}g") if g.get("class", "").startswith("edge ")]
    assert len(edges) == 3 * 3 + 3 * 2 + 2


def test_a_single_neuron() -> None:
    root = parse("single-neuron")
    assert list(symbols(root, "name").values()) == ["x1", "x2", "xN", "y"]
    assert list(symbols(root, "weight").values()) == ["w1", "w2", "wN"]
    assert symbols(root, "bias") == {"f1": "b"}
    assert symbols(root, "adder") == {"f1": "Σ"}
    assert symbols(root, "activation") == {"f1": "g"}
    assert len(dotted(root)) == 1


def test_one_output_and_its_weights_from_input_to_neuron() -> None:
    for name in ("one-output-network", "weights-1st-layer", "weights-2nd-layer"):
        root = parse(name)
        assert list(symbols(root, "name").values()) == [
            *("x1", "x2", "xN0", "f1", "f2", "fN1", "f̂", "y")
        ]
        assert len(dotted(root)) == 2
    assert not symbols(parse("one-output-network"), "weight")
    first = symbols(parse("weights-1st-layer"), "weight")
    assert first == {
        f"{tail}-{head}": f"w{tail[1:].replace('N', 'N0')},{head[1:].replace('N', 'N1')}"
        for tail in ("x1", "x2", "xN")
        for head in ("f1", "f2", "fN")
    }
    assert list(symbols(parse("weights-2nd-layer"), "weight").values()) == ["ŵ1", "ŵ2", "ŵN1"]


def test_upper_and_lower_weights_are_all_weights_and_stand_out() -> None:
    written = []
    for name, heads in (
        ("upper-weights-highlighted", {"f1", "f3"}),
        ("lower-weights-highlighted", {"f2", "f4"}),
    ):
        root = parse(name)
        weights = symbols(root, "weight")
        lit = {
            g.get("class", "").split()[1].partition("-")[2]
            for g in root
            if "is-lit" in g.get("class", "").split()
        }
        assert lit == weights.keys() | heads
        assert {edge.split("-")[1] for edge in weights} == heads | {"f5"}
        written += list(weights.values())
    assert sorted(written) == sorted(
        ["wx1,1", "wx1,2", "wx2,1", "wx2,2", "w1,3", "w1,4", "w2,3", "w2,4", "w3,5", "w4,5"]
    )


@pytest.mark.parametrize("name", [name for name in FIGURES if name.startswith("propagate-")])
def test_a_signal_on_its_way_is_the_step_of_the_walkthrough(name: str) -> None:
    step, figure = STEPS[name], FIGURES[name]
    assert set(figure.lit) == {*step.nodes, *step.edges}
    assert set(figure.receiving) == set(step.receiving)
    assert figure.backwards
    root = parse(name)
    for group in root.iter(f"{NS}g"):
        classes = group.get("class", "").split()
        if "edge" in classes:
            back = "is-lit" in classes or "is-passed" in classes
            heads = {e.get("class"): e.get("display") for e in group}
            assert heads["head"] == ("none" if back else None)
            assert heads["back-head"] == (None if back else "none")


def test_what_has_passed_is_what_was_lit_before() -> None:
    names = list(STEPS)
    assert names == [name for name in FIGURES if name.startswith("propagate-")]
    for n, name in enumerate(names):
        before = {edge for earlier in names[:n] for edge in STEPS[earlier].edges}
        assert set(FIGURES[name].passed) == before


def test_an_error_signal_is_named_where_all_its_shares_have_come() -> None:
    known = {name: sorted(symbols(parse(name), "delta").values()) for name in STEPS}
    assert known["propagate-y-f5"] == ["δ"]
    assert known["propagate-f5-f3_f4"] == known["propagate-f3-f1_f2"] == ["δ", "δ3", "δ4"]
    assert known["propagate-f4-f1_f2"] == ["δ", "δ1", "δ2", "δ3", "δ4"]


@EVERY_FIGURE
def test_a_text_alternative_says_what_is_to_be_seen(name: str) -> None:
    says = parse(name).get("aria-label", "")
    assert 60 < len(says) < 260
    assert says.endswith(".")
    assert not re.search(r"[_$\\]\d|\$|\\", says)
    assert sum(figure.says == says for figure in FIGURES.values()) == 1


@EVERY_FIGURE
def test_a_figure_can_be_a_file_and_a_part_of_a_page(name: str) -> None:
    svg = draw_figure(name)
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    _, _, width, height = root.get("viewBox", "").split()
    assert (root.get("width"), root.get("height")) == (width, height)
    assert not {attribute for e in root.iter() for attribute in e.attrib} & {"id", "style", "href"}
    (style,) = root.iter(f"{NS}style")
    selectors = re.findall(r"([^{}]+)\{", re.sub(r"@media[^{]*\{", "", style.text or ""))
    assert len(selectors) > 10
    assert all(".bp-figure" in selector for selector in selectors)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    card = root[1]
    assert (card.get("class"), card.get("width"), card.get("height")) == ("card", width, height)
    backgrounds = {e.get("stroke") for e in root.iter() if e.get("paint-order")}
    assert backgrounds <= {card.get("fill")}


def test_lines_and_texts_stand_out_from_the_card_by_day_and_by_night() -> None:
    style = next(parse("single-neuron").iter(f"{NS}style")).text or ""
    days = dict(re.findall(r"--(\w+): (#\w{6})", style.split("}")[0]))
    nights = [dict(re.findall(r"--(\w+): (#\w{6})", rule)) for rule in style.split("}")[1:4]]
    night, also = (rule for rule in nights if rule)
    assert night == also
    assert days.keys() == night.keys() == {"card", "ink", "quiet", "glow", "words"}
    for colours in (days, night):
        for role, least in (("ink", 7), ("words", 4.5), ("quiet", 3), ("glow", 3)):
            assert contrast(colours[role], colours["card"]) >= least, role


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2.1 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
