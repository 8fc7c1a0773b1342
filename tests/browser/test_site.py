"""The site needs neither a server nor Python: opened as a file, or from any static host."""

import fcntl
import functools
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from backprop_core.derivations import derive
from backprop_core.pages.site import write_site
from backprop_core.situation import Situation
from tests.browser.reader import STEPS, Walk, assert_fits

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
EACH = pytest.mark.parametrize("name", NAMES)
MOST_BYTES = 2_000_000
ASKED = re.compile(r"\bis-asked\b")
REFUSED = "run the tutorial with Python"
OFF = ":is(button, input, select, textarea).is-without-python"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole site; it is written once for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    out = shared / "site/lectures/backprop"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            write_site(NOTEBOOKS[0].parent, out)
    return out


@pytest.fixture(scope="session")
def host(site: Path) -> Iterator[str]:
    """Address of a plain server of files that has the site below a path."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(site.parents[1]))
    server = ThreadingHTTPServer(("localhost", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/lectures/backprop/"
    server.shutdown()
    server.server_close()


def open_file(page: Page, site: Path, name: str) -> list[str]:
    """Open a chapter as a file and wait until it is drawn; what it asks for is written down."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / f"{name}.html").as_uri())
    wait_for_widgets(page)
    return asked


def wait_for_widgets(page: Page) -> None:
    page.wait_for_function(
        """() => {
            const { marks } = JSON.parse(document.getElementById("bp-recorded").textContent);
            const places = [...document.querySelectorAll(".bp-view[data-model]")];
            return places.every((place) => place.querySelector(".bp"))
                && document.querySelectorAll(".bp-without").length === Object.keys(marks).length;
        }"""
    )
    expect(page.locator("html")).to_have_attribute("data-python", "none")


# --- every chapter -------------------------------------------------------------------------------


@EACH
def test_chapter_opened_as_a_file(
    page: Page, site: Path, name: str, assert_accessible: Callable[[Page], None]
) -> None:
    file = site / f"{name}.html"
    assert file.stat().st_size < MOST_BYTES
    asked = open_file(page, site, name)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator(".bp-error")).to_have_count(0)
    assert {url for url in asked if not url.startswith(("blob:", "data:"))} == {file.as_uri()}
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)


@EACH
def test_what_takes_python_says_so(page: Page, site: Path, name: str) -> None:
    """Each control that is off is described by a line, which leads to how Python is had."""
    open_file(page, site, name)
    for line in page.locator(".bp-without").all():
        expect(line).to_contain_text("Python")
        expect(line.get_by_role("link", name="How to run it")).to_be_visible()
    off = page.locator(OFF).evaluate_all(
        """controls => controls.map((control) => ({
            off: control.getAttribute("aria-disabled"),
            by: document.getElementById(control.getAttribute("aria-describedby"))?.className,
        }))"""
    )
    assert all(one == {"off": "true", "by": "bp-without"} for one in off)
    links = page.get_by_role("link", name="How to run it")
    if links.count():
        links.first.click()
        expect(page.locator("#with-python")).to_be_in_viewport()
    expect(page.locator("#with-python")).to_contain_text("backprop-tutorial serve")


