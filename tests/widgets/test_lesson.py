"""A reader changes everything, one thing at a time; what cannot be is said in one sentence."""

import re
from collections.abc import Iterator
from typing import Any

import ipywidgets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Network
from backprop_core.situation import TEACHER_SETS, Situation
from backprop_core.walkthrough import CONVENTIONS
from backprop_core.widgets.derivation import Derivation
from backprop_core.widgets.lesson import Lesson
from backprop_core.widgets.walkthrough import Walkthrough

START = Situation()
XOR = TEACHER_SETS["XOR"]
BAD = ["half", "1e400", "", "0x10", "<b>1</b>"]
FIELDS = ["x₁", "x₂", "t", "Learning rate h", *(p.name for p in START.parameters.values())]
OVERFLOW = "the input sum of f₁ is 100000, but expected a number between −709 and 709"


def nothing_to_undo(lesson: Lesson) -> bool:
    lesson.undo.click()
    return "There is nothing to undo." in lesson.outcome.value


@pytest.fixture
def lesson() -> Iterator[Lesson]:
    lesson = Lesson(START)
    lesson.walkthrough.step = 12
    yield lesson
    lesson.close()


def fields(lesson: Lesson) -> dict[str, ipywidgets.Text]:
    """The text fields, by what stands before them."""

    def inside(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
        yield widget
        for child in getattr(widget, "children", ()):
            yield from inside(child)

    return {w.description: w for w in inside(lesson) if isinstance(w, ipywidgets.Text)}


def texts(lesson: Lesson) -> dict[str, str]:
    return {name: field.value for name, field in fields(lesson).items()}


def type_into(lesson: Lesson, name: str, text: str) -> None:
    """Type, as the browser reports it."""
    fields(lesson)[name].set_state({"value": text})


def choose(menu: ipywidgets.Dropdown, label: str) -> None:
    """Choose from a menu, as the browser reports it."""
    menu.set_state({"index": menu._options_labels.index(label)})


def edit_in_graph(lesson: Lesson, slot: str, text: str, ticket: int = 1) -> dict[str, Any]:
    """Edit in the graph, as the browser reports it; return the answer."""
    lesson.walkthrough.set_state({"edit": {"slot": slot, "text": text, "ticket": ticket}})
    return lesson.walkthrough.answer


def problem(lesson: Lesson) -> str:
    return lesson.walkthrough.problem


def marked(lesson: Lesson) -> set[str]:
    return {name for name, f in fields(lesson).items() if "bp-invalid" in f._dom_classes}


def shown(lesson: Lesson) -> dict[str, Any]:
    """The numbers on show, which must be those of the lesson's situation."""
    assert lesson.walkthrough.numbers == Walkthrough(lesson.situation).numbers
    return lesson.walkthrough.numbers


def parameters(lesson: Lesson) -> dict[str, float]:
    return {slot: p.value for slot, p in lesson.situation.parameters.items()}


# ---- the beginning ----


def test_it_begins_with_the_articles_network(lesson: Lesson) -> None:
    assert list(texts(lesson)) == FIELDS
    assert lesson.situation == START
    assert texts(lesson)["w₃,₅"] == "1.2"
    assert (lesson.sample.label, lesson.activation.value) == ("XOR 3: x = (1, 0), t = 1", "sigmoid")
    assert lesson.convention.value == "output"
    assert problem(lesson) == ""
    assert nothing_to_undo(lesson)
    assert lesson.walkthrough.editable


def test_every_activation_and_convention_is_offered(lesson: Lesson) -> None:
    assert lesson.activation.options == tuple(ACTIVATIONS)
    assert [value for _, value in lesson.convention.options] == list(CONVENTIONS)
    labels = [label for label, _ in lesson.sample.options]
    assert len(labels) == len(XOR) + 1
    assert labels[-1] == "my own"


def test_a_network_of_another_shape() -> None:
    start = Situation(Network.random([3, 2]), (1.0, 2.0, 3.0), (0.0, 1.0))
    lesson = Lesson(start)
    assert {"x₃", "t₁", "t₂", "wₓ₃,₂", "b₂"} < set(texts(lesson))
    assert lesson.sample.label == "my own"
    type_into(lesson, "t₂", "0.5")
    assert lesson.situation.t == (0.0, 0.5)
    choose(lesson.sample, "XOR 1: x = (0, 0), t = 0")
    assert problem(lesson) == (
        "This sample cannot be used: x has the shape (2,), but expected (M, 3): a row for each "
        "sample, a column for each of the network's inputs. The last one stays."
    )
    assert lesson.sample.label == "my own"


# ---- every field ----


@pytest.mark.parametrize("name", FIELDS)
def test_a_number_typed_into_a_field_is_walked_through(lesson: Lesson, name: str) -> None:
    before = lesson.walkthrough.numbers
    type_into(lesson, name, " 0,75 ")
    situation = lesson.situation
    values = {
        **{"x₁": situation.x[0], "x₂": situation.x[1], "t": situation.t[0]},
        "Learning rate h": situation.h,
        **{p.name: p.value for p in situation.parameters.values()},
    }
    originals = {
        **{"x₁": 1.0, "x₂": 0.0, "t": 1.0, "Learning rate h": 0.5},
        **{p.name: p.value for p in START.parameters.values()},
    }
    assert values == {**originals, name: 0.75}
    assert shown(lesson) != before
    assert (problem(lesson), marked(lesson)) == ("", set())
    assert texts(lesson)[name] == " 0,75 "
    assert lesson.walkthrough.step == 12


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("name", FIELDS)
def test_what_is_no_number_is_refused_and_kept_in_its_field(
    lesson: Lesson, name: str, text: str
) -> None:
    original = texts(lesson)[name]
    before = lesson.situation, lesson.walkthrough.numbers
    type_into(lesson, name, text)
    said = problem(lesson)
    assert said.startswith(f"{name} is “{text}”, but expected " if text else f"{name} is empty, ")
    assert said.endswith(f". It stays {original.replace('-', '−')}.")
    assert (lesson.situation, lesson.walkthrough.numbers) == before
    assert (texts(lesson)[name], marked(lesson)) == (text, {name})
    assert lesson.walkthrough.step == 12
    assert nothing_to_undo(lesson)
    type_into(lesson, name, original)
    assert (problem(lesson), marked(lesson)) == ("", set())


@pytest.mark.parametrize("text", ["0", "-0.5", "1e-400"])
def test_a_learning_rate_must_be_positive(lesson: Lesson, text: str) -> None:
    type_into(lesson, "Learning rate h", text)
    assert problem(lesson) == (
        f"Learning rate h is “{text}”, but expected a number greater than 0. It stays 0.5."
    )
    assert lesson.situation.h == 0.5


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("wₓ₁,₁", "1e5", f"wₓ₁,₁ cannot be “1e5”: {OVERFLOW[:-3]}"),
        ("b₁", "1e5", "b₁ cannot be “1e5”: the input sum of f₁ is 100000, but expected a number b"),
        ("x₁", "1e5", "x₁ cannot be “1e5”: the input sum of f₁ is 30000, but expected a number b"),
        ("t", "1e200", "t cannot be “1e200”: E is too large to compute, but expected a finite nu"),
        ("Learning rate h", "1e308", "Learning rate h cannot be “1e308”: "),
    ],
)
def test_a_number_that_overflows_is_refused_with_the_reason(
    lesson: Lesson, name: str, text: str, said: str
) -> None:
    if name == "Learning rate h":
        choose(lesson.activation, "identity")
    before = lesson.situation
    type_into(lesson, name, text)
    assert problem(lesson).startswith(said)
    assert re.search(r"\. It stays [−\d.]+\.$", problem(lesson))
    assert (lesson.situation, texts(lesson)[name], marked(lesson)) == (before, text, {name})


