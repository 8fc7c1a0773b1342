"""Read the texts of a worksheet, in which symbols such as ``$w_{1,3}$`` stand among words."""

from html import escape

from backprop_core.drawing import markup

__all__ = ["as_html", "pieces"]


def pieces(text: str) -> list[markup.Run]:
    """A text as runs of one style; what is no symbol stands upright.

    Examples
    --------
    >>> [(run.text, run.italic) for run in pieces("$h = 0.5$ here")]
    [('h', True), (' = 0.5', False), (' here', False)]
    """
    found: list[markup.Run] = []
    for place, part in enumerate(text.split("$")):
        if place % 2:
            found += markup.runs(f"${part}$")
        elif part:
            found.append(markup.Run(part, italic=False))
    return found


def as_html(text: str) -> str:
    """A text as HTML, with everything escaped.

    Examples
    --------
    >>> as_html("old − $h$ · $∂E/∂w_{x_1,1}$ < 1")
    'old − <i>h</i> · ∂<i>E</i>/∂<i>w</i><sub><i>x</i><sub>1</sub>,1</sub> &lt; 1'
    """
    html = ""
    open_tags: list[str] = []
    for run in pieces(text):
        levels = _levels(run)
        while open_tags and open_tags != levels[: len(open_tags)]:
            html += f"</{open_tags.pop()}>"
        for tag in levels[len(open_tags) :]:
            html += f"<{tag}>"
            open_tags.append(tag)
        html += f"<i>{escape(run.text)}</i>" if run.italic else escape(run.text)
    return html + "".join(f"</{tag}>" for tag in reversed(open_tags))


def _levels(run: markup.Run) -> list[str]:
    """The elements that a run stands in, the outermost first."""
    if run.scale == 1:
        return []
    if run.shift < 0:
        return ["sup"]
    return ["sub"] if run.shift < 0.3 else ["sub", "sub"]
