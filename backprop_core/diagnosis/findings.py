"""Put into words what explains an answer: sentence, hint, the line where it happens, the place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backprop_core.diagnosis.lines import line_of
from backprop_core.diagnosis.slipped import Slip
from backprop_core.diagnosis.task import Task
from backprop_core.equations import Equation

__all__ = ["Finding", "clause", "findings_of"]

Slips = tuple[Slip, ...]


@dataclass(frozen=True)
class Finding:
    """What explains an answer.

    Attributes
    ----------
    mistakes : tuple of str
        Keys of `CATALOGUE`; two for a pair.
    sentence : str
        Names the mistake, or both; gives no number away.
    hint : str
        What to look at, or do instead.
    line : Equation or None
        The line of the walk where it happens; show it in symbols.
    marked : tuple of str
        LaTeX of the terms of `line` to mark.
    lit : tuple of str
        Class names to light in the graph: ``"edge-f1-f3"``, ``"node-f3"``.
    """

    mistakes: tuple[str, ...]
    sentence: str
    hint: str
    line: Equation | None = None
    marked: tuple[str, ...] = ()
    lit: tuple[str, ...] = ()


def findings_of(
    task: Task, found: Sequence[Slips]
) -> tuple[tuple[Slips, ...], tuple[Finding, ...]]:
    """What to tell of the sets of mistakes that lead to an answer: at most two, or nothing.

    Returns
    -------
    told : tuple of tuples of Slip
    findings : tuple of Finding
        One for each of `told`.
    """
    groups: dict[frozenset[str], list[Slips]] = {}
    for slips in found:
        # Whatever only loses digits is one and the same.
        keys = frozenset("digits" if s.mistake.rounds else s.mistake.key for s in slips)
        groups.setdefault(keys, []).append(slips)
    told = [slips for same in groups.values() for slips in _different(same)]
    if len(told) > 2:
        told = [_at_either(_different(same)) for same in groups.values()]
    if len(told) > 2:
        return (), ()
    return tuple(told), tuple(_finding(task, slips) for slips in told)


def clause(task: Task, slips: Slips) -> str:
    """What happened, to go on after "it looks as if"."""
    return ", and ".join(_fill(task, slip, slip.mistake.sentence) for slip in slips)


def _fill(task: Task, slip: Slip, text: str) -> str:
    place = slip.place
    return text.format(where=place.where, instead=place.instead, name=task.name)


def _different(same: list[Slips]) -> list[Slips]:
    """The same mistakes at really different places: not at one place and at all of them."""
    if any(slip.mistake.rounds for slip in same[0]):
        return same[:1]
    narrow = [
        slips
        for slips in same
        if not any(_wider(slips, other) for other in same if other is not slips)
    ]
    return list({_places(slips): slips for slips in reversed(narrow)}.values())[::-1]


def _places(slips: Slips) -> tuple[object, ...]:
    """Equal for the same places: a layer's only neuron is all of it, whatever it is called."""
    return tuple((slip.place.terms, slip.place.instead) for slip in slips)


def _wider(slips: Slips, other: Slips) -> bool:
    """Whether the places take in the other ones, and more."""
    pairs = [(set(a.place.terms), set(b.place.terms)) for a, b in zip(slips, other, strict=True)]
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def _at_either(same: list[Slips]) -> Slips:
    """The same mistakes, at one of several places."""

    def either(texts: Sequence[str]) -> str:
        return " or ".join(dict.fromkeys(texts))

    return tuple(
        replace(
            slips[0],
            place=replace(
                slips[0].place,
                where=either([slip.place.where for slip in slips]),
                instead=either([slip.place.instead for slip in slips]),
                lit=tuple(dict.fromkeys(name for slip in slips for name in slip.place.lit)),
            ),
        )
        for slips in zip(*same, strict=True)
    )


def _finding(task: Task, slips: Slips) -> Finding:
    lines = [line_of(task, slip.place) for slip in slips]
    line, marked = next(((line, marked) for line, marked, _ in lines if line), (None, ()))
    first = "It looks as if" if len(slips) == 1 else "Two things seem to have happened:"
    return Finding(
        tuple(slip.mistake.key for slip in slips),
        f"{first} {clause(task, slips)}.",
        " ".join(dict.fromkeys(_fill(task, slip, slip.mistake.hint) for slip in slips)),
        line,
        marked,
        tuple(dict.fromkeys(name for _, _, lit in lines for name in lit)),
    )
