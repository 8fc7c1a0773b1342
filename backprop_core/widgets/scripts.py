"""Give a widget its script, with the functions that several of them share before it."""

from pathlib import Path

__all__ = ["script"]

_HERE = Path(__file__).parent


def script(name: str) -> str:
    """The shared functions and the named file as one module: a widget can bring only one."""
    return "\n".join((_HERE / file).read_text("utf-8") for file in ("shared.mjs", name))
