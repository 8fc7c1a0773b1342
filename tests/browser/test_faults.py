"""What can go wrong between a page and its kernel takes nothing from its reader."""

import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import chromium
from tests.browser.conftest import ROOT, OpenPage
from tests.browser.faults import Cable, Server, wait_until
from tests.browser.reader import CHAPTER, LESSON, PHONE, Walk, assert_fits
from tests.browser.test_playground import CHAPTER as PLAYGROUND
from tests.browser.test_playground import FOR, Playground

pytestmark = pytest.mark.console_error("ERR_|WebSocket|40[49]|503")
NOTEBOOKS = ROOT / "notebooks"
SOON_MS = 15_000
STOPPED = "The part of this page that computes has stopped. Nothing is lost."
RESTED = (
    "Nothing was done here for a while, so the part of this page that computes was stopped. "
    "Nothing is lost."
)
CUT = "The connection is interrupted. What you do here is kept and goes on when it is back."
FULL = (
    "All places are taken at the moment: reading and stepping work, changing numbers has to wait. "
    "The page tries again by itself."
)
RENEWED = "The tutorial was renewed meanwhile. To compute, this page has to be loaded again."


# Every E that is to be seen from now on, however short.
SEEN = """lesson => {
    const error = () => [...lesson.querySelectorAll(".bp-facts b")].at(-1).textContent;
    window.seen = [];
    new MutationObserver(() => seen.push(error()))
        .observe(lesson, { subtree: true, childList: true, characterData: true });
}"""


class Reading:
    """The lesson of chapter 5, and what the page says of its kernel."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.walk = Walk(page.locator(LESSON))
        self.sentence = page.locator("#bp-link > p")
        self.answer = page.get_by_role("textbox", name="δ =")  # of an exercise
        self.go_on = page.get_by_role("button", name="Go on")

    def ready(self) -> "Reading":
        self.walk.ready()
        self.expect("ready")
        return self

    def expect(self, state: str, sentence: str = "") -> None:
        """Of the sentences there is this one, or none."""
        expect(self.page.locator("html")).to_have_attribute("data-python", state, timeout=SOON_MS)
        told = [sentence, ""] if state == "stopped" else ["", sentence]
        expect(self.sentence).to_have_text(told, timeout=SOON_MS)
        if sentence:
            header = self.page.locator("header")
            announced = header.get_by_role("alert" if state == "stopped" else "status")
            expect(announced.filter(has_text=sentence)).to_be_visible()
            expect(self.go_on).to_be_visible(visible=state == "stopped")

    def field(self, name: str) -> Locator:
        return self.page.locator(LESSON).get_by_role("textbox", name=name, exact=True)

    def set(self, name: str, text: str) -> None:
        """Change a number, and see that E has changed."""
        before = self.error()
        self.field(name).fill(text)
        self.field(name).press("Enter")
        self.expect_other_error(before)

    def press(self, name: str) -> None:
        self.page.locator(LESSON).get_by_role("button", name=name, exact=True).click()

    def error(self) -> str:
        return self.page.locator(LESSON).get_by_text("E = ").last.inner_text()

    def expect_error(self, error: str) -> None:
        expect(self.page.locator(LESSON).get_by_text("E = ").last).to_have_text(error)

    def expect_other_error(self, error: str) -> None:
        expect(self.page.locator(LESSON).get_by_text("E = ").last).not_to_have_text(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two chapters that are read here: a server is there sooner than with all of them."""
    folder = tmp_path_factory.mktemp("chapters")
    for chapter in (CHAPTER, PLAYGROUND):
        shutil.copy(NOTEBOOKS / Path(chapter).name, folder)
    return folder


@pytest.fixture(scope="module")
def server(own_jupyter: dict[str, str], folder: Path) -> Iterator[Server]:
    """A server of this module's own."""
    with Server(folder, own_jupyter) as server:
        yield server


@pytest.fixture
def cable(server: Server) -> Iterator[Cable]:
    with Cable(server.port) as cable:
        yield cable


