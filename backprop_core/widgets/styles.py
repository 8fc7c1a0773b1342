"""Give a widget its style sheet, with the palette and what several of them share before it."""

from pathlib import Path

__all__ = ["stylesheet"]

_HERE = Path(__file__).parent


def stylesheet(*names: str) -> str:
    """The palette, the shared rules and the named files as one: a widget can bring only one."""
    return "\n".join((_HERE / f).read_text("utf-8") for f in ("palette.css", "shared.css", *names))
