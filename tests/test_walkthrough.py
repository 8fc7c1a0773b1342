"""A walk tells what the engine computes: every equation true, every value the engine's own."""

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Network, backward, error, forward, update
from backprop_core.drawing import draw_network, network_graph
from backprop_core.equations import number_latex, subscript, symbol, weight_symbol
from backprop_core.walkthrough import CONVENTIONS, GRANULARITIES, PHASES, Show, Step, walk
from tests.latex import evaluate
from tests.strategies import Problem, problems

X, T, H = [1.0, 0.0], [1.0], 0.5
SHAPES = ((2, 2, 2, 1), (1, 1), (3, 1), (2, 3, 2), (1, 1, 2, 1), (4, 16, 16, 3))
THREE = Network.three_layer()
BOOKMARKS = [
    *("propagate-y-f5", "propagate-f5-f3_f4", "propagate-f3-f1_f2", "propagate-f4-f1_f2"),
    *("propagate-f1-x1_x2", "propagate-f2-x1_x2"),
]

granularities = st.sampled_from(GRANULARITIES)
conventions = st.sampled_from(list(CONVENTIONS))
each_granularity = pytest.mark.parametrize("by", GRANULARITIES)
each_convention = pytest.mark.parametrize("convention", CONVENTIONS)
each_shape = pytest.mark.parametrize("sizes", SHAPES, ids=str)


def walk_first(problem: Problem, by: str, convention: str) -> tuple[Step, ...]:
    """A walk on the first sample of a teacher set."""
    return walk(problem.net, problem.x[0], problem.t[0], H, by=by, convention=convention)


def final(steps: Iterable[Step]) -> dict[str, Show]:
    """What every place of the graph shows in the end."""
    return {show.slot: show for step in steps for show in step.shows}


def meanings(net: Network, x: np.ndarray, t: np.ndarray, convention: str) -> dict[str, float]:
    """What each symbol stands for, straight from the engine."""
    f = forward(net, x)
    g = backward(net, f, t)
    after = update(net, g, H)
    f_after = forward(after, x)
    means: dict[str, Any] = {"h": H, "E": error(f.y, t), "E^{(l+1)}": error(f_after.y, t)}
    several = net.sizes[-1] > 1
    for n in range(net.sizes[-1]):
        index = f"_{n + 1}" if several else ""
        means |= {f"y{index}": f.y[0, n], f"t{index}": t[n]}
        means[f"y{index}^{{(l+1)}}"] = f_after.y[0, n]
    for n, node in enumerate(net.layers[0]):
        means |= {symbol(node): x[n], rf"\delta_{{{symbol(node)}}}": g.at_inputs[0, n]}
    deltas = g.deltas if convention == "output" else g.deltas_r
    for k, layer in enumerate(net.layers[1:]):
        for n, node in enumerate(layer):
            r = f"r_{{{node[1:]}}}"
            means |= {r: f.r[k][0, n], f"g({r})": f.outputs[k][0, n]}
            means[f"g'({r})"] = net.activations[k].slope(f.r[k][0, n])
            means[rf"\delta_{{{node[1:]}}}"] = deltas[k][0, n]
            b = f"b_{{{node[1:]}}}"
            means |= {b: net.bias(node), f"{b}^{{(l)}}": net.bias(node)}
            means[f"{b}^{{(l+1)}}"] = after.bias(node)
            means[rf"\frac{{\partial E}}{{\partial {b}}}"] = g.biases[k][n]
    if convention == "output" and not several:
        means[r"\delta"] = deltas[-1][0, 0]
    for a, b in net.edges:
        w = weight_symbol(a, b)
        k, i, j = net.edge(a, b)
        means |= {w: net.weight(a, b), f"{w}^{{(l)}}": net.weight(a, b)}
        means[f"{w}^{{(l+1)}}"] = after.weight(a, b)
        means[rf"\frac{{\partial E}}{{\partial {w}}}"] = g.weights[k][i, j]
        message = g.deltas_r[k][0, j] * net.weight(a, b)
        means[rf"\delta_{{{b[1:]} \to {subscript(a)}}}"] = message
    return {latex: float(value) for latex, value in means.items()}


# ---- every equation is true ----


