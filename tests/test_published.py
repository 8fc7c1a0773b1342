"""Published worked examples, to every digit they print; and where they are wrong, how.

All are sigmoid networks that leave biases alone. Layers are written as the sources do: the weights
of each neuron in turn.
"""

import numpy as np
import pytest
from numpy.typing import ArrayLike

from backprop_core import Gradient, Network, backward, error, forward, update
from backprop_core._types import Array


def assert_prints(values: ArrayLike, *printed: str) -> None:
    """Compare numbers with printed ones: rounded to as many decimals as those have."""
    numbers = np.asarray(values).ravel().tolist()
    rounded = [
        f"{number:.{len(text.partition('.')[2])}f}".replace("0.", ".", 1)
        for number, text in zip(numbers, printed, strict=True)
    ]
    assert rounded == list(printed)


def network(*layers: list[list[float]], biases: list[list[float]] | None = None) -> Network:
    """Make a network from the weights of each neuron in turn."""
    return Network.from_weights([np.transpose(layer) for layer in layers], biases)


def by_neuron(weights: Array) -> Array:
    """Weights in the order of the sources."""
    return weights.T


def only_weights(net: Network, g: Gradient, h: float) -> Network:
    """Update the weights, but leave the biases as they are."""
    return Network.from_weights(update(net, g, h).weights, net.biases, net.activations)


def step(net: Network, x: list[float], t: list[float], h: float) -> Network:
    """One update of the weights."""
    return only_weights(net, backward(net, forward(net, x), t), h)


def step_with_the_mistake(net: Network, x: list[float], t: list[float], h: float) -> Network:
    """Make the mistake of sending the error back through output weights already updated."""
    f = forward(net, x)
    output = only_weights(net, backward(net, f, t), h).weights[1]
    mixed = Network.from_weights([net.weights[0], output], net.biases, net.activations)
    hidden = only_weights(net, backward(mixed, f, t), h).weights[0]
    return Network.from_weights([hidden, output], net.biases, net.activations)


def error_of(net: Network, x: list[float], t: list[float]) -> float:
    """E of one sample."""
    return error(forward(net, x).y, t)


class TestMazur:
    """Matt Mazur, "A Step by Step Backpropagation Example" (2015), 2-2-2."""

    x, t, h = [0.05, 0.10], [0.01, 0.99], 0.5
    net = network(
        [[0.15, 0.20], [0.25, 0.30]],
        [[0.40, 0.45], [0.50, 0.55]],
        biases=[[0.35, 0.35], [0.60, 0.60]],
    )

    def test_forward(self) -> None:
        f = forward(self.net, self.x)
        assert_prints(f.r[0], ".3775", ".3925")
        assert_prints(f.outputs[0], ".593269992", ".596884378")
        assert_prints(f.r[1], "1.10590597", "1.22492140")
        assert_prints(f.y, ".751365070", ".772928465")
        assert_prints(0.5 * (f.y - self.t) ** 2, ".274811083", ".0235600256")
        assert_prints(error(f.y, self.t), ".298371109")

    def test_backward(self) -> None:
        g = backward(self.net, forward(self.net, self.x), self.t)
        assert_prints(g.deltas_r[1], ".138498562", "-.0380982365")
        assert_prints(g.deltas_r[0], ".00877135469", ".00995425471")
        assert_prints(
            by_neuron(g.weights[0]),
            *(".000438567734", ".000877135469", ".000497712735", ".000995425471"),
        )
        assert_prints(
            by_neuron(g.weights[1]),
            *(".0821670406", ".0826676278", "-.0226025405", "-.0227402422"),
        )

    def test_one_update(self) -> None:
        net = step(self.net, self.x, self.t, self.h)
        assert_prints(
            by_neuron(net.weights[0]), ".149780716", ".199561432", ".249751144", ".299502287"
        )
        assert_prints(
            by_neuron(net.weights[1]), ".358916480", ".408666186", ".511301270", ".561370121"
        )
        assert_prints(error_of(net, self.x, self.t), ".2910277737")

    def test_the_posts_error_after_it_comes_of_output_weights_already_updated(self) -> None:
        net = step_with_the_mistake(self.net, self.x, self.t, self.h)
        assert_prints(error_of(net, self.x, self.t), ".291027924")

    def test_ten_thousand_updates(self) -> None:
        net, errors = self.net, []
        for _ in range(10_000):
            net = step(net, self.x, self.t, self.h)
            errors.append(error_of(net, self.x, self.t))
        # The post prints the error that the 10,000th update starts from.
        assert_prints(errors[-2:], ".0000351085", ".0000351019")
        assert_prints(forward(net, self.x).y, ".015913620", ".984064274")

    def test_the_posts_outputs_after_them_come_of_the_same_mistake(self) -> None:
        net = self.net
        for _ in range(10_000):
            net = step_with_the_mistake(net, self.x, self.t, self.h)
        assert_prints(forward(net, self.x).y, ".015912196", ".984065734")


