"""Write a chapter as one HTML page that brings all it needs."""

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from os.path import commonprefix
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backprop_core.pages.chapter import Chapter
from backprop_core.pages.front_end import FILES
from backprop_core.pages.prose import prose
from backprop_core.pages.shell import WIDGET
from backprop_core.widgets import bundle

__all__ = ["NAME", "as_json", "page", "script_hashes", "styles"]

NAME = "Backpropagation, step by step"

_HERE = Path(__file__).parent
_WIDGETS = Path(bundle.__file__).parent
# What comes later may override what comes before.
_SHEETS = (
    _HERE / "front_end/controls.css",
    _WIDGETS / "palette.css",
    _HERE / "page.css",
    _HERE / "front_end/header.css",
    _HERE / "slides.css",
    *(_WIDGETS / name for name in bundle.PRESENTER_SHEETS),
    _HERE / "print.css",
)
_TEMPLATES = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
# What ends an element of script, or makes its end none.
_ENDING = re.compile("<(?=/?script|!--)", re.IGNORECASE)
_SCRIPT = re.compile(r"<script(?![^>]*application/json)[^>]*>(.*?)</script>", re.DOTALL)


def page(chapter: Chapter, *, live: bool = True, extra: str = "") -> str:
    """The page of a chapter.

    Parameters
    ----------
    chapter : Chapter
    live : bool
        Whether it is served together with kernels. If not, links lead to files beside it, which
        end with ``.html``.
    extra : str
        Trusted HTML, put before the page's script.

    Returns
    -------
    str
        HTML that fetches nothing, and has no address but relative ones.
    """
    ending = ".ipynb" if live else ".html"
    modules, modules_begin = _rests(chapter.modules)
    sheets, sheets_begin = _rests(chapter.sheets)
    data = {
        "chapter": chapter.name,
        "digest": chapter.digest,
        "shared": {"modules": modules_begin, "sheets": sheets_begin},
        "modules": modules,
        "sheets": sheets,
        "models": chapter.models,
        "live": live,
    }
    return _TEMPLATES.get_template("page.html.j2").render(
        chapter=chapter,
        name=NAME,
        live=live,
        ending=ending,
        icon=_icon(),
        styles=Markup(styles()),
        prose=lambda markdown: Markup(prose(markdown, ending)),
        data=Markup(as_json(data)),
        extra=Markup(extra),
        script=Markup(_script()),
        WIDGET=WIDGET,
    )


def as_json(data: object) -> str:
    r"""Data as it may stand in a ``<script type="application/json">``.

    Examples
    --------
    >>> as_json({"said": "</script>"})
    '{"said":"\\u003c/script>"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _ENDING.sub(r"\\u003c", text)


def _rests(texts: dict[str, str]) -> tuple[dict[str, str], str]:
    """Texts without what all begin with, and that: widgets share many a line."""
    begin = commonprefix(list(texts.values()))  # noqa: RUF071  these are no paths
    return {key: text.removeprefix(begin) for key, text in texts.items()}, begin


@cache
def styles() -> str:
    """The style sheet of all pages."""
    font = b64encode((_HERE / "fonts/math.woff2").read_bytes()).decode()
    sheets = "\n".join(sheet.read_text("utf-8") for sheet in _SHEETS)
    return sheets.replace("fonts/math.woff2", f"data:font/woff2;base64,{font}")


def script_hashes(html: str) -> tuple[str, ...]:
    """What a Content-Security-Policy says to let the scripts of a page run, and no others.

    Examples
    --------
    >>> script_hashes("<script>1</script>")
    ("'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='",)
    """
    return tuple(
        f"'sha256-{b64encode(sha256(found[1].encode()).digest()).decode()}'"
        for found in _SCRIPT.finditer(html)
    )


@cache
def _script() -> str:
    # In a string, <\/script> is the same, and does not end the element.
    return bundle.joined(*FILES).replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _icon() -> str:
    return "data:image/svg+xml," + quote((_HERE / "favicon.svg").read_text("utf-8"))
