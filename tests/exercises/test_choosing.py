"""Exercises without a number to compute: edges, orders, products, yes and no."""

import re
from collections import Counter
from functools import cache
from itertools import pairwise, permutations
from math import isclose

import numpy as np
import pytest

from backprop_core import backward, error, forward, update
from backprop_core.derivations import derive, explicit, signals
from backprop_core.equations import Notation
from backprop_core.exercises import KINDS, Exercise, Feedback, check, exercise
from backprop_core.paths import paths

NUMBERS = (*range(150), *range(900_000, 900_020))


@cache
def made(kind: str) -> tuple[Exercise, ...]:
    return tuple(exercise(kind, number) for number in NUMBERS)


def keys_of(each: Exercise) -> tuple[str, ...]:
    assert isinstance(each.answer, tuple)
    return each.answer


def hint_of(feedback: Feedback) -> str:
    (finding,) = feedback.findings
    return finding.hint


# ---- edges ----


def way_by_paths(each: Exercise) -> set[str]:
    """The right edges once more, by walking all paths of the network from what the prompt names."""
    net, prompt = each.situation.network, each.prompt
    named = [f"f{ord(digit) - ord('₀')}" for digit in re.findall("f([₀-₉])", prompt)]
    if "hands its error signal" in prompt:
        return {f"edge-{a}-{b}" for a, b in net.edges if b == named[0]}
    if "adds up what" in prompt:
        return {f"edge-{a}-{b}" for a, b in net.edges if a == named[0]}
    (last,) = net.layers[-1]
    low = next(n for n in named if n in net.layers[1])
    passed = set(named) - {low, last}
    return {
        f"edge-{a}-{b}"
        for path in paths(net, low)
        if passed <= set(path.neurons)
        for a, b in path.edges
    }


def test_the_right_edges_are_those_on_all_paths() -> None:
    asked: Counter[str] = Counter()
    for each in made("path-edges"):
        assert set(keys_of(each)) == way_by_paths(each), each.prompt
        assert check(each, list(keys_of(each))).status == "right"
        assert check(each, list(reversed(keys_of(each)))).status == "right"
        asked[each.prompt.split("δ")[0]] += 1
        edges = [f"edge-{a}-{b}" for a, b in each.situation.network.edges]
        assert [option.key for option in each.options] == edges
    assert len(asked) > 10
    assert {each.situation.network.sizes for each in made("path-edges")} == {
        (2, 2, 2, 1),
        (2, 3, 3, 1),
    }


def test_wrong_edges_are_counted_and_placed_but_never_named() -> None:
    for each in made("path-edges")[:60]:
        right = keys_of(each)
        wrong = [option.key for option in each.options if option.key not in right]
        feedback = check(each, right[1:])
        assert feedback.sentence == "Not yet: 1 edge missing."
        for key in wrong:
            feedback = check(each, [*right, key])
            assert feedback.status == "wrong"
            assert feedback.sentence == "Not yet: 1 edge too many."
            (finding,) = feedback.findings
            assert finding.sentence == f"Too many: 1 edge {each.remarks[key]}."
            assert "→" not in finding.sentence + finding.hint
        everything = check(each, [option.key for option in each.options])
        edges = "1 edge" if len(wrong) == 1 else f"{len(wrong)} edges"
        assert everything.sentence == f"Not yet: {edges} too many."
        if len(right) > 1:
            both = check(each, [*right[2:], wrong[0]])
            assert both.sentence == "Not yet: 2 edges missing and 1 edge too many."


def test_where_a_wrong_edge_lies() -> None:
    each = next(
        each
        for each in made("path-edges")
        if each.prompt.startswith("f₄ hands its error signal δ₄ back")
        and each.situation.network.sizes == (2, 2, 2, 1)
    )
    told = check(each, ["edge-f1-f4", "edge-f2-f4", "edge-f3-f5", "edge-x1-f1", "edge-x2-f1"])
    assert told.findings[0].sentence == (
        "Too many: 2 edges behind f₁ and f₂, where the signal has arrived already; "
        "1 edge on the other side of f₄, where the signal starts."
    )


