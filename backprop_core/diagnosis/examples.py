"""See every mistake of the catalogue at work: on one network, beside what would be right."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backprop_core.diagnosis.catalogue import CATALOGUE
from backprop_core.diagnosis.findings import Finding, clause, findings_of
from backprop_core.diagnosis.slipped import Mistake, Slip, passes
from backprop_core.diagnosis.task import Task
from backprop_core.network import Network
from backprop_core.quantity import Quantity

__all__ = ["DIGITS", "Example", "examples"]

_NETWORK = Network.three_layer()
_TWO_OUTPUTS = Network.from_weights(_NETWORK.weights[:2], _NETWORK.biases[:2])
_THREE_PATHS = Network.random([2, 2, 3, 1], seed=1)
_BATCH, _TARGETS = ((0.8, 0.3), (0.4, 0.9), (0.6, 0.7)), ((1.0,), (0.0,), (1.0,))
DIGITS = 4  # so many are shown


@dataclass(frozen=True, eq=False)
class Example:
    """One mistake in one task.

    Attributes
    ----------
    mistake : Mistake
    task : Task
    clause : str
        What happened: a sentence without its capital and its full stop.
    finding : Finding
        What is said of the number that comes out.
    value : float
        This number; ``task.value`` would be right.
    """

    mistake: Mistake
    task: Task
    clause: str
    finding: Finding
    value: float


def examples() -> tuple[Example, ...]:
    """An example of each mistake, in the order of `CATALOGUE`.

    Examples
    --------
    >>> first = examples()[0]
    >>> first.clause, first.task.name
    ('the bias of f₁ was forgotten', 'f₁')
    """
    tasks = tuple(_tasks())
    return tuple(_example(mistake, tasks) for mistake in CATALOGUE)


def _tasks() -> Iterator[Task]:
    """What the examples ask for: the simplest first."""
    for kind, nodes in (
        ("output", ("f1",)),
        ("r", ("f1",)),
        ("output", ("f3",)),
        ("error", ()),
        ("delta", ("f5",)),
        ("delta", ("f3",)),
        ("delta", ("f1",)),
        ("gradient", ("f1", "f3")),
        ("gradient", ("f3",)),
    ):
        yield Task(_NETWORK, _BATCH[:1], _TARGETS[:1], Quantity(kind, nodes))
    yield Task(_NETWORK, _BATCH[:1], _TARGETS[:1], Quantity("weight", ("f3", "f5"), after=1))
    yield Task(_TWO_OUTPUTS, _BATCH[:1], ((1.0, 0.0),), Quantity("error"))
    yield Task(_THREE_PATHS, _BATCH[:1], _TARGETS[:1], Quantity("delta", ("f1",)))
    yield Task(_NETWORK, _BATCH, _TARGETS, Quantity("output", ("f1",)))
    yield Task(_NETWORK, _BATCH, _TARGETS, Quantity("gradient", ("f3", "f5")))


def _example(mistake: Mistake, tasks: tuple[Task, ...]) -> Example:
    """The first task, and the first place in it, where one sees it best: at a single term."""
    found = []
    for task in tasks:
        for example in _examples(mistake, task):
            if len(example.finding.marked) == 1 or mistake.rounds:
                return example
            found.append(example)
    return found[0]


def _examples(mistake: Mistake, task: Task) -> Iterator[Example]:
    slips = [Slip(mistake, place) for place in mistake.places(task)]
    values = passes(task, slips, np.arange(len(slips))[:, np.newaxis]).tolist()
    for slip, value in zip(slips, values, strict=True):
        if f"{value:.{DIGITS}g}" != f"{task.value:.{DIGITS}g}":  # or nobody sees it
            _, (finding,) = findings_of(task, [(slip,)])
            yield Example(mistake, task, clause(task, (slip,)), finding, value)
