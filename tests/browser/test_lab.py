"""A student opens the chapter in JupyterLab, runs all of it, steps, and changes a weight."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import START_MS, STEPS, Walk
from tests.browser.test_playground import Playground

CHAPTER = "05_why_backpropagation.ipynb"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = sorted(path.name for path in NOTEBOOKS.glob("0[1-9]*.ipynb"))


# ?reset: without the notebooks that an earlier page has left open.
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_runs_and_leads_back(page: Page, lab_url: str, chapter: str) -> None:
    page.goto(f"{lab_url}lab/tree/{chapter}?reset")
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(notebook.get_by_role("heading", level=1)).to_be_visible(timeout=START_MS)
    run_all(page)
    cells = nbformat.read(NOTEBOOKS / chapter, as_version=4).cells
    drawn = notebook.locator(
        ".jp-CodeCell:has(.jp-OutputArea-output "
        ":is(svg, math, .bp-saving button, .bp-published button, .bp-progress button))"
    )
    expect(drawn).to_have_count(sum(c.cell_type == "code" for c in cells), timeout=START_MS)
    back = notebook.get_by_role("link", name="←")
    name = back.inner_text().removeprefix("← ")
    back.click()
    title = "Backpropagation, step by step" if name == "Start here" else name
    there = page.get_by_role("heading", level=1, name=title)
    expect(there).to_be_visible(timeout=START_MS)


@pytest.fixture
def walk(page: Page, lab_url: str) -> Walk:
    """The chapter's walkthrough, after Run All Cells."""
    page.goto(f"{lab_url}lab/tree/{CHAPTER}?reset")
    heading = page.get_by_role("heading", level=1, name="Why backpropagation?")
    expect(heading).to_be_visible(timeout=START_MS)
    run_all(page)
    return Walk(page).ready()


def run_all(page: Page) -> None:
    """Run all cells, as soon as there is a kernel: without one, JupyterLab runs none of them."""
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=START_MS)
    choose(page, "Run", "Run All Cells")


