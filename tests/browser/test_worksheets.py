"""A teacher saves worksheets from the page, and they come out of a printer whole."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from backprop_core.drawing.sheets import write_html, write_pdf
from backprop_core.worksheet import sheets
from tests.browser.conftest import OpenPage
from tests.browser.reader import PHONE, START_MS, Widget, assert_fits

CELLS = "from backprop_core.widgets import Worksheets\nWorksheets(students=2)"


class Worksheets(Widget):
    """The fields and buttons in a page."""

    def saved(self, button: str) -> tuple[str, bytes]:
        """Name and bytes of the file that a button brings."""
        with self.page.expect_download(timeout=START_MS) as download:
            self.button(button).press("Enter")
        name = download.value.suggested_filename
        expect(self.status).to_have_text(f"Saved as {name}.")
        assert download.value.url.startswith("blob:http://localhost")
        return name, Path(download.value.path()).read_bytes()


@pytest.fixture(scope="module")
def class_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with the fields and the buttons."""
    with serve_cells(CELLS) as url:
        yield url


def test_a_class_is_typed_and_its_files_are_saved(
    open_page: OpenPage,
    class_url: str,
    assert_accessible: Callable[..., None],
    tmp_path: Path,
) -> None:
    page = open_page(viewport=PHONE)
    page.goto(class_url)
    root = page.get_by_role("group", name="Worksheets for a class", exact=True)
    widget = Worksheets(root)
    expect(widget.field("Students")).to_have_value("2", timeout=START_MS)
    widget.field("Seed").fill("2026")
    two = sheets(students=2, seed=2026)
    pages: dict[bool, str] = {}
    for key, words in ((False, "Worksheets"), (True, "Answer key")):
        file = "key" if key else "worksheets"
        expected = write_pdf(two, key=key)
        assert widget.saved(f"{words} (PDF)") == (f"backprop-class-2026-{file}.pdf", expected)
        pages[key] = write_html(two, key=key)
        expected = pages[key].encode()
        assert widget.saved(f"{words} (HTML)") == (f"backprop-class-2026-{file}.html", expected)
    assert_fits(page)

    widget.field("Students").fill("<b>sixty</b>")
    widget.button("Answer key (PDF)").click()
    expect(widget.problem).to_have_text(
        "Students is “<b>sixty</b>”, but expected a whole number from 1 to 60."
    )
    expect(widget.field("Students")).to_have_value("<b>sixty</b>")
    expect(widget.status).to_be_empty()
    assert_accessible(page, ".bp-worksheets")
    widget.field("Students").fill("1")
    assert PdfReader(io.BytesIO(widget.saved("Worksheets (PDF)")[1])).get_num_pages() == 2
    expect(widget.problem).to_be_empty()

    # the saved pages themselves, on a screen and on paper
    for key, content in pages.items():
        saved = tmp_path / "saved.html"
        saved.write_text(content, encoding="utf-8")
        page.goto(saved.as_uri())
        expect(page.get_by_role("heading", level=2)).to_have_count(2)
        expect(page.get_by_role("table", name="Forward")).to_have_count(2)
        assert_fits(page)
        assert_accessible(page)
        for paper in ("A4", "Letter"):
            printed = PdfReader(io.BytesIO(page.pdf(format=paper))).pages
            texts = [leaf.extract_text() for leaf in printed]
            # a side of a sheet, a student's key and the class at a glance are a page each
            begins = ["The class at a glance"] if key else []
            for one in two:
                begins += [f"{one.title}: key"] if key else [one.title, f"{one.title} (back)"]
            assert [begin in text for begin, text in zip(begins, texts, strict=True)] == [
                True for _ in begins
            ]
