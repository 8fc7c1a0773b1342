"""The walkthrough's state goes both ways, and only what has changed travels."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from backprop_core import ACTIVATIONS, Network
from backprop_core.situation import Situation
from backprop_core.walkthrough import CONVENTIONS, GRANULARITIES
from backprop_core.widgets.walkthrough import Walkthrough

START = Situation()
OTHER = START.with_parameter("weight-f3-f5", 2.0)
TANH = replace(START, network=Network.three_layer("tanh"))
LARGER = Situation(Network.random([2, 3, 3, 1]))
STATE = ("step", "by", "graph", "script", "numbers", "editable", "edit", "answer", "problem")
SITUATIONS = [
    *(Situation(Network.three_layer(a), convention=c) for a in ACTIVATIONS for c in CONVENTIONS),
    Situation(Network.random([3, 4, 2]), (1.0, 2.0, 3.0), (0.0, 1.0)),
    Situation(Network.random([1, 1]), (1.0,), (0.0,)),
]


@pytest.fixture
def widget() -> Iterator[Walkthrough]:
    widget = Walkthrough()
    yield widget
    widget.close()


def sent_by(widget: Walkthrough, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A list that fills with the states that are sent to the browser."""
    states: list[dict[str, Any]] = []

    def record(data: dict[str, Any], **others: Any) -> None:
        if data["method"] == "update":
            states.append(data["state"])

    monkeypatch.setattr(widget.comm, "send", record)
    return states


def synced(widget: Walkthrough) -> dict[str, Any]:
    return {name: getattr(widget, name) for name in STATE}


def length(widget: Walkthrough) -> int:
    return len(widget.numbers[widget.by]["steps"])


# ---- the step ----


def test_it_starts_at_the_first_step_of_the_articles_network(widget: Walkthrough) -> None:
    assert (widget.step, widget.by, widget.problem, length(widget)) == (0, "neuron", "", 37)
    assert len(Walkthrough(by="layer").script["layer"]) == 15
    assert Walkthrough(step=5).step == 5


def test_the_step_follows_the_browser(widget: Walkthrough) -> None:
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "step")
    for step in (1, 2, 12, 3):
        widget.set_state({"step": step})
    assert seen == [1, 2, 12, 3]
    assert widget.step == 3


def test_the_browser_follows_the_step(widget: Walkthrough, monkeypatch: pytest.MonkeyPatch) -> None:
    states = sent_by(widget, monkeypatch)
    widget.step = 12
    assert states == [{"step": 12}]


@pytest.mark.parametrize(("wanted", "step"), [(-1, 0), (36, 36), (37, 36), (10**6, 36)])
def test_the_step_stays_inside(widget: Walkthrough, wanted: int, step: int) -> None:
    widget.set_state({"step": wanted})
    assert widget.step == step
    widget.step = 7
    widget.step = wanted
    assert widget.step == step


def test_a_coarser_granularity_ends_earlier(widget: Walkthrough) -> None:
    widget.step = 30
    widget.by = "layer"
    assert widget.step == 14
    widget.by = "neuron"
    assert widget.step == 14


@pytest.mark.parametrize("state", [{"by": "layer", "step": 9}, {"step": 9, "by": "layer"}])
def test_the_browser_changes_granularity_and_step_at_once(
    widget: Walkthrough, state: dict[str, Any]
) -> None:
    widget.set_state({"step": 30})
    widget.set_state(state)
    assert (widget.by, widget.step) == ("layer", 9)
    widget.set_state({"by": "neuron", "step": 30})
    assert (widget.by, widget.step) == ("neuron", 30)


# ---- another situation ----


@pytest.mark.parametrize(
    ("situation", "names"),
    [
        (OTHER, {"numbers"}),
        (replace(START, x=(0.0, 1.0), t=(0.5,), h=2.0), {"numbers"}),
        (TANH, {"numbers", "script"}),
        (replace(START, convention="sum"), {"numbers", "script"}),
        (LARGER, {"numbers", "script", "graph"}),
        (START, set()),
    ],
)
def test_only_what_has_changed_is_sent(
    widget: Walkthrough,
    monkeypatch: pytest.MonkeyPatch,
    situation: Situation,
    names: set[str],
) -> None:
    widget.step = 20
    states = sent_by(widget, monkeypatch)
    widget.tell(situation)
    assert len(states) == bool(names), "all in one message"
    assert {name for state in states for name in state} == names
    assert widget.step == 20
    assert synced(widget) == synced(Walkthrough(situation, step=20))


def test_a_shorter_walk_moves_the_step_to_its_end() -> None:
    widget = Walkthrough(LARGER, step=50)
    widget.tell(START)
    assert widget.step == 36


