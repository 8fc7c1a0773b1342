"""The table of a worked example, the example of one's own, and the way into the playground."""

import asyncio
from itertools import count
from typing import Any

import numpy as np
import pytest

from backprop_core.published import examples, titles
from backprop_core.published.files import TEMPLATE, read_example
from backprop_core.widgets import WorkedExamples
from backprop_core.widgets.worked_examples import experiment_of

TICKETS = count()


class Playground:
    """Remembers what it was asked to open."""

    def __init__(self, refusal: str = "") -> None:
        self.opened: list[Any] = []
        self.news = ""
        self._refusal = refusal

    def open(self, experiment: Any, news: str) -> None:
        if self._refusal:
            raise ValueError(self._refusal)
        self.opened.append(experiment)
        self.news = news


def chosen(place: int) -> WorkedExamples:
    page = WorkedExamples()
    page.table.chosen = place
    return page


def rows(page: WorkedExamples) -> list[dict[str, Any]]:
    return [row for group in page.table.shown["groups"] for row in group["rows"]]


def ask(page: WorkedExamples, **action: Any) -> str:
    """Do as the browser does; what is refused."""
    ticket = str(next(TICKETS))
    page.table.action = {"ticket": ticket, **action}
    problem = page.table.problem if action["do"] == "read" else page.table.open_problem
    assert page.table.answer == {"ticket": ticket, "taken": not problem}
    return problem


# --- choosing ------------------------------------------------------------------------------------


def test_opening_shows_a_menu_and_nothing_that_costs() -> None:
    page = WorkedExamples()
    assert page.table.titles == list(titles())
    assert page.table.chosen == -1
    assert not page.table.shown
    assert list(page.children) == [page.table]
    assert not page.example
    assert not page.walkthrough


def test_an_example_is_laid_beside_ours() -> None:
    page = chosen(1)
    shown = page.table.shown
    assert shown["citation"].startswith(
        "Robert Gordon University: “The Back Propagation Algorithm”"
    )
    assert dict(shown["facts"])["Sample"] == "x = (0.35, 0.9), t = 0.5"
    assert dict(shown["facts"])["Weights"].startswith("wₓ₁,₁ = 0.1, wₓ₁,₂ = 0.4, ")
    assert dict(shown["facts"])["Biases"] == "none"
    groups = {group["name"]: len(group["rows"]) for group in shown["groups"]}
    assert groups == {"Forward": 6, "Error": 1, "Backward": 2, "After one update": 7}
    assert shown["mistaken"]
    weight = next(row for row in rows(page) if row["called"] == "w4+")
    assert weight == {
        "name": "wₓ₂,₁",
        "called": "w4+",
        "published": ["0.797", "8", ""],
        "ours": ["0.797", "6", ""],
        "exactly": "0.7976109598722038",
        "mistaken": ["0.7978", "", ""],
        "verdict": "differs from the 4th digit on; agrees with the mistake: updated weights first",
        "kind": "explained",
        "note": "",
    }
    delta = next(row for row in rows(page) if row["called"] == "δ1")
    assert (delta["published"], delta["ours"]) == (["-2.", "406", "e-3"], ["-2.", "654", "e-3"])
    same = rows(page)[0]
    assert (same["published"], same["ours"], same["mistaken"]) == (
        *(["0.755", "", ""], ["0.755", "", ""]),
        None,
    )


def test_which_mistake_it_was_is_said_in_a_sentence() -> None:
    notes = chosen(1).table.shown["notes"]
    assert (
        "wₓ₁,₁, wₓ₂,₁, wₓ₁,₂ and wₓ₂,₂ after one update: the printed digits come out when the "
        "error is sent back through weights that are already updated, not through those that made "
        "the answer."
    ) in notes
    assert any("The walkthrough below moves the biases too" in note for note in notes)
    assert not any("biases" in note for note in chosen(2).table.shown["notes"])


