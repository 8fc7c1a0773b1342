"""Every activation's values, slopes, kinks and limits, from one table worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Activation
from backprop_core.activations import get_activation

E = math.e

# name: (r, g(r), g′(r)) …
BY_HAND = {
    "sigmoid": [(0, 0.5, 0.25), (math.log(3), 0.75, 0.1875), (-math.log(3), 0.25, 0.1875)],
    "tanh": [(0, 0, 1), (math.log(2), 0.6, 0.64), (-math.log(2), -0.6, 0.64)],
    "ReLU": [(-2, 0, 0), (0, 0, 0), (3, 3, 1)],
    "leaky ReLU": [(-2, -0.02, 0.01), (0, 0, 0.01), (3, 3, 1)],
    "ELU": [(-1, 1 / E - 1, 1 / E), (0, 0, 1), (3, 3, 1)],
    "softplus": [(0, math.log(2), 0.5), (math.log(3), math.log(4), 0.75)],
    "gaussian": [(0, 1, 0), (1, 1 / E, -2 / E), (-1, 1 / E, 2 / E)],
    "identity": [(-2, -2, 1), (3, 3, 1)],
    "threshold": [(-1e-9, 0, 0), (0, 1, 0), (2, 1, 0)],
}

# name: (g and g′ far to the left, g and g′ far to the right); None stands for r itself.
FAR: dict[str, tuple[float | None, float, float | None, float]] = {
    "sigmoid": (0, 0, 1, 0),
    "tanh": (-1, 0, 1, 0),
    "ReLU": (0, 0, None, 1),
    "leaky ReLU": (-100, 0.01, None, 1),
    "ELU": (-1, 0, None, 1),
    "softplus": (0, 0, None, 1),
    "gaussian": (0, 0, 0, 0),
    "identity": (None, 1, None, 1),
    "threshold": (0, 0, 1, 0),
}

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)


def test_the_tables_here_leave_none_out() -> None:
    assert list(BY_HAND) == list(FAR) == list(ACTIVATIONS)
    assert all(name == activation.name for name, activation in ACTIVATIONS.items())


@every_activation
def test_values_and_slopes_by_hand(activation: Activation) -> None:
    r, g, slope = np.array(BY_HAND[activation.name], dtype=float).T
    np.testing.assert_allclose(activation(r), g, rtol=1e-15, atol=1e-16)
    np.testing.assert_allclose(activation.slope(r), slope, rtol=4e-15, atol=1e-16)


@every_activation
@given(r=st.floats(-30, 30))
def test_slope_is_the_limit_of_central_differences(activation: Activation, r: float) -> None:
    s = 1e-6
    assume(all(abs(r - kink) > 2 * s for kink in activation.kinks))
    rise = float(activation(r + s) - activation(r - s)) / ((r + s) - (r - s))
    assert float(activation.slope(r)) == pytest.approx(rise, rel=1e-6, abs=5e-9)


@every_activation
@given(r=st.floats(-800, 800))
def test_slope_at_may_use_the_output(activation: Activation, r: float) -> None:
    with np.errstate(over="ignore"):
        at = activation.slope_at(np.array(r), activation(r))
    assert float(at) == float(activation.slope(r))


@every_activation
def test_a_kink_is_where_the_slopes_on_either_side_differ_or_g_jumps(
    activation: Activation,
) -> None:
    s = 1e-9
    for r in {0.0, *activation.kinks}:
        jump = float(activation(r + s) - activation(r - s))
        bend = float(activation.slope(r + s) - activation.slope(r - s))
        assert (abs(jump) > 0.5 or abs(bend) > 0.5) == (r in activation.kinks)
    for kink in activation.kinks:
        assert float(activation.slope(kink)) == float(activation.slope(kink - s))


@every_activation
@pytest.mark.parametrize("size", [1e4, 1e300])
def test_far_out_without_a_warning(activation: Activation, size: float) -> None:
    left, left_slope, right, right_slope = FAR[activation.name]
    if activation.name == "leaky ReLU":
        left = -0.01 * size
    with np.errstate(divide="raise", invalid="raise"):  # the others are errors by configuration
        assert float(activation(-size)) == (-size if left is None else left)
        assert float(activation(size)) == (size if right is None else right)
        assert float(activation.slope(-size)) == left_slope
        assert float(activation.slope(size)) == right_slope


@every_activation
def test_limit_is_where_the_exponential_leaves_float64(activation: Activation) -> None:
    if activation.name in ("sigmoid", "softplus"):
        math.exp(activation.limit)
        with pytest.raises(OverflowError):
            math.exp(activation.limit + 1e-9)
    else:
        assert activation.limit == math.inf


@every_activation
def test_any_shape_goes_in_and_comes_out(activation: Activation) -> None:
    r = np.arange(6.0).reshape(1, 2, 3)
    assert activation(r).shape == activation.slope(r).shape == r.shape
    assert activation(r).dtype == activation.slope(r).dtype == np.float64


@every_activation
def test_found_by_name_in_any_case(activation: Activation) -> None:
    assert get_activation(activation.name) is activation
    assert get_activation(activation.name.upper()) is activation
    assert get_activation(activation) is activation


@pytest.mark.parametrize("wrong", ["sigmod", "", None, 3, np.tanh])
def test_an_unknown_one_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^activation is .* expected one of: sigmoid, tanh, ReLU"):
        get_activation(wrong)