def test_a_refusal_that_begins_like_a_fields_name_still_names_the_field() -> None:
    """The field is t, the reason begins with "the"."""
    start = Situation(Network.from_weights([[[1e-200]]], activation="identity"), (1e200,), (1.0,))
    lesson = Lesson(start)
    type_into(lesson, "t", "1e150")
    assert problem(lesson).startswith("t cannot be “1e150”: the gradient of layer 1 is too large")


def test_two_bad_fields_are_mended_one_after_the_other(lesson: Lesson) -> None:
    type_into(lesson, "w₃,₅", "half")
    type_into(lesson, "b₃", "third")
    assert problem(lesson).startswith("b₃ is “third”")
    assert marked(lesson) == {"w₃,₅", "b₃"}
    type_into(lesson, "b₃", "0.3")
    assert problem(lesson).startswith("w₃,₅ is “half”")
    assert marked(lesson) == {"w₃,₅"}
    type_into(lesson, "w₃,₅", "0.5")
    assert (problem(lesson), marked(lesson)) == ("", set())
    assert (parameters(lesson)["bias-f3"], parameters(lesson)["weight-f3-f5"]) == (0.3, 0.5)


def test_a_refused_text_outlives_other_changes_and_says_what_is_so_now(lesson: Lesson) -> None:
    type_into(lesson, "w₃,₅", "half")
    assert problem(lesson).endswith("It stays 1.2.")
    lesson.apply.click()
    assert texts(lesson)["w₃,₅"] == "half"
    assert problem(lesson).endswith("It stays 1.23748.")
    type_into(lesson, "x₁", "0.5")
    lesson.undo.click()
    assert texts(lesson)["w₃,₅"] == "half"
    assert problem(lesson).endswith("It stays 1.23748.")


