"""Paths are lit one by one, their sum is what the error signals give, and the cost can be seen."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import CHAPTER, PHONE, Exploration, assert_fits

SMALLEST_PX = 7
THREE, NINE, TWENTY_SEVEN = "2 – 3 – 3 – 1", "2 – 3 – 3 – 3 – 1", "2 – 3 – 3 – 3 – 3 – 1"


class Board(Exploration):
    """One of the chapter's boards, when it is there."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page, name)
        self.picture = self.root.locator(".bp-picture > svg")
        self.pairs = self.root.locator(".bp-equation")  # in symbols and with numbers
        self.ready()

    def result(self, place: int) -> str:
        """The number that an equation yields."""
        return self.pairs.nth(place).locator(".bp-numbers .slot").last.text_content() or ""


def way(*nodes: str) -> set[str]:
    """The classes of a path."""
    edges = {f"edge-{a}-{b}" for a, b in pairwise(nodes)}
    return edges | {f"node-{node}" for node in nodes}


@pytest.fixture
def sums(page: Page, voila_url: str) -> Board:
    """The sum over paths, at its first step."""
    page.goto(voila_url + CHAPTER)
    return Board(page, "Sum over paths")


@pytest.fixture
def cost(page: Page, voila_url: str) -> Board:
    """The plot of what both ways cost."""
    page.goto(voila_url + CHAPTER)
    return Board(page, "The cost of both ways")


# --- the sum over paths --------------------------------------------------------------------------


def test_step_by_step_with_the_keyboard(sums: Board) -> None:
    upper, lower = way("x1", "f1", "f3", "f5"), way("x1", "f1", "f4", "f5")
    assert sums.classed("is-lit") == upper
    expect(sums.root.get_by_text("Path 1 of 2: x₁ → f₁ → f₃ → f₅")).to_be_visible()
    first = sums.result(0)
    assert sums.result(1) == first
    expect(sums.status).to_contain_text(f"it adds {first}. The sum so far is {first}.")
    sums.key("ArrowRight", 1)
    assert sums.classed("is-lit") == lower
    expect(sums.status).to_contain_text(f"The sum so far is {sums.result(1)}.")
    running = sums.result(1)
    sums.key("ArrowRight", 2)
    assert sums.classed("is-lit") == upper | lower
    assert sums.result(0) == sums.result(1) == running  # along paths, and by error signals
    expect(sums.status).to_contain_text("the same, digit for digit")
    sums.key("Home", 0)
    assert sums.classed("is-lit") == upper


def test_the_sum_is_what_the_error_signals_give_in_every_network(sums: Board) -> None:
    for network, count in ((THREE, 3), (NINE, 9), (TWENTY_SEVEN, 27)):
        sums.choose("Network", network)
        expect(sums.root).to_have_attribute("data-steps", str(count + 1))
        sums.key("End", count)
        total = sums.pairs.count() - 2
        assert sums.result(total) == sums.result(total + 1)
        by_paths, by_signals = sums.status.inner_text().split(". ")[:2]
        assert by_signals.startswith(f"The error signals give {by_paths.split()[-1]}, the same")


def test_all_nine_paths(sums: Board) -> None:
    sums.choose("Network", NINE)
    expect(sums.root).to_have_attribute("data-steps", "10")
    sums.expect_step(0)
    every = [
        way("x1", "f1", middle, last, "f10")
        for middle in ("f4", "f5", "f6")
        for last in ("f7", "f8", "f9")
    ]
    for step, expected in enumerate(every):
        if step:
            sums.key("ArrowRight", step)
        assert sums.classed("is-lit") == expected
    sums.key("ArrowRight", 9)
    assert sums.classed("is-lit") == set().union(*every)


def test_another_weight_from_the_menu_or_with_a_click(sums: Board, page: Page) -> None:
    sums.key("ArrowRight", 1)
    sums.choose("Weight or bias", "w₂,₄")
    sums.expect_step(0)
    expect(sums.root).to_have_attribute("data-steps", "2")
    assert sums.classed("is-lit") == way("f2", "f4", "f5")
    page.mouse.click(*sums.beside("x2", "f2", 0.3))
    expect(sums.menu("Weight or bias")).to_have_value("weight-x2-f2")
    expect(sums.root).to_have_attribute("data-steps", "3")
    assert sums.classed("is-lit") == way("x2", "f2", "f3", "f5")
    sums.picture.locator(".node-f4 .name").click()
    expect(sums.menu("Weight or bias")).to_have_value("bias-f4")
    assert sums.classed("is-lit") == way("f4", "f5")


