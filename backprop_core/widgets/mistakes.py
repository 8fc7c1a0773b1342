"""Put the mistakes on a page that a wrong answer is compared with, each with an example."""

from dataclasses import replace
from html import escape
from importlib.resources import files

from IPython.display import HTML

from backprop_core.diagnosis.catalogue import GROUPS
from backprop_core.diagnosis.examples import DIGITS, Example, examples
from backprop_core.diagnosis.findings import Finding
from backprop_core.equations import Equation, Term, format_number
from backprop_core.widgets.mathml import symbols_mathml

__all__ = ["classic_mistakes"]

_HERE = files("backprop_core.widgets")
_FITS = 5  # so many terms of a line fit on a phone


def classic_mistakes() -> HTML:
    """Show the catalogue of mistakes: what happens, in which line, and what to do instead.

    Examples
    --------
    >>> classic_mistakes().data.count("<details>")
    5
    """
    style = "\n".join((_HERE / name).read_text("utf-8") for name in ("palette.css", "mistakes.css"))
    shown = {example.mistake.key: example for example in examples()}
    groups = []
    for name, mistakes in GROUPS.items():
        items = "".join(_item(shown[mistake.key]) for mistake in mistakes)
        head = f"<summary>{escape(name)} <span>({len(mistakes)})</span></summary>"
        groups.append(f"<details>{head}<ul>{items}</ul></details>")
    return HTML(f'<style>{style}</style><div class="bp bp-mistakes">{"".join(groups)}</div>')


def _item(example: Example) -> str:
    said = example.clause
    if said[:2].isalpha():  # no symbol such as w₁,₃
        said = said[0].upper() + said[1:]
    return (
        f"<li><p><b>{escape(said)}.</b> {escape(example.finding.hint)}</p>{_line(example.finding)}"
        f'<p class="bp-comes-out">{escape(_comes_out(example))}</p></li>'
    )


def _comes_out(example: Example) -> str:
    task = example.task
    right, wrong = (format_number(value, DIGITS) for value in (task.value, example.value))
    return f"For example, {task.name} becomes {wrong} instead of {right}."


def _line(finding: Finding) -> str:
    """The line where it happens, if there is one; the place in it is marked."""

    def marked(term: Term) -> Term:
        wrong = term.latex in finding.marked
        return replace(term, ties=(*term.ties, "is-slip")) if wrong else term

    if not finding.line:
        return ""
    terms = tuple(marked(term) if isinstance(term, Term) else term for term in finding.line.terms)
    markup = symbols_mathml(Equation(marked(finding.line.result), terms))
    # On a phone it has to be scrolled, by keyboard too.
    reach = ' tabindex="0"' if sum(isinstance(term, Term) for term in terms) > _FITS else ""
    return f'<div class="bp-line"{reach}>{markup}</div>'
