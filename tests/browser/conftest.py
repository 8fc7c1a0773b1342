"""Fixtures to try the tutorial in a real browser, with the real Voilà and the real JupyterLab."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebSocket, sync_playwright

from tests.browser.chromium import chromium

ROOT = Path(__file__).parents[2]
FAILURES = Path(__file__).parent / "failures"
BROWSER_ARGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser tests last: what is quick to fail comes first."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know whether the test they serve has failed."""
    report = yield
    if report.failed:
        item.stash[failed] = True
    return report


failed = pytest.StashKey[bool]()


# --- servers -------------------------------------------------------------------------------------


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, cwd: Path, env: dict[str, str]) -> Iterator[str]:
    """Run a server until the block ends, then end it and every kernel it started."""
    log = Path(env["TMPDIR"]) / f"{urlsplit(url).port}.log"
    with log.open("w") as output:
        server = psutil.Popen(command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(url, server, log)
        yield url
    finally:
        family = [server, *server.children(recursive=True)] if server.is_running() else [server]
        server.terminate()
        _, left = psutil.wait_procs(family, timeout=20)
        for process in left:
            process.kill()


def wait_for(url: str, server: psutil.Popen, log: Path, seconds: float = 120) -> None:
    """Poll `url` until it answers; fail with the server's log when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)  # between two polls of a port that has no event to wait for
        else:
            return
    pytest.fail(f"{url} does not answer:\n{log.read_text()}")


def jupyter_at(home: Path) -> dict[str, str]:
    """Environment in which Jupyter neither sees nor changes the developer's own settings."""
    news = home / "config/lab/user-settings/@jupyterlab/apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    (home / "tmp").mkdir()
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "TMPDIR": str(home / "tmp"),
    }


def voila(folder: Path, env: dict[str, str]) -> AbstractContextManager[str]:
    """Serve a folder as `make serve` serves notebooks/, until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "backprop_core", "serve", "--no-browser"]
    command += ["--folder", str(folder), "--port", str(port)]
    return running(command, f"http://localhost:{port}/", ROOT, env)


@pytest.fixture(scope="session")
def own_jupyter(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment of the tests' servers."""
    return jupyter_at(tmp_path_factory.mktemp("jupyter"))


@pytest.fixture(scope="session")
def serve_voila(own_jupyter: dict[str, str]) -> Callable[[Path], Any]:
    """Context manager that serves a folder as `make serve` serves notebooks/."""
    return lambda folder: voila(folder, own_jupyter)


@pytest.fixture(scope="session")
def serve_cells(
    serve_voila: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[str]]:
    """Context manager that serves a page with these cells of code: `with serve_cells(…) as url`."""

    @contextmanager
    def serve(*code: str) -> Iterator[str]:
        folder = tmp_path_factory.mktemp("cells")
        new = nbformat.v4
        cells = [new.new_markdown_cell("# Cells"), *(new.new_code_cell(source) for source in code)]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(new.new_notebook(cells=cells, metadata=kernel), folder / "cells.ipynb")
        with serve_voila(folder) as url:
            yield f"{url}voila/render/cells.ipynb"

    return serve


@pytest.fixture(scope="session")
def voila_url(serve_voila: Callable[[Path], Any]) -> Iterator[str]:
    """Address (with a slash at its end) of the tutorial's real server, with notebooks/."""
    with serve_voila(ROOT / "notebooks") as url:
        yield url


@pytest.fixture(scope="session")
def lab_url(own_jupyter: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real JupyterLab on a copy of notebooks/; open `lab_url + "lab/tree/…ipynb"`."""
    copy = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(ROOT / "notebooks", copy)
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={copy}"),
        *("--IdentityProvider.token=", "--LabApp.collaborative=False"),
    ]
    with running(command, f"http://localhost:{port}/", copy, own_jupyter) as url:
        yield url


# --- browser and pages ---------------------------------------------------------------------------


@contextmanager
def headless() -> Iterator[Browser]:
    """Chromium without a window, until the block ends."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*BROWSER_ARGS, *sandbox]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with headless() as browser:
        yield browser


def watch(page: Page, trouble: list[str], expected: Sequence[str] = ()) -> None:
    """Write down what a page must not do: ask another host, or write or throw an error."""

    def went_out(sent: Request | WebSocket) -> None:
        host = urlsplit(sent.url)
        if host.scheme in ("http", "https", "ws", "wss") and host.hostname != "localhost":
            trouble.append(f"request to another host: {sent.url}")

    def complained(text: str) -> None:
        if not any(re.search(pattern, text) for pattern in expected):
            trouble.append(f"error in the console: {text}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            complained(message.text)

    page.on("request", went_out)
    page.on("websocket", went_out)
    page.on("console", said)
    page.on("pageerror", lambda error: complained(str(error)))


def leave(page: Page) -> None:
    """Close a page for good; as a reader who goes elsewhere does, it stops its kernel in Voilà."""
    if not page.is_closed() and "/voila/" in page.url:
        page.goto("about:blank")
    page.context.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open pages of one's own: `open_page(viewport=…, color_scheme="dark", …)`.

    The test fails when a page asked another host for something, wrote an error to the console or
    threw one. A marker names the console errors that a test provokes:
    `@pytest.mark.console_error("404")`.
    """
    pages: list[Page] = []
    trouble: list[str] = []
    expected = [mark.args[0] for mark in request.node.iter_markers("console_error")]

    def open_one(**options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 720})
        page = browser.new_context(**options).new_page()
        watch(page, trouble, expected)
        pages.append(page)
        return page

    yield open_one
    found = list(trouble)
    if found or request.node.stash.get(failed, False):
        FAILURES.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "_", f"{request.node.path.stem} {request.node.name}")
        for number, page in enumerate(page for page in pages if not page.is_closed()):
            page.screenshot(path=FAILURES / f"{name}_{number}.png", full_page=True)
    for page in pages:
        leave(page)
    assert not found, "\n".join(found)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page of 1280 × 720 in the light theme."""
    return open_page()


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[..., None]:
    """Fail when axe has serious or critical findings on a page, or in the part with a selector."""
    axe = Axe()

    def check(page: Page, within: str | None = None) -> None:
        findings = [
            f"{found['id']} ({found['impact']}): {found['help']}\n"
            + "\n".join(f"    {node['html']}" for node in found["nodes"])
            for found in axe.run(page, context=within).response["violations"]
            if found["impact"] in ("serious", "critical")
        ]
        assert not findings, "\n".join(findings)

    return check