def reading(page: Page, url: str) -> Reading:
    page.goto(url + CHAPTER)
    return Reading(page).ready()


def at_work(reader: Reading) -> tuple[str, str]:
    """A reader who has edited, stepped, and typed something that is not sent: E before, and now."""
    first = reader.error()
    reader.set("x₁", "0.5")
    second = reader.error()
    reader.press("Apply update")
    reader.expect_other_error(second)
    reader.walk.to(7)
    reader.answer.fill("0.123")  # and no Enter
    assert first != second
    return second, reader.error()


def assert_all_there(reader: Reading, errors: tuple[str, str]) -> None:
    """Step, text and numbers are as they were; what is typed now counts; even Undo knows how."""
    before, now = errors
    reader.expect("ready")
    reader.walk.expect_step(7)
    expect(reader.answer).to_have_value("0.123")
    expect(reader.answer).to_be_focused()
    reader.expect_error(now)
    reader.set("x₂", "0.75")
    reader.press("Undo")
    reader.expect_error(now)
    reader.press("Undo")
    reader.expect_error(before)
    reader.walk.expect_step(7)


def test_kernel_dies_while_a_reader_steps(
    page: Page, server: Server, assert_accessible: Callable[..., None]
) -> None:
    reader = reading(page, server.url)
    errors = at_work(reader)
    server.kernel().kill()
    reader.expect("stopped", STOPPED)
    assert_accessible(page, "header")
    expect(reader.answer).to_be_focused()
    reader.walk.to(12)
    reader.walk.to(7)
    reader.answer.focus()
    page.locator(LESSON).evaluate(SEEN)
    reader.go_on.click()
    reader.expect("ready")
    assert set(page.evaluate("seen")) <= {errors[1]}, "Numbers of before are seen for a moment."
    assert_all_there(reader, errors)


def test_kernel_dies_in_the_middle_of_an_edit(page: Page, server: Server) -> None:
    reader = reading(page, server.url)
    reader.walk.to(7)
    before = reader.error()
    kernel = server.kernel()
    kernel.suspend()  # it never answers
    reader.walk.weight("f3", "f5").click()
    reader.walk.editor.fill("2.5")
    reader.walk.editor.press("Enter")
    reader.field("x₂").fill("0.75")
    reader.field("x₂").press("Enter")
    kernel.send_signal(signal.SIGKILL)
    reader.expect("stopped", STOPPED)
    expect(reader.walk.editor).to_have_value("2.5")
    reader.expect_error(before)
    reader.go_on.click()
    reader.expect("ready")
    expect(reader.walk.editor).to_have_count(0)
    reader.walk.expect_step(7)
    expect(reader.walk.weight("f3", "f5")).to_have_text("2.5")
    expect(reader.field("x₂")).to_have_value("0.75")
    reader.expect_other_error(before)


def test_kernel_dies_in_a_training(page: Page, server: Server) -> None:
    playground = Playground.opened(page, server.url)
    reader = Reading(page)
    reader.expect("ready")
    playground.train(40)
    expect(playground.root).to_have_attribute("data-epoch", "40")
    error = playground.error.inner_text()
    server.kernel().kill()
    reader.expect("stopped", STOPPED)
    reader.go_on.click()
    reader.expect("ready")
    expect(playground.root).to_have_attribute("data-epoch", "40")
    expect(playground.error).to_have_text(error)
    playground.button("One epoch").click()
    expect(playground.root).to_have_attribute("data-epoch", "41")

    playground.train(None)
    wait_until(lambda: playground.epoch() > 100, "It does not train.")
    kept_states = "JSON.stringify(Object.values(sessionStorage))"
    state = page.evaluate(kept_states)
    wait_until(lambda: page.evaluate(kept_states) != state, "It keeps nothing while it trains.")
    playground.field(FOR).fill("77")
    server.kernel().kill()
    reader.expect("stopped", STOPPED)
    reached = playground.epoch()
    reader.go_on.click()
    reader.expect("ready")
    expect(playground.button("Train")).to_be_visible()
    kept = playground.epoch()
    assert 41 < kept <= reached
    keeper = page.get_by_role("group", name="Keep or share this state")
    expect(keeper.get_by_role("status")).to_have_text(
        f"Restored as it was, paused at epoch {kept:,}."
    )
    expect(playground.field(FOR)).to_have_value("77")
    playground.button("One epoch").click()
    expect(playground.root).to_have_attribute("data-epoch", str(kept + 1))


