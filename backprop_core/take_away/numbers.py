"""Write all numbers of a walk as a table (CSV), with every digit that they have.

>>> from backprop_core.situation import Situation
>>> for line in write_numbers(Situation()).splitlines()[:8]:
...     print(line)
step,phase,title,part,quantity,where,value
1,forward,The sum into f₁,used,"wₓ₁,₁",x1-f1,0.3
1,forward,The sum into f₁,used,x₁,x1,1.0
1,forward,The sum into f₁,used,"wₓ₂,₁",x2-f1,-0.5
1,forward,The sum into f₁,used,x₂,x2,0.0
1,forward,The sum into f₁,used,b₁,f1,0.1
1,forward,The sum into f₁,found,r₁,f1,0.4
2,forward,The output of f₁,used,r₁,f1,0.4
"""

import csv
import io
from collections.abc import Iterator

from backprop_core.equations import Equation, Term, plain_text
from backprop_core.situation import Situation
from backprop_core.walkthrough import Step

__all__ = ["COLUMNS", "write_numbers"]

COLUMNS = ("step", "phase", "title", "part", "quantity", "where", "value")


def write_numbers(situation: Situation, by: str = "neuron") -> str:
    """Write the numbers of a walk as CSV (RFC 4180): one row for each step and value.

    Parameters
    ----------
    situation : Situation
    by : {"neuron", "layer"}
        How much a step takes in.

    Returns
    -------
    str
        A header and rows of: the step's number, from 1; its phase; its title; whether the value
        is ``used`` in the step's equations or ``found`` by them; the value's name in plain text;
        its node (``f3``) or edge (``f3-f5``), or nothing where it belongs to none; the value,
        which Python and NumPy read again exactly.

    Raises
    ------
    ValueError
        As `backprop_core.walk`.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for number, step in enumerate(situation.walk(by), 1):
        for row in dict.fromkeys(_rows(step)):  # a factor that two equations share, once
            table.writerow((number, step.phase, step.title, *row))
    return text.getvalue()


def _rows(step: Step) -> Iterator[tuple[str, str, str, str]]:
    found: set[Term] = set()
    for equation in step.equations:
        for term in _used(equation):
            if term not in found:
                yield _row("used", term)
        found.add(equation.result)
        yield _row("found", equation.result)


def _used(equation: Equation) -> Iterator[Term]:
    return (term for term in equation.terms if isinstance(term, Term))


def _row(part: str, term: Term) -> tuple[str, str, str, str]:
    where = " ".join(tie.partition("-")[2] for tie in term.ties)
    return part, plain_text(term.latex), where, repr(float(term.value))
