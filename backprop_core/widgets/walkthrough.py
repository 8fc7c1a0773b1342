"""Show a walk in the page: the graph, the equation, the sentence, and the way through them.

The kernel computes, the browser steps: Python sends the whole walk once and is asked again only
when something is edited.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import traitlets

from backprop_core.equations import Equation, format_number, plain_text
from backprop_core.reading import plain_number
from backprop_core.situation import Situation, sample_text
from backprop_core.speaker_notes import Note, notes_for
from backprop_core.verdict import judge
from backprop_core.walkthrough import GRANULARITIES, Show, Step
from backprop_core.widgets.bundle import PRESENTER, PRESENTER_SHEETS, script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.pictures import in_disc, picture
from backprop_core.widgets.templates import Templates, kind, spell

__all__ = ["Told", "Walkthrough"]

# Networks with more edges are large: their walks travel packed, and their layers tell less.
LARGE = 60
SMALL_DISC = 5  # characters in the discs of their drawings
OF_EACH_KIND = 2  # equations that a step of a large network's layer shows


@dataclass(frozen=True, eq=False)
class Told:
    """A walk, ready to be shown; `Walkthrough.prepare` makes it, `Walkthrough.take` shows it.

    Attributes
    ----------
    situation : Situation
        What it walks through.
    traits : dict
        What the page is sent: all of it, or the numbers alone.
    lengths : dict
        How many steps there are, by granularity.
    """

    situation: Situation
    traits: dict[str, Any]
    lengths: dict[str, int]


class Walkthrough(PageWidget):
    """A walk through one on-line update, stepped in the browser.

    Parameters
    ----------
    situation : Situation, optional
        What to walk through; the article's network on a sample of XOR if left out.

    Attributes
    ----------
    step : int
        The step on show, from 0; follows the browser, and moves it when set.
    by : {"neuron", "layer"}
        How much a step takes in; follows the browser too.
    edit : dict
        What somebody typed into the graph: ``slot``, ``text`` and a ``ticket`` that `answer` names.
    problem : str
        One sentence about the last input that could not be taken, or "".
    """

    _esm = script(*PRESENTER, "walkthrough.mjs")
    _css = stylesheet("walkthrough.css", *PRESENTER_SHEETS)
    page_sets = ("step", "by", "edit")

    step = traitlets.Int(0).tag(sync=True)
    by = traitlets.Enum(GRANULARITIES, "neuron").tag(sync=True)
    graph = traitlets.Unicode().tag(sync=True)
    script = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    editable = traitlets.Bool(False).tag(sync=True)
    edit = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(self, situation: Situation | None = None, **traits: Any) -> None:
        told = self.prepare(situation or Situation())
        self._showing, self._lengths = told.situation, told.lengths
        super().__init__(**told.traits, **traits)

    @traitlets.validate("step")
    def _inside(self, proposal: Any) -> int:
        return max(0, min(proposal["value"], self._lengths[self.by] - 1))

    @traitlets.observe("by")
    def _stay_inside(self, change: Any = None) -> None:
        self.step = self.step  # fewer steps end earlier

    @staticmethod
    def prepare(situation: Situation, before: Situation | None = None) -> Told:
        """Work out all that there is to tell, which takes a while where the network is large.

        Touches no widget, and so may be called in a thread.

        Parameters
        ----------
        situation : Situation
            What to walk through.
        before : Situation, optional
            What is on show. If it differs in numbers alone, nothing else is worked out.

        Raises
        ------
        ValueError
            As `backprop_core.walk`.

        Examples
        --------
        >>> told = Walkthrough.prepare(Situation())
        >>> told.lengths
        {'neuron': 37, 'layer': 15}
        """
        only_numbers = before is not None and before.structure == situation.structure
        walks: dict[str, tuple[Step, ...]] = {by: situation.walk(by) for by in GRANULARITIES}
        lengths = {by: len(steps) for by, steps in walks.items()}
        large = len(situation.network.edges) > LARGE
        if large:
            walks["layer"], left_out = _shortened(walks["layer"])
        room = SMALL_DISC if large else None
        traits: dict[str, Any] = {"numbers": _all_numbers(situation, walks, room)}
        graph = picture(situation.network.layers)
        if large:
            traits["numbers"]["facts"] += _left_out(graph)
        if not only_numbers:
            traits["graph"] = graph
            notes = {by: notes_for(situation, steps) for by, steps in walks.items()}
            if large:
                traits["script"] = _packed_script(walks, notes, left_out)
            else:
                traits["script"] = {
                    by: [
                        _script(step)
                        | _asked(note)
                        | {"equations": list(map(spell, step.equations))}
                        for step, note in zip(steps, notes[by], strict=True)
                    ]
                    for by, steps in walks.items()
                }
        if large:
            traits |= {
                name: _packed(traits[name]) for name in traits.keys() & {"numbers", "script"}
            }
        return Told(situation, traits, lengths)

    def take(self, told: Told) -> None:
        """Show what `prepare` has worked out, at the same step."""
        if "script" not in told.traits and told.situation.structure != self._showing.structure:
            told = self.prepare(told.situation)  # something else has been shown meanwhile
        with self.hold_sync():
            for name, value in told.traits.items():
                setattr(self, name, value)
            self._showing, self._lengths = told.situation, told.lengths
            self._stay_inside()

    def tell(self, situation: Situation) -> None:
        """Walk through another situation, at the same step.

        Raises
        ------
        ValueError
            As `backprop_core.walk`; the walk on show stays.
        """
        self.take(self.prepare(situation, self._showing))


def _all_numbers(
    situation: Situation, walks: dict[str, tuple[Step, ...]], room: int | None
) -> dict[str, Any]:
    """What changes with a weight: it travels apart, so that an edit sends nothing else."""
    verdict = judge(situation.network, situation.x, situation.t)
    return {
        **{by: {"steps": [_numbers(step, room) for step in steps]} for by, steps in walks.items()},
        "facts": _facts(situation),
        "check": {"ok": verdict.ok, "finding": verdict.finding, "reason": verdict.reason},
        "parameters": {
            slot: {"name": p.name, "nodes": p.nodes, "text": plain_number(p.value)}
            for slot, p in situation.parameters.items()
        },
    }


def _script(step: Step) -> dict[str, Any]:
    """What stays the same whatever the numbers are, without the equations."""
    return {
        "phase": step.phase,
        "title": step.title,
        "nodes": step.nodes,
        "edges": [f"{a}-{b}" for a, b in step.edges],
        "receiving": step.receiving,
        "direction": step.direction,
        "bookmark": step.bookmark,
    }


def _asked(note: Note) -> dict[str, str]:
    """What a teacher asks before the step is shown, and listens for."""
    return {"question": note.question, "listen": note.listen}


def _numbers(step: Step, room: int | None) -> dict[str, Any]:
    results = [f"{plain_text(e.result.latex)} is {format_number(e.value)}" for e in step.equations]
    return {
        "sentence": step.sentence,
        "spoken": "; ".join(results),
        "numbers": [e.number_texts() for e in step.equations],
        "shows": [[show.slot, _read(show, room), show.role] for show in step.shows],
    }


def _read(show: Show, room: int | None) -> str:
    """What is to be read at a place: in a small disc, so many characters."""
    if room is None or not show.slot.startswith("value-"):
        return show.text
    return in_disc(show.value, room)


def _facts(situation: Situation) -> list[list[str]]:
    names = list(dict.fromkeys(a.name for a in situation.network.activations))
    return [
        ["Sample", sample_text(situation.x, situation.t)],
        ["Activation", ", ".join(names)],
        ["Learning rate", f"h = {format_number(situation.h)}"],
        ["Error", f"E = {format_number(situation.error)}"],
    ]


# ---- large networks ----


def _shortened(steps: Sequence[Step]) -> tuple[tuple[Step, ...], list[str]]:
    """The steps with the first few of their equations, and a sentence where some are left out."""
    short, notes = [], []
    for step in steps:
        kinds: dict[str, list[Equation]] = {}
        for equation in step.equations:
            kinds.setdefault(kind(equation.result), []).append(equation)
        shown = [e for same in kinds.values() for e in same[:OF_EACH_KIND]]
        short.append(replace(step, equations=tuple(shown)))
        notes.append(
            f"Here are {len(shown)} of the {len(step.equations)} equations of this step. "
            "Neuron by neuron you meet every one."
            if len(shown) < len(step.equations)
            else ""
        )
    return tuple(short), notes


def _left_out(graph: str) -> list[list[str]]:
    """Which numbers the drawing of a large network has no room for."""
    names = {"weight": "weights", "bias": "biases", "delta": "error signals", "value": "outputs"}
    missing = [many for name, many in names.items() if f'class="{name} {name}-' not in graph]
    if len(missing) == len(names):
        missing = ["numbers"]
    return [["The drawing", f"has no room for {' and '.join(missing)}"]] if missing else []


def _packed_script(
    walks: dict[str, tuple[Step, ...]], notes: dict[str, tuple[Note, ...]], left_out: list[str]
) -> dict[str, Any]:
    """The script with equations as templates; no bookmarks, whose pictures would be too small."""
    templates = Templates()
    packed: dict[str, Any] = {
        by: [
            _script(step)
            | {name: templates.add_words(text) for name, text in _asked(note).items()}
            | {"bookmark": "", "equations": [templates.add(e) for e in step.equations]}
            for step, note in zip(steps, notes[by], strict=True)
        ]
        for by, steps in walks.items()
    }
    for step, sentence in zip(packed["layer"], left_out, strict=True):
        step["note"] = sentence
    return packed | {"templates": templates.spelled, "words": templates.words}


def _packed(told: dict[str, Any]) -> dict[str, bytes]:
    """One piece of bytes, which passes the kernel's main thread at once, however long it is."""
    return {"json": json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()}
