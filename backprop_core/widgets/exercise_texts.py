"""Tell the page an exercise and what is said of an answer: never more than was asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from backprop_core.diagnosis import Finding
from backprop_core.equations import Equation, Term, format_number, plain_text
from backprop_core.exercises import KINDS, Exercise, Feedback, Given
from backprop_core.widgets.mathml import mathml
from backprop_core.widgets.templates import spell

__all__ = ["can_show", "tell", "tell_feedback"]

T = TypeVar("T")

NOT_YET = "Not yet."
SLIP = "is-slip"  # class of the terms of a line in which the mistake is


def tell(exercise: Exercise) -> dict[str, Any]:
    """All of an exercise that is on show from the beginning: neither answer nor solution."""
    return {
        "kind": exercise.kind,
        "number": exercise.number,
        "title": KINDS[exercise.kind].title,
        "prompt": exercise.prompt,
        "form": exercise.form,
        "asked": exercise.task.name if exercise.task else "",
        "texts": _texts(exercise),
        "known": _known(exercise),
        "options": [
            {"key": o.key, "plain": o.text, "markup": mathml(o.latex) if o.latex else ""}
            for o in exercise.options
        ],
    }


def tell_feedback(exercise: Exercise, feedback: Feedback, opened: Iterable[str]) -> dict[str, Any]:
    """What is said of an answer, with those of its parts that somebody has asked for.

    Parameters
    ----------
    exercise : Exercise
    feedback : Feedback
    opened : iterable of {"line", "place", "hint", "solution"}
    """
    findings = feedback.findings
    sentence, found = feedback.sentence, [f.sentence for f in findings if f.sentence]
    if any(finding.mistakes for finding in findings):  # then both say the same
        wrong = feedback.status == "wrong"
        either_or = [feedback.sentence] if len(found) > 1 else found
        sentence, found = (NOT_YET, either_or) if wrong else (sentence, [])
    told: dict[str, Any] = {
        "status": feedback.status,
        "sentence": sentence,
        "findings": found,
        "mistakes": [list(finding.mistakes) for finding in findings],
    }
    lit: list[str] = []
    if "line" in opened:
        told["line"] = _different(_line(finding) for finding in findings)
    if "place" in opened:
        told["place"] = True
    if told.keys() & {"line", "place"}:
        lit += (tie for finding in findings for tie in _with_arrows(exercise, finding.lit))
    if "hint" in opened:
        told["hint"] = _different(finding.hint for finding in findings)
    if "solution" in opened:
        told["solution"] = _solution(exercise)
        lit += _right(exercise) if exercise.form == "edges" else []
    return told | {"lit": list(dict.fromkeys(lit))}


def can_show(feedback: Feedback, opened: Iterable[str]) -> list[str]:
    """What may be asked for next: the line before the hint, and the solution at any time."""
    if "solution" in opened:
        return []
    findings = feedback.findings
    steps = {
        "line": any(finding.line is not None for finding in findings),
        "place": all(finding.line is None for finding in findings)
        and any(finding.lit for finding in findings),
        "hint": any(finding.hint for finding in findings),
    }
    closed = [step for step, there in steps.items() if there and step not in opened]
    return [*closed[:1], "solution"]


def _solution(exercise: Exercise) -> dict[str, Any]:
    """The lines that lead to a number, or the right options; in an order, each with its move."""
    moves = (exercise.remarks or {}) if exercise.form == "order" else {}
    right = _right(exercise)
    return {
        "lines": [spell(e) | {"values": e.number_texts(4)} for e in exercise.solution],
        "right": [[key, moves.get(key, "") if place else ""] for place, key in enumerate(right)],
        "explanation": "" if moves else exercise.explanation,
    }


def _different(told: Iterable[T]) -> list[T]:
    """What differs, in its order: two mistakes may happen at one place."""
    different: list[T] = []
    for one in told:
        if one not in different:
            different.append(one)
    return different


def _right(exercise: Exercise) -> list[str]:
    """Keys of the options that are right, in their order; none where a number is asked for."""
    answer = exercise.answer
    if isinstance(answer, float):
        return []
    return [answer] if isinstance(answer, str) else list(answer)


def _line(finding: Finding) -> dict[str, Any]:
    """The line where a mistake happens, in symbols alone, its place in it marked."""
    if finding.line is None:
        return {"symbols": "", "names": []}

    def marked(term: Term) -> Term:
        wrong = term.latex in finding.marked
        return replace(term, ties=(*term.ties, SLIP)) if wrong else term

    line = finding.line
    terms = tuple(marked(term) if isinstance(term, Term) else term for term in line.terms)
    spelled = spell(Equation(marked(line.result), terms))
    return {"symbols": spelled["symbols"], "names": spelled["names"]}


def _with_arrows(exercise: Exercise, lit: Iterable[str]) -> Iterator[str]:
    """Lit places, and the arrow that leads to each lit y: it has no circle to be seen."""
    task = exercise.task
    pairs = zip(task.network.layers[-1], task.ys, strict=True) if task else ()
    arrows = {f"node-{y}": f"edge-{f}-{y}" for f, y in pairs}
    for name in lit:
        yield name
        if name in arrows:
            yield arrows[name]


def _texts(exercise: Exercise) -> list[tuple[str, str]]:
    """Places of the graph and what is to be read there; of a batch, the first sample."""
    situation, notation = exercise.situation, exercise.notation
    net = situation.network
    weights = {f"weight-{a}-{b}": net.weight(a, b) for a, b in net.edges}
    biases = {
        f"bias-{n}": f"{plain_text(notation.bias(n))} = {format_number(net.bias(n))}"
        for n in net.neurons
    }
    inputs = dict(zip((f"value-{n}" for n in net.layers[0]), situation.x, strict=True))
    given = {g.slot: _in_graph(g) for g in exercise.given if g.slot and g.sample < 2}
    numbers = {slot: format_number(value) for slot, value in (inputs | weights).items()}
    return list((numbers | biases | given).items())


def _in_graph(given: Given) -> str:
    """A value as the walkthrough shows it; `Given.text` has the digits to compute with."""
    short = format_number(given.value)
    return short if given.slot.startswith("value-") else f"{given.name} = {short}"


def _known(exercise: Exercise) -> list[dict[str, Any]]:
    """What is given beside weights and biases, in rows: of each sample its own."""
    rows: dict[int, list[tuple[str, str]]] = {}
    for given in exercise.given:
        rows.setdefault(given.sample, []).append((mathml(given.latex), f"= {given.text}"))
    told = [{"sample": sample, "values": values} for sample, values in rows.items()]
    if exercise.task is None or "g(r) =" in exercise.prompt:
        return told
    activations = {a.name: a.formula for a in exercise.situation.network.activations}
    formulas = [(mathml(f"g(r) = {f}"), f"({name})") for name, f in activations.items()]
    return [{"sample": 0, "values": formulas}, *told]
