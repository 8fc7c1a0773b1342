"""Measure an epoch of `train`: against a loop by hand, within a page, and as networks grow.

In a page it is a `Trainer` that trains, a slice at a time, and shows frames in between.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from statistics import median
from time import perf_counter

import numpy as np

from backprop_core import Network, Rule, Trainer, forward, train
from backprop_core._types import Array
from backprop_core.notices import notices
from backprop_core.widgets.runner import Runner

BOUND = 1.25
PAGE_BOUND = 0.8  # epochs per second in a page, as a share of bare training's
PAGE_CASES = {"2-8-8-1": 200, "2-16-16-1": 200}
PAGE_ROUNDS = 8
PAGE_S = 0.25
FRAME_S = 0.005  # what showing a frame takes
GROWTH_ROUNDS = 5
GROWTH_S = 0.02
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


def problem(sizes: list[int], samples: int) -> tuple[Network, Array, Array, Rule]:
    """A network that learns to tell two quarters of the plane from the others."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (samples, sizes[0]))
    t = (x[:, :1] * x[:, -1:] > 0.0).astype(float)
    net = Network.random(sizes, "tanh", scale=0.5)
    return net, x, t, Rule(h=0.2 / samples)


def in_a_page(trainer: Trainer) -> None:
    """Train for `PAGE_S` on an event loop, showing frames as a page does."""
    end = perf_counter() + PAGE_S

    def work(slice_s: float) -> bool:
        trainer.run(seconds=slice_s)
        return perf_counter() < end

    def frame() -> None:
        shown = perf_counter() + FRAME_S
        trainer.curve()
        notices(trainer)
        while perf_counter() < shown:
            forward(trainer.network, trainer.x)

    runner = Runner(work, frame)

    async def main() -> None:
        runner.start()
        while runner.running:
            await asyncio.sleep(0.002)

    asyncio.run(main())


def measure_page(sizes: list[int], samples: int) -> tuple[float, float, float]:
    """Epochs per second bare, by `Trainer.run` and in a page: the best of interleaved rounds."""
    net, x, t, rule = problem(sizes, samples)
    per_s: list[tuple[float, float, float]] = []
    epochs = 500
    for _ in range(PAGE_ROUNDS + 1):
        bare = epochs / seconds(partial(train, net, x, t, rule.h, epochs))
        epochs = int(bare * PAGE_S)
        alone, shown = Trainer(net, x, t, rule), Trainer(net, x, t, rule)
        taken = seconds(partial(alone.run, epochs))
        page_s = seconds(partial(in_a_page, shown))
        per_s.append((bare, epochs / taken, shown.epoch / page_s))
    bare, run, page = (max(column) for column in zip(*per_s[1:], strict=True))
    return bare, run, page


def print_growth(title: str, cases: Mapping[str, tuple[list[int], int]], says: str) -> None:
    """Print how the cost of an epoch grows from case to case, and what that shows."""
    best = dict.fromkeys(cases, inf)
    for _ in range(GROWTH_ROUNDS):
        for name, (sizes, samples) in cases.items():
            net, x, t, rule = problem(sizes, samples)
            work = partial(train, net, x, t, rule.h)
            epochs = max(2, int(GROWTH_S / min(best[name], seconds(partial(work, 5)) / 5)))
            best[name] = min(best[name], seconds(partial(work, epochs)) / epochs)
    first, last = (best[name] for name in (next(iter(cases)), list(cases)[-1]))
    print(title)
    print("  " + "".join(f"{name:>10}" for name in best))
    print("  " + "".join(f"{taken * 1e6:>7.0f} µs" for taken in best.values()))
    print("  " + "".join(f"{taken / first:>8.1f} ×" for taken in best.values()))
    print("  " + says.format(last / first))


def growth() -> None:
    """Print how the cost of an epoch grows with width, depth and the number of samples."""
    print_growth(
        "An epoch of 2-n-n-1 with 200 samples, by width n",
        {str(n): ([2, n, n, 1], 200) for n in (2, 4, 8, 16)},
        "Eight times the width, 64 times the inner weights: {:.1f} times the cost. Asking NumPy "
        "takes the time at first, then g of every neuron, and only at last the weights.",
    )
    print_growth(
        "An epoch with n hidden layers of 8 and 200 samples, by depth n",
        {str(n): ([2, *[8] * n, 1], 200) for n in range(1, 7)},
        "Six layers instead of one: {:.1f} times the cost. Each layer more costs the same.",
    )
    print_growth(
        "An epoch of 2-8-8-1, by the number of samples M",
        {str(m): ([2, 8, 8, 1], m) for m in (50, 100, 200, 500, 1000, 2000)},
        "Forty times the samples: {:.1f} times the cost. Few cost nearly the same as none, for "
        "that is what asking NumPy takes; from some hundreds on the cost grows with M.",
    )


def page() -> bool:
    """Print what of the engine's speed arrives in a page; True if it is within the bound."""
    print("Epochs per second in a page (slices, a frame of 5 ms 12 times a second)")
    head = ("network", "samples", "train", "Trainer", "page", "page/train", "bound")
    print("".join(f"{text:>11}" for text in head))
    good = True
    for name, samples in PAGE_CASES.items():
        bare, run, shown = measure_page([int(n) for n in name.split("-")], samples)
        kept = shown / bare >= PAGE_BOUND
        good &= kept
        print(
            f"{name:>11}{samples:>11}{bare:>11,.0f}{run / bare:>10.2f}×{shown:>11,.0f}"
            f"{shown / bare:>11.2f}{PAGE_BOUND:>11.2f}{'' if kept else '  missed'}"
        )
    return good


def by_hand_or_train() -> bool:
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


def main() -> bool:
    """Print all that is measured; True if it is within the bounds."""
    good = by_hand_or_train()
    print()
    good &= page()
    print()
    growth()
    return good


if __name__ == "__main__":
    sys.exit(not main())
