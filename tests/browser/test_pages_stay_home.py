"""Every page is served whole: own host only, readable by everyone, in both themes, on a phone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import expect_all_there

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
PHONE = {"width": 390, "height": 844}


def open_chapter(page: Page, url: str) -> None:
    """Open a chapter and wait until all of it is there."""
    page.goto(url)
    expect_all_there(page)


def assert_no_sideways_scrolling(page: Page) -> None:
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


def test_root_leads_to_the_start(page: Page, voila_url: str) -> None:
    page.goto(voila_url)
    page.wait_for_url("**/voila/render/00_start_here.ipynb")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_links_lead_through_all_chapters_and_back(page: Page, voila_url: str) -> None:
    open_chapter(page, f"{voila_url}voila/render/{NOTEBOOKS[0].name}")
    for way, chapters in (("→", NOTEBOOKS[1:]), ("←", NOTEBOOKS[-2::-1])):
        for chapter in chapters:
            page.get_by_role("link", name=way).last.click()
            page.wait_for_url(f"**/voila/render/{chapter.name}")
            open_chapter(page, page.url)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_chapter(
    page: Page, voila_url: str, notebook: Path, assert_accessible: Callable[[Page], None]
) -> None:
    open_chapter(page, f"{voila_url}voila/render/{notebook.name}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_count(1)
    assert page.title().startswith(heading.inner_text())
    assert page.title().endswith("Backpropagation, step by step")
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.locator(".bp-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.lang") == "en"
    code = [c.source for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    text = page.locator("body").inner_text()
    assert not [source for source in code if source.splitlines()[0] in text]
    assert "Traceback" not in text
    assert_accessible(page)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_chapter_on_a_phone_in_the_dark(
    open_page: Callable[..., Page],
    voila_url: str,
    notebook: Path,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = open_page(viewport=PHONE, color_scheme="dark")
    open_chapter(page, f"{voila_url}voila/render/{notebook.name}")
    assert_no_sideways_scrolling(page)
    assert_accessible(page)


def test_theme_follows_the_system(page: Page, voila_url: str) -> None:
    page.goto(f"{voila_url}voila/render/00_start_here.ipynb")
    body = page.locator("body")
    expect(body).to_have_attribute("data-jp-theme-light", "true")
    light = body.evaluate("body => getComputedStyle(body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_attribute("data-jp-theme-light", "false")
    assert body.evaluate("body => getComputedStyle(body).backgroundColor") != light


@pytest.mark.console_error("404")
def test_unknown_page_leads_home(
    page: Page, voila_url: str, assert_accessible: Callable[[Page], None]
) -> None:
    answer = page.goto(f"{voila_url}voila/render/no_such_chapter.ipynb")
    assert answer is not None
    assert answer.status == 404
    assert_accessible(page)
    page.get_by_role("link", name="To the first page").click()
    page.wait_for_url("**/voila/render/00_start_here.ipynb")


def test_a_page_can_be_left_at_any_moment(page: Page, voila_url: str) -> None:
    # Before its scripts, before its kernel, before its connection, and with all of it there.
    last = f"{voila_url}voila/render/{NOTEBOOKS[-1].name}"
    first = f"{voila_url}voila/render/{NOTEBOOKS[0].name}"
    moments: list[Literal["commit", "domcontentloaded", "load"]]
    moments = ["commit", "domcontentloaded", "load"]
    for moment in moments:
        page.goto(last, wait_until=moment)
        page.goto(first)
    with page.expect_websocket():
        page.goto(last)
    page.goto(first)
    open_chapter(page, last)
    page.goto(first)
    open_chapter(page, page.url)


def test_leaving_stops_the_kernel(page: Page, voila_url: str) -> None:
    with page.expect_response("**/kernels") as asked:
        open_chapter(page, f"{voila_url}voila/render/{NOTEBOOKS[1].name}")
    kernel = f"{voila_url}kernels/{asked.value.json()['id']}"
    assert page.request.get(kernel).status == 200
    page.goto("about:blank")
    deadline = time.monotonic() + 30
    while page.request.get(kernel).status != 404:
        assert time.monotonic() < deadline, "The kernel is still there."


def test_error_in_a_cell_is_one_sentence(
    page: Page, serve_voila: Callable[[Path], Any], tmp_path: Path
) -> None:
    new = nbformat.v4
    cells = [
        new.new_markdown_cell("# A chapter that fails"),
        new.new_code_cell("hidden_zero = 0\n1 / hidden_zero"),
        new.new_markdown_cell("What is said next."),
    ]
    nbformat.write(new.new_notebook(cells=cells), tmp_path / "fails.ipynb")
    with serve_voila(tmp_path) as url:
        open_chapter(page, f"{url}voila/render/fails.ipynb")
        expect(page.locator(".bp-error")).to_contain_text("could not be computed")
        expect(page.get_by_text("What is said next.")).to_be_visible()
        text = page.content()
        page.close()
    assert not [word for word in ("hidden_zero", "Traceback", "ZeroDivision") if word in text]
