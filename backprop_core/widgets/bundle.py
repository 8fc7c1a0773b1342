"""Give a widget its script and its style sheet: of each it can bring only one file."""

from pathlib import Path

__all__ = ["script", "stylesheet"]

_HERE = Path(__file__).parent


def script(*names: str) -> str:
    """The shared functions and the named files as one module."""
    return _together("shared.mjs", *names)


def stylesheet(*names: str) -> str:
    """The palette, the shared rules and the named files as one style sheet."""
    return _together("palette.css", "shared.css", *names)


def _together(*names: str) -> str:
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)
