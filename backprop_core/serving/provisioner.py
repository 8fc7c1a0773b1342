"""Start a chapter's kernel the way Jupyter asks for one: forked, or as a program of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from abc import abstractmethod
from contextlib import suppress
from threading import Thread
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any as AnyTrait
from traitlets import Unicode

from backprop_core.serving.process import KernelProcess
from backprop_core.serving.warm import ENVIRONMENT

__all__ = ["ForkedProvisioner", "OrdinaryProvisioner"]


class ChapterProvisioner(LocalProvisioner):
    """What both ways have in common: a kernel listens already when `launch_kernel` returns.

    Attributes
    ----------
    chapter : str
        The chapter's name.
    gone : asyncio.Future
        From `launch_kernel` on: done when the kernel has ended, for whatever reason.
    """

    chapter = Unicode()
    process: KernelProcess | None  # type: ignore[assignment]
    gone: "asyncio.Future[None]"

    @abstractmethod
    async def launch(self, connection_file: str) -> KernelProcess:
        """Start a kernel that listens where the file says."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel; its command is not Jupyter's to know."""
        assert self.parent is not None
        self.process = await self.launch(self.parent.connection_file)
        self.pid, self.gone = self.process.pid, self.process.gone
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel runs."""
        return self.process.poll() if self.process else 0

    async def wait(self) -> int | None:
        """Wait until the kernel has ended."""
        if self.process is None:
            return 0
        code = await self.process.wait()
        self.process = None
        return code

    async def send_signal(self, signum: int) -> None:
        """Send the kernel a signal, but no interruption: it runs no code."""
        if self.process and signum != signal.SIGINT:
            self.process.send_signal(signum)


class OrdinaryProcess(KernelProcess):
    """A kernel that is a program of its own: it ends when its standard input does."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process.pid)
        self._process = process
        self.ready: asyncio.Future[bool] = self.gone.get_loop().create_future()
        # A thread, as that works on every system.
        Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        assert self._process.stdout is not None
        with self._process:
            self._tell(self.ready, bool(self._process.stdout.readline()))
            self._process.wait()
        self._tell(self.gone, None)

    def _tell(self, future: "asyncio.Future[Any]", result: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            future.get_loop().call_soon_threadsafe(_settle, future, result)

    def kill(self) -> None:
        """End it at once, on a system without signals."""
        self._process.kill()

    terminate = kill


def _settle(future: "asyncio.Future[Any]", result: object) -> None:
    if not future.done():
        future.set_result(result)


class ForkedProvisioner(ChapterProvisioner):
    """Kernels that are forked from the warm process.

    Attributes
    ----------
    warm : WarmProcess
    """

    warm = AnyTrait()

    async def launch(self, connection_file: str) -> KernelProcess:
        """Fork a kernel."""
        return await self.warm.fork(connection_file)


class OrdinaryProvisioner(ChapterProvisioner):
    """Kernels that each run their chapter.

    Attributes
    ----------
    folder : Path
        The notebooks.
    """

    folder = AnyTrait()

    async def launch(self, connection_file: str) -> KernelProcess:
        """Start a kernel as a program, and wait until it listens."""
        command = [sys.executable, "-m", "backprop_core.serving.kernel"]
        process = OrdinaryProcess(
            subprocess.Popen(
                [*command, connection_file, str(self.folder), self.chapter],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,  # Ctrl-C is meant for the server
            )
        )
        if not await process.ready:
            raise RuntimeError(f"The kernel of {self.chapter} has failed: the log says why.")
        return process