def test_the_summary_counts() -> None:
    assert chosen(0).table.said == (
        "31 of the 35 printed numbers agree with ours. 4 come out with a mistake."
    )
    assert chosen(2).table.said == (
        "5 of the 6 printed numbers agree with ours. 1 comes out with a mistake."
    )


def test_the_walkthrough_is_of_this_very_example() -> None:
    page = chosen(1)
    walkthrough = page.walkthrough
    assert walkthrough is not None
    assert page.children == (page.table, walkthrough)
    assert walkthrough.numbers["facts"][0] == ["Sample", "x = (0.35, 0.9), t = 0.5"]
    walkthrough.step = 5
    page.table.chosen = 0
    assert page.walkthrough is walkthrough
    assert walkthrough.step == 0
    assert walkthrough.numbers["facts"][0] == ["Sample", "x = (0.05, 0.1), t = (0.01, 0.99)"]
    assert "node-f4" in walkthrough.graph


@pytest.mark.parametrize("place", [-7, 99])
def test_a_choice_that_is_not_there_is_none(place: int) -> None:
    page = WorkedExamples()
    page.table.chosen = place
    assert page.table.chosen == max(-1, min(place, 2))


# --- what takes long -----------------------------------------------------------------------------


def test_what_takes_long_is_filled_in_afterwards() -> None:
    async def watch() -> list[tuple[list[str], dict[str, Any]]]:
        page = WorkedExamples()
        seen: list[tuple[list[str], dict[str, Any]]] = []
        page.table.observe(
            lambda change: seen.append(([row["kind"] for row in rows(page)], change["new"])),
            "shown",
        )
        page.table.chosen = 0
        assert page.table.shown == {}  # the kernel is not kept waiting
        while page._tasks:
            await asyncio.gather(*page._tasks)
        return seen

    first, last = asyncio.run(watch())
    assert first[0].count("later") == 3
    assert [row["ours"] for row in first[1]["groups"][-1]["rows"]] == [None] * 3
    assert last[0].count("explained") == 4
    assert "later" not in last[0]


def test_of_a_choice_that_was_given_up_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    async def watch(*places: int) -> tuple[str, list[type]]:
        page = WorkedExamples()
        for place in places:
            page.table.chosen = place
        done = await asyncio.gather(*page._tasks, return_exceptions=True)
        return page.table.said, [type(mistake) for mistake in done]

    monkeypatch.setattr(type(examples()[1]), "situation", fail)
    said = "This example could not be computed."
    assert asyncio.run(watch(1)) == (said, [ZeroDivisionError])
    assert asyncio.run(watch(1, -1)) == ("", [type(None)])  # nor is it computed


def test_a_choice_that_was_given_up_is_not_shown() -> None:
    async def watch() -> WorkedExamples:
        page = WorkedExamples()
        for place in (0, 2, 1):
            page.table.chosen = place
        while page._tasks:
            await asyncio.gather(*page._tasks)
        return page

    page = asyncio.run(watch())
    assert page.example is examples()[1]
    assert page.table.shown["title"] == titles()[1]
    assert page.table.said.startswith("7 of the 16 ")


# --- one's own -----------------------------------------------------------------------------------


def test_an_example_of_ones_own_joins_the_menu() -> None:
    page = WorkedExamples()
    assert ask(page, do="read", text=TEMPLATE) == ""
    assert page.table.titles == [*titles(), "My own example (your own)"]
    assert page.table.chosen == 3
    assert page.table.shown["title"] == "My own example"
    assert page.table.said.startswith("4 of the 5 printed numbers agree with ours. 1 comes out")
    data = TEMPLATE.replace("My own", "Another").encode()
    assert ask(page, do="read", data=data, name="b.yaml") == ""
    assert page.table.chosen == 4
    page.table.chosen = 3
    assert page.table.shown["title"] == "My own example"


def test_what_nothing_explains_is_said_to() -> None:
    page = WorkedExamples()
    ask(page, do="read", text=TEMPLATE.replace("0.0181", "0.0191").replace("0.7978", "0.7979"))
    assert page.table.said == (
        "3 of the 5 printed numbers agree with ours. 2 differ, and we do not know why."
    )
    kinds = [row["kind"] for row in rows(page)]
    assert kinds == ["same", "differs", "same", "same", "differs"]
    assert rows(page)[4]["mistaken"] == ["0.797", "8", ""]
    assert page.table.shown["notes"] == []


