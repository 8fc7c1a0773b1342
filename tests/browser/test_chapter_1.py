"""Chapter 1 as its reader uses it: sliders, menus, points that are dragged, terms that light up."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import LIT, PHONE, POINTED, Exploration, assert_fits

CHAPTER = "voila/render/01_neurons_and_networks.ipynb"
NEURON, SLOPE, LINE, FOLD, FORMULA = (
    "One neuron",
    "An activation function and its slope",
    "A line that separates",
    "A hidden layer folds the plane",
    "The formula of two layers",
)


def open_chapter(page: Page, url: str) -> dict[str, Exploration]:
    page.goto(url + CHAPTER)
    names = (NEURON, SLOPE, LINE, FOLD, FORMULA)
    return {name: Exploration(page, name).ready() for name in names}


@pytest.fixture
def chapter(page: Page, voila_url: str) -> dict[str, Exploration]:
    return open_chapter(page, voila_url)


def test_neuron_follows_its_sliders(chapter: dict[str, Exploration]) -> None:
    neuron = chapter[NEURON]
    neuron.slider("x₁").fill("2")
    neuron.slider("w₁").fill("-1.5")
    neuron.slider("x₂").fill("0")
    neuron.slider("b").fill("0.5")
    expect(neuron.status).to_contain_text("The sum is −2.5.")
    expect(neuron.root.locator("text.sum-f1")).to_have_text("−2.5")
    neuron.choose("Activation", "ReLU")
    expect(neuron.status).to_have_text("The sum is −2.5. The ReLU makes 0 of it.")
    neuron.slider("b").press("End")
    expect(neuron.status).to_contain_text("The sum is −1.")


def test_terms_of_the_neuron_light_their_part(chapter: dict[str, Exploration]) -> None:
    neuron = chapter[NEURON]
    neuron.term("w1").hover()
    expect(neuron.part("edge-x1-f1")).to_have_class(POINTED)
    expect(neuron.part("edge-x2-f1")).not_to_have_class(POINTED)
    expect(neuron.tip).to_contain_text("w₁")
    neuron.term("r").hover()
    expect(neuron.root.locator("text.sum-f1")).to_have_class(POINTED)
    expect(neuron.root.locator("text.value-f1")).not_to_have_class(POINTED)
    expect(neuron.part("edge-x1-f1")).not_to_have_class(POINTED)


def test_point_on_an_activation_function(chapter: dict[str, Exploration]) -> None:
    slope = chapter[SLOPE]
    slope.slider("Sum r").fill("0")
    expect(slope.status).to_have_text(
        "At r = 0, the output g(r) is 0.5 and the slope g′(r) is 0.25."
    )
    slope.drag("curves", "output", (-2.0, 2.5))
    expect(slope.status).to_contain_text("At r = −2, the output g(r) is 0.119")
    assert slope.value("Sum r") == -2
    assert slope.at("curves", "output") == pytest.approx((-2, 0.119), abs=0.01)
    expect(slope.mark("curves", "tangent")).to_be_visible()


def test_a_jump_has_a_hole_and_no_tangent(chapter: dict[str, Exploration]) -> None:
    slope = chapter[SLOPE]
    slope.choose("Activation", "threshold")
    slope.slider("Sum r").fill("0")
    expect(slope.status).to_contain_text("it has no slope")
    expect(slope.mark("curves", "tangent")).to_have_count(0)
    assert slope.at("curves", "curve-below-0.0") == pytest.approx((0, 0), abs=0.01)
    expect(slope.mark("curves", "curve-below-0.0")).to_have_class(re.compile("ring"))
    slope.slider("Sum r").fill("0.1")
    expect(slope.mark("curves", "tangent")).to_have_count(1)


def sum_at(line: Exploration, place: tuple[float, float]) -> float:
    """The neuron's sum, from the numbers beside the sliders."""
    return line.value("w₁") * place[0] + line.value("w₂") * place[1] + line.value("b")


def test_line_follows_sliders_and_handles(chapter: dict[str, Exploration]) -> None:
    line = chapter[LINE]
    path = line.mark("plane", "line").locator("path")
    before = path.get_attribute("d")
    line.slider("b").fill("-0.5")
    expect(path).not_to_have_attribute("d", str(before))
    for key in ("handle-1", "handle-2"):
        assert sum_at(line, line.at("plane", key)) == pytest.approx(0, abs=0.02)
    line.press("Find a line")
    expect(line.status).to_have_text("4 of 4 right. This line separates AND.")
    line.drag("plane", "handle-1", (1.4, -0.4))
    line.drag("plane", "handle-2", (1.4, 1.4))
    expect(line.status).to_contain_text("3 of 4 right. (1, 1) is wrong.")
    expect(line.mark("plane", "wrong-3")).to_be_visible()
    assert line.at("plane", "handle-2") == pytest.approx((1.4, 1.4), abs=0.03)
    for key in ("handle-1", "handle-2"):
        assert sum_at(line, line.at("plane", key)) == pytest.approx(0, abs=0.02)


