"""Each button's file is what the page shows, and only the view that asked for it gets it."""

import asyncio
import subprocess
import sys
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backprop_core import Network
from backprop_core.drawing.walk_pictures import step_png, step_svg, walk_gif
from backprop_core.experiment import Design, Experiment
from backprop_core.situation import Situation
from backprop_core.take_away import (
    numpy_script,
    read_network,
    torch_script,
    write_network,
    write_numbers,
)
from backprop_core.teacher_sets import Recipe
from backprop_core.widgets import Lesson
from backprop_core.widgets import take_away as module
from backprop_core.widgets.take_away import OFFERS, Offer, TakeAway


class Asked(TakeAway):
    """A widget whose messages to the browser can be read."""

    def __init__(self, source: Any) -> None:
        super().__init__(source)
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []

    def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.said.append((content, buffers or []))

    def ask(self, do: Any, *buffers: bytes, ticket: Any = "t", **more: Any) -> None:
        self._on_wish({"do": do, "ticket": ticket, **more}, list(buffers))

    def file(self, do: str) -> tuple[str, str, bytes]:
        """Name, media type and bytes of a file; the one message but for progress."""
        self.said.clear()
        self.ask(do)
        ((done, (data,)),) = [s for s in self.said if s[0]["state"] != "progress"]
        assert (done["state"], done["ticket"]) == ("done", "t")
        return done["name"], done["type"], data

    def load(self, data: bytes, name: str = "mine.json") -> tuple[str, str]:
        """State and sentence after a file was loaded."""
        self.said.clear()
        self.ask("load", data, name=name)
        ((answer, _),) = self.said
        return answer["state"], answer["sentence"]


class Ground(SimpleNamespace):
    """What is asked of a playground."""

    def __init__(self, experiment: Experiment) -> None:
        walk = SimpleNamespace(step=None, walkthrough=None)
        super().__init__(experiment=experiment, situation=experiment.situation, walk=walk)

    def open(self, experiment: Experiment) -> None:
        self.experiment, self.situation = experiment, experiment.situation


@pytest.fixture
def lesson() -> Lesson:
    lesson = Lesson()
    lesson.walkthrough.step = 12
    return lesson


@pytest.fixture
def ground() -> Ground:
    return Ground(Experiment(Recipe("XOR"), Design((2,), ("tanh", "sigmoid"), seed=3), epoch=7))


def expected(situation: Situation, step: int | None, by: str) -> dict[str, bytes]:
    return {
        "network": write_network(situation.network).encode(),
        "numbers": b"\xef\xbb\xbf" + write_numbers(situation, by).encode(),
        "svg": step_svg(situation, step, by).encode(),
        "png": step_png(situation, step, by),
        "numpy": numpy_script(situation).encode(),
        "torch": torch_script(situation).encode(),
    }


NAMES = {
    "network": ("backprop-network-2-2-2-1.json", "application/json"),
    "numbers": ("backprop-numbers-2-2-2-1.csv", "text/csv"),
    "svg": ("backprop-step-13-2-2-2-1.svg", "image/svg+xml"),
    "png": ("backprop-step-13-2-2-2-1.png", "image/png"),
    "numpy": ("backprop-numpy-2-2-2-1.py", "text/x-python"),
    "torch": ("backprop-pytorch-2-2-2-1.py", "text/x-python"),
}


def test_of_a_lesson_each_file_is_what_it_shows(lesson: Lesson) -> None:
    asked, wanted = Asked(lesson), expected(lesson.situation, 12, "neuron")
    assert [offer["do"] for offer in asked.offers] == list(OFFERS)
    assert wanted.keys() | {"gif"} == OFFERS.keys()
    for do, data in wanted.items():
        assert asked.file(do) == (*NAMES[do], data)


