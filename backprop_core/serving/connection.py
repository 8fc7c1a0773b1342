"""Carry a page's messages to its kernel at once, and nothing that a page has no need to say."""

import asyncio
import json
import struct
import typing as t
from collections.abc import Mapping

from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from traitlets import Any, Bool

__all__ = ["MOST_BYTES", "PageConnection", "PromptConnection", "admitted"]

MOST_BYTES = 8_000_000  # of a message: two million characters, of up to three bytes each, fit in
_MOST_BUFFERS = 64
_LONGEST_ID = 100  # characters
_CHANNELS = ("shell", "iopub")


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A page's connection to its kernel that sends every message as soon as it is there.

    An edit is answered in several small messages. Left alone, the system holds each back until the
    browser has confirmed the one before, and a browser takes 40 ms over that. Named on
    JupyterLab's command line.
    """

    def connect(self) -> t.Any:
        """Connect, and wait for nothing when sending (TCP_NODELAY)."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


class PageConnection(PromptConnection):
    """A visitor's connection: what moves a widget goes to the kernel, everything else ends here.

    The kernel is one of ours (`ChapterKernels`), which listens on all its sockets by now; so what
    is done elsewhere to find out whether a kernel answers is left out.
    """

    left = Bool(False, help="Whether the page has gone from this connection.")
    _arrives = Any()

    limit_rate = Bool(False, help="A message that was dropped would be a page that goes wrong.")

    async def prepare(self) -> None:
        """Take over from an earlier connection of this page that may not know yet it is cut."""
        self.session.key = self.kernel_manager.session.key
        self.session_key = f"{self.kernel_id}:{self.session_id}"
        if earlier := self._open_sessions.get(self.session_key):
            t.cast(t.Any, earlier).drop()
        self._open_sessions[self.session_key] = self.websocket_handler

    async def connect(self) -> None:  # type: ignore[override]
        """Hand over what the page has missed, and from now on what its kernel says."""
        self.websocket_handler.set_nodelay(True)
        kernels = self.multi_kernel_manager
        kernels.came(self.kernel_id, self.websocket_handler)
        self._open_sockets.add(self)
        missed = kernels.get_buffer(self.kernel_id, self.session_key)
        if missed and missed["channels"]:
            self.channels = missed["channels"]
        else:
            self.create_stream()
            await self._welcome()
        if not self.left:
            for channel, parts in missed["buffer"] if missed else ():
                self.handle_outgoing_message(self.channels[channel], parts)
            for stream in self.channels.values():
                stream.on_recv_stream(self.handle_outgoing_message)

    def create_stream(self) -> None:
        """Make streams for the two channels that a page uses."""
        for channel in _CHANNELS:
            connect = getattr(self.kernel_manager, f"connect_{channel}")
            self.channels[channel] = stream = connect(identity=self.session.bsession)
            stream.channel = channel

    async def _welcome(self) -> None:
        """Wait until what the kernel publishes arrives: it welcomes everyone who subscribes."""
        self._arrives = asyncio.get_running_loop().create_future()
        self.channels["iopub"].on_recv(lambda _: self._has_arrived())
        await self._arrives

    def _has_arrived(self) -> None:
        if self._arrives and not self._arrives.done():
            self._arrives.set_result(None)

    def disconnect(self) -> None:  # type: ignore[override]
        """Keep what comes from now on for a later connection of the same page."""
        if not self.left:
            self.left = True
            if self._arrives and not self._arrives.done():
                # What a later connection takes over has to be subscribed.
                for stream in self.channels.values():
                    stream.close()
                self.channels = {}
                self._has_arrived()
            self.multi_kernel_manager.went(self.kernel_id, self.websocket_handler)
            super().disconnect()

    def handle_incoming_message(self, incoming_msg: str | bytes) -> None:
        """Hand a message on to the kernel, if it is one that a page may send."""
        if self.channels and (message := admitted(incoming_msg)) is not None:
            self.multi_kernel_manager.heard(self.kernel_id)
            msg_type, header, content, buffers = message
            self.session.send(
                self.channels["shell"],
                msg_type,
                content=content,
                header={**self.session.msg_header(msg_type), **header},
                buffers=buffers,
            )

    def handle_outgoing_message(self, stream: str, outgoing_msg: list[t.Any]) -> None:
        """Tell the page what its kernel says, unless the line is being closed."""
        line = self.websocket_handler.ws_connection
        if line is not None and not line.is_closing():
            super().handle_outgoing_message(stream, outgoing_msg)


Message = tuple[str, dict[str, str], dict[str, t.Any], "list[bytes | memoryview[bytes]]"]


def admitted(frame: str | bytes) -> Message | None:
    """What the kernel is told of a frame that came from a page.

    Parameters
    ----------
    frame : str or bytes
        A message of Jupyter's protocol for websockets; bytes if it has buffers.

    Returns
    -------
    tuple or None
        Type, what is kept of the header, content and buffers of a message for a widget, or of one
        that asks whether the kernel is there. None for any other, and for what is no message.

    Examples
    --------
    >>> header = {"msg_id": "7", "msg_type": "comm_msg"}
    >>> content = {"comm_id": "01_x-1", "data": {"method": "update"}}
    >>> admitted(json.dumps({"channel": "shell", "header": header, "content": content}))[2]
    {'comm_id': '01_x-1', 'data': {'method': 'update'}}
    >>> header["msg_type"] = "execute_request"
    >>> admitted(json.dumps({"channel": "shell", "header": header, "content": content}))
    """
    try:
        told = json.loads(frame) if isinstance(frame, str) else _with_buffers(frame)
        header, content = told["header"], told["content"]
        msg_id, msg_type = header["msg_id"], header["msg_type"]
        if told["channel"] != "shell" or not _is_id(msg_id):
            return None
        if msg_type == "kernel_info_request":
            return msg_type, {"msg_id": msg_id}, {}, []
        comm_id, data = content["comm_id"], content["data"]
        if msg_type != "comm_msg" or not _is_id(comm_id) or not isinstance(data, dict):
            return None
        content = _mended({"comm_id": comm_id, "data": data})
    except (ValueError, TypeError, LookupError, struct.error, RecursionError):
        return None
    return msg_type, {"msg_id": msg_id}, content, [] if isinstance(frame, str) else told["buffers"]


def _with_buffers(frame: bytes) -> Mapping[str, t.Any]:
    (parts,) = struct.unpack_from("!I", frame)
    if not 1 <= parts <= _MOST_BUFFERS + 1:
        raise ValueError("too many buffers")
    offsets = struct.unpack_from(f"!{parts}I", frame, 4)
    if offsets[0] != 4 * (parts + 1) or list(offsets) != sorted(offsets):
        raise ValueError("not where they should be")
    told: Mapping[str, t.Any] = deserialize_binary_message(frame)
    return told


def _mended(content: dict[str, t.Any]) -> dict[str, t.Any]:
    """The content, without NaN, and with "�" for halves of characters (as one may paste them)."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    if text.isascii():
        return content
    mended: dict[str, t.Any] = json.loads(
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
    return mended


def _is_id(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= _LONGEST_ID and text.isprintable()
