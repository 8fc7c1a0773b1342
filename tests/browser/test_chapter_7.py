"""A student errs, is told how, gets it right and keeps it; a teacher finds what a class needs."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from backprop_core.diagnosis.catalogue import GROUPS
from backprop_core.diagnosis.examples import examples
from backprop_core.exercises import KINDS, check, class_number, exercise
from tests.browser.conftest import OpenPage
from tests.browser.reader import DESK, LIT, PHONE, START_MS, Widget, assert_fits

CHAPTER = "voila/render/07_check_yourself.ipynb"
KIND, NUMBER = "delta-hidden", 7
SEED, STUDENT = 2026, 12


class Chapter:
    """The chapter's page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url + CHAPTER)
        self.exercises = self.widget("Exercises")
        self.progress = self.widget("Your progress")
        self.worksheets = self.widget("Worksheets for a class")
        self.mistakes = page.locator(".bp-mistakes")
        expect(self.exercises.button("Check")).to_be_visible(timeout=START_MS)
        expect(self.progress.status).not_to_be_empty(timeout=START_MS)
        expect(self.worksheets.field("Students")).to_be_visible(timeout=START_MS)

    def widget(self, name: str) -> Widget:
        return Widget(self.page.get_by_role("group", name=name, exact=True))

    def to(self, kind: str, number: int) -> None:
        self.exercises.enter("Exercise", str(number))
        self.exercises.menu("Kind").select_option(KINDS[kind].title)
        expect(self.exercises.root).to_contain_text(exercise(kind, number).prompt)

    def solved(self, kind: str) -> str:
        head = self.page.get_by_role("rowheader", name=KINDS[kind].title, exact=True)
        row = self.progress.root.get_by_role("row").filter(has=head)
        return row.get_by_role("cell").first.inner_text()


def test_from_a_mistake_to_what_is_kept(page: Page, voila_url: str) -> None:
    asked = exercise(KIND, NUMBER)
    task = asked.task
    assert task
    (neuron,) = task.nodes
    delta = float(task.gradient.deltas[-1][0, 0])
    wrong = f"{delta:.6g} * {task.network.weight(neuron, 'f5'):.6g}"  # and no slope
    right = f"{task.value:.4g}"
    (finding,) = check(asked, wrong).findings
    assert finding.mistakes == ("slope-left-out",)

    chapter = Chapter(page, voila_url)
    exercises = chapter.exercises
    chapter.to(KIND, NUMBER)
    exercises.enter(f"{task.name} =", wrong)
    expect(exercises.status).to_contain_text(finding.sentence)
    expect(exercises.part("node-f5")).not_to_have_class(LIT)
    exercises.button("Show the line where it happens").click()
    expect(exercises.equations.locator(".is-slip")).to_have_text(re.compile(r"g.*r\s*5"))
    expect(exercises.part("node-f5")).to_have_class(LIT)
    exercises.button("A hint").click()
    expect(exercises.root).to_contain_text(finding.hint)
    assert right not in exercises.root.inner_text().replace("−", "-")
    expect(chapter.progress.status).to_have_text("Nothing is solved yet, after 1 answer.")

    exercises.enter(f"{task.name} =", right.replace(".", ","))
    expect(exercises.status).to_contain_text("Right")
    expect(exercises.root.get_by_text("solved")).to_be_visible()
    expect(chapter.progress.status).to_have_text("1 exercise solved, with 2 answers.")
    assert chapter.solved(KIND) == "1"

    again = Chapter(page, voila_url)  # the page opened anew: another kernel, the same browser
    expect(again.progress.status).to_have_text("1 exercise solved, with 2 answers.")
    assert again.solved(KIND) == "1"
    again.to(KIND, NUMBER)
    expect(again.exercises.root.get_by_text("solved")).to_be_visible()


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [(DESK, "light"), (DESK, "dark"), (PHONE, "dark")],
    ids=["desk", "dark", "phone"],
)
def test_a_class(
    open_page: OpenPage,
    voila_url: str,
    assert_accessible: Callable[[Page], None],
    viewport: dict[str, int],
    theme: str,
) -> None:
    chapter = Chapter(open_page(viewport=viewport, color_scheme=theme), voila_url)
    exercises = chapter.exercises
    # the student's own numbers
    exercises.root.get_by_text("My teacher gave me a seed").click()
    exercises.field("Seed").fill(str(SEED))
    exercises.field("Student").fill(str(STUDENT))
    exercises.button("Take my exercises").click()
    number = class_number(SEED, STUDENT)
    expect(exercises.field("Exercise")).to_have_value(str(number))
    own = exercise(next(iter(KINDS)), number)
    expect(exercises.root).to_contain_text(own.prompt)
    # every mistake there is, with its example
    for name in GROUPS:
        chapter.mistakes.locator("summary").filter(has_text=name).click()
    expect(chapter.mistakes.get_by_role("listitem")).to_have_count(len(examples()))
    for example in examples():
        expect(chapter.mistakes).to_contain_text(example.finding.hint)
    assert_accessible(chapter.page)
    if viewport == PHONE:
        assert_fits(chapter.page)
