"""A teacher gets the files for the class that was typed, and a sentence for what is no class."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from backprop_core.drawing.sheets import write_html, write_pdf
from backprop_core.widgets import Worksheets, file_maker
from backprop_core.widgets import worksheets as module
from backprop_core.widgets.worksheets import FILES
from backprop_core.worksheet import sheets
from tests.refusals import assert_refused


class Asked(Worksheets):
    """A widget whose messages to the browser can be read."""

    def __init__(self, *of: int) -> None:
        super().__init__(*of)
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []

    def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.said.append((content, buffers or []))

    def ask(self, do: Any, ticket: Any = "t", **more: Any) -> None:
        self._on_wish({"do": do, "ticket": ticket, **more}, [])

    def last(self) -> tuple[dict[str, Any], list[bytes]]:
        """The message that ends it."""
        (last,) = [said for said in self.said if said[0]["state"] != "progress"]
        return last


@pytest.mark.parametrize("do", FILES)
def test_each_button_brings_its_file(do: str) -> None:
    asked = Asked()
    asked.ask(do, students="2", seed="7")
    of, key = sheets(students=2, seed=7), do.startswith("key")
    expected = {
        "pdf": ("application/pdf", lambda: write_pdf(of, key=key)),
        "html": ("text/html", lambda: write_html(of, key=key).encode()),
    }
    media_type, made = expected[do.partition(".")[2]]
    assert asked.last() == (
        {"ticket": "t", "state": "done", "name": f"backprop-class-7-{do}", "type": media_type},
        [made()],
    )


def test_it_tells_at_which_student_it_is_while_the_page_goes_on() -> None:
    async def press() -> Asked:
        asked = Asked()
        asked.ask("key.html", students="3", seed="1")
        assert asked.said == []
        await asyncio.gather(*asked._tasks)
        return asked

    said = asyncio.run(press()).said
    assert [content.get("sentence") for content, _ in said[:-1]] == [
        *("Student 1 of 3", "Student 2 of 3", "Student 3 of 3"),
    ]
    assert said[-1][0]["state"] == "done"


def test_it_can_be_cancelled() -> None:
    class Impatient(Asked):
        def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
            super().send(content, buffers)
            self.ask("cancel")

    async def press() -> Asked:
        asked = Impatient()
        asked.ask("worksheets.html", students="60", seed="1")
        await asyncio.gather(*asked._tasks)
        return asked

    asked = asyncio.run(press())
    assert {content["state"] for content, _ in asked.said} == {"progress"}
    assert len(asked.said) < 60


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "Students is “None”, but expected a whole number from 1 to 60."),
        (
            {"students": "61", "seed": "1"},
            "Students is “61”, but expected a whole number from 1 to 60.",
        ),
        (
            {"students": "1e9", "seed": "1"},
            "Students is “1e9”, but expected a whole number from 1 to 60.",
        ),
        (
            {"students": "30", "seed": {"a": 1}},
            "Seed is “{'a': 1}”, but expected a whole number from 0 to 999,999.",
        ),
    ],
)
def test_what_is_no_class_is_refused_in_a_sentence(more: dict[str, Any], sentence: str) -> None:
    asked = Asked()
    asked.ask("key.pdf", **more)
    assert asked.said == [({"ticket": "t", "state": "failed", "sentence": sentence}, [])]


@pytest.mark.parametrize("do", ["worksheets.exe", "../key.pdf", "", ["key.pdf"], None, 3])
def test_what_is_no_wish_is_left_alone(do: Any) -> None:
    asked = Asked()
    asked.ask(do, students="2", seed="7")
    asked.ask("key.pdf", ticket=None, students="2", seed="7")
    assert asked.said == []


def test_a_mistake_of_ours_ends_in_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "sheets", fail)
    asked = Asked()
    with pytest.raises(ZeroDivisionError):
        asked.ask("key.pdf", students="2", seed="7")
    assert asked.said == [({"ticket": "t", "state": "failed", "sentence": file_maker.ASTRAY}, [])]


def test_it_begins_with_a_class_that_can_be() -> None:
    assert Worksheets(12, 2026).typed == {"students": "12", "seed": "2026"}
    assert_refused(lambda: Worksheets(61), "Students is 61, but expected")


def test_a_page_that_has_it_opens_without_what_draws() -> None:
    program = (
        "import sys\n"
        "from backprop_core.widgets import Worksheets\n"
        "Worksheets()\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert {"numpy", "anywidget"} <= set(done.stdout.split()), done.stderr
    assert {"fpdf", "matplotlib", "networkx", "PIL"}.isdisjoint(done.stdout.split())
