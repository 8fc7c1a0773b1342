"""Make files for a page: aside, so that it goes on answering, and for the view that asked alone.

There is no route on the server, and nothing leaves the page. Files travel in messages and not in
traits, since no view that comes later needs them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.runner import running_loop

__all__ = ["ASTRAY", "FileMaker", "Progress", "Wanted", "as_sentence"]

ASTRAY = "That file could not be made."
MOST_FILES = 4  # in the making at once
BUSY = f"{MOST_FILES} files are in the making: wait for one of them."

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wanted:
    """A file that somebody asked for.

    Attributes
    ----------
    name : str
    media_type : str
    make : callable
        ``make(progress)`` gives its bytes; called in a thread, where there is one. It calls
        ``progress(done, steps)`` before each step.
    step : str
        What a step is called.
    """

    name: str
    media_type: str
    make: Callable[[Progress], bytes]
    step: str = "Step"


class _GivenUp(Exception):
    """Somebody pressed Cancel."""


class FileMaker(PageWidget):
    """A widget from which files are saved.

    A view sends a message with a ``ticket`` and what to ``do``; `grant` decides about it, but for
    "cancel". It is answered with the ticket and a ``state``: "progress", "done" (with the file's
    ``name``, ``type`` and bytes) or "failed"; each but "done" with a ``sentence``. So only the
    view that was clicked saves anything.
    """

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._given_up: dict[str, Event] = {}  # of the files in the making, by ticket
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_msg(lambda _, content, buffers: self._on_wish(content, buffers))

    def grant(self, ticket: str, do: str, wish: dict[str, Any], buffers: list[Any]) -> None:
        """Do what a view asks for, or leave it alone if it is nothing that can be asked for."""
        raise NotImplementedError

    def _on_wish(self, content: Any, buffers: list[Any]) -> None:
        """Do what the browser asks for; what is no wish at all is left alone."""
        wish = content if isinstance(content, dict) else {}
        ticket, do = wish.get("ticket"), wish.get("do")
        if not isinstance(ticket, str) or not isinstance(do, str):
            return
        if do != "cancel":
            self.grant(ticket, do, wish, buffers)
        elif ticket in self._given_up:
            self._given_up[ticket].set()

    def answer(self, ticket: str, state: str, sentence: str) -> None:
        """Tell the view that holds a ticket what became of its wish."""
        self.send({"ticket": ticket, "state": state, "sentence": sentence})

    def save(self, ticket: str, wanted: Wanted) -> None:
        """Make a file and send it to the view that holds the ticket."""
        if len(self._tasks) >= MOST_FILES:
            self.answer(ticket, "failed", BUSY)
            return
        making = self._serve(ticket, wanted)
        loop = running_loop()
        if loop is None:  # in a plain Python there is none to go on with meanwhile
            asyncio.run(making)
            return
        task = loop.create_task(making)
        self._tasks.add(task)  # the loop itself would let it be forgotten
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, ticket: str, wanted: Wanted) -> None:
        loop, given_up = asyncio.get_running_loop(), Event()

        def progress(done: int, steps: int) -> None:
            if given_up.is_set():
                raise _GivenUp
            sentence = f"{wanted.step} {done + 1} of {steps}"
            loop.call_soon_threadsafe(self.answer, ticket, "progress", sentence)

        self._given_up[ticket] = given_up
        problem = ASTRAY
        try:
            data = await asyncio.to_thread(wanted.make, progress)
            file = {"name": wanted.name, "type": wanted.media_type}
            self.send({"ticket": ticket, "state": "done", **file}, [data])
            problem = ""
        except _GivenUp:
            problem = ""
        except ValueError as refusal:
            problem = f"This cannot be saved: {as_sentence(refusal)}"
        finally:
            self._given_up.pop(ticket, None)
            if problem:
                self.answer(ticket, "failed", problem)


def as_sentence(refusal: ValueError) -> str:
    """A refusal with one full stop at its end."""
    return f"{str(refusal).rstrip('.')}."
