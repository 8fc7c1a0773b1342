"""Lay published numbers beside ours, digit by digit; walk through them; add some of your own.

What takes long (the first YAML file, thousands of updates) is done in a thread, and the table is
filled in when it is ready.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import ipywidgets
import traitlets

from backprop_core.descent import Rule
from backprop_core.experiment import Design, Experiment
from backprop_core.published import Comparison, Published, WorkedExample, examples, titles
from backprop_core.published.comparing import comparisons
from backprop_core.published.files import TEMPLATE, read_example
from backprop_core.reading import plain_number
from backprop_core.situation import Situation
from backprop_core.teacher_sets import Recipe, teacher_set
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.example_texts import summary, tell
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.runner import running_loop
from backprop_core.widgets.walkthrough import Told, Walkthrough

__all__ = ["ExampleTable", "WorkedExamples"]

SOON = 100  # updates that are computed before anything is shown
MOST_OWN = 20

_T = TypeVar("_T")


class _Playground(Protocol):
    def open(self, experiment: Experiment, news: str) -> None: ...


class ExampleTable(PageWidget):
    """The menu of examples, the table of the chosen one, and the form for one's own.

    Attributes
    ----------
    titles : list of str
    chosen : int
        Which example is on show, from 0; −1: none yet.
    shown : dict
        The chosen example as texts; see `tell`.
    action : dict
        What somebody asked for: ``do``, "open" or "read", with ``text``, or ``data`` and ``name``
        of a file; and a ``ticket`` that `answer` names.
    said : str
        A sentence about what is on show.
    problem, open_problem : str
        A sentence about what could not be read, or opened in the playground, or "".
    """

    _esm = script("worked_examples.mjs")
    _css = stylesheet("worked_examples.css")
    page_sets = ("chosen", "action")
    page_file = ("action", "data")

    titles = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    action = traitlets.Dict().tag(sync=True, echo_update=False)
    answer = traitlets.Dict().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    open_problem = traitlets.Unicode().tag(sync=True)
    can_open = traitlets.Bool(False).tag(sync=True)
    template = traitlets.Unicode(TEMPLATE).tag(sync=True)

    @traitlets.validate("chosen")
    def _known(self, proposal: Any) -> int:
        return max(-1, min(proposal["value"], len(self.titles) - 1))


class WorkedExamples(ipywidgets.VBox):
    """Published examples beside our own numbers, with a walkthrough of the chosen one.

    Parameters
    ----------
    playground : Playground, optional
        Where "Open in the playground" opens network, samples and learning rate.

    Attributes
    ----------
    table : ExampleTable
    example : WorkedExample or None
        The one on show.
    walkthrough : Walkthrough or None
        Of its network and first sample; None until an example is chosen.

    Examples
    --------
    >>> page = WorkedExamples()
    >>> page.table.chosen = 1
    >>> page.table.said
    '7 of the 16 printed numbers agree with ours. \
4 were rounded on the way and 5 come out with a mistake.'
    """

    def __init__(self, playground: _Playground | None = None) -> None:
        self._playground = playground
        self._own: list[WorkedExample] = []
        self._asked = 0  # what is computed for an earlier choice is not shown
        self._tasks: set[asyncio.Task[None]] = set()
        self.example: WorkedExample | None = None
        self.walkthrough: Walkthrough | None = None
        self._walked: Situation | None = None
        self.table = ExampleTable(titles=list(titles()), can_open=playground is not None)
        super().__init__([self.table])
        self.add_class("bp-worked")
        self.table.observe(self._on_chosen, "chosen")
        self.table.observe(self._on_action, "action")

    # ---- choosing ----

    def _on_chosen(self, change: dict[str, Any]) -> None:
        place = change["new"]
        self._asked += 1
        if place < 0:
            return
        self.table.open_problem = ""
        walked = self._walked
        self._do(lambda: self._prepare(place, walked), self._arrive)

    def _prepare(
        self, place: int, walked: Situation | None
    ) -> tuple[WorkedExample, dict[Published, Comparison], Told]:
        example = (*examples(), *self._own)[place]
        soon = [entry for entry in example.published if entry.quantity.after <= SOON]
        found = dict(zip(soon, comparisons(example, soon), strict=True))
        return example, found, Walkthrough.prepare(example.situation(), walked)

    def _arrive(self, prepared: tuple[WorkedExample, dict[Published, Comparison], Told]) -> None:
        self.example, found, told = prepared
        self._tell(found)
        if self.walkthrough is None:
            self.walkthrough = Walkthrough()
        self.walkthrough.step = 0
        self.walkthrough.take(told)
        self.children = (self.table, self.walkthrough)
        self._walked = told.situation
        example, asked = self.example, self._asked
        later = [entry for entry in example.published if entry not in found]
        if later:

            def compute() -> dict[Published, Comparison]:
                slow = {}
                for entry, comparison in zip(later, comparisons(example, later), strict=False):
                    slow[entry] = comparison
                    if asked != self._asked:
                        break
                return slow

            self._do(compute, lambda slow: self._tell(found | slow))

    def _tell(self, found: dict[Published, Comparison]) -> None:
        assert self.example is not None
        compared = [found.get(entry) for entry in self.example.published]
        with self.table.hold_sync():
            self.table.shown = tell(self.example, compared)
            self.table.said = summary(compared)

    # ---- what takes long ----

    def _do(self, compute: Callable[[], _T], show: Callable[[_T], None]) -> None:
        """Compute in a thread, then show, unless something else has been chosen meanwhile.

        Without an event loop, as in a plain Python session, do both now.
        """
        asked = self._asked
        loop = running_loop()
        if loop is None:
            show(compute())
            return

        def unless_too_late() -> _T | None:
            return compute() if asked == self._asked else None

        async def run() -> None:
            try:
                computed = await asyncio.to_thread(unless_too_late)
                if asked == self._asked and computed is not None:
                    show(computed)
            except Exception:
                if asked == self._asked:
                    self.table.said = "This example could not be computed."
                raise

        task = loop.create_task(run())
        self._tasks.add(task)  # or it might be collected before it is done
        task.add_done_callback(self._tasks.discard)

    # ---- reading and opening ----

    def _on_action(self, change: dict[str, Any]) -> None:
        action = change["new"]
        does = {"read": self._read, "open": self._open}.get(str(action.get("do")))
        if does is None:
            return
        try:
            does(action)
        finally:
            refused = self.table.problem if action["do"] == "read" else self.table.open_problem
            self.table.answer = {"ticket": action.get("ticket"), "taken": not refused}

    def _read(self, action: dict[str, Any]) -> None:
        """Read an example of the reader's own; it joins the menu and is shown."""
        self.table.problem = "That could not be read."
        try:
            text, name = _sent(action)
            if len(self._own) >= MOST_OWN:
                raise ValueError(
                    f"There are {MOST_OWN} examples of your own already, but expected no more."
                )
            example = read_example(text, name)
        except ValueError as refusal:
            self.table.problem = str(refusal)
            return
        self._own.append(example)
        with self.table.hold_sync():
            self.table.problem = ""
            self.table.titles = [*self.table.titles, f"{example.title} (your own)"]
            self.table.chosen = len(self.table.titles) - 1

    def _open(self, action: dict[str, Any]) -> None:
        """Open network, samples and learning rate in the playground."""
        # The one that is chosen, even while its numbers are still being computed.
        place = self.table.chosen
        example = (*examples(), *self._own)[place] if place >= 0 else self.example
        if self._playground is None or example is None:
            self.table.open_problem = "Choose an example first."
            return
        self.table.open_problem = "That could not be opened."
        try:
            news = f"This is “{example.title}”, at its first step."
            self._playground.open(experiment_of(example), news)
        except ValueError as refusal:
            self.table.open_problem = str(refusal)
            return
        self.table.open_problem = ""
        self.table.said = f"The playground holds “{example.title}” now."