def test_server_is_started_again(page: Page, own_jupyter: dict[str, str], folder: Path) -> None:
    with Server(folder, own_jupyter) as server:
        reader = reading(page, server.url)
        errors = at_work(reader)
        server.kill()
        reader.expect("cut", CUT)
        with server:
            reader.expect("stopped", STOPPED)
            reader.go_on.click()
            assert_all_there(reader, errors)


def test_connection_is_held_up(page: Page, server: Server, cable: Cable) -> None:
    """Ten seconds in which nothing comes through, and no side is told."""
    reader = reading(page, cable.url)
    errors = at_work(reader)
    reader.field("t").fill("0.25")
    cable.hold()
    reader.field("t").press("Enter")
    reader.answer.focus()
    reader.expect("cut", CUT)
    reader.walk.to(8)
    reader.walk.to(7)
    reader.expect_error(errors[1])
    cable.mend()
    reader.expect("ready")
    reader.expect_other_error(errors[1])
    reader.press("Undo")
    reader.answer.focus()
    assert_all_there(reader, errors)


def test_connection_is_cut_between_two_edits(page: Page, server: Server, cable: Cable) -> None:
    """The same kernel goes on by itself; what was done meanwhile is done then, in order."""
    reader = reading(page, cable.url)
    errors = at_work(reader)
    kernel = server.kernel()
    cable.cut()
    reader.expect("cut", CUT)
    for edge, text in ((("f3", "f5"), "0.1"), (("f1", "f3"), "0.2")):
        reader.walk.weight(*edge).click()
        reader.walk.editor.fill(text)
        reader.walk.editor.press("Enter")
    reader.press("Apply update")
    reader.walk.expect_step(7)
    reader.expect_error(errors[1])
    cable.mend()
    reader.expect("ready")
    expect(reader.walk.weight("f1", "f3")).not_to_have_text("0.2")
    assert server.kernel().pid == kernel.pid
    reader.expect_other_error(errors[1])
    reader.press("Undo")  # the update came last: before it, both weights were as they were typed
    expect(reader.walk.weight("f1", "f3")).to_have_text("0.2")
    expect(reader.walk.weight("f3", "f5")).to_have_text("0.1")
    reader.press("Undo")
    expect(reader.walk.weight("f1", "f3")).not_to_have_text("0.2")
    reader.press("Undo")
    expect(reader.walk.weight("f3", "f5")).not_to_have_text("0.1")
    reader.answer.focus()
    assert_all_there(reader, errors)


def test_a_laptop_sleeps(page: Page, own_jupyter: dict[str, str], folder: Path) -> None:
    """While it did, its kernel was stopped, because nobody was there."""
    patience = {"gone_seconds": 5.0, "check_seconds": 0.1}
    with (
        Server(folder, own_jupyter, **patience) as server,
        Cable(server.port) as cable,
    ):
        reader = reading(page, cable.url)
        errors = at_work(reader)
        kernel = server.kernel()
        cable.cut()
        wait_until(lambda: not kernel.is_running(), "A kernel without a page lives on.")
        cable.mend()
        reader.expect("stopped", RESTED)
        reader.answer.focus()
        reader.go_on.click()
        assert_all_there(reader, errors)


