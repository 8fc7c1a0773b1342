"""Run the notebooks of a folder, and have of each all that its page shows.

They are run in this very process, one after the other, and leave no thread behind: so the process
can be forked, and a fork answers for the widgets of every chapter.
"""

import json
import logging
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import comm
import ipykernel.ipkernel  # noqa: F401  brings the comms that a kernel can answer for
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances, _remove_buffers

from backprop_core.pages.shell import WIDGET, Output, shell
from backprop_core.widgets.keeper import new_page

__all__ = [
    "WIDGET",
    "Cell",
    "Chapter",
    "run_chapters",
    "widgets_named",
    "widgets_of",
    "with_models",
]

log = logging.getLogger(__name__)

# What a page needs to know of a widget's state is the rest.
_NOT_STATE = {
    *("_esm", "_css", "_anywidget_id", "_dom_classes", "layout", "style", "tabbable"),
    *("_model_module", "_model_module_version", "_model_name"),
    *("_view_module", "_view_module_version", "_view_name", "_view_count"),
}


@dataclass(frozen=True)
class Cell:
    """What a cell of a notebook brings to the page.

    Attributes
    ----------
    prose : str
        Markdown; "" in a cell of code.
    outputs : tuple of dict
        Of a cell of code, what was printed, ``{"text/plain": …}``, then what was shown, in order:
        ``{"text/html": …}`` or whatever else of `shell.MIME_TYPES` suits a page best.
    notes : dict
        What a teacher may say (the cell's metadata ``speaker_notes``).
    failed : bool
        Whether the cell's code has raised an error.
    """

    prose: str
    outputs: tuple[Output, ...]
    notes: dict[str, Any]
    failed: bool


@dataclass(frozen=True)
class Chapter:
    """A chapter as it is when its notebook has been run, in plain data.

    Attributes
    ----------
    name : str
        The notebook's name, without its ending.
    cells : tuple of Cell
    models : dict
        By id, in the order in which they were made, each widget's model as a page has it: its
        ``name``, the keys of its ``module`` and ``sheet`` (or None), ``state``, ``buffers``,
        ``classes``.
    modules, sheets : dict
        The scripts and style sheets of the widgets, by a hash of each.
    failed : bool
        Whether one of its cells has failed. Those after it were not run.
    digest : str
        Of models and modules: where it is the same, the models are the same.
    """

    name: str
    cells: tuple[Cell, ...]
    models: dict[str, dict[str, Any]]
    modules: dict[str, str]
    sheets: dict[str, str]
    failed: bool
    digest: str

    @property
    def title(self) -> str:
        """What it begins with, if that is a heading, as plain text; else ""."""
        first = next((cell.prose for cell in self.cells if cell.prose), "").partition("\n")[0]
        return first.lstrip("# ").replace("*", "").strip() if first.startswith("#") else ""

    def to_json(self) -> str:
        """The chapter as text, for `from_json`."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Chapter":
        """The chapter that `to_json` has written."""
        told = json.loads(text)
        cells = (Cell(**{**cell, "outputs": tuple(cell["outputs"])}) for cell in told["cells"])
        return cls(**{**told, "cells": tuple(cells)})


def run_chapters(folder: Path, only: str | None = None) -> dict[str, Chapter]:
    """Run the notebooks of a folder.

    Of a chapter the n-th widget has the id ``<chapter>-<n>``, here and in every other process.

    Parameters
    ----------
    folder : Path
        Where the notebooks are.
    only : str, optional
        The name of the one chapter to run; all of them if left out.

    Returns
    -------
    dict
        Chapters by name, in alphabetical order. One that fails is among them, with what it has
        shown up to then; the error goes to the log.

    Raises
    ------
    ValueError
        If the folder has no such chapter, or none at all.
    """
    paths = {path.stem: path for path in sorted(folder.glob("[!.]*.ipynb"))}
    if only is not None and only not in paths:
        raise ValueError(
            f"There is no chapter {only!r} in {folder}, but expected one of: {', '.join(paths)}."
        )
    if not paths:
        raise ValueError(f"{folder} has no notebooks, but expected some (….ipynb).")
    with TemporaryDirectory() as profile:
        return {
            name: _run(path, profile)
            for name, path in paths.items()
            if only is None or name == only
        }


def widgets_of(chapter: Chapter) -> dict[str, Widget]:
    """The living widgets of a chapter that has been run in this process, by the ids of models."""
    return {id_: _instances[id_] for id_ in chapter.models}


def _run(path: Path, profile: str) -> Chapter:
    try:
        source, failed = _read(path), False
    except (OSError, ValueError, KeyError, TypeError):
        log.exception("%s cannot be read.", path.name)
        source, failed = [], True
    cells = []
    with widgets_named(path.stem) as widgets, shell(profile) as run, chdir(path.parent):
        for kind, text, notes in source:
            if kind == "markdown":
                cells.append(Cell(text, (), notes, failed=False))
            elif kind == "code" and not failed:
                outputs, error = run(text)
                if failed := error is not None:
                    log.error("%s: a cell has failed.", path.name, exc_info=error)
                cells.append(Cell("", outputs, notes, failed))
    return with_models(Chapter(path.stem, tuple(cells), {}, {}, {}, failed, ""), widgets)


def _read(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Each cell's kind, source and notes. A library for notebooks would take a second for it."""
    return [
        (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("speaker_notes", {}))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
    ]