def _sent(action: dict[str, Any]) -> tuple[bytes | str, str]:
    """The text that was typed, or the bytes of a file, and what to call it."""
    data = action.get("data")
    if isinstance(data, bytes | memoryview):
        return bytes(data), str(action.get("name") or "The file")
    return str(action.get("text", "")), "Your example"


def experiment_of(example: WorkedExample) -> Experiment:
    """The example as something for the playground: its samples as a table, on-line learning.

    Raises
    ------
    ValueError
        In a sentence, if the playground would scale its inputs, and so other numbers come out, or
        cannot hold it.
    """
    net = example.network
    names = [f"x{n + 1}" for n in range(net.sizes[0])] + [f"t{n + 1}" for n in range(net.sizes[-1])]
    rows = [",".join(map(plain_number, (*x, *t))) for x, t in example.samples]
    recipe = Recipe(name="own", own="\n".join((",".join(names), *rows)) + "\n", check=0.0)
    x = teacher_set(recipe).x.tolist()
    if list(example.x) not in x:
        raise ValueError(
            "The inputs are so large that the playground would scale them, and other numbers "
            "would come out; but expected inputs between −3 and 3."
        )
    activations = tuple(activation.name for activation in net.activations)
    return Experiment(
        recipe=recipe,
        design=Design(hidden=net.sizes[1:-1], activations=activations),
        rule=Rule(h=example.h, mode="online"),
        network=net,
        sample=x.index(list(example.x)),
    )
