"""The rules' rows are the engine's numbers, updates are the engine's, and books agree."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from backprop_core import backward, error, forward, update
from backprop_core.activations import ACTIVATIONS
from backprop_core.conventions import ARTICLE, CHOICES
from backprop_core.equations import format_apart, format_number
from backprop_core.network import Network
from backprop_core.rules import SLOTS, State
from backprop_core.situation import TEACHER_SETS
from backprop_core.widgets import Rules
from backprop_core.widgets.rules import Ledger
from tests.refusals import assert_refused

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
OUT = "f4"


def state(rules: Rules) -> State:
    return rules.board.state(rules.board.values)


def factors(net: Network, t: Any, slot: str) -> list[list[float]]:
    """What the article's rule multiplies for each sample, from the engine's sweep."""
    f = forward(net, X)
    hidden, out = net.activations
    *source, target = slot.split("-")[1:]
    columns = [f.y - t, out.slope(f.r[1])]
    if target == OUT:
        columns += [f.outputs[0][:, [int(a[1:]) - 1]] for a in source]
    else:
        k = int(target[1:]) - 1
        columns += [np.full((4, 1), net.weight(target, OUT)), hidden.slope(f.r[0])[:, [k]]]
        columns += [f.x[:, [int(a[1:]) - 1]] for a in source]
    columns.append(np.prod(columns, axis=0))
    rows: list[list[float]] = np.hstack(columns).tolist()
    return rows


def gradient(net: Network, t: Any, slot: str) -> float:
    return backward(net, forward(net, X), t).of(net, *net.slots[slot])


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize(("wanted", "activation"), [("XOR", "sigmoid"), ("OR", "tanh")])
def test_every_row_is_the_engine_s(slot: str, wanted: str, activation: str) -> None:
    rules = Rules()
    rules.board.take({"set": wanted, "activation": activation, "pick": slot, "h": "0.5"})
    net, t = state(rules).bench.network, state(rules).bench.t
    table, numbers = rules.tables[0].table, rules.tables[0].numbers
    expected = factors(net, t, slot)
    assert numbers["rows"] == [[format_number(value) for value in row] for row in expected]
    assert len(table["heads"]) == len(expected[0])
    summed = gradient(net, t, slot)
    assert numbers["foot"][:2] == [format_number(summed), format_number(-0.5 * summed)]
    *_, equation = rules.board.shown["equations"]
    new = state(rules).new
    old, shown = format_apart(parameter(net, slot), new)
    assert numbers["foot"][2] == f"{old} → {shown}"
    assert (equation[1][0], equation[1][-1]) == (old, shown)
    after = update(net, backward(net, forward(net, X), t), 0.5)
    assert np.isclose(new, parameter(after, slot), rtol=1e-12)


def parameter(net: Network, slot: str) -> float:
    kind, *nodes = slot.split("-")
    return net.weight(nodes[0], nodes[1]) if kind == "weight" else net.bias(nodes[0])


def test_a_batch_update_moves_the_whole_network() -> None:
    rules = Rules()
    before = state(rules)
    expected = update(before.bench.network, before.moment.g, 1.0)
    rules.board.take({"apply": True})
    after = state(rules)
    for slot in SLOTS:
        assert np.isclose(parameter(after.bench.network, slot), parameter(expected, slot))
    old, new = before.error, error(forward(expected, X).y, before.bench.t)
    assert new < old
    said = f"Update 1: E was {format_number(old)}, now it is {format_number(new)}."
    assert rules.board.shown["sentence"].startswith(said)
    rules.board.take({"apply": True})
    assert rules.board.shown["sentence"].startswith(f"Update 2: E was {format_number(new)}")
    assert rules.board.shown["values"]["value"] == repr(
        parameter(state(rules).bench.network, "weight-f1-f4")
    )
    rules.board.take({"pick": "bias-f2"})  # looking about leaves what was said
    assert rules.board.shown["sentence"].startswith("Update 2")
    rules.board.take({"value": "1"})
    assert rules.board.shown["sentence"].startswith("Over the whole teacher set, E = ")


def test_reset_brings_the_first_network_back() -> None:
    rules = Rules()
    shown = rules.board.shown, rules.tables[0].numbers
    rules.board.take({"value": "3"})
    rules.board.take({"h": "7"})
    rules.board.take({"apply": True})
    assert (rules.board.shown, rules.tables[0].numbers) != shown
    rules.board.take({"reset": True})
    assert (rules.board.shown, rules.tables[0].numbers) == shown


def test_a_typed_value_goes_into_the_network() -> None:
    rules = Rules()
    rules.board.take({"pick": "weight-x2-f3"})
    assert rules.board.values["value"] == 1.6
    rules.board.take({"value": "−0,25"})
    assert state(rules).bench.network.weight("x2", "f3") == -0.25
    assert rules.board.shown["texts"]["net"]["weight-x2-f3"] == "−0.25"


@pytest.mark.parametrize("h", ["0", "-1", "fast", "", "1e400"])
def test_an_impossible_h_is_refused(h: str) -> None:
    rules = Rules()
    before = rules.board.shown, dict(rules.board.values)
    rules.board.action = {"key": "h", "value": h, "ticket": "1"}
    assert rules.board.problem.startswith("Learning rate h is ")
    assert rules.board.answer == {"ticket": "1", "taken": False}
    assert (rules.board.shown, rules.board.values) == before


def test_an_update_that_leads_nowhere_is_refused() -> None:
    rules = Rules()
    rules.board.take({"activation": "identity", "h": "1e200"})
    rules.board.take({"apply": True})
    before = rules.board.shown
    assert_refused(
        lambda: rules.board.take({"apply": True}),
        "Learning rate h = 1·10²⁰⁰ leads to numbers that no computer can hold.",
    )
    assert rules.board.shown == before


def test_the_picture_follows_the_sample() -> None:
    rules = Rules()
    rules.tables[0].row = 2
    assert rules.board.values["sample"] == "3"
    assert rules.tables[0].numbers["lit"] == 2
    texts = rules.board.shown["texts"]["net"]
    f = forward(state(rules).bench.network, [1, 0])
    assert texts["value-x1"] == "1"
    assert texts["value-f2"] == format_number(float(f.outputs[0][0, 1]))
    assert (texts["value-y"], texts["target-y"]) == (format_number(float(f.y[0, 0])), "t = 1")
    assert "In sample 3 the answer is too low by " in rules.board.shown["sentence"]
    assert "it asks ŵ₁ to grow." in rules.board.shown["sentence"]
    rules.board.take({"pick": "weight-x2-f1"})
    assert rules.board.shown["sentence"].endswith("it asks nothing of w₂,₁.")


def test_the_way_of_the_error_is_lit() -> None:
    rules = Rules()
    rules.board.take({"pick": "weight-x1-f2"})
    assert rules.board.shown["lit"]["net"] == [*state(rules).way_back]
    assert rules.board.shown["backwards"]
    assert rules.board.shown["title"] == state(rules).title


# --- conventions ---------------------------------------------------------------------------------


def switched(rules: Rules, *chosen: Any) -> None:
    rules.board.take(dict(zip(CHOICES, map(str, chosen), strict=True)))


@pytest.mark.parametrize("slot", ["weight-x1-f2", "weight-f3-f4", "bias-f1", "bias-f4"])
def test_books_agree_on_the_step(slot: str) -> None:
    rules = Rules(conventions=True)
    rules.board.take({"pick": slot})
    assert state(rules).conventions == ARTICLE
    article = rules.tables[1].numbers["rows"][0]
    for chosen in product(*CHOICES.values()):
        switched(rules, *chosen)
        half, threshold = chosen[2:]
        first, *middle, last = rules.tables[1].numbers["rows"]
        assert first == article
        assert last[-1] == article[-1]
        assert len(middle) == (0 if half else 1)
        sign = -1 if threshold and slot.startswith("bias") else 1
        steps = [read(row[1]) for row in (first, *middle, last)]
        assert np.isclose(steps[-1], sign * steps[0])
        assert not middle or np.isclose(steps[1], 2 * sign * steps[0], rtol=1e-2)
        differences = [abs(read(text)) for text in rules.tables[1].numbers["foot"]]
        assert len(differences) == 2
        assert max(differences) < 1e-15
        assert state(rules).largest_difference < 1e-15


def read(text: str) -> float:
    """A number as the page shows it."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    return float(text.translate(digits).replace("·10", "e"))


