"""On paper stands what the sheets say: the key has all of it, a worksheet none of the answers."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import psutil
import pytest
from pypdf import PdfReader

from backprop_core.drawing.sheets import write_html, write_pdf
from backprop_core.drawing.sheets.rich import as_html, pieces
from backprop_core.worksheet import MOST_STUDENTS, Sheet, overview, sheets

CLASS = sheets(students=30, seed=2026)
FEW = CLASS[:3]
MM = 72 / 25.4
LETTER_IS_SHORTER = 297 - 279.4


def plain(text: str) -> str:
    """What is read, without spaces."""
    return "".join(run.text for run in pieces(text)).replace(" ", "")


class Reading(HTMLParser):
    """What a page says: its tables, its texts, its elements, and whether they are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "col", "br"):
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.texts.append(data)
        if {"td", "th"} & set(self._open):
            self.tables[-1][-1][-1] += data.replace(" ", "")


def answers(of: Sheet) -> set[str]:
    """Numbers that a student has to find, and does not find on the sheet."""
    told = {part for table in of.tables for row in table.rows for part in table.cells(row, False)}
    asked = {text for table in of.tables for row in table.rows for text in row} - told
    return {text for text in asked if re.fullmatch(r"−?\d\.\d{3,}", text)}


def texts_of(pdf: bytes) -> list[str]:
    """The text of each page, without spaces."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


# --- the web pages -------------------------------------------------------------------------------


def test_the_keys_page_has_every_cell_and_the_class_at_a_glance() -> None:
    read = Reading(write_html(FEW, key=True))
    tables = [overview(FEW), *(table for one in FEW for table in one.tables)]
    for (head, *rows), table in zip(read.tables, tables, strict=True):
        assert head == [plain(column.title) for column in table.columns]
        assert rows == [[plain(text) for text in row] for row in table.rows]


def test_a_worksheets_page_has_the_same_tables_with_blanks_and_no_answer_anywhere() -> None:
    page = write_html(CLASS, key=False)
    read = Reading(page)
    tables = [table for one in CLASS for table in one.tables]
    for (head, *rows), table in zip(read.tables, tables, strict=True):
        assert head == [plain(column.title) for column in table.columns]
        assert rows == [[plain(t) for t in table.cells(row, False)] for row in table.rows]
    # the seeds and the exercises' numbers have no decimals
    for one in CLASS:
        assert len(answers(one)) > 20
    written = set(re.findall(r"−?\d\.\d{3,}", " ".join(read.texts)))
    assert written == {"0.01234"}  # how numbers are to be written


def test_a_page_tells_all_that_is_given() -> None:
    for key in (False, True):
        read = Reading(write_html(FEW, key=key))
        said = "".join(read.texts).replace(" ", "")
        for one in FEW:
            for text in (one.title, *one.given, str(one.number), *(one.notes * (not key))):
                assert plain(text) in said
            weights = [one.in_graph[f"weight-{a}-{b}"] for a, b in one.situation.network.edges]
            at = said.index(plain(one.title))
            drawn = said[at : at + 400]
            assert all(weight in drawn for weight in weights)


@pytest.mark.parametrize("key", [False, True])
def test_a_page_needs_nothing_else_and_can_be_read_out(key: bool) -> None:
    page = write_html(FEW, key=key)
    assert set(re.findall(r"https?://[^\"<\s]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@import|url\(|<script|<link|<img", page)
    read = Reading(page)
    names = [tag for tag, _ in read.elements]
    assert names[:4] == ["html", "head", "meta", "meta"]
    assert read.elements[0][1] == {"lang": "en"}
    assert names.count("title") == names.count("main") == names.count("h1") == 1
    assert names.count("h2") == names.count("svg") == len(FEW)
    for tag, attributes in read.elements:
        assert tag != "th" or attributes["scope"] in ("row", "col")
        assert tag != "svg" or "Network x1, x2 → " in str(attributes["aria-label"])
    ids = [str(attributes["id"]) for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {a["aria-labelledby"] for _, a in read.elements if "aria-labelledby" in a}
    assert named <= set(ids)


def test_symbols_become_html_and_all_else_is_escaped() -> None:
    assert as_html("<b> & $δ_3$") == "&lt;b&gt; &amp; <i>δ</i><sub>3</sub>"
    assert as_html("$e^{−r}$") == "<i>e</i><sup>−<i>r</i></sup>"


# --- the PDFs ------------------------------------------------------------------------------------


def test_a_worksheet_has_two_pages_with_what_is_given_and_no_answer() -> None:
    pages = texts_of(write_pdf(CLASS, key=False))
    assert len(pages) == 2 * len(CLASS)
    for one, front, back in zip(CLASS, pages[::2], pages[1::2], strict=True):
        assert plain(one.title) in front
        assert plain(one.title) in back
        for text in (*one.given, *one.notes):
            assert plain(text) in front
        for text in one.in_graph.values():
            assert plain(text) in front
        for tables, page in zip(one.sides, (front, back), strict=True):
            for table in tables:
                assert plain(table.title) in page
                for row in table.rows:
                    assert plain("".join(table.cells(row, filled=False))) in page
        assert set(re.findall(r"−?\d\.\d{3,}", front + back)) == {"0.01234"}


def test_the_key_has_every_number_in_its_row_on_one_page_each() -> None:
    first, *pages = texts_of(write_pdf(CLASS, key=True))
    for row in overview(CLASS).rows:
        assert "".join(row) in first
    for one, page in zip(CLASS, pages, strict=True):
        assert plain(one.title) in page
        for table in one.tables:
            for row in table.rows:
                assert "".join(map(plain, row)) in page
        assert all(answer in page for answer in answers(one))


def test_a_large_class_has_an_overview_of_two_pages() -> None:
    many = sheets(students=MOST_STUDENTS, seed=1)
    pages = texts_of(write_pdf(many, key=True))
    assert len(pages) == 2 + len(many)
    for row in overview(many).rows:
        assert "".join(row) in pages[0] + pages[1]


@pytest.mark.parametrize("key", [False, True])
def test_nothing_is_cut_off_on_a4_nor_on_letter(key: bool) -> None:
    reader = PdfReader(io.BytesIO(write_pdf(CLASS, key=key)))
    for page in reader.pages:
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
        places: list[tuple[float, float]] = []

        def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
            if text.strip():
                places.append((tm[4], tm[5]))  # noqa: B023 used at once

        page.extract_text(visitor_text=visit)
        assert len(places) > 10
        assert min(y for _, y in places) > (LETTER_IS_SHORTER + 10) * MM
        assert max(y for _, y in places) < (297 - 10) * MM
        assert min(x for x, _ in places) >= 14.9 * MM
        assert max(x for x, _ in places) < 196 * MM


def test_a_pdf_names_itself_its_language_and_its_students() -> None:
    reader = PdfReader(io.BytesIO(write_pdf(FEW, key=False)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Worksheets for class 2026"
    assert str(reader.root_object["/Lang"]) == "en"
    entries: list[Any] = list(reader.outline)
    assert [entry.title for entry in entries] == [one.title for one in FEW]
    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    fonts = {str(font["/BaseFont"]) for found in resources for font in found["/Font"].values()}
    assert fonts
    assert all("DejaVu" in font or "STIX" in font for font in fonts)  # embedded, for any printer


# --- both ----------------------------------------------------------------------------------------


def test_a_file_is_the_same_in_every_process() -> None:
    program = (
        "import hashlib\n"
        "from backprop_core.drawing.sheets import write_html, write_pdf\n"
        "from backprop_core.worksheet import sheets\n"
        "two = sheets(2, 5)\n"
        "for key in (False, True):\n"
        "    for file in (write_html(two, key=key).encode(), write_pdf(two, key=key)):\n"
        "        print(hashlib.sha256(file).hexdigest())\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "TZ": zone},
        ).stdout
        for hash_seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0].split())) == 4


@pytest.mark.parametrize("write", [write_html, write_pdf])
def test_it_tells_how_far_it_is_and_can_be_given_up(write: Callable[..., object]) -> None:
    told: list[tuple[int, int]] = []
    write(FEW, key=False, progress=lambda *step: told.append(step))
    assert told == [(0, 3), (1, 3), (2, 3)]

    class Enough(Exception):
        pass

    def stop(done: int, steps: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        write(FEW, key=True, progress=stop)


def test_no_file_stays_open_even_if_it_is_given_up() -> None:
    def stop(done: int, steps: int) -> None:
        assert fonts_open()
        raise KeyError

    def fonts_open() -> list[str]:
        return [file.path for file in psutil.Process().open_files() if file.path.endswith(".ttf")]

    before = fonts_open()
    write_pdf(FEW, key=False)
    with pytest.raises(KeyError):
        write_pdf(FEW, key=False, progress=stop)
    assert fonts_open() == before
