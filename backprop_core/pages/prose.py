"""Turn a notebook's Markdown into HTML, with its formulas as MathML that needs no script."""

import logging
import re
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from backprop_core.pages.formulas import formula

__all__ = ["prose"]

log = logging.getLogger(__name__)

_CHAPTER = re.compile(r"^([^/:?#]+)\.ipynb(?=#|$)")
_ANCHOR = re.compile(r'<a class="anchor-link".*?</a>')


def prose(markdown: str, ending: str = ".ipynb") -> str:
    """HTML of a cell's Markdown.

    Parameters
    ----------
    markdown : str
        May hold HTML, which stays as it is: notebooks are trusted.
    ending : str
        What links to other chapters end with.

    Examples
    --------
    >>> prose("*Next:* [five](05_five.ipynb)", ending=".html")
    '<p><em>Next:</em> <a href="05_five.html">five</a></p>\\n'
    """
    return MarkdownWithMath(renderer=_Renderer(ending)).render(markdown)


class _Renderer(IPythonRenderer):
    def __init__(self, ending: str) -> None:
        super().__init__(escape=False)
        self._ending = ending

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, _CHAPTER.sub(rf"\1{self._ending}", url), title)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        # Its id is the one that it has in JupyterLab.
        return _ANCHOR.sub("", super().heading(text, level, **attrs))

    def inline_math(self, body: str) -> str:
        return _formula(body, "inline")

    def block_math(self, body: str) -> str:
        return f'<span class="bp-formula">{_formula(body, "block")}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def _formula(latex: str, display: str) -> str:
    try:
        return formula(latex, display)
    except Exception:  # what the converter raises has no common kind
        log.exception("The formula %s cannot be shown.", latex)
        return f"<code>{escape(latex)}</code>"
