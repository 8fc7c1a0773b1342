"""An expression is evaluated as it is written, and its symbols say what they are."""

import re

import numpy as np
import pytest
from hypothesis import given

from backprop_core import Network
from backprop_core.derivations import (
    ERROR,
    H,
    Legend,
    Line,
    Moment,
    Symbols,
    T,
    Y,
    derivative,
    explicit,
    number,
    over_samples,
    signals,
    slope,
    update_rules,
    value_text,
    weight,
    x,
)
from tests.derivations.columns import close, lines, moments

THREE_LAYER = Moment(Network.three_layer(), [1, 0], [1])
HATS = Symbols.hats((2, 3, 1))


def test_a_derivative_is_taken_of_exactly_what_stands_behind_it() -> None:
    net = Network.three_layer("identity")
    moment = Moment(net, [[2.0, 1.0], [3.0, 1.0]], [[0.0], [0.0]])
    d = derivative("x1", "f1")
    assert close(d(weight("x1", "f1") * x("x1")).at(moment), [2.0, 3.0])
    assert close(d(weight("x1", "f1") * weight("x1", "f1")).at(moment), 2 * 0.3)
    assert close(d(weight("x2", "f1") * x("x2")).at(moment), [0.0, 0.0])


def test_brackets_are_written_where_they_are_needed() -> None:
    a, b = weight("f3", "f5"), weight("f4", "f5")
    total = a.latex + " + " + b.latex
    assert (a + b).latex == total
    assert ((a + b) * a).latex == rf"\left( {total} \right) \cdot {a.latex}"
    assert (a - (a + b)).latex == rf"{a.latex} - \left( {total} \right)"
    assert (a * b).latex == rf"{a.latex} \cdot {b.latex}"
    assert r"\left(" in derivative("x1", "f1")(a * b).latex
    assert r"\left(" not in derivative("x1", "f1")(a).latex
    assert close((a - (a + b)).at(THREE_LAYER), 0.6)


def test_a_sum_sign_ends_where_its_bracket_ends() -> None:
    a, b = weight("f3", "f5"), weight("f4", "f5")
    series = over_samples(a)
    assert (b - series).latex == f"{b.latex} - {series.latex}"
    assert (b * series).latex == rf"{b.latex} \cdot {series.latex}"
    for bracketed in (series + b, series - b, series * b, derivative("x1", "f1")(series)):
        assert rf"\left( {series.latex} \right)" in bracketed.latex
    assert (a + b).squared().latex == rf"\left( {a.latex} + {b.latex} \right)^{{ 2 }}"
    assert close((a + b).squared().at(THREE_LAYER), 0.36)
    assert number(2.0, "2").beside(a + b).latex == rf"2 \left( {a.latex} + {b.latex} \right)"
    assert close(number(2.0, "2").beside(a + b).at(THREE_LAYER), 1.2)


def test_every_term_names_its_part_of_the_network() -> None:
    assert weight("f3", "f5").latex == r"\class{term role-weight edge-f3-f5}{w_{3,5}}"
    assert slope("f3").latex == r"\class{term role-slope node-f3}{g'(r_{3}^{(i)})}"
    assert x("x1").latex == r"\class{term role-input node-x1}{x_1^{(i)}}"


@given(moments((2, 3, 1)))
def test_a_sum_over_neurons_is_the_sum_over_the_live_ones(moment: Moment) -> None:
    s = HATS
    r = [
        s.over_nodes("xj", lambda k, j=j: s.x(k) * s.weight(k, j)) + s.bias(j)  # type: ignore[misc]
        for j in ("f1", "f2", "f3")
    ]
    assert close(np.transpose([e.at(moment) for e in r]), moment.f.r[0])
    r_hat = s.over_nodes("fj", lambda j: s.output(j) * s.weight(j, "f4")) + s.bias("f4")
    assert close(r_hat.at(moment), moment.f.r[1][:, 0])
    assert close(s.applied("f4", r_hat).at(moment), moment.f.y[:, 0])


