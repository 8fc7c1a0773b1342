"""Give every page a kernel of its own, as long as somebody looks at it and there is room."""

import asyncio
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import zmq
from jupyter_client.ioloop import AsyncIOLoopKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import PeriodicCallback
from traitlets import Any as Anything
from traitlets import Bool, Float, Integer

from backprop_core.serving.provisioner import ForkedProvisioner, OrdinaryProvisioner

__all__ = ["CLOSED", "ChapterKernels", "NoRoomError"]

CLOSED = {"died": 4001, "idle": 4002}  # what a websocket is closed with
_REMEMBERED = 1000  # kernels that have ended


class NoRoomError(Exception):
    """All places are taken."""


class Line(Protocol):
    """A websocket of a page."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Say goodbye."""


class _Visit:
    """What is known of one page's kernel: who listens, and since when nobody does."""

    def __init__(self, now: float) -> None:
        self.lines: set[Line] = set()
        self.heard = now
        self.alone_since: float | None = now


class _OneKernel(AsyncIOLoopKernelManager):
    """One kernel. It is not restarted: the page asks for a new one, and tells it what it knew."""

    autorestart = Bool(False)

    @property
    def kernel_spec(self) -> KernelSpec:
        """Our own, whatever is installed; how it is started is the provisioner's business."""
        return KernelSpec(display_name="Chapter", language="python", interrupt_mode="signal")

    def _connect_control_socket(self) -> None:
        """Nothing is said over it: a kernel whose page has gone is ended at once."""


class ChapterKernels(AsyncMappingKernelManager):
    """The kernels of all pages.

    Attributes
    ----------
    visitors : int
        The most kernels at a time.
    idle_seconds : float
        A kernel whose page has sent nothing for so long is stopped; 0 for never.
    gone_seconds : float
        A kernel that no page has been connected to for so long is stopped.
    check_seconds : float
        How often is looked for such kernels.
    warm, folder
        Where kernels come from: forks of the warm process (`WarmProcess`) or, where it is None,
        ordinary processes that run a chapter of the folder.
    """

    visitors = Integer(60, config=True)
    idle_seconds = Float(1800.0, config=True)
    gone_seconds = Float(30.0, config=True)
    check_seconds = Float(5.0, config=True)
    warm = Anything()
    folder = Anything()
    allow_tracebacks = Bool(False)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._visits: dict[str, _Visit] = {}
        self._ended: OrderedDict[str, str] = OrderedDict()
        self._stopping: set[asyncio.Task[None]] = set()
        # Each kernel is talked to over a few sockets; the usual most is 1,023.
        self.context.set(zmq.MAX_SOCKETS, max(1023, 16 * self.visitors))
        self._checks = PeriodicCallback(self._check, 1000 * self.check_seconds)

    # ---- what a page asks for ----

    async def begin(self, chapter: str) -> str:
        """Start a kernel for a page of a chapter.

        Returns
        -------
        str
            The kernel's id, which nobody but the page is told.

        Raises
        ------
        NoRoomError
            If `visitors` kernels are there already.
        """
        if len(self._visits) >= self.visitors:
            raise NoRoomError
        if not self._checks.is_running():
            self._checks.start()
        kernel_id = str(uuid4())
        self._visits[kernel_id] = _Visit(_time())
        try:
            await self.start_kernel(kernel_id=kernel_id, chapter=chapter)
        except BaseException:
            self._visits.pop(kernel_id, None)
            raise
        provisioner: Any = self.get_kernel(kernel_id).provisioner
        provisioner.gone.add_done_callback(lambda _: self._end_soon(kernel_id, "died"))
        return kernel_id

    def fate(self, kernel_id: str) -> str:
        """What has become of a kernel: "alive", "idle", "died", or "unknown"."""
        return "alive" if kernel_id in self._visits else self._ended.get(kernel_id, "unknown")

    async def end(self, kernel_id: str, why: str) -> None:
        """Stop a kernel, and tell its page why."""
        visit = self._visits.pop(kernel_id, None)
        if visit is None:
            return
        self._ended[kernel_id] = why
        while len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)
        for line in tuple(visit.lines):
            line.close(CLOSED.get(why), why)
        if kernel_id in self or kernel_id in self._pending_kernels:
            await self.shutdown_kernel(kernel_id, now=True)

    async def end_all(self) -> None:
        """Stop all kernels, and look after them no longer."""
        self._checks.stop()
        ends = (self.end(kernel_id, "unknown") for kernel_id in tuple(self._visits))
        await asyncio.gather(*ends, *self._stopping, return_exceptions=True)

    # ---- who is there ----

    def came(self, kernel_id: str, line: Line) -> None:
        """Notice a page's connection."""
        self.notify_connect(kernel_id)
        if visit := self._visits.get(kernel_id):
            visit.lines.add(line)
            visit.alone_since = None

    def went(self, kernel_id: str, line: Line) -> None:
        """Notice that it has ended (`disconnect` of the connection counts it)."""
        if visit := self._visits.get(kernel_id):
            visit.lines.discard(line)
            if not visit.lines:
                visit.alone_since = _time()

    def heard(self, kernel_id: str) -> None:
        """Notice that the reader has done something."""
        if visit := self._visits.get(kernel_id):
            visit.heard = _time()

    def _check(self) -> None:
        now = _time()
        for kernel_id, visit in tuple(self._visits.items()):
            alone = visit.alone_since is not None and now - visit.alone_since > self.gone_seconds
            if alone or 0 < self.idle_seconds < now - visit.heard:
                self._end_soon(kernel_id, "idle")

    def _end_soon(self, kernel_id: str, why: str) -> None:
        if kernel_id in self._visits:
            self._stopping.add(task := asyncio.ensure_future(self.end(kernel_id, why)))
            task.add_done_callback(self._stopping.discard)

    # ---- how Jupyter is told ----

    def pre_start_kernel(self, _: str | None, kwargs: Any) -> tuple[Any, str, str]:
        """Prepare one kernel; nothing is looked up among what is installed."""
        kernel_id, chapter = kwargs.pop("kernel_id"), kwargs.pop("chapter")
        kernel = _OneKernel(
            connection_file=str(Path(self.connection_dir, f"{kernel_id}.json")),
            transport="tcp" if sys.platform == "win32" else "ipc",
            context=self.context,
            parent=self,
            log=self.log,
        )
        options = {"kernel_id": kernel_id, "kernel_spec": kernel.kernel_spec, "parent": kernel}
        if self.warm is not None:
            kernel.provisioner = ForkedProvisioner(warm=self.warm, chapter=chapter, **options)
        else:
            kernel.provisioner = OrdinaryProvisioner(folder=self.folder, chapter=chapter, **options)
        return kernel, "chapter", kernel_id

    def start_watching_activity(self, kernel_id: str) -> None:
        """What counts is what the page sends (`heard`)."""
        kernel: Any = self.get_kernel(kernel_id)
        kernel.execution_state = "idle"

    def stop_watching_activity(self, kernel_id: str) -> None:
        """Nothing is watched."""


def _time() -> float:
    return asyncio.get_running_loop().time()
