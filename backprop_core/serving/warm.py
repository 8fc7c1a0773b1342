"""Keep one process warm: it runs all chapters once, and kernels are forked from it at once.

The server's side is `WarmProcess`; ``python -m backprop_core.serving.warm`` is the process. It has
one thread, so that it can be forked. What connects the two, and the server with each kernel, are
pairs of sockets: when one end is closed, even because its owner was killed, the other notices.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import NoReturn

import numpy as np

from backprop_core.pages.chapter import Chapter, run_chapters
from backprop_core.serving.kernel import answer
from backprop_core.serving.process import KernelProcess

__all__ = ["ForkedProcess", "WarmProcess", "can_fork"]

# Small matrices gain nothing from threads, and a process with threads cannot be forked.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
PATIENCE_S = 20.0  # for the warm process to be there again
LONGEST_PAUSE_S = 30.0
ATTEMPTS = 3

log = logging.getLogger("backprop_core.serving")


def can_fork(kernels: str) -> bool:
    """Whether kernels are to be forked from a warm process.

    Parameters
    ----------
    kernels : {"auto", "forked", "ordinary"}
        "auto" forks where that is known to work, which it is not on a Mac: Apple's libraries do
        not survive it.

    Raises
    ------
    ValueError
        For any other word, and for "forked" where the system cannot fork.

    Examples
    --------
    >>> can_fork("ordinary")
    False
    """
    possible = hasattr(os, "fork") and hasattr(socket, "send_fds")
    if kernels == "auto":
        return possible and sys.platform != "darwin"
    if kernels == "ordinary":
        return False
    if kernels != "forked":
        raise ValueError(
            f'Unknown kernels {kernels!r}, but expected one of: "auto", "forked", "ordinary".'
        )
    if not possible:
        raise ValueError(
            f"Kernels cannot be forked on this system ({sys.platform}), but expected one that "
            'can for kernels="forked": "ordinary" works here.'
        )
    return True


class ForkedProcess(KernelProcess):
    """A kernel that was forked, seen from the server: when its end of the lifeline is closed, it
    has ended."""

    def __init__(self, pid: int, lifeline: socket.socket) -> None:
        super().__init__(pid)
        self._lifeline = lifeline
        asyncio.get_running_loop().add_reader(lifeline, self._look)

    def _look(self) -> None:
        with suppress(OSError):
            if self._lifeline.recv(4096):
                return
        self.let_go()

    def let_go(self) -> None:
        """Close the server's end, which ends the kernel if it has not ended."""
        if self._lifeline.fileno() >= 0:
            self.gone.get_loop().remove_reader(self._lifeline)
            self._lifeline.close()
        self._has_ended()


