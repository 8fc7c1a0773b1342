"""Find the line of the walk in which a mistake happens, and what to mark and light there."""

from collections.abc import Iterator
from functools import lru_cache

from backprop_core.diagnosis.place import Place
from backprop_core.diagnosis.task import Task
from backprop_core.equations import PLAIN, Equation, Term, symbol

__all__ = ["line_of"]


def line_of(task: Task, place: Place) -> tuple[Equation | None, tuple[str, ...], tuple[str, ...]]:
    """The first line on which the answer depends with a term of the place.

    Returns
    -------
    line : Equation or None
        None where the walk has no such line.
    marked : tuple of str
        LaTeX of the terms to mark in it.
    lit : tuple of str
        Class names to light: those of the place that matter here.
    """
    meant = place.results
    over_samples = bool(meant) and meant == task.sample_terms
    lines = [
        line
        for line in ((task.sum_over_samples,) if over_samples else _lines(task))
        if over_samples or not meant or line.result.latex in meant
    ]
    ties = {tie for line in lines for term in _terms(line) for tie in term.ties}
    lit = tuple(name for name in place.lit if name in ties) or place.lit
    for line in lines:
        terms = [term.latex for term in (_terms(line) if meant else _factors(line))]
        marked = tuple(latex for latex in dict.fromkeys(terms) if latex in place.terms)
        if marked:
            return line, marked, lit
    return None, (), lit


def _factors(line: Equation) -> Iterator[Term]:
    return (term for term in line.terms if isinstance(term, Term))


def _terms(line: Equation) -> Iterator[Term]:
    yield line.result
    yield from _factors(line)


@lru_cache(maxsize=16)
def _lines(task: Task) -> tuple[Equation, ...]:
    """All lines of the walk that the answer depends on, in the walk's order."""
    try:
        steps = task.situation.walk()
    except ValueError:  # numbers too large for a walk
        return ()
    known = {line.result.latex: line for step in steps for line in step.equations}
    last = task.network.layers[-1]
    outputs = {symbol(y): f"g({PLAIN.sum(f)})" for y, f in zip(task.ys, last, strict=True)}
    needed: set[str] = set()
    waiting = [task.result_latex]
    while waiting:
        latex = waiting.pop()
        if latex in known and latex not in needed:
            needed.add(latex)
            waiting += [outputs.get(term.latex, term.latex) for term in _factors(known[latex])]
    return tuple(line for latex, line in known.items() if latex in needed)