def test_a_switch_rewrites_equations_and_numbers_together() -> None:
    rules = Rules(conventions=True)
    rules.board.take({"pick": "bias-f2"})
    told = {str(rules.board.equations)}
    shown = {str([rules.board.shown["equations"], rules.tables[0].numbers])}
    for key, choices in CHOICES.items():
        _, other = choices
        rules.board.take({key: str(other)})
        told.add(str(rules.board.equations))
        shown.add(str([rules.board.shown["equations"], rules.tables[0].numbers]))
    assert len(told) == len(shown) == 5


def test_a_threshold_is_named_and_edited_as_one() -> None:
    rules = Rules(conventions=True)
    rules.board.take({"pick": "bias-f2"})
    assert rules.board.values["value"] == -0.5
    rules.board.take({"threshold": "True"})
    assert rules.board.values["value"] == 0.5
    (pick,) = (control for control in rules.board.controls if control["key"] == "pick")
    assert ("θ₂, the threshold of f₂", "bias-f2") in map(tuple, pick["options"])
    assert rules.board.shown["texts"]["net"]["bias-f2"] == "θ₂ = 0.5"
    rules.board.take({"value": "2"})
    assert state(rules).bench.network.bias("f2") == -2.0
    rules.board.take({"apply": True})
    rules.board.take({"threshold": "False"})
    assert rules.board.values["value"] == state(rules).bench.network.bias("f2") < -1.5


