"""What is highlighted between two lines is what has changed, and no more."""

from itertools import pairwise

import pytest

from backprop_core import Network
from backprop_core.derivations import (
    Expression,
    Part,
    bias,
    changes,
    coming,
    derive,
    explicit,
    going,
    over_samples,
    signals,
    slope,
    update_rules,
    weight,
)
from tests.derivations.columns import lines
from tests.derivations.reading import without_classes

A, B, C = weight("f3", "f5"), weight("f4", "f5"), bias("f5")
SIZES = [(1, 1, 1), (2, 3, 1), (6, 6, 1)]
TWO_LAYER = [(n, slot) for n in SIZES for slot in Network.random(n).slots]
THREE_LAYER = [explicit(), signals(), signals("sum"), update_rules()]


def pairs(parts: tuple[Part, ...]) -> list[tuple[Expression, Expression]]:
    return list(pairwise(line.expression for line in lines(parts)))


def kept(expression: Expression, changed: tuple[bool, ...]) -> list[str]:
    """What is not highlighted, but for the signs that go with what they join."""
    pieces = zip(expression.pieces, changed, strict=True)
    return [piece for piece, new in pieces if not new and piece not in (r"\cdot", "+", "-")]


@pytest.mark.parametrize(
    "parts",
    [*THREE_LAYER, *(derive(sizes, slot) for sizes, slot in TWO_LAYER)],
    ids=[*("explicit", "signals", "textbook", "rules"), *(f"{n}-{slot}" for n, slot in TWO_LAYER)],
)
def test_every_line_has_a_change_and_shows_nothing_else(parts: tuple[Part, ...]) -> None:
    for before, after in pairs(parts):
        change = changes(before, after)
        assert any((*change.goes, *change.comes)), after.latex
        # What is not highlighted is the same in both, in the same order.
        assert kept(before, change.goes) == kept(after, change.comes)
        for marked, plain in ((going(before, after), before), (coming(before, after), after)):
            assert without_classes(marked) == without_classes(plain.latex)


def names(latex: str, name: str) -> list[str]:
    """What stands in ``\\class{name}{…}``, without the classes inside."""
    found = []
    for piece in latex.split(rf"\class{{{name}}}{{")[1:]:
        depth, end = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(piece[end], 0)
            end += 1
        found.append(without_classes(piece[: end - 1]))
    return found


def between(before: Expression, after: Expression) -> tuple[list[str], list[str]]:
    return names(going(before, after), "goes"), names(coming(before, after), "comes")


def test_only_what_changes_is_highlighted() -> None:
    assert between(A, A) == ([], [])
    assert between(A + C, A) == (["+ b_{5}"], [])
    assert between(A + C, C) == (["w_{3,5} +"], [])
    assert between(A * B, B * A) == (["w_{3,5} \\cdot"], ["\\cdot w_{3,5}"])
    assert between(A * (B + C), A) == ([r"\cdot \left( w_{4,5} + b_{5} \right)"], [])
    assert between(A.squared(), A) == (["2"], [])
    assert between(over_samples(A), A) == ([r"\sum_{i=1}^{M}"], [])


def test_brackets_go_with_all_that_they_enclose() -> None:
    assert between(A * (B + C), A * B) == (["+ b_{5}"], [])
    assert between(A * (B + C), A * slope("f3")) == (
        [r"\left( w_{4,5} + b_{5} \right)"],
        ["g'(r_{3}^{(i)})"],
    )


def steps(slot: str) -> list[tuple[list[str], list[str]]]:
    return [between(*pair) for pair in pairs(derive((2, 3, 1), slot))]


def test_a_reader_sees_the_move_that_was_made() -> None:
    d, y_t = r"\frac{\partial}{\partial \hat{w}_{2}}", r"\left( y^{(i)} - t^{(i)} \right)"
    d_l = d.replace("}}", "}^{(l)}}")
    r_hat = r"\left( \sum_{j=1}^{N_1} g(r_{j}^{(i)}) \cdot \hat{w}_{j} \right)"
    own = r"g(r_{2}^{(i)}) \cdot \hat{w}_{2}"
    shown = steps("weight-f2-f4")
    assert shown[1:-1] == [
        ([], [d_l]),
        ([d_l], [d]),
        ([d, "2"], ["2", rf"\cdot {d} {y_t}"]),  # the chain rule on the square
        ([r"\frac{1}{2}", "2"], []),  # they cancel
        (["- t^{(i)}"], []),  # the target drops out
        (["y^{(i)}"], [r"g(\hat{r}^{(i)})"]),
        ([r"g(\hat{r}^{(i)})"], [rf"g \left( {r_hat} + \hat{{b}} \right)"]),
        (["g"], [r"g'(\hat{r}^{(i)}) \cdot"]),  # the chain rule through the output neuron
        ([r_hat], [own]),
        ([d, r"\cdot \hat{w}_{2}", r"+ \hat{b}"], []),
        ([], [r"\hat{w}_{2}^{(l)} -", r"h \cdot"]),
    ]
    to_bias = steps("bias-f4")
    assert to_bias[10] == ([rf"{d} {r_hat} +".replace(r"\hat{w}_{2}", r"\hat{b}")], [])


def test_a_sign_without_anything_to_its_left_is_not_set_like_a_numbers() -> None:
    assert going(A + C, A).endswith(rf"\class{{goes}}{{{{}} + {C.latex}}}")
    assert going(A + C, C).startswith(rf"\class{{goes}}{{{A.latex} +}}")
