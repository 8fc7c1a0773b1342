"""Paths sum to the gradient that the error signals give, and both ways cost what is said."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import Network, backward, forward
from backprop_core.equations import Term, meaning
from backprop_core.paths import (
    AlongPaths,
    Path,
    multiplications_by_paths,
    multiplications_by_signals,
    paths,
)
from tests.counting import count_multiplications
from tests.latex import evaluate
from tests.strategies import NAMES, Problem, problems

# 2 to 5 layers of neurons
DEEP = problems(layers=st.lists(st.integers(1, 4), min_size=3, max_size=6), most=3)


def by_signals(problem: Problem, parameter: tuple[str, ...]) -> float:
    net, x, t = problem
    return backward(net, forward(net, x), t).of(net, *parameter)


def assert_sum(summands: np.ndarray, expected: float) -> None:
    """That they sum up to it, as far as sums of such summands are exact."""
    size = float(np.abs(summands).sum())
    assert abs(float(summands.sum()) - expected) <= 1e-12 * size + 1e-300


# --- the sum over paths --------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(DEEP)
def test_paths_sum_to_the_gradient_of_the_error_signals(problem: Problem) -> None:
    along = AlongPaths.of(*problem)
    for parameter in problem.net.slots.values():
        products = np.array([along.products(p) for p in paths(problem.net, *parameter)])
        assert_sum(products, by_signals(problem, parameter))
        assert along.gradient(*parameter) == sum(product.sum() for product in products)


@pytest.mark.parametrize("activation", NAMES)
def test_every_activation(activation: str) -> None:
    net = Network.random([3, 4, 2, 3, 2], activation, seed=3)
    rng = np.random.default_rng(0)
    problem = Problem(net, rng.standard_normal((5, 3)), rng.standard_normal((5, 2)))
    for parameter in net.slots.values():
        along = AlongPaths.of(*problem)
        products = np.array([along.products(path) for path in paths(net, *parameter)])
        assert_sum(products, by_signals(problem, parameter))
        assert along.gradient(*parameter) == pytest.approx(
            by_signals(problem, parameter), rel=1e-9, abs=1e-13
        )


def test_a_path_left_out_would_be_noticed() -> None:
    net = Network.random([2, 3, 3, 1], "tanh", seed=1)
    problem = Problem(net, np.array([[1.0, -0.5]]), np.array([[0.5]]))
    along = AlongPaths.of(*problem)
    products = np.array([along.products(path) for path in paths(net, "x1", "f1")])
    assert_sum(products, by_signals(problem, ("x1", "f1")))
    for left_out in range(len(products)):
        with pytest.raises(AssertionError):
            assert_sum(np.delete(products, left_out), by_signals(problem, ("x1", "f1")))


@given(DEEP)
def test_there_is_a_path_for_each_choice_of_a_neuron_in_each_later_layer(problem: Problem) -> None:
    net = problem.net
    for parameter in net.slots.values():
        found = paths(net, *parameter)
        layer, _ = net.places[parameter[-1]]
        assert len(set(found)) == len(found) == prod(net.sizes[layer + 1 :])
        for path in found:
            assert path.nodes[: len(parameter)] == parameter
            assert path.nodes[-1] in net.layers[-1]
            assert set(path.edges) <= set(net.edges)
            assert len(path.edges) == len(path.nodes) - 1


def test_paths_come_in_a_fixed_order() -> None:
    net = Network.random([1, 2, 2, 2])
    assert [path.neurons for path in paths(net, "x1", "f2")] == [
        ("f2", "f3", "f5"),
        ("f2", "f3", "f6"),
        ("f2", "f4", "f5"),
        ("f2", "f4", "f6"),
    ]
    assert paths(net, "f6") == (Path("", ("f6",)),)


@pytest.mark.parametrize("parameter", [("x1", "f3"), ("f9",), ("x1",), (), ("x1", "f1", "f3")])
def test_what_is_no_weight_and_no_bias_is_refused(parameter: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="but expected"):
        paths(Network.three_layer(), *parameter)


def test_samples_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="x has the shape"):
        AlongPaths.of(Network.three_layer(), [1.0], [1.0])


# --- a path as an equation -----------------------------------------------------------------------


def test_equation_of_the_article() -> None:
    net = Network.three_layer()
    along = AlongPaths.of(net, [[1, 0], [1, 1]], [[1], [0]])
    path = paths(net, "x1", "f1")[1]
    equation = along.equation(path, "p_2", sample=1)
    line = " ".join(term.latex if isinstance(term, Term) else term for term in equation.terms)
    assert line == (
        r"( y - t ) \cdot g'(r_{5}) \cdot w_{4,5} \cdot g'(r_{4}) \cdot w_{1,4}"
        r" \cdot g'(r_{1}) \cdot x_1"
    )
    assert equation.result.ties == ("edge-x1-f1", "edge-f1-f4", "edge-f4-f5")
    assert equation.value == along.products(path)[1] != along.products(path)[0]


def test_equation_of_a_bias_and_of_a_deeper_weight() -> None:
    net = Network.random([2, 2, 2, 2])
    along = AlongPaths.of(net, [1, 0], [1, 0])
    bias = along.equation(paths(net, "f3")[1], "p")
    assert [t.latex for t in bias.terms if isinstance(t, Term)] == [
        *("y_2", "t_2", "g'(r_{6})", "w_{3,6}", "g'(r_{3})")
    ]
    weight = along.equation(paths(net, "f1", "f3")[0], "p")
    last = weight.terms[-1]
    assert isinstance(last, Term)
    assert (last.latex, last.value) == ("g(r_{1})", along.f.outputs[0][0, 0])


@given(DEEP)
def test_numbers_on_show_yield_the_product_on_show(problem: Problem) -> None:
    along = AlongPaths.of(*problem)
    for parameter in list(problem.net.slots.values())[:: max(1, len(problem.net.edges) // 3)]:
        equation = along.equation(paths(problem.net, *parameter)[-1], "p", sample=-1)
        line, _, _ = equation.numbers_as(
            lambda term, text: (
                f"({term.value!r})".replace("e", r"\cdot 10^{") + "}"
                if "e" in repr(term.value)
                else f"({term.value!r})"
            )
        ).rpartition("=")
        assert evaluate(line) == pytest.approx(equation.value, rel=1e-9, abs=1e-300)


@given(DEEP)
def test_the_other_way_is_error_times_slope_times_input(problem: Problem) -> None:
    net, x, t = problem
    along = AlongPaths.of(net, x, t)
    for parameter in net.slots.values():
        equation = along.by_signals(*parameter, sample=-1)
        single = Problem(net, x[-1:], t[-1:])
        assert equation.value == by_signals(single, parameter)
        terms = [term for term in equation.terms if isinstance(term, Term)]
        assert [t.role for t in terms] == ["error", "slope", "input"][: len(parameter) + 1]
        assert prod(t.value for t in terms) == pytest.approx(equation.value, rel=1e-12, abs=1e-300)
        assert meaning(equation.result).endswith(", the gradient")


def test_the_error_signal_of_the_only_output_has_no_index() -> None:
    for net, expected in (
        (Network.three_layer(), r"\delta"),
        (Network.random([2, 2]), r"\delta_{2}"),
    ):
        along = AlongPaths.of(net, [1, 0], [1] * net.sizes[-1])
        first = along.by_signals(net.neurons[-1]).terms[0]
        assert isinstance(first, Term)
        assert first.latex == expected


def test_every_symbol_says_what_it_stands_for() -> None:
    net = Network.three_layer()
    equation = AlongPaths.of(net, [1, 0], [1]).equation(paths(net, "x1", "f1")[0], "p_1")
    terms = [equation.result, *(t for t in equation.terms if isinstance(t, Term))]
    assert [meaning(term) for term in terms[:6]] == [
        "p₁, what this path adds to the gradient",
        "y, the output of the network",
        "t, the target",
        "g′(r₅), the slope of the activation function at f₅",
        "w₃,₅, the weight from f₃ to f₅",
        "g′(r₃), the slope of the activation function at f₃",
    ]


# --- what it costs -------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_what_is_said_to_be_multiplied_is_what_is_multiplied(sizes: list[int]) -> None:
    said = multiplications_by_paths(sizes), multiplications_by_signals(sizes)
    assert count_multiplications(sizes) == said


def test_article_network_by_hand() -> None:
    # 4 weights × 2 paths × 6, 4 weights × 4, 2 weights × 2
    assert multiplications_by_paths([2, 2, 2, 1]) == 48 + 16 + 4
    # δ·g′ for 5 neurons; times the input for 10 weights; back over 2 + 4 edges
    assert multiplications_by_signals([2, 2, 2, 1]) == 5 + 10 + 6


@given(st.integers(2, 6), st.integers(2, 8))
def test_paths_multiply_and_signals_add(width: int, layers: int) -> None:
    def sizes(count: int) -> list[int]:
        return [*[width] * count, 1]

    grown = multiplications_by_paths(sizes(layers + 1)) / multiplications_by_paths(sizes(layers))
    assert grown > width
    added = {
        multiplications_by_signals(sizes(n + 1)) - multiplications_by_signals(sizes(n))
        for n in range(2, layers + 2)
    }
    assert len(added) == 1


@pytest.mark.parametrize("count", [multiplications_by_paths, multiplications_by_signals])
def test_impossible_sizes_are_refused(count: object) -> None:
    assert callable(count)
    with pytest.raises(ValueError, match="at least two"):
        count([3])
    with pytest.raises(ValueError, match=r"sizes\[1\] is 0"):
        count([3, 0])
