"""A reader chooses a teacher set, or brings a table, and loses nothing when it is refused."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import PHONE, Exploration, Widget, assert_fits

MARKUP = "<img src=x onerror=alert(1)>"
TABLE = "x1,x2,x3,t1\n" + "\n".join(f"{n},{n % 5},0,{n % 2}" for n in range(20))
SPLIT = "{} samples for training, {} kept for checking."


@pytest.fixture(scope="module")
def chooser_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with a chooser."""
    code = "from backprop_core.widgets.teacher_set import TeacherSetChooser\nTeacherSetChooser()"
    with serve_cells(code) as url:
        yield url


class Chooser:
    """The chooser in a page: settings, and notes with the reader's table."""

    def __init__(self, page: Page, url: str) -> None:
        page.goto(url)
        self.page = page
        self.settings = Exploration(page, "Teacher set").ready()
        self.notes = Widget(page.get_by_role("group", name="About the teacher set", exact=True))
        self.text = self.notes.field("or paste it here")
        self.file = self.notes.root.get_by_label("Choose a CSV file")
        self.scaling = self.notes.root.get_by_role("table", name="How the inputs are scaled")

    def choose(self, option: str) -> None:
        self.settings.choose("Teacher set", option)

    def expect_set(self, option: str, sentence: str) -> None:
        expect(self.settings.status).to_have_text(sentence)
        chosen = self.settings.menu("Teacher set").locator("option:checked")
        expect(chosen).to_have_text(option)

    def paste(self, text: str) -> None:
        self.text.fill(text)
        self.notes.button("Use this table").click()

    def expect_refused(self, sentence: str) -> None:
        expect(self.notes.problem).to_have_text(re.compile(f"^{re.escape(sentence)}"))
        expect(self.notes.status).to_be_empty()


def test_a_reader_chooses_a_set_and_what_it_is_made_from(
    page: Page, chooser_url: str, assert_accessible: Callable[..., None]
) -> None:
    chooser = Chooser(page, chooser_url)
    settings = chooser.settings
    chooser.expect_set("Moons", SPLIT.format(140, 60))
    expect(chooser.scaling).to_be_hidden()

    settings.slider("Samples").fill("100")
    settings.slider("Share kept for checking").fill("0.2")
    expect(settings.status).to_have_text(SPLIT.format(80, 20))
    settings.enter("Seed", "0.5")
    expect(settings.problem).to_have_text(
        "Seed is 0.5, but expected a whole number from 0 to 999999."
    )
    expect(settings.field("Seed")).to_have_value("0.5")
    settings.enter("Seed", "2")
    expect(settings.problem).to_be_empty()

    chooser.choose("Penguins: 342 birds")
    chooser.expect_set("Penguins: 342 birds", SPLIT.format(274, 68))
    expect(chooser.notes.root.get_by_text("doi 10.5281/zenodo.3960218, CC0")).to_be_visible()
    expect(chooser.scaling.get_by_role("row")).to_have_count(5)
    expect(chooser.scaling.get_by_role("row").last).to_have_text(
        re.compile(r"^body mass \(g\)4[\d.]+8[\d.]+$")
    )
    assert_accessible(page)

    chooser.choose("XOR: 4 samples")
    chooser.expect_set("XOR: 4 samples", "4 samples, all for training.")
    expect(settings.slider("Share kept for checking")).to_have_count(0)