def test_after_another_structure_numbers_alone_are_sent_again(
    widget: Walkthrough, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget.tell(TANH)
    states = sent_by(widget, monkeypatch)
    widget.tell(TANH.with_parameter("bias-f1", 0.5))
    assert [set(state) for state in states] == [{"numbers"}]
    widget.tell(START)
    assert synced(widget) == synced(Walkthrough(START))


@pytest.mark.parametrize(
    "impossible",
    [
        OTHER.with_parameter("weight-x1-f1", 1e5),
        replace(START, h=-1.0),
        replace(LARGER, t=(1e200,)),
        replace(START, x=(1.0, 0.0, 0.0)),
    ],
)
def test_a_refused_situation_leaves_all_as_it_was(
    widget: Walkthrough, monkeypatch: pytest.MonkeyPatch, impossible: Situation
) -> None:
    widget.set_state({"by": "layer", "step": 3})
    before = synced(widget)
    states = sent_by(widget, monkeypatch)
    with pytest.raises(ValueError, match="but expected"):
        widget.tell(impossible)
    assert synced(widget) == before
    assert states == []
    widget.tell(OTHER)
    assert [set(state) for state in states] == [{"numbers"}]


# ---- what crosses ----


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: str(s.structure))
def test_script_and_numbers_tell_the_same_walk(situation: Situation) -> None:
    widget = Walkthrough(situation)
    for by in GRANULARITIES:
        steps = situation.walk(by)
        script, numbers = widget.script[by], widget.numbers[by]["steps"]
        assert len(script) == len(numbers) == len(steps)
        for told, values, step in zip(script, numbers, steps, strict=True):
            assert (told["title"], told["phase"]) == (step.title, step.phase)
            assert told["edges"] == [f"{a}-{b}" for a, b in step.edges]
            assert values["sentence"] == step.sentence
            assert values["numbers"] == [e.number_texts() for e in step.equations]
            places = [e["numbers"].count('class="slot"') for e in told["equations"]]
            filled = [len(texts) for texts in values["numbers"]]
            assert all(p in (0, f) for p, f in zip(places, filled, strict=True))
            # A line without a term has nothing to add in numbers.
            assert [f for p, f in zip(places, filled, strict=True) if not p] in ([], [1], [1, 1])


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: str(s.structure))
def test_every_term_has_a_name(situation: Situation) -> None:
    """In the order of the symbols, and never the bare symbol alone."""
    widget = Walkthrough(situation)
    for by in GRANULARITIES:
        for step, values in zip(widget.script[by], widget.numbers[by]["steps"], strict=True):
            for equation, numbers in zip(step["equations"], values["numbers"], strict=True):
                names = equation["names"]
                assert len(names) == equation["symbols"].count('class="term') == len(numbers)
                assert [name for name in names if ", " not in name] == []


def test_what_terms_are_called(widget: Walkthrough) -> None:
    told = {
        name for step in widget.script["neuron"] for e in step["equations"] for name in e["names"]
    }
    assert told >= {
        "w₃,₅, the weight from f₃ to f₅",
        "w₃,₅ after the update, the weight from f₃ to f₅",
        "b₅, the bias of f₅",
        "x₁, an input",
        "r₃, the input sum of f₃",
        "g(r₃), the output of f₃",
        "g′(r₃), the slope of the activation function at f₃",
        "y, the output of the network",
        "t, the target",
        "E, the error",
        "E after the update, the error",
        "δ, the error signal of f₅",
        "δ₃→₁, what f₃ hands back to f₁",
        "δₓ₁, what reaches x₁",
        "∂E/∂w₃,₅, how E changes with w₃,₅",
        "h, the learning rate",
    }


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: str(s.structure))
def test_all_that_is_synced_is_plain_json(situation: Situation) -> None:
    state = Walkthrough(situation).get_state(STATE)
    assert set(state) == set(STATE)
    texts = json.dumps(state, allow_nan=False, ensure_ascii=False)
    assert not re.search(r"\bnan\b|\binf\b|∞", texts, re.IGNORECASE)


def test_the_facts_and_the_check_are_told(widget: Walkthrough) -> None:
    assert widget.numbers["facts"] == [
        ["Sample", "x = (1, 0), t = 1"],
        ["Activation", "sigmoid"],
        ["Learning rate", "h = 0.5"],
        ["Error", "E = 0.13"],
    ]
    fine = widget.numbers["check"]
    widget.tell(replace(START, network=Network.three_layer("threshold")))
    warning = widget.numbers["check"]
    assert (fine["ok"], warning["ok"]) == (True, False)
    assert "its slope is 0" in warning["reason"]
    assert Walkthrough(SITUATIONS[-2]).numbers["facts"][0][1] == "x = (1, 2, 3), t = (0, 1)"


def test_parameters_are_told_with_all_their_digits(widget: Walkthrough) -> None:
    widget.tell(START.with_parameter("bias-f3", 0.1 + 0.2))
    parameter = widget.numbers["parameters"]["bias-f3"]
    assert (parameter["name"], parameter["text"]) == ("b₃", "0.30000000000000004")
    assert list(parameter["nodes"]) == ["f3"]
    assert list(widget.numbers["parameters"]) == list(START.parameters)


def test_numbers_hold_no_markup() -> None:
    """They are written into the page as text, but a `<` in them could only be a mistake."""
    for situation in SITUATIONS:
        widget = Walkthrough(situation)
        texts = json.dumps(widget.numbers, ensure_ascii=False)
        assert not set("<>&\\") & set(texts.replace('\\"', ""))
