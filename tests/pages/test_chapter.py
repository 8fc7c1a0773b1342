"""A chapter's notebook is run once, and comes to the same in every process."""

import logging
import os
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from backprop_core.pages.chapter import WIDGET, Chapter, run_chapters, widgets_of
from tests.pages.notebook import NOTEBOOKS, chapters, run, write
from tests.refusals import assert_refused

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def elsewhere(home: Path, program: str) -> str:
    """What a program prints in a process of its own, with another order in its sets."""
    told = "import sys\nfrom pathlib import Path\nfrom backprop_core.pages.chapter import *\n"
    shown = subprocess.run(
        [sys.executable, "-W", "error", "-c", told + program],
        env={**os.environ, "PYTHONHASHSEED": "4", "HOME": str(home)},
        cwd=NOTEBOOKS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout


def test_every_chapter_runs() -> None:
    assert list(chapters()) == NAMES
    assert len(NAMES) >= 8
    for name, chapter in chapters().items():
        assert chapter.name == name
        assert chapter.title
        assert not chapter.failed
        assert not [cell for cell in chapter.cells if cell.failed]
    assert sum(len(chapter.models) for chapter in chapters().values()) > 50


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_has_all_that_it_speaks_of(name: str) -> None:
    chapter = chapters()[name]
    shown = [
        out[WIDGET]["model_id"] for cell in chapter.cells for out in cell.outputs if WIDGET in out
    ]
    inside = re.findall(r"IPY_MODEL_([\w-]+)", chapter.to_json())
    assert {*shown, *inside} <= set(chapter.models)
    assert len(shown) == len(set(shown))
    for id_, model in chapter.models.items():
        assert re.fullmatch(rf"{name}-\d+", id_)
        assert set(model) == {"name", "module", "sheet", "state", "buffers", "classes"}
        assert "_esm" not in model["state"]
        assert "_model_name" not in model["state"]
        if model["name"] == "AnyModel":
            assert "export default" in chapter.modules[model["module"]]
            assert model["sheet"] in chapter.sheets
    assert set(chapter.modules) == {m["module"] for m in chapter.models.values()} - {None}
    assert set(chapter.sheets) == {m["sheet"] for m in chapter.models.values()} - {None}


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_travels_as_json(name: str) -> None:
    chapter = chapters()[name]
    assert Chapter.from_json(chapter.to_json()) == chapter


def test_a_second_run_comes_to_the_same() -> None:
    first = run_chapters(NOTEBOOKS, only="06_playground")["06_playground"]
    assert first == chapters()["06_playground"]
    assert run_chapters(NOTEBOOKS, only="06_playground") == {"06_playground": first}


@pytest.mark.parametrize("name", ["05_why_backpropagation", "06_playground"])
def test_another_process_that_runs_one_chapter_comes_to_the_same(name: str, tmp_path: Path) -> None:
    program = f"print(run_chapters(Path('notebooks'), only={name!r})[{name!r}].to_json())"
    assert Chapter.from_json(elsewhere(tmp_path, program)) == chapters()[name]
    assert list(tmp_path.iterdir()) == []  # and leaves nothing in the home folder


def test_no_thread_is_left_that_a_fork_would_not_have(tmp_path: Path) -> None:
    program = (
        "import threading\n"
        "run_chapters(Path('notebooks'))\n"
        "print([thread.name for thread in threading.enumerate()])"
    )
    assert elsewhere(tmp_path, program) == "['MainThread']\n"


def test_a_digest_tells_whether_the_models_are_the_same(tmp_path: Path) -> None:
    show = "import ipywidgets\nipywidgets.HTML('{}')"
    one = run(tmp_path, ("markdown", "# One"), ("code", show.format("a")))
    retold = run(tmp_path, ("markdown", "# Other words"), ("code", show.format("a")))
    changed = run(tmp_path, ("markdown", "# One"), ("code", show.format("b")))
    assert one.digest == retold.digest != changed.digest


# ---- what cells show ----


def test_outputs_are_what_a_page_shows_best(tmp_path: Path) -> None:
    chapter = run(
        tmp_path,
        ("markdown", "# *Small* things\n\nOf no weight."),
        (
            "code",
            "from IPython.display import HTML, display\nprint('a <b>')\ndisplay(HTML('<i>'))\n7",
        ),
        ("code", "quiet = 8;"),
        ("code", "quiet;"),
        ("raw", "not for the page"),
        ("code", "import ipywidgets\nbox = ipywidgets.VBox([ipywidgets.HTML('x')])\nbox"),
        speaker_notes={"minutes": {"45": 1}},
    )
    assert chapter.title == "Small things"
    assert [cell.prose[:1] for cell in chapter.cells] == ["#", "", "", "", ""]
    assert [cell.outputs for cell in chapter.cells] == [
        (),
        ({"text/plain": "a <b>\n"}, {"text/html": "<i>"}, {"text/plain": "7"}),
        (),
        (),
        ({WIDGET: {"version_major": 2, "version_minor": 0, "model_id": "one-5"}},),
    ]
    assert chapter.cells[0].notes == {"minutes": {"45": 1}}
    assert list(chapter.models) == ["one-3", "one-5"]


def test_each_chapter_begins_with_nothing_defined(tmp_path: Path) -> None:
    ours = sys.modules["__main__"]
    write(tmp_path, "a", ("code", "mine = 1\n__name__"))
    write(tmp_path, "b", ("code", "'mine' in globals()"))
    ran = run_chapters(tmp_path)
    assert ran["a"].cells[0].outputs == ({"text/plain": "'__main__'"},)
    assert ran["b"].cells[0].outputs == ({"text/plain": "False"},)
    assert sys.modules["__main__"] is ours
    assert not hasattr(ours, "mine")


def test_a_cell_reads_files_beside_its_notebook(tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("1 2")
    chapter = run(tmp_path, ("code", "from pathlib import Path\nPath('numbers.txt').read_text()"))
    assert chapter.cells[0].outputs == ({"text/plain": "'1 2'"},)


def test_bytes_of_a_state_are_buffers_and_looks_are_said_in_place(tmp_path: Path) -> None:
    source = "import ipywidgets\nipywidgets.Image(value=b'\\x00\\xff', layout={'width': '3em'})\n"
    (model,) = run(tmp_path, ("code", source)).models.values()
    assert model["name"] == "ImageModel"
    (buffer,) = model["buffers"]
    assert buffer["path"] == ["value"]
    assert b64decode(buffer["data"]) == b"\x00\xff"
    assert "value" not in model["state"]
    assert model["state"]["layout"] == {"width": "3em"}


def test_the_widgets_go_on_living(tmp_path: Path) -> None:
    source = "import ipywidgets\nipywidgets.IntSlider(3)"
    chapter = run(tmp_path, ("code", source))
    ((id_, slider),) = widgets_of(chapter).items()
    slider.value = 5
    assert chapter.models[id_]["state"]["value"] == 3
    run(tmp_path, ("code", source))
    assert widgets_of(chapter)[id_].value == 3  # the new one has the id


# ---- what can go wrong ----


def test_a_cell_that_fails_stops_its_chapter_and_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cells = [
        ("markdown", "# Before"),
        ("code", "'shown'"),
        ("code", "print('so far')\nraise ValueError('a secret of the folder')"),
        ("markdown", "After"),
        ("code", "'not run'"),
    ]
    write(tmp_path, "fails", *cells)
    write(tmp_path, "stands", ("code", "'stands'"))
    with caplog.at_level(logging.ERROR):
        ran = run_chapters(tmp_path)
    failing = ran["fails"]
    assert failing.failed
    assert [cell.failed for cell in failing.cells] == [False, False, True, False]
    assert failing.cells[1].outputs == ({"text/plain": "'shown'"},)
    assert failing.cells[2].outputs == ({"text/plain": "so far\n"},)
    assert failing.cells[3].prose == "After"
    assert "secret" not in failing.to_json()
    assert "a secret of the folder" in caplog.text
    assert not ran["stands"].failed
    assert ran["stands"].cells[0].outputs == ({"text/plain": "'stands'"},)


@pytest.mark.parametrize("source", ["1 +", "raise SystemExit", "import nothing_of_this_name"])
def test_any_error_is_one(source: str, tmp_path: Path) -> None:
    chapter = run(tmp_path, ("code", source))
    assert chapter.failed
    assert [(cell.failed, cell.outputs) for cell in chapter.cells] == [(True, ())]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [{}]}', '{"cells": 3}'])
def test_a_file_that_is_no_notebook_leaves_the_others_alone(
    text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "good", ("markdown", "# Good"))
    (tmp_path / "bad.ipynb").write_text(text)
    (tmp_path / ".hidden.ipynb").write_text(text)
    ran = run_chapters(tmp_path)
    assert [(chapter.name, chapter.failed) for chapter in ran.values()] == [
        ("bad", True),
        ("good", False),
    ]
    assert "bad.ipynb cannot be read." in caplog.text


def test_what_goes_to_stderr_is_for_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chapter = run(tmp_path, ("code", "import sys\nprint('psst', file=sys.stderr)"))
    assert chapter.cells[0].outputs == ()
    assert "psst" in caplog.text


def test_a_folder_without_chapters_is_refused(tmp_path: Path) -> None:
    assert_refused(lambda: run_chapters(tmp_path), f"{tmp_path} has no notebooks, but expected")
    write(tmp_path, "one", ("markdown", "# One"))
    assert_refused(
        lambda: run_chapters(tmp_path, only="two"),
        f"There is no chapter 'two' in {tmp_path}, but expected one of: one.",
    )
