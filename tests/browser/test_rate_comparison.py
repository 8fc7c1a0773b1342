"""Several learning rates race in a page that goes on answering; all of it can be read and heard."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import PHONE, Exploration, assert_fits

CODE = """
from ipywidgets import Label, VBox
from backprop_core.experiment import Design, Experiment
from backprop_core.descent import Rule
from backprop_core.widgets import RateComparison
from backprop_core.widgets.from_page import Button

class Playground:
    experiment = Experiment(design=Design((8,), ("ReLU", "identity")), rule=Rule(0.02, "online"))

button, label = Button(description="Another"), Label()
button.on_click(lambda _: setattr(label, "value", "The other has answered"))
VBox([RateComparison(Playground()), button, label])
"""


@pytest.fixture(scope="module")
def rates_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    with serve_cells(CODE) as url:
        yield url


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_race(
    open_page: Callable[..., Page],
    rates_url: str,
    assert_accessible: Callable[[Page, str], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    page.goto(rates_url)
    board = Exploration(page, "Several learning rates at once").ready()
    board.enter("Epochs", "10000")
    board.field("Learning rates").fill("0,0001; 0,01; x")
    board.field("Learning rates").press("Enter")
    expect(board.problem).to_contain_text("number 3 is “x”")
    expect(board.field("Learning rates")).to_have_value("0,0001; 0,01; x")
    board.enter("Learning rates", "0,0001; 0,01; 20")
    expect(board.field("Learning rates")).to_have_value("0.0001, 0.01, 20")
    expect(board.problem).to_be_empty()

    board.press("Train all")
    expect(board.status).to_contain_text("Training with 3 learning rates")
    expect(board.mark("errors", "name2")).to_have_text(re.compile("h = 20 diverges, epoch [1-9]"))
    line = board.mark("errors", "line1").locator("path")
    first = line.get_attribute("d")
    expect(line).not_to_have_attribute("d", str(first))
    page.get_by_role("button", name="Another").click()  # while it trains
    expect(page.get_by_text("The other has answered")).to_be_visible()
    expect(board.status).to_contain_text("Training with")
    assert_accessible(page, ".bp-board")
    board.press("Stop")
    expect(board.status).to_contain_text("Stopped at epoch")

    board.enter("Epochs", "20")
    board.press("Train all")
    expect(board.status).to_contain_text("h = 0.01 is best: E per sample has come from")
    expect(board.status).to_contain_text("h = 1·10⁻⁴ creeps")
    expect(board.status).to_contain_text("h = 20 diverges: in epoch")
    ticks = board.root.locator(".axis-x .tick-label:not([hidden])")
    expect(ticks).to_have_text(["0", "5", "10", "15", "20"])
    assert_accessible(page, ".bp-board")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert_fits(page)
