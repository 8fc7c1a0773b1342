"""A kernel's process as the server sees it: whether it lives, and when it has ended."""

import asyncio
import os
from contextlib import suppress

__all__ = ["KernelProcess"]

ENDED = -1  # how it has ended is of no interest: nothing is done differently


class KernelProcess:
    """A process that runs.

    Attributes
    ----------
    pid : int
        Its number.
    gone : asyncio.Future
        Done when it has ended, for whatever reason.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def poll(self) -> int | None:
        """None while it runs, a number when it has ended."""
        return ENDED if self.gone.done() else None

    async def wait(self) -> int:
        """Wait until it has ended."""
        await asyncio.shield(self.gone)
        return ENDED

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if not self.gone.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _has_ended(self) -> None:
        if not self.gone.done():
            self.gone.set_result(None)