@settings(max_examples=150)
@given(problems(), granularities, conventions)
def test_every_equation_is_true(problem: Problem, by: str, convention: str) -> None:
    for step in walk_first(problem, by, convention):
        for equation in step.equations:
            shown = equation.numbers_as(lambda term, text: number_latex(text), digits=15)
            line, _, result = shown.rpartition(" = ")
            values = [abs(term.value) for term in equation.terms if not isinstance(term, str)]
            # Sums lose what their summands, products of up to three terms, have in common.
            lost = 1e-13 * max([1.0, *values]) ** 3
            assert evaluate(line) == pytest.approx(equation.value, rel=1e-9, abs=lost)
            assert evaluate(result) == pytest.approx(equation.value, rel=1e-14)


@given(problems(), granularities, conventions)
def test_every_term_has_the_engines_value(problem: Problem, by: str, convention: str) -> None:
    means = meanings(problem.net, problem.x[0], problem.t[0], convention)
    for step in walk_first(problem, by, convention):
        assert step.value == step.equations[-1].value
        for equation in step.equations:
            terms = [term for term in equation.terms if not isinstance(term, str)]
            for term in (*terms, equation.result):
                assert term.value == pytest.approx(means[term.latex], rel=1e-12), term.latex


@given(problems(), granularities, conventions)
def test_symbols_and_numbers_have_the_same_terms(
    problem: Problem, by: str, convention: str
) -> None:
    for step in walk_first(problem, by, convention):
        assert len(step.symbols) == len(step.numbers) == len(step.equations)
        for equation in step.equations:
            result, _, line = equation.symbols.partition(" = ")
            assert equation.numbers_as(lambda term, text: term.latex) == f"{line} = {result}"
            ties = r"\\class\{([^{}]*)\}"
            first, *others = re.findall(ties, equation.symbols)
            assert re.findall(ties, equation.numbers) == [*others, first]


# ---- what the graph shows ----


@given(problems(), granularities, conventions)
def test_the_graph_ends_with_the_updated_network(
    problem: Problem, by: str, convention: str
) -> None:
    net, x, t = problem.net, problem.x[0], problem.t[0]
    f = forward(net, x)
    g = backward(net, f, t)
    after = update(net, g, H)
    steps = walk_first(problem, by, convention)
    shown = {slot: show.value for slot, show in final(steps).items()}
    deltas = g.deltas if convention == "output" else g.deltas_r
    expected = {
        **{f"weight-{a}-{b}": after.weight(a, b) for a, b in net.edges},
        **{f"bias-{node}": after.bias(node) for node in net.neurons},
        **{f"value-{node}": v for node, v in zip(net.layers[0], x, strict=True)},
        **{f"delta-{node}": v for node, v in zip(net.layers[0], g.at_inputs[0], strict=True)},
    }
    for k, layer in enumerate(net.layers[1:]):
        expected |= {f"value-{n}": v for n, v in zip(layer, f.outputs[k][0], strict=True)}
        expected |= {f"delta-{n}": v for n, v in zip(layer, deltas[k][0], strict=True)}
    y_after = forward(after, x).y[0]
    ys = ["y"] if len(y_after) == 1 else [f"y{n + 1}" for n in range(len(y_after))]
    expected |= {f"value-{y}": v for y, v in zip(ys, y_after, strict=True)}
    expected |= {f"target-{y}": v for y, v in zip(ys, t, strict=True)}
    assert shown == expected
    assert steps[-1].value == error(y_after, t)


@given(problems(), conventions)
def test_both_granularities_end_with_the_same_graph(problem: Problem, convention: str) -> None:
    ends = [final(walk_first(problem, by, convention)) for by in GRANULARITIES]
    assert ends[0] == ends[1]


@given(problems(), granularities)
def test_the_convention_changes_no_weight_and_no_error(problem: Problem, by: str) -> None:
    one, other = (walk_first(problem, by, convention) for convention in CONVENTIONS)
    assert [step.title for step in one] == [step.title for step in other]
    for a, b in zip(one, other, strict=True):
        assert (a.nodes, a.edges, a.receiving) == (b.nodes, b.edges, b.receiving)
        if a.phase != "backward":
            assert a.shows == b.shows
            assert a.value == b.value