def test_the_same_number_in_other_words_changes_nothing(lesson: Lesson) -> None:
    type_into(lesson, "w₃,₅", "1,20")
    assert lesson.situation == START
    assert nothing_to_undo(lesson)
    assert texts(lesson)["w₃,₅"] == "1,20"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(FIELDS),
            st.one_of(
                st.floats(allow_nan=False, allow_infinity=False).map(repr),
                st.integers(-400, 400).map(lambda power: f"1e{power}"),
                st.text(max_size=5),
            ),
        ),
        max_size=6,
    ),
    st.sampled_from(list(ACTIVATIONS)),
)
def test_whatever_is_typed_is_taken_or_refused_in_one_sentence(
    edits: list[tuple[str, str]], activation: str
) -> None:
    lesson = Lesson(Situation(Network.three_layer(activation)))
    for name, text in edits:
        if texts(lesson)[name] == text:
            continue  # a browser reports changes only
        before = lesson.situation
        type_into(lesson, name, text)
        if name in marked(lesson):
            assert lesson.situation is before
            assert problem(lesson).startswith(name)
            assert problem(lesson).endswith(".")
            assert "but expected" in problem(lesson)
        assert texts(lesson)[name] == text
        assert bool(problem(lesson)) == bool(marked(lesson))
    shown(lesson)
    lesson.apply.click()
    shown(lesson)
    lesson.close()


# ---- menus ----


def test_samples_fill_the_fields_and_fields_find_their_sample(lesson: Lesson) -> None:
    for label, place in lesson.sample.options[:-1]:
        choose(lesson.sample, label)
        x, t = XOR[place]
        assert (lesson.situation.x, lesson.situation.t) == (x, t)
        values = [float(texts(lesson)[name]) for name in ("x₁", "x₂", "t")]
        assert values == [*x, *t]
    type_into(lesson, "x₁", "0.5")
    assert lesson.sample.label == "my own"
    type_into(lesson, "x₁", "1")
    assert lesson.sample.label == "XOR 4: x = (1, 1), t = 0"


def test_my_own_is_what_the_fields_say(lesson: Lesson) -> None:
    choose(lesson.sample, "my own")
    assert lesson.situation == START
    type_into(lesson, "t", "0.25")
    assert (lesson.situation.t, lesson.sample.label) == ((0.25,), "my own")


@pytest.mark.parametrize("activation", list(ACTIVATIONS)[1:])
def test_an_activation_is_taken_for_all_layers(lesson: Lesson, activation: str) -> None:
    choose(lesson.activation, activation)
    assert {a.name for a in lesson.situation.network.activations} == {activation}
    assert parameters(lesson) == {slot: p.value for slot, p in START.parameters.items()}
    assert ["Activation", activation] in shown(lesson)["facts"]
    assert lesson.walkthrough.step == 12


