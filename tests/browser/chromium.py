"""Find a Chromium for the browser tests, or install one: python -m tests.browser.chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def runs(path: str) -> bool:
    """Whether the browser at `path` starts: a stub does not, nor one without its libraries."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def on_this_machine() -> str | None:
    """Path of a Chromium or Chrome that is here and starts, Playwright's own included."""
    for path in (*map(shutil.which, NAMES), *MAC_APPS, playwrights_own()):
        if path and runs(path):
            return path
    return None


def playwrights_own() -> str:
    """Path where `playwright install chromium` puts its browser, whether or not it is there."""
    # In a process of its own: Playwright's event loop must not meet the tests' one.
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return done.stdout.strip()


def installers() -> Iterator[list[str]]:
    """Commands that may bring a Chromium here, the least intrusive first."""
    playwright = [sys.executable, "-m", "playwright"]
    yield [*playwright, "install", "chromium"]
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if Path(playwrights_own()).is_file():
            yield [*as_root, *playwright, "install-deps", "chromium"]
        yield [*as_root, "sh", "-c", "apt-get update && apt-get install --yes chromium"]


def chromium() -> str:
    """Path of a Chromium that starts; `CHROMIUM=path` chooses one.

    Raises
    ------
    FileNotFoundError
        If there is none and none can be installed. The browser tests never run without.
    """
    if chosen := os.environ.get("CHROMIUM"):
        if runs(chosen):
            return chosen
        raise FileNotFoundError(f"CHROMIUM={chosen} does not start: name a Chromium that does.")
    if found := on_this_machine():
        return found
    for command in installers():
        print("No Chromium here yet, trying:", *command, file=sys.stderr, flush=True)
        try:
            subprocess.run(command, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if found := on_this_machine():
            return found
    raise FileNotFoundError(
        "The browser tests need Chromium, and it could not be installed: "
        "install it yourself, or name one with CHROMIUM=/path/to/chromium."
    )


if __name__ == "__main__":
    try:
        chromium()
    except FileNotFoundError as problem:
        sys.exit(str(problem))
