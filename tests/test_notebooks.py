"""The notebooks run, are stored clean, read in order, and lead to each other."""

import re
from itertools import pairwise
from pathlib import Path

import nbclient
import nbformat
import pytest

from backprop_core.exercises import KINDS
from tests.prose import copied

FOLDER = Path(__file__).parent.parent / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
HEADING = re.compile(r"^(#+) \S", re.MULTILINE)
LINK = re.compile(r"\]\(([^)]*)\)|(?:href|src)=[\"']([^\"']*)")
LOADS_FROM_ELSEWHERE = re.compile(
    r"!\[[^\]]*\]\((?:https?:)?//|<(?:script|iframe|link|object|embed)\b|src\s*=\s*[\"']?(?:https?:)?//"
)

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def prose(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_there_are_notebooks() -> None:
    assert [path.stem for path in PATHS] == [
        "00_start_here",
        "01_neurons_and_networks",
        "02_teaching_a_network",
        "03_deriving_the_update_rules",
        "04_putting_it_together",
        "05_why_backpropagation",
        "06_playground",
        "07_check_yourself",
    ]


@pytest.mark.parametrize("path", PATHS[1:], ids=lambda path: path.stem)
def test_has_the_rhythm_of_a_chapter(path: Path) -> None:
    for_students, *_ = prose(read(path)).split("\n## For teachers")
    headings = re.findall(r"^## (.+)$", for_students, re.MULTILINE)
    assert headings[0] == "What you will be able to do"
    assert headings[-2:] == ["Try it", "What to remember"]
    assert "<summary>Answer" in prose(read(path))


def test_chapters_ask_before_they_end() -> None:
    asked = []
    for path in PATHS[1:6]:
        notebook = read(path)
        headings = re.findall(r"^## (.+)$", prose(notebook), re.MULTILINE)
        assert headings[-3] == "Check yourself"
        (cell,) = (cell.source for cell in notebook.cells if "Exercises(" in cell.source)
        kinds = re.findall(r'"([a-z-]+)"', cell)
        assert all(KINDS[kind].section[0] == path.stem[1] for kind in kinds)
        asked += kinds
    assert set(asked) == set(KINDS)


@every_notebook
def test_leads_to_its_neighbours(path: Path) -> None:
    place = PATHS.index(path)
    expected = [("Previous", place - 1)] if place else []
    expected += [("Next", place + 1)] if place + 1 < len(PATHS) else []
    titles = [(way, title_of(PATHS[there]), PATHS[there].name) for way, there in expected]
    last = read(path).cells[-1].source
    found = re.findall(r"(Previous|Next): \[(?:← )?(.+?)(?: →)?\]\((.+?)\)", last)
    assert found == titles


def title_of(path: Path) -> str:
    if path == PATHS[0]:
        return "Start here"
    return read(path).cells[0].source.splitlines()[0].removeprefix("# ")


@every_notebook
def test_runs_without_an_error(path: Path) -> None:
    notebook = read(path)
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    )
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert not [o for cell in code for o in cell.outputs if o.output_type in ("error", "stream")]


@every_notebook
def test_is_stored_clean(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.title
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell.id), "an id says what the cell is about"
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@every_notebook
def test_has_short_cells(path: Path) -> None:
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    lengths = [len(cell.source.splitlines()) for cell in cells]
    assert all(length <= 8 for length in lengths)
    assert sum(length > 5 for length in lengths) <= len(lengths) / 4


@every_notebook
def test_has_one_title_and_skips_no_level(path: Path) -> None:
    notebook = read(path)
    assert notebook.cells[0].source.startswith("# ")
    levels = [len(marks) for marks in HEADING.findall(prose(notebook))]
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


@every_notebook
def test_links_lead_somewhere(path: Path) -> None:
    links = [markdown or html for markdown, html in LINK.findall(prose(read(path)))]
    assert links
    for link in links:
        if not link.startswith("https://"):
            assert (FOLDER / link.partition("#")[0]).is_file(), link


@every_notebook
def test_loads_nothing_from_elsewhere(path: Path) -> None:
    assert not LOADS_FROM_ELSEWHERE.search(prose(read(path)))


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://a.org/b.png)",
        "![a](//a.org/b.png)",
        "<script>1</script>",
        "<img src='http://a.org/b.png'>",
    ],
)
def test_would_notice_what_loads_from_elsewhere(text: str) -> None:
    assert LOADS_FROM_ELSEWHERE.search(text)


@every_notebook
def test_explains_in_its_own_words(path: Path) -> None:
    assert not copied(prose(read(path)))


def test_would_notice_words_of_the_article() -> None:
    quoted = "As they say: **the derivative** of the bias is, of course, zero."
    assert copied(quoted) == [
        "the derivative of the bias is of course",
        "derivative of the bias is of course zero",
    ]
    assert not copied(quoted.replace("course", "necessity"))