def test_the_convention_relabels_at_the_same_step(lesson: Lesson) -> None:
    script = lesson.walkthrough.script
    choose(lesson.convention, CONVENTIONS["sum"])
    assert lesson.situation.convention == "sum"
    assert lesson.walkthrough.script != script
    assert lesson.walkthrough.step == 12
    choose(lesson.convention, CONVENTIONS["output"])
    assert lesson.walkthrough.script == script


def test_an_activation_that_cannot_be_used_leaves_the_last_one(lesson: Lesson) -> None:
    choose(lesson.activation, "ReLU")
    type_into(lesson, "b₁", "1e5")
    kept = lesson.situation
    assert problem(lesson) == ""
    choose(lesson.activation, "sigmoid")
    assert problem(lesson).startswith("This activation cannot be used: the input sum of f₁ is 100")
    assert problem(lesson).endswith(". The last one stays.")
    assert (lesson.situation, lesson.activation.value) == (kept, "ReLU")
    type_into(lesson, "b₁", "0.1")
    assert problem(lesson) == "", "the sentence was about an action that is over"


# ---- the graph ----


def test_an_edit_in_the_graph_is_taken_and_answered(lesson: Lesson) -> None:
    answer = edit_in_graph(lesson, "weight-f3-f5", "2,5", ticket=7)
    assert answer == {"ticket": 7, "taken": True}
    assert parameters(lesson)["weight-f3-f5"] == 2.5
    assert texts(lesson)["w₃,₅"] == "2.5"
    assert shown(lesson)["parameters"]["weight-f3-f5"]["text"] == "2.5"


def test_an_edit_in_the_graph_is_refused_and_answered(lesson: Lesson) -> None:
    answer = edit_in_graph(lesson, "weight-f3-f5", "half", ticket=8)
    assert answer == {"ticket": 8, "taken": False}
    assert problem(lesson) == "w₃,₅ is “half”, but expected a number such as 0.5. It stays 1.2."
    assert (texts(lesson)["w₃,₅"], marked(lesson)) == ("half", {"w₃,₅"})
    assert lesson.situation == START


@pytest.mark.parametrize("text", ["2", "1.2"])
def test_a_refused_edit_in_the_graph_can_be_mended_there_or_in_its_field(
    lesson: Lesson, text: str
) -> None:
    for mend in (
        lambda: edit_in_graph(lesson, "weight-f3-f5", text, ticket=2),
        lambda: type_into(lesson, "w₃,₅", text),
    ):
        lesson.reset.click()
        edit_in_graph(lesson, "weight-f3-f5", "half")
        mend()
        assert (problem(lesson), marked(lesson)) == ("", set())
        assert texts(lesson)["w₃,₅"] == text
        assert parameters(lesson)["weight-f3-f5"] == float(text)


@pytest.mark.parametrize("slot", ["", "weight-f9-f5", "value-f3", "sample", "__class__"])
def test_a_place_that_cannot_be_edited_is_refused(lesson: Lesson, slot: str) -> None:
    assert edit_in_graph(lesson, slot, "2", ticket=3) == {"ticket": 3, "taken": False}
    assert (lesson.situation, problem(lesson)) == (START, "")


# ---- apply, undo, reset ----


def test_apply_takes_the_new_weights_and_says_what_became_of_the_error(lesson: Lesson) -> None:
    expected = {slot: p.value for slot, p in lesson.situation.updated.parameters.items()}
    before = lesson.situation.error
    lesson.apply.click()
    assert parameters(lesson) == expected
    assert lesson.situation.error < before
    assert "E before the update 0.13, after it 0.113." in lesson.outcome.value
    assert 'role="status"' in lesson.outcome.value
    assert float(texts(lesson)["w₃,₅"]) == expected["weight-f3-f5"]
    assert lesson.walkthrough.step == 12
    shown(lesson)
    type_into(lesson, "x₂", "1")
    assert lesson.outcome.value == ""


def test_apply_is_refused_where_the_new_weights_overflow(lesson: Lesson) -> None:
    type_into(lesson, "Learning rate h", "1e9")
    kept = lesson.situation
    lesson.apply.click()
    assert problem(lesson).startswith("Where this update leads, no walk is possible: the input sum")
    assert lesson.situation == kept
    lesson.undo.click()
    assert problem(lesson) == ""


