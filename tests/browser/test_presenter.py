"""A teacher presents a chapter by keyboard alone, and the page is afterwards as it was."""

import re
from collections.abc import Callable
from typing import Any, Self

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import (
    START_MS,
    STEPS,
    Exploration,
    Walk,
    expect_all_there,
    open_lesson,
)

CHAPTER_1 = "voila/render/01_neurons_and_networks.ipynb"
CHAPTER_4 = "voila/render/04_putting_it_together.ipynb"
PRESENTING, MARKED = re.compile(r"\bbp-presenting\b"), re.compile(r"\bis-marked\b")
MESSAGE = 12  # f₅ → f₃, f₄, in steps from 0
OVERFLOWS = """() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const wide = [...document.querySelectorAll(".bp-slide :is(math, table), .bp-slide")]
        .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.localName !== "tr");
    return [scrollWidth > innerWidth, scrollHeight > innerHeight, wide.length > 0];
}"""
LEFT_BELOW = """() => {
    const boxes = [document.scrollingElement, ...document.querySelectorAll(".bp-slide.bp-output")];
    return Math.max(...boxes.map((box) => box.scrollHeight - box.scrollTop - box.clientHeight));
}"""
TYPE_SIZE = "prose => parseFloat(getComputedStyle(prose).fontSize)"
# Timers that run, for the sake of those that would be left over.
COUNT_TIMERS = """
    window.running = new Set();
    const [begin, end] = [window.setInterval, window.clearInterval];
    window.setInterval = (...args) => {
        const timer = begin(...args);
        window.running.add(timer);
        return timer;
    };
    window.clearInterval = (timer) => { window.running.delete(timer); end(timer); };
"""


