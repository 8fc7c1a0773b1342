"""Serve a page of one button with Voilà as it comes: what opening ours is measured against."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from tests.browser.conftest import free_port, running

BUTTON = """
from ipywidgets import Button, Label, VBox
button, label = Button(description="Count"), Label("0")
button.on_click(lambda _: setattr(label, "value", str(int(label.value) + 1)))
VBox([button, label])
"""
# The same for our server, where nobody can press a button that is not made for it.
OUR_BUTTON = f"from backprop_core.widgets import from_page\n{BUTTON}".replace(
    "Button, Label, VBox", "Label, VBox"
).replace("= Button(", "= from_page.Button(")


@contextmanager
def stock_button(folder: Path, env: dict[str, str]) -> Iterator[str]:
    """Write the page into a new folder, and serve it until the block ends: its address."""
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell(BUTTON)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "button.ipynb")
    port = free_port()
    command = [sys.executable, "-m", "voila", str(folder), "--no-browser", f"--port={port}"]
    with running(command, f"http://localhost:{port}/", folder, env) as url:
        yield f"{url}voila/render/button.ipynb"
