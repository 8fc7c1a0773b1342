"""Measure an epoch of `train` against a loop written by hand for that one network."""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from backprop_core import Network, train
from backprop_core._types import Array

BOUND = 1.25
CASES = {"2-2-2-1": 4, "2-8-8-1": 200, "4-16-16-3": 150}
EPOCHS = 200
ROUNDS = 60


def by_hand(net: Network, x: Array, t: Array, h: float, epochs: int) -> list[Array]:
    """Do batch gradient descent for three sigmoid layers, and nothing else: not even E."""
    w1, w2, w3 = (w.copy() for w in net.weights)
    b1, b2, b3 = (b.copy() for b in net.biases)
    for _ in range(epochs):
        f1 = 1.0 / (1.0 + np.exp(-(x @ w1 + b1)))
        f2 = 1.0 / (1.0 + np.exp(-(f1 @ w2 + b2)))
        y = 1.0 / (1.0 + np.exp(-(f2 @ w3 + b3)))
        delta3 = (y - t) * y * (1.0 - y)
        delta2 = (delta3 @ w3.T) * f2 * (1.0 - f2)
        delta1 = (delta2 @ w2.T) * f1 * (1.0 - f1)
        w3 -= h * (f2.T @ delta3)
        w2 -= h * (f1.T @ delta2)
        w1 -= h * (x.T @ delta1)
        b3 -= h * delta3.sum(axis=0)
        b2 -= h * delta2.sum(axis=0)
        b1 -= h * delta1.sum(axis=0)
    return [w1, w2, w3]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def measure(sizes: list[int], samples: int) -> tuple[float, float]:
    """Seconds an epoch takes by hand and with `train`: medians of interleaved rounds."""
    rng = np.random.default_rng(0)
    net = Network.random(sizes)
    x = rng.uniform(-1.0, 1.0, (samples, sizes[0]))
    t = rng.uniform(0.0, 1.0, (samples, sizes[-1]))
    h = 0.5 / samples

    def hand() -> list[Array]:
        return by_hand(net, x, t, h, EPOCHS)

    def engine() -> tuple[Array, ...]:
        return train(net, x, t, h=h, epochs=EPOCHS).network.weights

    # Both must have done the same work; this also warms them up.
    for mine, theirs in zip(engine(), hand(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9)
    rounds = [(seconds(hand), seconds(engine)) for _ in range(ROUNDS)]
    by_hand_s, train_s = (median(column) / EPOCHS for column in zip(*rounds, strict=True))
    return by_hand_s, train_s


def main() -> bool:
    """Print the ratios; True if all are within the bound."""
    print("An epoch of train against a hand-written NumPy loop")
    print(f"{'network':>10} {'samples':>8} {'by hand':>10} {'train':>10} {'ratio':>7} {'bound':>7}")
    good = True
    for name, samples in CASES.items():
        hand, engine = measure([int(n) for n in name.split("-")], samples)
        ratio = engine / hand
        good &= ratio <= BOUND
        print(
            f"{name:>10} {samples:>8} {hand * 1e6:>7.1f} µs {engine * 1e6:>7.1f} µs "
            f"{ratio:>7.2f} {BOUND:>7.2f}{'' if ratio <= BOUND else '  missed'}"
        )
    return good


if __name__ == "__main__":
    sys.exit(not main())
