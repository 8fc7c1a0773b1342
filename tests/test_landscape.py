"""The landscape is E itself, its gradient E's own, and its paths are those of real updates."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import Network, backward, check_gradient, error, forward, train, update
from backprop_core._types import Array
from backprop_core.landscape import Landscape, Path, course, shuffled
from tests.refusals import assert_refused
from tests.strategies import Problem, numbers, problems

SMOOTH = ("sigmoid", "tanh", "softplus", "gaussian", "identity")
XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = np.array([[0.0], [1.0], [1.0], [0.0]])


def moved(net: Network, slot: str, value: float) -> Network:
    return net.with_parameter(net.slots[slot], value)


def error_of(problem: Problem, names: tuple[str, ...], values: Array) -> float:
    """E with these parameters, by the plain way of making another network."""
    net = problem.net
    for slot, value in zip(names, values, strict=True):
        net = moved(net, slot, float(value))
    return error(forward(net, problem.x).y, problem.t)


@st.composite
def landscapes(draw: st.DrawFn, names: tuple[str, ...] = SMOOTH, most: int = 3) -> Landscape:
    problem = draw(problems(names))
    known = st.sampled_from(list(problem.net.slots))
    picked = draw(st.lists(known, min_size=1, max_size=most, unique=True))
    return Landscape.of(*problem, *picked)


@settings(max_examples=60)
@given(st.data())
def test_it_is_the_error(data: st.DataObject) -> None:
    valley = data.draw(landscapes())
    places = data.draw(numbers(5, len(valley.slots), size=8.0))
    expected = [error_of(Problem(valley.net, valley.x, valley.t), valley.slots, p) for p in places]
    np.testing.assert_allclose(valley.errors(*places.T), expected, rtol=1e-12, atol=1e-12)
    here = float(valley.errors(*valley.here))
    assert here == pytest.approx(error(forward(valley.net, valley.x).y, valley.t), rel=1e-12)


def test_a_grid_is_made_of_its_places() -> None:
    net = Network.random([2, 2, 1], seed=3)
    names = ("weight-x1-f1", "bias-f3")
    valley = Landscape.of(net, XOR, XOR_T, *names)
    across, up = np.linspace(-8, 8, 41), np.linspace(-8, 8, 39)
    grid = valley.errors(across[np.newaxis], up[:, np.newaxis])
    assert grid.shape == (39, 41)
    problem = Problem(net, XOR, XOR_T)
    for row, column in ((0, 0), (38, 40), (7, 31), (20, 20)):
        expected = error_of(problem, names, np.array([across[column], up[row]]))
        assert abs(grid[row, column] - expected) < 1e-12
    assert valley.errors(0.5, -1.0).shape == ()


@settings(max_examples=60)
@given(st.data())
def test_its_gradient_is_what_central_differences_say(data: st.DataObject) -> None:
    valley = data.draw(landscapes())
    place = data.draw(numbers(len(valley.slots)))
    net = valley.net
    for slot, value in zip(valley.slots, place, strict=True):
        net = moved(net, slot, float(value))
    report = check_gradient(net, valley.x, valley.t)
    table = dict(zip(net.slots, report.table, strict=True))
    gradient = valley.gradient(*place)
    for slot, derivative in zip(valley.slots, gradient, strict=True):
        assert derivative == pytest.approx(table[slot].gradient, rel=1e-12, abs=1e-12)
        difference = abs(derivative - table[slot].central_difference)
        assert difference <= max(1e-6 * abs(derivative), table[slot].uncertainty)


def by_updates(valley: Landscape, start: Array, h: float, orders: list[list[int]] | None) -> Path:
    """Descend by real updates, of which only the parameters that move are kept."""
    net = valley.net
    for slot, value in zip(valley.slots, start, strict=True):
        net = moved(net, slot, float(value))
    batches = [(valley.x, valley.t)] * 4
    if orders is not None:
        batches = [(valley.x[[i]], valley.t[[i]]) for order in orders for i in order]
    points, errors = [start], [error(forward(net, valley.x).y, valley.t)]
    gradients = []
    for x, t in batches:
        gradient = backward(net, forward(net, x), t)
        flat = np.concatenate([*gradient.weights, *gradient.biases], axis=None)
        gradients.append(flat[[list(net.slots).index(slot) for slot in valley.slots]])
        better = update(net, gradient, h)
        for slot in valley.slots:
            net = moved(net, slot, better.parameter(*net.slots[slot]))
        points.append(np.array([net.parameter(*net.slots[slot]) for slot in valley.slots]))
        errors.append(error(forward(net, valley.x).y, valley.t))
    return Path(np.array(points), np.array(errors), np.array(gradients))


@settings(max_examples=40)
@given(st.data(), st.booleans())
def test_its_paths_are_made_of_real_updates(data: st.DataObject, online: bool) -> None:
    valley = data.draw(landscapes())
    start = data.draw(numbers(len(valley.slots)))
    orders = shuffled(len(valley.x), 4, seed=1) if online else None
    path = valley.descend(start, h=1e-3, epochs=4, orders=orders)
    expected = by_updates(valley, start, 1e-3, orders)
    np.testing.assert_array_equal(path.points, expected.points)
    np.testing.assert_array_equal(path.gradients, expected.gradients)
    np.testing.assert_allclose(path.errors, expected.errors, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("mode", ["batch", "online"])
def test_with_all_parameters_moving_it_is_training(mode: str) -> None:
    net = Network.random([2, 2, 1], seed=5)
    valley = Landscape.of(net, XOR, XOR_T, *net.slots)
    orders = [[0, 1, 2, 3]] * 9 if mode == "online" else None
    path = valley.descend(valley.here, h=2.0, epochs=9, orders=orders)
    history = train(net, XOR, XOR_T, h=2.0, epochs=9, mode=mode)
    per_epoch = path.errors[:: 4 if orders else 1]
    np.testing.assert_allclose(per_epoch, history.errors, rtol=1e-12)
    assert len(path.points) == len(path.errors) == (37 if orders else 10)


def test_batch_and_online_part_and_order_matters() -> None:
    net = Network.random([2, 2, 1], seed=5)
    valley = Landscape.of(net, XOR, XOR_T, "weight-x1-f1", "bias-f3")

    def end(orders: list[list[int]] | None) -> Array:
        return np.asarray(valley.descend([0.0, 0.0], 4.0, 1, orders).points[-1])

    ends = [end(None), end([[0, 1, 2, 3]]), end([[3, 2, 1, 0]])]
    assert len({tuple(place) for place in ends}) == 3


def test_a_path_ends_where_E_is_lost() -> None:
    valley = Landscape.of(
        Network.from_weights([[[0.0]]], activation="identity"), [[1.0]], [[1.0]], "weight-x1-f1"
    )
    path = valley.descend([0.0], h=1e100, epochs=60)
    assert 1 < len(path.points) == len(path.errors) == len(path.gradients) + 1 < 61
    assert np.isfinite(path.points).all()
    assert np.isfinite(path.errors).all()


def test_no_update_no_way() -> None:
    valley = Landscape.of(Network.three_layer(), XOR, XOR_T, "bias-f5")
    assert valley.here == (-0.3,)
    path = valley.descend(valley.here, 0.5, 0)
    assert path.points.tolist() == [[-0.3]]
    assert path.gradients.shape == (0, 1)


def test_nothing_is_changed_in_place() -> None:
    net = Network.random([2, 2, 1], seed=5)
    before = [array.copy() for array in (*net.weights, *net.biases)]
    valley = Landscape.of(net, XOR, XOR_T, "weight-x1-f1", "weight-x2-f1", "bias-f1")
    start = np.array([1.0, 2.0, 3.0])
    valley.descend(start, 4.0, 5)
    valley.errors(*np.ones((3, 7)))
    for array, kept in zip((*net.weights, *net.biases), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    assert start.tolist() == [1.0, 2.0, 3.0]


def test_shuffles_are_the_same_for_the_same_seed() -> None:
    assert shuffled(4, 20, seed=2) == shuffled(4, 20, seed=2) != shuffled(4, 20, seed=3)
    assert len({tuple(order) for order in shuffled(4, 20)}) > 10


def parabola(curvature: float) -> Landscape:
    """E(w) = ½ · curvature · (w − 2)²."""
    x = np.array([[np.sqrt(curvature)]])
    net = Network.from_weights([[[0.0]]], activation="identity")
    return Landscape.of(net, x, 2.0 * x, "weight-x1-f1")


@given(st.floats(0.1, 4.0), st.floats(0.02, 3.0), st.floats(-1.0, 1.0))
def test_on_a_parabola_the_course_is_known(curvature: float, share: float, start: float) -> None:
    """One update leaves 1 − h · curvature of the distance: a fact that the course must find."""
    updates = 40
    path = parabola(curvature).descend([start], share / curvature, updates)
    kind = course(path, updates, 0.0).kind
    left = abs(1.0 - share) ** (2 * updates)  # of E, after all updates
    if share > 2.0 + 1e-6:
        assert kind == "diverges"
    elif left < 0.0099:
        assert kind == "arrives"
    elif share < 1.0 and left > 0.0101:
        assert kind == "creeps"
    elif 1.0 < share < 2.0 - 1e-6 and left > 0.0101:
        assert kind == "overshoots"


def test_the_course_counts() -> None:
    valley = parabola(1.0)
    slow, exact, wide = (course(valley.descend([0.0], h, 10), 10, 0.0) for h in (0.05, 1.0, 1.95))
    assert (slow.kind, slow.arrival, slow.rises, slow.turns) == ("creeps", None, 0, 0)
    assert slow.share == pytest.approx(1 - 0.95**20)
    assert (exact.kind, exact.arrival, exact.turns, exact.share) == ("arrives", 1, 0, 1.0)
    assert (wide.kind, wide.rises, wide.turns) == ("overshoots", 0, 9)
    there = course(valley.descend([2.0], 1.0, 10), 10, 0.0)
    assert (there.kind, there.arrival) == ("arrives", 0)


def test_a_course_that_leaves_the_valley_is_worse() -> None:
    """Sigmoids have level ground: a step that is far too long ends there."""
    net = Network.random([2, 2, 1], seed=5)
    valley = Landscape.of(net, XOR, XOR_T, "bias-f3")
    path = valley.descend([2.0], h=200.0, epochs=30)
    fate = course(path, 30, float(np.min(valley.errors(np.linspace(-8, 8, 99)))))
    assert fate.kind == "worse"
    assert fate.share < 0
    assert path.errors[-1] > path.errors[0]


@pytest.mark.parametrize("start", [0.0, 1e200])
def test_what_is_lost_diverges(start: float) -> None:
    path = parabola(1.0).descend([start], 1e100, 60)
    assert len(path.errors) == len(path.points) < 61
    assert len(path.gradients) == max(0, len(path.errors) - 1)
    assert course(path, 60, 0.0).kind == "diverges"


NET = Network.three_layer()
BIAS = Landscape.of(NET, XOR, XOR_T, "bias-f5")
EXAMPLE = "but expected one such as 'weight-x1-f1' or 'bias-f1'"

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no slot": (lambda: Landscape.of(NET, XOR, XOR_T), "slots is (), but expected one or more"),
    "one twice": (
        lambda: Landscape.of(NET, XOR, XOR_T, "bias-f5", "bias-f5"),
        "slots is ('bias-f5', 'bias-f5'), but expected one or more, each of them once",
    ),
    "not a slot": (lambda: Landscape.of(NET, XOR, XOR_T, "f5"), f"slot is 'f5', {EXAMPLE}"),
    "a bias of an input": (
        lambda: Landscape.of(NET, XOR, XOR_T, "bias-x1"),
        f"slot is 'bias-x1', {EXAMPLE}",
    ),
    "no such edge": (
        lambda: Landscape.of(NET, XOR, XOR_T, "weight-x1-f5"),
        "edge is 'x1' to 'f5', but expected two nodes of neighbouring layers",
    ),
    "teacher set": (
        lambda: Landscape.of(NET, XOR, XOR, "bias-f5"),
        "t has the shape (4, 2), but expected (M, 1)",
    ),
    "too few values": (
        lambda: BIAS.errors(),
        "values has 0 arrays, but expected 1: one for each of bias-f5",
    ),
    "NaN": (lambda: BIAS.errors([np.nan]), "values[0][0] is nan, but expected a finite number"),
    "start too long": (
        lambda: BIAS.descend([0.0, 1.0], 0.5, 3),
        "start has the shape (2,), but expected (1,)",
    ),
    "h": (lambda: BIAS.descend([0.0], 0, 3), "h is 0, but expected a learning rate greater than 0"),
    "epochs": (
        lambda: BIAS.descend([0.0], 0.5, -1),
        "epochs is -1, but expected a whole number of 0 or more",
    ),
    "orders": (
        lambda: BIAS.descend([0.0], 0.5, 3, [[0]]),
        "orders has 1 entries, but expected 3: one for each epoch",
    ),
    "a sample that is not there": (
        lambda: BIAS.descend([0.0], 0.5, 1, [[0, 4]]),
        "orders[0] is [0, 4], but expected numbers of samples from 0 to 3",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    assert_refused(*REFUSED[case])
