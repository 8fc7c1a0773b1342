"""Give a widget its style sheet, with the palette that all of them share before it."""

from pathlib import Path

__all__ = ["stylesheet"]

_HERE = Path(__file__).parent


def stylesheet(name: str) -> str:
    """The palette and the named file as one sheet: a widget can bring only one."""
    return "\n".join((_HERE / file).read_text("utf-8") for file in ("palette.css", name))
