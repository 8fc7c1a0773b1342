"""Whatever a reader edits, the walk is told anew at the same step, or one sentence says why not."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import LESSON, STEPS, Walk, open_lesson

MARKUP = "<img src=x onerror=document.title='owned'>"
BACK = 12  # f₅ → f₃, f₄
DEEP = 27  # Update wₓ₁,₁


@pytest.fixture
def walk(page: Page, voila_url: str) -> Walk:
    """The walkthrough of the chapter, at its first step."""
    return open_lesson(page, voila_url)


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def enter(page: Page, name: str, text: str) -> None:
    field(page, name).fill(text)
    field(page, name).press("Enter")


def invalid(page: Page, name: str) -> Locator:
    """The mark around a field whose text was refused."""
    return page.locator(".bp-invalid").filter(has=field(page, name))


# --- a weight, in place --------------------------------------------------------------------------


def test_weight_in_the_graph(walk: Walk, page: Page) -> None:
    walk.to(BACK)
    error, sentence = walk.error(), walk.status.inner_text()
    walk.weight("f3", "f5").click()
    expect(walk.editor).to_have_accessible_name("Weight w₃,₅")
    expect(walk.editor).to_have_value("1.2")
    expect(walk.editor).to_be_focused()
    page.keyboard.type("-2,5")
    page.keyboard.press("Enter")
    expect(walk.weight("f3", "f5")).to_have_text("−2.5")
    expect(walk.editor).to_have_count(0)
    expect(walk.root).to_be_focused()
    assert walk.error() != error
    assert walk.status.inner_text() != sentence
    walk.expect_step(BACK)
    expect(field(page, "w₃,₅")).to_have_value("-2.5")
    page.keyboard.press("ArrowRight")
    walk.expect_step(BACK + 1)


def test_other_places_that_open_a_weight(walk: Walk, page: Page) -> None:
    walk.to(BACK)
    page.mouse.click(*walk.beside("f1", "f4"))
    expect(walk.editor).to_have_accessible_name("Weight w₁,₄")
    walk.picture.locator("text.bias-f3").click()
    expect(walk.editor).to_have_accessible_name("Bias b₃")
    page.get_by_role("heading", level=1).click()  # nothing typed: nothing stays open
    expect(walk.editor).to_have_count(0)


def test_weight_by_keyboard_from_its_term(walk: Walk, page: Page) -> None:
    walk.to(BACK)
    before = walk.texts()
    walk.term("edge-f4-f5.role-weight").press("Enter")
    expect(walk.editor).to_have_value("-0.6")
    page.keyboard.type("7")
    page.keyboard.press("Escape")
    expect(walk.editor).to_have_count(0)
    expect(walk.root).to_be_focused()
    assert walk.texts() == before
    walk.term("edge-f4-f5.role-weight").press("Enter")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    expect(walk.weight("f4", "f5")).to_have_text("0.25")
    walk.expect_step(BACK)


# --- impossible input ----------------------------------------------------------------------------

REFUSED = {
    "letters": ("abc", "“abc”"),
    "too large": ("1e400", "“1e400”"),
    "empty": ("", "empty"),
    "overflow": ("-1000", "“-1000”"),
    "markup": (MARKUP, "“<img src=x onerror="),
}


def assert_refused(walk: Walk, name: str, quoted: str, before: dict[str, Any]) -> None:
    expect(walk.problem).to_contain_text(name)
    expect(walk.problem).to_contain_text(quoted)
    sentence = walk.problem.inner_text()
    assert "\n" not in sentence
    assert "Error" not in sentence
    expect(walk.problem.locator("*")).to_have_count(0)
    assert walk.texts() == before


@pytest.mark.parametrize(("text", "quoted"), REFUSED.values(), ids=REFUSED)
def test_refused(walk: Walk, page: Page, text: str, quoted: str) -> None:
    title = page.title()
    walk.to(5)
    before = walk.texts()
    name = "wₓ₁,₁"
    # in the graph: the text stays where it was typed, until it is mended
    walk.weight("x1", "f1").click()
    walk.editor.fill(text)
    walk.editor.press("Enter")
    expect(walk.editor).to_have_attribute("aria-invalid", "true")
    expect(walk.editor).to_have_value(text)
    assert_refused(walk, name, quoted, before)
    walk.editor.fill("0.4")
    walk.editor.press("Enter")
    expect(walk.weight("x1", "f1")).to_have_text("0.4")
    expect(walk.problem).to_be_empty()
    # in its field
    before = walk.texts()
    enter(page, name, text)
    assert_refused(walk, name, quoted, before)
    expect(field(page, name)).to_have_value(text)
    expect(invalid(page, name)).to_have_count(1)
    enter(page, name, "0.3")
    expect(walk.problem).to_be_empty()
    expect(invalid(page, name)).to_have_count(0)
    expect(walk.weight("x1", "f1")).to_have_text("0.3")
    walk.expect_step(5)
    assert page.title() == title


def test_escape_takes_back_what_was_refused(walk: Walk, page: Page) -> None:
    before = walk.texts()
    walk.weight("x1", "f1").click()
    walk.editor.fill("abc")
    walk.editor.press("Enter")
    expect(walk.problem).to_contain_text("abc")
    walk.editor.press("Escape")
    expect(walk.editor).to_have_count(0)
    expect(walk.problem).to_be_empty()
    assert walk.texts() == before


def refuse_in_graph(walk: Walk) -> None:
    walk.weight("f3", "f5").click()
    walk.editor.fill("abc")
    walk.editor.press("Enter")
    expect(walk.problem).to_contain_text("abc")


def test_escape_takes_a_refused_text_back_and_nothing_else(walk: Walk, page: Page) -> None:
    refuse_in_graph(walk)
    page.get_by_role("button", name="Apply update").click()
    expect(walk.weight("f3", "f5")).to_have_text("1.24")
    walk.editor.press("Escape")
    expect(walk.problem).to_be_empty()
    expect(walk.weight("f3", "f5")).to_have_text("1.24")


def test_a_refused_editor_closes_when_its_problem_is_over(walk: Walk, page: Page) -> None:
    refuse_in_graph(walk)
    page.get_by_role("button", name="Reset").click()
    expect(walk.problem).to_be_empty()
    expect(walk.editor).to_have_count(0)


@pytest.mark.parametrize("text", ["0", "-0.5", "h", "1e400"])
def test_learning_rate_must_be_positive(walk: Walk, page: Page, text: str) -> None:
    before = walk.texts()
    enter(page, "Learning rate h", text)
    assert_refused(walk, "Learning rate h", f"“{text}”", before)
    expect(field(page, "Learning rate h")).to_have_value(text)
    enter(page, "Learning rate h", "0.25")
    expect(walk.problem).to_be_empty()
    expect(walk.root.get_by_text("h = 0.25")).to_be_visible()


def test_a_refused_text_survives_other_edits(walk: Walk, page: Page) -> None:
    enter(page, "b₁", "much")
    expect(walk.problem).to_contain_text("b₁")
    enter(page, "x₁", "0.5")
    expect(walk.root.get_by_text("x = (0.5, 0)")).to_be_visible()
    expect(field(page, "b₁")).to_have_value("much")
    expect(walk.problem).to_contain_text("b₁")
    page.get_by_role("button", name="Reset").click()
    expect(field(page, "b₁")).to_have_value("0.1")
    expect(walk.problem).to_be_empty()


# --- the fields ----------------------------------------------------------------------------------


def test_sample(walk: Walk, page: Page) -> None:
    menu = page.locator(LESSON).get_by_role("combobox", name="Sample")
    menu.select_option("XOR 4: x = (1, 1), t = 0")
    expect(walk.root.get_by_text("x = (1, 1), t = 0")).to_be_visible()
    expect(field(page, "x₂")).to_have_value("1")
    enter(page, "t", "0.75")
    expect(walk.root.get_by_text("x = (1, 1), t = 0.75")).to_be_visible()
    expect(menu.locator("option:checked")).to_have_text("my own")


def test_apply_undo_reset(walk: Walk, page: Page) -> None:
    apply, undo, reset = (
        page.get_by_role("button", name=name) for name in ("Apply update", "Undo", "Reset")
    )
    walk.to(3)
    errors, told = [walk.error()], [walk.texts()]
    undo.click()
    expect(page.get_by_role("status").filter(has_text="nothing to undo")).to_be_visible()
    expect(undo).to_be_focused()
    for _ in range(2):
        apply.click()
        expect(walk.root.locator("b", has_text="E = ")).not_to_have_text(shown(errors[-1]))
        expect(page.get_by_role("status").filter(has_text="E before")).to_contain_text(
            str(errors[-1])
        )
        errors.append(walk.error())
        told.append(walk.texts())
        walk.expect_step(3)
    assert errors[0] > errors[1] > errors[2]
    undo.click()
    expect(walk.root.locator("b", has_text="E = ")).to_have_text(shown(errors[1]))
    assert walk.texts() == told[1]
    reset.click()
    expect(walk.root.locator("b", has_text="E = ")).to_have_text(shown(errors[0]))
    assert walk.texts() == told[0]
    walk.expect_step(3)
    undo.click()  # even from the reset there is a way back
    expect(walk.root.locator("b", has_text="E = ")).to_have_text(shown(errors[1]))


def shown(error: float) -> str:
    return f"E = {error}"


def test_threshold_is_warned_of(walk: Walk, page: Page) -> None:
    expect(walk.check).to_contain_text("✓ agrees with central differences to")
    page.locator(LESSON).get_by_role("combobox", name="Sample").select_option(
        "XOR 1: x = (0, 0), t = 0"
    )
    page.get_by_role("combobox", name="Activation").select_option("threshold")
    expect(walk.check).to_contain_text("⚠")
    expect(walk.check).to_contain_text("slope is 0")
    expect(walk.check).not_to_contain_text("✓")
    page.get_by_role("combobox", name="Activation").select_option("sigmoid")
    expect(walk.check).to_contain_text("✓")


def test_convention_relabels_and_the_update_stays(walk: Walk, page: Page) -> None:
    convention = page.get_by_role("combobox", name="Convention")
    walk.to(DEEP)
    walk.expect_title("Update wₓ₁,₁")
    results = walk.equations.locator(".bp-numbers .term:last-child")
    article, said = results.all_text_contents(), walk.texts()["equations"]
    convention.select_option("δ = ∂E/∂r (most textbooks)")
    expect(walk.equations.locator(".role-slope")).to_have_count(0)
    walk.expect_title("Update wₓ₁,₁")
    assert results.all_text_contents() == article
    assert walk.texts()["equations"] != said
    delta = walk.picture.locator("text.delta-f3")
    textbooks = delta.text_content()
    convention.select_option("δ = ∂E/∂output (the article)")
    expect(walk.equations.locator(".role-slope")).not_to_have_count(0)
    assert walk.texts()["equations"] == said
    assert delta.text_content() != textbooks


# --- several on one page, and Python's side ------------------------------------------------------

TWO = """
from IPython.display import display
from ipywidgets import Label
from backprop_core.widgets import Lesson, Walkthrough
from backprop_core.widgets.from_page import Button
lesson, other = Lesson(), Walkthrough()
label, button = Label("nothing yet"), Button(description="Go to step 6")
lesson.walkthrough.observe(lambda c: setattr(label, "value", f"Python says {c['new']}"), "step")
button.on_click(lambda _: setattr(lesson.walkthrough, "step", 5))
display(lesson, other, lesson.walkthrough, label, button)
"""


def test_copies_on_one_page(page: Page, serve_cells: Callable[..., Any]) -> None:
    with serve_cells(TWO) as url:
        page.goto(url)
        mine, other, again = (Walk(page, place).ready() for place in range(3))
        said = page.get_by_text("Python says")

        # one moves, the other stays; two views of one walkthrough move together
        mine.button("Last step").click()
        mine.expect_step(STEPS - 1)
        again.expect_step(STEPS - 1)
        other.expect_step(0)
        expect(said).to_have_text(f"Python says {STEPS - 1}")
        other.to(BACK)
        again.to(8)
        mine.expect_step(8)
        other.expect_step(BACK)
        expect(said).to_have_text("Python says 8")
        lit = {"edge-f3-f5", "edge-f4-f5"}
        assert mine.classed("is-lit") == again.classed("is-lit") == lit | {"node-f3", "node-f4"}
        assert other.classed("is-lit") == lit | {"node-f5"}
        page.get_by_role("button", name="Go to step 6").click()
        for walk in (mine, again):
            walk.expect_step(5)
        other.expect_step(BACK)

        # pointing and editing stay in the view where they happen
        other.term("edge-f3-f5").hover()
        assert other.classed("is-pointed") == {"edge-f3-f5"}
        assert mine.classed("is-pointed") == again.classed("is-pointed") == set()
        mine.weight("f3", "f5").click()
        mine.editor.fill("abc")
        mine.editor.press("Enter")
        expect(mine.problem).to_contain_text("abc")
        again.weight("f4", "f5").click()
        expect(other.editor).to_have_count(0)
        again.editor.fill("3")
        again.editor.press("Enter")
        for walk in (mine, again):
            expect(walk.weight("f4", "f5")).to_have_text("3")
        expect(other.weight("f4", "f5")).to_have_text("−0.6")
        expect(again.editor).to_have_count(0)
        expect(mine.editor).to_have_value("abc")

        # a walkthrough by itself is for looking
        other.weight("f3", "f5").click()
        expect(other.editor).to_have_count(0)

        ids: list[str] = page.locator("[id]").evaluate_all("all => all.map(({ id }) => id)")
        assert len(ids) == len(set(ids))
        page.close()