def test_another_sample_keeps_the_step(sums: Board) -> None:
    sums.key("ArrowRight", 1)
    before = sums.result(0)
    sums.choose("Sample", "x = (1, 1), t = 0")
    expect(sums.pairs.first.locator(".bp-numbers .slot").last).not_to_have_text(before)
    sums.expect_step(1)


def test_a_product_tells_its_name_and_lights_its_path(sums: Board) -> None:
    sums.key("End", 2)
    value = sums.pairs.first.locator(".bp-numbers .slot").nth(1).text_content()
    sums.pairs.first.locator(".bp-symbols .term").nth(2).focus()
    expect(sums.tip).to_have_text(f"P₂, what this path adds to the gradient: {value}")
    pointed = sums.picture.locator(".is-pointed").evaluate_all(
        "parts => parts.map(p => [...p.classList].find(c => c.startsWith('edge-')))"
    )
    assert set(pointed) == {"edge-x1-f1", "edge-f1-f4", "edge-f4-f5"}


# --- what it costs -------------------------------------------------------------------------------


def place(cost: Board, key: str) -> tuple[float, float]:
    """Layers and multiplications where a point is drawn, read off the plot's scale."""
    x, y = cost.picture.locator(f"[data-mark={key}]").evaluate(
        """mark => {
            const svg = mark.closest("svg");
            const { e, f } = mark.transform.baseVal.consolidate().matrix;
            const [left, right, x1, x2] = svg.dataset.x.split(" ").map(Number);
            const [low, high, y1, y2] = svg.dataset.y.split(" ").map(Number);
            const decades = Math.log10(high / low) * (f - y1) / (y2 - y1);
            return [left + (right - left) * (e - x1) / (x2 - x1), low * 10 ** decades];
        }"""
    )
    return x, y


def test_the_marks_follow_the_sliders(cost: Board) -> None:
    assert cost.status.inner_text().startswith("3 layers, 2 wide: 68 multiplications along paths")
    assert place(cost, "paths-here") == pytest.approx((3, 68), rel=0.01)
    assert place(cost, "signals-here") == pytest.approx((3, 21), rel=0.01)
    curve = cost.picture.locator("[data-mark=paths] path")
    before = curve.get_attribute("d")
    cost.slider("Neurons in a layer").fill("10")
    cost.slider("Layers").fill("10")
    expect(cost.status).to_contain_text("10 layers, 10 wide: 219,753,086,420 multiplications")
    assert curve.get_attribute("d") != before
    assert place(cost, "paths-here") == pytest.approx((10, 219_753_086_420), rel=0.02)
    assert place(cost, "signals-here") == pytest.approx((10, 1811), rel=0.02)


def test_a_point_is_dragged_along_the_layers(cost: Board, page: Page) -> None:
    point = cost.picture.locator("[data-mark=paths-here] .shape")
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=6)
    page.mouse.up()
    expect(cost.status).not_to_contain_text("3 layers")
    layers = cost.slider("Layers").input_value()
    expect(cost.status).to_contain_text(f"{layers} layers, 2 wide")
    assert place(cost, "paths-here")[0] == pytest.approx(int(layers), rel=0.01)


# --- for everyone --------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(
    open_page: Callable[..., Page],
    voila_url: str,
    assert_accessible: Callable[[Page, str], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    page.goto(voila_url + CHAPTER)
    sums = Board(page, "Sum over paths")
    sums.choose("Network", THREE)
    expect(sums.root).to_have_attribute("data-steps", "4")
    for step in (0, 3):
        sums.key("End" if step else "Home", step)
        assert_accessible(page, ".bp-board")


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(voila_url + CHAPTER)
    sums = Board(page, "Sum over paths")
    for network, steps in ((None, 3), (NINE, 10), (TWENTY_SEVEN, 28)):
        if network:
            sums.choose("Network", network)
        expect(sums.root).to_have_attribute("data-steps", str(steps))
        for key, step in (("Home", 0), ("End", steps - 1)):
            sums.key(key, step)
            assert_fits(page)
        smallest = smallest_text(sums.picture)
        assert smallest >= SMALLEST_PX


def smallest_text(picture: Locator) -> float:
    """Height in pixels of the smallest text that a picture shows."""
    heights: list[float] = picture.locator("text, tspan").evaluate_all(
        """texts => texts.filter(t => t.textContent.trim() && t.getClientRects().length)
            .map(t => parseFloat(getComputedStyle(t).fontSize)
                * t.ownerSVGElement.getScreenCTM().a)"""
    )
    assert heights
    return min(heights)