def test_it_follows_the_lesson(lesson: Lesson) -> None:
    asked = Asked(lesson)
    lesson.situation = lesson.situation.with_parameter("weight-f3-f5", 0.1 + 0.2)
    lesson.walkthrough.by, lesson.walkthrough.step = "layer", 3
    net = read_network(asked.file("network")[2])
    assert net.weight("f3", "f5") == 0.1 + 0.2
    assert asked.file("numbers")[2].decode("utf-8-sig") == write_numbers(lesson.situation, "layer")
    assert asked.file("svg")[2].decode() == step_svg(lesson.situation, 3, "layer")
    film = asked.file("gif")
    assert film[:2] == ("backprop-walk-2-2-2-1.gif", "image/gif")
    assert film[2] == walk_gif(lesson.situation, "layer")


def test_of_a_playground_with_its_walkthrough_closed_the_network_is_shown(ground: Ground) -> None:
    asked = Asked(ground)
    name, _, data = asked.file("svg")
    assert name == "backprop-network-2-2-1.svg"
    assert data.decode() == step_svg(ground.situation, None)


def test_the_network_is_the_present_one_and_the_rest_what_the_walk_tells(ground: Ground) -> None:
    asked, walked = Asked(ground), ground.situation
    ground.walk.step, ground.walk.walkthrough = 2, SimpleNamespace(by="layer")
    trained = walked.updated.network
    ground.experiment = replace(ground.experiment, network=trained)
    assert read_network(asked.file("network")[2]).weights[0].tolist() == trained.weights[0].tolist()
    assert asked.file("numpy")[2].decode() == numpy_script(walked)
    assert asked.file("png")[2] == step_png(walked, 2, "layer")


# --- refusals, other things that go wrong --------------------------------------------------------


def answer_to(asked: Asked, do: str) -> dict[str, Any]:
    asked.said.clear()
    asked.ask(do)
    ((answer, _),) = asked.said
    return answer


def test_what_cannot_be_drawn_is_refused_in_a_sentence() -> None:
    lesson = Lesson(Situation(Network.random([2, 11, 1])))
    assert answer_to(Asked(lesson), "gif") == {
        "ticket": "t",
        "state": "failed",
        "sentence": "This cannot be saved: layer 1 has 11 nodes, but expected 10 or fewer, "
        "as many as an animation can show the values of.",
    }


