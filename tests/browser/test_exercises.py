"""Exercises and progress in a real browser: by keyboard alone, step by step, kept and cleared."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from backprop_core.equations import format_number
from backprop_core.exercises import KINDS, check, class_number, exercise
from tests.browser.conftest import OpenPage
from tests.browser.reader import LIT, PHONE, START_MS, Widget, assert_fits

PAGE = """
from backprop_core.widgets import Exercises, Progress
exercises = Exercises()
display(exercises, exercises, Progress(), Exercises("delta-output"))
"""
STORED = "backprop-core progress"
INVALID = re.compile("true")


class Practice(Widget):
    """The exercises of a page, the `place`-th view of them."""

    def __init__(self, page: Page, place: int = 0) -> None:
        super().__init__(page.get_by_role("group", name="Exercises", exact=True).nth(place))
        self.answer = self.root.get_by_role("textbox", name=re.compile(" =$"))

    def to(self, kind: str, number: int) -> None:
        """Choose a kind and a number by keyboard."""
        menu, field = self.menu("Kind"), self.field("Exercise")
        tab_to(menu)
        place = list(KINDS).index(kind)
        self.page.keyboard.press("Home")
        for _ in range(place):
            self.page.keyboard.press("ArrowDown")
        expect(menu).to_have_value(kind)
        tab_to(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(str(number))
        self.page.keyboard.press("Enter")
        asked = exercise(kind, number).prompt
        expect(self.root.get_by_text(asked, exact=True)).to_be_visible()

    def press(self, name: str) -> None:
        """Go to a button with the Tab key and press it."""
        tab_to(self.button(name).last)
        self.page.keyboard.press("Enter")


def tab_to(target: Locator, most: int = 60) -> None:
    """Press Tab until something has the focus."""
    page = target.page
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {target}")


class Kept(Widget):
    """The progress that a page shows."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.get_by_role("group", name="Your progress", exact=True))

    def row(self, kind: str) -> Locator:
        head = self.page.get_by_role("rowheader", name=KINDS[kind].title, exact=True)
        return self.root.get_by_role("row").filter(has=head).get_by_role("cell")


