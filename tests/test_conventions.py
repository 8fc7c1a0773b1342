"""Every convention is right by its own central differences, and all of them take the same step."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Network, backward, error, forward, update
from backprop_core.conventions import ARTICLE, CHOICES, EVERY, Book, Conventions, parameters
from backprop_core.derivations.expressions import Expression, Moment, number, over_samples
from tests.refusals import assert_refused
from tests.strategies import numbers

# At 0 a threshold jumps, a ReLU bends and an ELU's slope bends: no place for differences.
ROUGH = ("threshold", "ReLU", "leaky ReLU", "ELU")

each_convention = pytest.mark.parametrize(
    "conventions", EVERY, ids=[" ".join(map(str, vars(c).values())) for c in EVERY]
)


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    """Any network of one hidden layer and one output, on 1 to 4 samples."""
    n_0, n_1, samples = (draw(st.integers(1, most)) for most in (3, 4, 4))
    net = Network.from_weights(
        [draw(numbers(n_0, n_1)), draw(numbers(n_1, 1))],
        [draw(numbers(n_1)), draw(numbers(1))],
        [draw(st.sampled_from(tuple(ACTIVATIONS))) for _ in range(2)],
    )
    moment = Moment(net, draw(numbers(samples, n_0)), draw(numbers(samples, 1)), h=0.7)
    for activation, r in zip(net.activations, moment.f.r, strict=True):
        assume(activation.name not in ROUGH or np.abs(r).min() > 1e-3)
    return moment


def book(moment: Moment, conventions: Conventions) -> Book:
    return Book(moment.net.layers, conventions)


def value(expression: Expression, moment: Moment) -> float:
    return float(np.asarray(expression.at(moment)))


def engine(moment: Moment, net: Network) -> dict[str, float]:
    """A network's weights and biases by slot."""
    found = {}
    for slot in parameters(moment.net.layers):
        kind, *nodes = slot.split("-")
        found[slot] = net.weight(*nodes) if kind == "weight" else net.bias(*nodes)
    return found


def nudged(moment: Moment, slot: str, by: float) -> Moment:
    """The moment with one weight or bias moved."""
    *source, target = slot.split("-")[1:]
    net = moment.net
    if source:
        net = net.with_weight(source[0], target, net.weight(source[0], target) + by)
    else:
        net = net.with_bias(target, net.bias(target) + by)
    return Moment(net, moment.x, moment.t, moment.h)


def assert_its_gradients_are_those_of_its_error(told: Book, moment: Moment) -> None:
    """Compare with central differences of E as this book has it, in its own parameters."""
    s = 1e-5
    for slot in told.old:
        sign = told.as_article(slot, 1.0)  # a threshold grows where the bias shrinks
        above, below = (
            value(told.error.expression, nudged(moment, slot, d * sign)) for d in (s, -s)
        )
        measured = (above - below) / (2 * s)
        gradient = value(told.gradient(slot).expression, moment)
        assert np.isclose(gradient, measured, rtol=1e-5, atol=1e-7), slot


@each_convention
@settings(max_examples=20)  # for each of 16
@given(moment=moments())
def test_the_gradient_is_that_of_the_convention_s_own_error(
    conventions: Conventions, moment: Moment
) -> None:
    assert_its_gradients_are_those_of_its_error(book(moment, conventions), moment)


@given(moments())
def test_all_conventions_take_the_step_of_the_engine(moment: Moment) -> None:
    after = engine(moment, update(moment.net, backward(moment.net, moment.f, moment.t), moment.h))
    for conventions in EVERY:
        told = book(moment, conventions)
        for slot, expected in after.items():
            new = told.as_article(slot, value(told.updated(slot, rate="own"), moment))
            assert np.isclose(new, expected, rtol=1e-12, atol=1e-12), (conventions, slot)


@given(moments())
def test_without_the_half_the_same_h_goes_twice_as_far(moment: Moment) -> None:
    before, article = engine(moment, moment.net), book(moment, ARTICLE)
    for conventions in EVERY:
        told = book(moment, conventions)
        for slot, old in before.items():
            step = told.as_article(slot, value(told.updated(slot), moment)) - old
            expected = value(article.updated(slot), moment) - old
            times = 1 if conventions.half else 2
            assert np.isclose(step, times * expected, rtol=1e-9, atol=1e-12), (conventions, slot)


