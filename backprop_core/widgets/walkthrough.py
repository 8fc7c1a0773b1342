"""Show a walk in the page: the graph, the equation, the sentence, and the way through them.

The kernel computes, the browser steps: Python sends the whole walk once and is asked again only
when something is edited.
"""

from typing import Any

import anywidget
import traitlets

from backprop_core.equations import Equation, Term, format_number, meaning, plain_text
from backprop_core.reading import plain_number
from backprop_core.situation import Situation, sample_text
from backprop_core.verdict import judge
from backprop_core.walkthrough import GRANULARITIES, Step
from backprop_core.widgets.mathml import number_template, symbols_mathml
from backprop_core.widgets.pictures import picture
from backprop_core.widgets.scripts import script
from backprop_core.widgets.styles import stylesheet

__all__ = ["Walkthrough"]


class Walkthrough(anywidget.AnyWidget):
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

    _esm = script("walkthrough.mjs")
    _css = stylesheet("walkthrough.css")

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
        situation = situation or Situation()
        super().__init__(**_tell(situation), **traits)
        self._structure = situation.structure

    @traitlets.validate("step")
    def _inside(self, proposal: Any) -> int:
        return max(0, min(proposal["value"], len(self.numbers[self.by]["steps"]) - 1))

    @traitlets.observe("by")
    def _stay_inside(self, change: Any = None) -> None:
        self.step = self.step  # fewer steps end earlier

    def tell(self, situation: Situation) -> None:
        """Walk through another situation, at the same step.

        Raises
        ------
        ValueError
            As `backprop_core.walk`; the walk on show stays.
        """
        same = situation.structure == self._structure
        told = _tell(situation, only_numbers=same)
        with self.hold_sync():
            for name, value in told.items():
                setattr(self, name, value)
            self._structure = situation.structure
            self._stay_inside()


def _tell(situation: Situation, only_numbers: bool = False) -> dict[str, Any]:
    """The traits for a situation. Numbers travel apart, so that an edit sends nothing else."""
    walks = {by: situation.walk(by) for by in GRANULARITIES}
    numbers: dict[str, Any] = {
        by: {"steps": [_numbers(step) for step in steps]} for by, steps in walks.items()
    }
    numbers["facts"] = _facts(situation)
    verdict = judge(situation.network, situation.x, situation.t)
    numbers["check"] = {"ok": verdict.ok, "finding": verdict.finding, "reason": verdict.reason}
    numbers["parameters"] = {
        slot: {"name": p.name, "nodes": p.nodes, "text": plain_number(p.value)}
        for slot, p in situation.parameters.items()
    }
    if only_numbers:
        return {"numbers": numbers}
    return {
        "numbers": numbers,
        "script": {by: [_script(step) for step in steps] for by, steps in walks.items()},
        "graph": picture(situation.network.layers),
    }


def _script(step: Step) -> dict[str, Any]:
    """What stays the same whatever the numbers are."""
    return {
        "phase": step.phase,
        "title": step.title,
        "nodes": step.nodes,
        "edges": [f"{a}-{b}" for a, b in step.edges],
        "receiving": step.receiving,
        "direction": step.direction,
        "bookmark": step.bookmark,
        "equations": [
            {
                "symbols": symbols_mathml(e),
                "numbers": number_template(e) if _terms(e) else "",
                "names": [meaning(term) for term in (e.result, *_terms(e))],
            }
            for e in step.equations
        ],
    }


def _terms(equation: Equation) -> list[Term]:
    return [term for term in equation.terms if isinstance(term, Term)]


def _numbers(step: Step) -> dict[str, Any]:
    results = [f"{plain_text(e.result.latex)} is {format_number(e.value)}" for e in step.equations]
    return {
        "sentence": step.sentence,
        "spoken": "; ".join(results),
        "numbers": [e.number_texts() for e in step.equations],
        "shows": [[show.slot, show.text, show.role] for show in step.shows],
    }


def _facts(situation: Situation) -> list[list[str]]:
    names = list(dict.fromkeys(a.name for a in situation.network.activations))
    return [
        ["Sample", sample_text(situation.x, situation.t)],
        ["Activation", ", ".join(names)],
        ["Learning rate", f"h = {format_number(situation.h)}"],
        ["Error", f"E = {format_number(situation.error)}"],
    ]
