"""Answer for the widgets of a chapter: the kernel of a served page, which runs no code.

``python -m backprop_core.serving.kernel FILE FOLDER CHAPTER`` runs one chapter and answers for it,
where a kernel cannot be forked from a process that has run them all.
"""

import asyncio
import json
import logging
import os
import platform
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from textwrap import shorten
from threading import Thread
from typing import Any, ClassVar, NoReturn

import comm
import zmq
from ipykernel._version import kernel_protocol_version
from ipykernel.comm.comm import BaseComm
from ipykernel.kernelbase import Kernel
from jupyter_client.session import Session
from zmq.eventloop.zmqstream import ZMQStream

from backprop_core.pages.chapter import run_chapters
from backprop_core.widgets.from_page import listens

__all__ = ["ChapterKernel", "OneLine", "answer"]

CHANNELS = ("shell", "control", "stdin", "iopub", "hb")
LONGEST_LINE = 500  # characters

log = logging.getLogger("backprop_core.kernel")


class ChapterKernel(Kernel):
    """A kernel that passes messages to the widgets of its page, and knows nothing else.

    It is all in one thread: there is no code that could be interrupted, and nothing to print.

    Attributes
    ----------
    asked_to_end : asyncio.Event
        Set when the server has asked it to end.
    """

    # Jupyter's own looks for a debugger first, and so loads one.
    kernel_info: ClassVar[dict[str, object]] = {
        "protocol_version": kernel_protocol_version,
        "implementation": "backprop-core",
        "implementation_version": "1",
        "language_info": {"name": "python", "version": platform.python_version()},
        "banner": "The widgets of a chapter. No code is run here.",
        "help_links": [],
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(log=log, **options)
        self.asked_to_end = asyncio.Event()
        who = {"kernel_info_request": self.kernel_info_request}
        self.shell_handlers = {**who, "comm_msg": self.comm_msg}
        self.control_handlers = {**who, "shutdown_request": self.shutdown_request}

    def comm_msg(self, stream: ZMQStream, ident: object, message: dict[str, Any]) -> None:
        """Pass what a page says to the widget that it is meant for, if there is one."""
        match message["content"]:
            case {"comm_id": str(name)} if listens(name):
                comm.get_comm_manager().comms[name].handle_msg(message)

    async def shutdown_request(
        self, stream: ZMQStream, ident: list[bytes], parent: dict[str, Any]
    ) -> None:
        """Say that it ends, and end."""
        assert self.session is not None
        content = {"status": "ok", "restart": False}
        self.session.send(stream, "shutdown_reply", content, parent, ident=ident)
        self.asked_to_end.set()

    def pre_handler_hook(self) -> None:
        """Leave the signals as they are."""

    post_handler_hook = pre_handler_hook


def answer(connection_file: str, lifeline: int, ready: int) -> NoReturn:
    """Answer for all widgets of this process until the server ends, then end the process.

    Parameters
    ----------
    connection_file : str
        Where to listen, as Jupyter writes it down.
    lifeline : int
        A file descriptor whose other end the server holds. When that is closed, even because the
        server was killed, this process ends, whatever it is busy with.
    ready : int
        A file descriptor on which the server is told this process's number, as soon as it listens.
    """
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the server
        _log_in_lines()
        told = json.loads(Path(connection_file).read_text())
        addresses = [_address(told, name) for name in CHANNELS]
        traces = [connection_file, *(a.removeprefix("ipc://") for a in addresses)]
        # A thread, as the loop may be busy in a long computation just then.
        Thread(target=_end_with, args=(lifeline, traces), daemon=True).start()
        asyncio.run(_answer(told, ready))
        _remove(traces)
        os._exit(0)
    except BaseException:
        log.exception("A kernel has failed.")
    finally:
        os._exit(1)  # and nothing of what a forked process would do at its end


async def _answer(told: dict[str, Any], ready: int) -> None:
    """Listen where one is told to, and answer until asked to end."""
    session = Session(key=told["key"].encode(), signature_scheme=told["signature_scheme"])
    context = zmq.Context()

    def listen(name: str, kind: int) -> zmq.Socket[bytes]:
        socket = context.socket(kind)
        if kind == zmq.ROUTER:
            socket.router_handover = 1  # who was cut off may come back by the same name
        socket.bind(_address(told, name))
        return socket

    def welcome(frames: list[bytes]) -> None:
        """Let who begins to listen know that nothing is missed from now on."""
        if frames[0].startswith(b"\1"):
            topic = frames[0][1:]
            said = {"subscription": topic.decode(errors="replace")}
            session.send(publisher, "iopub_welcome", said, ident=topic)

    shell, control, nobody = (listen(name, zmq.ROUTER) for name in ("shell", "control", "stdin"))
    publisher, beat = listen("iopub", zmq.XPUB), listen("hb", zmq.REP)
    publisher.setsockopt(zmq.XPUB_VERBOSE, 1)  # a second line is to be welcomed, too
    ZMQStream(publisher).on_recv(welcome)
    beats = ZMQStream(beat)
    beats.on_recv(beats.send_multipart)
    kernel = ChapterKernel.instance(
        session=session,
        shell_stream=ZMQStream(shell),
        control_stream=ZMQStream(control),
        stdin_socket=nobody,  # clients connect to it, but are never asked for anything
        iopub_socket=publisher,
    )
    BaseComm.kernel = kernel  # of the comms that were made before there was one, too
    comm.create_comm = partial(_named, comm.create_comm, count(1))
    kernel.start()
    os.write(ready, b"%d\n" % os.getpid())
    await kernel.asked_to_end.wait()
    context.destroy(linger=1000)


def _named(make: Callable[..., Any], numbers: Iterator[int], *args: Any, **options: Any) -> Any:
    """A comm whose id is the same in every kernel that has heard the same from its page."""
    return make(*args, **{**options, "comm_id": f"new-{next(numbers)}"})


def _address(told: dict[str, Any], name: str) -> str:
    between = "-" if told["transport"] == "ipc" else ":"
    return f"{told['transport']}://{told['ip']}{between}{told[f'{name}_port']}"


def _end_with(lifeline: int, traces: list[str]) -> None:
    """End the process when the lifeline's other end is closed."""
    with suppress(OSError):
        while os.read(lifeline, 4096):
            pass
    _remove(traces)
    with suppress(OSError):
        Path(traces[0]).parent.rmdir()  # by the last one, as the server cannot
    os._exit(0)


def _remove(traces: list[str]) -> None:
    for trace in traces:
        with suppress(OSError):
            Path(trace).unlink()


# ---- the log ----


class OneLine(logging.Formatter):
    """Write an error in one line, with the place where it was raised."""

    def formatException(self, told: Any) -> str:
        """The error's last line, and its place."""
        kind, error, trace = told
        place = traceback.extract_tb(trace)[-1:]
        where = f" ({Path(place[0].filename).name}, line {place[0].lineno})" if place else ""
        return f"{kind.__name__}: {error}{where}"

    def format(self, record: logging.LogRecord) -> str:
        """The record in one line, whatever a page has put into it."""
        return shorten(super().format(record), LONGEST_LINE, placeholder=" …")


def _log_in_lines() -> None:
    """Send everything that is to be known to the server's log, a line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("[kernel %(process)d] %(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def main() -> None:
    """Run a chapter and answer for it: an ordinary kernel."""
    connection_file, folder, chapter = sys.argv[1:]
    ready = os.dup(1)
    os.dup2(2, 1)  # what is printed goes to the log
    run_chapters(Path(folder), only=chapter)
    answer(connection_file, lifeline=0, ready=ready)


if __name__ == "__main__":
    main()
