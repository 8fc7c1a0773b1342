"""A keeper believes nothing that a browser sends, and never overwrites a state that is alive."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backprop_core.experiment import Design, Experiment
from backprop_core.link import pack, read_link, write_link
from backprop_core.teacher_sets import Recipe
from backprop_core.widgets.keeper import Keeper
from tests.widgets.keeping import Epochs

DESIGN = Design((2,), ("tanh", "sigmoid"))
CIRCLES = Experiment(Recipe("circles"), DESIGN, network=DESIGN.network(2, 1), epoch=320)
DAMAGED = "This link is damaged: a part of it is missing or was changed."
tickets = iter(range(10_000))


def ask(owner: Epochs, do: Any, **more: Any) -> dict[str, Any]:
    """Ask as a browser does; what is answered."""
    ticket = next(tickets)
    owner.keeper.action = {"ticket": ticket, "do": do, **more}
    assert owner.keeper.answer["ticket"] == ticket
    return dict(owner.keeper.answer)


def arrive(owner: Epochs, token: Any, source: str = "link") -> None:
    ask(owner, "arrive", token=token, **{"from": source})


def said(owner: Epochs) -> tuple[str, str]:
    return str(owner.keeper.status["sentence"]), owner.keeper.problem


def kept(owner: Epochs) -> tuple[str, str]:
    return owner.keeper.state, owner.keeper.table


def test_nothing_is_kept_until_something_was_done() -> None:
    owner = Epochs()
    assert kept(owner) == ("", "")
    owner.epoch.value = "3"
    assert kept(owner) == pack(replace(Experiment(), epoch=3))
    owner.epoch.value = "0"
    assert kept(owner) == ("", "")


def test_a_link_is_opened_and_its_sentence_goes_with_the_next_change() -> None:
    owner = Epochs()
    arrive(owner, write_link(CIRCLES))
    assert owner.experiment.recipe == CIRCLES.recipe
    assert owner.epoch.value == "320"
    assert said(owner) == ("Opened from the link, paused at epoch 320.", "")
    assert owner.keeper.status["afresh"]
    assert kept(owner) == pack(CIRCLES)
    owner.epoch.value = "321"
    assert said(owner) == ("", "")
    assert not owner.keeper.status["afresh"]


def test_one_can_start_afresh() -> None:
    beginning = replace(CIRCLES, epoch=1)
    owner = Epochs(beginning)
    arrive(owner, write_link(CIRCLES), "reload")
    sentence = "Restored as it was before the page was reloaded, paused at epoch 320."
    assert said(owner) == (sentence, "")
    ask(owner, "afresh")
    assert owner.experiment is beginning
    assert said(owner) == ("Started afresh.", "")
    assert kept(owner) == ("", "")


def test_a_reload_does_not_overwrite_what_is_alive() -> None:
    changed, visited = Epochs(), Epochs()
    changed.epoch.value = "4"  # from Python, before it was on any page
    arrive(changed, write_link(CIRCLES), "reload")
    assert changed.experiment.epoch == 4
    arrive(visited, "", "visit")
    arrive(visited, write_link(CIRCLES), "reload")
    assert visited.experiment.epoch == 0
    for owner in (changed, visited):
        assert said(owner) == ("", "")
        arrive(owner, write_link(CIRCLES))  # a link was meant to
        assert owner.experiment.epoch == 320


@pytest.mark.parametrize("token", ["nonsense", "1.AAAA", write_link(CIRCLES)[:-1], "x" * 5_000_000])
def test_a_damaged_link_leaves_what_there_is(token: str) -> None:
    owner = Epochs()
    owner.epoch.value = "4"
    arrive(owner, token)
    assert said(owner) == ("", DAMAGED)
    assert owner.experiment.epoch == 4
    ask(owner, "link")
    assert said(owner) == ("", "")


def test_what_was_kept_may_be_damaged_too() -> None:
    owner = Epochs()
    arrive(owner, "nonsense", "reload")
    assert owner.keeper.problem.startswith("What this tab kept from before the page was reloaded")
    assert owner.experiment == Experiment()


def test_the_owner_may_refuse() -> None:
    owner = Epochs()
    arrive(owner, write_link(CIRCLES))
    arrive(owner, write_link(replace(CIRCLES, epoch=13)))
    sentence = "Opened from the link, paused at epoch 320."
    assert said(owner) == (sentence, "Epoch is 13, but expected a lucky number.")
    assert owner.experiment.epoch == 320


def test_an_owner_that_goes_astray_is_answered_for() -> None:
    def astray(experiment: Experiment) -> None:
        raise ZeroDivisionError

    keeper = Keeper(lambda: CIRCLES, astray)
    with pytest.raises(ZeroDivisionError):
        keeper.action = {"ticket": "a", "do": "afresh"}
    assert keeper.answer == {"ticket": "a"}
    assert keeper.problem == "That could not be done."


@pytest.mark.parametrize("do", ["arrive", "eval", None, 3, []])
@pytest.mark.parametrize("token", ["", None, 3, ["1.AA"], {"a": 1}])
def test_what_no_browser_sends_does_nothing(do: Any, token: Any) -> None:
    owner = Epochs()
    ask(owner, do, token=token, **{"from": ["reload"]})
    assert said(owner) == ("", "")
    assert owner.experiment == Experiment()
    owner.keeper.action = {}
    assert owner.keeper.answer == {"ticket": None}


def test_a_link_tells_all_there_is() -> None:
    owner = Epochs(CIRCLES)
    answer = ask(owner, "link")
    assert (answer["token"], answer["note"]) == (write_link(CIRCLES), "")
    own = Experiment(Recipe("own", own="x1,x2,t1\n0,0,1\n1,1,0\n"), DESIGN)
    answer = ask(Epochs(own), "link")
    assert read_link(answer["token"]).recipe == own.recipe
    assert answer["note"] == "It contains your own table, too."


def test_a_large_table_is_kept_for_a_reload_and_sent_once() -> None:
    rows = np.random.default_rng(0).standard_normal((2000, 3)).tolist()
    own = "x1,x2,t1\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)
    owner, sent = Epochs(), []
    owner.keeper.observe(lambda change: sent.append(change["name"]), ["state", "table"])
    arrive(owner, ".".join(pack(Experiment(Recipe("own", own=own), DESIGN))), "reload")
    assert sent == ["state", "table"]
    owner.epoch.value = "3"
    assert sent == ["state", "table", "state"]
    assert read_link(".".join(kept(owner))).recipe.own == own
    ask(owner, "link")
    assert owner.keeper.problem.startswith("Your teacher set is too large for a link")


def test_keepers_of_one_page_are_told_apart() -> None:
    assert Epochs().keeper.place != Epochs().keeper.place
