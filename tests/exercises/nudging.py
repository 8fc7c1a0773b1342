"""Find the numbers of exercises once more, by nudging: without the engine's way back."""

from collections.abc import Callable

import numpy as np

from backprop_core import Network, error, forward
from backprop_core.diagnosis import Task

S = 1e-5


def found_by_nudging(task: Task) -> float:
    """The value of a task, from forward sweeps alone."""
    kind, sample = task.quantity.kind, task.quantity.sample
    net, f = task.network, forward(task.network, task.x)
    if kind == "error":
        return 0.5 * sum((y - t) ** 2 for y, t in zip(f.y[sample], task.t[sample], strict=True))
    if kind in ("gradient", "weight"):
        slope = _slope(lambda s: _error(_nudged(net, task.nodes, s), task))
        return slope if kind == "gradient" else net.parameter(*task.nodes) - task.h * slope
    k, n = net.neuron(*task.nodes)
    if kind in ("r", "output"):
        given = (f.x, *f.outputs)[k][sample]
        r = sum(g * w for g, w in zip(given, net.weights[k][:, n], strict=True)) + net.biases[k][n]
        return float(r if kind == "r" else net.activations[k](r))
    assert kind == "delta"

    def error_after(s: float) -> float:
        """E if the neuron handed on a little more."""
        outputs = f.outputs[k][sample].copy()
        outputs[n] += s
        later = net.weights[k + 1 :], net.biases[k + 1 :], net.activations[k + 1 :]
        y = forward(Network.from_weights(*later), outputs).y if later[0] else outputs
        return error(y, task.t[sample])

    return _slope(error_after)


def _slope(of: Callable[[float], float]) -> float:
    return (of(S) - of(-S)) / (2 * S)


def _nudged(net: Network, nodes: tuple[str, ...], s: float) -> Network:
    return net.with_parameter(nodes, net.parameter(*nodes) + s)


def _error(net: Network, task: Task) -> float:
    return error(forward(net, task.x).y, np.array(task.t))
