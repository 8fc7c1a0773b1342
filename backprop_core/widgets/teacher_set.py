"""Choose what to teach a network: a set that comes with the book, or a table of one's own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets
import traitlets

from backprop_core.csv_file import MOST_BYTES, check_size, read_text
from backprop_core.equations import format_number, unicode_name
from backprop_core.reading import quoted
from backprop_core.situation import TEACHER_SETS
from backprop_core.teacher_sets import GENERATED, LIMITS, Recipe, TeacherSet, teacher_set
from backprop_core.widgets.board import Board, Choice, Control, Number, Shown, Slider
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget

__all__ = ["TeacherSetChooser"]

OWN = "Your own table"
MENU = (
    *((f"{name}: 4 samples", name) for name in TEACHER_SETS),
    ("Two spirals", "two-spirals"),
    ("Moons", "moons"),
    ("Circles", "circles"),
    ("Iris: 150 flowers", "iris"),
    ("Penguins: 342 birds", "penguins"),
    (OWN, "own"),
)
NOT_YET = f"There is no table of yours yet: choose a CSV file or paste one under “{OWN}”, below."


class TeacherSetChooser(ipywidgets.VBox):
    """A menu of teacher sets with what each is made from, and a place for the reader's own table.

    Parameters
    ----------
    recipe : Recipe, optional
        What to begin with.

    Attributes
    ----------
    recipe : Recipe
        The set in use; observe it to follow the reader. Setting it to one that cannot be made
        raises a ValueError, and the one in use stays.

    Examples
    --------
    >>> chooser = TeacherSetChooser(Recipe("iris"))
    >>> chooser.settings.take({"check": 0.2})
    >>> chooser.recipe.check, chooser.teacher_set.training
    (0.2, 120)
    """

    recipe = traitlets.Instance(Recipe)

    def __init__(self, recipe: Recipe | None = None) -> None:
        recipe = recipe or Recipe()
        self.settings = SetSettings(recipe, self._ask)
        self.notes = SetNotes()
        super().__init__([self.settings, self.notes], recipe=recipe)
        self.settings.observe(self._follow, "recipe")
        self.notes.observe(self._on_offer, "offer")

    @property
    def teacher_set(self) -> TeacherSet:
        """The set in use."""
        return teacher_set(self.recipe)

    @property
    def problem(self) -> str:
        """One sentence about the last input that could not be taken, or ""."""
        return self.settings.problem or self.notes.problem

    @traitlets.validate("recipe")
    def _can_be_made(self, proposal: Any) -> Recipe:
        teacher_set(proposal["value"])
        recipe: Recipe = proposal["value"]
        return recipe

    @traitlets.observe("recipe")
    def _arrive(self, change: Any) -> None:
        self.settings.tell(self.recipe)
        self.notes.tell(self.teacher_set)

    def _follow(self, change: Any) -> None:
        self.recipe = change["new"]

    def _ask(self) -> None:
        """Somebody wants a table of their own: show where to put it."""
        self.notes.opened = True

    def _on_offer(self, change: Any) -> None:
        offer = change["new"]
        if not offer:
            return
        problem = "That could not be read."
        try:
            self.recipe = replace(self.recipe, name="own", own=offered(offer))
        except ValueError as refusal:
            problem = str(refusal)
        else:
            problem = self.settings.problem = ""
        finally:  # the browser waits for an answer, whatever those who follow make of it
            with self.notes.hold_sync():
                self.notes.problem = problem
                self.notes.taken = "" if problem else "Your table is in use."
                self.notes.answer = {"ticket": offer.get("ticket"), "taken": not problem}
                self.notes.offer = {}  # a table is kept once, in the recipe


class SetSettings(Board):
    """Which set, and what it is made from.

    Attributes
    ----------
    recipe : Recipe
        What is chosen; observe it to follow the reader.
    """

    recipe = traitlets.Instance(Recipe)

    def __init__(self, recipe: Recipe, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._own = recipe.own
        self._kept = _values(recipe)  # of controls that are not on show, too
        super().__init__("Teacher set", (), _controls(teacher_set(recipe)))

    def tell(self, recipe: Recipe) -> None:
        """Show another recipe."""
        if recipe != self.recipe:
            self._own = recipe.own or self._own
            with self.hold_sync():
                self._show(_values(recipe))

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """Ask for the reader's own table, if there is none yet."""
        if key == "set" and values["set"] == "own" and not self._own:
            self._ask()
            raise ValueError(NOT_YET)
        return values

    def show(self, values: Mapping[str, Any]) -> Shown:
        """How many samples there are."""
        made = teacher_set(self._recipe(values))
        kept = len(made.x) - made.training
        samples = "1 sample" if made.training == 1 else f"{made.training} samples"
        told = f" for training, {kept} kept for checking" if kept else ", all for training"
        return Shown(sentence=f"{samples}{told}.")

    def _show(self, values: dict[str, Any]) -> None:
        values = {**self._kept, **values}
        recipe = self._recipe(values)
        super()._show(values)
        self._kept = values
        controls = _controls(teacher_set(recipe))
        if [control.key for control in controls] != list(self._controls):
            self.set_controls(controls)
        self.recipe = recipe

    def _recipe(self, values: Mapping[str, Any]) -> Recipe:
        """What the values say; ValueError, in a sentence, if that cannot be."""
        seed, (low, high) = values["seed"], LIMITS["seed"]
        if not (float(seed).is_integer() and low <= seed <= high):
            raise ValueError(
                f"Seed is {format_number(seed)}, but expected a whole number from {low} to {high}."
            )
        name = values["set"]
        own = self._own if name == "own" else ""
        samples = round(values["samples"])
        return Recipe(name, samples, values["noise"], int(seed), values["check"], own)


