"""Fill the four update rules in with numbers, sample by sample, under any book's conventions.

A board with the network stands above a table that shows what each sample contributes to the update
of the weight or bias that was picked.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import ipywidgets
import numpy as np
import traitlets

from backprop_core._types import Array
from backprop_core.activations import ACTIVATIONS
from backprop_core.conventions import ARTICLE, CHOICES, Book, Conventions
from backprop_core.derivations.expressions import Expression, Line
from backprop_core.equations import Equation, Term, format_apart, format_number
from backprop_core.reading import plain_number, read_positive
from backprop_core.rules import FIRST, SLOTS, START, State, book_of, words
from backprop_core.situation import fitting
from backprop_core.widgets.board import Board, Button, Choice, Control, Graph, Number, Shown
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.mathml import mathml
from backprop_core.widgets.pictures import in_disc, picture

__all__ = ["Ledger", "Rules", "RulesBoard"]

H = "Learning rate h"
NBSP = "\N{NO-BREAK SPACE}"

_CHOSEN = {key: {str(value): value for value in choices} for key, choices in CHOICES.items()}
_SWITCHES = tuple(
    Choice(key, label, tuple((text, str(v)) for v, text in CHOICES[key].items()), start)
    for key, label, start in (
        ("delta", "Error signal", "output"),
        ("difference", "Difference", "y-t"),
        ("half", "Error", "True"),
        ("threshold", "Offset", "False"),
    )
)


_state = lru_cache(maxsize=4)(State.of)  # asked for more than once until it changes


# ---- the board: network, controls, equations, a sentence ----


class _Update(Equation):
    """An update, with as many digits as it takes to see it."""

    def number_texts(self, digits: int = 3) -> list[str]:
        """The numbers of the line; see `Equation.number_texts`."""
        texts = super().number_texts(digits)
        old = self.terms[0]
        unseen = texts[0] == texts[-1] and isinstance(old, Term) and old.value != self.value
        return self.number_texts(digits + 1) if unseen and digits < 17 else texts


def equation(line: Line, state: State) -> Equation:
    """A line with the numbers of the sample in the picture; a Σ is one number."""
    assert line.left is not None
    (result,) = (term for term in _terms(line.left, state) if isinstance(term, Term))
    terms = tuple(_terms(line.expression, state))
    if sum(isinstance(term, Term) for term in terms) == 1:  # a Σ alone: its numbers are the table
        terms = (_plain(line.expression),)
    return Equation(result, terms)


def _plain(expression: Expression) -> str:
    """LaTeX in which nothing is a term of its own."""
    return expression.latex.replace(r"\class{term ", r"\class{")


def _terms(expression: Expression, state: State) -> Iterator[Term | str]:
    if expression.leaf:
        leaf, value = expression.leaf, state.here(expression)
        latex = leaf.latex.replace("^{(i)}", f"^{{({state.sample + 1})}}")
        yield Term(latex, value, leaf.role, leaf.ties, leaf.words.partition(", ")[2])
    elif expression.kind == "series":
        words = "the sum over all samples"
        yield Term(_plain(expression), state.number(expression), words=words)
    else:
        for part in expression.parts:
            if isinstance(part, Expression):
                yield from _terms(part, state)
            else:
                yield str(part)


class RulesBoard(Board):
    """The network, in which a weight or bias is picked, and all that can be changed.

    Parameters
    ----------
    switches : bool
        Whether the conventions can be switched.
    """

    def __init__(self, switches: bool) -> None:
        self._switches = switches
        super().__init__(
            "Update rules of other books" if switches else "Update rules with numbers",
            [Graph("net", picture(START.network.layers, hats=True), picks="pick")],
            self._fields(book_of(ARTICLE)),
        )

    def _fields(self, book: Book) -> list[Control]:
        """The controls; parameters have the names that the book gives them."""
        slots = tuple((words(book.old[slot]), slot) for slot in SLOTS)
        samples = tuple((f"{i}: {_row(x)}", str(i)) for i, x in enumerate(START.x, start=1))
        learning: list[Control] = [
            Choice("pick", "Weight or bias", slots, FIRST),
            Number("value", "Its value", START.parameters[FIRST].value),
            Choice("sample", "Sample in the picture", samples, "1"),
            Choice.of("set", "Teacher set", fitting(2), "XOR"),
            Choice.of("activation", "Activation", ACTIVATIONS, "sigmoid"),
            Number("h", H, 1.0),
            Button("apply", "Apply one batch update"),
            Button("reset", "Reset"),
        ]
        return [*(_SWITCHES if self._switches else ()), *learning]

    # ---- what the values of the controls stand for ----

    def state(self, values: Mapping[str, Any]) -> State:
        """What is on show for these values of the controls, and of the parameters by slot."""
        conventions = ARTICLE
        if self._switches:
            conventions = Conventions(**{k: _CHOSEN[k][values[k]] for k in CHOICES})
        return _state(
            tuple(values.get(slot, START.parameters[slot].value) for slot in SLOTS),
            values["activation"],
            values["set"],
            values["h"],
            conventions,
            values["pick"],
            int(values["sample"]) - 1,
        )

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """A typed value goes into the network; another parameter brings its value along."""
        if key == "h":
            read_positive(plain_number(values["h"]), H)
        state = self.state(values)
        if key == "value":
            values[state.slot] = state.book.as_article(state.slot, values["value"])
        if key in ("pick", "threshold"):
            values["value"] = state.old
        if key not in ("pick", "sample"):
            values.pop("before", None)
        return values

    def act(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """One batch update of the whole network, or back to where it began."""
        if key == "reset":
            kept = {k: v for k, v in values.items() if k not in (*SLOTS, "before", "updates")}
            values = {**kept, "h": 1.0}
            return {**values, "value": self.state(values).old}
        state = self.state(values)
        values |= state.applied()
        values |= {"before": state.error, "updates": values.get("updates", 0.0) + 1}
        return {**values, "value": self.state(values).old}

    def _show(self, values: dict[str, Any]) -> None:
        super()._show(values)
        fields = self._fields(self.state(values).book)
        if fields != list(self._controls.values()):  # biases have become thresholds, or vice versa
            self.set_controls(fields)
            self.values = values

    # ---- what is to be seen ----

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The network at one sample, the rule of the picked parameter, and what it amounts to."""
        state = self.state(values)
        book, slot = state.book, state.slot
        if self._switches:
            lines = [book.error, book.sums[state.target]]
            lines += [book.signals[n] for n in dict.fromkeys((book.out, state.target))]
            lines.append(book.gradient(slot))
            rule = book.rule(slot, "own")
            sentence = f"{_habits(state.conventions)} {_progress(state, values)}"
        else:
            lines = []
            rule = book.rule(slot, written_out=True)
            sentence = f"{_progress(state, values)} {state.in_this_sample}"
        told = equation(rule, state)
        update = _Update(told.result, told.terms)
        return Shown(
            texts={"net": _texts(state)},
            lit={"net": state.way_back},
            backwards=True,
            equations=[*(equation(line, state) for line in lines), update],
            title=state.title,
            sentence=sentence,
        )