def test_links_lead_through_all_chapters_below_a_path(page: Page, host: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(host)
    page.wait_for_url(f"{host}{NAMES[0]}.html")
    for way, names in (("→", NAMES[1:]), ("←", NAMES[-2::-1])):
        for name in names:
            page.get_by_role("link", name=way).last.click()
            page.wait_for_url(f"{host}{name}.html")
            wait_for_widgets(page)
    known = {*(f"{host}{name}.html" for name in NAMES), host}
    assert {url for url in asked if urlsplit(url).scheme == "http"} == known


# --- stepping ------------------------------------------------------------------------------------


def test_whole_walkthrough_by_keyboard(page: Page, site: Path) -> None:
    open_file(page, site, "05_why_backpropagation")
    walk = Walk(page).ready()
    walk.root.focus()
    for n, step in enumerate(Situation().walk("neuron")):
        walk.expect_step(n)
        expect(walk.status).to_contain_text(step.sentence)
        walk.expect_title(step.title)
        page.keyboard.press("ArrowRight")
    walk.expect_step(STEPS - 1)
    walk.granularity.select_option("Layer by layer")
    expect(walk.root).to_have_attribute("data-steps", "15")


def test_another_sample_brings_its_own_walk(page: Page, site: Path) -> None:
    open_file(page, site, "05_why_backpropagation")
    walk = Walk(page).ready()
    page.get_by_role("combobox", name="Sample").first.select_option(index=3)
    page.get_by_role("combobox", name="Activation").first.select_option("tanh")
    situation = Situation(x=(1.0, 1.0), t=(0.0,))
    situation = Situation(situation.network.with_activation("tanh"), situation.x, situation.t)
    expect(walk.root.get_by_text("Sample x = (1, 1), t = 0")).to_be_visible()
    walk.root.focus()
    for n, step in enumerate(situation.walk("neuron")):
        walk.expect_step(n)
        expect(walk.status).to_contain_text(step.sentence)
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("sizes", [(2, 2), (3, 4)], ids=str)
def test_derivations_that_a_reader_can_choose(
    page: Page, site: Path, sizes: tuple[int, int]
) -> None:
    open_file(page, site, "03_deriving_the_update_rules")
    walker = page.locator(".bp-walker").first
    for name, size in zip(("Number of inputs, N₀", "Number of hidden neurons, N₁"), sizes,
                          strict=True):  # fmt: skip
        walker.get_by_role("combobox", name=name).select_option(str(size))
    menu = walker.get_by_role("combobox", name="Weight or bias")
    for slot in menu.locator("option").evaluate_all("all => all.map(({ value }) => value)")[::3]:
        menu.select_option(slot)
        expect(menu).to_have_value(slot)
        moves = [line.move for part in derive((*sizes, 1), slot) for line in part.lines]
        expect(walker.locator(".bp-count")).to_contain_text(f"of {len(moves)}")
        walker.focus()
        page.keyboard.press("Home")
        for n, move in enumerate(moves):
            expect(walker).to_have_attribute("data-step", str(n))
            expect(walker.locator(".walker-move p").first).to_have_text(move)
            expect(walker.locator(".walker-worth").nth(n)).not_to_be_empty()
            page.keyboard.press("ArrowRight")


def test_published_examples_can_be_stepped(page: Page, site: Path) -> None:
    open_file(page, site, "06_playground")
    menu = page.locator(".bp-published").get_by_role("combobox")
    menu.select_option(index=2)
    walk = Walk(page.locator(".bp-worked")).ready()
    walk.root.focus()
    page.keyboard.press("End")
    steps = int(walk.root.get_attribute("data-steps") or 0)
    assert steps > 20
    walk.expect_step(steps - 1)


def test_presenter(page: Page, site: Path) -> None:
    open_file(page, site, "05_why_backpropagation")
    page.keyboard.press("p")
    status = page.locator(".bp-presenter").get_by_role("status")
    expect(status).to_contain_text("Presenting. Slide 1 of")
    expect(page.locator("#with-python")).to_be_hidden()
    page.keyboard.press("PageDown")
    expect(status).to_contain_text("Slide 2 of")
    expect(page.locator(".bp-without").first).to_be_hidden()
    page.keyboard.press("PageDown")
    Walk(page).expect_step(1)
    page.keyboard.press("Escape")
    expect(page.locator("html")).not_to_have_class(re.compile("bp-presenting"))


# --- what takes Python ---------------------------------------------------------------------------


def test_no_control_does_nothing_in_silence(page: Page, site: Path) -> None:
    open_file(page, site, "06_playground")
    expect(page.get_by_text(REFUSED)).to_have_count(0)  # nobody has asked for anything
    train = page.get_by_role("button", name="Train", exact=True).first
    train.focus()
    page.keyboard.press("Enter")
    line = page.locator(".bp-without").first
    expect(line).to_have_class(ASKED)
    expect(line.get_by_role("status")).to_contain_text(REFUSED)


def test_a_menu_goes_back_where_nothing_was_recorded(page: Page, site: Path) -> None:
    open_file(page, site, "03_deriving_the_update_rules")
    walker = page.locator(".bp-walker").first
    walker.get_by_role("combobox", name="Number of inputs, N₀").select_option("3")
    walker.get_by_role("combobox", name="Activation").select_option("tanh")
    expect(walker.get_by_role("alert")).to_contain_text(REFUSED)
    expect(walker.get_by_role("combobox", name="Activation")).to_have_value("sigmoid")
    walker.get_by_role("button", name="Reset").click()
    expect(walker.get_by_role("alert")).to_be_empty()
    walker.get_by_role("combobox", name="Activation").select_option("tanh")
    expect(walker.get_by_role("combobox", name="Activation")).to_have_value("tanh")


def test_a_plain_menu_goes_back_and_its_line_says_why(page: Page, site: Path) -> None:
    open_file(page, site, "05_why_backpropagation")
    sample = page.get_by_role("combobox", name="Sample").first
    before = sample.input_value()
    sample.select_option("my own")
    line = page.locator(".bp-without").first
    expect(line).to_have_class(ASKED)
    expect(line.get_by_role("status")).to_contain_text(REFUSED)
    expect(sample).to_have_value(before)


def test_an_answer_is_kept_and_its_way_is_shown(page: Page, site: Path) -> None:
    open_file(page, site, "07_check_yourself")
    exercise = page.locator(".bp-exercise").first
    answer, number = exercise.locator(".bp-place input"), exercise.locator(".bp-number")
    answer.fill("0.125")
    answer.press("Enter")
    expect(exercise.get_by_text("Only Python can judge an answer.")).to_be_visible()
    expect(answer).to_have_value("0.125")
    exercise.get_by_role("button", name="Show how it is computed").click()
    expect(exercise.get_by_role("group", name="How it is computed")).to_be_visible()
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert json.loads(stored) == {}  # nobody has judged it: nothing is counted
    exercise.get_by_role("button", name="Another one").first.click()
    expect(number).to_have_value("2")
    number.fill("777")
    number.press("Enter")
    expect(exercise.get_by_role("alert").first).to_contain_text(REFUSED)
    expect(number).to_have_value("777")


def test_files_are_asked_of_nobody(page: Page, site: Path) -> None:
    open_file(page, site, "05_why_backpropagation")
    button = page.locator(".bp-take-away").get_by_role("button").first
    button.dispatch_event("click")
    expect(page.locator(".bp-without").filter(has_text="Files are made by Python")).to_have_class(
        ASKED
    )


def test_a_browser_that_cannot_inflate_still_steps(page: Page, site: Path) -> None:
    page.add_init_script("delete window.DecompressionStream")
    open_file(page, site, "03_deriving_the_update_rules")
    walker = page.locator(".bp-walker").first
    walker.get_by_role("combobox", name="Weight or bias").select_option("bias-f1")
    expect(walker.get_by_role("alert")).to_contain_text(REFUSED)
    walker.focus()
    page.keyboard.press("ArrowRight")
    expect(walker).to_have_attribute("data-step", "1")