@given(moments())
def test_forward_sweep_and_error_are_those_of_the_engine(moment: Moment) -> None:
    sums = np.hstack(moment.f.r)
    expected = error(moment.f.y, moment.t)
    for conventions in EVERY:
        told = book(moment, conventions)
        shown = [told.r[n].at(moment) for n in moment.net.neurons]
        assert np.allclose(np.column_stack(shown), sums, rtol=1e-12, atol=1e-12)
        doubled = 1 if conventions.half else 2
        assert np.isclose(value(told.error.expression, moment), doubled * expected)


@given(moments())
def test_the_error_signals_mean_what_the_convention_says(moment: Moment) -> None:
    g = backward(moment.net, moment.f, moment.t)
    for conventions in EVERY:
        deltas = np.hstack(g.deltas if conventions.delta == "output" else g.deltas_r)
        sign = 1 if conventions.difference == "y-t" else -1
        doubled = 1 if conventions.half else 2
        told = book(moment, conventions)
        shown = np.column_stack([told.deltas[n].at(moment) for n in moment.net.neurons])
        assert np.allclose(shown, sign * doubled * deltas, rtol=1e-9, atol=1e-12), conventions


@given(moments())
def test_factors_written_out_make_the_same_summand(moment: Moment) -> None:
    for conventions in EVERY:
        told = book(moment, conventions)
        for slot in told.old:
            short, long = (
                np.prod([f.at(moment) * np.ones(len(moment.x)) for f in factors], axis=0)
                for factors in (told.factors(slot), told.written_out(slot))
            )
            assert np.allclose(short, long, rtol=1e-9, atol=1e-12), (conventions, slot)


# --- a wrong one is found ------------------------------------------------------------------------

XOR = Moment(
    Network.from_weights(
        [[[0.5, -1.0, 0.8], [0.8, 0.6, -0.4]], [[1.2], [-0.7], [0.9]]],
        [[0.1, -0.3, 0.2], [-0.4]],
    ),
    [[0, 0], [0, 1], [1, 0], [1, 1]],
    [[0], [1], [1], [0]],
    h=0.5,
)


class WrongSign(Book):
    """Goes up where it should go down."""

    def direction(self, slot: str) -> int:
        return -super().direction(slot)


class ForgetsTheThreshold(Book):
    """Turns the sign round for t − y, but not for a threshold."""

    def direction(self, slot: str) -> int:
        return 1 if self.conventions.difference == "t-y" else -1


class ForgetsTheTwo(Book):
    """Drops the 2 of the square though no ½ cancels it."""

    def _write_backward(self) -> None:
        half, self.conventions = self.conventions, ARTICLE
        super()._write_backward()
        self.conventions = half


@pytest.mark.parametrize(
    ("wrong", "conventions"),
    [
        (WrongSign, ARTICLE),
        (WrongSign, Conventions(difference="t-y")),
        (ForgetsTheThreshold, Conventions(threshold=True)),
        (ForgetsTheTwo, Conventions(half=False)),
    ],
)
def test_a_wrong_sign_or_factor_is_found(wrong: type[Book], conventions: Conventions) -> None:
    with pytest.raises(AssertionError):
        assert_its_gradients_are_those_of_its_error(wrong(XOR.net.layers, conventions), XOR)
    assert_its_gradients_are_those_of_its_error(Book(XOR.net.layers, conventions), XOR)


# --- how they are written ------------------------------------------------------------------------


CLASSED = re.compile(r"\\class\{[^{}]*\}\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")


def plain(latex: str) -> str:
    """LaTeX without the classes, and without a sample's index."""
    return CLASSED.sub(r"\1", latex).replace("^{(i)}", "")


def rule(slot: str, conventions: Conventions, rate: str = "h") -> str:
    return plain(Book(XOR.net.layers, conventions).rule(slot, rate).latex)