def test_xor_never_has_four_right(chapter: dict[str, Exploration]) -> None:
    line = chapter[LINE]
    line.choose("Teacher set", "XOR")
    expect(line.status).to_contain_text("No line gets all of them right")
    counts = set()
    for w1, w2, b in [(1, 1, -0.5), (1, 1, -1.5), (-1, -1, 1.5), (1, -1, 0.5), (1, 0, -0.5)]:
        for name, value in (("w₁", w1), ("w₂", w2), ("b", b)):
            line.slider(name).fill(str(value))
        answers = [int(w1 * x1 + w2 * x2 + b >= 0) for x1 in (0, 1) for x2 in (0, 1)]
        right = sum(a == t for a, t in zip(answers, (0, 1, 1, 0), strict=True))
        expect(line.status).to_contain_text(f"{right} of 4 right.")
        counts.add(right)
    assert max(counts) == 3
    line.press("Find a line")
    expect(line.problem).to_contain_text("No line separates XOR")
    line.choose("Teacher set", "OR")
    expect(line.problem).to_be_empty()
    line.press("Find a line")
    expect(line.status).to_have_text("4 of 4 right. This line separates OR.")


def test_the_plane_folds(chapter: dict[str, Exploration]) -> None:
    fold = chapter[FOLD]
    expect(fold.status).to_contain_text("Epoch 0:")
    grid = fold.mark("hidden", "grid").locator("path")
    before, weight = str(grid.get_attribute("d")), fold.value("w₁,₁")
    fold.slider("Epochs of learning").press("End")
    expect(fold.status).to_contain_text("Epoch 800: 4 of 4 right.")
    expect(fold.status).to_contain_text("(0, 1) and (1, 0) lie close together")
    expect(grid).not_to_have_attribute("d", before)
    assert fold.value("w₁,₁") != weight
    assert fold.at("hidden", "sample-1") == pytest.approx(fold.at("hidden", "sample-2"), abs=0.1)
    fold.slider("ŵ₁").press("Home")
    expect(fold.status).to_contain_text("Your weights:")
    fold.choose("Start", "random weights 3")
    expect(fold.status).to_contain_text("Epoch 0:")
    expect(fold.slider("Epochs of learning")).to_have_value("0")
    fold.slider("Epochs of learning").press("End")
    expect(fold.status).to_contain_text("Epoch 800: 2 of 4 right.")


def test_formula_lights_what_it_names(chapter: dict[str, Exploration]) -> None:
    formula = chapter[FORMULA]
    formula.choose("Which output: n", "2")
    expect(formula.part("edge-f1-f4")).to_have_class(LIT)
    expect(formula.part("edge-f1-f3")).not_to_have_class(LIT)
    formula.choose("Which hidden neuron: i", "2")
    expect(formula.part("edge-x1-f2")).to_have_class(LIT)
    whole, written_out = (formula.equations.locator(".bp-symbols").nth(n) for n in (0, 1))
    whole.locator(".edge-f1-f4").hover()
    for edge in ("edge-f1-f4", "edge-f2-f4"):
        expect(formula.part(edge)).to_have_class(POINTED)
    expect(formula.part("edge-x1-f2")).not_to_have_class(POINTED)
    written_out.locator(".term.edge-f2-f4").hover()
    expect(formula.part("edge-f2-f4")).to_have_class(POINTED)
    expect(formula.part("edge-f1-f4")).not_to_have_class(POINTED)
    expect(formula.tip).to_contain_text("the weight between f₁,₂ and f₂,₂")
    before = formula.status.inner_text()
    formula.slider("x₁").press("Home")
    expect(formula.status).not_to_have_text(before)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_in_every_state(
    open_page: Callable[..., Page],
    voila_url: str,
    assert_accessible: Callable[[Page], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    chapter = open_chapter(page, voila_url)
    chapter[SLOPE].choose("Activation", "threshold")
    chapter[LINE].choose("Teacher set", "XOR")
    chapter[LINE].press("Find a line")
    expect(chapter[LINE].problem).not_to_be_empty()
    chapter[FOLD].slider("Epochs of learning").press("End")
    expect(chapter[FOLD].status).to_contain_text("4 of 4")
    assert_accessible(page)


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    chapter = open_chapter(page, voila_url)
    chapter[LINE].choose("Teacher set", "XOR")
    chapter[LINE].press("Find a line")
    expect(chapter[LINE].problem).not_to_be_empty()
    chapter[SLOPE].choose("Activation", "leaky ReLU")
    chapter[FOLD].slider("Epochs of learning").press("End")
    expect(chapter[FOLD].status).to_contain_text("4 of 4")
    assert_fits(page)
    chapter[LINE].choose("Teacher set", "AND")
    chapter[LINE].press("Find a line")
    expect(chapter[LINE].status).to_contain_text("4 of 4")
