"""The walker tells what the engine derives, sends little, and survives whatever is asked of it."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core.activations import ACTIVATIONS
from backprop_core.derivations import Line, derive
from backprop_core.widgets import DerivationWalker
from backprop_core.workbench import LARGEST, Workbench

START = tuple(Workbench().parameters)
SYNCED = ("graph", "lines", "names", "numbers", "setup", "step", "problem")


@pytest.fixture
def walker() -> Iterator[DerivationWalker]:
    walker = DerivationWalker("weight-f1-f3")
    yield walker
    walker.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The traits of each message to the browser."""
    messages: list[set[str]] = []
    monkeypatch.setattr(
        DerivationWalker,
        "send_state",
        lambda self, key=None: messages.append({key} if isinstance(key, str) else set(key or ())),
    )
    return messages


def ask(walker: DerivationWalker, key: Any, value: Any = "", ticket: Any = 1) -> bool:
    """Use a control, as the browser reports it; say whether that was taken."""
    walker.set_state({"action": {"key": key, "value": value, "ticket": ticket}})
    assert walker.answer["ticket"] == ticket
    return bool(walker.answer["taken"])


def told(walker: DerivationWalker) -> list[Line]:
    """The lines that the engine has for what is on show."""
    return [
        line for part in derive((*walker.workbench.sizes, 1), walker.slot) for line in part.lines
    ]


def column(walker: DerivationWalker) -> list[str]:
    """The values of the gradient's lines, as they are shown."""
    pairs = zip(walker.lines, walker.numbers["values"], strict=True)
    return [value for line, value in pairs if line["quantity"] == "gradient"]


def picked(walker: DerivationWalker) -> str:
    return str(walker.setup["menus"]["slot"]["chosen"])


def state(walker: DerivationWalker) -> str:
    return json.dumps(
        [getattr(walker, name) for name in SYNCED if name != "problem"], sort_keys=True
    )


# ---- what is told ----


@pytest.mark.parametrize("slot", START)
def test_every_line_is_told_with_its_own_value(slot: str) -> None:
    walker = DerivationWalker(slot)
    lines = told(walker)
    assert len(walker.lines) == len(lines) == len(walker.numbers["values"])
    for sent, line, text in zip(walker.lines, lines, walker.numbers["values"], strict=True):
        assert sent["move"] == line.move
        assert sent["lit"] == list(line.lit)
        assert ET.fromstring(sent["here"]).get("display") == "block"
        assert len(sent["slips"]) == len(line.slips)
        value = float(np.asarray(line.expression.at(walker.workbench.moment)))
        decimals = len(text.partition(".")[2])
        assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.51 * 10.0**-decimals)


@pytest.mark.parametrize("slot", START)
def test_the_column_shows_one_value_and_ends_with_the_referee(slot: str) -> None:
    walker = DerivationWalker(slot)
    assert len(column(walker)) > 10
    assert len(set(column(walker))) == 1
    assert [line["referee"] for line in walker.lines] == [False] * (len(walker.lines) - 1) + [True]
    assert [check["mark"] for check in walker.numbers["checks"]][-1] == "✓"
    assert all(check["ok"] for check in walker.numbers["checks"])
    assert walker.numbers["warning"] == ""


def test_what_goes_and_what_comes_is_marked(walker: DerivationWalker) -> None:
    for before, after in zip(walker.lines, walker.lines[1:], strict=False):
        assert 'class="goes"' in before["above"] or 'class="comes"' in after["here"]
    assert 'class="comes"' not in walker.lines[0]["here"]
    assert 'class="goes"' not in walker.lines[-1]["above"]


def test_each_symbol_has_a_name_and_a_value(walker: DerivationWalker) -> None:
    assert len(walker.names) == len(walker.numbers["tips"])
    for line in walker.lines:
        terms = ET.fromstring(line["here"]).findall(".//*[@class]")
        found = [term for term in terms if "term" in term.attrib["class"].split()]
        assert len(found) == len(line["terms"])
    place = walker.names.index("ŵ₁, the weight from f₁ to f̂")
    assert walker.numbers["tips"][place] == "1.8"
    walker.take("value", "0.25")
    assert walker.numbers["tips"][place] == "0.25"


def test_a_slip_that_halves_a_line_shows_half_its_value() -> None:
    walker = DerivationWalker("weight-x1-f1")
    moment = walker.workbench.moment
    (place,) = (n for n, x in enumerate(walker.lines) if any("½" in s["note"] for s in x["slips"]))
    (slip,) = told(walker)[place].slips
    assert slip.expression
    value = float(np.asarray(told(walker)[place].expression.at(moment)))
    assert float(np.asarray(slip.expression.at(moment))) == pytest.approx(value / 2)
    (shown,) = walker.numbers["slips"][place]
    assert (shown["ok"], shown["mark"]) == (False, "≠")
    assert float(shown["value"]) == pytest.approx(value / 2, abs=1e-6)
    assert column(walker).count(shown["value"]) == 0


