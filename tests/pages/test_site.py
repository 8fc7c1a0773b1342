"""A site is written whole or not at all, the same each time, and plays what Python would answer."""

import json
import zlib
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from backprop_core.pages import plays_derivations
from backprop_core.pages.chapter import Chapter, widgets_of
from backprop_core.pages.plays import record_board, record_exercises, record_lesson, record_rules
from backprop_core.pages.plays_derivations import record_walkers
from backprop_core.pages.recorded import Recording, held, packed
from backprop_core.pages.site import MADE, write_site
from backprop_core.pages.without_python import without_python
from backprop_core.widgets import (
    CostOfBothWays,
    Derivation,
    DerivationWalker,
    Downhill,
    Exercises,
    Lesson,
    Rules,
    SumOverPaths,
)
from tests.pages.notebook import run, write

HALF = "from backprop_core.widgets import HalfSquare\nHalfSquare()"


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(folder, "00_start_here", ("markdown", "# Start\n\n[on](01_more.ipynb)"))
    write(folder, "01_more", ("markdown", "# More"), ("code", HALF))
    return folder


# --- files ---------------------------------------------------------------------------------------


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_same_notebooks_same_bytes(notebooks: Path, tmp_path: Path) -> None:
    sizes = write_site(notebooks, tmp_path / "one")
    write_site(notebooks, tmp_path / "deep/two")
    one = content(tmp_path / "one")
    assert one == content(tmp_path / "deep/two")
    assert set(one) == {"00_start_here.html", "01_more.html", "index.html", MADE}
    assert sizes == {name: len(data) for name, data in one.items() if name != MADE}
    assert b'href="01_more.html"' in one["00_start_here.html"]
    assert b'url=00_start_here.html"' in one["index.html"]
    assert b"backprop-tutorial serve" in one["01_more.html"]


