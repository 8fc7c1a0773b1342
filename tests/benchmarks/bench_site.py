"""Measure a step on a page that needs no server, against the same step on the served page."""

import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from backprop_core.pages.site import write_site
from tests.benchmarks.bench_browser import CHAPTER, ROUNDS, WARM_UP, measured
from tests.browser.conftest import ROOT, headless, jupyter_at, voila
from tests.browser.reader import Walk

AS_FAST = 1.5  # times the served page's step, or one frame more
FRAME_MS = 1000 / 60


def step_ms(browser: Browser, url: str) -> float:
    """The median of a step's time in the walkthrough of chapter 5, in ms."""
    page = browser.new_page()
    page.goto(url)
    walk = Walk(page).ready()
    walk.to(12)
    times = []
    for n in range(ROUNDS + WARM_UP):
        move = walk.button("Next step" if n % 2 else "Previous step")
        times.append(measured(page, move.click, ".bp-title", "click"))
    page.close()
    return median(times[WARM_UP:])


def main() -> bool:
    """Print the table; return whether a step keeps its bound."""
    with tempfile.TemporaryDirectory() as folder, headless() as browser:
        home = Path(folder)
        sizes = write_site(ROOT / "notebooks", home / "site")
        static = step_ms(browser, (home / "site" / CHAPTER).with_suffix(".html").as_uri())
        with voila(ROOT / "notebooks", jupyter_at(home)) as url:
            served = step_ms(browser, f"{url}voila/render/{CHAPTER}")
    print("A site without a server, beside the served tutorial")
    print(f"  step, served     {served:6.1f} ms")
    print(f"  step, from files {static:6.1f} ms   {static / served:.2f} x")
    print(f"  largest chapter  {max(sizes.values()) / 1e6:6.2f} MB")
    return static <= max(AS_FAST * served, served + FRAME_MS)


if __name__ == "__main__":
    sys.exit(not main())
