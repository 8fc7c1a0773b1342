"""The text of a chapter: links, headings, and every formula of every notebook."""

import re
from itertools import chain
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_core.pages import prose as of_prose
from backprop_core.pages.formulas import formula
from backprop_core.pages.prose import prose
from tests.pages.notebook import NOTEBOOKS, chapters
from tests.refusals import assert_refused

FONT = NOTEBOOKS.parent / "backprop_core/pages/fonts"


def tree(latex: str, display: str = "block") -> Element:
    """A formula's elements."""
    return ElementTree.fromstring(formula(latex, display))


def formulas() -> list[tuple[str, str]]:
    """Every formula of every notebook, with how it stands on the page."""
    found = []

    class Listening(of_prose._Renderer):
        def inline_math(self, body: str) -> str:
            found.append((body, "inline"))
            return ""

        def block_math(self, body: str) -> str:
            found.append((body, "block"))
            return ""

    for cell in chain.from_iterable(chapter.cells for chapter in chapters().values()):
        of_prose.MarkdownWithMath(renderer=Listening(".ipynb")).render(cell.prose)
    return found


def test_every_formula_converts() -> None:
    found = formulas()
    assert len(found) > 700
    assert sum(display == "block" for _, display in found) > 30
    for latex, display in found:
        text = "".join(tree(latex, display).itertext())
        assert text, latex
        assert not set(text) & set("\\&{}$#"), latex


def test_every_letter_of_a_formula_is_in_the_font_that_a_page_brings() -> None:
    has: set[int] = set()
    for line in (FONT / "characters.txt").read_text().split():
        first, _, last = line.removeprefix("U+").partition("-")
        has |= set(range(int(first, 16), int(last or first, 16) + 1))
    text = {c for latex, display in formulas() for c in "".join(tree(latex, display).itertext())}
    assert len(text) > 60
    assert {c for c in text if ord(c) not in has} == set()


def test_no_formula_of_the_tutorial_is_left_as_it_was_typed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for chapter in chapters().values():
        for cell in chapter.cells:
            assert not re.search(r"\$|\\[a-z({\[]", re.sub("<pre>.*?</pre>", "", prose(cell.prose)))
    assert not caplog.records


def test_a_sum_has_its_limits_above_and_below_in_a_line_of_its_own() -> None:
    alone = tree(r"\left( \sum_{i=1}^{N} w_i \right)^2")
    assert [limits[0].text for limits in alone.iter("munderover")] == ["∑"]
    assert [limits[0].text for limits in tree(r"\sum_i x").iter("munder")] == ["∑"]
    assert tree(r"\sum_{i=1}^{N} w_i", "inline").find(".//munderover") is None


def test_tall_brackets_are_stretched_and_others_are_not() -> None:
    tall = tree(r"\left( \frac{a}{b} \right)").findall(".//mo[@stretchy='true']")
    assert [bracket.text for bracket in tall] == ["(", ")"]
    assert tree("g(r)").find(".//mo[@stretchy='true']") is None


@pytest.mark.parametrize("environment", ["aligned", "gathered"])
def test_lines_stand_under_each_other(environment: str) -> None:
    latex = rf"\begin{{{environment}}} a = b \\ c = \sum_i d \end{{{environment}}}"
    (table,) = tree(latex).iter("mtable")
    assert ["".join(row.itertext()) for row in table.iter("mtr")] == ["a=b", "c=∑id"]
    assert table.get("displaystyle") == "true"


def test_lines_are_aligned_where_they_say() -> None:
    rows = tree(r"\begin{aligned} a &= b \\ &\cdot c \end{aligned}").iter("mtr")
    assert [["".join(cell.itertext()) for cell in row] for row in rows] == [["a", "=b"], ["", "·c"]]


def test_a_hat_sits_on_its_letter() -> None:
    (hat,) = tree(r"\hat{w}_1").iter("mover")
    assert [part.text for part in hat] == ["w", "ˆ"]
    assert hat.get("accent") == "true"