def test_the_rules_as_each_convention_writes_them() -> None:
    slot, offset = "weight-x2-f3", "bias-f3"
    summed = r"\sum_{i=1}^{M} \delta_{3} \cdot g'(r_{3}) \cdot x_2"
    old, new = "w_{2,3}^{(l)}", "w_{2,3}^{(l+1)}"
    assert rule(slot, ARTICLE) == rf"{new} = {old} - h \cdot {summed}"
    assert rule(slot, Conventions(difference="t-y")) == rf"{new} = {old} + h \cdot {summed}"
    short = summed.replace(r" \cdot g'(r_{3})", "")
    assert rule(slot, Conventions(delta="sum")) == rf"{new} = {old} - h \cdot {short}"
    halved = rule(slot, Conventions(half=False), "own")
    assert halved == rf"{new} = {old} - \frac{{h}}{{2}} \cdot {summed}"
    assert rule(slot, Conventions(half=False)) == rule(slot, ARTICLE)
    assert rule(slot, Conventions(threshold=True)) == rule(slot, ARTICLE)
    assert rule(offset, Conventions(threshold=True)).startswith(
        r"\theta_{3}^{(l+1)} = \theta_{3}^{(l)} + h \cdot"
    )
    both = Conventions(difference="t-y", threshold=True)
    assert rule(offset, both).startswith(r"\theta_{3}^{(l+1)} = \theta_{3}^{(l)} - h \cdot")


def test_the_other_formulas_as_each_convention_writes_them() -> None:
    told = Book(XOR.net.layers, Conventions("sum", "t-y", half=False, threshold=True))
    assert plain(told.error.latex) == r"E = \sum_{i=1}^{M} \left( t - y \right)^{ 2 }"
    assert plain(told.sums["f1"].latex) == (
        r"r_{1} = w_{1,1} \cdot x_1 + w_{2,1} \cdot x_2 - \theta_{1}"
    )
    assert plain(told.signals["f4"].latex) == (
        r"\hat{\delta} = 2 \cdot \left( t - y \right) \cdot g'(\hat{r})"
    )
    assert plain(told.signals["f2"].latex) == (
        r"\delta_{2} = \hat{\delta} \cdot \hat{w}_{2} \cdot g'(r_{2})"
    )
    assert plain(told.gradient("weight-f2-f4").latex) == (
        r"\frac{\partial E}{\partial \hat{w}_{2}} = - \sum_{i=1}^{M} \hat{\delta} \cdot g(r_{2})"
    )
    article = Book(XOR.net.layers)
    assert plain(article.error.latex) == (
        r"E = \frac{1}{2} \sum_{i=1}^{M} \left( y - t \right)^{ 2 }"
    )
    assert plain(article.sums["f4"].latex).endswith(r"\hat{w}_{3} \cdot g(r_{3}) + \hat{b}")


def test_no_two_conventions_write_the_same() -> None:
    written = set()
    for conventions in EVERY:
        told = Book(XOR.net.layers, conventions)
        lines = [told.error, *told.sums.values(), *told.signals.values()]
        written.add("\n".join(line.latex for line in lines))
    assert len(written) == len(EVERY) == 16


def test_a_symbol_is_worked_out_once_for_each_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Book(XOR.net.layers)
    moment = Moment(XOR.net, XOR.x, XOR.t)
    first = told.r["f4"].at(moment)
    assert told.r["f4"].at(moment) is first
    assert told.r["f4"].at(nudged(moment, "bias-f4", 1.0)) is not first


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHOICES)
def test_an_unknown_choice_is_refused(name: str) -> None:
    expected = ", ".join(map(repr, CHOICES[name]))
    other: dict[str, Any] = {name: "other"}
    assert_refused(
        lambda: Conventions(**other),
        f"{name} is 'other', but expected one of: {expected}",
    )


def test_other_networks_are_refused() -> None:
    assert_refused(
        lambda: Book(Network.three_layer().layers),
        "layers has the sizes (2, 2, 2, 1), but expected (N_0, N_1, 1)",
    )
    assert_refused(
        lambda: Book(Network.random([2, 3, 2]).layers),
        "layers has the sizes (2, 3, 2), but expected (N_0, N_1, 1)",
    )


def test_a_sum_stands_for_all_samples() -> None:
    ones = over_samples(number(1.0, "1"))
    assert value(ones, XOR) == len(forward(XOR.net, XOR.x).y) == 4
