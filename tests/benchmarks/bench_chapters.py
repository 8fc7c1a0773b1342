"""Measure the chapters' explorations against a kernel's round trip, and how long a page takes."""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from tests.benchmarks.bench_browser import START_MS, UNTIL_USABLE, measured, new_page, stock_trip
from tests.benchmarks.stock import stock_button
from tests.browser.conftest import ROOT, headless, jupyter_at, leave, voila

ROUNDS = 24
OPENINGS = 6
WARM_UP = 3
STEP_BOUND_MS = 20.0
EDIT_BOUND = 1.5
OPEN_BOUND = 0.8  # of stock Voilà's time for a page with one button

CHAPTERS = sorted((ROOT / "notebooks").glob("0[1-9]*.ipynb"))
# Where sliders are moved: the exploration by its name, and the slider.
EDITS = {
    "01_neurons_and_networks": [
        ("One neuron", "w₁"),
        ("An activation function and its slope", "Sum r"),
        ("A line that separates", "w₁"),
        ("A hidden layer folds the plane", "w₁,₁"),
        ("The formula of two layers", "x₁"),
    ],
    "02_teaching_a_network": [
        ("The error of a teacher set", "Its value"),
        ("E over one weight", "Its value"),
        ("E over two weights", "Start, across"),
        ("Three learning rates, sigmoid", "Start"),
        ("Batch and on-line", "Start, across"),
    ],
}
LINES = "03_deriving_the_update_rules"
# Every widget of the page has been drawn, and edits are answered.
ALL_DRAWN = """
(document.querySelector("html[data-python=ready]")
  && !document.querySelector(".bp-view:empty, .bp-view > .bp-widget:empty")
  && document.querySelector("main h1"))"""
BUTTON_DRAWN = 'document.querySelector(".jupyter-button")'


def edits(
    browser: Browser, address: str, moves: list[tuple[str, str]], trip: Callable[[], float]
) -> dict[str, float]:
    """Medians of edits on one page, as multiples of a kernel's round trip."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(address)
    page.locator("html[data-python=ready]").wait_for(timeout=START_MS)
    times: dict[str, list[float]] = {"trip": []}
    for n in range(ROUNDS + WARM_UP):
        times["trip"].append(trip())
        page.bring_to_front()
        for name, label in moves:
            board = page.get_by_role("group", name=name, exact=True)
            slider = board.get_by_role("slider", name=label, exact=True)
            slider.focus()
            press = partial(slider.press, "ArrowLeft" if n % 2 else "ArrowRight")
            picture = f'[aria-label="{name}"] .bp-panels'
            taken = measured(page, press, picture, "keydown", attributes=True)
            times.setdefault(f"edit “{name}”", []).append(taken)
    page.close()
    medians = {name: median(rounds[WARM_UP:]) for name, rounds in times.items()}
    floor = medians.pop("trip")
    return {f"{name} / round trip": taken / floor for name, taken in medians.items()}


def lines(browser: Browser, address: str) -> float:
    """Median, in ms, of a step from line to line of a derivation."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(address)
    walker = page.locator(".bp-walker").first
    walker.locator("math").first.wait_for(timeout=START_MS)
    times = []
    for n in range(ROUNDS + WARM_UP):
        move = walker.get_by_role("button", name="Previous step" if n % 2 else "Next step")
        times.append(measured(page, move.click, ".bp-walker .bp-count", "click"))
    page.close()
    return median(times[WARM_UP:])


def opening(browser: Browser, address: str, there: str = ALL_DRAWN) -> float:
    """Milliseconds from the start of the navigation until all of a page is there."""
    page = new_page(browser)
    page.add_init_script(UNTIL_USABLE.replace('document.querySelector("SELECTOR")', there))
    page.goto(address)
    page.wait_for_function("window.usable", timeout=START_MS)
    taken = float(page.evaluate("window.usable"))
    leave(page)  # else its kernel stays, and each page would open slower than the one before
    return taken


def openings(browser: Browser, url: str, stock: str) -> dict[str, float]:
    """Medians, in ms, for stock Voilà's page with one button and for each chapter, in turns."""
    times: dict[str, list[float]] = {}
    for _ in range(OPENINGS + 1):
        times.setdefault("button", []).append(opening(browser, stock, BUTTON_DRAWN))
        for chapter in CHAPTERS:
            address = f"{url}voila/render/{chapter.name}"
            times.setdefault(chapter.stem, []).append(opening(browser, address))
    return {name: median(rounds[1:]) for name, rounds in times.items()}


def main() -> bool:
    """Print what was measured and its bounds; True if all are kept."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "notebooks"
        folder.mkdir()
        for chapter in CHAPTERS:
            (folder / chapter.name).write_text(chapter.read_text())
        environment = jupyter_at(Path(scratch) / "jupyter")
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # make serve compiles, too
        with (
            voila(folder, environment) as url,
            stock_button(Path(scratch) / "stock", environment) as stock,
            headless() as browser,
        ):
            trip = stock_trip(browser, stock)
            bounds = [
                (name, ratio, EDIT_BOUND)
                for chapter, moves in EDITS.items()
                for name, ratio in edits(
                    browser, f"{url}voila/render/{chapter}.ipynb", moves, trip
                ).items()
            ]
            line = lines(browser, f"{url}voila/render/{LINES}.ipynb")
            pages = openings(browser, url, stock)
    button = pages.pop("button")
    print(f"The chapters in the browser; stock Voilà's page with a button takes {button:.0f} ms")
    bounds.append(("a line of a derivation, ms", line, STEP_BOUND_MS))
    bounds += [
        (f"open {name} / stock Voilà's button", taken / button, OPEN_BOUND)
        for name, taken in pages.items()
    ]
    for name, value, bound in bounds:
        print(f"{name:>64} {value:>7.2f} ≤ {bound:<6.2f}{'ok' if value <= bound else 'missed'}")
    return all(value <= bound for _, value, bound in bounds)


if __name__ == "__main__":
    sys.exit(not main())
