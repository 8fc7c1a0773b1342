"""A large network is walked through as a small one is; what is left out is said on the page."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backprop_core import Network
from backprop_core.equations import format_number
from backprop_core.situation import Situation
from backprop_core.speaker_notes import notes_for
from backprop_core.walkthrough import walk
from tests.browser.reader import PHONE, Walk, assert_fits

SITUATION = Situation(Network.random([2, 16, 16, 1], "tanh"), (0.3, -0.4), (1.0,))
CODE = """
from backprop_core import Network
from backprop_core.situation import Situation
from backprop_core.widgets import Walkthrough
Walkthrough(Situation(Network.random([2, 16, 16, 1], "tanh"), (0.3, -0.4), (1.0,)), editable=True)
"""


@pytest.fixture(scope="module")
def large_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    with serve_cells(CODE) as url:
        yield url


def test_a_large_network(
    page: Page, large_url: str, assert_accessible: Callable[[Page, str], None]
) -> None:
    page.goto(large_url)
    there = Walk(page).ready()
    steps = walk(SITUATION.network, SITUATION.x, SITUATION.t, SITUATION.h)
    notes = notes_for(SITUATION, steps)
    lines = there.root.locator(".bp-numbers")
    for place in (0, 1, 40, 68, 90, 300, len(steps) - 1):  # of every phase
        there.to(place)
        there.expect_title(steps[place].title)
        expect(there.root).to_have_attribute("data-question", notes[place].question)
        expect(there.root).to_have_attribute("data-listen", notes[place].listen)
        expect(lines).to_have_count(len(steps[place].equations))
        for equation, line in zip(steps[place].equations, lines.all(), strict=True):
            numbers = [line.locator(".slot").nth(n).text_content() for n in (0, -1)]
            texts = equation.number_texts()
            assert numbers == [texts[0], texts[-1]]
        assert there.classed("is-lit") == {
            *(f"node-{node}" for node in steps[place].nodes),
            *(f"edge-{a}-{b}" for a, b in steps[place].edges),
        }
    there.to(40)  # the sum into f₂₁
    there.term("edge-f1-f21").focus()
    expect(there.tip).to_have_text(f"w₁,₂₁, the weight from f₁ to f₂₁: {weight('f1', 'f21')}")
    reaches = "box => box.scrollWidth <= box.clientWidth + 1"
    assert there.equations.locator(".bp-equation").evaluate(reaches), "17 summands go on below"
    expect(there.root).to_contain_text("The drawing has no room for numbers")
    there.granularity.select_option("Layer by layer")
    there.tab("Backward").click()
    there.button("Next step").click()
    expect(there.root).to_contain_text("Here are 3 of the 17 equations of this step.")
    expect(lines).to_have_count(3)
    assert_accessible(page, ".bp-walk")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert_fits(page)
    there.button("Next step").click()  # sums of 48 factors
    assert all(box.evaluate(reaches) for box in there.equations.locator(".bp-equation").all())


def weight(a: str, b: str) -> str:
    return format_number(SITUATION.network.weight(a, b))
