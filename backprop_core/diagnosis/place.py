"""Name a place where a mistake can happen: what it replaces there, and which terms show it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from backprop_core.diagnosis.task import Task
from backprop_core.equations import PLAIN, plain_text, tied_to, unicode_name

__all__ = ["ALL", "Place", "Places", "between", "edge", "lit_by_answer", "neurons", "together"]

ALL = slice(None)


@dataclass(frozen=True)
class Place:
    """Where a mistake happens.

    Attributes
    ----------
    layer : int or None
        Index of the weights, 0 for those of the inputs; None for all layers.
    index : tuple
        Which part of the layer's array is replaced, counted after the rows.
    where, instead : str
        What a sentence calls the place, and whatever takes its place.
    other : int
        Another node, sample or number that the formula needs.
    terms : tuple of str
        LaTeX of the terms that show it.
    results : tuple of str
        LaTeX of the results of the lines in which these terms are meant, () for all lines; the
        gradients of the samples for the line that adds them up.
    lit : tuple of str
        Class names in the graph.
    """

    layer: int | None
    index: tuple[Any, ...] = ()
    where: str = ""
    instead: str = ""
    other: int = 0
    terms: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    lit: tuple[str, ...] = ()


Places = Iterator[Place]


def together(places: Places | list[Place], where: str, index: tuple[Any, ...]) -> Places:
    """One place that takes in several; none if it takes in nothing."""
    several = list(places)
    if several:

        def union(field: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(chain(*(getattr(place, field) for place in several))))

        layers = {place.layer for place in several}
        yield Place(
            layers.pop() if len(layers) == 1 else None,
            index,
            where,
            terms=union("terms"),
            results=union("results"),
            lit=union("lit"),
        )


def neurons(task: Task, terms: Callable[[str], tuple[str, ...]]) -> Places:
    """Each neuron, with the terms that show it."""
    for node in task.network.neurons:
        k, n = task.network.neuron(node)
        found = terms(node)
        yield Place(k, (ALL, n), unicode_name(node), terms=found, lit=(f"node-{node}",))


def edge(task: Task, a: str, b: str) -> Place:
    """The weight from node a to node b, on the way forward."""
    k, i, j = task.network.edge(a, b)
    latex = PLAIN.weight(a, b)
    return Place(
        k,
        (i, j),
        plain_text(latex),
        terms=(latex,),
        results=(PLAIN.sum(b),),
        lit=(f"edge-{a}-{b}",),
    )


def between(task: Task, k: int) -> str:
    """The two layers that the weights of one layer lie between."""

    def named(layer: tuple[str, ...]) -> str:
        names = [unicode_name(node) for node in layer]
        return ", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]}"

    return f"{named(task.network.layers[k])} and {named(task.network.layers[k + 1])}"


def lit_by_answer(task: Task) -> tuple[str, ...]:
    """What is asked for, in the graph."""
    if task.quantity.kind == "error":
        return tuple(f"node-{y}" for y in task.ys)
    return tied_to(task.nodes)
