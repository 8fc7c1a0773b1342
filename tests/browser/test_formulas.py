"""Formulas of the text look as in a book, on a screen and on a phone, and need no script."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backprop_core.pages.page import page as html_of
from tests.browser.conftest import OpenPage
from tests.pages.notebook import chapters

CHAPTER = "02_teaching_a_network"
HEIGHT = "element => element.getBoundingClientRect().height"
MIDDLE = """element => {
    const { left, right } = element.getBoundingClientRect();
    return (left + right) / 2;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A chapter as a file."""
    file = tmp_path_factory.mktemp("page") / f"{CHAPTER}.html"
    file.write_text(html_of(chapters()[CHAPTER], live=False), "utf-8")
    return file.as_uri()


def test_sums_and_brackets_are_as_high_as_what_they_hold(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate("document.fonts.load('1em bp-math').then(found => found.length)") == 1
    error = page.locator(".bp-formula math", has_text="E=").first
    letter = error.locator("> mi, > mrow > mi").first.evaluate(HEIGHT)
    assert error.locator("munderover > mo").first.evaluate(HEIGHT) > 1.3 * letter
    two_lines = page.locator(".bp-formula mtable").first
    first, second = two_lines.locator("mtr").all()
    above, below = first.bounding_box(), second.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"] + 1
    bracket, inside = error.locator("mo[stretchy=true]").first, error.locator("msup msup").first
    assert bracket.evaluate(HEIGHT) >= 0.9 * inside.evaluate(HEIGHT)


def test_a_formula_stands_in_the_middle_of_the_text(page: Page, address: str) -> None:
    page.goto(address)
    text = page.locator(".bp-prose > p").first.evaluate(MIDDLE)
    for formula in page.locator(".bp-formula > math").all():
        assert formula.evaluate(MIDDLE) == pytest.approx(text, abs=24)


def test_on_a_phone_a_wide_formula_scrolls_in_its_box(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "5.html"
    file.write_text(html_of(chapters()["05_why_backpropagation"], live=False), "utf-8")
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(file.as_uri())
    page.evaluate("document.fonts.ready.then(() => document.fonts.size)")
    wide = page.locator(".bp-formula[tabindex='0']")
    expect(wide.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = wide.first
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=box.element_handle())
    assert page.evaluate("scrollX") == 0


def test_without_scripts_the_text_and_its_formulas_are_there(
    open_page: OpenPage, address: str
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Teaching a network")
    expect(page.locator(".bp-formula math").first).to_be_visible()
    expect(page.get_by_role("button", name="Present")).to_be_hidden()