def test_a_running_index_lights_all_that_it_runs_over() -> None:
    w = HATS.weight("fj", "f4")
    assert w.latex == (r"\class{term role-weight edge-f1-f4 edge-f2-f4 edge-f3-f4}{\hat{w}_{j}}")
    assert HATS.x("xj").latex == r"\class{term role-input node-x1 node-x2}{x_j^{(i)}}"
    with pytest.raises(ValueError, match="fj is a running index, but expected layers"):
        Symbols().output("fj")


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        (HATS.weight("f2", "f4"), "ŵ₂, the weight from f₂ to f̂"),
        (HATS.weight("x1", "f2"), "w₁,₂, the weight from x₁ to f₂"),
        (HATS.weight("fj", "f4"), "ŵⱼ, the weight from hidden neuron j to f̂"),
        (HATS.weight("xj", "f2"), "wⱼ,₂, the weight from input j to f₂"),
        (HATS.weight("f2", "f4", "(l+1)"), "ŵ₂ after the update, the weight from f₂ to f̂"),
        (HATS.bias("f4"), "b̂, the bias of f̂"),
        (HATS.bias("f2", "(l)"), "b₂, the bias of f₂"),
        (HATS.x("x2"), "x₂, an input"),
        (HATS.x("xj"), "xⱼ, an input"),
        (HATS.input_sum("f4"), "r̂, the input sum of f̂"),
        (HATS.output("f2"), "g(r₂), the output of f₂"),
        (HATS.output("fj"), "g(rⱼ), the output of hidden neuron j"),
        (HATS.slope("f4"), "g′(r̂), the slope of the activation function at f̂"),
        (HATS.delta("f4"), "δ̂, the error signal of f̂"),
        (HATS.gradient(("f2", "f4")), "∇E(ŵ₂), how E changes with ŵ₂"),
        (HATS.error(r"\hat{b}"), "E, the error"),
        (Y, "y, the output of the network"),
        (T, "t, the target"),
        (H, "h, the learning rate"),
        (ERROR, "E, the error"),
        (slope("f3"), "g′(r₃), the slope of the activation function at f₃"),
    ],
)
def test_a_symbol_says_what_it_stands_for(symbol: object, words: str) -> None:
    assert [leaf.words for leaf in symbol.terms] == [words]  # type: ignore[attr-defined]


def test_the_terms_of_a_line_are_those_that_can_be_pointed_at() -> None:
    for line in (line for told in (explicit(), signals(), update_rules()) for line in lines(told)):
        pointed = re.findall(r"\\class\{term ?([^{}]*)\}", line.latex)
        told = [
            " ".join(filter(None, (f"role-{t.role}" * bool(t.role), *t.ties))) for t in line.terms
        ]
        assert told == pointed
        assert all(len(term.words) > 3 for term in line.terms)


def test_a_value_is_said_in_short() -> None:
    net = Network.from_weights(
        [[[1.0, 0.5, 2.0], [0.0, -1.0, 0.25]], [[2.0], [-1.5], [1 / 3]]], activation="identity"
    )
    one = Moment(net, [1.0, 2.0], [0.5], h=0.25)
    three = Moment(net, [[1.0, 2.0], [0.0, 1.0], [1 / 3, 0.0]], [[0.0]] * 3)
    many = Moment(net, [[1.0, 2.0]] * 5, [[0.0]] * 5)

    def text(symbol: object, moment: Moment) -> str:
        (leaf,) = symbol.terms  # type: ignore[attr-defined]
        return value_text(leaf, moment)

    assert text(H, one) == "0.25"
    assert text(HATS.x("x1"), one) == "1"
    assert text(HATS.x("x1"), three) == "1, 0, 0.333 (3 samples)"
    assert text(HATS.x("x1"), many) == "1, 1, 1, … (5 samples)"
    assert text(HATS.weight("fj", "f4"), three) == "2, −1.5, 0.333 (j = 1 … 3)"
    assert text(HATS.output("fj"), one) == "1, −1.5, 2.5 (j = 1 … 3)"
    assert text(HATS.output("fj"), three) == ""
    assert text(HATS.weight("x1", "f1", "(l+1)"), one) == text(
        HATS.weight("x1", "f1"),
        Moment(
            net.with_weight("x1", "f1", 1.0 - 0.25 * float(one.g.weights[0][0, 0])), [0, 0], [0]
        ),
    )
    line = Line(None, HATS.x("x1") * H + HATS.x("x1") * H, "The same twice.")
    legend = Legend([line])
    assert len(legend.words) == 2
    values = legend.values(one)
    assert [values[n] for n in legend.places(line.terms)] == ["1", "0.25", "1", "0.25"]
