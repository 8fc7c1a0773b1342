"""The lines of a derivation tell what their symbols are, by mouse, keyboard and finger."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import CHAPTER, START_MS

PHONE = {"width": 390, "height": 844}


def open_derivations(page: Page, url: str) -> Locator:
    """The first derivation of the chapter."""
    page.goto(url + CHAPTER)
    first = page.locator(".bp-derivation").first
    expect(first.locator("math").first).to_be_visible(timeout=START_MS)
    return first


@pytest.fixture
def derivation(page: Page, voila_url: str) -> Locator:
    return open_derivations(page, voila_url)


def line(derivation: Locator, place: int) -> Locator:
    return derivation.locator(".equation:visible").nth(place).locator(".term")


def test_a_term_tells_name_and_value(derivation: Locator) -> None:
    tip = derivation.get_by_role("tooltip")
    update = line(derivation, 0)
    update.nth(1).hover()
    expect(tip).to_have_text("w₃,₅, the weight from f₃ to f₅: 1.2")
    update.nth(2).hover()
    expect(tip).to_have_text("h, the learning rate: 0.5")
    expect(update.nth(2)).to_have_accessible_description("h, the learning rate: 0.5")
    derivation.page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_a_line_is_one_stop_and_the_arrow_keys_move_in_it(derivation: Locator) -> None:
    tip, press = derivation.get_by_role("tooltip"), derivation.page.keyboard.press
    first, second = line(derivation, 0), line(derivation, 1)
    assert first.count() > 3
    first.first.focus()
    press("ArrowRight")
    expect(first.nth(1)).to_be_focused()
    expect(tip).to_have_text("w₃,₅, the weight from f₃ to f₅: 1.2")
    press("End")
    expect(first.last).to_be_focused()
    press("ArrowRight")
    expect(first.last).to_be_focused()
    press("ArrowLeft")
    expect(first.nth(first.count() - 2)).to_be_focused()
    press("Tab")
    while not second.first.evaluate("term => term === document.activeElement"):
        inside = first.first.evaluate(
            "term => term.closest('math').contains(document.activeElement)"
        )
        assert not inside
        press("Tab")  # what the article prints here
    press("Shift+Tab")
    expect(derivation.locator(".term[tabindex='0']")).to_have_count(
        derivation.locator(".equation:has(.term)").count()
    )


def test_what_is_told_follows_the_network(derivation: Locator, page: Page) -> None:
    term = line(derivation, 0).nth(1)
    term.focus()
    field = page.get_by_role("textbox", name="w₃,₅", exact=True)
    field.fill("0.25")
    field.press("Enter")
    expect(page.locator("text.weight-f3-f5").first).to_have_text("0.25")
    term.hover()
    expect(derivation.get_by_role("tooltip")).to_have_text("w₃,₅, the weight from f₃ to f₅: 0.25")


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    derivation = open_derivations(page, voila_url)
    for place in (0, 3):
        line(derivation, 0).nth(place).tap()
        box = derivation.get_by_role("tooltip").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    width, inner = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert width == inner == PHONE["width"]