@pytest.fixture(scope="module")
def address(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page that shows exercises twice, the progress, and a single kind."""
    with serve_cells(PAGE) as url:
        yield url


def opened(page: Page, address: str) -> tuple[Practice, Kept]:
    page.goto(address)
    shown, kept = Practice(page), Kept(page)
    expect(shown.button("Check")).to_be_visible(timeout=START_MS)
    expect(kept.status).not_to_be_empty(timeout=START_MS)
    return shown, kept


def test_a_mistake_is_named_and_shown_bit_by_bit(
    page: Page, address: str, assert_accessible: Callable[..., None]
) -> None:
    shown, kept = opened(page, address)
    again = Practice(page, 1)
    asked = exercise("delta-hidden", 4711)
    assert asked.task
    name = f"{asked.task.name} ="
    right, wrong = f"{asked.task.value:.4g}", f"{-asked.task.value:.4g}"
    (finding,) = check(asked, wrong).findings
    assert finding.mistakes == ("sign-of-difference",)
    shown.to("delta-hidden", 4711)
    weight = asked.situation.network.weight("f3", "f5")
    expect(shown.root.locator("text.weight-f3-f5")).to_have_text(format_number(weight))
    answer = shown.field(name)
    expect(shown.status).to_have_text("Exercise 4711: δ of f₃ or f₄.")  # for those who listen
    assert_accessible(page)

    tab_to(answer)
    page.keyboard.type("half a cat")
    page.keyboard.press("Enter")
    refusal = shown.problem.filter(has_text="half a cat")
    expect(refusal).to_contain_text("but expected a number such as 0.25")
    expect(answer).to_have_attribute("aria-invalid", INVALID)
    expect(answer).to_have_accessible_description(re.compile("but expected a number such as"))
    expect(answer).to_have_value("half a cat")
    expect(answer).to_be_focused()

    page.keyboard.press("Control+A")
    page.keyboard.type(wrong)
    page.keyboard.press("Enter")
    expect(shown.status).to_have_text(re.compile(r"^≠Not yet\.It looks as if t\s−\sy was taken"))
    expect(refusal).to_have_count(0)
    expect(answer).not_to_have_attribute("aria-invalid", INVALID)
    expect(answer).to_be_focused()
    expect(again.status).to_contain_text("It looks as if t − y was taken")
    expect(again.field(name)).to_have_value(wrong)
    assert shown.classed("is-lit") == set()
    expect(shown.root.get_by_text(finding.hint)).to_have_count(0)
    assert_accessible(page)

    shown.press("Show the line where it happens")
    line = shown.root.get_by_role("group", name="The line where it happens")
    expect(line).to_be_focused()
    expect(line.locator(".is-slip")).to_have_count(len(finding.marked))
    assert shown.classed("is-lit") == {*finding.lit, "edge-f5-y"} == again.classed("is-lit")
    shown.press("A hint")
    expect(shown.root.get_by_role("group", name="A hint")).to_contain_text(finding.hint)
    expect(shown.root.get_by_role("group", name="A hint")).to_be_focused()
    assert right.lstrip("-") not in shown.root.inner_text().replace(wrong, "")
    assert_accessible(page)
    shown.press("Show how it is computed")
    solution = shown.root.get_by_role("group", name="How it is computed")
    expect(solution).to_contain_text(format_number(abs(float(right)), 4))
    expect(solution).to_be_focused()

    tab_to(shown.menu("Kind"))  # round the page
    tab_to(answer)
    page.keyboard.press("Control+A")
    page.keyboard.type(right.replace(".", ","))
    page.keyboard.press("Enter")
    expect(shown.status).to_contain_text(f"✓Right: that is {asked.task.name}.")
    expect(shown.status).to_contain_text("You had seen how it is computed")
    expect(kept.status).to_have_text("Nothing is solved yet, after 1 answer.")
    assert_accessible(page)

    shown.press("Another one")
    expect(shown.field("Exercise")).to_have_value("4712")
    expect(shown.answer).to_be_focused()
    page.keyboard.type(f"{exercise('delta-hidden', 4712).answer:.4g}")
    page.keyboard.press("Enter")
    expect(shown.status).to_contain_text("✓Right")
    expect(shown.root.get_by_text("✓ solved")).to_be_visible()
    expect(again.root.get_by_text("✓ solved")).to_be_visible()
    expect(kept.status).to_have_text("1 exercise solved, with 2 answers.")
    expect(kept.row("delta-hidden")).to_have_text(["1", "1", "2", "sign of difference"])


def test_edges_lines_and_choices_by_keyboard(
    page: Page, address: str, assert_accessible: Callable[..., None], tmp_path: Path
) -> None:
    shown, kept = opened(page, address)

    edges = exercise("path-edges", 7)
    names = {option.key: option.text for option in edges.options}
    shown.to("path-edges", 7)
    assert isinstance(edges.answer, tuple)
    first, *others = edges.answer
    for key in others:
        tab_to(shown.root.get_by_role("checkbox", name=names[key], exact=True))
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(shown.status).to_contain_text("≠Not yet")
    shown.root.locator(f".bp-picture .{first} .reach").click(force=True)  # or in the picture
    expect(shown.root.get_by_role("checkbox", name=names[first], exact=True)).to_be_checked()
    assert shown.classed("is-picked") == set(edges.answer)
    shown.press("Check")
    expect(shown.status).to_contain_text("✓Right")
    expect(shown.button("Check")).to_be_focused()
    assert_accessible(page)

    lines = exercise("derivation-order", 7)
    shown.to("derivation-order", 7)
    order = [option.key for option in lines.options]
    assert isinstance(lines.answer, tuple)
    listed = shown.root.get_by_role("listitem")
    for place, key in enumerate(lines.answer):
        letter = "ABCDEFGHIJ"[[option.key for option in lines.options].index(key)]
        up = shown.button(f"Move Line {letter} up")
        tab_to(up)
        for _ in range(order.index(key) - place):
            page.keyboard.press("ArrowUp")
            expect(up).to_be_focused()
        order.remove(key)
        order.insert(place, key)
        expect(listed.nth(place)).to_contain_text(letter)
    assert_accessible(page)
    shown.press("Check")
    expect(shown.status).to_contain_text("✓Right")

    choice = exercise("will-fall", 7)
    wrong = next(option for option in choice.options if option.key != choice.answer)
    shown.to("will-fall", 7)
    shown.press("Check")
    expect(shown.problem.filter(has_text="expected")).to_be_visible()
    tab_to(shown.root.get_by_role("radio").first)
    page.keyboard.press("Space")
    radio = shown.root.get_by_role("radio", name=wrong.text)
    for _ in choice.options:
        if not radio.is_checked():
            page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(shown.status).to_contain_text("≠Not yet")
    shown.press("Show the solution")
    expect(shown.root.get_by_role("group", name="The solution")).to_contain_text(choice.explanation)
    assert_accessible(page)
    expect(kept.status).to_have_text(
        "2 exercises solved, 1 of them at the first try, with 4 answers."
    )

    page.reload()
    shown, kept = opened(page, address)
    expect(kept.row("path-edges")).to_have_text(["1", "0", "2", ""])
    expect(kept.row("derivation-order")).to_have_text(["1", "1", "1", ""])
    shown.to("path-edges", 7)
    expect(shown.root.get_by_text("✓ solved")).to_be_visible()
    with page.expect_download() as download:
        kept.button("Save as a file").press("Enter")
    assert re.fullmatch(r"progress-\d{4}-\d\d-\d\d\.json", download.value.suggested_filename)
    download.value.save_as(tmp_path / "progress.json")
    saved = json.loads((tmp_path / "progress.json").read_text())
    assert (saved["format"], saved["version"]) == (STORED, 1)
    assert re.match(r"\d{4}-\d\d-\d\dT", saved["saved"])
    assert saved["kinds"]["path-edges"]["numbers"] == [7]

    kept.button("Clear …").press("Enter")
    expect(kept.button("Keep it")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(kept.button("Clear …")).to_be_focused()
    expect(kept.status).to_contain_text("2 exercises solved")
    page.keyboard.press("Enter")
    kept.button("Clear it all").press("Enter")
    expect(kept.status).to_have_text("Nothing is solved yet.")
    expect(kept.button("Clear …")).to_be_focused()
    expect(shown.root.get_by_text("✓ solved")).to_be_hidden()
    assert page.evaluate("key => localStorage.getItem(key)", STORED) is None


DAMAGED = [
    "{",
    "null",
    '"text"',
    '{"version": 1, "kinds": [1, 2]}',
    '{"version": 1, "kinds": {"forward": {"solved": "<img src=x>", "numbers": {"a": 1}}}}',
    '{"version": 1, "kinds": {"__proto__": {"solved": 3}, "constructor": {"solved": 3}}}',
    '{"version": 2, "kinds": {"forward": {"solved": 3, "tries": 3}}}',
]


def test_on_a_phone_with_a_class_and_a_damaged_storage(
    open_page: OpenPage, address: str, assert_accessible: Callable[..., None]
) -> None:
    page = open_page(viewport=PHONE, color_scheme="dark")
    shown, kept = opened(page, address)
    tab = page.context.new_page()
    tab.goto(urljoin(address, "/no-such-page"))  # of the same origin
    write = "([key, text]) => localStorage.setItem(key, text)"
    counted = {"solved": 3, "first": 9, "tries": 5, "numbers": [1, 1, -2, "x"]}
    counted["mistakes"] = {"<img src=x onerror=alert(1)>": 4, "sign-of-difference": 2, "other": 1}
    good = json.dumps({"version": 1, "kinds": {"error": counted, "<b>": counted}})
    for text in DAMAGED:  # another tab has written it: the page follows at once
        tab.evaluate(write, [STORED, good])
        expect(kept.row("error")).to_have_text(["3", "3", "5", "sign of difference (2 times)"])
        tab.evaluate(write, [STORED, text])
        expect(kept.status).to_have_text("Nothing is solved yet.")
    expect(kept.root.locator("img, b")).to_have_count(0)
    tab.close()

    shown.root.get_by_text("My teacher gave me a seed").click()
    shown.enter("Seed", "2026")
    problem = shown.problem.filter(has_text="Student")
    expect(problem).to_have_text("Student is empty, but expected a whole number from 1 to 999,999.")
    shown.field("Student").fill("12")
    shown.button("Take my exercises").click()
    expect(problem).to_have_count(0)
    number = class_number(2026, 12)
    expect(shown.field("Exercise")).to_have_value(str(number))
    page.reload()
    shown, kept = opened(page, address)
    shown.root.get_by_text("My teacher gave me a seed").click()
    expect(shown.field("Seed")).to_have_value("2026")
    expect(shown.field("Student")).to_have_value("12")
    shown.button("Take my exercises").click()
    expect(shown.field("Exercise")).to_have_value(str(number))
    shown.enter("Exercise", "a million")
    expect(shown.problem.filter(has_text="a million")).to_be_visible()
    expect(shown.field("Exercise")).to_have_value("a million")
    assert_fits(page)
    assert_accessible(page)

    shown.answer.fill(f"{exercise('forward', number).answer:.4g}")
    shown.button("Check").click()
    expect(shown.status).to_contain_text("✓Right")
    expect(kept.row("forward")).to_have_text(["1", "1", "1", ""])
    assert_fits(page)


def test_a_number_that_is_being_typed_stays(page: Page, address: str) -> None:
    shown, _ = opened(page, address)
    again = Practice(page, 1)
    field = shown.field("Exercise")
    tab_to(field)
    page.keyboard.press("Control+A")
    page.keyboard.type("47")
    # the other view is somewhere else meanwhile, as is this one when a kind arrives late
    again.menu("Kind").evaluate(
        "(menu, kind) => { menu.value = kind; menu.dispatchEvent(new Event('change')); }", "error"
    )
    expect(shown.root.get_by_text(exercise("error", 1).prompt, exact=True)).to_be_visible()
    expect(field).to_have_value("47")
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    expect(again.field("Exercise")).to_have_value("4711")
    expect(field).to_have_value("4711")
    page.keyboard.press("Control+A")
    page.keyboard.type("007")
    page.keyboard.press("Enter")
    expect(field).to_have_value("7")  # what has arrived is told as it is


def test_a_single_kind_needs_no_menu_and_y_is_lit_by_its_arrow(page: Page, address: str) -> None:
    opened(page, address)
    name = f"Exercise: {KINDS['delta-output'].title}"
    single = Widget(page.get_by_role("group", name=name, exact=True))
    title = single.root.get_by_role("paragraph").filter(has_text="δ of an output")
    expect(title.first).to_be_visible()
    expect(single.menu("Kind")).to_be_hidden()
    asked = exercise("delta-output", 1)
    assert asked.task
    single.enter(f"{asked.task.name} =", f"{-asked.task.value:.5g}")
    expect(single.status).to_contain_text("t − y was taken")
    single.button("Show the line where it happens").click()
    expect(single.part("edge-f5-y")).to_have_class(LIT)
    assert single.classed("is-lit") == {"node-y", "edge-f5-y"}
    # what appears below a pointer at rest was not pointed at
    single.button("A hint").click()
    single.status.evaluate("status => status.scrollIntoView()")
    single.button("Show how it is computed").hover(position={"x": 8, "y": 34})
    single.root.evaluate(
        "root => { globalThis.over = new Promise((done) =>"
        " root.addEventListener('pointerover', () => done(), {once: true})); }"
    )
    page.mouse.down()
    page.mouse.up()
    first = single.root.get_by_role("group", name="How it is computed").locator(".term").first
    expect(first).to_be_visible()
    page.evaluate("() => globalThis.over")
    expect(single.tip).to_be_hidden()
    single.status.hover()
    first.hover()
    expect(single.tip).to_be_visible()


@pytest.mark.parametrize(
    "broken",
    [
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }",
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException(); }})",
    ],
    ids=["full", "forbidden"],
)
def test_without_a_storage_it_lasts_as_long_as_the_page(
    page: Page, address: str, broken: str
) -> None:
    page.add_init_script(broken)
    shown, kept = opened(page, address)
    shown.answer.fill(f"{exercise('forward', 1).answer:.4g}")
    shown.button("Check").click()
    expect(kept.status).to_have_text("1 exercise solved, with 1 answer.")
    expect(kept.root.get_by_text("This browser keeps nothing for this page")).to_be_visible()
    expect(shown.root.get_by_text("✓ solved")).to_be_visible()
    kept.button("Clear …").click()
    kept.button("Clear it all").click()
    expect(kept.status).to_have_text("Nothing is solved yet.")