# ---- orders ----


def test_an_order_is_right_and_all_others_are_refused() -> None:
    seen: Counter[int] = Counter()
    for each in made("derivation-order"):
        right = keys_of(each)
        seen[len(right)] += 1
        assert 4 <= len(right) <= 6
        assert sorted(right) == [option.key for option in each.options]
        assert check(each, list(right)).status == "right"
        if seen[len(right)] <= 4:  # 720 orders of six lines are plenty
            wrong = [list(order) for order in permutations(right) if order != right]
            assert all(check(each, order).status == "wrong" for order in wrong)
    assert min(seen[n] for n in (4, 5, 6)) > 10


def test_no_two_lines_are_the_same() -> None:
    for each in made("derivation-order"):
        assert len({option.latex for option in each.options}) == len(each.options)
        assert all(option.latex.startswith("= ") for option in each.options)
        hats = each.notation != Notation()
        assert each.situation.network.sizes == ((2, 2, 1) if hats else (2, 2, 2, 1))


def test_lines_stand_in_the_derivation_in_that_order() -> None:
    told = [line for part in (*explicit(), *signals()) for line in part.lines]
    for slot in exercise("derivation-order", 0).situation.network.slots:
        told += [line for part in derive((2, 2, 1), slot) for line in part.lines]
    followed = {
        (f"= {a.expression.latex}", f"= {b.expression.latex}", b.move) for a, b in pairwise(told)
    }
    for each in made("derivation-order"):
        latex = {option.key: option.latex for option in each.options}
        for above, below in pairwise(keys_of(each)):
            assert (latex[above], latex[below], each.remarks[below]) in followed


def test_the_first_line_that_does_not_follow_is_told_and_the_move_is_hinted_at() -> None:
    for each in made("derivation-order")[:40]:
        a, b, c, *others = right = keys_of(each)
        assert check(each, [b, a, c, *others]).sentence == (
            "Not yet: these lines do not begin with that one."
        )
        second = check(each, [a, c, b, *others])
        assert second.sentence == "Not yet: line 2 does not follow from line 1."
        assert hint_of(second) == f"The move that comes next: {each.remarks[b]}"
        last = check(each, [*right[:-2], right[-1], right[-2]])
        count = len(right)
        assert last.sentence == f"Not yet: line {count - 1} does not follow from line {count - 2}."


# ---- which is the gradient ----


def test_one_product_is_the_gradient_and_the_others_make_known_mistakes() -> None:
    places: Counter[str] = Counter()
    mistakes: Counter[str] = Counter()
    for each in made("which-gradient"):
        assert each.task
        assert len({option.latex for option in each.options}) == len(each.options) == 4
        for option in each.options:
            assert option.value is not None
            feedback = check(each, option.key)
            if option.key == each.answer:
                places[option.key] += 1
                assert isclose(option.value, each.task.value, rel_tol=1e-12)
                assert feedback == Feedback("right", "Right.")
            else:
                assert not isclose(option.value, each.task.value, rel_tol=1e-9)
                assert feedback.status == "wrong"
                (finding,) = feedback.findings
                assert finding.mistakes == (each.remarks[option.key],)
                mistakes[finding.mistakes[0]] += 1
        assert len(set(each.remarks.values())) == 3
    assert set(places) == set("abcd")
    assert len(mistakes) >= 12


def test_a_product_is_written_with_the_symbols_that_give_its_value() -> None:
    """The right product, evaluated from its terms and its operators."""
    for each in made("which-gradient"):
        (line,) = each.solution
        text = "".join(
            {r"\cdot": "*", r"\left(": "(", r"\right)": ")"}.get(piece, piece)
            if isinstance(piece, str)
            else f"({piece.value!r})"
            for piece in line.terms
        )
        assert eval(text) == pytest.approx(each.task.value if each.task else None, rel=1e-12)
        (right,) = (option for option in each.options if option.key == each.answer)
        assert line.symbols.endswith(right.latex)