def test_signs_in_an_index_take_no_room_and_others_do() -> None:
    signs = {sign.text: sign.get("lspace") for sign in tree("w_{i-1,2} - 1, 2^{k=3}").iter("mo")}
    assert signs == {"−": None, ",": None, "=": "0"}
    first, comma, *_ = tree("w_{i-1,2} - 1").iter("mo")
    assert (first.text, first.get("lspace"), comma.text, comma.get("rspace")) == (
        "−",
        "0",
        ",",
        "0",
    )


def test_names_are_upright_and_in_one_piece() -> None:
    assert [name.text for name in tree(r"\mathrm{ReLU}(x)").iter("mtext")] == ["ReLU"]
    assert [word.text for word in tree(r"\delta^{\text{textbook}}").iter("mtext")] == ["textbook"]
    assert [one.text for one in tree(r"\tanh x").iter("mi")] == ["tanh", "x"]


def test_derivatives_and_slopes() -> None:
    fraction = tree(r"\frac{\partial E}{\partial w}").find("mfrac")
    assert fraction is not None
    assert ["".join(half.itertext()) for half in fraction] == ["∂E", "∂w"]
    assert "".join(tree("g'(r)").itertext()) == "g′(r)"
    assert tree("g'").find(".//msup") is None  # the sign is raised as it is
    assert "".join(tree(r"\nabla E").itertext()) == "∇E"


def test_what_is_smaller_than_something_is_no_markup() -> None:
    assert "".join(tree("a < b > c").itertext()) == "a<b>c"
    assert "<script" not in prose("$<script>alert(1)</script>$")


@pytest.mark.parametrize("latex", [r"\nonsense{x}", r"a \wrong b"])
def test_a_command_that_is_not_known_is_refused(latex: str) -> None:
    assert_refused(lambda: formula(latex), "'")


@pytest.mark.parametrize("latex", [r"\nonsense{<b>}", r"\left( x"])
def test_a_formula_that_cannot_be_shown_is_shown_as_it_was_typed(
    latex: str, caplog: pytest.LogCaptureFixture
) -> None:
    escaped = latex.replace("<", "&lt;").replace(">", "&gt;")
    assert prose(f"See ${latex}$.") == f"<p>See <code>{escaped}</code>.</p>\n"
    assert "cannot be shown" in caplog.text


@given(st.text())
def test_whatever_is_typed_as_a_formula_the_page_stands(latex: str) -> None:
    shown = of_prose._formula(latex, "inline")
    assert shown.startswith(("<math", "<code>"))
    assert "<script" not in shown


# ---- around the formulas ----


@pytest.mark.parametrize("ending", [".ipynb", ".html"])
def test_links_lead_to_other_chapters(ending: str) -> None:
    text = "[a](05_x.ipynb) [b](05_x.ipynb#The-end) [c](05_x.ipynb 'said')"
    assert re.findall('href="(.*?)"', prose(text, ending)) == [
        f"05_x{ending}",
        f"05_x{ending}#The-end",
        f"05_x{ending}",
    ]


@pytest.mark.parametrize(
    "url", ["#here", "https://example.org/a.ipynb", "/a.ipynb", "a.ipynb?b=1", "mailto:a.ipynb"]
)
def test_other_links_stay(url: str) -> None:
    assert f'href="{url}"' in prose(f"[a]({url})", ".html")


def test_headings_can_be_linked_to() -> None:
    assert prose("## What this is") == '<h2 id="What-this-is">What this is</h2>'
    assert prose("# Why *back*prop?") == '<h1 id="Why-backprop?">Why <em>back</em>prop?</h1>'


def test_formulas_stand_in_text_and_in_a_box_that_scrolls() -> None:
    assert prose("If $x$ then") == "<p>If <math><mi>x</mi></math> then</p>\n"
    box = '<span class="bp-formula"><math display="block"><mi>x</mi></math></span>'
    assert prose("$$x$$") == f"<p>{box}</p>\n"
    assert prose(r"\begin{align*} a &= b \end{align*}").count("<mtable") == 1


def test_code_is_code_and_our_markup_is_markup() -> None:
    assert prose("`<b> $x$`") == "<p><code>&lt;b&gt; $x$</code></p>\n"
    assert "<details><summary>Answer</summary>" in prose(
        "<details><summary>Answer</summary>\n\nyes"
    )
    assert "<td>1</td>" in prose("| a |\n| --- |\n| 1 |")