def test_a_mistake_of_ours_ends_in_a_sentence_too(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setitem(OFFERS, "svg", replace(OFFERS["svg"], make=fail))
    asked = Asked(lesson)
    with pytest.raises(ZeroDivisionError):
        asked.ask("svg")
    assert asked.said == [({"ticket": "t", "state": "failed", "sentence": module.ASTRAY}, [])]


@pytest.mark.parametrize(
    "wish",
    [
        *(None, [], "svg", 3, {}, {"do": "svg"}, {"ticket": "t"}, {"do": ["svg"], "ticket": "t"}),
        *({"do": "svg", "ticket": 5}, {"do": "all", "ticket": "t"}),
        *({"do": "cancel", "ticket": "t"}, {"do": "load", "ticket": "t"}),
    ],
)
def test_what_is_no_wish_is_left_alone(lesson: Lesson, wish: Any) -> None:
    asked = Asked(lesson)
    asked._on_wish(wish, [])
    assert asked.said == []


# --- in the kernel, whose loop must not wait -----------------------------------------------------


async def until_done(asked: Asked) -> None:
    await asyncio.gather(*asked._tasks)


def test_a_file_is_made_aside_and_tells_how_far_it_is(lesson: Lesson) -> None:
    threads: list[int] = []

    def make(taken: Any, progress: Any) -> bytes:
        threads.append(threading.get_ident())
        progress(4, 9)
        return b"made"

    async def press() -> Asked:
        asked = Asked(lesson)
        asked._make("t", Offer("", "", "a", "b", make))
        assert asked.said == []
        await until_done(asked)
        return asked

    said = asyncio.run(press()).said
    assert threads != [threading.get_ident()]
    assert said == [
        ({"ticket": "t", "state": "progress", "sentence": "Step 5 of 9"}, []),
        ({"ticket": "t", "state": "done", "name": "a", "type": "b"}, [b"made"]),
    ]


def test_cancel_ends_the_one_it_names(lesson: Lesson) -> None:
    class Impatient(Asked):
        def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
            super().send(content, buffers)
            if content["state"] == "progress":
                self.ask("cancel", ticket="first")

    async def press() -> Asked:
        asked = Impatient(lesson)
        asked.ask("gif", ticket="first")
        asked.ask("numpy", ticket="second")
        await until_done(asked)
        return asked

    asked = asyncio.run(press())
    others = [content for content, _ in asked.said if content["state"] != "progress"]
    assert [(other["ticket"], other["state"]) for other in others] == [("second", "done")]
    assert len(asked.said) < 30
    assert not asked._given_up


def test_two_wishes_under_one_ticket_are_both_answered(lesson: Lesson) -> None:
    async def press() -> Asked:
        asked = Asked(lesson)
        asked.ask("numpy")
        asked.ask("torch")
        await until_done(asked)
        return asked

    assert [content["state"] for content, _ in asyncio.run(press()).said] == ["done", "done"]


def test_a_page_that_has_it_opens_without_what_draws() -> None:
    program = (
        "import sys\n"
        "from backprop_core.widgets import Lesson\n"
        "from backprop_core.widgets.take_away import TakeAway\n"
        "TakeAway(Lesson())\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert {"numpy", "anywidget"} <= set(done.stdout.split()), done.stderr
    assert {"matplotlib", "networkx", "PIL"}.isdisjoint(done.stdout.split())


# --- loading -------------------------------------------------------------------------------------


def test_a_network_comes_back_with_every_bit(ground: Ground) -> None:
    asked = Asked(ground)
    net = Network.random([2, 5, 3, 1], ["ELU", "tanh", "sigmoid"], seed=9)
    assert asked.load(write_network(net).encode()) == ("loaded", "“mine.json” is loaded.")
    experiment = ground.experiment
    assert experiment.design.hidden == (5, 3)
    assert experiment.design.activations == ("ELU", "tanh", "sigmoid")
    assert experiment.design.seed == 3
    assert (experiment.epoch, experiment.step, experiment.recipe.name) == (0, None, "XOR")
    for ours, theirs in zip(experiment.present.weights, net.weights, strict=True):
        assert np.array_equal(ours, theirs)
    assert asked.file("network")[2] == write_network(net).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty, but expected JSON."),
        (b"{", "line 1, column 2 of the file is no JSON"),
        (
            write_network(Network.random([3, 2, 1])).encode(),
            "it has 3 inputs and 1 output, but expected 2 and 1, as many as the teacher set has.",
        ),
        (
            write_network(Network.random([2, 17, 1])).encode(),
            "hidden[0] is 17, but expected a whole number of neurons from 1 to 16.",
        ),
        (
            write_network(Network.random([2, *[1] * 7, 1])).encode(),
            "hidden has 7 layers, but expected 6 or fewer.",
        ),
    ],
    ids=["empty", "cut off", "other inputs", "too wide", "too deep"],
)
def test_a_network_that_does_not_fit_is_refused(ground: Ground, data: bytes, why: str) -> None:
    before = ground.experiment
    state, sentence = Asked(ground).load(data, "<b>" + "a" * 50)
    assert state == "failed"
    assert sentence.startswith(f"“<b>{'a' * 36}…” cannot be loaded: {why}")
    assert sentence.endswith(". The present network stays.")
    assert ground.experiment is before


def test_what_a_playground_cannot_open_ends_in_a_sentence(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Experiment) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ground, "open", fail)
    asked = Asked(ground)
    with pytest.raises(ZeroDivisionError):
        asked.load(write_network(ground.experiment.present).encode())
    assert asked.said[-1][0]["sentence"] == module.ASTRAY_LOADING


def test_only_a_playground_loads(lesson: Lesson, ground: Ground) -> None:
    assert not Asked(lesson).loads
    assert Asked(ground).loads