def test_a_bad_example_leaves_everything_as_it_was() -> None:
    page = chosen(1)
    before = page.table.titles, page.table.chosen, page.table.shown, page.table.said
    for action, refusal in (
        ({"text": TEMPLATE.replace("h: 1", "h: fast")}, "h is “fast”, but expected a number"),
        ({"text": ""}, "Your example is empty, but expected an example"),
        ({}, "Your example is empty, but expected an example"),
        ({"text": 5}, "Your example is “5”, but expected a mapping"),
        ({"data": b"\xff", "name": "a.yaml"}, "a.yaml has the byte 0xff"),
        ({"data": memoryview(b"a" * 100_001)}, "The file has more than 100,000 bytes"),
        ({"data": "ä"}, "Your example is empty, but expected an example"),
    ):
        assert ask(page, do="read", **action).startswith(refusal)
        assert before == (
            *(page.table.titles, page.table.chosen, page.table.shown, page.table.said),
        )
    assert ask(page, do="read", text=TEMPLATE) == ""  # and the sentence goes


def test_there_is_an_end_to_ones_own() -> None:
    page = WorkedExamples()
    problems = [ask(page, do="read", text=TEMPLATE) for _ in range(21)]
    assert problems[:20] == [""] * 20
    assert problems[20].startswith("There are 20 examples of your own already")


def test_what_nobody_can_ask_for_is_passed_over() -> None:
    page = WorkedExamples()
    for does in ("jump", None, 3, ["read"]):
        page.table.action = {"do": does, "ticket": "1"}
        assert page.table.answer == {}


# --- the playground ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_playground_gets_network_sample_and_h(place: int) -> None:
    playground = Playground()
    page = WorkedExamples(playground)
    assert page.table.can_open
    assert ask(page, do="open") == "Choose an example first."
    page.table.chosen = place
    assert ask(page, do="open") == ""
    (experiment,) = playground.opened
    example = examples()[place]
    assert playground.news == f"This is “{example.title}”, at its first step."
    situation = experiment.situation
    assert (situation.x, situation.t, situation.h) == (example.x, example.t, example.h)
    for a, b in zip(situation.network.weights, example.network.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert experiment.teacher_set.training == 1
    assert experiment.rule.mode == "online"


def test_what_is_chosen_is_opened_before_its_numbers_are_there() -> None:
    playground = Playground()

    async def hurry() -> None:
        page = WorkedExamples(playground)
        page.table.chosen = 1
        assert page.example is None
        assert ask(page, do="open") == ""
        await asyncio.gather(*page._tasks)

    asyncio.run(hurry())
    assert playground.news == f"This is “{examples()[1].title}”, at its first step."


def test_all_samples_go_along_and_the_first_is_picked() -> None:
    several = TEMPLATE.replace(
        "  - {x: [0.35, 0.9], t: [0.5]}\n",
        "".join(f"  - {{x: [0.{n}, 0.9], t: [0.5]}}\n" for n in range(1, 10)),
    )
    experiment = experiment_of(read_example(several))
    assert len(experiment.teacher_set.x) == 9
    assert experiment.situation.x == (0.1, 0.9)


def test_what_the_playground_refuses_is_said() -> None:
    page = WorkedExamples(Playground("There is no room."))
    page.table.chosen = 1
    assert ask(page, do="open") == "There is no room."
    page.table.chosen = 2
    assert page.table.open_problem == ""
    page = WorkedExamples(Playground())
    ask(page, do="read", text=TEMPLATE.replace("x: [0.35, 0.9]", "x: [35, 90]"))
    assert ask(page, do="open").startswith("The inputs are so large that the playground would")
    assert not WorkedExamples().table.can_open
    assert ask(chosen(1), do="open") == "Choose an example first."
