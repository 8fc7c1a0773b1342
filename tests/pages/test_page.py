"""A chapter's page brings all it needs, and says nothing that it should not."""

import gzip
import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from backprop_core.pages.chapter import Chapter
from backprop_core.pages.page import as_json, page, script_hashes, styles
from tests.pages.notebook import NOTEBOOKS, chapters, run

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
LIVE = pytest.mark.parametrize("live", [True, False], ids=["live", "static"])
EACH = pytest.mark.parametrize("name", NAMES)
FETCHED = {"src", "srcset", "poster", "action", "formaction", "background", "ping", "data"}


class Reader(HTMLParser):
    """The elements of a page with their attributes, and the text in each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._last = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._last = tag

    def handle_data(self, data: str) -> None:
        self.text[self._last] = self.text.get(self._last, "") + data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attrs for found, attrs in self.elements if found == tag]

    def links(self) -> list[str]:
        """Where one can go."""
        return [attrs["href"] or "" for attrs in self.all("a")]


def data_of(html: str) -> dict[str, Any]:
    """What the page's script is told."""
    (text,) = re.findall(r'<script type="application/json" id="bp-widgets">(.*?)</script>', html)
    return dict(json.loads(text))


# ---- the chapters ----


@EACH
@LIVE
def test_a_page_fetches_nothing_and_names_no_other_host(name: str, live: bool) -> None:
    html = page(chapters()[name], live=live)
    read = Reader(html)
    assert len(read.elements) > 20
    for tag, attrs in read.elements:
        told = {key: value or "" for key, value in attrs.items() if key in FETCHED}
        assert all(value.startswith("data:") for value in told.values()), (tag, told)
        assert not [key for key in attrs if key.startswith("on")]  # nor any handler in place
        if tag == "link":
            assert (attrs["rel"], (attrs["href"] or "")[:5]) == ("icon", "data:")
    assert "@import" not in html
    assert {url.strip("\"'")[:5] for url in re.findall(r"url\(([^)]{0,9})", styles())} == {"data:"}
    assert not [link for link in read.links() if re.match(r"\w+:|/", link)]
    assert "base" not in dict(read.elements)


@EACH
@LIVE
def test_links_lead_to_chapters_that_are_there(name: str, live: bool) -> None:
    ending = ".ipynb" if live else ".html"
    links = {link for link in Reader(page(chapters()[name], live=live)).links() if link[0] != "#"}
    assert f"00_start_here{ending}" in links
    assert len(links) > 1
    assert links <= {f"{chapter}{ending}" for chapter in chapters()}


@EACH
@LIVE
def test_a_page_tells_its_script_all_about_its_widgets(name: str, live: bool) -> None:
    chapter = chapters()[name]
    html = page(chapter, live=live)
    data = data_of(html)
    assert (data["chapter"], data["digest"], data["live"]) == (name, chapter.digest, live)
    assert data["models"] == chapter.models
    for kind, texts in (("modules", chapter.modules), ("sheets", chapter.sheets)):
        assert {key: data["shared"][kind] + rest for key, rest in data[kind].items()} == texts
    places = [attrs["data-model"] for attrs in Reader(html).all("div") if "data-model" in attrs]
    assert set(places) <= set(chapter.models)
    assert len(places) == chapter.to_json().count('"application/vnd.jupyter.widget-view+json"')


@EACH
def test_a_page_is_not_heavy(name: str) -> None:
    html = page(chapters()[name]).encode()
    assert len(html) < 900_000
    assert len(gzip.compress(html)) < 250_000


