"""Draw random tasks: networks of many shapes and activations, every quantity, some samples."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from backprop_core import Network
from backprop_core.diagnosis import Quantity, Task, telling_digits

KINDS = ("r", "output", "error", "delta", "delta_r", "gradient", "bias-gradient", "weight", "bias")
_SHAPES = ((2, 2, 1), (2, 2, 2, 1), (3, 2, 1), (2, 2, 2), (2, 3, 2), (2, 2, 3, 1))
_ACTIVATIONS = ("sigmoid", "sigmoid", "tanh", "identity", "ReLU")


def random_tasks(count: int, seed: int, digits: int = 4) -> Iterator[Task]:
    """So many tasks with an answer that is not 0, each with a network of its own."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        task = _random_task(rng, KINDS[made % len(KINDS)], digits)
        if abs(task.value) > 1e-6:
            made += 1
            yield task


def _random_task(rng: np.random.Generator, kind: str, digits: int) -> Task:
    shape = _SHAPES[rng.integers(len(_SHAPES))]
    mixed = [_ACTIVATIONS[i] for i in rng.integers(len(_ACTIVATIONS), size=len(shape) - 1)]
    net = Network.from_weights(
        [rng.normal(size=ends).round(2) for ends in pairwise(shape)],
        [rng.normal(size=n).round(2) for n in shape[1:]],
        "sigmoid" if rng.random() < 0.5 else mixed,
    )
    samples = 1 if rng.random() < 0.7 else int(rng.integers(2, 4))
    if rng.random() < 0.5:
        x = rng.uniform(-1, 1, size=(samples, shape[0])).round(1)
    else:
        x = rng.integers(0, 2, size=(samples, shape[0])).astype(float)
    t = rng.integers(0, 2, size=(samples, shape[-1])).astype(float)
    on_edge = kind in ("gradient", "weight")
    places = net.edges if on_edge else tuple((node,) for node in net.neurons)
    nodes = () if kind == "error" else places[rng.integers(len(places))]
    task = Task(
        net,
        tuple(map(tuple, x.tolist())),
        tuple(map(tuple, t.tolist())),
        Quantity(kind.removeprefix("bias-"), nodes, after=int(kind in ("weight", "bias"))),
        h=float(rng.choice([0.1, 0.2, 0.5, 0.8, 1.0])),
        convention="sum" if kind == "delta_r" or rng.random() < 0.2 else "output",
    )
    return replace(task, digits=telling_digits(task, digits))


def typed(value: float, digits: int) -> str:
    """A number as somebody types it, with so many digits that count."""
    return f"{value:.{digits - 1}e}"