def test_slips_of_words_are_notes_and_slips_of_no_consequence_say_so(
    walker: DerivationWalker,
) -> None:
    rows = zip(told(walker), walker.lines, walker.numbers["slips"], strict=True)
    kinds = set()
    for line, sent, shown in rows:
        for slip, written, worth in zip(line.slips, sent["slips"], shown, strict=True):
            assert written["note"] == slip.note
            assert bool(written["printed"]) == bool(slip.expression)
            if slip.expression:
                assert worth["ok"] is not slip.changes_value
            kinds.add(worth["mark"])
    assert kinds == {"", "=", "≠"}


def test_a_line_that_does_not_hold_is_marked() -> None:
    """Where there is no slope, central differences and derived lines part."""
    walker = DerivationWalker("bias-f1")
    walker.take("activation", "ReLU")
    walker.take("value", "0")
    assert not all(check["ok"] for check in walker.numbers["checks"])
    assert "≠" in [check["mark"] for check in walker.numbers["checks"]]
    assert "just where ReLU jumps or bends" in walker.numbers["warning"]


@pytest.mark.parametrize("text", ["1e3", "-1e4", "1e6", "1e-9", "1e9"])
@pytest.mark.parametrize("slot", ["weight-x1-f1", "weight-f1-f3", "bias-f3", "bias-f1"])
def test_the_column_holds_for_large_and_small_numbers(slot: str, text: str) -> None:
    walker = DerivationWalker(slot)
    walker.take("activation", "identity")
    walker.take("value", text)
    assert all(check["ok"] for check in walker.numbers["checks"])
    assert len(set(column(walker))) == 1
    assert walker.numbers["warning"] == ""


# ---- every network ----


@pytest.mark.parametrize(("n_0", "n_1"), list(product(range(1, LARGEST + 1), repeat=2)))
def test_every_size_and_every_weight_and_bias(n_0: int, n_1: int) -> None:
    walker = DerivationWalker("weight-f1-f3")
    assert ask(walker, "n_0", str(n_0))
    assert ask(walker, "n_1", str(n_1))
    assert walker.workbench.sizes == (n_0, n_1)
    corners = {f"weight-x{n_0}-f{n_1}", f"weight-f{n_1}-f{n_1 + 1}", f"bias-f{n_1 + 1}", "bias-f1"}
    assert corners <= set(walker.workbench.parameters)
    for slot in sorted(corners):
        assert ask(walker, "slot", slot)
        assert picked(walker) == slot
        assert len(set(column(walker))) == 1
    assert len(walker.setup["menus"]["slot"]["options"]) == n_0 * n_1 + 2 * n_1 + 1
    walker.close()


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_activation(walker: DerivationWalker, activation: str) -> None:
    assert ask(walker, "activation", activation)
    assert walker.workbench.activation == activation
    assert all(check["ok"] for check in walker.numbers["checks"])


def test_a_network_that_shrinks_keeps_what_it_can(walker: DerivationWalker) -> None:
    ask(walker, "n_1", "5")
    ask(walker, "slot", "weight-f4-f6")
    ask(walker, "n_1", "3")
    assert picked(walker) == "weight-f3-f4"
    walker.step = 100
    assert walker.step == len(walker.lines) - 1


# ---- edits ----


def test_an_edit_sends_numbers_alone(sent: list[set[str]]) -> None:
    walker = DerivationWalker("weight-f1-f3")
    sent.clear()
    walker.take("value", "0.5")
    assert sent == [{"numbers"}]
    assert walker.numbers["text"] == "0.5"


def test_a_change_that_alters_nothing_sends_nothing(sent: list[set[str]]) -> None:
    walker = DerivationWalker("weight-f1-f3")
    sent.clear()
    walker.take("value", "1,80")
    walker.take("slot", "weight-f1-f3")
    assert not any(sent)


def test_new_weights_and_reset(walker: DerivationWalker) -> None:
    before = state(walker)
    assert ask(walker, "redraw")
    assert walker.setup["seed"] == "seed 1"
    assert state(walker) != before
    for key, value in {"n_0": "3", "slot": "bias-f1", "activation": "tanh"}.items():
        assert ask(walker, key, value)
    assert ask(walker, "reset")
    assert state(walker) == before


