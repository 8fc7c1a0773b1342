"""A chapter's kernel answers for its widgets, whatever is said to it, and does nothing else."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backprop_core.serving.kernel import OneLine
from tests.serving.talking import ECHO, PATIENCE_S, Talk, talk, warm_process, write_chapter

ROOT = Path(__file__).parents[2]

forked_and_ordinary = pytest.mark.parametrize("forked", [True, False], ids=["forked", "ordinary"])


@asynccontextmanager
async def kernel(tmp_path: Path, forked: bool = True) -> AsyncIterator[Talk]:
    """A kernel of the chapter that is made for tests."""
    folder = write_chapter(tmp_path / "chapters")
    async with (
        warm_process(folder, forks=forked) as warm,
        talk(warm, folder, forked=forked) as talking,
    ):
        yield talking


@forked_and_ordinary
def test_it_answers_the_page(tmp_path: Path, forked: bool) -> None:
    async def converse() -> None:
        async with kernel(tmp_path, forked) as page:
            said = await page.send(
                "comm_msg",
                {"comm_id": ECHO, "data": {"method": "update", "state": {"said": "hello"}}},
            )
            kinds = [told["msg_type"] for told in said]
            assert kinds == ["status", "comm_msg", "comm_msg", "status"]
            told = [told["content"]["data"] for told in said[1:-1]]
            # The echo is how the browser knows that its own value has been heard.
            assert {told["method"]: told["state"] for told in told} == {
                "echo_update": {"said": "hello"},
                "update": {"heard": "hello"},
            }
            # Widgets that are made later have the same names in the next kernel, too.
            assert await page.say("make another") == "new-2"
            page.client.hb_channel.unpause()
            while not page.client.hb_channel.is_beating():
                await asyncio.sleep(0.01)

    asyncio.run(converse())


def test_whoever_begins_to_listen_is_welcomed(tmp_path: Path) -> None:
    async def converse() -> None:
        async with kernel(tmp_path) as page:
            for _ in range(2):
                socket: Any = page.manager.connect_iopub()  # one of asyncio
                parts = await asyncio.wait_for(socket.recv_multipart(), PATIENCE_S)
                assert b"iopub_welcome" in b"".join(parts)
                socket.close()
            assert await page.say("hello") == "hello"

    asyncio.run(converse())


@forked_and_ordinary
def test_it_runs_no_code_and_tells_nothing(tmp_path: Path, forked: bool) -> None:
    mark = tmp_path / "was here"
    code = f"open({str(mark)!r}, 'w')"
    asked: dict[str, dict[str, Any]] = {
        "execute_request": {"code": code, "silent": False, "user_expressions": {"a": code}},
        "inspect_request": {"code": "open", "cursor_pos": 2, "detail_level": 1},
        "complete_request": {"code": "op", "cursor_pos": 2},
        "history_request": {"hist_access_type": "tail", "n": 10},
        "is_complete_request": {"code": code},
        "comm_info_request": {},
        "connect_request": {},
        "interrupt_request": {},
        "shutdown_request": {"restart": False},
        "debug_request": {"type": "request", "command": "evaluate"},
        "create_subshell_request": {},
        "usage_request": {},
        "comm_open": {"comm_id": "x", "target_name": "jupyter.widget", "data": {"state": {}}},
        "comm_close": {"comm_id": ECHO, "data": {}},
        "input_reply": {"value": code},
    }

    async def converse() -> None:
        async with kernel(tmp_path, forked) as page:
            for kind, content in asked.items():
                said = await page.send(kind, content)
                assert [told["msg_type"] for told in said] == ["status", "status"], kind
            await page.send("kernel_info_request", {})
            replies = [await page.client.get_shell_msg(timeout=60)]
            while await page.client.shell_channel.msg_ready():
                replies.append(await page.client.get_shell_msg())
            assert [reply["msg_type"] for reply in replies] == ["kernel_info_reply"]
            assert await page.say("still there?") == "still there?"
        assert not mark.exists()

    asyncio.run(converse())


def test_nonsense_does_not_trouble_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    contents: list[Any] = [
        {},
        b"[]",
        b'"text"',
        {"comm_id": ["no", "name"], "data": {}},
        {"comm_id": "echo-1", "data": {"method": "update", "state": {"width": "1px"}}},
        {"comm_id": "another-1", "data": {}},
        {"comm_id": ECHO, "data": {"method": "update", "state": []}},
        {"comm_id": ECHO, "data": {"method": "update", "state": {"said": 5, "heard": "!"}}},
        {"comm_id": ECHO, "data": {"method": "custom", "content": None}},
        {"comm_id": ECHO, "data": {"method": "request_states"}},
        {"comm_id": ECHO},
    ]

    async def converse() -> None:
        async with kernel(tmp_path) as page:
            for content in contents:
                said = await page.send("comm_msg", content)
                assert [told["msg_type"] for told in said] == ["status", "status"], content
            socket = page.client.shell_channel.socket
            for frames in ([b""], [b"<IDS|MSG>"], [b"<IDS|MSG>", b"signed", *4 * [b"{}"]]):
                socket.send_multipart(frames)
            session = page.client.session
            message = {"comm_id": ECHO, "data": {}}
            for header in ({"subshell_id": "mine"}, {"msg_type": ["x"]}, {"date": 5}):
                told = session.msg("comm_msg", message)
                told["header"].update(header)
                page.client.shell_channel.send(told)
            told = session.msg("comm_msg", message)
            told["content"] = b"[" * 100_000 + b"]" * 100_000
            page.client.shell_channel.send(told)
            assert await page.say("still there?") == "still there?"

    asyncio.run(converse())
    told = capfd.readouterr().err.splitlines()
    assert all(line.startswith("[kernel ") and len(line) < 600 for line in told)


def test_a_mistake_is_a_line_in_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def converse() -> None:
        async with kernel(tmp_path) as page:
            assert await page.say("fail") == "fail"
            assert await page.say("print") == "print"
            for text in ("fail", "print"):
                data = {"method": "update", "state": {"said": text}}
                said = await page.send("comm_msg", {"comm_id": ECHO, "data": data})
                assert {told["msg_type"] for told in said} == {"status", "comm_msg"}

    asyncio.run(converse())
    told = capfd.readouterr()
    lines = [line for line in told.err.splitlines() if "ZeroDivisionError" in line]
    assert len(lines) == 2
    assert all("Two lines of a mistake" in line for line in lines)
    assert "Traceback" not in told.err
    assert "What is printed" in told.err
    assert not told.out


def test_ctrl_c_is_not_meant_for_it(tmp_path: Path) -> None:
    async def converse() -> None:
        async with kernel(tmp_path) as page:
            pid = page.kernel.pid
            assert pid
            assert os.getsid(pid) != os.getsid(0)
            os.kill(pid, signal.SIGINT)
            assert await page.say("still there?") == "still there?"

    asyncio.run(converse())


def test_asked_to_end_it_ends_and_removes_what_it_had(tmp_path: Path) -> None:
    async def converse() -> None:
        async with kernel(tmp_path) as page:
            scratch = Path(page.manager.connection_file).parent
            assert list(scratch.iterdir())
            await page.manager.request_shutdown()
            await page.kernel.gone
            assert await page.kernel.poll() is not None
            assert not list(scratch.iterdir())

    asyncio.run(converse())


def test_a_training_runs_and_can_be_paused() -> None:
    """With the real chapter, on the kernel's own loop: it answers meanwhile."""

    async def converse() -> None:
        folder = ROOT / "notebooks"
        async with warm_process(folder) as warm, talk(warm, folder, "06_playground") as page:
            models = (await warm.chapters())["06_playground"].models
            stage = next(name for name, model in models.items() if "visits" in model["state"])

            async def do(what: str) -> None:
                changed = await page.set(stage, command={"do": what, "value": None, "ticket": what})
                assert changed["answer"] == {"ticket": what, "taken": True}

            async def frame(*, running: bool, epoch: int) -> int:
                """The epoch of the next frame that is so."""
                while True:
                    told = (await page.hear())["content"].get("data", {}).get("state", {})
                    shown = told.get("frame", {"running": None})
                    if shown["running"] is running and shown["epoch"] >= epoch:
                        return int(shown["epoch"])

            await do("train")
            reached = await frame(running=True, epoch=3)
            await do("pause")
            reached = await frame(running=False, epoch=reached)
            await do("epoch")
            assert await frame(running=False, epoch=0) == reached + 1

    asyncio.run(converse())


def test_a_line_is_a_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        told = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "", 0, "It failed:\n%s", ("a\tb",), told)
    line = OneLine("%(levelname)s: %(message)s").format(record)
    assert line.startswith("ERROR: It failed: a b ValueError: first second (test_kernel.py, line ")
