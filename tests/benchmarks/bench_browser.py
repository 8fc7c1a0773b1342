"""Measure what a reader waits for in the browser, against what a kernel takes to answer at all."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page, expect

from tests.benchmarks.stock import OUR_BUTTON, stock_button
from tests.browser.conftest import ROOT, headless, jupyter_at, leave, voila
from tests.browser.reader import START_MS, Walk

ROUNDS = 40
OPENINGS = 10
STEP_BOUND_MS = 20.0
STEP_FASTER = 3.0
FRAME_MS = 1000 / 60
EDIT_BOUND = 1.5
OPEN_BOUND = 0.8  # of stock Voilà's time for a page with one button

WARM_UP = 3
CHAPTER = "05_why_backpropagation.ipynb"
READY = "html[data-python=ready]"  # from here on a page answers edits, too
LESSON_AND_BUTTON = f"""
from backprop_core.widgets import Lesson
{OUR_BUTTON}
VBox([button, label, Lesson()])
"""

# Reports the end of the next frame, the first that shows what has changed.
PAINTED = """
const painted = (report) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => report(performance.now());
    port2.postMessage(0);
});
"""
# From an event that a reader causes until the text of an element (or where asked for, an attribute)
# has changed and is painted.
UNTIL_PAINTED = (
    "([selector, type, attributes]) => {"
    + PAINTED
    + """
    let start = 0;
    addEventListener(type, () => { start = performance.now(); }, { capture: true, once: true });
    window.measured = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
            if (!start) return; // what comes of an earlier event
            observer.disconnect();
            painted((end) => resolve(end - start));
        });
        const changing = { attributes, childList: true, characterData: true, subtree: true };
        observer.observe(document.querySelector(selector), changing);
    });
}"""
)
# From the start of the navigation until there is an element that fits a selector, painted.
UNTIL_USABLE = (
    "(() => {"
    + PAINTED
    + """
    const look = () => {
        const there = document.querySelector("SELECTOR");
        if (there && there.getClientRects().length) painted((now) => { window.usable = now; });
        else requestAnimationFrame(look);
    };
    look();
})()"""
)


def measured(
    page: Page, act: Callable[[], Any], selector: str, event: str, attributes: bool = False
) -> float:
    """Measure, in ms, from the event that `act` causes until a changed element is painted."""
    page.evaluate(UNTIL_PAINTED, [selector, event, attributes])
    act()
    return float(page.evaluate("window.measured"))


def interactions(browser: Browser, url: str) -> dict[str, float]:
    """Medians, in ms, of a kernel's round trip, a step and edits, all on one page."""
    page = browser.new_page()
    page.goto(f"{url}voila/render/lesson.ipynb")
    walk = Walk(page).ready()
    count = page.get_by_role("button", name="Count")
    page.locator(".widget-label", has_text="0").first.evaluate("label => label.id = 'count'")
    walk.to(12)
    box = page.get_by_role("textbox", name="w₃,₅", exact=True)
    shown = ".bp-picture text.weight-f3-f5"

    def enter(field: Locator, text: str) -> float:
        field.fill(text)
        return measured(page, lambda: field.press("Enter"), shown, "keydown")

    times: dict[str, list[float]] = {"trip": [], "step": [], "graph": [], "field": []}
    for n in range(ROUNDS + WARM_UP):
        times["trip"].append(measured(page, count.click, "#count", "click"))
        move = walk.button("Next step" if n % 2 else "Previous step")
        times["step"].append(measured(page, move.click, ".bp-title", "click"))
        walk.weight("f3", "f5").click()
        times["graph"].append(enter(walk.editor, "0.25"))
        expect(walk.editor).to_have_count(0)
        times["field"].append(enter(box, "0.75"))
    page.close()
    return {name: median(rounds[WARM_UP:]) for name, rounds in times.items()}


