"""`backprop-tutorial` does what its help says, and says in a sentence what cannot be."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backprop_core import chapters
from backprop_core.cli import PASSWORD, main

COMMANDS = ("serve", "lab", "site", "worksheet")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a server would have been started with."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "backprop_core.serving.serve", lambda folder, **told: found.append({"": folder, **told})
    )
    monkeypatch.delenv(PASSWORD, raising=False)
    return found


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Let somebody type a password."""
    left = list(answers)
    monkeypatch.setattr("backprop_core.cli.getpass", lambda question: left.pop(0))


def test_alone_it_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert all(f"  {command} " in told or f"  {command}\n" in told for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_loads_nothing_for_it(command: str) -> None:
    program = (
        "import sys; from backprop_core.cli import main\n"
        f"try: main([{command!r}, '--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print({'voila', 'jupyterlab', 'matplotlib', 'ipywidgets'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", program]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"usage: backprop-tutorial {command} ")
    assert told.endswith("\nset()\n")


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("0.")


# --- serve ---------------------------------------------------------------------------------------


def test_serve_shows_the_tutorial_to_this_computer(served: list[dict[str, Any]]) -> None:
    assert main(["serve"]) == 0
    (told,) = served
    assert told.pop("") == chapters.CHAPTERS
    assert told == {
        **{"port": 8866, "ip": "localhost", "socket": "", "base_url": "/", "password": ""},
        **{"visitors": 60, "idle_minutes": 30, "open_browser": True, "kernels": "auto"},
    }


def test_serve_hands_on_what_was_chosen(served: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "one.ipynb").write_text("{}")
    told = "--port 9000 --ip 0.0.0.0 --visitors 30 --idle-minutes 0.5 --base-url tutorial"
    told += " --no-browser --kernels ordinary --socket here --folder"
    assert main(["serve", *told.split(), str(tmp_path)]) == 0
    assert served == [
        {
            **{"": tmp_path, "port": 9000, "ip": "0.0.0.0", "visitors": 30, "idle_minutes": 0.5},
            **{"base_url": "/tutorial/", "open_browser": False, "kernels": "ordinary"},
            **{"socket": "here", "password": ""},
        }
    ]


def test_a_password_is_asked_for_or_in_the_environment(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "open sesame", "open sesame")
    assert main(["serve", "--password"]) == 0
    monkeypatch.setenv(PASSWORD, "barley")
    assert main(["serve", "--password"]) == main(["serve"]) == 0  # nobody is asked
    assert [told["password"] for told in served] == ["open sesame", "barley", "barley"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--port x", "Port is “x”, but expected a whole number from 1 to 65,535."),
        ("--port 0", "Port is “0”, but expected a whole number from 1 to 65,535."),
        ("--visitors 0", "Visitors is “0”, but expected a whole number from 1 to 1,000."),
        ("--idle-minutes soon", "Idle minutes is “soon”, but expected a number such as 0.5."),
        ("--idle-minutes=-1", "Idle minutes is “-1”, but expected 0 or a number above it."),
        ("--base-url /a?b", "Base URL is “/a?b”, but expected a path such as /tutorial/."),
        ("--base-url //a", "Base URL is “//a”, but expected a path such as /tutorial/."),
        ("--folder nowhere", "Folder is “nowhere”, but expected one with notebooks in it."),
    ],
)
def test_serve_refuses_in_a_sentence(
    served: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: str,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", *arguments.split()]) == 2
    assert capsys.readouterr() == ("", f"{sentence}\n")
    assert served == []


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (("",), "Password is empty, but expected at least one character.\n"),
        (("a", "b"), "Password is not the same both times, but expected it twice.\n"),
    ],
)
def test_a_password_that_is_none_is_refused(
    served: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[str, ...],
    sentence: str,
) -> None:
    typed(monkeypatch, *answers)
    assert main(["serve", "--password"]) == 2
    assert capsys.readouterr().err == sentence
    assert served == []


# --- lab -----------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What JupyterLab would have been started with."""
    found: list[list[str]] = []
    monkeypatch.setattr("jupyterlab.labapp.main", found.append)
    return found


def test_lab_brings_the_chapters_and_leaves_what_is_yours(
    opened: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lab"]) == 0
    mine = tmp_path / "backprop-tutorial"
    names = sorted(path.name for path in chapters.CHAPTERS.glob("*.ipynb"))
    assert sorted(path.name for path in mine.iterdir()) == names
    assert all("cells" in json.loads((mine / name).read_text()) for name in names)
    (mine / names[0]).write_text("mine")
    (mine / names[1]).unlink()
    assert main(["lab", "--no-browser", "--port", "9001"]) == 0
    assert (mine / names[0]).read_text() == "mine"
    assert (mine / names[1]).exists()
    first, second = opened
    assert first[0] == second[0] == str(mine / "00_start_here.ipynb")
    assert "--no-browser" not in first
    assert {"--no-browser", "--port=9001"} <= set(second)


def test_lab_in_a_checkout_opens_its_notebooks(opened: list[list[str]]) -> None:
    before = {path: path.read_bytes() for path in chapters.CHAPTERS.iterdir() if path.is_file()}
    assert main(["lab", "--folder", str(chapters.CHAPTERS)]) == 0
    assert {path: path.read_bytes() for path in before} == before
    assert opened[0][0] == str(chapters.CHAPTERS / "00_start_here.ipynb")


def test_lab_answers_at_once_and_takes_its_options() -> None:
    from jupyter_server.serverapp import ServerApp
    from traitlets.utils.importstring import import_item

    from backprop_core.cli import PROMPT
    from backprop_core.serving.connection import PromptConnection

    assert import_item(PROMPT) is PromptConnection
    assert {"kernel_websocket_connection_class", "root_dir"} <= set(ServerApp.class_trait_names())


# --- site and worksheet --------------------------------------------------------------------------


def test_worksheet_writes_four_files_and_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "a/b"
    told = ["worksheet", "--students", "2", "--seed", "7", "--out"]
    assert main([*told, str(folder)]) == 0
    said, _ = capsys.readouterr()
    assert said == (
        f"{folder}: worksheets.html, worksheets.pdf, key.html and key.pdf for 2 students, seed 7.\n"
    )
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(files) == ["key.html", "key.pdf", "worksheets.html", "worksheets.pdf"]
    # and another process, at another time, writes the same bytes
    again = [sys.executable, "-m", "backprop_core", *told, str(tmp_path / "again")]
    done = subprocess.run(again, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == files


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--students", "x"), "Students is “x”, but expected a whole number from 1 to 60."),
        (("--seed=-7",), "Seed is “-7”, but expected a whole number from 0 to 999,999."),
        (("--out", " "), "Folder is “”, but expected the name of a folder."),
        (
            ("--out", "~no such person/x"),
            "Folder is “~no such person/x”, but expected one in a home that there is.",
        ),
        (
            ("--out", "file/x"),
            "Folder is “file/x”, but expected one that can be written to: not a directory.",
        ),
    ],
)
def test_worksheet_refuses_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    assert main(["worksheet", "--students", "1", *arguments]) == 2
    assert capsys.readouterr() == ("", f"{sentence}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_site_writes_what_is_asked_for_and_says_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[tuple[Path, Path]] = []
    monkeypatch.setattr("backprop_core.pages.site.write_site", lambda *told: written.append(told))
    assert main(["site", "--out", str(tmp_path)]) == 0
    assert written == [(chapters.CHAPTERS, tmp_path)]
    assert str(tmp_path / "00_start_here.html") in capsys.readouterr().out
