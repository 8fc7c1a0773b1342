"""What the pictures show is what the engine computes: on a plane, at a border, of δ, along axes."""

import numpy as np
import pytest

from backprop_core import ACTIVATIONS, Activation, Network, backward, forward
from backprop_core.views import (
    Plane,
    border,
    delta_sizes,
    level_of,
    outputs_on,
    range_of,
    region_borders,
    region_places,
    regions,
    round_decades,
    round_ticks,
    round_up,
    shades,
)

X = np.random.default_rng(3).normal(size=(40, 4)) * [1, 2, 3, 4]


@pytest.fixture
def net() -> Network:
    return Network.random([4, 5, 3], ["tanh", "sigmoid"], seed=2)


# --- the plane -----------------------------------------------------------------------------------


def test_the_grid_moves_two_inputs_and_leaves_the_others_at_their_mean() -> None:
    plane = Plane.of(X, (3, 1))
    grid = plane.grid(5)
    assert grid.shape == (25, 4)
    assert (grid[:, [0, 2]] == X.mean(axis=0)[[0, 2]]).all()
    rows = grid.reshape(5, 5, 4)
    assert (
        rows[0, :, 3].tolist() == rows[4, :, 3].tolist() == np.linspace(*plane.across, 5).tolist()
    )
    assert rows[:, 0, 1].tolist() == rows[:, 4, 1].tolist() == np.linspace(*plane.up, 5).tolist()


def test_all_samples_lie_inside_with_some_room() -> None:
    plane = Plane.of(X, (0, 2))
    for n, (low, high) in ((0, plane.across), (2, plane.up)):
        assert low < np.min(X[:, n])
        assert np.max(X[:, n]) < high
        assert np.isclose(np.min(X[:, n]) - low, 0.15 * np.ptp(X[:, n]))


def test_samples_that_are_all_the_same_have_a_plane_too() -> None:
    assert Plane.of([[1.0, 2.0]]).across == (0.0, 2.0)


def test_one_input_has_no_second_axis() -> None:
    plane = Plane.of([[0.0], [1.0]], (0, None))
    assert plane.up == (0.0, 1.0)
    assert plane.grid(2).ravel().tolist() == [-0.15, 1.15, -0.15, 1.15]


@pytest.mark.parametrize("axes", [(0, 0), (0, 4), (-1, 0), (0, None), (None, 1)])
def test_impossible_axes_are_refused(axes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"axes is .* but expected two different ones of"):
        Plane.of(X, axes)
    with pytest.raises(ValueError, match=r"axes is \(0, 1\), but expected \(0, None\)"):
        Plane.of([[1.0], [2.0]], (0, 1))


def test_every_node_is_seen_as_forward_computes_it(net: Network) -> None:
    plane = Plane.of(X, (1, 3))
    layers = outputs_on(net, plane, 6)
    f = forward(net, plane.grid(6))
    for layer, expected in zip(layers, (f.x, *f.outputs), strict=True):
        np.testing.assert_array_equal(layer.reshape(36, -1), expected)
    with pytest.raises(ValueError, match="net has 4 inputs, but expected 1"):
        outputs_on(net, Plane.of([[1.0]], (0, None)), 5)


# --- borders and regions -------------------------------------------------------------------------


def test_on_the_border_the_network_answers_the_level(net: Network) -> None:
    plane = Plane.of(X, (0, 1))
    values = outputs_on(net, plane, 100)[-1][..., 0]
    level = float(np.quantile(values, 0.4))
    lines = border(plane, values, level)
    assert lines
    for line in lines:
        x = np.tile(plane.rest, (len(line), 1))
        x[:, :2] = line
        np.testing.assert_allclose(forward(net, x).y[:, 0], level, atol=2e-3)


def test_where_there_is_no_border_there_is_no_line(net: Network) -> None:
    plane = Plane.of(X)
    values = outputs_on(net, plane, 20)[-1][..., 0]
    assert border(plane, values, 2.0) == []
    assert border(plane, np.full((20, 20), np.inf), 0.5) == []