def stock_trip(browser: Browser, stock: str) -> Callable[[], float]:
    """What measures, in ms, one round trip of stock Voilà: a button that changes a label.

    That is the floor which an edit is measured against. Ours is lower, where it fits into fewer
    frames of the screen.
    """
    page = new_page(browser)
    page.goto(stock)
    count = page.get_by_role("button", name="Count")
    count.wait_for(timeout=START_MS)
    page.locator(".widget-label", has_text="0").first.evaluate("label => label.id = 'count'")

    def trip() -> float:
        page.bring_to_front()
        return measured(page, count.click, "#count", "click")

    return trip


def new_page(browser: Browser) -> Page:
    """A page that may be asked anything: the server's policy lets no page evaluate a text."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True)
    return context.new_page()


def opening(browser: Browser, address: str, selector: str) -> float:
    """Milliseconds from the start of the navigation until a page can be used."""
    page = new_page(browser)
    page.add_init_script(UNTIL_USABLE.replace("SELECTOR", selector))
    page.goto(address)
    page.wait_for_function("window.usable", timeout=START_MS)
    taken = float(page.evaluate("window.usable"))
    if page.locator(".bp-walk").count():
        walk = Walk(page)
        walk.button("Next step").click()
        walk.expect_step(1)
    leave(page)
    return taken


def openings(browser: Browser, url: str, stock: str) -> tuple[float, float]:
    """Medians, in ms, for stock Voilà's page with a button and for the chapter, in turns."""
    there = f"{READY} .bp-walk .bp-equations math"
    rounds = [
        (
            opening(browser, stock, ".jupyter-button"),
            opening(browser, f"{url}voila/render/{CHAPTER}", there),
        )
        for _ in range(OPENINGS + 1)
    ]
    button, chapter = (median(column) for column in zip(*rounds[1:], strict=True))
    return button, chapter


def write_notebooks(folder: Path) -> None:
    """The chapter as it is, and a scratch page."""
    folder.mkdir()
    (folder / CHAPTER).write_text((ROOT / "notebooks" / CHAPTER).read_text())
    cells = [nbformat.v4.new_code_cell(LESSON_AND_BUTTON)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "lesson.ipynb")


def main() -> bool:
    """Print what was measured and its bounds; True if all are kept."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "notebooks"
        write_notebooks(folder)
        environment = jupyter_at(Path(scratch) / "jupyter")
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # make serve compiles, too
        with voila(folder, environment) as url, headless() as browser:
            ms = interactions(browser, url)
            with stock_button(Path(scratch) / "stock", environment) as stock:
                button, chapter = openings(browser, url, stock)
    names = {"trip": "round trip", "step": "Next step", "graph": "edit in the graph"}
    print(f"In the browser ({os.cpu_count()} cores), from the event until its effect is painted")
    for name, taken in ms.items():
        print(f"{names.get(name, 'edit in a field'):>18} {taken:>6.1f} ms")
    print(f"Stock Voilà's button opens in {button:.0f} ms, the chapter in {chapter:.0f} ms")
    trip, step = ms["trip"], ms["step"]
    lines = [
        ("Next step, ms", step, "≤", STEP_BOUND_MS),
        ("round trip / Next step", trip / step, "≥", STEP_FASTER),
        ("edit in the graph / round trip", ms["graph"] / trip, "≤", EDIT_BOUND),
        ("edit in its field / round trip", ms["field"] / trip, "≤", EDIT_BOUND),
        ("open the chapter / stock Voilà's button", chapter / button, "≤", OPEN_BOUND),
    ]
    good = True
    for name, value, sign, bound in lines:
        kept = value <= bound if sign == "≤" else value >= bound
        outcome = "ok" if kept else "missed"
        if not kept and name == "round trip / Next step" and step <= FRAME_MS:
            # A kernel that answers within two frames leaves no room for three times faster.
            kept, outcome = True, "missed, but within one frame: no screen shows it sooner"
        good &= kept
        print(f"{name:>46} {value:>7.2f} {sign} {bound:<6.2f}{outcome}")
    return good


if __name__ == "__main__":
    sys.exit(not main())
