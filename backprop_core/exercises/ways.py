"""Ask which edges an error signal travels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from backprop_core.equations import PLAIN, plain_text, unicode_name
from backprop_core.exercises.dice import Dice
from backprop_core.exercises.exercise import Exercise, Option
from backprop_core.exercises.settings import draw, setting_of
from backprop_core.network import Network

__all__ = ["listed", "path_edges"]

_WIDE = (2, 3, 3, 1)

Edge = tuple[str, str]


@dataclass(frozen=True)
class _Way:
    """A question about all edges between some neurons of some layers.

    Attributes
    ----------
    question, hint, explanation : str
    stops : tuple of tuples of str
        The neurons that are passed, layer by layer, from where the signal arrives to where it
        starts.
    """

    question: str
    hint: str
    explanation: str
    stops: tuple[tuple[str, ...], ...]

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges it travels."""
        return tuple(edge for a, b in pairwise(self.stops) for edge in product(a, b))

    def remark(self, edge: Edge, net: Network) -> str:
        """Where a wrong edge lies."""
        end, *_, start = self.stops
        if net.places[edge[0]][0] >= net.places[start[0]][0]:
            return f"on the other side of {listed(start)}, where the signal starts"
        if net.places[edge[1]][0] <= net.places[end[0]][0]:
            return f"behind {listed(end)}, where the signal has arrived already"
        return f"off the way from {listed(start)} to {listed(end)}"


def path_edges(number: int) -> Exercise:
    """Which edges does δ₄ travel, or δ on its way to f₁; in a wider network at times."""
    dice = Dice("path-edges", number)
    setting = dice.one_of((setting_of(number), draw(dice, _WIDE)))
    net = setting.network
    ask = dice.one_of((_handed_back, _gathered, _all_the_way, _through_one, _carried_on))
    way = ask(dice, *net.layers[1:])
    right = [edge for edge in net.edges if edge in way.edges]
    return Exercise(
        "path-edges",
        number,
        way.question,
        setting.situation(),
        (),
        "edges",
        tuple(map(_key, right)),
        options=tuple(
            Option(_key((a, b)), f"{unicode_name(a)} → {unicode_name(b)}") for a, b in net.edges
        ),
        explanation=way.explanation,
        hint=way.hint,
        remarks={_key(edge): way.remark(edge, net) for edge in net.edges if edge not in right},
    )


Layer = tuple[str, ...]


def _handed_back(dice: Dice, first: Layer, second: Layer, last: Layer) -> _Way:
    neuron = dice.one_of(second)
    name, delta = unicode_name(neuron), plain_text(PLAIN.delta(neuron))
    return _Way(
        f"{name} hands its error signal {delta} back to the layer before it. "
        "Which edges does it travel?",
        f"It goes back along the edges on which {name} has listened: those that end at {name}.",
        f"{name} has listened to {listed(first)}, so each of them gets a share of the blame, "
        "along its own edge.",
        (first, (neuron,)),
    )


def _gathered(dice: Dice, first: Layer, second: Layer, last: Layer) -> _Way:
    neuron = dice.one_of(first)
    name = unicode_name(neuron)
    return _Way(
        f"{name} adds up what {listed(second)} send back to it. On which edges does that arrive?",
        f"Whoever has listened to {name} sends something back: along the edges that begin at "
        f"{name}.",
        f"{name} has fed {listed(second)}. It hears from each of them and adds up what it hears.",
        ((neuron,), second),
    )


def _all_the_way(dice: Dice, first: Layer, second: Layer, last: Layer) -> _Way:
    neuron = dice.one_of(first)
    start, end = listed(last), unicode_name(neuron)
    return _Way(
        f"δ starts at {start}. Which edges does it travel on its way back to {end}?",
        f"{end} feeds every neuron of the next layer, so each of those is a stop on the way.",
        f"A path leads through each of {listed(second)}, "
        f"and what comes along the paths adds up at {end}.",
        ((neuron,), second, last),
    )


def _through_one(dice: Dice, first: Layer, second: Layer, last: Layer) -> _Way:
    neuron, stop = dice.one_of(first), dice.one_of(second)
    start, by, end = listed(last), unicode_name(stop), unicode_name(neuron)
    return _Way(
        f"One of the paths of δ from {start} back to {end} passes {by}. Which edges is it made of?",
        f"A single path takes one edge between two layers, and no more. This one touches {by}.",
        f"It goes from {start} to {by}, and from {by} to {end}.",
        ((neuron,), (stop,), last),
    )


def _carried_on(dice: Dice, first: Layer, second: Layer, last: Layer) -> _Way:
    neuron = dice.one_of(first)
    start, end = listed(last), unicode_name(neuron)
    bias = plain_text(PLAIN.bias(neuron))
    return _Way(
        f"The bias {bias} changes a little, and so does the output of {end}. "
        f"Which edges carry that change on to {start}?",
        f"Begin at {end}, take every edge that leaves it, and go on from there.",
        f"Each of {listed(second)} listens to {end} and passes the change on. "
        "The error signal comes back along the very same edges.",
        ((neuron,), second, last),
    )


def _key(edge: Edge) -> str:
    return f"edge-{edge[0]}-{edge[1]}"


def listed(nodes: Sequence[str]) -> str:
    """The names of nodes as part of a sentence."""
    *front, last = map(unicode_name, nodes)
    return f"{', '.join(front)} and {last}" if front else last