class TestRobertGordonUniversity:
    """Chapter "The Back Propagation Algorithm" of Robert Gordon University, 2-2-1, no biases."""

    x, t, h = [0.35, 0.9], [0.5], 1.0
    net = network([[0.1, 0.8], [0.4, 0.6]], [[0.3, 0.9]])

    def test_forward_and_backward(self) -> None:
        f = forward(self.net, self.x)
        assert_prints(f.outputs[0], ".680267197", ".663738697")
        assert_prints(f.y, ".690283493")
        assert_prints(backward(self.net, f, self.t).deltas_r[1], ".040681125")
        assert_prints(error(f.y, self.t), ".018103904")

    def test_the_right_update(self) -> None:
        net = step(self.net, self.x, self.t, self.h)
        assert_prints(by_neuron(net.weights[1]), ".272325965", ".872998363")
        assert_prints(
            by_neuron(net.weights[0]), ".099070929", ".797610960", ".397139924", ".592645519"
        )
        assert_prints(error_of(net, self.x, self.t), ".016565382")

    def test_the_chapters_update_uses_output_weights_already_updated(self) -> None:
        net = step_with_the_mistake(self.net, self.x, self.t, self.h)
        assert_prints(
            by_neuron(net.weights[0]), ".099156633", ".797831341", ".397225732", ".592866167"
        )
        # The chapter rounds on its way, so that only about four of its digits are good.
        chapter = [0.09916, 0.7978, 0.3972, 0.5928, 0.272392, 0.87305]
        ours = [*by_neuron(net.weights[0]).ravel(), *by_neuron(net.weights[1]).ravel()]
        assert ours == pytest.approx(chapter, abs=1e-4)


class TestMathStackExchange:
    """Mathematics Stack Exchange, question 3048198, 1-1-2-1: ∂y/∂w1."""

    net = network([[0.5]], [[0.5], [0.5]], [[0.5, 0.5]], biases=[[1.0], [1.0, 1.0], [1.0]])

    def test_forward(self) -> None:
        f = forward(self.net, [1.0])
        assert_prints(f.r[0], "1.5")
        assert_prints(f.r[1], "1.408787238", "1.408787238")
        assert_prints(f.r[2], "1.803574589")

    def test_derivative_of_the_output(self) -> None:
        f = forward(self.net, [1.0])
        g = backward(self.net, f, f.y - 1)  # an error signal of 1: ∂E/∂w is ∂y/∂w
        assert_prints(g.weights[0], ".0014291881022")

    def test_the_askers_leaves_the_weights_of_the_paths_out(self) -> None:
        f = forward(self.net, [1.0])
        s1, s2, s3 = (output * (1 - output) for output in f.outputs)
        through_paths = (s3 * (s2 @ [[1.0], [1.0]]) * s1).item()
        assert_prints(through_paths, ".00571675240882")
        assert_prints(0.5 * 0.5 * through_paths, ".0014291881022")
