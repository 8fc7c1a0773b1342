"""The derivation widget follows a lesson, sends little, and shows what the slips do."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from backprop_core import Network
from backprop_core.situation import Situation
from backprop_core.walkthrough import CONVENTIONS
from backprop_core.widgets import Derivation, Lesson

ALL = ("explicit", "signals", "rules")


def lines(widget: Derivation) -> list[dict[str, Any]]:
    return [line for part in widget.parts for line in part["lines"]]


def values(widget: Derivation) -> list[str]:
    """The values of the lines alone."""
    texts = iter(widget.values)
    found = []
    for line in lines(widget):
        found.append(next(texts))
        if line["slip"]:
            next(texts)
    return found


def slips(widget: Derivation) -> list[str]:
    return [text for text in widget.values if " " in text]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The traits of each message to the browser."""
    messages: list[set[str]] = []
    monkeypatch.setattr(
        Derivation,
        "send_state",
        lambda self, key=None: messages.append({key} if isinstance(key, str) else set(key or ())),
    )
    return messages


@pytest.mark.parametrize("which", ALL)
def test_every_line_has_an_equation_a_move_and_a_value(which: str) -> None:
    widget = Derivation(Lesson(), which)
    for line in lines(widget):
        assert ET.fromstring(line["equation"]).get("display") == "block"
        assert line["move"].endswith((".", "?"))
    assert len(widget.values) == len(lines(widget)) + sum(bool(x["slip"]) for x in lines(widget))


def test_the_columns_of_the_explicit_derivation_agree() -> None:
    main, via_f3, via_f4, together = Derivation(Lesson()).parts
    shown = values(Derivation(Lesson()))
    sizes = [len(part["lines"]) for part in (main, via_f3, via_f4, together)]
    assert sizes == [4, 8, 2, 2]
    assert len(set(shown[:4] + shown[14:])) == 1
    assert len(set(shown[4:12])) == len(set(shown[12:14])) == 1
    assert len(set(shown)) == 3


def test_terms_carry_the_classes_of_the_graph() -> None:
    equation = lines(Derivation(Lesson()))[-2]["equation"]
    for name in ("role-error node-y", "role-slope node-f3", "role-weight edge-f4-f5"):
        assert f'class="term {name}"' in equation


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("which", ALL)
def test_every_term_has_a_name_and_a_value(which: str, convention: str) -> None:
    lesson = Lesson()
    lesson.situation = replace(lesson.situation, convention=convention)
    widget = Derivation(lesson, which)
    assert len(widget.names) == len(widget.tips)
    assert all(", " in name for name in widget.names)  # not the bare symbol
    assert all(widget.tips)
    equations = [*lines(widget), *(line["slip"] for line in lines(widget) if line["slip"])]
    for equation in equations:
        assert len(equation["terms"]) == equation["equation"].count('class="term')
    told = dict(zip(widget.names, widget.tips, strict=True))
    if which == "explicit":
        assert told["w₃,₅, the weight from f₃ to f₅"] == "1.2"
        assert told["∇E(wₓ₁,₁), how E changes with wₓ₁,₁"] == "−0.00586"


@pytest.mark.parametrize("which", ALL)
def test_an_edit_sends_the_values_and_nothing_else(which: str, sent: list[set[str]]) -> None:
    lesson = Lesson()
    widget = Derivation(lesson, which)
    before = widget.values
    sent.clear()
    lesson.situation = lesson.situation.with_parameter("bias-f1", 1.0)
    assert sent == [{"values", "tips"}]
    assert all(old != new for old, new in zip(before, widget.values, strict=True))


def test_a_change_that_alters_no_value_sends_nothing(sent: list[set[str]]) -> None:
    lesson = Lesson()
    Derivation(lesson)
    sent.clear()
    lesson.situation = replace(lesson.situation, h=0.25)  # a gradient knows no learning rate
    assert not any(sent)


def test_the_convention_rewrites_the_error_signals(sent: list[set[str]]) -> None:
    lesson = Lesson()
    widgets = {which: Derivation(lesson, which) for which in ALL}
    before = {which: (widget.parts, values(widget)) for which, widget in widgets.items()}
    sent.clear()
    lesson.situation = replace(lesson.situation, convention="sum")
    assert [message for message in sent if message] == [{"parts", "values", "names", "tips"}]
    for which in ("explicit", "rules"):
        assert (widgets[which].parts, values(widgets[which])) == before[which]
    old, new = before["signals"][1], values(widgets["signals"])
    assert all(a != b for a, b in zip(old[:4], new[:4], strict=True))  # the δ are others
    assert new[4:] == old[4:]  # the gradient is the same


def test_slips_show_what_they_break() -> None:
    lesson = Lesson()
    signals, rules = Derivation(lesson, "signals"), Derivation(lesson, "rules")
    assert len(slips(signals)) == 3
    assert len(slips(rules)) == 2
    gradient = values(signals)[-1]
    assert all(text.endswith(f" instead of {gradient}") for text in slips(signals))
    assert not any(text.startswith(gradient) for text in slips(signals))
    lesson.situation = lesson.situation.with_parameter("weight-f3-f5", -0.6)  # like its neighbour
    assert slips(rules)[0] == f"{values(rules)[1]}, here by chance the same"


def test_noise_of_the_differences_is_not_shown() -> None:
    lesson = Lesson()
    widget = Derivation(lesson)
    lesson.situation = lesson.situation.with_parameter("bias-f1", 25.0)
    assert set(values(widget)) == {"0"}
    lesson.situation = Situation(network=Network.three_layer("threshold"))
    assert set(values(widget)) == {"0"}


def test_two_derivations_keep_their_own_values() -> None:
    first, second = Lesson(), Lesson()
    one, two = Derivation(first), Derivation(second)
    before = two.values
    first.situation = first.situation.with_parameter("bias-f5", 1.0)
    assert two.values == before != one.values


def test_an_unknown_derivation_is_refused() -> None:
    with pytest.raises(ValueError, match="which is 'other', but expected one of: explicit"):
        Derivation(Lesson(), "other")
