"""A link opens the state it was copied from, and a reloaded page goes on where it was."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Locator, Page, expect

from backprop_core.experiment import Design, Experiment
from backprop_core.link import read_link, write_link
from backprop_core.teacher_sets import Recipe
from tests.browser.reader import PHONE, START_MS, Widget, assert_fits
from tests.widgets import keeping

CELLS = (Path(keeping.__file__).read_text(encoding="utf-8"), "Epochs()")
DESIGN = Design((2,), ("tanh", "sigmoid"))
CIRCLES = Experiment(Recipe("circles"), DESIGN, network=DESIGN.network(2, 1), epoch=320)
RESTORED = "Restored as it was before the page was reloaded, paused at epoch {}."
OPENED = "Opened from the link, paused at epoch {}."
COPIED = "The link to this state is copied."


class Keeping(Widget):
    """The small thing with a keeper in a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.get_by_role("group", name="Keep or share this state"))
        self.epoch: Locator = page.get_by_role("textbox", name="Epoch")
        self.set = page.get_by_text("Teacher set")
        self.afresh = self.button("Start afresh")

    def ready(self) -> Self:
        """Wait until the kernel has heard of what the page was opened with."""
        expect(self.root).to_have_attribute("aria-busy", "false", timeout=START_MS)
        return self

    def to(self, epoch: int) -> None:
        """Change the state, and wait until the tab has kept it."""
        before = self.kept()
        self.epoch.fill(str(epoch))
        self.epoch.press("Enter")
        self.page.wait_for_function(
            "before => JSON.stringify(Object.values(sessionStorage)) !== before", arg=before
        )

    def kept(self) -> str:
        text: str = self.page.evaluate("JSON.stringify(Object.values(sessionStorage))")
        return text

    def expect(self, epoch: int, name: str, status: str = "", problem: str = "") -> None:
        expect(self.epoch).to_have_value(str(epoch), timeout=START_MS)
        expect(self.set).to_have_text(f"Teacher set {name}")
        expect(self.status).to_have_text(status)
        expect(self.problem).to_have_text(problem)

    def link(self) -> str:
        """Ask for a link."""
        self.button("Copy a link to this state").click()
        expect(self.status).to_contain_text("link to this state")
        expect(self.field("Link to this state")).to_be_focused()
        return self.field("Link to this state").input_value()


