"""The walkthrough does what people, keyboards and screen readers rely on."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import BOOKMARKS, FIRST_BACK, LAYER_STEPS, STEPS, Walk, open_lesson

MESSAGE = "f₅ → f₃, f₄"
PLAY_MS = 2400
POINTED = re.compile(r"\bis-pointed\b")
NO_CODE = "div.jp-InputArea, .CodeMirror, .cm-editor, .jp-InputPrompt, .jp-OutputPrompt, .prompt"


@pytest.fixture
def walk(page: Page, voila_url: str) -> Walk:
    """The walkthrough of the chapter, at its first step."""
    return open_lesson(page, voila_url)


def test_chapter_shows_a_walkthrough_and_no_code(walk: Walk, page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Why backpropagation?")).to_be_visible()
    expect(page.locator(NO_CODE)).to_have_count(0)
    assert "backprop_core" not in page.locator("body").inner_text()
    walk.expect_step(0)
    expect(walk.root).to_have_attribute("data-steps", str(STEPS))
    expect(walk.root).to_have_attribute("data-phase", "forward")
    expect(walk.root.get_by_text(f"Step 1 of {STEPS}")).to_be_visible()


def test_buttons(walk: Walk) -> None:
    at_start = [walk.button("First step"), walk.button("Previous step")]
    at_end = [walk.button("Next step"), walk.button("Last step")]
    for button in at_start:
        expect(button).to_be_disabled()
    walk.button("Next step").click()
    walk.expect_step(1)
    for button in (*at_start, *at_end):
        expect(button).to_be_enabled()
    walk.button("Last step").click()
    walk.expect_step(STEPS - 1)
    for button in at_end:
        expect(button).to_be_disabled()
    walk.button("Previous step").click()
    walk.expect_step(STEPS - 2)
    walk.button("First step").click()
    walk.expect_step(0)


def test_slider(walk: Walk) -> None:
    expect(walk.steps).to_have_attribute("max", str(STEPS - 1))
    walk.to(20)
    expect(walk.steps).to_have_attribute("aria-valuetext", f"Step 21 of {STEPS}: x₂ adds up")
    walk.steps.press("ArrowRight")
    walk.expect_step(21)
    walk.button("First step").click()
    expect(walk.steps).to_have_value("0")


def test_phases(walk: Walk) -> None:
    selected = walk.root.get_by_role("tab", selected=True)
    expect(selected).to_have_text("Forward")
    first = {"Error": 10, "Backward": FIRST_BACK, "Update": 21, "Forward": 0}
    for name, step in first.items():
        walk.tab(name).click()
        walk.expect_step(step)
        expect(walk.root).to_have_attribute("data-phase", name.lower())
        expect(selected).to_have_text(name)
    walk.to(first["Update"] - 1)
    expect(selected).to_have_text("Backward")


def test_to_the_end_and_back_by_keyboard(walk: Walk, page: Page) -> None:
    walk.root.focus()
    told = [walk.texts()]
    for step in range(1, STEPS):
        page.keyboard.press("ArrowRight")
        walk.expect_step(step)
        told.append(walk.texts())
    for before, after in pairwise(told):
        assert before["status"] != after["status"]
        assert before["equations"] != after["equations"]
    assert "" in told[0]["graph"]
    assert "" not in told[-1]["graph"]  # what was computed on the way is still there
    page.keyboard.press("ArrowRight")  # there is nothing beyond the end
    for step in reversed(range(STEPS)):
        walk.expect_step(step)
        assert walk.texts() == told[step]
        page.keyboard.press("ArrowLeft")
    walk.expect_step(0)


def test_keys(walk: Walk, page: Page) -> None:
    walk.root.focus()
    for key, step in {
        "End": STEPS - 1,
        "ArrowUp": STEPS - 2,
        "ArrowDown": STEPS - 1,
        "Home": 0,
    }.items():
        page.keyboard.press(key)
        walk.expect_step(step)
    page.keyboard.press("Control+ArrowRight")  # belongs to the browser
    page.keyboard.press("ArrowRight")
    walk.expect_step(1)


def test_space_plays_and_pauses(walk: Walk, page: Page) -> None:
    page.clock.install()
    walk.root.focus()
    page.keyboard.press(" ")
    expect(walk.button("Pause")).to_be_visible()
    page.clock.run_for(PLAY_MS * 2)
    walk.expect_step(2)
    page.keyboard.press(" ")
    expect(walk.button("Play")).to_be_visible()
    page.clock.run_for(PLAY_MS * 4)
    walk.expect_step(2)


def test_playing_ends_at_the_last_step_and_starts_again(walk: Walk, page: Page) -> None:
    page.clock.install()
    walk.to(STEPS - 2)
    walk.button("Play").click()
    page.clock.run_for(PLAY_MS)
    walk.expect_step(STEPS - 1)
    walk.button("Play").click()
    walk.expect_step(0)
    page.clock.run_for(PLAY_MS)
    walk.expect_step(1)
    walk.button("Next step").click()  # who steps by hand has taken over
    expect(walk.button("Play")).to_be_visible()
    page.clock.run_for(PLAY_MS * 4)
    walk.expect_step(2)


def test_status_speaks_the_sentence_and_the_results(walk: Walk) -> None:
    walk.button(MESSAGE).click()
    expect(walk.status).to_contain_text("f₅ hands its error back to f₃ and f₄")
    for name, place in {"δ₃": 1, "δ₄": 2}.items():
        result = walk.equations.locator(".bp-numbers").nth(place).locator(".slot").last
        expect(walk.status).to_contain_text(f"{name} is {result.text_content()}")


def test_what_is_lit(walk: Walk) -> None:
    walk.button(MESSAGE).click()
    walk.expect_title(MESSAGE)
    assert walk.classed("is-lit") == {"node-f5", "edge-f3-f5", "edge-f4-f5"}
    assert walk.classed("is-back") == {"edge-f3-f5", "edge-f4-f5"}
    assert walk.classed("is-receiving") == {"node-f3", "node-f4"}
    for tie in ("edge-f3-f5", "edge-f4-f5", "node-f5", "node-f3", "node-f4"):
        expect(walk.term(tie)).to_be_visible()
    walk.to(8)
    walk.expect_title("The sum into f₅")
    assert walk.classed("is-lit") == {"node-f3", "node-f4", "edge-f3-f5", "edge-f4-f5"}
    assert walk.classed("is-back") == set()


def test_terms_carry_their_roles(walk: Walk) -> None:
    walk.tab("Update").click()
    colours = {
        role: walk.equations.locator(f".bp-symbols .role-{role}").first.evaluate(
            "term => getComputedStyle(term).color"
        )
        for role in ("error", "slope", "input", "weight")
    }
    assert len(set(colours.values())) == len(colours)


def test_pointing_ties_terms_and_edges(walk: Walk, page: Page) -> None:
    walk.button(MESSAGE).click()
    pointed = walk.root.locator(".is-pointed")
    expect(pointed).to_have_count(0)
    walk.term("edge-f3-f5").hover()
    expect(walk.edge("f3", "f5")).to_have_class(POINTED)
    assert walk.classed("is-pointed") == {"edge-f3-f5"}
    page.mouse.move(*walk.beside("f4", "f5"))
    expect(walk.term("edge-f4-f5")).to_have_class(POINTED)
    assert walk.classed("is-pointed") == {"edge-f4-f5"}
    expect(walk.equations.locator(".edge-f3-f5.is-pointed")).to_have_count(0)
    page.get_by_role("heading", level=1).hover()
    expect(pointed).to_have_count(0)


def test_a_term_tells_its_name_and_its_value(walk: Walk, page: Page) -> None:
    tip = walk.root.get_by_role("tooltip")
    walk.button(MESSAGE).click()
    expect(tip).to_have_count(0)
    for term, told in {
        "edge-f3-f5": "w₃,₅, the weight from f₃ to f₅: 1.2",
        "node-f3": "δ₃, the error signal of f₃: −0.153",
    }.items():
        walk.term(term).focus()
        expect(tip).to_have_text(told)
        expect(walk.term(term)).to_have_accessible_description(told)
    page.keyboard.press("ArrowRight")  # other terms are here at the next step
    walk.expect_step(FIRST_BACK + 2)
    expect(tip).to_have_count(0)


def test_focusing_a_term_lights_its_edge(walk: Walk, page: Page) -> None:
    walk.button(MESSAGE).click()
    walk.term("edge-f3-f5").focus()
    assert walk.classed("is-pointed") == {"edge-f3-f5"}
    page.keyboard.press("Shift+Tab")
    assert walk.classed("is-pointed") == {"node-f5"}
    walk.button("Play").focus()
    assert walk.classed("is-pointed") == set()


def test_keys_go_on_working_when_a_focused_term_is_gone(walk: Walk, page: Page) -> None:
    walk.button(MESSAGE).click()
    walk.term("edge-f3-f5").focus()
    page.keyboard.press("ArrowRight")
    walk.expect_step(FIRST_BACK + 2)
    page.keyboard.press("ArrowRight")
    walk.expect_step(FIRST_BACK + 3)
    assert walk.classed("is-pointed") == set()


def run_of(pulse: Locator) -> list[list[float]]:
    """Where a pulse starts and where it ends."""
    points: list[list[float]] = pulse.evaluate(
        """dot => dot.getAnimations()[0].effect.getKeyframes()
            .map(({ transform }) => transform.match(/-?[\\d.]+/g).map(Number))"""
    )
    return points


def distance(walk: Walk, node: str, point: list[float]) -> float:
    cx, cy = walk.picture.locator(f".node-{node} .disc").evaluate(
        "disc => { const b = disc.getBBox(); return [b.x + b.width / 2, b.y + b.height / 2]; }"
    )
    return float(((cx - point[0]) ** 2 + (cy - point[1]) ** 2) ** 0.5)


def test_pulse_runs_with_the_signal(walk: Walk) -> None:
    for step, leaves, reaches in [(8, "f3", "f5"), (12, "f5", "f3")]:
        walk.to(step)
        expect(walk.picture.locator(".pulse")).to_have_count(2)
        start, end = run_of(walk.edge("f3", "f5").locator(".pulse"))
        assert distance(walk, leaves, start) < distance(walk, leaves, end)
        assert distance(walk, reaches, end) < distance(walk, reaches, start)
        under = "edge => edge.querySelector('.pulse + text') !== null"
        assert walk.edge("f3", "f5").evaluate(under)  # it does not hide the number


def test_no_pulse_where_motion_is_unwelcome(open_page: Callable[..., Page], voila_url: str) -> None:
    walk = open_lesson(open_page(reduced_motion="reduce"), voila_url)
    for step in (8, 12):
        walk.to(step)
        assert walk.classed("is-lit") >= {"edge-f3-f5", "edge-f4-f5"}
        assert walk.picture.locator(".pulse").count() == 0  # at once: pulses end by themselves


def test_granularity_keeps_the_place(walk: Walk) -> None:
    by_layer = {
        2: "The sums into f₁, f₂",
        10: "The output and its error",
        12: MESSAGE,
        14: "f₃, f₄ → f₁, f₂",
        25: "Update the weights and biases into f₃, f₄",
        36: "E after the update",
    }
    for step, title in by_layer.items():
        walk.to(step)
        phase = str(walk.root.get_attribute("data-phase"))
        walk.granularity.select_option("Layer by layer")
        walk.expect_title(title)
        expect(walk.root).to_have_attribute("data-steps", str(LAYER_STEPS))
        lit = walk.classed("is-lit")
        walk.granularity.select_option("Neuron by neuron")
        expect(walk.root).to_have_attribute("data-steps", str(STEPS))
        expect(walk.root).to_have_attribute("data-phase", phase)
        assert set() < walk.classed("is-lit") <= lit


def test_bookmarks(walk: Walk) -> None:
    marks = walk.root.get_by_role("group", name="The way back").get_by_role("button")
    expect(marks).to_have_text(BOOKMARKS)
    for by in ("Neuron by neuron", "Layer by layer"):
        for name in BOOKMARKS:
            walk.granularity.select_option(by)
            walk.button(name).click()
            walk.expect_title(name)
            expect(walk.root).to_have_attribute("data-steps", str(STEPS))
            expect(walk.root.locator("[aria-current=step]")).to_have_text(name)
            small = walk.button(name).locator(".edge.is-lit.is-back")
            assert small.count() == walk.picture.locator(".edge.is-lit.is-back").count() > 0
