"""A workbench fits its parts to each other, whatever is changed."""

from itertools import product

import numpy as np
import pytest

from backprop_core.activations import ACTIVATIONS
from backprop_core.situation import TEACHER_SETS
from backprop_core.workbench import LARGEST, RANDOM, Workbench

SIZES = list(product(range(1, LARGEST + 1), repeat=2))


@pytest.mark.parametrize(("n_0", "n_1"), SIZES)
def test_every_size_has_weights_and_samples_that_fit(n_0: int, n_1: int) -> None:
    bench = Workbench().resized(n_0, n_1)
    assert bench.network.sizes == (n_0, n_1, 1)
    assert bench.x.shape[1] == n_0
    assert bench.t.shape == (len(bench.x), 1)
    assert bench.teacher_set == ("XOR" if n_0 == 2 else RANDOM)
    assert len(bench.parameters) == n_0 * n_1 + n_1 + n_1 + 1
    assert len({p.name for p in bench.parameters.values()}) == len(bench.parameters)
    bench.check()


@pytest.mark.parametrize(
    ("name", "targets"), [("XOR", [0, 1, 1, 0]), ("AND", [0, 0, 0, 1]), ("OR", [0, 1, 1, 1])]
)
def test_teacher_sets(name: str, targets: list[float]) -> None:
    assert name in TEACHER_SETS
    bench = Workbench().with_teacher_set(name)
    assert bench.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert bench.t.ravel().tolist() == targets


def test_the_wanted_teacher_set_comes_back_when_it_fits() -> None:
    bench = Workbench().with_teacher_set("AND").resized(3, 2)
    assert bench.teacher_set == RANDOM
    assert bench.resized(2, 2).teacher_set == "AND"
    with pytest.raises(ValueError, match="Teacher set is 'AND', but expected one of: random"):
        bench.with_teacher_set("AND")


def test_random_samples_and_weights_are_the_same_each_time() -> None:
    first, second = (Workbench().resized(3, 4).redrawn() for _ in range(2))
    assert np.array_equal(first.x, second.x)
    assert np.array_equal(first.network.weights[0], second.network.weights[0])
    assert not np.array_equal(first.network.weights[0], first.redrawn().network.weights[0])
    assert first.redrawn().seed == 2


def test_other_sizes_keep_the_activation_and_the_first_weights_come_back() -> None:
    bench = Workbench().with_activation("tanh").resized(5, 3).resized(2, 2)
    assert bench.activation == "tanh"
    assert np.array_equal(bench.network.weights[0], Workbench().network.weights[0])


@pytest.mark.parametrize("n", [0, 7, -1, True, "2", 2.0])
def test_other_sizes_are_refused(n: object) -> None:
    with pytest.raises(ValueError, match=r"N₁ is .*, but expected a number from 1 to 6\."):
        Workbench().resized(2, n)  # type: ignore[arg-type]


def test_a_parameter_finds_its_counterpart() -> None:
    small, large = Workbench(), Workbench().resized(6, 6)
    for slot in small.parameters:
        assert small.counterpart(large.counterpart(slot, small), large) == slot
    assert small.counterpart("weight-x6-f5", large) == "weight-x2-f2"
    assert small.counterpart("bias-f7", large) == "bias-f3"


def test_every_parameter_can_be_changed() -> None:
    for slot in Workbench().parameters:
        changed = Workbench().with_parameter(slot, 0.125)
        differ = {
            s for s, p in changed.parameters.items() if p.value != Workbench().parameters[s].value
        }
        assert differ == {slot}


def test_what_is_too_large_to_compute_is_refused() -> None:
    bench = Workbench().with_activation("identity")
    with pytest.raises(ValueError, match="E is too large to compute"):
        bench.with_parameter("bias-f3", 1e200).check()
    for slot in ("weight-x1-f1", "weight-x2-f1", "bias-f1"):
        bench = bench.with_parameter(slot, 1e-60)
    with pytest.raises(ValueError, match="the gradient is too large to compute"):
        bench.with_parameter("weight-f1-f3", 1e200).check()


@pytest.mark.parametrize("name", [n for n, a in ACTIVATIONS.items() if a.kinks])
def test_it_says_where_there_is_no_slope(name: str) -> None:
    bench = Workbench().with_activation(name)
    assert bench.kink == ""
    at_zero = bench.with_parameter("bias-f1", 0.0)  # the sample (0, 0) leaves the sum at 0
    assert at_zero.kink.startswith(f"In sample 1, the input sum of f₁ is 0, just where {name} ")