class SetNotes(PageWidget):
    """Where a set comes from, how it was scaled, and the place for the reader's own table.

    Attributes
    ----------
    source : str
        A sentence, or "".
    rule : str
        What was done to the inputs, or "".
    scalings : list of [str, str, str]
        Name, centre and spread of each input that was scaled.
    opened : bool
        Whether the place for a table is to be seen; follows the browser, too.
    offer : dict
        The table somebody brought: ``name``, ``size`` and ``data`` of a file, or the ``text`` that
        was pasted (``size`` alone, where it was too large to be sent), and a ``ticket`` that
        `answer` names.
    problem, taken : str
        One sentence about the last table: what is wrong with it, or that it is in use.
    """

    _esm = script("teacher_set.mjs")
    _css = stylesheet("teacher_set.css")
    page_sets = ("opened", "offer")
    page_file = ("offer", "data")

    most = traitlets.Int(MOST_BYTES).tag(sync=True)
    source = traitlets.Unicode().tag(sync=True)
    rule = traitlets.Unicode().tag(sync=True)
    scalings = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    opened = traitlets.Bool(False).tag(sync=True)
    offer = traitlets.Dict().tag(sync=True, echo_update=False)
    answer = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    taken = traitlets.Unicode().tag(sync=True)

    def tell(self, made: TeacherSet) -> None:
        """Show where another set comes from and how it was scaled."""
        own = made.recipe.name == "own"
        with self.hold_sync():
            self.source = made.source
            self.rule = ""
            if made.is_scaled:
                self.rule = (
                    "Each input is scaled: scaled = (value − centre) / spread. Centre and spread "
                    "are the mean and the standard deviation of the samples for training alone."
                )
            elif own:
                self.rule = "All inputs are within −3…3, so they are used as they are."
            self.scalings = [
                [unicode_name(name), *(format_number(value, 5) for value in scaling)]
                for name, scaling in zip(made.inputs, made.scalings, strict=True)
                if made.is_scaled
            ]
            if not own:
                self.taken = ""


def offered(offer: Mapping[str, Any]) -> str:
    """The text of a table that the browser sent; ValueError, in a sentence, if there is none."""
    name, size, data, text = (offer.get(key) for key in ("name", "size", "data", "text"))
    name = name if isinstance(name, str) else ""
    if isinstance(data, bytes | memoryview):
        check_size(len(data), name)
        return read_text(bytes(data))
    if isinstance(text, str):
        return read_text(text)
    if isinstance(size, int):
        check_size(size, name)
    what = f"The file {quoted(name)}" if name else "The table"
    raise ValueError(f"{what} could not be read: choose it once more.")


# ---- a recipe as the values of a board ----


def _values(recipe: Recipe) -> dict[str, Any]:
    return {
        "set": recipe.name,
        "samples": float(recipe.samples),
        "noise": float(recipe.noise),
        "seed": float(recipe.seed),
        "check": float(recipe.check),
    }


def _controls(made: TeacherSet) -> list[Control]:
    recipe = made.recipe
    controls: list[Control] = [Choice("set", "Teacher set", MENU, recipe.name)]
    if recipe.name in GENERATED:
        controls += [
            Slider("samples", "Samples", *LIMITS["samples"], 10, float(recipe.samples)),
            Slider("noise", "Noise", *LIMITS["noise"], 0.01, float(recipe.noise)),
        ]
    if made.can_be_split:
        controls.append(
            Slider("check", "Share kept for checking", *LIMITS["check"], 0.05, float(recipe.check))
        )
        controls.append(Number("seed", "Seed", float(recipe.seed)))
    return controls