class WarmProcess:
    """The server's handle on the process that has run all chapters.

    If that process ends it is started again; kernels that run are not touched by it.

    Parameters
    ----------
    folder : Path
        The notebooks.
    scratch : Path
        An empty folder for connection files and sockets, removed at the end: by `stop`, or by the
        warm process if the server was killed.
    forks : bool
        Whether kernels will be forked; else the process only runs the chapters.
    """

    def __init__(self, folder: Path, scratch: Path, *, forks: bool = True) -> None:
        self._folder, self._forks = folder, forks
        self.scratch = scratch
        self._process: subprocess.Popen[bytes] | None = None
        self._control = socket.socket()  # stands for one that is closed
        self._control.close()
        self._kernels: set[ForkedProcess] = set()
        self._up = asyncio.Event()  # set while kernels can be forked
        self._known: asyncio.Future[dict[str, Chapter]] | None = None
        self._care: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, once there is one."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process, without waiting until it has run the chapters."""
        if not self._forks:
            log.warning("Kernels are not forked here: each page's kernel runs its chapter anew.")
        self._known = asyncio.get_running_loop().create_future()
        self._care = asyncio.create_task(self._keep_warm())

    async def chapters(self) -> dict[str, Chapter]:
        """All chapters, by name; the first time, this waits until they have been run.

        Raises
        ------
        RuntimeError
            If they cannot be run, or nothing was started.
        """
        if self._known is None:
            raise RuntimeError("No warm process was started: expected start() before chapters().")
        return await asyncio.shield(self._known)

    async def fork(self, connection_file: str) -> ForkedProcess:
        """Have a kernel that listens where a connection file says, for the widgets of all chapters.

        Returns
        -------
        ForkedProcess
            A kernel that listens already.

        Raises
        ------
        RuntimeError
            If none could be started.
        """
        for _ in range(ATTEMPTS):
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._up.wait()
                    if kernel := await self._ask(connection_file):
                        return kernel
            await asyncio.sleep(0.1)  # time to notice that the warm process has ended
        raise RuntimeError("A kernel could not be forked: the log says why.")

    def stop(self) -> None:
        """End the process and all its kernels, and remove what they have on the disk."""
        if self._care is not None:
            self._care.cancel()
        self._up.clear()
        self._control.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        for kernel in tuple(self._kernels):
            kernel.let_go()
        rmtree(self.scratch, ignore_errors=True)

    async def _ask(self, connection_file: str) -> ForkedProcess | None:
        """Ask for a kernel; None if nobody is there to fork it, or it fails at once."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            await loop.sock_sendall(ours, f"{connection_file}\n".encode())
            kernel = ForkedProcess(int(await loop.sock_recv(ours, 64)), ours)
        except (OSError, ValueError):
            ours.close()
            return None
        except BaseException:
            ours.close()
            raise
        self._kernels.add(kernel)
        kernel.gone.add_done_callback(lambda _: self._kernels.discard(kernel))
        return kernel

    async def _keep_warm(self) -> None:
        """Start the process, and again whenever it has ended."""
        assert self._known is not None
        pause = 1.0
        while True:
            came_up = await self._live()
            if not came_up and not self._known.done():
                told = "The chapters could not be run: the log says why."
                self._known.set_exception(RuntimeError(told))
                return
            if not self._forks:
                return
            log.warning("The warm process has ended: it is started again.")
            pause = 1.0 if came_up else min(2 * pause, LONGEST_PAUSE_S)
            await asyncio.sleep(0 if came_up else pause)

    async def _live(self) -> bool:
        """One life of the process; whether it has run the chapters."""
        command = [sys.executable, "-m", "backprop_core.serving.warm"]
        command += [str(self._folder), str(self.scratch)]
        theirs: socket.socket | None = None
        if self._forks:
            command.append("--forks")
            self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            command,
            stdin=theirs.fileno() if theirs else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # Ctrl-C is meant for the server
        )
        if theirs:
            theirs.close()
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            told = await asyncio.to_thread(pipe.read)
        try:
            chapters = {name: Chapter.from_json(text) for name, text in json.loads(told).items()}
        except ValueError:
            self._process.wait()
            return False
        assert self._known is not None
        if self._known.done():
            self._known = asyncio.get_running_loop().create_future()
        self._known.set_result(chapters)
        if self._forks:
            self._control.setblocking(False)
            self._up.set()
            with suppress(OSError):
                await asyncio.get_running_loop().sock_recv(self._control, 1)  # says nothing, ends
            self._up.clear()
            self._control.close()
        self._process.wait()
        return True


# ---- the process itself ----


def main() -> None:
    """Run all chapters, tell the server, and fork kernels as long as it is there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--forks", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(format="[chapters] %(levelname)s: %(message)s")
    out = os.dup(1)
    os.dup2(2, 1)  # what a chapter prints past its cells goes to the log
    chapters = run_chapters(options.folder)
    with os.fdopen(out, "w") as told:
        json.dump({name: chapter.to_json() for name, chapter in chapters.items()}, told)
    if options.forks:
        _load_what_is_drawn_with()
        with socket.socket(fileno=os.dup(0)) as control:
            fork_on_demand(control)
        rmtree(options.scratch, ignore_errors=True)


def _load_what_is_drawn_with() -> None:
    """Load what most pages come to need later, so that all kernels share it."""
    from backprop_core.drawing import figures, sheets, walk_pictures  # noqa: F401
    from backprop_core.widgets.pictures import draw

    draw((("x1",), ("f1",)))


def fork_on_demand(control: socket.socket) -> None:
    """Fork a kernel for each lifeline that comes, until the other end is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a kernel has ended
    gc.collect()
    gc.freeze()  # what the collector does not touch stays shared
    gc.collect()  # and it measures by what comes from now on when to look through all of that
    while True:
        asked, lifelines, *_ = socket.recv_fds(control, 1, 1)
        if not asked:
            return
        for lifeline in lifelines:
            if not os.fork():
                control.close()
                _become_kernel(lifeline)
            os.close(lifeline)


def _become_kernel(lifeline: int) -> NoReturn:
    """Go on as a kernel, with nothing left that two processes must not share."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(nothing := os.open(os.devnull, os.O_RDONLY), 0)  # was the way to the server
        os.close(nothing)
        np.random.seed()  # noqa: NPY002  (Python's own generator is seeded anew by a fork)
        with os.fdopen(os.dup(lifeline)) as told:
            connection_file = told.readline().strip()
        if connection_file:
            answer(connection_file, lifeline=lifeline, ready=lifeline)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
