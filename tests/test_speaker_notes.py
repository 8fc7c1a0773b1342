"""Every step, line and section has a question of its own, and the minutes of a plan add up."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest

from backprop_core import ACTIVATIONS, Activation, Network
from backprop_core.derivations import derive
from backprop_core.derivations.questions import NOTES as LINE_NOTES
from backprop_core.derivations.questions import line_notes
from backprop_core.situation import Situation
from backprop_core.speaker_notes import NOTES, Note, notes_for
from backprop_core.walkthrough import CONVENTIONS, GRANULARITIES
from backprop_core.widgets.batch import BatchOnline
from backprop_core.widgets.board import Board
from backprop_core.widgets.descent import TwoWeights
from backprop_core.widgets.error import TeacherSet
from backprop_core.widgets.paths import SumOverPaths
from tests.prose import copied

CHAPTERS = sorted((Path(__file__).parent.parent / "notebooks").glob("0[1-9]_*.ipynb"))
PLANS = ("45", "90")
OWN = Activation("half", lambda r: r / 2, lambda r, y: r * 0 + 0.5, r"r / 2", r"\frac{1}{2}")


def situation(
    *sizes: int, activation: str | Activation = "sigmoid", convention: str = "output"
) -> Situation:
    net = Network.random(sizes, activation=activation, seed=0)
    return Situation(net, (0.5,) * sizes[0], (1.0,) * sizes[-1], convention=convention)


SIZES = [(1, 1), (2, 2, 2, 1), (3, 1, 1), (2, 1, 4, 2), (4, 3), (2, 12, 12, 3), (1, 1, 1, 1)]


def check(note: Note) -> None:
    """A question, short, without digits of numbers or places that nothing was put into."""
    assert note.question.endswith("?")
    assert len(note.question) <= 160
    assert note.listen.endswith(".")
    assert not re.search(r"[0-9{}]|  ", note.question + note.listen)


# ---- steps of a walk ----


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("by", GRANULARITIES)
def test_each_step_has_a_question(sizes: tuple[int, ...], convention: str, by: str) -> None:
    told = situation(*sizes, convention=convention)
    steps = told.walk(by)
    notes = notes_for(told, steps)
    assert len(notes) == len(steps)
    for note in notes:
        check(note)
    assert all(a.question != b.question for a, b in pairwise(notes))


@pytest.mark.parametrize("activation", [*ACTIVATIONS, OWN], ids=[*ACTIVATIONS, "own"])
def test_each_activation_has_questions(activation: str | Activation) -> None:
    told = situation(2, 2, 1, activation=activation)
    for note in notes_for(told, told.walk()):
        check(note)


@pytest.mark.parametrize("by", GRANULARITIES)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_asks_nothing_twice_in_the_articles_network(by: str, convention: str) -> None:
    told = Situation(convention=convention)
    questions = Counter(note.question for note in notes_for(told, told.walk(by)))
    assert set(questions.values()) == {1}


def test_stays_the_same_while_numbers_change() -> None:
    told = Situation()
    other = told.with_parameter("weight-f1-f3", -3.5)
    assert notes_for(told, told.walk()) == notes_for(other, other.walk())


def test_no_note_is_in_vain() -> None:
    used = set()
    for sizes in SIZES:
        for convention in CONVENTIONS:
            for by in GRANULARITIES:
                told = situation(*sizes, convention=convention)
                used |= {_bare(note.question) for note in notes_for(told, told.walk(by))}
    for name in ACTIVATIONS:
        told = situation(2, 4, 1, activation=name)
        used |= {_bare(note.question) for note in notes_for(told, told.walk())}
    unused = {
        note.question
        for notes in NOTES.values()
        for note in notes
        if not any(re.fullmatch(_pattern(note.question), question) for question in used)
    }
    assert not unused


def _bare(question: str) -> str:
    return " ".join(question.split())


def _pattern(template: str) -> str:
    return ".+".join(re.escape(part) for part in re.split(r"\{\w+\}", template))


# ---- lines of a derivation ----


@pytest.mark.parametrize("sizes", [(2, 2, 1), (1, 1, 1), (3, 2, 1), (6, 6, 1)], ids=str)
@pytest.mark.parametrize("slot", ["weight-x1-f1", "weight-f1-{}", "bias-f1", "bias-{}"])
def test_each_line_has_a_question(sizes: tuple[int, ...], slot: str) -> None:
    slot = slot.format(f"f{sizes[1] + 1}")
    notes = line_notes(sizes, slot)
    assert len(notes) == sum(len(part.lines) for part in derive(sizes, slot))
    assert len({note.question for note in notes}) == len(notes)
    for note in notes:
        check(note)


def test_no_line_note_is_in_vain() -> None:
    slots = ("weight-x1-f1", "weight-f1-f2", "bias-f1", "bias-f2")
    larger = (slot.replace("f2", "f3") for slot in slots)
    asked = {n.question for slot in slots for n in line_notes((1, 1, 1), slot)}
    asked |= {n.question for slot in larger for n in line_notes((2, 2, 1), slot)}
    for (note,) in LINE_NOTES.values():
        assert any(re.fullmatch(_pattern(note.question), question) for question in asked), note


# ---- steps of an exploration ----


@pytest.mark.parametrize("board", [TeacherSet, TwoWeights, BatchOnline, SumOverPaths])
def test_explorations_with_steps_have_questions(board: Callable[[], Board]) -> None:
    shown = board()
    assert len(shown.questions) >= 3
    assert len(shown.shown["steps"]) >= len(shown.questions) - 1
    for question in shown.questions:
        check(Note(question, "."))


# ---- sections of the chapters ----


def notes_of(path: Path) -> dict[str, dict[str, Any]]:
    """The speaker notes of a chapter, by cell."""
    cells = nbformat.read(path, as_version=nbformat.NO_CONVERT).cells
    return {c.id: c.metadata.speaker_notes for c in cells if "speaker_notes" in c.metadata}


def test_there_are_chapters() -> None:
    assert len(CHAPTERS) == 7


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_section_and_widget_has_a_note(path: Path) -> None:
    cells = nbformat.read(path, as_version=nbformat.NO_CONVERT).cells
    expected = {c.id for c in cells if c.cell_type == "code" or c.source.startswith("#")}
    assert set(notes_of(path)) == expected


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_notes_are_well_formed(path: Path) -> None:
    for note in notes_of(path).values():
        assert {"question", "minutes"} <= set(note) <= {"question", "minutes", "say"}
        question, say = note["question"], note.get("say", "-.")
        assert question.endswith("?")
        assert len(question) <= 200
        assert say.endswith((".", "”"))
        assert len(say) <= 240
        assert tuple(note["minutes"]) == PLANS
        assert all(type(m) is int and m >= 0 for m in note["minutes"].values())


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_minutes_add_up(path: Path, plan: str) -> None:
    assert sum(note["minutes"][plan] for note in notes_of(path).values()) == int(plan)


def test_no_section_asks_what_another_does() -> None:
    asked = Counter(n["question"] for path in CHAPTERS for n in notes_of(path).values())
    assert len(asked) > 130
    assert set(asked.values()) == {1}


def test_the_words_are_our_own() -> None:
    sections = [n for path in CHAPTERS for n in notes_of(path).values()]
    texts = [str(note.get(name, "")) for note in sections for name in ("question", "say")]
    table = [note for notes in (*NOTES.values(), *LINE_NOTES.values()) for note in notes]
    texts += [text for note in table for text in (note.question, note.listen)]
    assert not [run for text in texts for run in copied(text)]