def test_a_table_of_ones_own(page: Page, chooser_url: str, tmp_path: Path) -> None:
    chooser = Chooser(page, chooser_url)
    expect(chooser.text).to_be_hidden()
    chooser.choose("Your own table")
    expect(chooser.settings.problem).to_have_text(
        re.compile("^There is no table of yours yet: choose a CSV file or paste one")
    )
    expect(chooser.text).to_be_visible()
    moons = ("Moons", SPLIT.format(140, 60))
    chooser.expect_set(*moons)

    # what is refused stays where it was typed, and the set in use stays, too
    bad = f"x1,x2,{MARKUP}\n1,2,3"
    chooser.paste(bad)
    chooser.expect_refused(f"Row 1, column 3 is “{MARKUP}”, but expected x3 or t1.")
    expect(chooser.text).to_have_value(bad)
    expect(chooser.text).to_have_attribute("aria-invalid", "true")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('x1,t1\\n' + '0.25,1\\n'.repeat(1500000))")
    chooser.text.press("Control+V")
    chooser.expect_refused("The table has 10.1 MB, but expected up to 1 MB.")
    expect(chooser.text).to_have_value(bad)
    chooser.expect_set(*moons)

    files = {
        "latin.csv": (b"x1,t1\n1,\xe4", "Row 2, character 3 is the byte E4, but expected text in"),
        "sheet.xlsx": (b"PK\3\4\0\0", "The file is a spreadsheet or an archive, but expected text"),
        "big.csv": (10 * 2**20 * b"1", "The file “big.csv” has 10.0 MB, but expected up to 1 MB."),
    }
    chooser.text.fill(bad)
    for name, (content, sentence) in files.items():
        (tmp_path / name).write_bytes(content)
        chooser.file.set_input_files(tmp_path / name)
        chooser.expect_refused(sentence)
    expect(chooser.text).to_have_value(bad)
    chooser.expect_set(*moons)

    # a file that is taken
    (tmp_path / "mine.csv").write_text(TABLE, encoding="utf-8-sig")
    chooser.file.set_input_files(tmp_path / "mine.csv")
    expect(chooser.notes.status).to_have_text("Your table is in use.")
    expect(chooser.notes.problem).to_be_empty()
    expect(chooser.settings.problem).to_be_empty()
    expect(chooser.text).to_have_value(bad)
    chooser.expect_set("Your own table", SPLIT.format(14, 6))
    expect(chooser.scaling.get_by_role("row")).to_have_count(4)

    # it is still there after another set; and a text that is mended is taken with the keyboard
    chooser.choose("AND: 4 samples")
    chooser.expect_set("AND: 4 samples", "4 samples, all for training.")
    chooser.choose("Your own table")
    chooser.expect_set("Your own table", SPLIT.format(14, 6))
    chooser.text.fill("x1,t1\n0.5,1\n-2,0")
    chooser.text.press("Tab")
    page.keyboard.press("Enter")
    chooser.expect_set("Your own table", "2 samples, all for training.")
    expect(chooser.text).not_to_have_attribute("aria-invalid", "true")
    expect(chooser.notes.root.get_by_text("within −3…3")).to_be_visible()


def test_a_file_that_is_gone_can_be_chosen_once_more(
    page: Page, chooser_url: str, tmp_path: Path
) -> None:
    chooser = Chooser(page, chooser_url)
    chooser.notes.root.get_by_text("Your own table", exact=True).click()
    file = tmp_path / "mine.csv"
    file.write_text("x1;t1\n1;2")
    chooser.file.set_input_files(file)
    chooser.expect_refused("Row 1 is separated by semicolons")
    file.write_text("x1,t1\n1,2\n3,4")  # mended on the disk, which the browser does not allow
    chooser.notes.button("Use this table").click()
    chooser.expect_refused("The file “mine.csv” could not be read: choose it once more.")
    chooser.file.set_input_files(file)
    expect(chooser.notes.status).to_have_text("Your table is in use.")


def test_on_a_dark_phone(
    open_page: Callable[..., Page], chooser_url: str, assert_accessible: Callable[..., None]
) -> None:
    page = open_page(viewport=PHONE, color_scheme="dark", has_touch=True)
    chooser = Chooser(page, chooser_url)
    chooser.choose("Iris: 150 flowers")
    chooser.expect_set("Iris: 150 flowers", SPLIT.format(105, 45))
    chooser.notes.root.get_by_text("Your own table", exact=True).tap()
    chooser.paste(f"{MARKUP * 30},t1\n1,2")
    chooser.expect_refused("Row 1, column 1 is “<img")
    assert_fits(page)
    for part in (chooser.text, chooser.settings.status, chooser.settings.menu("Teacher set")):
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    assert_accessible(page)