# ---- will E fall ----


def test_whether_e_falls_is_what_an_update_says() -> None:
    for each in made("will-fall"):
        situation = each.situation
        net, x, t, h = situation.network, situation.x, situation.t, situation.h
        f = forward(net, x)
        g = backward(net, f, t)
        before, after = error(f.y, t), error(forward(update(net, g, h), x).y, t)
        assert check(each, "a" if after < before else "b").status == "right"
        wrong = check(each, "b" if after < before else "a")
        assert wrong.status == "wrong"
        assert "|∇E|²" in hint_of(wrong)
        assert after < 0.8 * before or after > 1.3 * before  # never too close to call
        squares = sum(float(np.sum(d**2)) for d in (*g.weights, *g.biases))
        (given,) = (given for given in each.given if given.latex == r"|\nabla E|^2")
        assert given.value == pytest.approx(squares)
        # the rule of the hint leads to the answer
        assert (h * squares < 4 * before) == (after < before)


def test_yes_and_no_are_about_as_frequent_with_every_h() -> None:
    drawn = [exercise("will-fall", number) for number in range(400)]
    answers = Counter((each.answer, each.situation.h) for each in drawn)
    yes = sum(each.answer == "a" for each in drawn)
    assert 0.42 < yes / len(drawn) < 0.58
    rates = {h for _, h in answers}
    assert len(rates) == 5
    for h in rates:
        assert 0.3 < answers["a", h] / (answers["a", h] + answers["b", h]) < 0.7


# ---- what a browser may send ----

NONSENSE: tuple[object, ...] = (
    *(None, True, 1, 0.5, -1, 10**400, float("nan"), b"a", object(), {}, {"a": 1}),
    *("", "zz", "\x00", "<b>", "a" * 10_000, "edge-f5-y", "__class__"),
    *([], [None], [[]], [["a"]], ["zz"], ["a", "a"], ["a"] * 10_000, ("a", None), [{"key": "a"}]),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", NONSENSE, ids=lambda sent: repr(sent)[:20])
def test_whatever_is_sent_is_judged_or_refused_in_a_sentence(kind: str, sent: object) -> None:
    each = exercise(kind, 7)
    feedback = check(each, sent)
    choice = each.form == "choice" and sent == "a"
    assert choice or feedback.status in ("unread", "wrong")
    assert feedback.sentence.endswith(".")
    assert len(feedback.sentence) < 250
    if feedback.status == "unread":
        assert "but expected" in feedback.sentence
        assert not feedback.findings


@pytest.mark.parametrize("kind", KINDS)
def test_a_response_of_another_form_is_unread(kind: str) -> None:
    each = exercise(kind, 7)
    others = {"number": ["a"], "edges": "edge-f1-f3", "order": "abcd", "choice": ["a"]}
    assert check(each, others[each.form]).status == "unread"


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        ("path-edges", [], "No edge is chosen, but expected one at least."),
        ("path-edges", ["edge-f5-y"], "The answer has “edge-f5-y”, but expected one of the edges."),
        ("which-gradient", "e", "The answer has “e”, but expected one of the options."),
        ("error", 0.5, "E is 0.5, but expected a number such as 0.25."),
    ],
)
def test_a_refusal_says_what_was_expected(kind: str, sent: object, sentence: str) -> None:
    assert check(exercise(kind, 7), sent) == Feedback("unread", sentence)


def test_keys_tell_nothing() -> None:
    for kind in ("derivation-order", "which-gradient", "will-fall"):
        for each in made(kind):
            keys = [option.key for option in each.options]
            assert keys == list("abcdef"[: len(keys)])
