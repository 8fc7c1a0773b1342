"""No line of the three-layer derivations changes the value, and the article's slips do."""

import numpy as np
import pytest
from hypothesis import assume, given

from backprop_core import Network, backward, check_gradient, forward, update
from backprop_core.derivations import (
    Line,
    Moment,
    Part,
    explicit,
    output,
    over_samples,
    signals,
    slope,
    update_rules,
    x,
)
from backprop_core.walkthrough import CONVENTIONS
from tests.derivations.columns import assert_nothing_is_lost, close, lines, moments, slipping

TOLD = [explicit(), update_rules(), *(signals(convention) for convention in CONVENTIONS)]


@given(moments())
def test_each_line_has_the_value_of_the_line_above(moment: Moment) -> None:
    for parts in TOLD:
        assert_nothing_is_lost(parts, moment)


@given(moments())
def test_the_derivations_end_at_the_gradient(moment: Moment) -> None:
    gradient = backward(moment.net, moment.f, moment.t).weights[0][0, 0]
    report = check_gradient(moment.net, moment.x, moment.t)
    assert report.table[0].name == "w_{x_1,1}"
    for parts in (explicit(), *(signals(convention) for convention in CONVENTIONS)):
        *_, told, referee = lines(parts)
        assert close(told.expression.at(moment), gradient)
        assert close(referee.expression.at(moment), report.table[0].central_difference)
        first = next(line for line in lines(parts) if "nabla" in line.latex)
        assert close(first.expression.at(moment), gradient)


@given(moments())
def test_the_error_signals_are_those_of_the_backward_sweep(moment: Moment) -> None:
    g = backward(moment.net, moment.f, moment.t)
    for convention, deltas in (("output", g.deltas), ("sum", g.deltas_r)):
        expected = [deltas[2][:, 0], deltas[1][:, 0], deltas[1][:, 1], deltas[0][:, 0]]
        told = [line.expression.at(moment) for line in signals(convention)[0].lines]
        assert close(told, expected)


@given(moments())
def test_the_update_rules_are_those_of_the_engine(moment: Moment) -> None:
    g = backward(moment.net, forward(moment.net, moment.x), moment.t)
    updated = update(moment.net, g, moment.h)
    edges = [("f3", "f5"), ("f4", "f5")] + [(a, b) for a in ("f1", "f2") for b in ("f3", "f4")]
    told = [line.expression.at(moment) for line in lines(update_rules())]
    assert close(told, [updated.weight(a, b) for a, b in edges])


@given(moments(names=("sigmoid", "tanh", "softplus")))
def test_the_slips_of_the_article_break_the_column(moment: Moment) -> None:
    assume(min(mixed_up(moment)) > 1e-4)
    for line in slipping((*signals(), *update_rules())):
        assert line.slip
        assert line.slip.expression
        assert line.slip.changes_value
        assert not close(line.slip.expression.at(moment), line.expression.at(moment)), line.latex


def mixed_up(moment: Moment) -> list[float]:
    """How far apart the things are that the article mixes up: where equal, a slip is invisible."""
    g_1, g_4, g_5 = (slope(neuron).at(moment) for neuron in ("f1", "f4", "f5"))
    deltas = backward(moment.net, moment.f, moment.t).deltas
    at_f1 = deltas[0][:, 0] * (g_4 - g_1) * moment.x[:, 0]
    at_f4 = deltas[2][:, 0] * (g_4 - g_5) * moment.net.weight("f4", "f5") * g_4
    at_w14 = at_f4 * output("f1").at(moment)
    at_w45 = moment.net.weight("f3", "f5") - moment.net.weight("f4", "f5")
    return [abs(float(np.sum(difference))) for difference in (at_f1, at_w14, at_w45)]


def test_the_article_slips_five_times_in_this_chapter() -> None:
    assert [len(slipping(parts)) for parts in (explicit(), signals(), update_rules())] == [0, 3, 2]
    # The textbook's error signals hold their slopes, so there the first three cannot be written.
    assert not slipping(signals("sum"))


def test_a_line_that_loses_something_is_noticed() -> None:
    main = explicit()[0]
    halved = Line(None, over_samples(slope("f5") * x("x1")), "wrong on purpose")
    broken = Part(main.title, (*main.lines, halved))
    moment = Moment(Network.three_layer(), [1, 0], [1])
    with pytest.raises(AssertionError, match="role-slope node-f5"):
        assert_nothing_is_lost((broken,), moment)


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(ValueError, match=r"convention is 'other', but expected one of: output"):
        signals("other")
