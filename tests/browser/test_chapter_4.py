"""The update rules are filled in for whatever is picked, and every book takes the same step."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Locator, Page, expect

from backprop_core import backward, error, forward, update
from backprop_core.conventions import CHOICES
from backprop_core.equations import format_apart, format_number
from backprop_core.rules import START
from tests.browser.reader import LIT, PHONE, START_MS, Widget, assert_fits

CHAPTER = "voila/render/04_putting_it_together.ipynb"
NUMBERS, BOOKS = "Update rules with numbers", "Update rules of other books"
CONTRIBUTES, COMPARED = re.compile("What each sample contributes"), "The same update in both books"
MENUS = {
    "delta": "Error signal",
    "difference": "Difference",
    "half": "Error",
    "threshold": "Offset",
}
NET, X, T = START.network, START.x, START.t


class Chapter(Widget):
    """One of the chapter's two explorations: its board and its tables."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page.get_by_role("group", name=name, exact=True))
        self.whole = page.locator(".bp-rules").filter(has=self.root)
        self.picture = self.root.get_by_role("img", name="Network")
        self.table = self.whole.get_by_role("table", name=CONTRIBUTES)
        self.comparison = self.whole.get_by_role("table", name=COMPARED)

    def ready(self) -> "Chapter":
        expect(self.table.locator("tbody td").first).to_have_text(
            re.compile(r"\d"), timeout=START_MS
        )
        return self

    def expect_picked(self, name: str) -> None:
        expect(self.whole.get_by_role("table", name=f"contributes to {name}")).to_be_visible()

    def pick(self, slot: str) -> None:
        self.menu("Weight or bias").select_option(slot)

    def cells(self) -> list[list[str]]:
        """The table's numbers, a row for each sample."""
        rows = self.table.locator("tbody tr")
        return [row.locator("td").all_inner_texts() for row in rows.all()]

    def foot(self, table: Locator) -> list[str]:
        return table.locator("tfoot td").all_inner_texts()

    def overhang(self) -> int:
        """How much of the table has to be scrolled into view."""
        hidden: int = self.table.locator("..").evaluate("box => box.scrollWidth - box.clientWidth")
        return hidden

    def switch(self, *chosen: object) -> None:
        for name, value in zip(MENUS.values(), chosen, strict=True):
            self.menu(name).select_option(str(value))


@pytest.fixture
def numbers(page: Page, voila_url: str) -> Chapter:
    """The rules with numbers."""
    page.goto(voila_url + CHAPTER)
    return Chapter(page, NUMBERS).ready()


@pytest.fixture
def books(page: Page, voila_url: str) -> Chapter:
    """The rules of other books."""
    page.goto(voila_url + CHAPTER)
    return Chapter(page, BOOKS).ready()


def rows_of_w12() -> list[list[str]]:
    """What the rule of w_{1,2} multiplies, from the engine's sweep."""
    f = forward(NET, X)
    hidden, out = NET.activations
    found = []
    for i in range(len(X)):
        factors = [
            float(f.y[i, 0] - T[i, 0]),
            float(out.slope(f.r[1][i, 0])),
            NET.weight("f2", "f4"),
            float(hidden.slope(f.r[0][i, 1])),
            float(X[i, 0]),
        ]
        total = 1.0
        for factor in factors:
            total *= factor
        found.append([format_number(value) for value in (*factors, total)])
    return found


def gradient_of_w12() -> float:
    return float(backward(NET, forward(NET, X), T).weights[0][0, 1])


# --- picking -------------------------------------------------------------------------------------


def test_a_click_on_an_edge_fills_the_rule_in(numbers: Chapter) -> None:
    numbers.page.mouse.click(*numbers.beside("x1", "f2", 0.85))
    numbers.expect_picked("w₁,₂")
    assert numbers.cells() == rows_of_w12()
    summed = gradient_of_w12()
    old = NET.weight("x1", "f2")
    assert numbers.foot(numbers.table) == [
        format_number(summed),
        format_number(-summed),
        " → ".join(format_apart(old, old - summed)),
    ]
    expect(numbers.menu("Weight or bias")).to_have_value("weight-x1-f2")
    expect(numbers.field("Its value")).to_have_value(str(old))


def test_a_click_on_a_bias(numbers: Chapter) -> None:
    numbers.picture.locator("text.bias-f3").click()
    numbers.expect_picked("b₃")
    assert [len(row) for row in numbers.cells()] == [5] * 4