def test_a_former_site_is_replaced_as_a_whole(notebooks: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    out.mkdir()  # an empty folder will do
    write_site(notebooks, out)
    (notebooks / "01_more.ipynb").unlink()
    write_site(notebooks, out)
    assert set(content(out)) == {"00_start_here.html", "index.html", MADE}
    assert {path.name for path in tmp_path.iterdir()} == {"dist", "notebooks"}


def test_other_folders_are_refused(notebooks: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    write_site(notebooks, out)
    (out / "thesis.txt").write_text("mine")
    before = content(out)
    with pytest.raises(ValueError, match=r"holds 'thesis\.txt', which is not of a site"):
        write_site(notebooks, out)
    assert content(out) == before
    with pytest.raises(ValueError, match="is there already, but expected a folder"):
        write_site(notebooks, out / "thesis.txt")
    with pytest.raises(ValueError, match=r"holds '00_start_here\.ipynb', which is not of a site"):
        write_site(notebooks, notebooks)


def test_a_chapter_that_fails_leaves_the_former_site(notebooks: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    write_site(notebooks, out)
    before = content(out)
    write(notebooks, "02_bad", ("code", "1 / 0"))
    with pytest.raises(ValueError, match="The chapter 02_bad has failed, so no site was written"):
        write_site(notebooks, out)
    assert content(out) == before
    with pytest.raises(ValueError, match="has no notebooks, but expected some"):
        write_site(tmp_path / "nowhere", out)


# --- what is recorded ----------------------------------------------------------------------------


class Player:
    """Plays a recording as the page does."""

    def __init__(self, recording: Recording) -> None:
        told = packed(recording)
        data = json.loads(zlib.decompress(b64decode(told["data"])))
        self.data, self.here, self.models = data, dict(data["start"]), told["models"]

    def play(self, widget: ipywidgets.Widget, *asked: Any) -> bool:
        """Go where a wish leads; False if that was not recorded."""
        name = json.dumps([widget.model_id, *asked], ensure_ascii=False, separators=(",", ":"))
        wish = self.data["wishes"].get(name)
        if wish is None:
            return False
        place = dict(self.here)
        for axis, to in wish["to"].items():
            place[axis] = to if isinstance(to, str) else to[1][self.here[to[0]]]
        for rule in self.data["settled"]:
            key = "|".join(place[axis] for axis in rule["by"])
            place[rule["axis"]] = rule["table"].get(key, place[rule["axis"]])
        if any(self._key(p, place) not in p["shows"] for p in self.data["parts"].values()):
            return False
        self.here = place
        return True

    @staticmethod
    def _key(part: dict[str, Any], place: dict[str, str]) -> str:
        return "|".join(place[axis] for axis in part["by"])

    def shown(self, widget: ipywidgets.Widget) -> dict[str, Any]:
        """What was recorded of a widget for this place."""
        part = self.data["parts"][widget.model_id]
        refs = part["shows"][self._key(part, self.here)]
        values = (self._filled(json.loads(self.data["values"][n])) for n in refs)
        return dict(zip(part["traits"], values, strict=True))

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("\x01"):
            return self.data["texts"][int(value[1:])]
        if isinstance(value, dict):
            return {key: self._filled(v) for key, v in value.items()}
        return [self._filled(v) for v in value] if isinstance(value, list) else value

    def assert_as(self, recorded: ipywidgets.Widget, living: ipywidgets.Widget) -> None:
        """What was recorded is what another widget, which was asked the same, holds."""
        now = held(living)
        told = self.shown(recorded)
        assert told == {name: json.loads(now[name]) for name in told}


def test_boards_answer_as_python_does() -> None:
    recorded, living = SumOverPaths(), SumOverPaths()
    player = Player(record_board(recorded, dict.fromkeys(("network", "parameter", "sample")),
                                 {"network": {"parameter": "weight-x1-f1"}}))  # fmt: skip
    player.assert_as(recorded, living)  # it begins where it began
    assert held(recorded) == held(SumOverPaths())
    for key, value in (
        *(("parameter", "bias-f2"), ("sample", "x = (0, 1), t = 1")),
        *(("network", "2 – 3 – 3 – 1"), ("parameter", "bias-f6"), ("network", "2 – 2 – 2 – 1")),
    ):
        assert player.play(recorded, key, value)
        living.take({key: value})
        player.assert_as(recorded, living)
    assert not player.play(recorded, "parameter", "bias-f7")  # of another network
    assert not player.play(recorded, "parameter", "nothing")


def test_sliders_take_the_steps_that_are_recorded() -> None:
    recorded, living = Downhill(), Downhill()
    grids = {"slot": None, "w": (-1, 1, 0.5), "h": (2, 8, 6)}  # as whole as can be
    player = Player(record_board(recorded, grids, {"slot": {"w": "0.0"}, "back": {"w": "0.0"}}))
    ends = {c["key"]: (c["low"], c["high"], c["step"]) for c in recorded.controls if "step" in c}
    assert ends == {"w": (-1, 1, 0.5), "h": (2, 8, 6)}
    moves = (("w", -0.5), ("h", 2), ("slot", "bias-f1"), ("w", 1), ("back", True))
    for key, value in moves:
        assert player.play(recorded, key, value), key
        living.take({key: value})
        player.assert_as(recorded, living)
    assert not player.play(recorded, "w", 0.25)
    assert not player.play(recorded, "step", True)


def test_rules_bring_their_tables() -> None:
    recorded, living = Rules(), Rules()
    player = Player(record_rules(recorded, {}))
    moves = (("pick", "bias-f2"), ("set", "OR"), ("activation", "tanh"), ("sample", "4"))
    for key, value in moves:
        assert player.play(recorded.board, key, value)
        living.board.take({key: value})
        player.assert_as(recorded.board, living.board)
        player.assert_as(recorded.tables[0], living.tables[0])
    assert player.play(recorded.tables[0], "row", 1)
    living.tables[0].row = 1
    player.assert_as(recorded.board, living.board)


def walkers() -> list[DerivationWalker]:
    first = DerivationWalker("weight-f1-f3")
    return [first, DerivationWalker("bias-f3", "bias-f1", beside=first)]


def test_walkers_answer_as_python_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plays_derivations, "LARGEST", 3)  # six takes long, and is no different
    recorded, living = walkers(), walkers()
    player = Player(record_walkers(recorded[0], {w.model_id: w for w in recorded}))
    for n, key, value in (
        *((0, "slot", "weight-x2-f1"), (0, "activation", "tanh"), (1, "teacher_set", "AND")),
        *((1, "slot", "bias-f1"), (0, "reset", ""), (1, "n_1", "3"), (0, "slot", "weight-x2-f3")),
        *((0, "n_0", "1"), (1, "slot", "bias-f4"), (0, "n_1", "2"), (0, "slot", "bias-f1")),
    ):
        assert player.play(recorded[n], key, value), (key, value)
        living[n].take(key, value)
        for w, as_now in zip(recorded, living, strict=True):
            player.assert_as(w, as_now)
    assert not player.play(recorded[0], "redraw", "")
    assert not player.play(recorded[0], "activation", "tanh")  # only of the network to begin with


def test_a_lesson_brings_what_follows_it() -> None:
    def lesson() -> tuple[Lesson, Derivation]:
        made = Lesson()
        return made, Derivation(made, "signals")

    (recorded, derivation), (living, follows) = lesson(), lesson()
    widgets = (recorded.walkthrough, derivation, recorded.sample, recorded.activation,
               recorded.convention, *recorded._fields.texts.values())  # fmt: skip
    player = Player(record_lesson(recorded, {w.model_id: w for w in widgets}))
    assert not recorded.walkthrough.editable
    for name, index in (("sample", 0), ("activation", 1), ("convention", 1), ("sample", 3)):
        assert player.play(getattr(recorded, name), "index", index)
        getattr(living, name).index = index
        player.assert_as(recorded.walkthrough, living.walkthrough)
        player.assert_as(derivation, follows)
    assert not player.play(recorded.sample, "index", 4)  # my own


def test_exercises_show_how_they_are_computed_and_judge_nothing() -> None:
    recorded, living = Exercises("forward", "path-edges"), Exercises("forward", "path-edges")
    player = Player(record_exercises(recorded, {}))
    assert "solution" not in player.shown(recorded)["feedback"]
    assert player.play(recorded, "check")  # whatever the answer is
    assert player.shown(recorded)["feedback"]["status"] == "unjudged"
    assert "solution" not in player.shown(recorded)["feedback"]
    assert player.play(recorded, "show", "solution")
    living.take("check", "0")
    living.take("show", "solution")
    solution = json.loads(held(living)["feedback"])["solution"]
    assert player.shown(recorded)["feedback"]["solution"] == solution
    numbers = []
    for _ in range(6):
        assert player.play(recorded, "another", None)
        assert player.shown(recorded)["feedback"] == {}
        numbers.append(player.shown(recorded)["shown"]["number"])
    assert all(a != b for a, b in pairwise(numbers))
    assert player.play(recorded, "kind", "path-edges")
    assert not player.play(recorded, "number", "777")


def test_numbers_are_asked_for_as_a_browser_writes_them() -> None:
    board = CostOfBothWays()
    wishes = record_board(board, {"layers": None, "width": None}).data()["wishes"]
    assert f'["{board.model_id}","layers",4]' in wishes


# --- a chapter -----------------------------------------------------------------------------------


def chapter_with(tmp_path: Path, code: str) -> Chapter:
    return run(tmp_path, ("code", f"from backprop_core import widgets\n{code}"))


def test_what_takes_python_is_marked(tmp_path: Path) -> None:
    chapter, told = without_python(chapter_with(tmp_path, "widgets.TeacherSet()"))
    (says,) = (mark["says"] for mark in told["marks"].values())
    assert "Python" in says
    assert [r["models"] for r in told["recordings"]] == [list(chapter.models)]


def test_what_works_as_a_whole_is_not_marked(tmp_path: Path) -> None:
    _, told = without_python(chapter_with(tmp_path, "widgets.HalfSquare()"))
    assert (told["marks"], len(told["recordings"])) == ({}, 1)


def test_examples_bring_a_walkthrough_that_was_not_there(tmp_path: Path) -> None:
    before = chapter_with(tmp_path, "widgets.WorkedExamples()")
    chapter, told = without_python(before)
    new = chapter.models.keys() - before.models.keys()
    assert [chapter.models[id_]["state"]["numbers"]["neuron"] != {} for id_ in new] == [True]
    assert widgets_of(before)  # living still
    box = next(m for m in chapter.models.values() if m["name"] == "VBoxModel")
    assert len(box["state"]["children"]) == 1  # nothing is chosen yet
    assert len(told["recordings"]) == 1
