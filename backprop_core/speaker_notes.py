"""Ask a class a good question before each step of a walk, and know what a good answer says.

The words follow from the kind of step and the names of its nodes, never from its numbers: so they
stay while numbers change, and give none of them away.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_core.equations import plain_text, unicode_name, weight_symbol
from backprop_core.situation import Situation
from backprop_core.walkthrough import Step, spoken

__all__ = ["Note", "notes_for", "read_notes"]


@dataclass(frozen=True)
class Note:
    """What a teacher may ask before a step is shown.

    Attributes
    ----------
    question : str
        At most 160 characters.
    listen : str
        What a good answer says.
    """

    question: str
    listen: str

    def about(self, names: dict[str, str]) -> "Note":
        """The note with names in their places.

        Examples
        --------
        >>> Note("What does {to} do?", "It adds.").about({"to": "f₃"}).question
        'What does f₃ do?'
        """
        return Note(self.question.format_map(names), self.listen.format_map(names))


def notes_for(situation: Situation, steps: Sequence[Step]) -> tuple[Note, ...]:
    """A note for each step of a situation's walk.

    Steps of one kind take turns with the questions that suit this kind.

    Examples
    --------
    >>> situation = Situation()
    >>> notes = notes_for(situation, situation.walk())
    >>> notes[15].question
    'Two edges lead on from f₁. Why do we add what comes back over them, and not multiply?'
    >>> notes[15].listen
    'A nudge of f₁ reaches E along each edge, and the effects add up. Along a path, multiply.'
    """
    turns: Counter[tuple[str, ...]] = Counter()
    told = []
    for step in steps:
        kinds = _kinds(situation, step)
        choice = [note for kind in kinds for note in NOTES.get(kind, ())]
        told.append(choice[turns[kinds] % len(choice)].about(_names(step)))
        turns[kinds] += 1
    return tuple(told)


# ---- which notes suit a step ----

_OF_ONE = {"sums": "sum", "outputs": "output", "signals": "signal"}
_COUNTED = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _kinds(situation: Situation, step: Step) -> tuple[str, ...]:
    """Keys of `NOTES`, the special before the general."""
    net, convention = situation.network, situation.convention
    kind = step.kind
    if len(step.receiving or step.nodes) == 1:
        kind = _OF_ONE.get(kind, kind)
    if kind == "messages" and len(step.nodes) == 1:
        kind = "message"
    match kind:
        case "sum":
            if len(step.nodes) == 1:
                return ("sum of one",)
            return ("sum of inputs" if net.places[step.nodes[0]][0] == 0 else "sum of outputs",)
        case "output":
            return (f"output, {net.activations[net.places[step.nodes[0]][0] - 1].name}", kind)
        case "error":
            return ("error" if len(step.nodes) == 2 else "errors",)
        case "signal" | "signals":
            several = net.sizes[-1] > 1
            return (f"signal, {convention}", "signal of several" if several else "signal")
        case "message" | "messages" | "gather":
            return _on_the_way_back(situation, step, kind)
        case "weight":
            return (f"weight, {convention}", kind)
    return (kind,)


def _on_the_way_back(situation: Situation, step: Step, kind: str) -> tuple[str, ...]:
    net, convention = situation.network, situation.convention
    if net.places[step.receiving[0]][0] == 0:
        return ("gather at an input",) if kind == "gather" else ("message to inputs",)
    if kind == "gather":
        return (f"gather, {convention}", kind)
    if kind == "messages":
        return (kind,)
    layer, place = net.places[step.nodes[0]]
    if net.sizes[layer] == 1:
        return (f"message of one, {convention}", "message of one")
    if place == 0:
        return ("first message",)
    return ("last message" if place == net.sizes[layer] - 1 else "next message",)


def _names(step: Step) -> dict[str, str]:
    """What may stand in a note's braces."""
    node = (step.receiving or step.nodes)[-1]
    below = unicode_name(node)[1:]
    count = len(step.edges)
    edges = _COUNTED[count] if count < len(_COUNTED) else "many"
    return {
        "at": spoken(step.nodes),
        "to": spoken(step.receiving or step.nodes),
        "node": unicode_name(node),
        "r": f"r{below}",
        "b": f"b{below}",
        "a": unicode_name(step.nodes[0]),
        "w": plain_text(weight_symbol(*step.edges[0])) if step.edges else "",
        "Edges": edges.capitalize(),
    }


# ---- the notes ----


def read_notes(path: Path) -> dict[str, tuple[Note, ...]]:
    """Notes by kind, from a file for people to read and change.

    Below ``# kind`` stand a line for each question and, indented, one for what to listen for.
    """
    notes = {}
    for section in filter(None, path.read_text("utf-8").split("# ")):
        kind, *lines = section.strip().splitlines()
        pairs = zip(lines[::2], lines[1::2], strict=True)
        notes[kind] = tuple(Note(question, listen.strip()) for question, listen in pairs)
    return notes


NOTES = read_notes(Path(__file__).with_suffix(".txt"))
