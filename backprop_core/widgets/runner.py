"""Do long work a slice at a time, so that the page it belongs to goes on answering meanwhile."""

import asyncio
from collections.abc import Callable
from math import inf
from time import perf_counter

from traitlets.log import get_logger

__all__ = ["Runner", "running_loop"]

SLICE_S = 0.01
# A message from the page passes several stations on its way in, one in each turn of the loop:
# asked while a network trains, the page has its answer after 54 ms with 0 turns, 21 ms with 3.
TURNS = 4
FRAME_S = 1 / 12
UNSEEN_S = 0.5  # a page that nobody looks at paints nothing: training goes on all the same


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that is running, as in a notebook's kernel; None in a plain Python."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class Runner:
    """Work in slices on the kernel's event loop, shown at a pace that the page can follow.

    Parameters
    ----------
    work : callable
        ``work(seconds)`` works for about so long, and returns False when nothing is left to do.
    frame : callable
        ``frame()`` shows how far it has come. Called about 12 times a second while running. If
        the page says what it has painted (`seen`), no more than two are under way to it.
    done : callable, optional
        ``done()`` is called at the end, with `running` False; `frame` if left out. Not after
        `stop`: whoever stops knows.
    problem : callable, optional
        ``problem(sentence)`` is called, before `done`, if `work` or `frame` raised an error. The
        error itself goes to the kernel's log.

    Attributes
    ----------
    trouble : str
        The sentence about the error that ended the last run, or "".

    Examples
    --------
    >>> left = [1, 2, 3]
    >>> runner = Runner(lambda seconds: bool(left.pop() and left), lambda: print("left:", left))
    >>> runner.run_to_end()
    left: [1, 2]
    left: []
    """

    def __init__(
        self,
        work: Callable[[float], bool],
        frame: Callable[[], object],
        *,
        done: Callable[[], object] | None = None,
        problem: Callable[[str], object] | None = None,
    ) -> None:
        self._work, self._frame, self._problem = work, frame, problem
        self._done = done or frame
        self.trouble = ""
        self._turn: object | None = None  # what comes next while running
        self._shown = 0.0  # when the last frame was
        self._answers = False  # whether the page says what it has painted
        self._under_way = 0  # frames since it last did

    @property
    def running(self) -> bool:
        """Whether there is work going on."""
        return self._turn is not None

    def start(self) -> None:
        """Begin, on the event loop that is running; nothing, if work is going on already.

        Raises
        ------
        RuntimeError
            If no event loop is running, as in a plain Python: use `run_to_end` there.
        """
        if self.running:
            return
        loop = running_loop()
        if loop is None:
            raise RuntimeError(
                "Runner.start() needs a running event loop, which a notebook's kernel has: "
                "in a plain Python call run_to_end()."
            )
        self._begin()
        # Callbacks and no task: when the kernel ends there is nothing to be awaited.
        self._turn = loop.call_soon(self._go_on, loop, 0)

    def stop(self) -> None:
        """Stop where it is; nothing is called any more, but the slice that calls this is finished.

        May be called at any time, from `work` and `frame`, too.
        """
        if isinstance(self._turn, asyncio.Handle):
            self._turn.cancel()
        self._turn = None

    def seen(self) -> None:
        """Take note that the page has painted a frame."""
        self._answers, self._under_way = True, 0

    def run_to_end(self) -> None:
        """Work until nothing is left, without an event loop; or until `work` or `frame` stop it."""
        if self.running:
            return
        self._begin()
        self._turn = turn = object()
        while self._slice(turn):
            pass

    def _begin(self) -> None:
        self.trouble = ""
        self._shown, self._under_way = -inf, 0

    def _go_on(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        """Let others have some turns of the loop, then work for a slice."""
        if turns or self._slice(self._turn):
            self._turn = loop.call_soon(self._go_on, loop, turns - 1 if turns else TURNS)

    def _slice(self, turn: object) -> bool:
        """Work for a slice; whether to go on after it."""
        try:
            more = self._work(SLICE_S)
            if self._turn is turn and more and self._frame_is_due():
                self._shown = perf_counter()
                self._under_way += 1
                self._frame()
        except Exception as error:
            more = False
            self._report(error)
        if self._turn is not turn:  # stopped, perhaps begun again
            return False
        if not more:
            self._turn = None
            self._end()
        return more

    def _frame_is_due(self) -> bool:
        pause = perf_counter() - self._shown
        late = self._answers and self._under_way >= 2
        return pause >= (UNSEEN_S if late else FRAME_S)

    def _end(self) -> None:
        try:
            if self.trouble and self._problem is not None:
                self._problem(self.trouble)
            self._done()
        except Exception as error:
            self._report(error)

    def _report(self, error: Exception) -> None:
        get_logger().error("An error ended what was running.", exc_info=error)
        self.trouble = (
            f"{error}"
            if isinstance(error, ValueError)
            else "This has stopped because of a mistake in the program; the kernel's log says more."
        )
