"""Put one of the article's figures on a page, where it follows the page's theme."""

from html import escape
from pathlib import Path

from IPython.display import HTML

__all__ = ["figure"]

# Of the repository; an installed package has no such folder, and draws its figures.
_KEPT = Path(__file__).parents[2] / "assets/figures"
# As wide as the text of a page.
_STYLE = "max-width: 40rem; margin: 0.5em 0; text-align: center"


def figure(name: str, caption: str = "") -> HTML:
    """Show a figure of the article, redrawn.

    Parameters
    ----------
    name : str
        What the article calls it, such as ``single-neuron``.
    caption : str
        What stands below it.

    Raises
    ------
    ValueError
        If the article has no figure of this name.

    Examples
    --------
    >>> figure("single-neuron").data.count("<svg ")
    1
    """
    kept = _KEPT / f"{name}.svg"
    svg = kept.read_text(encoding="utf-8") if kept.is_file() else _drawn(name)
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return HTML(f'<figure style="{_STYLE}">{svg}{below}</figure>')


def _drawn(name: str) -> str:
    from backprop_core.drawing.figures import FIGURES, draw_figure

    if name not in FIGURES:
        raise ValueError(f"name is {name!r}, but expected one of: {', '.join(FIGURES)}.")
    return draw_figure(name)
