"""Measure what a class does to the server, beside stock Voilà with a page of one button.

``python -m tests.benchmarks.bench_class`` takes some minutes; with ``--quick``, or as one of all
benchmarks, it opens fewer pages.
"""

import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
import psutil
from playwright.async_api import Browser, Page, async_playwright, expect
from playwright.async_api import Error as BrowserError

from tests.benchmarks.bench_browser import CHAPTER
from tests.benchmarks.stock import BUTTON
from tests.browser.chromium import chromium
from tests.browser.conftest import BROWSER_ARGS, ROOT, free_port, jupyter_at, wait_for

CORES = 2
VISITORS, ROUNDS, SINGLE_VISITS = 30, 5, 9
PATIENCE_S = 60.0  # a page that is not usable by then is lost
LEAVING_S = 60.0
GRACE_S = 10.0  # for processes that end because another has
LIMIT, BEYOND = 4, 3
TRAINING = 4
PLAYGROUND = "06_playground.ipynb"
THIRTY_PICTURES = re.compile(r"^([3-9]\d|\d{3,})$")

TOGETHER_BOUND = 1.0  # of stock Voilà's time
ALONE_BOUND = 0.8
MEMORY_BOUND_MB = 45.0

# Uses a page as soon as it can be used: does what its kernel has to answer, and notes when it has.
USE = """
(() => {
    const walk = () => document.querySelector(".bp-walk .bp-equations math");
    const error = () => [...document.querySelectorAll(".bp-walk b")]
        .map((part) => part.textContent).find((text) => text.startsWith("E = "));
    const weight = () => [...document.querySelectorAll("label")]
        .find((label) => label.textContent === "w₃,₅")?.control;
    const button = () => document.querySelector(".jupyter-button");
    const count = () => [...document.querySelectorAll(".widget-label")]
        .map((label) => label.textContent).find((text) => /^\\d+$/.test(text));
    const enter = (text) => {
        const field = weight();
        field.value = text;
        for (const kind of ["input", "change"])
            field.dispatchEvent(new Event(kind, { bubbles: true }));
    };
    const OURS = {
        there: () => walk() && weight() && error(),
        act: () => enter(weight().value === "0.25" ? "0.75" : "0.25"),
        answer: error,
    };
    const STOCK = { there: () => button() && count(), act: () => button().click(), answer: count };
    const now = () => performance.timeOrigin + performance.now();

    window.use = (page) => new Promise((resolve) => {
        const before = page.answer();
        page.act();
        const look = () =>
            page.answer() !== before ? resolve(now()) : requestAnimationFrame(look);
        look();
    });
    window.again = () => window.use(walk() ? OURS : STOCK);
    window.usable = new Promise((resolve) => {
        const look = () => {
            const page = [OURS, STOCK].find((page) => page.there());
            if (page) resolve(window.use(page));
            else requestAnimationFrame(look);
        };
        if (location.protocol === "http:") look();
    });
})()
"""


