"""Work out a network's error neuron by neuron, in plain Python that shares nothing with ours."""

from itertools import pairwise
from math import exp, expm1, log1p, tanh

from tests.strategies import Problem

G = {
    "sigmoid": lambda r: 1 / (1 + exp(-r)),
    "tanh": tanh,
    "ReLU": lambda r: r if r > 0 else 0.0,
    "leaky ReLU": lambda r: r if r > 0 else r / 100,
    "ELU": lambda r: r if r > 0 else expm1(r),
    "softplus": lambda r: max(r, 0.0) + log1p(exp(-abs(r))),
    "gaussian": lambda r: exp(-(r**2)),
    "identity": lambda r: r,
    "threshold": lambda r: 1.0 if r >= 0 else 0.0,
}
IN_PIECES = ("ReLU", "leaky ReLU", "ELU", "threshold")

Parameters = list[list[list[float]]]  # for each layer, for each neuron: its bias, then its weights


def parameters(problem: Problem) -> Parameters:
    """Copy a network's numbers out of its arrays."""
    net = problem.net
    return [
        [
            [float(net.biases[k][b]), *(float(net.weights[k][a, b]) for a in range(n))]
            for b in range(m)
        ]
        for k, (n, m) in enumerate(pairwise(net.sizes))
    ]


def error_and_sides(problem: Problem, layers: Parameters) -> tuple[float, list[int]]:
    """E, and on which side of its joint each neuron of an activation in pieces is: 1, −1 or 0."""
    total, sides = 0.0, []
    for x, t in zip(problem.x.tolist(), problem.t.tolist(), strict=True):
        values = x
        for neurons, activation in zip(layers, problem.net.activations, strict=True):
            sums = [
                bias + sum(w * v for w, v in zip(weights, values, strict=True))
                for bias, *weights in neurons
            ]
            if activation.name in IN_PIECES:
                sides += [(r > 0) - (r < 0) for r in sums]
            values = [G[activation.name](r) for r in sums]
        total += sum((y - wanted) ** 2 for y, wanted in zip(values, t, strict=True)) / 2
    return total, sides
