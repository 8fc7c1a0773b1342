"""A printed page, or a PDF of it, is light, whole and without anything to press."""

import re
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import OpenPage
from tests.browser.reader import expect_all_there, open_lesson
from tests.browser.test_presented_look import present

# Of a sheet of paper, less its margins: in pixels as wide as the browser lays it out.
PAPER = {"A4": 673, "Letter": 695, "A4 landscape": 1002}
CONTROLS = "button, select, input, textarea, summary, progress, [role=tab], .bp-tip, .bp-header"
FOUND = """selector => {
    const seen = (part) => part.checkVisibility({ visibilityProperty: true });
    const light = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
        return a === 0 || 0.3 * r + 0.6 * g + 0.1 * b > 230;
    };
    const all = [...document.querySelectorAll("body *")].filter(seen);
    const style = getComputedStyle;
    const text = [...document.querySelectorAll("main :is(p, li, .bp-title, .bp-sentence)")];
    const whole = [...document.querySelectorAll(
        ".bp-equation, .walker-column, .bp-telling, .bp-scroll")];
    const papers = [...document.querySelectorAll("html, body, .bp, .bp .disc")];
    return {
        // rows of the rules' table are named in buttons that look like text; nodes are pictures
        controls: all.filter((part) => part.matches(selector)
            && !part.closest(".bp-ledger, .bp-net, details[open]"))
            .map((part) => part.outerHTML.slice(0, 90)),
        dark: papers.filter((part) => !light(style(part).backgroundColor)
            || (part.matches(".disc") && !light(style(part).fill))).length,
        pale: text.filter(seen).filter((part) => light(style(part).color)).length,
        wide: all.filter((part) => part.getBoundingClientRect().right > innerWidth + 1
            && !part.closest(".bp-front, .bp-behind")).map((part) => part.outerHTML.slice(0, 90)),
        long: [...document.querySelectorAll(".bp-derivation .equation")].filter(seen)
            .filter((part) => part.scrollWidth > part.clientWidth + 1).length,
        cut: whole.filter(seen).filter(({ scrollHeight, clientHeight }) =>
            scrollHeight > clientHeight + 8).map((part) => part.className),
        type: parseFloat(style(document.querySelector(".bp-prose p")).fontSize),
    };
}"""


def pages(page: Page, **options: Any) -> list[str]:
    """The texts of the sheets."""
    sheets = PdfReader(BytesIO(page.pdf(print_background=True, **options))).pages
    return [sheet.extract_text() for sheet in sheets]


@pytest.mark.parametrize(
    "chapter",
    [
        "02_teaching_a_network",
        "03_deriving_the_update_rules",
        "04_putting_it_together",
        "05_why_backpropagation",
        "06_playground",
    ],
)
def test_chapter_on_paper(open_page: OpenPage, voila_url: str, chapter: str) -> None:
    page = open_page(color_scheme="dark")
    page.goto(f"{voila_url}voila/render/{chapter}.ipynb")
    expect_all_there(page)
    for walker in page.locator(".bp-walker").all():
        walker.press("End")  # where its column is longest
    answers = page.locator(".bp-prose details")
    assert answers.count() >= 2
    answers.last.locator("summary").click()

    sheets = pages(page, format="A4")
    assert all(len(sheet.split()) > 8 for sheet in sheets), [len(sheet) for sheet in sheets]
    told = " ".join(" ".join(sheets).split())
    assert "Present (P)" not in told
    assert "Next step" not in told

    page.emulate_media(media="print")
    for width in PAPER.values():
        page.set_viewport_size({"width": width, "height": 1000})
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
        found = page.evaluate(FOUND, CONTROLS)
        assert found["controls"] == []
        assert found["wide"] == []
        assert found["cut"] == []
        assert found["long"] == 0
        assert found["dark"] == found["pale"] == 0
        assert 13 <= found["type"] <= 16  # 10 to 12 points
    # what was opened is printed, what is folded is not
    assert answers.last.locator("> p").first.is_visible()
    assert not answers.first.is_visible()


def test_walkthrough_on_paper(open_page: OpenPage, voila_url: str) -> None:
    page = open_page(color_scheme="dark")
    walk = open_lesson(page, voila_url)
    walk.to(12)
    sheet = next(text for text in pages(page, format="Letter") if "f₅ → f₃, f₄" in text)
    told = re.sub(r"\s+", "", sheet)
    for part in ("δ₃=−0.153", "hands its error back", "0.0763"):  # the graph, sentence, equation
        assert part.replace(" ", "") in told
    present(walk.root)
    for landscape in (False, True):  # a slide that is presented comes alone
        (slide,) = pages(page, format="A4", landscape=landscape)
        assert "δ₃=−0.153" in re.sub(r"\s+", "", slide)
        assert "What you will be able to do" not in slide
