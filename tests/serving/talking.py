"""Talk to the kernels of chapters as a page does, with a chapter made for tests."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from backprop_core.serving.provisioner import (
    ForkedProvisioner,
    OrdinaryProvisioner,
)
from backprop_core.serving.warm import WarmProcess

NAME = "echo"
ECHO = "echo-2"  # its layout comes first
CELL = """
import random
import numpy, traitlets
from backprop_core.widgets.from_page import PageWidget

class Echo(PageWidget):
    _esm = "export default { render() {} };"
    page_sets = ("said",)
    said = traitlets.Unicode("").tag(sync=True)
    heard = traitlets.Unicode("").tag(sync=True)

    @traitlets.observe("said")
    def _answer(self, change):
        self.heard = change["new"]
        if change["new"] == "fail":
            raise ZeroDivisionError("Two lines\\nof a mistake")
        if change["new"] == "print":
            print("What is printed")
        if change["new"] == "throw dice":
            self.heard = f"{random.random()} {numpy.random.random()}"
        if change["new"] == "make another":
            self.other = Echo()
            self.heard = self.other.model_id
        while change["new"] == "never end":
            pass

Echo()
"""
PATIENCE_S = 60
NUMBERS = count(1)


def write_chapter(folder: Path) -> Path:
    """Write the chapter into a new folder, and say which."""
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell(CELL)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{NAME}.ipynb")
    return folder


@asynccontextmanager
async def warm_process(folder: Path, *, forks: bool = True) -> AsyncIterator[WarmProcess]:
    """A warm process that has run the chapters."""
    # Not pytest's: a socket's whole path must be short.
    warm = WarmProcess(folder, Path(tempfile.mkdtemp(prefix="bp-", dir="/tmp")), forks=forks)
    await warm.start()
    try:
        await warm.chapters()
        yield warm
    finally:
        warm.stop()


class Talk:
    """A kernel, and a client that hears all it says."""

    def __init__(self, warm: WarmProcess, folder: Path, chapter: str, *, forked: bool) -> None:
        spec = KernelSpec(display_name="Chapter", language="python")
        file = warm.scratch / f"{next(NUMBERS)}.json"
        self.manager = AsyncKernelManager(transport="ipc", connection_file=str(file))
        self.manager._kernel_spec = spec
        options = {"kernel_id": file.stem, "kernel_spec": spec, "parent": self.manager}
        self.kernel: ForkedProvisioner | OrdinaryProvisioner = (
            ForkedProvisioner(warm=warm, chapter=chapter, **options)
            if forked
            else OrdinaryProvisioner(folder=folder, chapter=chapter, **options)
        )
        self.manager.provisioner = self.kernel

    async def begin(self) -> Self:
        """Start the kernel, and wait until nothing that it says is missed."""
        await self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        while (await self.hear())["msg_type"] != "iopub_welcome":
            pass
        return self

    async def hear(self) -> dict[str, Any]:
        """The next thing that the kernel says to everybody."""
        heard: dict[str, Any] = await self.client.get_iopub_msg(timeout=PATIENCE_S)
        return heard

    async def send(self, kind: str, content: Any) -> list[dict[str, Any]]:
        """Send a message; what the kernel has said because of it until it was idle again."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["content"].get("execution_state") != "idle":
            told = await self.hear()
            if told["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                heard.append(told)
        return heard

    async def set(self, model: str, **state: object) -> dict[str, Any]:
        """Set traits of a widget as its page does; what the kernel has changed thereupon."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        changed: dict[str, Any] = {}
        for told in await self.send("comm_msg", {"comm_id": model, "data": data}):
            content = told["content"]
            if content.get("comm_id") == model and content["data"]["method"] == "update":
                changed |= content["data"]["state"]
        return changed

    async def say(self, text: str) -> str:
        """Say something to the chapter's widget; what it has heard."""
        return str((await self.set(ECHO, said=text))["heard"])

    def end(self) -> None:
        """Stop listening."""
        self.client.stop_channels()
        self.manager.context.destroy(linger=0)


@asynccontextmanager
async def talk(
    warm: WarmProcess, folder: Path, chapter: str = NAME, *, forked: bool = True
) -> AsyncIterator[Talk]:
    """Start a kernel and talk to it."""
    talking = await Talk(warm, folder, chapter, forked=forked).begin()
    try:
        yield talking
    finally:
        talking.end()
        await talking.manager.shutdown_kernel(now=True)


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.01)
