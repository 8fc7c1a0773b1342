"""See mistakes at work: what each one leads to in a task, beside what would be right."""

from collections.abc import Iterator
from dataclasses import dataclass

from backprop_core.diagnosis.candidates import candidates
from backprop_core.diagnosis.catalogue import CATALOGUE
from backprop_core.diagnosis.findings import Finding, clause, findings_of
from backprop_core.diagnosis.slipped import Mistake, Slip
from backprop_core.diagnosis.task import Task
from backprop_core.network import Network
from backprop_core.quantity import Quantity

__all__ = ["DIGITS", "Example", "examples", "single_mistakes"]

DIGITS = 4  # so many are shown


@dataclass(frozen=True, eq=False)
class Example:
    """One mistake at one place in one task.

    Attributes
    ----------
    task : Task
    slip : Slip
        The mistake, and the place.
    value : float
        The number that comes out; ``task.value`` would be right.
    """

    task: Task
    slip: Slip
    value: float

    @property
    def mistake(self) -> Mistake:
        """The entry of the catalogue."""
        return self.slip.mistake

    @property
    def clause(self) -> str:
        """What happened: a sentence without its capital and its full stop."""
        return clause(self.task, (self.slip,))

    @property
    def finding(self) -> Finding:
        """What is said of the number that comes out."""
        _, (finding,) = findings_of(self.task, [(self.slip,)])
        return finding


def single_mistakes(task: Task) -> tuple[Example, ...]:
    """What each known mistake leads to in a task, made alone at each place where it can be made.

    The more common ones come first; those that do not change the number are left out.

    Examples
    --------
    >>> task = Task(Network.three_layer(), ((1.0, 0.0),), ((1.0,),), Quantity("delta", ("f5",)))
    >>> first = single_mistakes(task)[0]
    >>> first.mistake.key, round(task.value, 4), round(first.value, 4)
    ('bias-forgotten', -0.5091, -0.4403)
    """
    known = candidates(task)
    return tuple(
        Example(task, known.slips[slip], value)
        for (slip,), value in zip(known.singles.rows, known.singles.values.tolist(), strict=True)
    )


def examples() -> tuple[Example, ...]:
    """An example of each mistake, in the order of `CATALOGUE`.

    Examples
    --------
    >>> first = examples()[0]
    >>> first.clause, first.task.name
    ('the bias of f₁ was forgotten', 'f₁')
    """
    made = [example for task in _tasks() for example in single_mistakes(task) if _tells(example)]
    return tuple(
        _simplest([example for example in made if example.mistake is mistake])
        for mistake in CATALOGUE
    )


def _tells(example: Example) -> bool:
    """Whether one sees in the digits that are shown that something went wrong."""
    return f"{example.value:.{DIGITS}g}" != f"{example.task.value:.{DIGITS}g}"


def _simplest(made: list[Example]) -> Example:
    """The first in which one sees it best: at a single term."""
    single = (one for one in made if one.mistake.rounds or len(one.finding.marked) == 1)
    return next(single, made[0])


def _tasks() -> Iterator[Task]:
    """What the examples ask for: the simplest first."""
    net = Network.three_layer()
    two_outputs = Network.from_weights(net.weights[:2], net.biases[:2])
    three_paths = Network.random([2, 2, 3, 1], seed=1)
    batch, targets = ((0.8, 0.3), (0.4, 0.9), (0.6, 0.7)), ((1.0,), (0.0,), (1.0,))
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
        yield Task(net, batch[:1], targets[:1], Quantity(kind, nodes))
    yield Task(net, batch[:1], targets[:1], Quantity("weight", ("f3", "f5"), after=1))
    yield Task(two_outputs, batch[:1], ((1.0, 0.0),), Quantity("error"))
    yield Task(three_paths, batch[:1], targets[:1], Quantity("delta", ("f1",)))
    yield Task(net, batch, targets, Quantity("output", ("f1",)))
    yield Task(net, batch, targets, Quantity("gradient", ("f3", "f5")))