def with_models(chapter: Chapter, widgets: Iterable[Widget]) -> Chapter:
    """The chapter with the models of these widgets, as they are now, and no others."""
    modules: dict[str, str] = {}
    sheets: dict[str, str] = {}
    models = {
        widget.model_id: _model(widget, modules, sheets)
        for widget in widgets
        if not widget._model_name.endswith(("LayoutModel", "StyleModel"))
    }
    digest = _hash(json.dumps([models, modules], sort_keys=True, allow_nan=False))
    return replace(chapter, models=models, modules=modules, sheets=sheets, digest=digest)


# ---- models ----


@contextmanager
def widgets_named(chapter: str) -> Iterator[list[Widget]]:
    """All widgets that are made meanwhile; their ids follow from their order."""
    widgets: list[Widget] = []
    make = comm.create_comm
    count = 0

    def create_comm(*args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        return make(*args, **{**options, "comm_id": f"{chapter}-{count}"})

    for id_ in [id_ for id_ in _instances if id_.rpartition("-")[0] == chapter]:
        _instances[id_].close()  # of an earlier run
    new_page()
    comm.create_comm = create_comm
    Widget.on_widget_constructed(widgets.append)
    try:
        yield widgets
    finally:
        Widget.on_widget_constructed(None)
        comm.create_comm = make


def _model(widget: Widget, modules: dict[str, str], sheets: dict[str, str]) -> dict[str, Any]:
    state = widget.get_state()
    shown = {key: value for key, value in state.items() if key not in _NOT_STATE}
    if state["_model_name"] != "AnyModel":  # those of ipywidgets can be told how to look
        looks = {key: _said(getattr(widget, key, None)) for key in ("layout", "style")}
        shown |= {key: said for key, said in looks.items() if said}
    if shown.get("tooltip", "") is None:
        del shown["tooltip"]
    shown, paths, buffers = _remove_buffers(shown)
    model = {
        "name": state["_model_name"],
        "module": _kept(modules, state.get("_esm")),
        "sheet": _kept(sheets, state.get("_css")),
        "state": shown,
        "buffers": [
            {"path": where, "data": b64encode(data).decode("ascii")}
            for where, data in zip(paths, buffers, strict=True)
        ],
        "classes": state["_dom_classes"],
    }
    # Of tuples and the like, what they are in JSON.
    return json.loads(json.dumps(model, allow_nan=False))


def _said(look: Widget | None) -> dict[str, Any]:
    """What a layout or a style says that is not so anyway."""
    state = look.get_state() if isinstance(look, Widget) else {}
    return {
        key: value for key, value in state.items() if value is not None and not key.startswith("_")
    }


def _kept(texts: dict[str, str], text: str | None) -> str | None:
    """The key of a text, which is among the others from now on."""
    if not text:
        return None
    texts[key := _hash(text)] = text
    return key


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
