"""Show how an update rule is derived, line by line, each line with its value.

Python sends the whole derivation; the browser steps through it. An edit sends values alone.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import traitlets

from backprop_core.activations import ACTIVATIONS
from backprop_core.derivations import Legend, Line, Slip, coming, derive, going
from backprop_core.derivations.column import DIGITS, Column
from backprop_core.derivations.questions import line_notes
from backprop_core.equations import format_number
from backprop_core.reading import plain_number, quoted, read_number, shorten
from backprop_core.widgets.bundle import PRESENTER, PRESENTER_SHEETS, script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.mathml import mathml_in_pieces
from backprop_core.widgets.pictures import picture
from backprop_core.workbench import LARGEST, Workbench

__all__ = ["DerivationWalker"]

LONGEST = 1000  # characters of a number or a name
_TOO_LARGE = "The numbers are too large here for central differences to be exact."


class DerivationWalker(PageWidget):
    """The derivation of an update rule on a network N_0-N_1-1 that the reader may change.

    Parameters
    ----------
    *slots : str
        The weights and biases to derive the rule for, as in `Workbench.parameters`: the first one
        is on show, the others are offered beside it.
    beside : DerivationWalker, optional
        Another walker, to share its workbench: what is changed in one of them changes in all.

    Raises
    ------
    ValueError
        If the network has no such weight or bias.

    Attributes
    ----------
    workbench : Workbench
        Network and teacher set on show; observe it to follow the reader.
    slot : str
        The weight or bias on show.
    step : int
        The line on show, from 0; follows the browser, and moves it when set.
    action : dict
        What the reader did: ``key``, ``value`` and a ``ticket``, which `answer` names.
    problem : str
        One sentence about the last input that could not be taken, or "".

    Examples
    --------
    >>> walker = DerivationWalker("weight-f1-f3")
    >>> another = DerivationWalker("weight-x1-f1", beside=walker)
    >>> walker.take("activation", "tanh")
    >>> another.workbench.activation
    'tanh'
    """

    _esm = script(*PRESENTER, "walker.mjs")
    _css = stylesheet("walker.css", *PRESENTER_SHEETS)
    page_sets = ("step", "action")

    workbench = traitlets.Instance(Workbench)
    slot = traitlets.Unicode()

    graph = traitlets.Unicode().tag(sync=True)
    lines = traitlets.List(traitlets.Dict()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    setup = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    action = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, *slots: str, beside: "DerivationWalker | None" = None, **traits: Any
    ) -> None:
        start = beside._start if beside else Workbench()
        here = beside.workbench if beside else start
        chosen = [_known(slot, start) for slot in slots or list(start.parameters)[:1]]
        tabs = [here.counterpart(slot, start) for slot in chosen]
        super().__init__(workbench=here, slot=tabs[0], **_told(here, tabs[0], tabs), **traits)
        self._start: Workbench = start
        self._tabs = tabs
        self.observe(self._on_workbench, "workbench")
        self.observe(lambda change: self._tell(), "slot")
        self.observe(self._on_action, "action")
        if beside:
            traitlets.link((beside, "workbench"), (self, "workbench"))

    @traitlets.validate("step")
    def _inside(self, proposal: Any) -> int:
        return max(0, min(proposal["value"], max(0, len(self.lines) - 1)))

    # ---- telling ----

    def _on_workbench(self, change: dict[str, Any]) -> None:
        before, after = change["old"], change["new"]
        self._tabs = [after.counterpart(slot, before) for slot in self._tabs]
        slot = after.counterpart(self.slot, before)
        if slot == self.slot:
            self._tell()
        self.slot = slot  # tells too, if it is another one

    def _tell(self) -> None:
        """Send what is on show; what is the same as before is not sent again."""
        with self.hold_sync():
            for name, value in _told(self.workbench, self.slot, self._tabs).items():
                setattr(self, name, value)
            self.step = self.step  # fewer lines end earlier

    # ---- taking what the reader did, or refusing it ----

    def _on_action(self, change: dict[str, Any]) -> None:
        action = change["new"]
        key, value = action.get("key"), action.get("value")
        try:
            self.take(key, value)
        except ValueError as refusal:
            self.problem = str(refusal)
        else:
            self.problem = ""
        self.answer = {"ticket": action.get("ticket"), "taken": not self.problem}

    def take(self, key: Any, value: Any) -> None:
        """Do what a control of the page does.

        Parameters
        ----------
        key : {"slot", "value", "n_0", "n_1", "activation", "teacher_set", "redraw", "reset"}
        value : str
            What was chosen or typed.

        Raises
        ------
        ValueError
            In a sentence, if it cannot be taken; everything stays as it was.
        """
        if not isinstance(key, str) or key not in _CONTROLS:
            raise ValueError(f"{key!r} is not here; expected one of: {', '.join(_CONTROLS)}.")
        if not isinstance(value, str):
            raise ValueError(f"{key} is {shorten(repr(value))}, but expected a text.")
        if len(value) > LONGEST:
            raise ValueError(f"{key} is {quoted(value)}, but expected a shorter text.")
        _CONTROLS[key](self, value)

    def _take_slot(self, slot: str) -> None:
        self.slot = _known(slot, self.workbench)

    def _take_value(self, text: str) -> None:
        parameter = self.workbench.parameters[self.slot]
        kept = f"It stays {format_number(parameter.value, DIGITS)}."
        try:
            value = read_number(text, parameter.name)
        except ValueError as refusal:
            raise ValueError(f"{refusal} {kept}") from None
        try:
            self._arrive(self.workbench.with_parameter(self.slot, value))
        except ValueError as refusal:
            quoted = f"{parameter.name} cannot be “{shorten(text)}”"
            raise ValueError(f"{quoted}: {refusal}. {kept}") from None

    def _take_inputs(self, text: str) -> None:
        self._arrive(self.workbench.resized(_size(text, "N₀"), self.workbench.sizes[1]))

    def _take_hidden(self, text: str) -> None:
        self._arrive(self.workbench.resized(self.workbench.sizes[0], _size(text, "N₁")))

    def _take_activation(self, name: str) -> None:
        try:
            self._arrive(self.workbench.with_activation(name))
        except ValueError as refusal:
            raise ValueError(f"This activation cannot be used: {refusal}.") from None

    def _take_teacher_set(self, name: str) -> None:
        self._arrive(self.workbench.with_teacher_set(name))

    def _arrive(self, workbench: Workbench) -> None:
        workbench.check()
        self.workbench = workbench

    def _redraw(self, _: str) -> None:
        self._arrive(self.workbench.redrawn())

    def _reset(self, _: str) -> None:
        self._arrive(self._start)
        self.slot = self._tabs[0]


_CONTROLS: dict[str, Callable[[DerivationWalker, str], None]] = {
    "slot": DerivationWalker._take_slot,
    "value": DerivationWalker._take_value,
    "n_0": DerivationWalker._take_inputs,
    "n_1": DerivationWalker._take_hidden,
    "activation": DerivationWalker._take_activation,
    "teacher_set": DerivationWalker._take_teacher_set,
    "redraw": DerivationWalker._redraw,
    "reset": DerivationWalker._reset,
}


def _known(slot: str, bench: Workbench) -> str:
    if slot not in bench.parameters:
        known = ", ".join(bench.parameters)
        raise ValueError(f"Weight or bias is “{shorten(slot)}”, but expected one of: {known}.")
    return slot


def _size(text: str, name: str) -> int:
    if text not in {str(n) for n in range(1, LARGEST + 1)}:
        expected = f"a number from 1 to {LARGEST}"
        raise ValueError(f"{name} is “{shorten(text)}”, but expected {expected}.")
    return int(text)


# ---- what is told ----


def _told(bench: Workbench, slot: str, tabs: Sequence[str]) -> dict[str, Any]:
    """The traits for what is on show. Numbers travel apart, so that an edit sends nothing else."""
    derivation = _derivation(bench.sizes, slot)
    text = plain_number(bench.parameters[slot].value)
    return {
        "graph": picture(bench.network.layers, hats=True),
        "lines": list(derivation.lines),
        "names": list(derivation.names),
        "numbers": {**derivation.numbers(bench), "text": text},
        "setup": _setup(bench, slot, tabs),
    }


def _setup(bench: Workbench, slot: str, tabs: Sequence[str]) -> dict[str, Any]:
    names = {parameter.slot: parameter.name for parameter in bench.parameters.values()}
    sizes = [str(n) for n in range(1, LARGEST + 1)]
    return {
        "name": names[slot],
        "tabs": [[tab, names[tab]] for tab in tabs if len(tabs) > 1],
        "menus": {
            "slot": {"options": list(map(list, names.items())), "chosen": slot},
            "n_0": _menu(sizes, str(bench.sizes[0])),
            "n_1": _menu(sizes, str(bench.sizes[1])),
            "activation": _menu(ACTIVATIONS, bench.activation),
            "teacher_set": _menu(bench.teacher_sets, bench.teacher_set),
        },
        "seed": f"seed {bench.seed}" if bench.seed else "",
        "samples": list(bench.sample_texts),
    }


def _menu(options: Iterable[str], chosen: str) -> dict[str, Any]:
    return {"options": [[option, option] for option in options], "chosen": chosen}


class _Derivation:
    """A derivation in markup, and the way to its numbers.

    Attributes
    ----------
    lines : tuple of dict
        All that stays while numbers change.
    names : tuple of str
        What a reader may ask about the symbols; a line's ``terms`` count into it.
    """

    def __init__(self, sizes: tuple[int, int], slot: str) -> None:
        parts = derive((*sizes, 1), slot)
        self._lines = [line for part in parts for line in part.lines]
        titles = [part.title for part in parts for _ in part.lines]
        self._legend = Legend(self._lines)
        self.names = self._legend.words
        self.lines = tuple(
            {
                "here": _comes(before, line),
                "above": _goes(line, after),
                "move": line.move,
                "quantity": line.quantity,
                "title": title,
                "lit": list(line.lit),
                "terms": self._legend.places(line.terms),
                "slips": [self._printed(line, slip) for slip in line.slips],
                "referee": after is None,
                "question": note.question,
                "listen": note.listen,
            }
            for title, note, before, line, after in zip(
                titles,
                line_notes((*sizes, 1), slot),
                (None, *self._lines),
                self._lines,
                (*self._lines[1:], None),
                strict=False,
            )
        )

    def _printed(self, line: Line, slip: Slip) -> dict[str, Any]:
        return {
            "printed": _markup(line, slip.expression.latex) if slip.expression else "",
            "terms": self._legend.places(line.printed_terms(slip)),
            "note": slip.note,
        }

    def numbers(self, bench: Workbench) -> dict[str, Any]:
        """All that changes with the numbers."""
        column = Column(self._lines, bench.moment)
        return {
            "values": [column.text(value) for value in column.values],
            "checks": [
                _check(agrees, line is self._lines[-1])
                for agrees, line in zip(column.agrees, self._lines, strict=True)
            ],
            "slips": [
                [_slip(p, value, column) for p in row]
                for row, value in zip(column.printed, column.values, strict=True)
            ],
            "tips": list(self._legend.values(bench.moment)),
            "texts": {slot: format_number(p.value) for slot, p in bench.parameters.items()},
            "warning": "" if all(column.agrees) else bench.kink or _TOO_LARGE,
        }


@lru_cache(maxsize=8)  # 1 or 2 MB each, with what they are made of
def _derivation(sizes: tuple[int, int], slot: str) -> _Derivation:
    return _Derivation(sizes, slot)


def _markup(line: Line, told: str) -> str:
    return mathml_in_pieces(line.written(told), "block")


def _comes(before: Line | None, line: Line) -> str:
    told = coming(before.expression, line.expression) if before else line.expression.latex
    return _markup(line, told)


def _goes(line: Line, after: Line | None) -> str:
    told = going(line.expression, after.expression) if after else line.expression.latex
    return _markup(line, told)


def _check(same: bool, referee: bool) -> dict[str, Any]:
    if not same:
        return {"ok": False, "mark": "≠", "spoken": "It differs from the lines above."}
    if referee:
        return {"ok": True, "mark": "✓", "spoken": "The referee agrees."}
    return {"ok": True, "mark": "", "spoken": ""}


def _slip(printed: float | None, value: float, column: Column) -> dict[str, Any]:
    if printed is None:
        return {"ok": True, "mark": "", "value": ""}
    same = column.same(printed, value)
    return {"ok": same, "mark": "=" if same else "≠", "value": column.text(printed)}