@each_convention
def test_signals_that_arrive_one_by_one_add_up(convention: str) -> None:
    net = Network.random([3, 4, 3], seed=1)
    steps = walk(net, [1, 2, 3], [1, 0, 1], convention=convention)
    for a in net.layers[1]:
        sent = [
            equation.value
            for step in steps
            for equation in step.equations
            if re.fullmatch(rf"\\delta_{{\d+ \\to {a[1:]}}}", equation.result.latex)
        ]
        shown = [
            show
            for step in steps
            for show in step.shows
            if show.slot == f"delta-{a}" and not show.before
        ]
        assert len(sent) == 3
        assert [show.value for show in shown] == pytest.approx(list(accumulate(sent)))
        assert [show.after for show in shown] == [" + …", " + …", ""]


# ---- the story and its order ----


def test_the_articles_network_neuron_by_neuron() -> None:
    steps = walk(THREE, X, T)
    forward_titles = [f"The {what} f{n}" for n in "₁₂₃₄₅" for what in ("sum into", "output of")]
    updates = [
        *("w₃,₅", "w₄,₅", "w₁,₃", "w₁,₄", "w₂,₃", "w₂,₄"),
        *("wₓ₁,₁", "wₓ₁,₂", "wₓ₂,₁", "wₓ₂,₂", "b₅", "b₃", "b₄", "b₁", "b₂"),
    ]
    assert [step.title for step in steps] == [
        *forward_titles,
        "The output and its error",
        *("y → f₅", "f₅ → f₃, f₄", "f₃ → f₁, f₂", "f₄ → f₁, f₂", "f₁ adds up", "f₂ adds up"),
        *("f₁ → x₁, x₂", "f₂ → x₁, x₂", "x₁ adds up", "x₂ adds up"),
        *(f"Update {name}" for name in updates),
        "E after the update",
    ]
    phases = [step.phase for step in steps]
    assert phases == ["forward"] * 10 + ["error"] + ["backward"] * 10 + ["update"] * 16
    assert [step.bookmark for step in steps if step.bookmark] == BOOKMARKS


def test_the_articles_network_layer_by_layer() -> None:
    steps = walk(THREE, X, T, by="layer")
    layers = (("s", "f₁, f₂"), ("s", "f₃, f₄"), ("", "f₅"))
    halves = (("sum", "into"), ("output", "of"))
    assert [step.title for step in steps] == [
        *(f"The {what}{s} {to} {n}" for s, n in layers for what, to in halves),
        "The output and its error",
        *("y → f₅", "f₅ → f₃, f₄", "f₃, f₄ → f₁, f₂", "f₁, f₂ → x₁, x₂"),
        *(f"Update the weights and biases into {n}" for _, n in reversed(layers)),
        "E after the update",
    ]
    assert not any(step.bookmark for step in steps)


@each_granularity
@each_convention
@each_shape
def test_networks_of_any_shape_can_be_walked(
    sizes: tuple[int, ...], convention: str, by: str
) -> None:
    net = Network.random(sizes, seed=2)
    steps = walk(net, np.ones(sizes[0]), np.zeros(sizes[-1]), by=by, convention=convention)
    graph = network_graph(net.layers)
    order = [PHASES.index(step.phase) for step in steps]
    assert order == sorted(order)
    assert set(order) == set(range(len(PHASES)))
    assert len({step.title for step in steps}) == len(steps)
    for step in steps:
        assert step.sentence.endswith(".")
        assert step.equations
        assert step.shows
        assert {*step.nodes, *step.receiving} <= set(graph.nodes)
        assert set(step.edges) <= set(graph.edges)
        assert bool(step.direction) <= bool(step.edges)
    # What the graph needs is there from the first step on.
    opening = {show.slot for show in steps[0].shows}
    assert {f"weight-{a}-{b}" for a, b in net.edges} <= opening
    assert {f"bias-{node}" for node in net.neurons} <= opening
    assert {f"value-{node}" for node in net.layers[0]} <= opening