def test_a_reader_comes_back(browser: Browser, server: Server) -> None:
    """By the browser's own Back, the page is as it was, and computes, without a click."""
    remembering = browser.browser_type.launch(
        executable_path=chromium(),
        args=["--no-sandbox"] if os.geteuid() == 0 else [],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    with remembering:
        page = remembering.new_page()
        reader = reading(page, server.url)
        errors = at_work(reader)
        kernel = server.kernel()
        page.goto(server.url + PLAYGROUND)
        wait_until(lambda: not kernel.is_running(), "A kernel that was left lives on.")
        page.go_back(wait_until="commit")
        reader.expect("ready")
        reader.answer.focus()
        assert_all_there(reader, errors)


def test_several_views_of_one_widget(
    page: Page, own_jupyter: dict[str, str], tmp_path: Path
) -> None:
    cells = [
        "from backprop_core.widgets import Lesson\nlesson = Lesson()\nlesson",
        "lesson.walkthrough",
    ]
    new = nbformat.v4
    notebook = new.new_notebook(
        cells=[new.new_markdown_cell("# Twice"), *map(new.new_code_cell, cells)]
    )
    nbformat.write(notebook, tmp_path / "twice.ipynb")
    with Server(tmp_path, own_jupyter) as server:
        page.goto(f"{server.url}voila/render/twice.ipynb")
        reader = Reading(page).ready()
        other = Walk(page, 1).ready()
        reader.set("x₁", "0.5")
        other.to(9)
        reader.walk.expect_step(9)
        error = reader.error()
        server.kernel().kill()
        reader.expect("stopped", STOPPED)
        other.to(10)
        reader.go_on.click()
        reader.expect("ready")
        for walk in (reader.walk, other):
            walk.expect_step(10)
            expect(walk.root.get_by_text("E = ").last).to_have_text(error)
        other.weight("f3", "f5").click()
        other.editor.fill("2.5")
        other.editor.press("Enter")
        for walk in (reader.walk, other):
            expect(walk.weight("f3", "f5")).to_have_text("2.5")


def test_all_places_are_taken(
    open_page: OpenPage, own_jupyter: dict[str, str], folder: Path
) -> None:
    with Server(folder, own_jupyter, visitors=1) as server:
        first = reading(open_page(), server.url)
        page = open_page(viewport=PHONE)
        page.goto(server.url + CHAPTER)
        second = Reading(page)
        second.walk.ready()
        second.expect("full", FULL)
        assert_fits(page)
        before = second.error()
        second.walk.to(5)
        second.field("x₁").fill("0.5")
        second.field("x₁").press("Enter")
        first.set("x₁", "0.75")
        second.expect("full", FULL)
        first.page.goto("about:blank")
        second.expect("ready")
        second.walk.expect_step(5)
        second.expect_other_error(before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_while_somebody_presents(
    open_page: OpenPage, server: Server, assert_accessible: Callable[..., None], scheme: Any
) -> None:
    """The sentence is seen, and covers neither the slide nor the presenter's bar."""
    page = open_page(color_scheme=scheme)
    reader = reading(page, server.url)
    reader.walk.root.focus()
    page.keyboard.press("p")
    expect(page.locator("html")).to_have_class(re.compile("bp-presenting"))
    page.keyboard.press("ArrowRight")
    server.kernel().kill()
    reader.expect("stopped", STOPPED)
    assert_accessible(page, "header")
    box = page.locator("#bp-link").bounding_box()
    slide = reader.walk.root.bounding_box()
    bar = page.get_by_role("toolbar").bounding_box()
    assert box
    assert slide
    assert bar
    assert slide["y"] + slide["height"] <= box["y"] or box["y"] + box["height"] <= slide["y"]
    assert box["y"] + box["height"] <= bar["y"]
    reader.go_on.click()
    reader.expect("ready")


def test_the_tutorial_was_renewed(page: Page, server: Server) -> None:
    reader = reading(page, server.url)
    told = json.dumps({"reason": "renewed"})
    page.route("**/kernels", lambda route: route.fulfill(status=409, body=told))
    server.kernel().kill()
    reader.expect("stopped", STOPPED)
    reader.go_on.click()
    expect(reader.sentence).to_have_text([RENEWED, ""])
    page.unroute("**/kernels")
    page.get_by_role("button", name="Load again").click()
    reader.ready()
