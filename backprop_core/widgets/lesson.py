"""Let a reader change everything that a walk starts from, and see it walk anew."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import ipywidgets
import traitlets

from backprop_core.activations import ACTIVATIONS
from backprop_core.equations import format_apart, format_number, unicode_name
from backprop_core.reading import plain_number, read_number, read_positive, shorten
from backprop_core.situation import TEACHER_SETS, Situation, sample_text
from backprop_core.walkthrough import CONVENTIONS
from backprop_core.widgets.from_page import Button, Dropdown, Text
from backprop_core.widgets.walkthrough import Walkthrough

__all__ = ["Lesson"]

OWN_SAMPLE = -1
AS_GIVEN = "as given"  # activations of a caller's own, or different ones in different layers


class Lesson(ipywidgets.VBox):
    """A walkthrough and, below it, the fields that change what it walks through.

    Parameters
    ----------
    situation : Situation, optional
        Where to start, and what "Reset" goes back to: the article's network on a sample of XOR.
    teacher_set : str
        The set whose samples are offered; one that fits the network.

    Attributes
    ----------
    situation : Situation
        The situation on show; observe it to follow the reader.
    walkthrough : Walkthrough
    """

    situation = traitlets.Instance(Situation)

    def __init__(self, situation: Situation | None = None, teacher_set: str = "XOR") -> None:
        self._start = situation or Situation()
        self._past: list[Situation] = []
        self._problems: dict[str, tuple[str, str]] = {}  # what was typed, and what is wrong
        self._samples = TEACHER_SETS[teacher_set]
        self._refilling = False
        self.walkthrough = Walkthrough(self._start, editable=True)
        self._fields = _Fields(self._start)
        self._build_menus(teacher_set)
        super().__init__([self.walkthrough, *self._panels()], situation=self._start)
        self.add_class("bp-lesson")
        self._refill()
        self._listen()

    # ---- the widgets ----

    def _build_menus(self, teacher_set: str) -> None:
        described = {"style": self._fields.style}
        samples = [
            (f"{teacher_set} {i + 1}: {sample_text(x, t)}", i)
            for i, (x, t) in enumerate(self._samples)
        ]
        self.sample = Dropdown(
            description="Sample", options=[*samples, ("my own", OWN_SAMPLE)], **described
        )
        self.activation = Dropdown(
            description="Activation",
            options=list(dict.fromkeys([*ACTIVATIONS, _activation(self._start)])),
            **described,
        )
        self.convention = Dropdown(
            description="Convention",
            options=[(text, name) for name, text in CONVENTIONS.items()],
            **described,
        )
        self.apply = Button(description="Apply update")
        # Never disabled: a button that is loses the focus, and with it a reader's place.
        self.undo = Button(description="Undo")
        self.reset = Button(description="Reset")
        self.outcome = ipywidgets.HTML()

    def _panels(self) -> list[ipywidgets.Widget]:
        def row(name: str, *children: ipywidgets.Widget) -> ipywidgets.Widget:
            box = ipywidgets.Box(children)
            box.add_class(name)
            return box

        fields = self._fields.texts
        known = [slot for slot in fields if slot[0] in "xth" and "-" not in slot]
        return [
            row("bp-actions", self.apply, self.undo, self.reset, self.outcome),
            row("bp-fields", self.sample, *(fields[slot] for slot in known)),
            row("bp-fields", self.activation, self.convention),
            row("bp-parameters", *(fields[slot] for slot in fields if slot not in known)),
        ]

    def _listen(self) -> None:
        for slot, text in self._fields.texts.items():
            text.observe(lambda change, slot=slot: self._on_text(slot, change["new"]), "value")
        self.sample.observe(self._on_sample, "value")
        self.activation.observe(self._on_activation, "value")
        self.convention.observe(self._on_convention, "value")
        self.apply.on_click(lambda _: self._on_apply())
        self.undo.on_click(lambda _: self._on_undo())
        self.reset.on_click(lambda _: self._on_reset())
        self.walkthrough.observe(self._on_edit, "edit")

    # ---- what the reader does ----

    def _on_text(self, slot: str, text: str) -> None:
        if not self._refilling:
            self._take(slot, lambda: self._fields.read(slot, text, self.situation), text)

    def _on_edit(self, change: dict[str, Any]) -> None:
        edit = change["new"]
        slot, text = str(edit.get("slot")), str(edit.get("text", ""))
        taken = slot in self._fields.texts and self._take(
            slot, lambda: self._fields.read(slot, text, self.situation), text
        )
        self.walkthrough.answer = {"ticket": edit.get("ticket"), "taken": taken}

    def _on_sample(self, change: dict[str, Any]) -> None:
        if not self._refilling and change["new"] != OWN_SAMPLE:
            x, t = self._samples[change["new"]]
            self._take("sample", lambda: replace(self.situation, x=x, t=t))

    def _on_activation(self, change: dict[str, Any]) -> None:
        if not self._refilling:
            given = self._start.network.activations
            chosen = given if change["new"] == AS_GIVEN else change["new"]
            network = self.situation.network.with_activation(chosen)
            self._take("activation", lambda: replace(self.situation, network=network))

    def _on_convention(self, change: dict[str, Any]) -> None:
        if not self._refilling:
            self._take("convention", lambda: replace(self.situation, convention=change["new"]))

    def _on_apply(self) -> None:
        before = self.situation.error
        if self._take("update", lambda: self.situation.updated):
            old, new = format_apart(before, self.situation.error)
            self._say(f"E before the update {old}, after it {new}.")

    def _on_undo(self) -> None:
        if not self._past:
            self._say("There is nothing to undo.")
        else:
            self._forget_actions()
            situation = self._past.pop()
            self.walkthrough.tell(situation)
            self._arrive(situation)

    def _on_reset(self) -> None:
        self._problems.clear()
        if self.situation != self._start:
            self._past.append(self.situation)
        self.walkthrough.tell(self._start)
        self._arrive(self._start)

    # ---- taking it or refusing it ----

    def _take(self, slot: str, make: Callable[[], Situation], text: str = "") -> bool:
        """Show the situation that `make` makes; or say why not, and keep the last good one."""
        self._forget_actions()
        self._problems.pop(slot, None)
        before = self.situation
        try:
            after = make()
            if after != before:
                self.walkthrough.tell(after)
        except ValueError as refusal:
            self._problems[slot] = text, str(refusal)
            self._refill()
            return False
        if after != before:
            self._past.append(before)
            self._arrive(after)
        else:
            self._refill()
        return True

    def _forget_actions(self) -> None:
        """A refused text stays in its field, but an action is over when the next one begins."""
        self._problems = {s: p for s, p in self._problems.items() if s in self._fields.texts}

    def _arrive(self, situation: Situation) -> None:
        try:
            self.situation = situation
        finally:  # whatever those who follow the situation make of it
            self._refill()
            self._say("")

    def _refill(self) -> None:
        """Make fields and menus say what is so; a text that was refused stays as it was typed."""
        self._refilling = True
        try:
            self._fields.refill(self.situation, self._problems)
            samples = [(tuple(x), tuple(t)) for x, t in self._samples]
            here = (self.situation.x, self.situation.t)
            self.sample.value = samples.index(here) if here in samples else OWN_SAMPLE
            self.activation.value = _activation(self.situation)
            self.convention.value = self.situation.convention
        finally:
            self._refilling = False
        self._show_problem()

    def _show_problem(self) -> None:
        self._fields.mark(self._problems)
        slot = next(reversed(self._problems), None)
        self.walkthrough.problem = (
            self._fields.sentence(slot, *self._problems[slot], self.situation) if slot else ""
        )

    def _say(self, outcome: str) -> None:
        self.outcome.value = f'<span role="status">{outcome}</span>' if outcome else ""


class _Fields:
    """The text fields, by slot: x1, t1, h, weight-f3-f5, bias-f3."""

    def __init__(self, situation: Situation) -> None:
        # One style and one layout for all: each of its own would be a message when a page opens.
        self.style = {"description_width": "initial"}
        style = Text(style=self.style).style
        layout = ipywidgets.Layout(width="auto")
        self.names = {
            **{f"x{i + 1}": f"x{i + 1}" for i in range(len(situation.x))},
            **{f"t{i + 1}": f"t{i + 1}" for i in range(len(situation.t))},
        }
        if len(situation.t) == 1:
            self.names["t1"] = "t"
        self.names = {slot: unicode_name(name) for slot, name in self.names.items()}
        self.names["h"] = "Learning rate h"
        self.names |= {slot: p.name for slot, p in situation.parameters.items()}
        self.texts = {
            slot: Text(description=name, continuous_update=False, style=style, layout=layout)
            for slot, name in self.names.items()
        }

    def read(self, slot: str, text: str, situation: Situation) -> Situation:
        """The situation with what was typed into a field; ValueError if that is no number."""
        name = self.names[slot]
        if slot == "h":
            return replace(situation, h=read_positive(text, name))
        value = read_number(text, name)
        if value == self.value(slot, situation):
            return situation
        if slot in situation.parameters:
            return situation.with_parameter(slot, value)
        place = int(slot[1:]) - 1
        if slot[0] == "x":
            return replace(situation, x=_replaced(situation.x, place, value))
        return replace(situation, t=_replaced(situation.t, place, value))

    def value(self, slot: str, situation: Situation) -> float:
        """What a field stands for at present."""
        if slot == "h":
            return situation.h
        if slot in situation.parameters:
            return situation.parameters[slot].value
        return (situation.x if slot[0] == "x" else situation.t)[int(slot[1:]) - 1]

    def refill(self, situation: Situation, problems: dict[str, tuple[str, str]]) -> None:
        """Write each value into its field, unless the field says the same in other words."""
        for slot, text in self.texts.items():
            value = self.value(slot, situation)
            if slot in problems:
                text.value = problems[slot][0]
            elif not _says(text.value, value):
                text.value = plain_number(value)

    def mark(self, problems: Iterable[str]) -> None:
        """Mark the fields whose text was refused."""
        for slot, text in self.texts.items():
            (text.add_class if slot in problems else text.remove_class)("bp-invalid")

    def sentence(self, slot: str, text: str, refusal: str, situation: Situation) -> str:
        """What is wrong, with the field, the value and what was expected; and what is kept."""
        if slot == "update":
            return f"Where this update leads, no walk is possible: {refusal}. All stays as it is."
        if slot not in self.names:
            return f"This {slot} cannot be used: {refusal}. The last one stays."
        name = self.names[slot]
        if not refusal.startswith(f"{name} "):
            refusal = f"{name} cannot be “{shorten(text)}”: {refusal}."
        kept = format_number(self.value(slot, situation), 6)
        return f"{refusal} It stays {kept}."


def _activation(situation: Situation) -> str:
    """What the menu calls a network's activations."""
    activations = set(situation.network.activations)
    (name, *others) = (activation.name for activation in activations)
    return AS_GIVEN if others or ACTIVATIONS.get(name) not in activations else name


def _says(text: str, value: float) -> bool:
    try:
        return read_number(text, "") == value
    except ValueError:
        return False


def _replaced(values: tuple[float, ...], place: int, value: float) -> tuple[float, ...]:
    return (*values[:place], value, *values[place + 1 :])
