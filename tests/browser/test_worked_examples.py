"""Published numbers beside ours in a real browser: read, walked through, added to, opened."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from backprop_core.published.files import TEMPLATE
from tests.browser.conftest import OpenPage
from tests.browser.reader import PHONE, START_MS, Widget, assert_fits

PAGE = """
import ipywidgets
from backprop_core.widgets import WorkedExamples

class Playground:
    label = ipywidgets.Label("nothing")

    def open(self, experiment, news):
        self.label.value = f"{experiment.present.sizes}, h = {experiment.rule.h}"

ipywidgets.VBox([Playground.label, WorkedExamples(Playground())])
"""
CHAPTER = "Robert Gordon University: the back propagation algorithm (2-2-1)"
MAZUR = "Mazur: a step by step backpropagation example (2-2-2)"


class Examples(Widget):
    """The worked examples of a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.get_by_role("group", name="Worked examples", exact=True))
        self.table = self.root.get_by_role("table")

    def choose(self, title: str, said: str) -> None:
        self.menu("Worked example").select_option(title)
        expect(self.status).to_have_text(said, timeout=START_MS)

    def row(self, name: str) -> Locator:
        head = self.page.get_by_role("rowheader", name=name, exact=True)
        return self.table.get_by_role("row").filter(has=head)


@pytest.fixture(scope="module")
def url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with the worked examples and a stand-in for the playground."""
    with serve_cells(PAGE) as address:
        yield address


def opened(page: Page, url: str) -> Examples:
    page.goto(url)
    examples = Examples(page)
    expect(examples.menu("Worked example")).to_be_visible(timeout=START_MS)
    return examples


def test_published_numbers_stand_beside_ours(
    page: Page, url: str, assert_accessible: Callable[..., None]
) -> None:
    examples = opened(page, url)
    examples.button("Open in the playground").press("Enter")
    expect(examples.root.get_by_text("Choose an example first.")).to_be_visible()
    examples.choose(
        CHAPTER,
        "7 of the 16 printed numbers agree with ours. "
        "4 were rounded on the way and 5 come out with a mistake.",
    )
    heads = ["quantity", "published", "ours", "with the mistake", "verdict"]
    expect(examples.table.get_by_role("columnheader")).to_have_text(heads)
    cells = examples.row("wₓ₂,₁ w4+").get_by_role("cell")
    expect(cells).to_have_text(
        [
            "0.797 from here on different: 8",
            re.compile(r"^0\.797 from here on different: 6in full 0\.7976109598722038$"),
            "0.7978",
            re.compile("differs from the 4th digit on; agrees with the mistake"),
        ]
    )
    marked = cells.first.locator("b")
    expect(marked).to_have_text("8")
    expect(marked).to_have_css("text-decoration-line", "underline")
    expect(examples.row("r₁ input to top neuron").locator("b")).to_have_count(0)
    expect(
        examples.root.get_by_text("sent back through weights that are already updated")
    ).not_to_have_count(0)

    walkthrough = page.locator(".bp-walk")
    expect(walkthrough).to_contain_text("x = (0.35, 0.9), t = 0.5")
    walkthrough.get_by_role("button", name="Next step").click()
    expect(walkthrough).to_have_attribute("data-step", "1")

    examples.button("Open in the playground").click()
    expect(page.get_by_text("(2, 2, 1), h = 1.0")).to_be_visible()
    expect(examples.status).to_have_text(f"The playground holds “{CHAPTER}” now.")

    menu = examples.menu("Worked example")
    menu.focus()
    page.keyboard.press("ArrowUp")  # the keyboard is enough
    expect(examples.status).to_have_text(
        "31 of the 35 printed numbers agree with ours. 4 come out with a mistake.",
        timeout=START_MS,
    )
    expect(menu.locator("option:checked")).to_have_text(MAZUR)
    expect(examples.row("y₁ out o1").last.get_by_role("cell").nth(2)).to_have_text("0.015912196")
    expect(walkthrough).to_contain_text("x = (0.05, 0.1), t = (0.01, 0.99)")
    expect(walkthrough).to_have_attribute("data-step", "0")
    assert_accessible(page)


def test_a_readers_own_example(
    open_page: OpenPage, url: str, tmp_path: Path, assert_accessible: Callable[..., None]
) -> None:
    page = open_page(viewport=PHONE, color_scheme="dark")
    examples = opened(page, url)
    examples.root.get_by_text("Add your own").click()
    text = examples.field("Your example")
    expect(text).to_have_value(TEMPLATE)
    bad = TEMPLATE.replace("h: 1\n", "h: fast\n")
    text.fill(bad)
    examples.button("Read this example").click()
    problem = examples.problem.filter(has_text="h is")
    expect(problem).to_have_text("h is “fast”, but expected a number such as 0.5.")
    expect(text).to_have_value(bad)

    markup = "<img src=x onerror=alert(1)>"
    text.fill(TEMPLATE.replace("My own example", markup).replace("A book", markup))
    examples.button("Read this example").click()
    expect(examples.status).to_contain_text("4 of the 5 printed numbers agree")
    expect(problem).to_have_count(0)
    menu = examples.menu("Worked example")
    expect(menu).to_be_focused()
    expect(menu.locator("option:checked")).to_have_text(f"{markup} (your own)")
    expect(examples.root.get_by_text(f"“{markup}”, page 12, 2024.")).to_be_visible()
    expect(examples.root.locator("img")).to_have_count(0)

    file = tmp_path / "latin.yaml"
    file.write_bytes("title: Bär".encode("latin-1"))
    examples.root.get_by_label("or a file").set_input_files(file)
    expect(examples.problem.filter(has_text="latin.yaml")).to_have_text(
        "latin.yaml has the byte 0xe4 at place 9, but expected text in UTF-8."
    )
    file = tmp_path / "long.yaml"
    file.write_text("#" * 300_000)
    examples.root.get_by_label("or a file").set_input_files(file)
    expect(examples.problem.filter(has_text="long.yaml")).to_contain_text(
        "expected at most 100,000"
    )
    file = tmp_path / "good.yaml"
    file.write_text(TEMPLATE.replace("My own example", "From a file"))
    examples.root.get_by_label("or a file").set_input_files(file)
    expect(menu.locator("option:checked")).to_have_text("From a file (your own)")
    expect(text).to_have_value(file.read_text())
    expect(page.locator(".bp-walk")).to_be_visible()
    expect(examples.row("f₁ out 1").get_by_role("cell")).to_have_text(
        ["0.6803", "0.6803", "✓agrees"]
    )
    assert_fits(page)
    assert_accessible(page)
