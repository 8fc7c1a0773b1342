"""Every page has a kernel while somebody looks at it and there is room, and none remains."""

import asyncio
import json
import signal
import socket
from itertools import count
from pathlib import Path

import psutil
import pytest

from tests.serving.served import Server, served
from tests.serving.talking import NAME, PATIENCE_S, until, write_chapter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a chapter."""
    return write_chapter(tmp_path / "chapters")


async def until_ended(server: Server, kernel: str) -> str:
    """Wait until a kernel has ended; why it has."""
    async with asyncio.timeout(PATIENCE_S):
        while (fate := server.fate(kernel))[0] == 200:
            await asyncio.sleep(0.02)
    assert fate[0] == 404
    return fate[1]


def test_when_all_places_are_taken_nobody_already_in_is_disturbed(folder: Path) -> None:
    async def visit(server: Server) -> None:
        first, second = server.kernel(), server.kernel()
        async with await server.line(first) as line:
            full = server.post()
            assert (full.status, full.told) == (503, {"reason": "full", "seconds": 5})
            assert await line.say("hello") == "hello"
            assert server.fate(second) == (200, "")
            assert len(server.kernels()) == 2
            server.ask(f"kernels/{second}/leave", "POST")
            third = server.kernel()
            assert server.post().status == 503
            assert await line.say("still here") == "still here"
            assert len({first, second, third}) == 3

    with served(folder, visitors=2) as server:
        asyncio.run(visit(server))


def test_many_at_once_are_no_more_than_there_is_room_for(folder: Path) -> None:
    async def visit(server: Server) -> None:
        replies = await asyncio.gather(*(asyncio.to_thread(server.post) for _ in range(8)))
        assert sorted(reply.status for reply in replies) == [201] * 5 + [503] * 3
        assert len(server.kernels()) == 5

    with served(folder, visitors=5) as server:
        asyncio.run(visit(server))


def test_a_kernel_whose_page_has_gone_is_stopped(folder: Path) -> None:
    async def visit(server: Server) -> None:
        async with await server.line(stays := server.kernel()) as line:
            async with await server.line(goes := server.kernel()) as short:
                assert await short.say("hello") == "hello"
                assert await until_ended(server, server.kernel()) == "idle"
                assert server.fate(goes) == (200, "")
            assert await until_ended(server, goes) == "idle"
            assert await line.say("still here") == "still here"
        assert await until_ended(server, stays) == "idle"
        await until(lambda: not server.kernels())

    with served(folder, gone_seconds=2, check_seconds=0.05) as server:
        asyncio.run(visit(server))


def test_a_kernel_whose_reader_does_nothing_is_stopped_and_the_page_is_told(folder: Path) -> None:
    async def visit(server: Server) -> None:
        busy, idle = server.kernel(), server.kernel()  # it is not the older one that is stopped
        async with await server.line(idle) as line, await server.line(busy) as other:
            closed = asyncio.create_task(line.closed())
            for n in count():
                if closed.done():
                    break
                assert await other.say(str(n)) == str(n)
            assert closed.result() == 4002
            assert server.fate(idle) == (404, "idle")
            assert server.fate(busy) == (200, "")

    with served(folder, idle_minutes=0.05, check_seconds=0.05) as server:
        asyncio.run(visit(server))


def test_a_page_is_told_that_its_kernel_has_died(folder: Path) -> None:
    async def visit(server: Server) -> None:
        kernel, other = server.kernel(), server.kernel()
        async with await server.line(kernel) as line, await server.line(other) as neighbour:
            assert await line.say("hello") == "hello"
            # The one that is busy for ever is that of the page.
            await line.send(line.update(said="never end"))
            first = min(server.kernels(), key=lambda process: process.pid)
            first.kill()
            assert await line.closed() == 4001
            assert server.fate(kernel) == (404, "died")
            assert await neighbour.say("hello") == "hello"
        # Nothing is started in its place unless the page asks for it.
        await until(lambda: len(server.kernels()) == 1)
        async with await server.line(server.kernel()) as line:
            assert await line.say("again") == "again"

    with served(folder) as server:
        asyncio.run(visit(server))


def test_who_gives_up_waiting_takes_no_place(folder: Path) -> None:
    with served(folder, visitors=1, gone_seconds=3600) as server:
        body = json.dumps({"chapter": NAME, "digest": server.digest()})
        with socket.create_connection(("localhost", server.port), PATIENCE_S) as line:
            head = f"POST /kernels HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
            line.sendall(f"{head}\r\n\r\n{body}".encode())
        asyncio.run(until(lambda: server.post().status == 201))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_server_that_ends_leaves_nothing(folder: Path, number: int, code: int) -> None:
    async def visit(server: Server) -> None:
        async with await server.line(server.kernel()) as line, await server.line(server.kernel()):
            assert await line.say("hello") == "hello"
            await line.send(line.update(said="never end"))
            started, scratch = server.descendants(), server.scratch()
            assert len(started) == 3
            assert scratch.exists()
            server.process.send_signal(number)
            assert await line.closed() != 4001
            server.process.wait(PATIENCE_S)
            _, left = psutil.wait_procs(started, PATIENCE_S)
            assert not left
            assert not scratch.exists()

    with served(folder) as server:
        asyncio.run(visit(server))
    assert server.process.returncode == code
    assert server.log == [f"The tutorial is at http://localhost:{server.port}/\n"]


def test_ctrl_c_while_it_starts_is_no_error(folder: Path) -> None:
    with served(folder) as server:  # it says where it is before all chapters have been run
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE_S) == 130
    assert len(server.log) == 1


def test_ordinary_kernels_do_the_same(folder: Path) -> None:
    async def visit(server: Server) -> None:
        async with await server.line(kernel := server.kernel()) as line:
            assert await line.say("hello") == "hello"
        assert server.ask(f"kernels/{kernel}/leave", "POST").status == 204
        assert server.fate(kernel) == (404, "idle")

    with served(folder, kernels="ordinary") as server:
        asyncio.run(visit(server))
    assert sum("not forked here" in line for line in server.log) == 1


def test_without_a_chapter_that_runs_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text(json.dumps({"cells": "none"}))
    with served(tmp_path) as server:
        assert server.ask("voila/render/broken.ipynb").status == 200
