"""What is presented fills a projector's screen, and what is to be predicted is covered."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.reader import START_MS, open_lesson

WALKER = "voila/render/03_deriving_the_update_rules.ipynb"
KINDS = (
    "from backprop_core.widgets import *",
    "Lesson()",
    "DerivationWalker('weight-x1-f1')",
    "Derivation(Lesson(), 'rules')",
    "Rules(conventions=True)",
    "SumOverPaths()",
    "TeacherSet()",
    "Neuron()",
    "Folding()",
    "LearningRates()",
    "figure('single-neuron')",
    "playground = Playground(); playground",
    "RateComparison(playground)",
    "WorkedExamples(playground)",
    "Exercises('derivation-order')",
    "TakeAway(playground)",
)
ROOTS = (
    *("bp-walk", "bp-walker", "bp-derivation", "bp-ledger", "bp-board", "bp-figure"),
    *("bp-training", "bp-published", "bp-exercise", "bp-take-away"),
)
COVERING, REVEALED = re.compile(r"\bis-covering\b"), re.compile(r"\bis-revealed\b")

SIZES = """root => {
    const sizes = (selector) => [...root.querySelectorAll(selector)]
        .map((part) => parseFloat(getComputedStyle(part).fontSize));
    const { top, height } = root.querySelector(".bp-picture > svg").getBoundingClientRect();
    const over = ({ scrollWidth, scrollHeight, clientWidth, clientHeight }) =>
        [scrollWidth - clientWidth, scrollHeight - clientHeight];
    const graph = root.querySelector(".bp-picture > svg");
    const { a } = graph.querySelector("text.weight").getScreenCTM();
    return {
        picture: height / innerHeight, top,
        sentence: Math.min(...sizes(".bp-sentence")),
        equations: root.querySelectorAll(".bp-equation").length,
        symbols: Math.min(...sizes(".bp-symbols")), numbers: Math.min(...sizes(".bp-numbers")),
        labels: a * Math.min(...sizes("text.weight, text.value, text.delta")),
        wide: root.querySelector(".bp-equations").offsetWidth,
        over: Math.max(...[document.scrollingElement, root, root.querySelector(".bp-telling")]
            .flatMap(over), ...[...root.querySelectorAll(".bp-equation")].map((e) => over(e)[0])),
    };
}"""
OVERFLOW = """slide => {
    const seen = (part) => part.checkVisibility({ visibilityProperty: true });
    // a line on its way out of its plot is cut off there, and a text for listeners is 1px wide
    const parts = [...slide.querySelectorAll("*")].filter((part) => seen(part)
        && !part.closest(".bp-front, .bp-behind, .bp-unseen, .bp-equation, .walker-short"));
    return Math.max(
        document.scrollingElement.scrollWidth - innerWidth, slide.scrollWidth - slide.clientWidth,
        ...parts.map((part) => part.getBoundingClientRect().right - innerWidth));
}"""
BOXES = """root =>
    [...root.querySelectorAll(".bp-picture > svg, .bp-equation, .bp-sentence, .bp-numbers .slot")]
        .flatMap((part) => {
            const { left, right, top, bottom } = part.getBoundingClientRect();
            return part.matches(".slot") ? [left, right] : [left, right, top, bottom];
        })"""


def present(root: Locator) -> None:
    """Show a widget as its teacher does."""
    root.focus()
    root.page.keyboard.press("p")
    expect(root).to_have_class(re.compile(r"\bis-presented\b"))


def heard(root: Locator) -> str:
    """All that a screen reader can find in a widget."""
    return root.aria_snapshot()


def painted(root: Locator) -> str:
    """All the text that can be seen, in the picture too."""
    texts: list[str] = root.evaluate(
        """root => [...root.querySelectorAll("svg text, mn, mi, p, span, li")]
            .filter((part) => part.checkVisibility({ visibilityProperty: true }))
            .map((part) => part.textContent)"""
    )
    return " | ".join(texts)


def test_walkthrough_fills_the_screen(open_page: OpenPage, voila_url: str) -> None:
    page = open_page(color_scheme="dark", viewport={"width": 1920, "height": 1080})
    walk = open_lesson(page, voila_url)
    present(walk.root)
    hidden = walk.root.locator("[role=tab], .bp-controls button, select, .bp-facts, .bp-bookmarks")
    assert hidden.count() >= 12
    assert not any(part.is_visible() for part in hidden.all())
    assert not page.locator(".bp-lesson .bp-actions, .bp-lesson .bp-parameters").first.is_visible()
    for width, height in ((1920, 1080), (1280, 720), (1024, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        phone = width < 700
        large = width > 1024
        for by, steps in (("neuron", (0, 12, 20, 24, 36)), ("layer", (9, 12))):
            choose = "(menu, by) => { menu.value = by; menu.dispatchEvent(new Event('change')); }"
            walk.root.locator("select").evaluate(choose, by)
            for step in steps:
                walk.root.locator(".bp-step").evaluate(
                    "(s, v) => { s.value = v; s.dispatchEvent(new Event('input')); }", str(step)
                )
                walk.expect_step(step)
                size = walk.root.evaluate(SIZES)
                where = f"{width} × {height}, {by} {step}: {size}"
                assert size["over"] <= 0, where
                assert size["top"] >= 0, where
                expect(walk.root.locator(".bp-sentence")).to_be_in_viewport(ratio=1)
                if phone:  # one thing below the other, in the whole width
                    assert size["wide"] > 0.85 * width, where
                    assert size["sentence"] >= 19, where
                    assert size["symbols"] >= 15, where
                    assert size["numbers"] >= 13, where
                    continue
                assert size["picture"] >= (0.6 if large else 0.55), where
                assert size["labels"] >= (20 if large else 18), where
                if size["equations"] <= 3:
                    assert size["sentence"] >= 26, where
                    assert size["symbols"] >= (30 if large else 24), where
                    assert size["numbers"] >= (25 if large else 21), where


def test_walker_fills_the_screen(page: Page, voila_url: str) -> None:
    page.goto(voila_url + WALKER)
    root = page.get_by_role("group", name="Derivation for w₁,₁").first
    expect(root.locator("li").first).to_be_attached(timeout=START_MS)
    present(root)
    assert not any(part.is_visible() for part in root.locator("button, select, input").all())
    present_line, current = root.locator(".is-here"), root.locator("li[aria-current]")
    last = int(root.get_attribute("data-steps") or 0) - 1
    for key, step in (("ArrowRight", 1), ("End", last)):
        page.keyboard.press(key)
        expect(root).to_have_attribute("data-step", str(step))
        size = "e => parseFloat(getComputedStyle(e).fontSize)"
        assert present_line.evaluate(size) >= 30
        assert root.locator(".is-above").evaluate(size) >= 20
        assert root.locator(".walker-move").evaluate(size) >= 26
        expect(current.locator(".walker-worth")).to_be_in_viewport(ratio=1)
        bottom = "e => e.getBoundingClientRect().bottom - innerHeight"
        assert root.locator(".walker-column").evaluate(bottom) <= 0
        lines = root.locator(".walker-lines")
        assert lines.evaluate("e => e.scrollWidth - e.clientWidth") <= 0


def test_every_kind_of_widget_fits(open_page: OpenPage, serve_cells: Callable[..., Any]) -> None:
    with serve_cells(*KINDS) as url:
        page = open_page(color_scheme="dark")
        page.goto(url)
        outputs = page.locator(".bp-page > .bp-output")
        expect(outputs).to_have_count(len(KINDS) - 1, timeout=START_MS)
        for root in ROOTS:
            expect(page.locator(f".bp-page .{root}").first).to_be_attached(timeout=START_MS)
        expect(page.locator(".bp-training .bp-node").first).to_be_visible(timeout=START_MS)
        page.keyboard.press("p")
        for width, height in ((1280, 720), (1024, 768)):
            page.set_viewport_size({"width": width, "height": height})
            seen = 0
            for output in outputs.all():
                for _ in range(60):  # a walkthrough's steps come before the next slide
                    if output.is_visible():
                        break
                    page.keyboard.press("PageDown")
                page.wait_for_function(
                    "slide => slide.clientHeight > 400", arg=output.element_handle()
                )
                over = output.evaluate(OVERFLOW)
                assert over <= 1, (width, output.locator(".bp").first.get_attribute("class"), over)
                seen += 1
            assert seen == len(KINDS) - 1
            page.keyboard.press("Home")


def test_new_numbers_are_covered_until_they_are_asked_for(page: Page, voila_url: str) -> None:
    walk = open_lesson(page, voila_url)
    walk.to(12)  # g′(r₅), which is used at once, δ₃ and δ₄
    fresh, known = ("0.25", "−0.153", "0.0763"), ("−0.509", "0.491", "1.2", "−0.6")
    assert all(number in heard(walk.root) for number in (*fresh, *known))
    present(walk.root)
    boxes = walk.root.evaluate(BOXES)
    page.keyboard.press("h")
    expect(walk.root).to_have_class(COVERING)
    assert walk.root.evaluate(BOXES) == pytest.approx(boxes, abs=0.6)  # nothing has moved
    for number in fresh:
        assert not re.search(rf"(?<![\d.]){number}(?!\d)", heard(walk.root)), number
        assert not re.search(rf"(?<![\d.]){number}(?!\d)", painted(walk.root)), number
    assert all(number in painted(walk.root) for number in known)
    expect(walk.status).to_contain_text("g′(r₅) is ?; δ₃ is ?; δ₄ is ?")

    walk.term("node-f3").hover()  # a tooltip says what δ₃ is, but not how large
    expect(walk.tip).to_have_text("δ₃, the error signal of f₃")
    page.mouse.move(2, 2)

    walk.picture.locator("text.bp-covered").first.click()  # δ₃, wherever it stands
    expect(walk.status).to_contain_text("g′(r₅) is ?; δ₃ is −0.153; δ₄ is ?")
    assert "δ₃ = −0.153" in painted(walk.root)
    assert "0.0763" not in painted(walk.root) + heard(walk.root)
    page.keyboard.press("PageDown")
    expect(walk.root).to_have_class(REVEALED)
    walk.expect_step(12)
    expect(walk.status).to_contain_text("g′(r₅) is 0.25; δ₃ is −0.153; δ₄ is 0.0763")
    assert walk.root.evaluate(BOXES) == pytest.approx(boxes, abs=0.1)
    assert walk.root.locator(".bp-covered, .bp-cover").count() == 0

    page.keyboard.press(
        "PageDown"
    )  # the next step is covered by itself, the last one's numbers stay
    walk.expect_step(13)
    expect(walk.root).not_to_have_class(REVEALED)
    assert "δ₃ = −0.153" in painted(walk.root)
    expect(walk.status).to_contain_text("δ₃→₁ is ?")
    for step in (0, 36):  # the first step, and the sentence with numbers
        page.keyboard.press("Home" if not step else "End")
        walk.expect_step(step)
        assert re.search(r"\d\.\d", walk.status.inner_text()) is None
    assert "0.524" not in painted(walk.root) + heard(walk.root)
    page.keyboard.press("Escape")
    expect(walk.status).to_contain_text("from 0.13 to 0.113")


@pytest.mark.parametrize(
    ("chapter", "said"),
    [("03_deriving_the_update_rules", "Value ?"), ("02_teaching_a_network", "y − t = ?")],
)
def test_lines_and_boards_are_covered(page: Page, voila_url: str, chapter: str, said: str) -> None:
    page.goto(f"{voila_url}voila/render/{chapter}.ipynb")
    root = page.locator(".bp-walker, .bp-board.has-steps").first
    expect(root).to_have_attribute("data-step", "0", timeout=START_MS)
    present(root)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("h")
    expect(root).to_have_class(COVERING)
    status = root.get_by_role("status")
    expect(status).to_contain_text(said)
    new = root.locator("li[aria-current] .walker-worth, .bp-numbers .is-new")
    assert set(new.all_text_contents()) == {"?"}
    page.keyboard.press("r")
    expect(root).to_have_class(REVEALED)
    numbers = {text.replace("−", "-") for text in new.all_text_contents()}
    assert all(float(number) for number in numbers)
    assert any(number.replace("-", "−") in status.inner_text() for number in numbers)
