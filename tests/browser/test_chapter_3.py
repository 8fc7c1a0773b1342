"""Chapter 3: the derivations are walked through, changed and picked as a reader does it."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import (
    DESK,
    PHONE,
    PICKED,
    POINTED,
    START_MS,
    Widget,
    assert_fits,
    number,
)

CHAPTER = "voila/render/03_deriving_the_update_rules.ipynb"
LINES = {"ŵ₁": 14, "w₁,₁": 22, "b̂": 15, "b₁": 19}


class Walker(Widget):
    """A derivation in a page, the `place`-th of them."""

    def __init__(self, page: Page, place: int = 0) -> None:
        super().__init__(page.get_by_role("group", name=re.compile("^Derivation for ")).nth(place))
        self.steps = self.slider("Step")
        self.picture = self.root.get_by_role("img", name="Network")
        self.column = self.root.get_by_role("list", name="The lines so far, with their values")
        self.above, self.here = self.root.locator(".is-above"), self.root.locator(".is-here")
        self.picks = self.menu("Weight or bias")

    def field(self, name: str) -> Locator:
        """The field with the value of a weight or bias."""
        return super().field(f"Value of {name}")

    def line(self, number: int) -> Locator:
        """A line of the column, from 1."""
        return self.column.locator("> li").nth(number - 1)

    def value(self, number: int) -> Locator:
        return self.line(number).locator("> .walker-row > .walker-worth")

    def values(self) -> list[str]:
        """The values of the gradient that can be seen."""
        rows = self.column.locator('> li[data-quantity="gradient"] > .walker-row > .walker-worth')
        return [row.inner_text() for row in rows.all() if row.is_visible()]

    def printed(self, number: int) -> Locator:
        """What the article prints instead of a line, once it is opened."""
        return self.line(number).locator(".is-printed")

    def to(self, line: int) -> None:
        self.steps.fill(str(line - 1))
        self.expect_line(line)

    def expect_line(self, line: int) -> None:
        self.expect_step(line - 1)


def open_chapter(page: Page, url: str) -> list[Walker]:
    page.goto(url + CHAPTER)
    walkers = [Walker(page, place) for place in range(3)]
    for walker in walkers:
        expect(walker.here.locator("math")).to_be_visible(timeout=START_MS)
    return walkers


@pytest.fixture
def walkers(page: Page, voila_url: str) -> list[Walker]:
    return open_chapter(page, voila_url)


# --- stepping ------------------------------------------------------------------------------------


def test_the_chapter_has_a_derivation_in_each_section(walkers: list[Walker], page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Deriving the update rules")).to_be_visible()
    names = ("ŵ₁", "w₁,₁", "b̂")
    for walker, name in zip(walkers, names, strict=True):
        expect(walker.root).to_have_attribute("aria-label", f"Derivation for {name}")
        expect(walker.root).to_have_attribute("data-steps", str(LINES[name]))
        expect(walker.root.get_by_text(f"Line 1 of {LINES[name]}")).to_be_visible()
        walker.expect_line(1)
    assert "backprop_core" not in page.locator("body").inner_text()


def test_steps_need_no_kernel(walkers: list[Walker]) -> None:
    """What a step shows is there in the same task, before any message can be sent."""
    shown: list[dict[str, Any]] = (
        walkers[1]
        .button("Next step")
        .evaluate(
            """next => {
            const root = next.closest(".bp-walker");
            const text = (selector) => root.querySelector(selector).textContent;
            const told = () => ({
                step: Number(root.dataset.step),
                count: text(".bp-count"),
                above: text(".is-above"),
                here: text(".is-here"),
                status: text("[role=status]"),
                visible: [...root.querySelectorAll("li > .walker-row > .walker-worth")]
                    .filter((worth) => getComputedStyle(worth).visibility === "visible").length,
                changed: root.querySelectorAll(".is-above .goes, .is-here .comes").length,
                lit: root.querySelectorAll(".bp-picture .is-lit").length,
                current: text("[aria-current] .walker-number"),
            });
            const all = [told()];
            for (let n = 0; n < Number(root.dataset.steps); n += 1) {
                next.click();
                all.push(told());
            }
            return all;
        }"""
        )
    )
    last = LINES["w₁,₁"] - 1
    assert [told["step"] for told in shown] == [*range(last + 1), last]
    assert shown.pop() == shown[-1]
    assert [told["count"] for told in shown] == [f"Line {n} of 22" for n in range(1, 23)]
    assert [told["above"] for told in shown] == ["", *(told["here"] for told in shown[:-1])]
    assert len({told["here"] for told in shown}) == len(shown)
    assert all(before["status"] != after["status"] for before, after in pairwise(shown))
    assert [told["visible"] for told in shown] == [*range(2, 23), 22]  # the referee's is always
    assert [told["current"] for told in shown] == [str(n) for n in range(1, 23)]
    assert all(told["changed"] for told in shown[1:])
    assert all(told["lit"] for told in shown)


def test_keys(walkers: list[Walker], page: Page) -> None:
    walker = walkers[0]
    walker.root.focus()
    for key, line in {"ArrowRight": 2, "End": 14, "ArrowUp": 13, "Home": 1, "ArrowDown": 2}.items():
        page.keyboard.press(key)
        walker.expect_line(line)
    page.keyboard.press("Control+ArrowRight")  # belongs to the browser
    walker.field("ŵ₁").focus()
    page.keyboard.press("End")  # belongs to the field
    walker.here.locator(".term").first.focus()
    page.keyboard.press("ArrowRight")
    walker.expect_line(3)
    page.keyboard.press("ArrowLeft")  # though the term that had the focus is gone
    walker.expect_line(2)
    for other in walkers[1:]:
        other.expect_line(1)


def test_buttons_and_slider(walkers: list[Walker]) -> None:
    walker = walkers[0]
    for name in ("First step", "Previous step"):
        expect(walker.button(name)).to_be_disabled()
    for name, line in {
        "Last step": 14,
        "Previous step": 13,
        "First step": 1,
        "Next step": 2,
    }.items():
        walker.button(name).click()
        walker.expect_line(line)
    walker.to(6)
    walker.steps.press("ArrowRight")
    walker.expect_line(7)
    walker.line(3).locator("> .walker-row").click()
    walker.expect_line(3)


def test_status_speaks_the_move_and_the_value(walkers: list[Walker]) -> None:
    walker = walkers[0]
    walker.to(6)
    expect(walker.status).to_contain_text("The ½ and the 2 cancel")
    expect(walker.status).to_contain_text(f"Value {walker.value(6).inner_text()}.")
    walker.to(14)
    expect(walker.status).to_contain_text("The referee agrees.")


# --- the column ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "name"), list(enumerate(["ŵ₁", "w₁,₁", "b̂"])))
def test_the_column_shows_one_value(walkers: list[Walker], place: int, name: str) -> None:
    walker = walkers[place]
    assert len(walker.values()) == 1  # the referee's
    walker.button("Last step").click()
    walker.expect_line(LINES[name])
    assert len(walker.values()) == LINES[name] - 3  # two lines tell the weight, one tells E
    assert len(set(walker.values())) == 1
    assert number(walker.values()[0]) != 0
    expect(walker.line(LINES[name])).to_contain_text("✓")
    expect(walker.line(LINES[name])).to_be_visible()


def test_a_line_to_come_is_hidden(walkers: list[Walker]) -> None:
    walker = walkers[0]
    walker.to(5)
    expect(walker.value(5)).to_be_visible()
    expect(walker.value(6)).to_be_hidden()
    expect(walker.line(9).get_by_role("button")).to_have_count(0)


def test_the_printed_half_breaks_the_column(walkers: list[Walker]) -> None:
    walker = walkers[1]
    walker.to(6)
    opener = walker.line(6).get_by_role("button", name="print")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(walker.printed(6)).to_be_hidden()
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(walker.line(6)).to_contain_text("keeps the ½")
    row = walker.printed(6)
    expect(row).to_contain_text("≠")
    worth = row.locator(".walker-worth")
    value = number(walker.value(6).inner_text())
    assert number(worth.inner_text()) == pytest.approx(value / 2, abs=1e-6)
    colour = "worth => getComputedStyle(worth).color"
    assert worth.evaluate(colour) != walker.value(6).evaluate(colour)
    walker.to(9)
    expect(row).to_be_visible()
    walker.to(3)
    expect(row).to_be_hidden()
    walker.to(6)
    opener.press("Enter")
    expect(row).to_be_hidden()
    walker.expect_line(6)


# --- graph and terms -----------------------------------------------------------------------------


def test_what_is_lit(walkers: list[Walker]) -> None:
    walker = walkers[1]
    walker.to(9)  # r̂ is written out
    assert walker.classed("is-lit") == {"node-f1", "node-f2", "node-f3", "edge-f1-f3", "edge-f2-f3"}
    walker.to(19)  # one term of the sum is left
    assert walker.classed("is-lit") == {"node-x1", "node-f1", "edge-x1-f1"}
    expect(walker.edge("x1", "f1")).to_have_class(PICKED)


def test_a_symbol_tells_its_name_and_value(walkers: list[Walker]) -> None:
    walker = walkers[0]
    walker.to(12)
    walker.here.locator(".role-slope").hover()
    expect(walker.tip).to_contain_text("the slope of the activation function at f̂:")
    expect(walker.tip).to_contain_text("(4 samples)")
    expect(walker.picture.locator(".node-f3")).to_have_class(POINTED)
    walker.to(1)
    weight = walker.here.locator(".edge-f1-f3").nth(1)
    weight.focus()
    expect(walker.tip).to_have_text("ŵ₁, the weight from f₁ to f̂: 1.8")
    expect(walker.edge("f1", "f3")).to_have_class(POINTED)
    row = walker.line(1).locator(".term").nth(1)
    row.hover()
    expect(walker.tip).to_have_text("ŵ₁, the weight from f₁ to f̂: 1.8")


def test_pick_by_click_and_by_keyboard(walkers: list[Walker], page: Page) -> None:
    walker = walkers[0]
    walker.problem.evaluate(
        """alert => {
            window.complaints = 0;
            const count = () => { window.complaints += 1; };
            new MutationObserver(count).observe(alert, { childList: true });
        }"""
    )
    walker.picture.locator("text.weight-x2-f1").click()
    expect(walker.root).to_have_attribute("aria-label", "Derivation for w₂,₁")
    expect(walker.edge("x2", "f1")).to_have_class(PICKED)
    expect(walker.picks).to_have_value("weight-x2-f1")
    expect(walker.root).to_have_attribute("data-steps", str(LINES["w₁,₁"]))
    walker.picture.locator(".node-f2 .name").click()
    expect(walker.root).to_have_attribute("aria-label", "Derivation for b₂")
    walker.picture.locator(".node-x1 .name").click()  # an input has nothing to learn
    walker.picks.focus()
    page.keyboard.press("End")
    expect(walker.root).to_have_attribute("aria-label", "Derivation for b̂")
    walker.button("Last step").click()
    assert len(set(walker.values())) == 1
    expect(walkers[1].root).to_have_attribute("aria-label", "Derivation for w₁,₁")
    assert page.evaluate("window.complaints") == 0


def test_the_biases_are_offered_side_by_side(walkers: list[Walker]) -> None:
    walker = walkers[2]
    expect(walker.button("b̂")).to_have_attribute("aria-pressed", "true")
    walker.button("b₁").click()
    expect(walker.button("b₁")).to_have_attribute("aria-pressed", "true")
    expect(walker.button("b₁")).to_be_focused()
    expect(walker.root).to_have_attribute("data-steps", str(LINES["b₁"]))


# --- changing things -----------------------------------------------------------------------------


def test_an_edit_is_seen_in_all_derivations(walkers: list[Walker]) -> None:
    first, second, _ = walkers
    for walker in (first, second):
        walker.button("Last step").click()
    before = first.values()[0], second.values()[0]
    first.enter("ŵ₁", "0,4")
    for walker, old in zip((first, second), before, strict=True):
        expect(walker.line(3)).not_to_contain_text(old)
        assert len(set(walker.values())) == 1
        expect(walker.picture.locator("text.weight-f1-f3")).to_have_text("0.4")
    expect(first.field("ŵ₁")).to_have_value("0.4")
    first.expect_line(LINES["ŵ₁"])


def test_a_refused_value_stays_in_its_field(walkers: list[Walker]) -> None:
    walker = walkers[0]
    field = walker.field("ŵ₁")
    value = walker.values()
    field.fill("half")
    field.press("Enter")
    expect(walker.problem).to_have_text(
        "ŵ₁ is “half”, but expected a number such as 0.5. It stays 1.8."
    )
    expect(field).to_have_value("half")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert walker.values() == value
    field.press("Escape")
    expect(walker.problem).to_be_empty()
    expect(field).to_have_value("1.8")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    field.fill("2")
    field.press("Enter")
    expect(walker.picture.locator("text.weight-f1-f3")).to_have_text("2")


def test_six_by_six(walkers: list[Walker]) -> None:
    walker = walkers[1]
    walker.menu("Number of inputs, N₀").select_option("6")
    walker.menu("Number of hidden neurons, N₁").select_option("6")
    expect(walker.picture.locator(".node")).to_have_count(14)
    expect(walker.menu("Teacher set")).to_have_value("random")
    walker.picks.select_option(label="w₄,₂")
    expect(walker.root).to_have_attribute("aria-label", "Derivation for w₄,₂")
    walker.button("Last step").click()
    walker.expect_line(LINES["w₁,₁"])
    assert len(set(walker.values())) == 1
    expect(walker.edge("x4", "f2")).to_have_class(PICKED)
    walker.button("Reset").click()
    expect(walker.picture.locator(".node")).to_have_count(6)
    expect(walker.root).to_have_attribute("aria-label", "Derivation for w₁,₁")
    expect(walker.menu("Teacher set")).to_have_value("XOR")


def test_other_weights_activations_and_teacher_sets(walkers: list[Walker]) -> None:
    walker = walkers[0]
    walker.button("Last step").click()
    seen = [walker.values()[0]]
    for change in (
        lambda: walker.button("New random weights").click(),
        lambda: walker.menu("Activation").select_option("tanh"),
        lambda: walker.menu("Teacher set").select_option("AND"),
    ):
        change()
        expect(walker.value(14)).not_to_have_text(seen[-1])
        assert len(set(walker.values())) == 1
        seen.append(walker.values()[0])
    expect(walker.root.get_by_text("seed 1")).to_be_visible()
    walker.root.get_by_text("M = 4 samples").click()
    expect(walker.root.get_by_text("x = (1, 1), t = 1")).to_be_visible()


# --- the page ------------------------------------------------------------------------------------

TWICE = """
from backprop_core.widgets import DerivationWalker
walker = DerivationWalker("weight-f1-f3")
display(walker, walker)
"""


def test_two_views_of_one_derivation(page: Page, serve_cells: Callable[..., Any]) -> None:
    with serve_cells(TWICE) as url:
        page.goto(url)
        one, other = Walker(page), Walker(page, 1)
        expect(other.here.locator("math")).to_be_visible(timeout=START_MS)
        one.to(10)
        other.expect_line(10)
        one.line(10).get_by_role("button", name="print").click()
        expect(one.printed(10)).to_be_visible()
        expect(other.printed(10)).to_be_hidden()
        one.enter("ŵ₁", "half")
        expect(one.field("ŵ₁")).to_have_attribute("aria-invalid", "true")
        expect(other.problem).to_contain_text("half")
        expect(other.field("ŵ₁")).to_have_value("1.8")
        expect(other.field("ŵ₁")).not_to_have_attribute("aria-invalid", "true")
        ids = page.evaluate("[...document.querySelectorAll('.bp-walker [id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids)) > 0
        page.goto("about:blank")  # before its server ends


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(
    open_page: Callable[..., Page],
    voila_url: str,
    assert_accessible: Callable[[Page, str], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    first, second, third = open_chapter(page, voila_url)
    second.to(11)
    second.line(6).get_by_role("button", name="print").click()
    third.button("Last step").click()
    first.to(3)
    first.enter("ŵ₁", "half")
    expect(first.problem).to_contain_text("half")
    second.here.locator(".term").first.hover()
    expect(second.tip).to_be_visible()
    assert_accessible(page, ".bp-walker")


def test_dark_is_dark(open_page: Callable[..., Page], voila_url: str) -> None:
    colours = []
    for theme in ("light", "dark"):
        walker, *_ = open_chapter(open_page(color_scheme=theme), voila_url)
        walker.to(5)
        colours.append(
            [
                part.evaluate("part => getComputedStyle(part).color")
                for part in (walker.here, walker.above, walker.value(5), walker.status)
            ]
        )
    assert all(light != dark for light, dark in zip(*colours, strict=True))


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    _, walker, _ = open_chapter(page, voila_url)
    for line in range(1, LINES["w₁,₁"] + 1):
        walker.to(line)
        assert_fits(page)
    walker.line(6).get_by_role("button", name="print").tap()
    walker.enter("w₁,₁", "x" * 60)
    expect(walker.problem).to_contain_text("xxx")
    assert_fits(page)
    for control in (walker.button("Next step"), walker.steps, walker.picks, walker.field("w₁,₁")):
        box = control.bounding_box()
        assert box
        assert box["height"] >= 40
        assert box["x"] + box["width"] <= PHONE["width"]
    # what can shrink no further scrolls in its own box
    page.set_viewport_size({"width": 320, "height": 640})
    walker.to(17)
    scrolled = """box => {
        box.scrollLeft = 9;
        return [box.scrollLeft, document.scrollingElement.scrollWidth];
    }"""
    assert walker.root.locator(".walker-lines").evaluate(scrolled) == [9, 320]


@pytest.mark.parametrize("size", ["2", "6"])
def test_all_of_it_is_on_a_projector(walkers: list[Walker], size: str) -> None:
    walkers[0].menu("Number of inputs, N₀").select_option(size)
    walkers[0].menu("Number of hidden neurons, N₁").select_option(size)
    for walker in walkers:
        expect(walker.picture.locator(".node")).to_have_count(2 * int(size) + 2)
        walker.root.evaluate("root => root.scrollIntoView()")
        for part in (walker.here, walker.picture, walker.column, walker.button("Next step")):
            box = part.bounding_box()
            assert box
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= DESK["height"]
        walker.button("Last step").click()
        assert walker.column.evaluate("column => column.scrollWidth <= column.clientWidth")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_controls_stay_where_they_are(
    open_page: Callable[..., Page], voila_url: str, viewport: dict[str, int]
) -> None:
    """Who clicks Next step again and again need not follow the button, nor the picture."""
    for walker in open_chapter(open_page(viewport=viewport), voila_url):
        places: list[list[float]] = walker.button("Next step").evaluate(
            """next => {
                const root = next.closest(".bp-walker");
                const top = (part) => part.getBoundingClientRect().top
                    - root.getBoundingClientRect().top;
                return Array.from({ length: Number(root.dataset.steps) }, () => {
                    const tops = [top(next), top(root.querySelector(".bp-graph"))];
                    next.click();
                    return tops;
                });
            }"""
        )
        assert len(places) > 10
        for tops in zip(*places, strict=True):
            assert max(tops) - min(tops) < 1


def test_nothing_moves_where_motion_is_unwelcome(
    open_page: Callable[..., Page], voila_url: str
) -> None:
    page = open_page(reduced_motion="reduce")
    walker, *_ = open_chapter(page, voila_url)
    for line in range(1, LINES["ŵ₁"] + 1):
        walker.to(line)
        moving = "root => root.getAnimations({ subtree: true }).length"
        assert walker.root.evaluate(moving) == 0