class Presenter:
    """The presenter view of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html = page.locator("html")
        self.chrome = page.locator(".bp-presenter")
        self.status = self.chrome.get_by_role("status")
        self.problem = self.chrome.get_by_role("alert").first
        self.bar = self.chrome.get_by_role("toolbar", name="Presentation")
        self.keys = self.chrome.get_by_role("dialog", name="Keys")
        self.clock = self.chrome.get_by_role("timer")

    def enter(self) -> Self:
        self.page.keyboard.press("p")
        expect(self.html).to_have_class(PRESENTING)
        expect(self.status).to_contain_text("Presenting. Slide")
        return self

    def leave(self, key: str = "Escape") -> None:
        self.page.keyboard.press(key)
        expect(self.html).not_to_have_class(PRESENTING)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def go_on(self) -> int:
        """Press Page Down until this slide has been seen; in how many screens that was."""
        here = self.place()
        for screens in range(1, 20):
            left = self.page.evaluate(LEFT_BELOW)
            self.press("PageDown")
            if self.place() != here or here[0] == here[1]:
                assert left <= 4, here
                return screens
        pytest.fail(f"slide {here} has no end")

    def button(self, name: str) -> Locator:
        return self.bar.get_by_role("button", name=name, exact=True)

    def place(self) -> tuple[int, int]:
        """Which slide this is, from 1, and of how many."""
        here, slides = self.chrome.locator(".bp-presenter-place b").inner_text().split(" / ")
        return int(here), int(slides)


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True)


def listeners(page: Page) -> list[str]:
    """What the page listens to as a whole, without the mouse, to which Playwright listens too."""
    session = page.context.new_cdp_session(page)
    heard = []
    for name in ("window", "document"):
        found = session.send("Runtime.evaluate", {"expression": name})["result"]["objectId"]
        told = session.send("DOMDebugger.getEventListeners", {"objectId": found})["listeners"]
        kinds = [listener["type"] for listener in told]
        assert "keydown" in kinds
        heard += [
            f"{name} {kind}" for kind in kinds if kind.startswith(("key", "res", "page", "full"))
        ]
        heard += [f"{name} {kind}" for kind in kinds if name == "document"]
    session.detach()
    return sorted(heard)


def state(page: Page) -> Any:
    """What a presentation must not change."""
    return page.evaluate(
        """() => [
            document.documentElement.className,
            document.body.childElementCount,
            document.getElementById("chapter").style.cssText,
            document.querySelectorAll(
                ".bp-slide, .is-presented, .is-marked, .is-covering, .is-revealed").length,
            [...document.querySelectorAll(".bp-walk [class]")].map((part) => part.className.baseVal
                ?? part.className).join(),
            window.running.size,
        ]"""
    )


@pytest.fixture
def walk(page: Page, voila_url: str) -> Walk:
    """The walkthrough of chapter 5."""
    page.add_init_script(COUNT_TIMERS)
    return open_lesson(page, voila_url)


@pytest.fixture
def shown(walk: Walk, page: Page) -> Presenter:
    """The presenter view at the walkthrough."""
    walk.root.focus()
    return Presenter(page).enter()


def test_by_keyboard_alone(
    walk: Walk, page: Page, assert_accessible: Callable[[Page], None]
) -> None:
    expect_all_there(page)
    presenter = Presenter(page)
    before, listening = state(page), listeners(page)
    presenter.enter()
    _, slides = presenter.place()
    expect(presenter.status).to_have_text(f"Presenting. Slide 1 of {slides}: Why backpropagation?")
    expect(heading(page, "Why backpropagation?")).to_be_visible()
    expect(walk.root).to_be_hidden()
    expect(page.get_by_role("link", name="Backpropagation, step by step")).to_be_hidden()
    assert_accessible(page)

    presenter.press("PageDown")
    walk.expect_step(0)
    expect(walk.picture).to_be_visible()
    expect(heading(page, "Why backpropagation?")).to_be_hidden()
    expect(page.get_by_role("button", name="Apply update")).to_be_hidden()
    expect(presenter.status).to_have_text(f"Slide 2 of {slides}: Why backpropagation?, Walkthrough")
    for step in range(1, STEPS):
        presenter.press("PageDown" if step % 2 else " ")
        walk.expect_step(step)
    expect(walk.status).to_contain_text("E after the update")
    assert presenter.place() == (2, slides)
    assert_accessible(page)
    presenter.press("PageDown")
    expect(heading(page, "What you will be able to do")).to_be_visible()
    expect(walk.root).to_be_hidden()
    presenter.press("PageUp")
    walk.expect_step(STEPS - 1)
    expect(walk.picture).to_be_visible()
    presenter.press("ArrowLeft")
    walk.expect_step(STEPS - 2)
    presenter.press("Home")
    walk.expect_step(0)
    presenter.press("Home")
    assert presenter.place() == (1, slides)
    presenter.press("ArrowLeft", "End")
    assert presenter.place() == (slides, slides)
    presenter.press("ArrowRight")  # there is nothing beyond the end
    assert presenter.place() == (slides, slides)

    presenter.leave()
    assert state(page) == before
    assert listeners(page) == listening
    expect(heading(page, "What to remember")).to_be_in_viewport()
    presenter.press("PageDown", "h", "ArrowRight")
    walk.expect_step(0)


def test_it_begins_where_the_reader_is_and_ends_there(walk: Walk, page: Page) -> None:
    expect_all_there(page)
    presenter = Presenter(page)
    name = heading(page, "One layer deeper")
    name.evaluate("heading => { heading.scrollIntoView(); scrollBy(0, -30); }")
    top = page.evaluate("scrollY")
    presenter.enter()
    expect(name).to_be_visible()
    presenter.leave("p")
    assert page.evaluate("scrollY") == top
    button = page.get_by_role("button", name="Present (P)")
    button.focus()  # which is at the top of the page
    presenter.press("Enter")
    expect(heading(page, "Why backpropagation?")).to_be_visible()
    presenter.press("ArrowRight", "End", "ArrowRight")
    expect(heading(page, "What you will be able to do")).to_be_visible()
    presenter.leave()
    expect(button).to_be_focused()
    expect(heading(page, "What you will be able to do")).to_be_in_viewport()
    walk.button("Next step").focus()  # what has the focus is meant
    page.evaluate("scrollTo(0, 0)")
    presenter.enter()
    expect(walk.picture).to_be_visible()
    presenter.leave()
    expect(walk.button("Next step")).to_be_focused()


def test_hidden_numbers(walk: Walk, shown: Presenter, page: Page) -> None:
    before = walk.texts()
    result = walk.equations.locator(".bp-numbers .slot").last
    value = result.text_content() or ""
    assert re.search(r"\d", value)
    shown.press("h")
    expect(shown.button("Hide numbers")).to_have_attribute("aria-pressed", "true")
    expect(shown.status).to_have_text("Numbers are hidden until you reveal them.")
    expect(result).not_to_contain_text(value)
    expect(walk.status).not_to_contain_text(value)
    shown.press("PageDown")  # reveals
    walk.expect_step(0)
    expect(result).to_have_text(value)
    shown.press("PageDown")  # goes on, and covers what is new
    walk.expect_step(1)
    expect(result).not_to_contain_text(re.compile(r"\d"))
    shown.press("r")
    expect(result).to_contain_text(re.compile(r"\d"))
    shown.press("r")
    expect(result).not_to_contain_text(re.compile(r"\d"))
    result.click()
    expect(result).to_contain_text(re.compile(r"\d"))
    shown.press("PageUp")
    walk.expect_step(0)
    expect(result).not_to_contain_text(value)
    shown.press("h")
    assert walk.texts() == before


def test_what_is_clicked_is_marked(walk: Walk, page: Page) -> None:
    walk.to(MESSAGE)
    walk.root.focus()
    shown = Presenter(page).enter()
    term, edge = walk.term("edge-f3-f5"), walk.edge("f3", "f5")
    page.mouse.click(*walk.beside("f3", "f5"))
    expect(edge).to_have_class(MARKED)
    expect(term).to_have_class(MARKED)
    expect(walk.term("edge-f4-f5")).not_to_have_class(MARKED)
    walk.weight("f4", "f5").click()
    expect(walk.edge("f4", "f5")).to_have_class(MARKED)
    expect(walk.editor).to_have_count(0)
    edge.locator(".disc, .weight").first.click()
    expect(edge).not_to_have_class(MARKED)
    term.focus()
    shown.press("Enter")
    expect(edge).to_have_class(MARKED)
    shown.press("ArrowRight", "ArrowLeft")
    expect(walk.term("edge-f3-f5")).to_have_class(MARKED)
    shown.press("x")
    expect(walk.root.locator(".is-marked")).to_have_count(0)
    shown.leave()
    walk.weight("f4", "f5").click()
    expect(walk.editor).to_be_visible()


def test_countdown(walk: Walk, shown: Presenter, page: Page) -> None:
    page.clock.install()
    minutes = shown.chrome.get_by_role("textbox", name="Minutes")
    shown.press("t")
    expect(minutes).to_be_focused()
    minutes.fill("p")
    shown.press("Enter")
    expect(shown.chrome.get_by_text("Minutes is “p”, but expected a number")).to_be_visible()
    expect(minutes).to_have_value("p")
    shown.press("Escape")  # takes the question back, and nothing else
    expect(minutes).to_be_hidden()
    expect(walk.root).to_be_focused()
    shown.press("t")
    minutes.fill("1,5")
    shown.press("Enter")
    expect(shown.clock).to_have_text("1:30")
    page.clock.run_for(31_000)
    expect(shown.clock).to_have_text(re.compile("^0:5[89]$"))
    shown.press("ArrowRight")
    walk.expect_step(1)
    expect(shown.status).not_to_contain_text("Time")
    page.clock.run_for(60_000)
    expect(shown.clock).to_have_text("Time is up")
    expect(shown.status).to_have_text("Time is up.")
    shown.press("t")
    expect(shown.clock).to_be_hidden()
    expect(shown.button("Countdown")).to_have_attribute("aria-pressed", "false")


def test_speaker_notes(
    walk: Walk, shown: Presenter, page: Page, assert_accessible: Callable[[Page], None]
) -> None:
    page.clock.install()
    with page.context.expect_page() as opened:
        shown.press("n")
    notes = opened.value
    question = walk.root.get_attribute("data-question") or ""
    assert question.endswith("?")
    expect(notes.get_by_role("status")).to_have_text(question)
    expect(heading(notes, "Why backpropagation?")).to_be_visible()
    place = notes.get_by_text(f"Slide 2 of {shown.place()[1]} · Step 1 of {STEPS}: The sum into f₁")
    expect(place).to_be_visible()
    expect(notes.get_by_text("Next: The output of f₁")).to_be_visible()
    assert_accessible(notes)

    rows = notes.get_by_role("row")
    expect(rows.first).to_have_text("Part45 minutes90 minutes")
    plan = [row.locator("td").all_inner_texts() for row in rows.all()[1:]]
    for column, length in enumerate((45, 90)):
        spans = [row[column].split("–") for row in plan if row[column] != "skip"]
        assert [0, *(int(until) for _, until in spans)] == [
            *(int(start) for start, _ in spans),
            length,
        ]
    expect(notes.locator("[aria-current=true]")).to_contain_text("Why backpropagation?")

    shown.press("PageDown")
    expect(place).to_have_count(0)
    expect(notes.get_by_role("status")).to_have_text(walk.root.get_attribute("data-question") or "")
    notes.keyboard.press("PageDown")  # its keys move the slides, too
    walk.expect_step(2)
    page.clock.run_for(65_000)
    expect(notes.get_by_text(re.compile(r"Elapsed [1-9]:\d\d"))).to_be_visible()
    notes.keyboard.press("End")
    notes.keyboard.press("PageDown")
    expect(heading(notes, "What you will be able to do")).to_be_visible()
    expect(notes.get_by_text("Next: A name that needs three layers")).to_be_visible()
    notes.keyboard.press("Home")  # what comes next has the same title
    expect(notes.get_by_text("Next: Walkthrough")).to_be_visible()
    with notes.expect_event("close"):
        shown.leave()
    page.evaluate("window.open = () => null")
    shown.enter().press("n")
    expect(shown.problem).to_contain_text("allow pop-ups for this page")


def test_keys_are_listed_and_the_bar_has_them_all(
    shown: Presenter, page: Page, assert_accessible: Callable[[Page], None]
) -> None:
    shown.press("?")
    expect(shown.keys).to_be_visible()
    expect(shown.keys).to_contain_text("Page Down")
    assert_accessible(page)
    shown.press("PageDown", "Escape")
    expect(shown.keys).to_be_hidden()
    expect(shown.html).to_have_class(PRESENTING)
    assert shown.place()[0] == 2
    page.mouse.move(600, 400)
    for name in ("Previous", "Reveal", "Clear marks", "Countdown", "Notes", "Full screen", "Keys"):
        expect(shown.button(name)).to_be_visible()
    shown.button("Previous").focus()
    shown.press(" ")
    assert shown.place()[0] == 1
    shown.button("Next").focus()
    shown.press("Enter")
    assert shown.place()[0] == 2
    shown.press("f")
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    shown.button("Leave").click()
    expect(shown.html).not_to_have_class(PRESENTING)
    page.wait_for_function("!document.fullscreenElement")


def test_controls_keep_their_keys(page: Page, voila_url: str) -> None:
    page.goto(voila_url + CHAPTER_1)
    neuron = Exploration(page, "One neuron").ready()
    presenter = Presenter(page)
    neuron.root.get_by_role("slider").first.focus()
    presenter.enter()
    here, _ = presenter.place()
    slider = neuron.root.get_by_role("slider").first
    slider.focus()
    before = float(slider.input_value())
    presenter.press("ArrowRight")
    assert float(slider.input_value()) > before
    assert presenter.place()[0] == here
    neuron.menu("Activation").focus()
    presenter.press("t")  # chooses tanh
    expect(neuron.menu("Activation")).to_have_value("tanh")
    presenter.press("PageDown")
    assert presenter.place()[0] == here + 1


def test_folded_answers_and_every_slide_fits(page: Page, voila_url: str) -> None:
    page.goto(voila_url + CHAPTER_4)
    expect(heading(page, "What to remember")).to_be_visible(timeout=START_MS)
    presenter = Presenter(page).enter()  # its formulas are not there yet
    expect_all_there(page)
    for width, height in ((1280, 720), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        presenter.press("Home")
        expect(heading(page, "Putting it together")).to_be_visible()
        page.wait_for_function("new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")
        _, slides = presenter.place()
        screens = []
        for number in range(1, slides + 1):
            assert presenter.place() == (number, slides)
            prose = page.locator(".bp-prose:has(.bp-slide)")
            if prose.count():
                assert page.evaluate(OVERFLOWS) == [False, False, False], number
                assert prose.last.evaluate(TYPE_SIZE) >= width / 51
                assert presenter.go_on() == 1
            else:
                screens.append(presenter.go_on())
        assert max(screens) > 1  # the rules with their conventions are long
        expect(heading(page, "What to remember")).to_be_visible()  # and no links for readers
        expect(page.get_by_role("link", name="←")).to_be_hidden()
        presenter.leave()
        assert presenter.enter().place()[1] == slides  # nothing was laid out too early
    presenter.press("Home")
    folded = page.locator("details.bp-slide > summary").first
    while not folded.count():
        presenter.press("PageDown")
    here = presenter.place()
    folded.focus()
    presenter.press(" ")
    expect(page.locator("details.bp-slide[open]").first).to_be_visible()
    assert presenter.place() == here