def test_between_regions_the_two_largest_outputs_are_equal(net: Network) -> None:
    plane = Plane.of(X, (0, 1))
    outputs = outputs_on(net, plane, 100)[-1]
    winners = regions(outputs)
    assert len(np.unique(winners)) > 1
    np.testing.assert_array_equal(winners, outputs.argmax(axis=-1))
    for line in region_borders(plane, outputs):
        x = np.tile(plane.rest, (len(line), 1))
        x[:, :2] = line
        best = np.sort(forward(net, x).y, axis=1)
        # where three regions meet, and only there, the grid is too coarse for the line
        assert np.quantile(best[:, -1] - best[:, -2], 0.95) < 5e-3


def test_a_region_has_its_name_inside_it(net: Network) -> None:
    plane = Plane.of(X, (0, 1))
    winners = regions(outputs_on(net, plane, 50)[-1])
    places = region_places(plane, winners)
    assert set(places) == set(np.unique(winners))
    for n, place in places.items():
        x = np.array(plane.rest)
        x[:2] = place
        assert int(np.argmax(forward(net, x).y)) == n


# --- shades --------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_a_range_holds_all_that_an_activation_gives(activation: Activation) -> None:
    values = activation(np.linspace(-6, 6, 101))
    low, high = range_of(activation, values)
    assert low <= np.min(values)
    assert np.max(values) <= high
    assert low == -high or (low, high) == (0.0, 1.0)


def test_what_is_no_number_has_the_middle_shade() -> None:
    assert shades(np.array([np.nan, -np.inf, np.inf]), -1, 1).tolist() == [128, 0, 255]
    relu = ACTIVATIONS["ReLU"]
    assert range_of(relu, np.array([np.inf, 3.0])) == (-3.0, 3.0)
    assert range_of(relu, np.zeros(3)) == (-1.0, 1.0)


def test_the_level_lies_half_way_between_the_targets() -> None:
    assert level_of(np.array([[2.0], [6.0], [3.0]])) == 4.0


# --- δ -------------------------------------------------------------------------------------------


def test_the_size_of_delta_is_that_of_central_differences(net: Network) -> None:
    x, t = X[:7], np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]
    sizes = delta_sizes(backward(net, forward(net, x), t).deltas)
    f = forward(net, x)
    squares = []
    for i in range(7):
        for n in range(5):
            errors = []
            for nudge in (1e-5, -1e-5):
                hidden = np.array(f.outputs[0][i])
                hidden[n] += nudge
                y = net.activations[1](hidden @ net.weights[1] + net.biases[1])
                errors.append(0.5 * float(((y - t[i]) ** 2).sum()))
            squares.append(((errors[0] - errors[1]) / 2e-5) ** 2)
    assert sizes[0] == pytest.approx(np.sqrt(np.mean(squares)), rel=1e-6)
    assert sizes[1] == pytest.approx(np.sqrt(np.mean((f.y - t) ** 2)))


# --- numbers along an axis -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-0.37, 0.41), (172, 231), (0, 1e-7), (-5e5, 2e6), (39.9, 40.1)]
)
def test_ticks_are_round_few_and_inside(low: float, high: float) -> None:
    for most in (3, 4, 6, 9):
        ticks = round_ticks(low, high, most)
        assert 1 <= len(ticks) <= most
        assert low - 1e-9 * (high - low) <= ticks[0]
        assert ticks[-1] <= high + 1e-9 * (high - low)
        if len(ticks) > 1:
            step = ticks[1] - ticks[0]
            assert f"{step:.0e}"[0] in "125"
            np.testing.assert_allclose(np.diff(ticks), step)


def test_no_range_has_no_ticks() -> None:
    assert round_ticks(1, 1) == round_ticks(0, np.inf) == []


def test_an_axis_grows_in_few_steps() -> None:
    ends = [round_up(n) for n in range(10, 1000)]
    assert all(end >= n for n, end in zip(range(10, 1000), ends, strict=True))
    assert len(set(ends)) == 13
    assert ends[0] == 10


def test_decades_hold_what_a_logarithm_can_show() -> None:
    assert round_decades([0.0, np.nan, np.inf], 1e-12) == (0.1, 1.0)
    assert round_decades([1e-20, 5.0], 1e-12) == (1.0, 10.0)
    assert round_decades([1.0], 1e-12) == (1.0, 10.0)
    assert round_decades(np.array([1e-3, 1e2]), 1e-12) == (1e-3, 1e2)
    assert round_decades([1.7e308], 1e-12) == (1e307, 1e308)  # there is no power of ten above it