def test_undo_goes_back_bit_by_bit_as_often_as_one_likes(lesson: Lesson) -> None:
    states = []

    def remember() -> None:
        states.append((lesson.situation, lesson.walkthrough.numbers, texts(lesson)))

    for change in (
        lesson.apply.click,
        lambda: type_into(lesson, "w₃,₅", "0.1"),
        lambda: choose(lesson.activation, "tanh"),
        lambda: choose(lesson.sample, "XOR 2: x = (0, 1), t = 1"),
        lambda: choose(lesson.convention, CONVENTIONS["sum"]),
        lambda: edit_in_graph(lesson, "bias-f5", "1"),
        lambda: type_into(lesson, "Learning rate h", "2"),
        lesson.reset.click,
        *[lesson.apply.click] * 20,
    ):
        remember()
        change()
        assert lesson.situation != states[-1][0]
    for situation, numbers, typed in reversed(states):
        lesson.undo.click()
        assert lesson.situation is situation
        assert lesson.walkthrough.numbers == numbers
        assert texts(lesson) == typed
        menus = lesson.activation.value, lesson.convention.value
        assert menus == (situation.network.activations[0].name, situation.convention)
        assert (lesson.walkthrough.step, lesson.outcome.value) == (12, "")
    assert nothing_to_undo(lesson)
    lesson.undo.click()
    assert lesson.situation == START


def test_reset_restores_the_start_and_forgets_what_was_refused(lesson: Lesson) -> None:
    original = texts(lesson)
    lesson.apply.click()
    choose(lesson.activation, "tanh")
    type_into(lesson, "w₃,₅", "half")
    type_into(lesson, "b₃", "0.9")
    type_into(lesson, "Learning rate h", "0")
    before = lesson.situation
    lesson.reset.click()
    assert lesson.situation is START
    assert (texts(lesson), problem(lesson), marked(lesson)) == (original, "", set())
    assert (lesson.activation.value, lesson.outcome.value) == ("sigmoid", "")
    assert lesson.walkthrough.step == 12
    shown(lesson)
    lesson.undo.click()
    assert lesson.situation is before


def test_to_reset_at_the_start_is_nothing_to_undo(lesson: Lesson) -> None:
    type_into(lesson, "w₃,₅", "half")
    lesson.reset.click()
    assert texts(lesson)["w₃,₅"] == "1.2"
    assert nothing_to_undo(lesson)


def test_each_change_is_told_to_the_page_once(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Situation] = []
    monkeypatch.setattr(lesson.walkthrough, "tell", told.append)
    type_into(lesson, "w₃,₅", "2")
    lesson.apply.click()
    assert len(told) == 2
    type_into(lesson, "w₃,₅", "half")
    assert len(told) == 2


def test_followers_hear_of_each_situation_once(lesson: Lesson) -> None:
    heard = []
    lesson.observe(lambda change: heard.append(change["new"]), "situation")
    type_into(lesson, "w₃,₅", "2")
    type_into(lesson, "w₃,₅", "half")
    lesson.undo.click()
    assert [s.parameters["weight-f3-f5"].value for s in heard] == [2.0, 1.2]


def test_activations_of_ones_own_can_be_left_and_come_back_to() -> None:
    mixed = Network.three_layer(["tanh", "ReLU", "sigmoid"])
    lesson = Lesson(Situation(mixed))
    assert lesson.activation.value == "as given"
    lesson.activation.value = "tanh"
    assert {a.name for a in lesson.situation.network.activations} == {"tanh"}
    lesson.activation.value = "as given"
    assert lesson.situation.network.activations == mixed.activations
    assert "as given" not in Lesson().activation.options


def test_numbers_that_a_derivation_cannot_hold_do_not_stop_the_lesson(lesson: Lesson) -> None:
    derivations = [Derivation(lesson, which) for which in ("explicit", "signals", "rules")]
    choose(lesson.activation, "ReLU")
    type_into(lesson, "x₁", "3")
    edit_in_graph(lesson, "weight-f3-f5", "-1e308")
    assert float(texts(lesson)["w₃,₅"]) == -1e308
    assert lesson.walkthrough.answer["taken"]
    assert all("nan" not in " ".join(derivation.values) for derivation in derivations)
