"""Count how many visitors a machine has room for: ``python -m tests.benchmarks.room``.

No browsers: this program talks to the server as their pages do, from cores of its own where there
are enough. Each visitor opens chapter 5 and changes a weight every few seconds, a few train.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.benchmarks.bench_browser import CHAPTER
from tests.benchmarks.bench_class import PLAYGROUND, Server
from tests.browser.conftest import ROOT

EDIT_EVERY_S = 5.0
WATCHED_S = 20.0
HEAD = (
    ("", "", "last one", "opening", "an edit", "", "edits", "training", "", "memory", "each"),
    (
        "cores",
        "visitors",
        "after s",
        "core ms",
        "ms",
        "95 % ms",
        "% core",
        "ms",
        "95 % ms",
        "MB",
        "MB",
    ),
)
TRAIN = {"do": "train", "value": None, "ticket": "room"}

Line = list[tuple[float, int]]  # numbers, and how many decimal places they have


class Visitor:
    """A page without a browser."""

    def __init__(self, url: str) -> None:
        self._base, _, chapter = url.rpartition("voila/render/")
        self._chapter = chapter.removesuffix(".ipynb")
        self._url = url

    async def come(self) -> float:
        """Open the page, get a kernel, and have an answer from it; seconds until then."""
        begun = time.perf_counter()
        client = AsyncHTTPClient()
        page = (await client.fetch(self._url, request_timeout=120)).body.decode()
        told = re.search(r'id="bp-widgets">(.*?)</script>', page, re.DOTALL)
        assert told
        self._page = json.loads(told[1])
        asked = {"chapter": self._chapter, "digest": self._page["digest"]}
        answer = await client.fetch(
            f"{self._base}kernels",
            method="POST",
            body=json.dumps(asked),
            headers={"Content-Type": "application/json"},
            request_timeout=120,
        )
        self.kernel = json.loads(answer.body)["id"]
        line = f"{self._base}api/kernels/{self.kernel}/channels?session_id={uuid4().hex}"
        self._line: WebSocketClientConnection = await websocket_connect(
            line.replace("http", "ws", 1), connect_timeout=120
        )
        await self.set(next(iter(self._page["models"])), {})
        return time.perf_counter() - begun

    def model(self, **having: object) -> str:
        """The first model whose state has these values, or these names of values."""
        return next(
            name
            for name, model in self._page["models"].items()
            if all(
                key in model["state"] and value in (..., model["state"][key])
                for key, value in having.items()
            )
        )

    async def edit(self, text: str) -> float:
        """Change a weight; seconds until the kernel has answered everything."""
        return await self.set(self.model(description="w₃,₅"), {"value": text})

    async def train(self) -> None:
        """Begin a training that does not end."""
        await self.set(self.model(command=..., visits=...), {"command": TRAIN})

    async def set(self, model: str, state: dict[str, Any]) -> float:
        """Set something of a model; seconds until the kernel is idle again."""
        number = uuid4().hex
        header = {"msg_id": number, "msg_type": "comm_msg", "username": "", "session": ""}
        data = {"method": "update", "state": state, "buffer_paths": []}
        message = {
            "header": {**header, "version": "5.3", "date": ""},
            "parent_header": {},
            "metadata": {},
            "channel": "shell",
            "content": {"comm_id": model, "data": data},
        }
        begun = time.perf_counter()
        await self._line.write_message(json.dumps(message))
        while True:
            told = await self._line.read_message()
            assert told is not None, "The server has closed the line."
            if isinstance(told, bytes):
                continue
            heard = json.loads(told)
            is_idle = heard["content"].get("execution_state") == "idle"
            if is_idle and heard["parent_header"].get("msg_id") == number:
                return time.perf_counter() - begun

    async def listen(self) -> None:
        """Hear everything and do nothing about it."""
        while await self._line.read_message() is not None:
            pass

    def leave(self) -> None:
        """Close the line."""
        self._line.close()


async def watch(visitors: Sequence[Visitor], seconds: float) -> list[float]:
    """Let everybody change a weight now and then; how long each change took, in s."""
    random = Random(0)
    end = time.perf_counter() + seconds

    async def go_on(visitor: Visitor) -> list[float]:
        taken = []
        while time.perf_counter() < end:
            await asyncio.sleep(random.uniform(0, 2 * EDIT_EVERY_S))
            taken.append(await visitor.edit(f"{random.uniform(-1, 1):.2f}"))
        return taken

    return [s for some in await asyncio.gather(*map(go_on, visitors)) for s in some]


async def room(scratch: Path, cores: Sequence[int], count: int, training: int) -> Line:
    """A line of the table: so many visitors, some of whom train, on these cores."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    serve = [sys.executable, "-m", "backprop_core", "serve", f"--folder={ROOT / 'notebooks'}"]
    address = f"voila/render/{CHAPTER}"
    server = Server([*serve, f"--visitors={count + training}"], address, scratch)
    os.sched_setaffinity(0, everywhere - set(cores) or everywhere)
    try:
        here = [Visitor(server.url) for _ in range(count)]
        begun = time.perf_counter()
        came = await asyncio.gather(*(visitor.come() for visitor in here))
        opening = (server.cpu() - server.cpu_alone) / count
        before, begun = server.cpu(), time.perf_counter()
        edits = await watch(here, WATCHED_S)
        busy = (server.cpu() - before) / (time.perf_counter() - begun)
        memory = server.memory()
        trainers = [Visitor(server.url.replace(CHAPTER, PLAYGROUND)) for _ in range(training)]
        for trainer in trainers:
            await trainer.come()
            await trainer.train()
        heard = [asyncio.ensure_future(trainer.listen()) for trainer in trainers]
        meanwhile = await watch(here, WATCHED_S)
        for visitor in (*here, *trainers):
            visitor.leave()
        await asyncio.gather(*heard)
    finally:
        server.end()
        os.sched_setaffinity(0, everywhere)

    def late(taken: list[float]) -> list[tuple[float, int]]:
        return [(1000 * median(taken), 0), (1000 * quantiles(taken, n=20)[-1], 0)]

    return [
        *((len(cores), 0), (count, 0), (max(came), 1), (1000 * opening, 0)),
        *(*late(edits), (100 * busy, 0), *late(meanwhile)),
        *((memory, 0), ((memory - server.memory_alone) / count, 1)),
    ]


def main() -> None:
    """Print the table."""
    available = sorted(os.sched_getaffinity(0))
    print(
        "Everybody comes at the same moment, then changes a weight "
        f"about every {EDIT_EVERY_S:.0f} s; then one in ten trains a network besides."
    )
    for words in HEAD:
        print("".join(f"{word:>10}" for word in words))
    with tempfile.TemporaryDirectory() as scratch:
        for cores in (1, 2, 4):
            if cores <= len(available):
                for count in (30, 60, 120):
                    line = asyncio.run(room(Path(scratch), available[:cores], count, count // 10))
                    print("".join(f"{number:>10.{places}f}" for number, places in line), flush=True)


if __name__ == "__main__":
    main()