def test_an_update_is_the_same_under_every_convention() -> None:
    before = state(Rules())
    expected = update(before.bench.network, before.moment.g, 1.0)
    for chosen in product(*CHOICES.values()):
        rules = Rules(conventions=True)
        switched(rules, *chosen)
        rules.board.take({"apply": True})
        for slot in SLOTS:
            new = parameter(state(rules).bench.network, slot)
            assert np.isclose(new, parameter(expected, slot), rtol=1e-12)


def test_the_sentence_gives_the_book_s_own_error() -> None:
    rules = Rules(conventions=True)
    before = state(rules)
    after = update(before.bench.network, before.moment.g, 1.0)
    errors = [error(forward(n, X).y, before.bench.t) for n in (before.bench.network, after)]
    said = rules.board.shown["sentence"]
    assert said.endswith(f"Over the whole teacher set, E = {format_number(errors[0])}.")
    rules.board.take({"half": "False"})
    old, new = (format_number(2 * e) for e in errors)
    said = rules.board.shown["sentence"]
    assert said.startswith("Without the ½, E and its gradient are twice as large: h/2 goes as far.")
    assert said.endswith(f"Over the whole teacher set, E = {old}, twice the article’s.")
    rules.board.take({"apply": True})
    said = rules.board.shown["sentence"]
    assert said.endswith(f"Update 1: E was {old}, now it is {new}, twice the article’s.")


# --- what travels --------------------------------------------------------------------------------


def test_an_edit_sends_the_table_s_numbers_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = Rules(conventions=True)
    sent: list[set[str]] = []
    monkeypatch.setattr(
        Ledger,
        "send_state",
        lambda self, key=None: sent.append({key} if isinstance(key, str) else set(key or ())),
    )
    rules.board.take({"value": "0.75"})
    assert {name for names in sent for name in names} == {"numbers"}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("wanted", TEACHER_SETS)
def test_every_activation_and_teacher_set_can_be_shown(activation: str, wanted: str) -> None:
    rules = Rules(conventions=True)
    for slot in SLOTS:
        rules.board.take({"activation": activation, "set": wanted, "pick": slot})
        assert rules.tables[0].numbers["rows"]


def test_a_row_that_is_not_there_is_the_last_or_the_first() -> None:
    rules = Rules()
    for row, sample in ((9, "4"), (-3, "1")):
        rules.tables[0].row = row
        assert rules.board.values["sample"] == sample


def test_the_table_and_the_menu_know_of_each_other() -> None:
    rules = Rules()
    rules.tables[0].row = 2
    rules.board.take({"sample": "1"})
    assert rules.tables[0].row == 0
    rules.tables[0].row = 2  # once more: it has to be a change
    assert rules.board.values["sample"] == "3"