def test_walkers_beside_each_other_share_the_network_but_not_the_slot() -> None:
    first = DerivationWalker("weight-f1-f3")
    second = DerivationWalker("weight-x1-f1", beside=first)
    third = DerivationWalker("bias-f3", "bias-f1", beside=second)
    ask(first, "value", "0.5")
    ask(third, "activation", "tanh")
    ask(second, "n_1", "4")
    assert len({id(walker.workbench) for walker in (first, second, third)}) == 1
    assert [walker.slot for walker in (first, second, third)] == [
        "weight-f1-f5",
        "weight-x1-f1",
        "bias-f5",
    ]
    assert [slot for slot, _ in third.setup["tabs"]] == ["bias-f5", "bias-f1"]
    assert [name for _, name in third.setup["tabs"]] == ["b̂", "b₁"]
    ask(second, "reset")
    assert [walker.slot for walker in (first, second, third)] == [
        "weight-f1-f3",
        "weight-x1-f1",
        "bias-f3",
    ]


# ---- refusals ----


@pytest.mark.parametrize("text", ["half", "1e400", "", "0x10", "<b>1</b>"])
def test_what_is_no_number_is_refused(walker: DerivationWalker, text: str) -> None:
    before = state(walker)
    assert not ask(walker, "value", text)
    assert walker.problem.startswith(f"ŵ₁ is “{text}”, but expected" if text else "ŵ₁ is empty, ")
    assert walker.problem.endswith(". It stays 1.8.")
    assert state(walker) == before
    assert ask(walker, "value", "1")
    assert walker.problem == ""


def test_what_cannot_be_computed_is_refused_with_the_reason(walker: DerivationWalker) -> None:
    walker.take("activation", "identity")
    before = state(walker)
    assert not ask(walker, "value", "1e200")
    assert walker.problem == (
        "ŵ₁ cannot be “1e200”: E is too large to compute, but expected a finite number. "
        "It stays 1.8."
    )
    assert state(walker) == before


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("n_0", "7", "N₀ is “7”, but expected a number from 1 to 6."),
        ("n_1", "0", "N₁ is “0”, but expected a number from 1 to 6."),
        ("n_1", "２", "N₁ is “２”, but expected a number from 1 to 6."),
        ("slot", "bias-f9", "Weight or bias is “bias-f9”, but expected one of: weight-x1-f1, "),
        ("activation", "step", "This activation cannot be used: activation is 'step', but expec"),
        ("teacher_set", "NOT", "Teacher set is 'NOT', but expected one of: AND, OR, XOR, random."),
        ("value", 5, "value is 5, but expected a text."),
        ("n_0", None, "n_0 is None, but expected a text."),
        ("weights", "1", "'weights' is not here; expected one of: slot, value, "),
        (None, "1", "None is not here; expected one of: "),
        ([1], "1", "[1] is not here; expected one of: "),
    ],
)
def test_what_no_control_could_ask_is_refused(
    walker: DerivationWalker, key: Any, value: Any, said: str
) -> None:
    before = state(walker)
    assert not ask(walker, key, value)
    assert walker.problem.startswith(said)
    assert state(walker) == before


def test_unknown_slots_of_a_caller_are_refused() -> None:
    with pytest.raises(ValueError, match="Weight or bias is “bias-f9”, but expected one of"):
        DerivationWalker("weight-f1-f3", "bias-f9")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("value"), st.floats(-1e3, 1e3).map(repr)),
            st.tuples(st.just("value"), st.integers(-320, 320).map(lambda n: f"-1e{n}")),
            st.tuples(st.just("slot"), st.sampled_from([*START, "weight-x6-f6", "bias-f7"])),
            st.tuples(st.sampled_from(["n_0", "n_1"]), st.sampled_from("0123456")),
            st.tuples(st.just("activation"), st.sampled_from(list(ACTIVATIONS))),
            st.tuples(st.just("teacher_set"), st.sampled_from(["XOR", "OR", "random", ""])),
            st.tuples(st.sampled_from(["redraw", "reset"]), st.just("")),
            st.tuples(st.text(max_size=4), st.text(max_size=4)),
        ),
        max_size=8,
    )
)
def test_whatever_is_asked_is_taken_or_refused_in_one_sentence(
    asked: list[tuple[str, str]],
) -> None:
    walker = DerivationWalker("weight-x1-f1")
    walker.step = 5
    for key, value in asked:
        before = state(walker)
        if not ask(walker, key, value):
            assert state(walker) == before
            assert "expected" in walker.problem
            assert walker.problem.endswith(".")
        assert len(walker.lines) == len(walker.numbers["values"]) > walker.step
        assert walker.slot in walker.workbench.parameters
        assert picked(walker) == walker.slot
    walker.close()