def test_picking_by_keyboard(numbers: Chapter) -> None:
    menu = numbers.menu("Weight or bias")
    menu.focus()
    menu.press("Home")
    numbers.expect_picked("w₁,₁")
    menu.press("ArrowDown")
    numbers.expect_picked("w₁,₂")
    assert numbers.cells() == rows_of_w12()
    expect(menu).to_be_focused()


def test_a_row_puts_its_sample_into_the_picture(numbers: Chapter) -> None:
    third = numbers.table.get_by_role("button", name="3: (1, 0) → 1")
    expect(third).to_have_attribute("aria-pressed", "false")
    third.press("Enter")
    expect(third).to_have_attribute("aria-pressed", "true")
    expect(third).to_be_focused()
    expect(numbers.table.locator("tbody tr").nth(2)).to_have_class(LIT)
    picture = numbers.picture
    expect(picture.locator("text.value-x1")).to_have_text("1")
    y = format_number(float(forward(NET, [1, 0]).y[0, 0]))
    expect(picture.locator("text.value-y")).to_have_text(y)
    expect(numbers.status).to_contain_text("In sample 3 the answer is too low by")
    expect(numbers.menu("Sample in the picture")).to_have_value("3")
    numbers.menu("Sample in the picture").select_option("2")
    expect(third).to_have_attribute("aria-pressed", "false")


def test_a_head_says_what_it_stands_for(numbers: Chapter) -> None:
    numbers.pick("weight-x1-f2")
    numbers.expect_picked("w₁,₂")
    tip = numbers.whole.get_by_role("tooltip")
    numbers.table.locator("thead .role-slope.term").first.focus()
    expect(tip).to_contain_text("the slope of the activation function at f̂")
    expect(tip).to_contain_text(", ".join(row[1] for row in rows_of_w12()))
    numbers.table.locator("thead .role-input.term").hover()
    expect(tip).to_contain_text("x₁, an input")


# --- updates -------------------------------------------------------------------------------------


def test_a_batch_update_lowers_the_error(numbers: Chapter) -> None:
    net = NET
    for n in range(1, 4):
        before = error(forward(net, X).y, T)
        net = update(net, backward(net, forward(net, X), T), 1.0)
        after = error(forward(net, X).y, T)
        assert after < before
        numbers.button("Apply one batch update").click()
        expect(numbers.status).to_contain_text(
            f"Update {n}: E was {format_number(before)}, now it is {format_number(after)}."
        )
    numbers.button("Reset").click()
    expect(numbers.status).to_contain_text("Over the whole teacher set, E = 0.719")
    expect(numbers.field("Its value")).to_have_value("-1.3")


def test_a_value_and_a_menu_change_the_network(numbers: Chapter) -> None:
    numbers.enter("Its value", "0,5")
    picture = numbers.picture
    expect(picture.locator("text.weight-f1-f4")).to_have_text("0.5")
    before = numbers.cells()
    numbers.menu("Teacher set").select_option("OR")
    expect(numbers.table.get_by_role("button", name="4: (1, 1) → 1")).to_be_visible()
    assert numbers.cells()[:3] == before[:3]
    assert numbers.cells()[3] != before[3]
    numbers.menu("Activation").select_option("threshold")
    expect(numbers.table.locator("tfoot td").first).to_have_text("0")


@pytest.mark.parametrize("typed", ["0", "fast", "-1"])
def test_an_impossible_learning_rate_is_refused(numbers: Chapter, typed: str) -> None:
    before = numbers.cells(), numbers.foot(numbers.table)
    field = numbers.field("Learning rate h")
    field.fill(typed)
    field.press("Enter")
    sentence = re.compile(f"^Learning rate h is “{typed}”, but expected a number [^\n]*\\.$")
    expect(numbers.problem).to_have_text(sentence)
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-invalid", "true")
    assert (numbers.cells(), numbers.foot(numbers.table)) == before
    field.fill("0.5")
    field.press("Enter")
    expect(numbers.problem).to_be_empty()
    half = format_number(-0.5 * float(backward(NET, forward(NET, X), T).weights[1][0, 0]))
    expect(numbers.table.locator("tfoot td").nth(1)).to_have_text(half)


# --- other books ---------------------------------------------------------------------------------