class Server:
    """A server of a program of its own, and what belongs to it."""

    def __init__(self, command: list[str], address: str, scratch: Path) -> None:
        self._command, self._address, self._scratch = command, address, scratch
        self.start()

    def start(self) -> None:
        """Start it, on a port of its own, and wait until it answers."""
        port = free_port()
        self.url = f"http://localhost:{port}/{self._address}"
        environment = jupyter_at(self._scratch / f"{port}")
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # make serve compiles, too
        self._log = (self._scratch / f"{port}.log").open("w")
        self.process = psutil.Popen(
            [*self._command, f"--port={port}", "--no-browser"],
            cwd=self._scratch,
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        wait_for(f"http://localhost:{port}/", self.process, Path(self._log.name))
        self.first = set(self.family())
        self.memory_alone, self.cpu_alone = self.memory(), self.cpu()

    def family(self) -> list[psutil.Process]:
        """The server's process, and all that belong to it."""
        if not self.process.is_running():
            return []
        return [self.process, *self.process.children(recursive=True)]

    def kernels(self) -> list[psutil.Process]:
        """All processes that were not there before the first page."""
        return [process for process in self.family() if process not in self.first]

    def memory(self) -> float:
        """What all of it takes, in MB: what processes share is counted once."""
        return sum(map(share, self.family())) / 1e6

    def cpu(self) -> float:
        """Seconds that the processes which are there have computed."""
        used = 0.0
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                used += times.user + times.system
        return used

    def end(self, by: signal.Signals = signal.SIGTERM) -> list[psutil.Process]:
        """End the server; what of it still runs a little later."""
        if not self.process.is_running():
            return []
        family = self.family()
        self.process.send_signal(by)
        _, left = psutil.wait_procs(family, timeout=GRACE_S)
        for process in left:
            process.kill()
        psutil.wait_procs(left)
        self._log.close()
        return left


def share(process: psutil.Process) -> float:
    """Bytes of a process; of what it shares with others, its part."""
    with suppress(psutil.NoSuchProcess):
        memory = process.memory_full_info()
        return float(getattr(memory, "pss", memory.uss))
    return 0.0


# ---- visits ----


@dataclass
class Visits:
    """What became of pages that were opened at the same moment."""

    usable: list[float] = field(default_factory=list)  # after so many s
    lost: int = 0  # an error instead of a page
    hanging: int = 0  # not usable after PATIENCE_S

    def add(self, more: "Visits") -> None:
        """Take those of another round to these."""
        self.usable += more.usable
        self.lost += more.lost
        self.hanging += more.hanging


async def new_pages(browser: Browser, count: int) -> list[Page]:
    """Empty pages, each of a visitor who has not been here before."""
    pages = []
    for _ in range(count):
        context = await browser.new_context(viewport={"width": 1280, "height": 720})
        await context.add_init_script(USE)
        pages.append(await context.new_page())
    return pages


async def leave(pages: list[Page]) -> None:
    """Go elsewhere with all of them, and close them."""

    async def go(page: Page) -> None:
        with suppress(BrowserError):
            await page.goto("about:blank", timeout=5_000)
        await page.context.close()

    await asyncio.gather(*map(go, pages))


async def open_page(page: Page, url: str) -> float | str:
    """Seconds since 1970 when the page could be used, or what has become of it."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            response = await page.goto(url, wait_until="commit", timeout=0)
            if response is None or not response.ok:
                return "lost"
            return float(await page.evaluate("window.usable")) / 1000
    except TimeoutError:
        return "hanging"
    except BrowserError:
        return "lost"


async def all_at_once(pages: list[Page], url: str) -> Visits:
    """Open the same address in all pages at the same moment."""
    start = time.time()
    ends = await asyncio.gather(*(open_page(page, url) for page in pages))
    usable = [end - start for end in ends if isinstance(end, float)]
    return Visits(usable, ends.count("lost"), ends.count("hanging"))


async def alone(browser: Browser, servers: list[Server], count: int) -> list[list[float]]:
    """Seconds until a single visitor's page can be used, for each of the servers in turns."""
    taken: list[list[float]] = [[] for _ in servers]
    for _ in range(count + 1):
        for server, of_this in zip(servers, taken, strict=True):
            pages = await new_pages(browser, 1)
            of_this += (await all_at_once(pages, server.url)).usable
            await leave(pages)
    return [times[1:] for times in taken]


@dataclass
class Class:
    """What some classes, one after the other, have seen of a server."""

    visits: Visits = field(default_factory=Visits)
    memory: float = 0.0  # MB per visitor, in the first round
    cpu: float = 0.0  # s per visitor, in the first round, the browser's not counted
    hung: int = 0  # rounds after which the server answered nobody any more


async def classes(
    browser: Browser, servers: list[Server], visitors: int, count: int
) -> tuple[list[Class], list[int]]:
    """Let classes come in turns; the last ones end their browsers, and a minute goes by.

    Returns
    -------
    list of Class, list of int
        For each server; and how many kernels it has then.
    """
    seen = [Class() for _ in servers]
    for n in range(count):
        there = []
        for server, of_this in zip(servers, seen, strict=True):
            pages = await new_pages(browser, visitors)
            before = server.cpu()
            here = await all_at_once(pages, server.url)
            of_this.visits.add(here)
            so_far = f"{len(here.usable)} of {visitors} usable"
            print(f"round {n + 1} of {count}, {server.url}: {so_far}", file=sys.stderr)
            if not n and here.usable:
                of_this.memory = (server.memory() - server.memory_alone) / len(here.usable)
                of_this.cpu = (server.cpu() - before) / len(here.usable)
            there += pages
            if n < count - 1 or here.hanging:
                await leave(pages)
            if here.hanging and not await answers(browser, server):
                of_this.hung += 1
                server.end()
                server.start()
        for page in there:
            await page.context.close()
    end = time.monotonic() + LEAVING_S
    while any(server.kernels() for server in servers) and time.monotonic() < end:
        await asyncio.sleep(0.5)
    return seen, [len(server.kernels()) for server in servers]


async def answers(browser: Browser, server: Server) -> bool:
    """Whether one more visitor gets a page."""
    pages = await new_pages(browser, 1)
    there = await all_at_once(pages, server.url)
    await leave(pages)
    return bool(there.usable)


async def trainings(browser: Browser, server: Server, count: int) -> float:
    """MB per visitor who trains a network."""
    before, patience_ms = server.memory(), 1000 * PATIENCE_S
    pages = await new_pages(browser, count)
    for page in pages:
        await page.goto(server.url.replace(CHAPTER, PLAYGROUND))
        stage = page.get_by_role("group", name="Training", exact=True)
        await stage.get_by_role("button", name="Train", exact=True).click()
        await expect(stage).to_have_attribute("data-number", THIRTY_PICTURES, timeout=patience_ms)
    taken = (server.memory() - before) / count
    await leave(pages)
    return taken


async def beyond(browser: Browser, server: Server) -> tuple[int, int]:
    """How many of those who find no place are not told or cannot read; how many are disturbed."""
    inside, outside = await new_pages(browser, LIMIT), await new_pages(browser, BEYOND)
    assert len((await all_at_once(inside, server.url)).usable) == LIMIT
    left_alone = 0
    for page in outside:
        await page.goto(server.url)
        with suppress(AssertionError):
            await expect(page.locator("html")).to_have_attribute("data-python", "full")
            walk = page.get_by_role("group", name="Walkthrough").first
            await walk.get_by_role("button", name="Next step", exact=True).click()
            await expect(walk).to_have_attribute("data-step", "1")
            continue
        left_alone += 1
    ends = await asyncio.gather(
        *(asyncio.wait_for(page.evaluate("again()"), PATIENCE_S) for page in inside),
        return_exceptions=True,
    )
    return left_alone, sum(isinstance(end, BaseException) for end in ends)


# ---- the report ----


@contextmanager
def on_few_cores() -> Iterator[int]:
    """Let this process and all that it starts have two cores; how many there are."""
    if not hasattr(os, "sched_setaffinity"):
        yield os.cpu_count() or 1
        return
    before = os.sched_getaffinity(0)
    few = sorted(before)[:CORES]
    os.sched_setaffinity(0, few)
    try:
        yield len(few)
    finally:
        os.sched_setaffinity(0, before)


async def measure(scratch: Path, quick: bool) -> bool:
    """Measure and print; True if all bounds are kept."""
    visitors, count, visits = (10, 1, 3) if quick else (VISITORS, ROUNDS, SINGLE_VISITS)
    folder = scratch / "stock"
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell(BUTTON)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "button.ipynb")
    python = [sys.executable, "-m"]
    serve = [*python, "backprop_core", "serve", f"--folder={ROOT / 'notebooks'}"]
    address = f"voila/render/{CHAPTER}"
    stock = Server([*python, "voila", str(folder)], "voila/render/button.ipynb", scratch)
    ours = Server(serve, address, scratch)
    servers = [stock, ours]
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium(), args=[*BROWSER_ARGS, "--no-sandbox"]
            )
            single = [median(times) for times in await alone(browser, servers, visits)]
            seen, left = await classes(browser, servers, visitors, count)
            training = await trainings(browser, ours, TRAINING)
            few = Server([*serve, f"--visitors={LIMIT}"], address, scratch)
            servers.append(few)
            not_told, disturbed = await beyond(browser, few)
            stock_pages = await new_pages(browser, LIMIT)
            await all_at_once(stock_pages, stock.url)
            orphans = [len(server.end(signal.SIGKILL)) for server in (stock, few)]
            await browser.close()
    finally:
        for server in servers:
            server.end()
    middle = [median(of.visits.usable or [PATIENCE_S]) for of in seen]
    worst = [max(of.visits.usable or [PATIENCE_S]) for of in seen]
    pages = visitors * count
    table: list[tuple[str, str, str, list[Any]]] = [
        ("pages lost", "d", f" of {pages}", [of.visits.lost for of in seen]),
        ("pages hanging", "d", f" of {pages}", [of.visits.hanging for of in seen]),
        ("rounds after which nobody was answered", "d", "", [of.hung for of in seen]),
        ("usable after, median", ".2f", " s", middle),
        ("usable after, worst", ".2f", " s", worst),
        ("a single visitor's, median", ".2f", " s", single),
        ("memory per visitor", ".1f", " MB", [of.memory for of in seen]),
        ("server's and kernel's time per visitor", ".2f", " s", [of.cpu for of in seen]),
        ("kernels left a minute after all have gone", "d", "", left),
        ("processes left when the server is killed", "d", "", orphans),
    ]
    print(f"{'':>44}{'stock, a button':>18}{'here, chapter 5':>18}")
    for name, form, unit, values in table:
        print(f"{name:>44}" + "".join(f"{format(value, form) + unit:>18}" for value in values))
    lines = [
        ("lost or hanging", seen[1].visits.lost + seen[1].visits.hanging, 0),
        ("usable / stock's, all at once", middle[1] / middle[0], TOGETHER_BOUND),
        ("usable / stock's, a single visitor", single[1] / single[0], ALONE_BOUND),
        ("MB per visitor", seen[1].memory, MEMORY_BOUND_MB),
        ("MB per visitor who trains", training, MEMORY_BOUND_MB),
        ("kernels left behind by visitors", left[1], 0),
        ("processes left behind by a killed server", orphans[1], 0),
        (f"not told that all {LIMIT} places are taken, of {BEYOND}", not_told, 0),
        (f"disturbed by them, of {LIMIT}", disturbed, 0),
    ]
    for name, value, bound in lines:
        print(f"{name:>46} {value:>7.2f} ≤ {bound:<6.2f}{'ok' if value <= bound else 'missed'}")
    return all(value <= bound for _, value, bound in lines)


def main(quick: bool = True) -> bool:
    """Print what was measured and its bounds; True if all are kept."""
    with on_few_cores() as cores, tempfile.TemporaryDirectory() as scratch:
        pages = "10 pages at once, once" if quick else f"{VISITORS} at once, {ROUNDS} times"
        print(f"A class on {cores} cores, browsers and all: {pages}")
        return asyncio.run(measure(Path(scratch), quick))


if __name__ == "__main__":
    sys.exit(not main(quick="--quick" in sys.argv))
