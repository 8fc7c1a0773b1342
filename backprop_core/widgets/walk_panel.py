"""Open a walkthrough below something else, say what it shows, and close it again."""

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets
import traitlets

from backprop_core.situation import Situation
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.runner import running_loop
from backprop_core.widgets.walkthrough import Told, Walkthrough

__all__ = ["WalkPanel"]

PREPARING = "The walkthrough is being written …"
ASTRAY = "The walkthrough could not be written."


class WalkPanel(ipywidgets.VBox):
    """A place for a walkthrough, which is worked out aside: nothing waits for it.

    Parameters
    ----------
    closed : callable
        Called after somebody has closed it.

    Attributes
    ----------
    situation : Situation or None
        What it walks through; None while it is closed.

    Examples
    --------
    >>> panel = WalkPanel(lambda: None)
    >>> panel.tell(Situation(), lambda: "The article's network.", step=3)
    >>> panel.step, panel.head.note
    (3, "The article's network.")
    >>> panel.close_walk()
    >>> panel.situation, panel.step
    (None, None)
    """

    def __init__(self, closed: Callable[[], None]) -> None:
        self.situation: Situation | None = None
        self.walkthrough: Walkthrough | None = None
        self.head = WalkHead()
        self._closed = closed
        self._about: Callable[[], str] = str
        self._awaited = 0  # the step of a walk that is being written
        self._task: asyncio.Task[None] | None = None
        super().__init__()
        self.children: tuple[ipywidgets.Widget, ...] = ()
        self.add_class("bp-walk-panel")
        self.head.observe(self._on_close, "close_asked")

    @property
    def step(self) -> int | None:
        """The step on show, from 0; None while it is closed."""
        if self.situation is None:
            return None
        if self._task is not None or self.walkthrough is None:
            return self._awaited
        return self.walkthrough.step

    def tell(
        self, situation: Situation, about: Callable[[], str], step: int = 0, go: bool = True
    ) -> None:
        """Walk through a situation; `about` says what it is, and the page goes there, if `go`.

        Without an event loop it is there at once, or a ValueError says why it cannot be; with one
        it comes when it is ready, or a sentence does.
        """
        self._cancel()
        self._about = about
        before = self.situation if self.walkthrough is not None else None
        loop = running_loop()
        if loop is None:
            self._arrive(Walkthrough.prepare(situation, before), step, go)
            return
        self.situation, self._awaited = situation, step
        self.head.note = PREPARING
        self._show_parts()
        self._task = loop.create_task(self._write(situation, before, step, go))

    def close_walk(self) -> None:
        """Put the walkthrough away."""
        self._cancel()
        self.situation = None
        self.head.note = ""
        self.children = ()

    def refresh(self) -> None:
        """Say anew what the walk on show is."""
        if self.situation is not None and self._task is None:
            self.head.note = self._about()

    async def _write(
        self, situation: Situation, before: Situation | None, step: int, go: bool
    ) -> None:
        problem = ASTRAY
        try:
            told = await asyncio.to_thread(Walkthrough.prepare, situation, before)
            self._task = None
            self._arrive(told, step, go)
            problem = ""
        except ValueError as refusal:
            problem = f"The walkthrough cannot be written: {refusal}."
        except asyncio.CancelledError:
            problem = ""
            raise
        finally:
            if problem:
                self._task = self.situation = None
                self.children = (self.head,)
                with self.head.hold_sync():
                    self.head.note = problem
                    self.head.opened += go

    def _arrive(self, told: Told, step: int, go: bool) -> None:
        if self.walkthrough is None:
            self.walkthrough = Walkthrough()
        self.walkthrough.take(told)
        self.walkthrough.step = step
        self.situation = told.situation
        self._show_parts()
        with self.head.hold_sync():
            self.refresh()
            self.head.opened += go

    def _show_parts(self) -> None:
        parts = tuple(part for part in (self.head, self.walkthrough) if part is not None)
        if self.children != parts:
            self.children = parts

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _on_close(self, change: Any) -> None:
        if self.situation is not None:
            self.close_walk()
            self._closed()


class WalkHead(PageWidget):
    """What stands above a walkthrough: what it shows, and a button that closes it.

    Attributes
    ----------
    note : str
        What it shows.
    opened : int
        How many times the page was to go there.
    close_asked : int
        Changes when somebody wants it closed.
    """

    _esm = script("walk_panel.mjs")
    _css = stylesheet("walk_panel.css")
    page_sets = ("close_asked",)

    note = traitlets.Unicode().tag(sync=True)
    opened = traitlets.Int(0).tag(sync=True)
    close_asked = traitlets.Int(0).tag(sync=True)
