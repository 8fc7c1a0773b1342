"""Every page is served whole: own host only, readable by everyone, in both themes, on a phone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from playwright.sync_api import Page, expect

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
PHONE = {"width": 390, "height": 844}


def open_chapter(page: Page, url: str) -> None:
    """Open a chapter and wait until all of it is there."""
    page.goto(url)
    expect(page.get_by_text("Preparing the page")).to_have_count(0, timeout=60_000)
    expect(page.locator("script[type='application/vnd.voila.cell-output+json']")).to_have_count(0)


def assert_no_sideways_scrolling(page: Page) -> None:
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


def test_root_leads_to_the_start(page: Page, voila_url: str) -> None:
    page.goto(voila_url)
    page.wait_for_url("**/voila/render/00_start_here.ipynb")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


# A page that is left while a widget is still drawing has no kernel to tell so.
@pytest.mark.console_error("Cannot send")
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
    page.get_by_role("link", name="start").click()
    page.wait_for_url("**/voila/render/00_start_here.ipynb")


def kernel_of(page: Page) -> psutil.Process:
    """Return the process of the page's kernel."""
    kernel_id = json.loads(page.locator("#jupyter-config-data").inner_text())["kernelId"]
    (kernel,) = [
        process
        for process in psutil.process_iter(["cmdline"])
        if kernel_id in " ".join(process.info["cmdline"] or [])
    ]
    return kernel


@pytest.mark.console_error("Canceled future for kernel_info_request")  # of the one that is killed
def test_lost_kernel_is_said(page: Page, voila_url: str) -> None:
    open_chapter(page, f"{voila_url}voila/render/00_start_here.ipynb")
    stopped = page.get_by_text("has stopped")
    expect(stopped).to_be_hidden()
    kernel_of(page).kill()
    expect(stopped).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Load the page again").click()
    expect(stopped).to_be_hidden()


def test_leaving_stops_the_kernel(page: Page, voila_url: str) -> None:
    open_chapter(page, f"{voila_url}voila/render/00_start_here.ipynb")
    kernel = kernel_of(page)
    page.goto("about:blank")
    kernel.wait(timeout=30)


def test_error_in_a_cell_is_one_sentence(
    page: Page, serve_voila: Callable[[Path], Any], tmp_path: Path
) -> None:
    new = nbformat.v4
    cells = [
        new.new_markdown_cell("# A chapter that fails"),
        new.new_code_cell("secret = 0\n1 / secret"),
        new.new_markdown_cell("What would come next."),
    ]
    nbformat.write(new.new_notebook(cells=cells), tmp_path / "fails.ipynb")
    with serve_voila(tmp_path) as url:
        open_chapter(page, f"{url}voila/render/fails.ipynb")
        expect(page.locator(".bp-error")).to_contain_text("could not be computed")
        text = page.locator("body").inner_text()
        page.close()
    assert not [word for word in ("secret", "Traceback", "ZeroDivision", "next") if word in text]
