"""Serve chapters from a process of its own, and ask it what a browser would, and worse."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from threading import Thread
from typing import Any, Self

import psutil
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from backprop_core.serving import serve
from tests.serving.talking import ECHO, NAME, PATIENCE_S

ROOT = Path(__file__).parents[2]
PAGE = f"voila/render/{NAME}.ipynb"
SESSION = "session-1"


@dataclass(frozen=True)
class Reply:
    """What the server has answered."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def told(self) -> Any:
        """The JSON in it."""
        return json.loads(self.body)


class Server:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: list[str]) -> None:
        self.process, self.port, self.log = process, port, log
        self.cookie = ""

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask for a path, as it stands, after the first slash."""
        connection = HTTPConnection("localhost", self.port, timeout=PATIENCE_S)
        text = body if isinstance(body, str | bytes | None) else json.dumps(body)
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        try:
            connection.request(method, f"/{path}", text, {**cookie, **(headers or {})})
            answer = connection.getresponse()
            read = b"" if answer.status == 101 else answer.read()
            return Reply(answer.status, answer.headers, read)
        finally:
            connection.close()

    def digest(self) -> str:
        """The chapter's digest, from its page."""
        found = re.search(rb'id="bp-widgets">(.*?)</script>', self.ask(PAGE).body, re.DOTALL)
        assert found
        return str(json.loads(found[1])["digest"])

    def post(self, **headers: str) -> Reply:
        """Ask for a kernel."""
        return self.ask("kernels", "POST", {"chapter": NAME, "digest": self.digest()}, headers)

    def kernel(self) -> str:
        """Start a kernel; its id."""
        reply = self.post()
        assert reply.status == 201, reply
        return str(reply.told["id"])

    def fate(self, kernel: str) -> tuple[int, str]:
        """What has become of a kernel."""
        reply = self.ask(f"kernels/{kernel}")
        return reply.status, reply.told.get("reason", "")

    async def line(self, kernel: str, **headers: str) -> "Line":
        """Connect to a kernel."""
        url = f"ws://localhost:{self.port}/api/kernels/{kernel}/channels?session_id={SESSION}"
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        request = HTTPRequest(url, headers={**cookie, **headers}, request_timeout=PATIENCE_S)
        return Line(await websocket_connect(request))

    def knock(self, kernel: str, session: str = SESSION, **headers: str) -> int:
        """Try to connect to a kernel; what the server answers, 101 if it opens."""
        upgrade = {
            **{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"},
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        path = f"api/kernels/{kernel}/channels?session_id={session}"
        return self.ask(path, headers={**upgrade, **headers}).status

    def descendants(self) -> list[psutil.Process]:
        """All processes that it has started, and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kernels(self) -> list[psutil.Process]:
        """The processes of kernels that were forked."""
        (warm,) = psutil.Process(self.process.pid).children()
        return warm.children()

    def scratch(self) -> Path:
        """Where its sockets are."""
        (warm,) = psutil.Process(self.process.pid).children()
        return next(Path(word) for word in warm.cmdline() if Path(word).name.startswith("bp-"))


class Line:
    """A connection to a kernel, as a page has one."""

    def __init__(self, websocket: WebSocketClientConnection) -> None:
        self.websocket, self.count, self.is_open = websocket, 0, True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.websocket.close()
        await self.closed()

    def message(self, kind: str, content: object, channel: str = "shell") -> dict[str, Any]:
        """A message as JupyterLab would send it."""
        self.count += 1
        header = {"msg_id": f"{id(self)}-{self.count}", "msg_type": kind, "session": SESSION}
        ends = {"parent_header": {}, "metadata": {}, "channel": channel}
        return {"header": header, "content": content, **ends}

    async def send(self, frame: object) -> None:
        """Send a frame: bytes and text as they are, all else in JSON."""
        raw = isinstance(frame, str | bytes)
        await self.websocket.write_message(
            frame if raw else json.dumps(frame),  # type: ignore[arg-type]
            binary=isinstance(frame, bytes),
        )

    async def hear(self) -> dict[str, Any] | None:
        """The next message; None if the line is closed."""
        if not self.is_open:
            return None
        async with asyncio.timeout(PATIENCE_S):
            heard = await self.websocket.read_message()
        self.is_open = heard is not None
        return None if heard is None else json.loads(heard)

    def update(self, **state: object) -> dict[str, Any]:
        """A message that sets traits of the chapter's widget."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.message("comm_msg", {"comm_id": ECHO, "data": data})

    async def say(self, text: str) -> str:
        """Say something to the chapter's widget, and return what it has heard."""
        await self.send(self.update(said=text))
        return await self.heard()

    async def heard(self) -> str:
        """What the widget has heard next."""
        while (told := await self.hear()) is not None:
            state = told["content"].get("data", {}).get("state", {})
            if "heard" in state:
                return str(state["heard"])
        raise EOFError(f"closed with {self.websocket.close_code}")

    async def closed(self) -> int | None:
        """Wait until the line is closed; the code."""
        while await self.hear() is not None:
            pass
        return self.websocket.close_code


@contextmanager
def served(folder: Path, **settings: object) -> Iterator[Server]:
    """Serve a folder on a port that is free; `settings` are those of `serve`."""
    command = [sys.executable, "-m", "tests.serving.served", str(folder), json.dumps(settings)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ)
    assert process.stderr is not None
    log: list[str] = []
    found = None
    while not found and (said := process.stderr.readline()):
        log.append(said)
        found = re.search(r"//[\w.]+:(\d+)/", said)
    assert found, f"{log}"
    reading = Thread(target=log.extend, args=(process.stderr,))
    reading.start()
    try:
        yield Server(process, int(found[1]), log)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        reading.join(PATIENCE_S)
        process.stderr.close()


if __name__ == "__main__":
    serve(sys.argv[1], **{"port": 0, "open_browser": False, **json.loads(sys.argv[2])})
