"""Give a widget its script and its style sheet: of each it can bring only one file."""

import re
from pathlib import Path

__all__ = ["PRESENTER", "PRESENTER_SHEETS", "joined", "script", "stylesheet"]

_HERE = Path(__file__).parent

# What presents a widget; a chapter's page has the same in its script, and presents all of itself.
PRESENTER = (
    *("covering.mjs", "countdown.mjs", "notes_window.mjs"),
    *("presenter_bar.mjs", "presenter.mjs"),
)
PRESENTER_SHEETS = ("presenter.css", "presented.css")

# Where all stand in one file, nothing comes from another one.
_BETWEEN_FILES = re.compile(r"^import \{[^}]*\} from .*\n|^export (?!default)", re.MULTILINE)


def script(*names: str) -> str:
    """The shared functions and the named files as one module."""
    return joined("shared.mjs", *names)


def joined(*names: str | Path) -> str:
    """The named scripts as one module; of another folder, with their path."""
    return _BETWEEN_FILES.sub("", _together(*names))


def stylesheet(*names: str) -> str:
    """The palette, the shared rules and the named files as one style sheet."""
    return _together("palette.css", "shared.css", *names)


def _together(*names: str | Path) -> str:
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)