def _row(values: Array) -> str:
    return f"({f',{NBSP}'.join(map(format_number, values))})"


def _texts(state: State) -> dict[str, str]:
    """All parameters, and what the nodes hold in the sample in the picture."""
    book = state.book
    texts = {}
    for slot in SLOTS:
        value = format_number(state.number(book.old[slot]))
        texts[slot] = value if slot.startswith("weight") else f"{state.name_of(slot)} = {value}"
    for node, output in book.outputs.items():
        texts[f"value-{node}"] = in_disc(state.here(output))
    texts["value-y"] = format_number(state.here(book.outputs[book.out]))
    texts["target-y"] = f"t = {format_number(float(state.moment.t[state.sample, 0]))}"
    return texts


def _progress(state: State, values: Mapping[str, Any]) -> str:
    twice = "" if state.conventions.half else ", twice the article’s"
    if "before" not in values:
        return f"Over the whole teacher set, E = {format_number(state.error)}{twice}."
    before, after = format_apart(values["before"], state.error)
    return f"Update {format_number(values['updates'])}: E was {before}, now it is {after}{twice}."


def _habits(c: Conventions) -> str:
    """What the conventions change."""
    said = (
        (c == ARTICLE, "These are the article’s own conventions. Switch one of them."),
        (c.delta == "sum", "δ holds its neuron’s slope already."),
        (c.difference == "t-y", "With t − y, δ has the other sign."),
        (c.threshold, "A threshold is taken away, so it moves the other way."),
        (not c.half, "Without the ½, E and its gradient are twice as large: h/2 goes as far."),
    )
    return " ".join(text for holds, text in said if holds)


# ---- the tables ----