def test_switches_rewrite_equations_and_keep_the_step(books: Chapter) -> None:
    books.pick("bias-f2")
    books.expect_picked("b₂")
    article = books.comparison.locator("tbody tr:not(.over) td:last-child").first.inner_text()
    equations = {books.equations.inner_text()}
    before = books.foot(books.table)[-1]
    for chosen in list(product(*CHOICES.values()))[::5]:  # each value of each switch, mixed
        books.switch(*chosen)
        books.expect_picked("θ₂" if chosen[3] else "b₂")
        shown = books.comparison.locator("tbody tr:not(.over) td:last-child")
        expect(shown).to_have_count(2 if chosen[2] else 3)
        assert shown.first.inner_text() == shown.last.inner_text() == article
        for difference in books.foot(books.comparison):
            assert re.fullmatch(r"0|\d(\.\d+)?·10⁻¹[5-9]", difference)
        equations.add(books.equations.inner_text())
    assert len(equations) == 4
    assert books.foot(books.table)[-1] != before  # a threshold has the other sign


def test_without_the_half_the_same_rate_goes_twice_as_far(books: Chapter) -> None:
    books.menu("Error").select_option("False")
    steps = books.comparison.locator("tbody tr:not(.over) td:nth-child(2)")
    expect(steps).to_have_count(3)
    article, same, halved = (float(s.replace("−", "-")) for s in steps.all_inner_texts())
    assert article == halved != 0
    assert same == pytest.approx(2 * article, rel=1e-2)
    expect(books.status).to_contain_text("Without the ½, E and its gradient are twice as large")


def test_a_threshold_is_what_the_menu_and_the_picture_speak_of(books: Chapter) -> None:
    books.pick("bias-f4")
    books.expect_picked("b̂")
    offset = books.menu("Offset")
    offset.focus()
    offset.press("ArrowDown")
    books.expect_picked("θ̂")
    expect(offset).to_be_focused()
    expect(books.menu("Weight or bias").locator("option:checked")).to_contain_text(
        "θ̂, the threshold"
    )
    picture = books.picture
    expect(picture.locator("text.bias-f4")).to_have_text("θ̂ = −0.8")
    expect(books.field("Its value")).to_have_value("-0.8")


def test_the_two_explorations_keep_their_own_network(numbers: Chapter) -> None:
    books = Chapter(numbers.page, BOOKS).ready()
    before = books.cells()
    numbers.button("Apply one batch update").click()
    expect(numbers.status).to_contain_text("Update 1")
    assert books.cells() == before


# --- for everyone --------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(
    open_page: Callable[..., Page],
    voila_url: str,
    assert_accessible: Callable[..., None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    page.goto(voila_url + CHAPTER)
    numbers, books = Chapter(page, NUMBERS).ready(), Chapter(page, BOOKS).ready()
    assert_accessible(page, ".bp-rules")
    numbers.pick("weight-x1-f2")
    numbers.expect_picked("w₁,₂")
    numbers.enter("Learning rate h", "0")
    expect(numbers.problem).not_to_be_empty()
    books.pick("bias-f2")
    books.switch("sum", "t-y", False, True)
    books.expect_picked("θ₂")
    assert_accessible(page, ".bp-rules")
    page.get_by_text("As printed: a hat is missing").click()
    assert_accessible(page)


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(voila_url + CHAPTER)
    numbers, books = Chapter(page, NUMBERS).ready(), Chapter(page, BOOKS).ready()
    for chapter in (numbers, books):
        chapter.pick("weight-x1-f2")
        chapter.expect_picked("w₁,₂")
        assert_fits(page)
        assert chapter.overhang() == 0
    books.switch("sum", "t-y", False, True)
    expect(books.comparison.locator(".over")).to_have_count(3)
    assert_fits(page)
    # numbers that need more room: the table is scrolled, but what a row amounts to is in sight
    numbers.enter("Its value", "-30")
    expect(numbers.table.locator("tbody tr").nth(2)).to_contain_text("·10⁻¹")
    assert numbers.overhang() > 0
    assert_fits(page)
    box = numbers.table.locator("tbody td").last.bounding_box()
    assert box
    assert 0 < box["x"] < box["x"] + box["width"] <= PHONE["width"]


def test_large_enough_for_the_last_row(numbers: Chapter) -> None:
    cell = numbers.table.locator("tbody td").first
    size = cell.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)")
    assert size >= 18