@EACH
def test_a_page_is_the_same_each_time_and_has_one_script_for_all_pages(name: str) -> None:
    html = page(chapters()[name])
    assert html == page(Chapter.from_json(chapters()[name].to_json()))
    assert script_hashes(html) == script_hashes(page(chapters()["00_start_here"], live=False))
    (script,) = (
        attrs for attrs in Reader(html).all("script") if "json" not in (attrs["type"] or "")
    )
    assert script == {"type": "module"}
    (text,) = re.findall(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    assert script_hashes(html) == (f"'sha256-{digest}'",)


@EACH
def test_titles_and_places_that_the_presenter_and_the_tests_rely_on(name: str) -> None:
    read = Reader(page(chapters()[name]))
    title = chapters()[name].title
    whole = "Backpropagation, step by step"
    assert read.text["title"].strip() == (whole if title == whole else f"{title} – {whole}")
    ids = [attrs["id"] for _, attrs in read.elements if "id" in attrs]
    assert {"chapter", "bp-link", "bp-present", "bp-widgets"} <= set(ids)
    html, body = read.all("html")[0], read.all("body")[0]
    assert (html["lang"], html["data-python"]) == ("en", "connecting")
    assert body["data-jp-theme-light"] == "true"
    notes = [
        json.loads(attrs["data-notes"] or "") for _, attrs in read.elements if "data-notes" in attrs
    ]
    kept = [
        cell.notes for cell in chapters()[name].cells if cell.notes for _ in cell.outputs or "p"
    ]
    assert notes == kept


def test_a_static_page_says_from_the_beginning_that_there_is_no_python() -> None:
    html = page(chapters()["00_start_here"], live=False)
    assert Reader(html).all("html")[0]["data-python"] == "none"


def test_without_javascript_one_sentence_says_what_is_missing() -> None:
    assert (
        "JavaScript"
        in page(chapters()["00_start_here"]).split("<noscript>")[1].split("</noscript>")[0]
    )


# ---- what may stand in a page ----

NASTY = "</script><script>alert('1')</script><!--<b onclick=\"x\">&amp;'"


def test_what_is_printed_is_no_markup(tmp_path: Path) -> None:
    html = page(run(tmp_path, ("code", f"print({NASTY!r})\n{NASTY!r}")))
    read = Reader(html)
    assert read.text["pre"].count("<script>alert('1')") == 1
    assert len(read.all("pre")) == 2
    assert read.all("b") == []
    assert len(read.all("script")) == 2


def test_a_title_is_no_markup(tmp_path: Path) -> None:
    read = Reader(page(run(tmp_path, ("markdown", f"# {NASTY}"))))
    assert read.text["title"].startswith("</script><script>alert('1')")


def test_notes_cannot_leave_their_attribute(tmp_path: Path) -> None:
    chapter = run(tmp_path, ("markdown", "text"), speaker_notes={"ask": NASTY})
    read = Reader(page(chapter))
    (prose,) = (attrs for attrs in read.all("div") if attrs.get("class") == "bp-prose")
    assert json.loads(prose["data-notes"] or "") == {"ask": NASTY}
    assert len(read.all("script")) == 2


@pytest.mark.parametrize("text", [NASTY, "</SCRIPT >", "<!--<script", "\u2028", "</scr" + "ipt/"])
def test_data_cannot_end_its_element(text: str, tmp_path: Path) -> None:
    source = f"import ipywidgets\nipywidgets.HTML({text!r})"
    html = page(run(tmp_path, ("code", source)))
    (model,) = data_of(html)["models"].values()
    assert model["state"]["value"] == text
    assert len(Reader(html).all("script")) == 2
    assert json.loads(as_json([text])) == [text]
    assert not re.search(r"<(/?script|!--)", as_json([text]), re.IGNORECASE)


def test_outputs_of_every_kind_have_their_place(tmp_path: Path) -> None:
    shown = {
        "text/html": "<i>html</i>",
        "image/svg+xml": "<svg><title>svg</title></svg>",
        "image/png": "aGk=",
        "text/markdown": "*markdown* $x$",
        "text/plain": "<plain>",
    }
    source = "\n".join(f"display({{{mime!r}: {text!r}}}, raw=True)" for mime, text in shown.items())
    html = page(run(tmp_path, ("code", f"from IPython.display import display\n{source}")))
    for text in ("<i>html</i>", "<svg>", "data:image/png;base64,aGk=", "<em>markdown</em> <math>"):
        assert html.count(text) == 1, text
    assert '<pre class="bp-output" tabindex="0">&lt;plain&gt;</pre>' in html


def test_a_page_says_what_could_not_be_computed(tmp_path: Path) -> None:
    chapter = run(
        tmp_path,
        ("code", "'before'"),
        ("code", "raise ValueError('of the program')"),
        ("markdown", "The text."),
    )
    html = page(chapter)
    assert html.count("could not be computed") == 1
    assert html.count('class="bp-error" role="alert"') == 1
    assert html.index("before") < html.index("could not be") < html.index("The text.")
    assert "of the program" not in html
    assert "Traceback" not in html
    unread = replace(chapter, cells=())
    assert "This chapter could not be read." in page(unread)
    assert "could not be" not in page(chapters()["00_start_here"])


def test_what_else_a_page_brings_stands_before_its_script() -> None:
    extra = '<script type="application/json" id="bp-more">1</script>'
    html = page(chapters()["00_start_here"], extra=extra)
    assert html.index('id="bp-widgets"') < html.index(extra) < html.index('<script type="module">')
    assert len(script_hashes(html)) == 1