class Ledger(PageWidget):
    """A table of numbers; a row can be picked.

    Attributes
    ----------
    table : dict
        ``caption``, ``corner``, ``heads``, ``rows`` and ``foot``: all that stays while numbers
        change. Heads and the beginnings of rows are MathML or text of our own; they stand over
        their rows where these are ``stacked``, and otherwise a click on them picks a row.
    numbers : dict
        ``rows``, texts for each cell, ``foot``, a text for each line, and ``lit``, the row that is
        picked or −1.
    row : int
        The row that was picked in the browser, from 0.
    """

    _esm = script("rules.mjs")
    _css = stylesheet("rules.css")
    page_sets = ("row",)

    table = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    row = traitlets.Int(-1).tag(sync=True)

    @traitlets.validate("row")
    def _inside(self, proposal: Any) -> int:
        return max(0, min(proposal["value"], len(self.table["rows"]) - 1))

    def tell(self, told: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Show another table; only what differs is sent."""
        with self.hold_sync():
            self.table, self.numbers = told


def contributions(state: State, switches: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each sample contributes to the update: factor by factor, their product, the sum."""
    book, slot = state.book, state.slot
    factors = book.factors(slot) if switches else book.written_out(slot)
    before = [book.deltas[book.out]] if switches and state.target != book.out else []
    columns = [state.per_sample(e) for e in (*before, *factors, state.summand)]
    summed, sign = float(np.sum(columns[-1])), book.direction(slot)
    h = state.conventions.rate(state.h)
    old, new = format_apart(state.old, state.new)
    heads = [
        *(_head(e, "aside") for e in before),
        *(_head(e, "times" if n else "") for n, e in enumerate(factors)),
        {"html": "product", "name": "the product of the factors", "role": "", "joint": "equals"},
    ]
    samples = zip(state.moment.x, state.moment.t[:, 0], strict=True)
    rows = [
        f"{i}:{NBSP}{_row(x)} → {format_number(t)}" for i, (x, t) in enumerate(samples, start=1)
    ]
    rate = "h" if state.conventions.half else "h/2"
    foot = {
        "Σ over the samples": format_number(summed),
        f"step: {'−' if sign < 0 else '+'} {rate} · Σ": format_number(sign * h * summed),
        f"{state.name}, old → new": f"{old} → {new}",
    }
    if switches:
        gradient = format_number(state.number(book.gradient(slot).expression))
        named = f"∂E/∂{state.name} = {'−' if sign > 0 else ''}Σ"
        foot = {"Σ over the samples": format_number(summed), named: gradient, **foot}
    table = {
        "caption": f"What each sample contributes to {state.name}",
        "corner": "sample",
        "heads": heads,
        "rows": rows,
        "foot": [*foot],
        "stacked": False,
    }
    numbers = {
        "rows": [[format_number(float(column[i])) for column in columns] for i in range(len(rows))],
        "foot": [*foot.values()],
        "lit": state.sample,
    }
    return table, numbers


def _head(e: Expression, joint: str) -> dict[str, str]:
    leaf = e.leaf
    return {
        "html": mathml(_plain(e.bracketed("sum"))),
        "name": leaf.words if leaf else "how far the answer is off",
        "role": leaf.role if leaf else "error",
        "joint": joint,
    }


def comparison(state: State) -> tuple[dict[str, Any], dict[str, Any]]:
    """The update in the article's formulas beside that in the book's, and how they differ."""
    slot = state.slot
    books = [("The article", state.article, "h"), ("This book", state.book, "own")]
    if not state.conventions.half:
        books[1:] = [("This book, with h", state.book, "h"), ("With h/2", state.book, "own")]
    rows, numbers, made = [], [], []
    for name, book, rate in books:
        rows.append(f"<b>{name}</b> {mathml(book.rule(slot, rate).latex)}")
        old, new = (state.number(e) for e in (book.old[slot], book.updated(slot, rate)))
        made.append(book.as_article(slot, new))
        texts = format_apart(old, new)
        translated = format_apart(book.as_article(slot, old), made[-1])[1]
        numbers.append([texts[0], format_number(new - old), texts[1], translated])
    table = {
        "caption": "The same update in both books",
        "corner": "rule",
        "heads": [
            {"html": html, "name": "", "role": "", "joint": ""}
            for html in ("old", "step", "new", f"the article’s {state.name_of(slot, ARTICLE)}")
        ],
        "rows": rows,
        "foot": [
            "difference between this book and the article",
            f"largest difference among all {len(SLOTS)} weights and biases",
        ],
        "stacked": True,
    }
    differences = abs(made[-1] - made[0]), state.largest_difference
    return table, {"rows": numbers, "foot": [*map(format_number, differences)], "lit": -1}


class Rules(ipywidgets.VBox):
    """The board with the table of what each sample contributes to an update.

    Parameters
    ----------
    conventions : bool
        Whether the conventions can be switched; then a second table holds the update beside the
        article's.

    Attributes
    ----------
    board : RulesBoard
    tables : tuple of Ledger

    Examples
    --------
    >>> rules = Rules()
    >>> rules.board.take({"pick": "weight-x1-f2"})
    >>> len(rules.tables[0].numbers["rows"])
    4
    """

    def __init__(self, conventions: bool = False) -> None:
        self._switches = conventions
        self.board = RulesBoard(conventions)
        self.tables = tuple(Ledger() for _ in range(2 if conventions else 1))
        super().__init__([self.board, *self.tables])
        self.add_class("bp-rules")
        self._follow()
        self.board.observe(self._follow, "shown")
        self.tables[0].observe(self._on_row, "row")

    def _follow(self, change: Any = None) -> None:
        state = self.board.state(self.board.values)
        self.tables[0].tell(contributions(state, self._switches))
        self.tables[0].row = state.sample
        if self._switches:
            self.tables[1].tell(comparison(state))

    def _on_row(self, change: dict[str, Any]) -> None:
        if change["new"] != self.board.state(self.board.values).sample:
            self.board.take({"sample": str(change["new"] + 1)})
