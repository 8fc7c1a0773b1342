"""The scripts that bring a page to life, in the order in which they stand in it."""

from pathlib import Path

__all__ = ["FILES"]

_HERE = Path(__file__).parent
_WIDGETS = _HERE.parents[1] / "widgets"

# Each comes after what it imports; together they are one module, so names are unique in all of it.
FILES = (
    *(_WIDGETS / f"{name}.mjs" for name in ("shared", "covering", "countdown", "notes_window")),
    *(_WIDGETS / f"{name}.mjs" for name in ("presenter_bar", "presenter")),
    *(_HERE / f"{name}.mjs" for name in ("fit_slide", "chapter", "theme", "equal", "messages")),
    *(_HERE / f"{name}.mjs" for name in ("models", "controls", "views", "journal")),
    *(_HERE / f"{name}.mjs" for name in ("without_python", "header", "connection")),
    *(_HERE / f"{name}.mjs" for name in ("kernel_link", "page")),
)
