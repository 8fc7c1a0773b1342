"""Judge an answer, and say which known mistake leads to it."""

import re
from dataclasses import dataclass
from math import isfinite

from backprop_core.diagnosis.candidates import candidates
from backprop_core.diagnosis.digits import half_unit
from backprop_core.diagnosis.findings import Finding, clause, findings_of
from backprop_core.diagnosis.slipped import Slip
from backprop_core.diagnosis.task import Task
from backprop_core.equations import PLAIN, plain_text, unicode_name

__all__ = ["Diagnosis", "diagnose"]

_EXACT = 9  # digits of an answer that was not typed as a decimal number
_ZERO = 1e-12  # what is smaller may be the dust of a computation that should give 0
_NUMBERS = ("no digits", "one digit", "two digits", "three digits", "four digits", "five digits")
_TYPED = re.compile(r"[+\-−]?(\d*)[.,]?(\d*)(?:[eE]([+\-−]?\d{1,3}))?", re.ASCII)
_AGAIN = "go through the lines once more, one by one."
_UNKNOWN = f"Not yet. It is none of the mistakes that are known here, so no guess: {_AGAIN}"
_MANY = f"Not yet. More than two mistakes lead to this number, so no guess: {_AGAIN}"
_FEW = "Not yet. With a single digit, many mistakes would fit: give more digits."


@dataclass(frozen=True)
class Diagnosis:
    """What to say about an answer.

    Attributes
    ----------
    verdict : {"right", "rounded", "convention", "known", "unknown"}
        ``rounded`` is right but for its last digits; ``convention`` is right where δ is the other
        derivative.
    sentence : str
        The first thing to say.
    findings : tuple of Finding
        At most two: either the one or the other.
    """

    verdict: str
    sentence: str
    findings: tuple[Finding, ...] = ()


def diagnose(task: Task, answer: float, shown: str | None = None) -> Diagnosis:
    """Judge an answer, and compare a wrong one with what known mistakes lead to.

    Parameters
    ----------
    task : Task
    answer : float
    shown : str, optional
        The digits as they were typed, ``"0.12"``; "" or left out for a number that is exact.

    Examples
    --------
    >>> from backprop_core.network import Network
    >>> from backprop_core.quantity import Quantity
    >>> net = Network.three_layer()
    >>> task = Task(net, ((1.0, 0.0),), ((1.0,),), Quantity("delta", ("f3",)))
    >>> diagnose(task, -0.1527, "-0.1527").verdict, diagnose(task, -0.15, "-0.15").verdict
    ('right', 'rounded')
    >>> diagnose(task, 0.1527, "0.1527").sentence
    'It looks as if t − y was taken instead of y − t.'
    >>> diagnose(task, 0.1234, "0.1234").verdict
    'unknown'
    """
    value, digits = task.value, task.digits
    if not isfinite(answer) or not isfinite(value):
        return Diagnosis("unknown", _UNKNOWN)
    typed, unit = _read(shown) if shown else (_EXACT, 0.0)
    off = abs(answer - value)
    if _agrees(answer, value, digits):
        return Diagnosis("right", f"Right: that is {task.name}.")
    if task.is_delta and _agrees(answer, task.other_delta, digits):
        return Diagnosis("convention", _right_elsewhere(task))
    few = Diagnosis(
        "rounded",
        f"Right as far as it goes, with {_count(typed)}; {_count(digits)} are asked for. "
        "Keep more of them on the way.",
    )
    room = (1.0 if abs(answer) < abs(value) else 0.5) * unit  # cut off, or rounded
    agrees = 0 < typed < digits and off <= room * (1.0 + 1e-6)
    if agrees and typed > 1:
        return few  # a single digit may be a mistake's whole number: ½, 1, 2
    found: list[tuple[Slip, ...]] = []
    # First as it stands, short as it may be; then as it was perhaps rounded.
    for level in sorted({max(typed, digits), digits, typed}, reverse=True):
        if level > 1:
            found = found or candidates(task).explain(answer, level)
    told, findings = findings_of(task, found)
    if agrees and off < 0.25 * abs(value) and not any(len(slips) == 1 for slips in told):
        return few
    if not findings:
        return Diagnosis("unknown", _MANY if found else _FEW if typed == 1 else _UNKNOWN)
    if all(slip.mistake.rounds for slips in told for slip in slips) and off < 0.05 * abs(value):
        return Diagnosis("rounded", f"Nearly right: {clause(task, told[0])}.", findings)
    if len(findings) == 1:
        return Diagnosis("known", findings[0].sentence, findings)
    either, other = (clause(task, slips) for slips in told)
    return Diagnosis("known", f"Either {either}, or {other}.", findings)


def _agrees(answer: float, value: float, digits: int) -> bool:
    """Whether an answer is a number, rounded to so many digits or better; half goes either way."""
    if not answer:
        return abs(value) < _ZERO
    return abs(answer - value) <= half_unit(value, digits) * (1.0 + 1e-6)


def _read(shown: str) -> tuple[int, float]:
    """How many digits are shown that count, and a unit of the last one."""
    found = _TYPED.fullmatch(shown.strip())
    if not found:
        return _EXACT, 0.0
    whole, decimals, power = found.groups()
    exponent = int((power or "0").replace("−", "-")) - len(decimals)
    return len((whole + decimals).lstrip("0")), 10.0 ** min(max(exponent, -320), 300)


def _count(digits: int) -> str:
    return _NUMBERS[digits] if digits < len(_NUMBERS) else f"{digits} digits"


def _right_elsewhere(task: Task) -> str:
    node = task.nodes[0]
    delta = plain_text(task.delta_latex(node))
    of_output, of_sum = f"∂E/∂{unicode_name(node)}", f"∂E/∂{plain_text(PLAIN.sum(node))}"
    if task.convention == "output":
        return (
            f"Right, in the other convention: this is {of_sum}, which most textbooks call δ. "
            f"Here, as in the article, {delta} is {of_output}: without the neuron's own slope."
        )
    return (
        f"Right, in the other convention: this is {of_output}, which the article calls δ. "
        f"Here, as in most textbooks, {delta} is {of_sum}: times the neuron's own slope."
    )