def choose(page: Page, menu: str, *items: str) -> None:
    """Go through JupyterLab's menus."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    for item in items:
        page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def run_below(page: Page, code: str) -> Locator:
    """Run code in a new cell below the one that is chosen; its result."""
    page.get_by_role("button", name="Insert a cell below").first.click()
    page.keyboard.press("Enter")
    page.keyboard.type(code)
    page.keyboard.press("Shift+Enter")
    cell = page.locator(".jp-CodeCell").filter(has_text=code)
    return cell.locator(".jp-OutputArea-executeResult .jp-OutputArea-output")


def test_step_by_keyboard(walk: Walk, page: Page) -> None:
    chosen = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    walk.expect_step(0)
    walk.root.get_by_text(f"Step 1 of {STEPS}").click()
    expect(chosen).to_contain_text("lesson = Lesson()")
    for step, key in enumerate(("ArrowRight", "ArrowDown", "ArrowRight"), start=1):
        page.keyboard.press(key)
        walk.expect_step(step)
    page.keyboard.press("End")
    walk.expect_title("E after the update")
    page.keyboard.press("ArrowUp")
    walk.expect_step(STEPS - 2)
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("lesson = Lesson()")
    expect(run_below(page, "lesson.walkthrough.step")).to_have_text(str(STEPS - 2))


def test_edit_and_apply(walk: Walk, page: Page) -> None:
    walk.to(12)
    walk.weight("f3", "f5").click()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(walk.problem).to_contain_text("w₃,₅ is “abc”")
    walk.editor.fill("2")
    page.keyboard.press("Enter")
    expect(walk.weight("f3", "f5")).to_have_text("2")
    expect(page.get_by_role("textbox", name="w₃,₅", exact=True)).to_have_value("2")
    walk.expect_step(12)
    before = walk.error()
    page.get_by_role("button", name="Apply update").click()
    expect(page.get_by_text("E before the update")).to_contain_text(str(before))
    assert walk.error() < before
    walk.expect_step(12)


def test_playground_takes_enter_and_outlives_a_reload(page: Page, lab_url: str) -> None:
    page.goto(f"{lab_url}lab/tree/06_playground.ipynb?reset")
    heading = page.get_by_role("heading", level=1, name="Playground")
    expect(heading).to_be_visible(timeout=START_MS)
    run_all(page)
    playground = Playground(page)
    expect(playground.place).not_to_be_empty(timeout=START_MS)
    expect(page.locator(".bp-published button, .bp-take-away button").last).to_be_attached()
    page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollTo(0, 0)")
    for board, name in ((playground.teacher_set, "Teacher set"), (playground.learning, "Learning")):
        expect(board.button(name)).to_have_attribute("aria-expanded", "false")  # it is narrow here
        board.press(name)
    # JupyterLab takes Enter from the fields of a cell, unless they keep it
    learning = playground.learning
    learning.enter("Learning rate h", "abc")
    expect(learning.problem).to_contain_text("Learning rate h is “abc”")
    learning.enter("Learning rate h", "0.05")
    expect(learning.problem).to_be_empty()
    page.locator("summary").get_by_text("Your own table", exact=True).click()
    table = page.get_by_role("textbox", name="or paste it here")
    table.focus()
    page.keyboard.type("x1,t1\n1,0")
    expect(table).to_have_value("x1,t1\n1,0")
    # the kernel lives on while the page is loaded again, and so does the training
    choose(page, "File", "Save Notebook")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    learning.choose("Speed", "10 epochs/s")
    playground.train(None)
    expect(playground.place).to_have_text(re.compile("^epoch [1-9]"))
    before = playground.epoch()
    page.reload()
    expect(playground.button("Pause")).to_be_visible(timeout=START_MS)
    assert playground.epoch() > before
    expect(learning.root.locator("[data-key=h]")).to_have_value("0.05")  # folded again
    playground.button("Pause").click()
    expect(playground.button("Train")).to_be_visible()
    choose(page, "Edit", "Clear Outputs of All Cells")
    choose(page, "File", "Save Notebook")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)


def test_present_a_walkthrough(
    walk: Walk, page: Page, assert_accessible: Callable[..., None]
) -> None:
    presenting = page.locator("html.bp-presenting")
    bar = page.get_by_role("toolbar", name="Presentation")
    panels = page.get_by_role("tab", name="File Browser")
    expect(panels).to_be_visible()
    walk.root.focus()
    page.keyboard.press("p")
    expect(presenting).to_have_count(1)
    expect(panels).to_be_hidden()
    assert walk.root.evaluate(
        """root => {
            const { left, top, width } = root.getBoundingClientRect();
            return left === 0 && top === 0 && width === innerWidth;
        }"""
    )
    for step in range(1, STEPS):
        page.keyboard.press("PageDown")
        walk.expect_step(step)
    page.keyboard.press("PageDown")  # it is the only slide
    walk.expect_step(STEPS - 1)
    result = re.compile(r"is \d")
    expect(walk.status).to_contain_text(result)
    page.keyboard.press("h")
    expect(walk.status).not_to_contain_text(result)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")
    walk.part("node-f3").click()
    expect(walk.editor).to_have_count(0)
    assert_accessible(page, ".is-presented")
    assert_accessible(page, ".bp-presenter")
    bar.get_by_role("button", name="Leave").click()
    expect(presenting).to_have_count(0)
    expect(panels).to_be_visible()
    expect(page.locator("[popover], .is-presented, .is-marked, .is-covering")).to_have_count(0)
    expect(walk.root).to_be_focused()
    walk.button("Present (P)").click()
    expect(presenting).to_have_count(1)
    page.keyboard.press("Escape")
    expect(presenting).to_have_count(0)
    page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    page.keyboard.press("p")  # belongs to JupyterLab here
    expect(presenting).to_have_count(0)


def test_dark_theme(walk: Walk, page: Page) -> None:
    paper = "root => getComputedStyle(root).backgroundColor"
    light = walk.root.evaluate(paper)
    choose(page, "Settings", "Theme", "JupyterLab Dark")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    dark = walk.root.evaluate(paper)
    assert dark != light
    assert max(int(part) for part in dark[4:-1].split(",")) < 60