@pytest.fixture(scope="module")
def keeping_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with nothing but a small thing that has a keeper."""
    with serve_cells(*CELLS) as url:
        yield url


def open_keeping(page: Page, url: str) -> Keeping:
    page.goto(url)
    return Keeping(page).ready()


def test_a_link_restores_the_state_in_another_tab(
    page: Page, open_page: Callable[..., Page], keeping_url: str
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    here = open_keeping(page, f"{keeping_url}?theme=light#state={write_link(CIRCLES)}")
    here.expect(320, "circles", OPENED.format(320))
    here.to(321)
    expect(here.status).to_be_empty()
    link = here.link()
    expect(here.status).to_have_text(COPIED)
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert page.evaluate("getSelection().toString()") == link
    assert link.startswith(f"{keeping_url}?theme=light#state=1.")
    found = read_link(link)
    assert found.epoch == 321
    assert found.network
    assert CIRCLES.network
    assert [w.tobytes() for w in found.network.weights] == [
        w.tobytes() for w in CIRCLES.network.weights
    ]
    other = open_keeping(open_page(), link)
    other.expect(321, "circles", OPENED.format(321))
    # the two tabs do not know each other
    other.to(5)
    here.expect(321, "circles", COPIED)
    page.reload()
    here.expect(321, "circles", RESTORED.format(321))
    other.page.reload()
    other.expect(5, "circles", RESTORED.format(5))


def test_a_reloaded_page_goes_on_and_can_start_afresh(page: Page, keeping_url: str) -> None:
    here = open_keeping(page, keeping_url)
    here.expect(0, "moons")
    page.reload()
    here.ready().expect(0, "moons")  # where nothing was done, nothing is said
    here.to(7)
    page.reload()
    here.expect(7, "moons", RESTORED.format(7))
    page.reload()
    here.expect(7, "moons", RESTORED.format(7))
    page.goto("about:blank")
    page.go_back()
    here.expect(7, "moons", RESTORED.format(7))
    follow = "() => { const link = document.createElement('a'); link.href = ''; link.click(); }"
    with page.expect_navigation():  # as when the kernel was lost
        page.evaluate(follow)
    here.expect(7, "moons", RESTORED.format(7))
    here.afresh.press("Enter")
    here.expect(0, "moons", "Started afresh.")
    expect(here.afresh).to_be_hidden()
    expect(here.button("Copy a link to this state")).to_be_focused()
    page.reload()
    here.ready().expect(0, "moons")


def test_a_reload_counts_more_than_the_link_it_began_with(page: Page, keeping_url: str) -> None:
    here = open_keeping(page, f"{keeping_url}#state={write_link(CIRCLES)}")
    here.expect(320, "circles", OPENED.format(320))
    here.to(400)
    page.reload()
    here.expect(400, "circles", RESTORED.format(400))
    # another link in the same tab
    iris = write_link(Experiment(Recipe("iris"), DESIGN, epoch=12))
    page.evaluate("token => { location.hash = `#state=${token}`; }", iris)
    here.expect(12, "iris", OPENED.format(12))
    page.evaluate("() => { location.hash = '#somewhere-else'; }")
    page.reload()
    here.expect(12, "iris", RESTORED.format(12))
    page.evaluate("token => { location.hash = `#state=${token}`; }", iris)
    here.expect(12, "iris", OPENED.format(12))
    here.afresh.click()
    here.expect(0, "moons", "Started afresh.")
    assert page.url == keeping_url
    page.reload()
    here.ready().expect(0, "moons")


def test_a_damaged_link_says_so_and_leaves_what_there_is(page: Page, keeping_url: str) -> None:
    damaged = "This link is damaged: a part of it is missing or was changed."
    token = write_link(CIRCLES)
    here = open_keeping(page, f"{keeping_url}#state={token[:-3]}")
    here.expect(0, "moons", problem=damaged)
    page.reload()
    here.expect(0, "moons", problem=damaged)
    here.to(5)
    here.link()
    expect(here.problem).to_be_empty()
    # another damaged one in the same tab: what was done since stays, after a reload, too
    page.evaluate("token => { location.hash = `#state=${token}`; }", token[:-2])
    here.expect(5, "moons", problem=damaged)
    here.ready()
    page.reload()
    here.expect(5, "moons", RESTORED.format(5))
    here.to(6)
    here.root.get_by_text("Open a link").click()
    here.enter("Link", f"{keeping_url}#state={token}x")
    here.expect(6, "moons", problem=damaged)
    expect(here.field("Link")).to_have_value(f"{keeping_url}#state={token}x")
    here.enter("Link", write_link(replace(CIRCLES, epoch=13)))
    here.expect(6, "moons", problem="Epoch is 13, but expected a lucky number.")
    here.field("Link").fill(f" {keeping_url}#state={token} ")
    here.button("Open").click()
    here.expect(320, "circles", OPENED.format(320))
    # what the tab has kept may be damaged, too
    page.evaluate(
        """() => {
            const [[key, kept]] = Object.entries(sessionStorage);
            sessionStorage.setItem(key, kept.replace('"token":"1.', '"token":"1.A'));
        }"""
    )
    page.reload()
    problem = (
        "What this tab kept from before the page was reloaded is damaged, so it starts afresh."
    )
    here.expect(0, "moons", problem=problem)


def test_it_works_where_nothing_can_be_stored(
    page: Page, keeping_url: str, assert_accessible: Callable[..., None]
) -> None:
    page.add_init_script(
        """Object.defineProperty(window, "sessionStorage", {
            get() { throw new DOMException("forbidden", "SecurityError"); },
        });
        navigator.clipboard.writeText = () => Promise.reject(new Error("forbidden"));
        document.execCommand = () => false;"""
    )
    here = open_keeping(page, keeping_url)
    here.epoch.fill("8")
    here.epoch.press("Enter")
    assert read_link(here.link()).epoch == 8
    expect(here.status).to_contain_text("copy it with Ctrl+C or ⌘C")
    page.reload()
    here.ready().expect(0, "moons")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_and_fit_for_a_phone(
    open_page: Callable[..., Page],
    keeping_url: str,
    theme: str,
    assert_accessible: Callable[..., None],
) -> None:
    page = open_page(viewport=PHONE, color_scheme=theme)
    here = open_keeping(page, f"{keeping_url}#state={write_link(CIRCLES)}")
    here.expect(320, "circles", OPENED.format(320))
    here.root.get_by_text("Open a link").press("Enter")
    here.enter("Link", "no link")
    expect(here.problem).to_have_text(re.compile("damaged"))
    here.link()
    assert_accessible(page, ".bp-keeper")
    assert_fits(page)
