"""Write small notebooks, and run those of the tutorial once for all tests."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from backprop_core.pages.chapter import Chapter, run_chapters

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@cache
def chapters() -> dict[str, Chapter]:
    """The tutorial's chapters."""
    return run_chapters(NOTEBOOKS)


def write(folder: Path, name: str, *cells: tuple[str, str], **metadata: Any) -> Path:
    """Write a notebook of ("markdown" or "code", source); `metadata` is that of each cell."""
    written = [
        {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": metadata}
        for kind, source in cells
    ]
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": written, "metadata": {}, "nbformat": 4}), "utf-8")
    return path


def run(folder: Path, *cells: tuple[str, str], **metadata: Any) -> Chapter:
    """Run a notebook of one chapter."""
    write(folder, "one", *cells, **metadata)
    return run_chapters(folder, only="one")["one"]