@each_granularity
@each_convention
@each_shape
def test_all_places_and_ties_are_in_the_drawing(
    sizes: tuple[int, ...], convention: str, by: str
) -> None:
    net = Network.random(sizes, seed=2)
    steps = walk(net, np.ones(sizes[0]), np.zeros(sizes[-1]), by=by, convention=convention)
    drawing = draw_network(network_graph(net.layers))
    drawn = {name for names in re.findall(r'class="([^"]*)"', drawing) for name in names.split()}
    equations = [equation for step in steps for equation in step.equations]
    terms = [e.result for e in equations] + [
        term for e in equations for term in e.terms if not isinstance(term, str)
    ]
    assert {tie for term in terms for tie in term.ties} <= drawn
    if max(sizes) < 10:  # a crowded drawing leaves the numbers to the equations
        assert set(final(steps)) <= drawn


@pytest.mark.parametrize(
    ("h", "told"),
    [
        (0.25, "the error has fallen from 2 to 0.5."),
        (1.0, "the error is 2, as before."),
        (2.0, "the error has risen from 2 to 18: the step was too large."),
    ],
)
def test_the_last_sentence_says_what_became_of_the_error(h: float, told: str) -> None:
    net = Network.from_weights([[[2.0]]], activation="identity")
    assert told in walk(net, [1], [0], h)[-1].sentence


def test_a_fall_in_the_last_digits_is_not_told_as_from_a_number_to_itself() -> None:
    told = walk(THREE, X, T, h=1e-13)[-1].sentence
    match = re.search(r"from (\S+) to (\S+)\.$", told)
    assert match
    assert ("fallen" in told) == (match[1] != match[2])


# ---- what cannot be walked ----


def with_weight(weight: float, activation: str = "sigmoid") -> Network:
    return Network.three_layer(activation).with_weight("x1", "f1", weight)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": [X, X], "t": [T, T]}, "x has 2 samples, but expected one: a walk follows"),
        ({"x": [1.0]}, r"x has the shape \(1,\), but expected"),
        ({"t": [1.0, 2.0]}, r"t has the shape \(2,\), but expected"),
        ({"x": [np.nan, 0.0]}, r"x\[0\] is nan, but expected a finite number"),
        ({"by": "edge"}, "by is 'edge', but expected one of: neuron, layer"),
        ({"convention": "r"}, "convention is 'r', but expected one of: output, sum"),
        ({"h": 0.0}, "h is 0.0, but expected a learning rate greater than 0"),
        ({"h": -1.0}, "h is -1.0, but expected a learning rate greater than 0"),
        ({"h": np.inf}, "h is inf, but expected a finite number"),
        (
            {"net": with_weight(1000.0)},
            "the input sum of f₁ is 1000, but expected a number between −709 and 709: "
            "beyond, the exponential of sigmoid overflows",
        ),
        ({"net": with_weight(-710.0, "softplus")}, "sum of f₁ is −710, .* softplus overflows"),
        ({"net": with_weight(1e308, "identity"), "x": [10.0, 0.0]}, "the input sum of f₁ is too"),
        ({"net": with_weight(1e200, "identity")}, "E is too large to compute, but expected a f"),
        ({"t": [1e200]}, "E is too large to compute, but expected a finite number"),
        (
            {"net": with_weight(1e100, "identity"), "h": 1e200},
            "a weight or bias after the update is too large to compute, but expected a finite",
        ),
        ({"net": with_weight(1e3, "identity"), "h": 1e100}, "E after the update is too large to c"),
        (
            {
                "net": Network.from_weights([[[1e300]]], activation="identity"),
                "x": [0.0],
                "t": [1e10],
            },
            "what reaches the inputs is too large to compute, but expected a finite number",
        ),
        (
            {
                "net": Network.from_weights([[[1e-200]]], activation="identity"),
                "x": [1e200],
                "t": [1e150],
            },
            "the gradient of layer 1 is too large to compute, but expected a finite number",
        ),
    ],
)
def test_what_cannot_be_walked_is_refused(changed: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        walk(**{"net": THREE, "x": X, "t": T, **changed})


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_are_refused_just_beyond_what_the_exponential_takes(sign: int) -> None:
    net = Network.from_weights([[[1.0]]])
    walk(net, [709.7 * sign], [0])
    with pytest.raises(ValueError, match="exponential of sigmoid"):
        walk(net, [709.8 * sign], [0])


@pytest.mark.parametrize("name", [n for n, a in ACTIVATIONS.items() if np.isinf(a.limit)])
def test_activations_without_an_exponential_take_large_sums(name: str) -> None:
    walk(Network.from_weights([[[1.0]]], activation=name), [1e6], [0], h=1e-20)
