"""Measure what a class waits for: an answer that is checked, and a step at the projector."""

import sys
import tempfile
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from statistics import median

import nbformat
from playwright.sync_api import Browser, expect

from tests.benchmarks.bench_browser import (
    CHAPTER,
    EDIT_BOUND,
    ROUNDS,
    STEP_BOUND_MS,
    WARM_UP,
    measured,
    stock_trip,
)
from tests.benchmarks.stock import stock_button
from tests.browser.conftest import ROOT, headless, jupyter_at, voila
from tests.browser.reader import START_MS, Walk

EXERCISE = """
from backprop_core.widgets import Exercises
Exercises("delta-first")
"""
WRONG = cycle(["0.1234", "-0.3333"])


def answers(browser: Browser, url: str, trip: Callable[[], float]) -> dict[str, float]:
    """Medians, in ms, of a kernel's round trip, a wrong answer, and the next exercise."""
    page = browser.new_page()
    page.goto(f"{url}voila/render/exercise.ipynb")
    field = page.get_by_role("textbox", name="δ", exact=False).first
    expect(field).to_be_visible(timeout=START_MS)
    times: dict[str, list[float]] = {"round trip": [], "an answer": [], "another exercise": []}
    for _ in range(ROUNDS + WARM_UP):
        times["round trip"].append(trip())
        page.bring_to_front()
        field.fill(next(WRONG))
        check = page.get_by_role("button", name="Check", exact=True)
        times["an answer"].append(measured(page, check.click, ".bp-verdict", "click"))
        another = page.get_by_role("button", name="Another one").first
        times["another exercise"].append(measured(page, another.click, ".bp-given", "click"))
    page.close()
    return {name: median(rounds[WARM_UP:]) for name, rounds in times.items()}


def steps(browser: Browser, url: str) -> dict[str, float]:
    """Medians, in ms, of a step while presenting, with numbers to be seen and hidden."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{url}voila/render/{CHAPTER}")
    walk = Walk(page).ready()
    walk.to(14)
    walk.root.focus()
    page.keyboard.press("p")
    expect(page.locator("html")).to_have_class("bp-presenting")
    bar = [page.locator(f".bp-presenter [data-act={act}]") for act in ("next", "previous")]
    times = {}
    for name in ("a step while presenting", "the same with hidden numbers"):
        taken = []
        for n in range(ROUNDS + WARM_UP):
            if not n % 2 and name.endswith("numbers"):
                page.keyboard.press("r")  # else the button reveals and does not step
            taken.append(measured(page, bar[n % 2].click, ".bp-walk .bp-title", "click"))
        times[name] = median(taken[WARM_UP:])
        page.keyboard.press("h")
    page.close()
    return times


def main() -> bool:
    """Print what was measured and its bounds; True if all are kept."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "notebooks"
        folder.mkdir()
        (folder / CHAPTER).write_text((ROOT / "notebooks" / CHAPTER).read_text())
        cells = [nbformat.v4.new_code_cell(EXERCISE)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "exercise.ipynb")
        environment = jupyter_at(Path(scratch) / "jupyter")
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # make serve compiles, too
        with (
            voila(folder, environment) as url,
            stock_button(Path(scratch) / "stock", environment) as stock,
            headless() as browser,
        ):
            asked = answers(browser, url, stock_trip(browser, stock))
            shown = steps(browser, url)
    print("In the classroom, from the event until its effect is painted")
    for name, taken in {**asked, **shown}.items():
        print(f"{name:>30} {taken:>6.1f} ms")
    trip = asked.pop("round trip")
    lines = [(f"{name} / round trip", taken / trip, EDIT_BOUND) for name, taken in asked.items()]
    lines += [(f"{name}, ms", taken, STEP_BOUND_MS) for name, taken in shown.items()]
    for name, value, bound in lines:
        print(f"{name:>46} {value:>7.2f} ≤ {bound:<6.2f}{'ok' if value <= bound else 'missed'}")
    return all(value <= bound for _, value, bound in lines)


if __name__ == "__main__":
    sys.exit(not main())
