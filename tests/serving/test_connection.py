"""A page moves widgets over its line to the kernel, and can do nothing else with it."""

import asyncio
import json
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketClosedError

from backprop_core.serving.connection import MOST_BYTES, PromptConnection, admitted
from tests.serving.served import NAME, Server, served
from tests.serving.talking import ECHO, PATIENCE_S, write_chapter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of one chapter."""
    with served(write_chapter(tmp_path_factory.mktemp("line") / "chapters")) as server:
        yield server


def test_jupyterlab_is_given_the_prompt_connection() -> None:
    named = "backprop_core.serving.connection.PromptConnection"
    assert named == f"{PromptConnection.__module__}.{PromptConnection.__qualname__}"
    assert named in (ROOT / "Makefile").read_text() + (ROOT / "backprop_core/cli.py").read_text()


def test_it_connects_and_holds_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: done.append(self))
    connection = PromptConnection.__new__(PromptConnection)
    handler = SimpleNamespace(set_nodelay=lambda on: done.append(("nodelay", on)))
    monkeypatch.setattr(PromptConnection, "websocket_handler", handler)
    connection.connect()
    assert done == [("nodelay", True), connection]


def test_what_a_page_says_is_answered(server: Server) -> None:
    async def converse() -> None:
        async with await server.line(server.kernel()) as line:
            assert await line.say("hello") == "hello"
            await line.send(line.message("kernel_info_request", {}))
            while ((await line.hear()) or {})["msg_type"] != "kernel_info_reply":
                pass

    asyncio.run(converse())


def test_a_file_comes_through_as_it_is(server: Server) -> None:
    async def converse() -> None:
        async with await server.line(server.kernel()) as line:
            message = json.dumps(line.update(said="with a file")).encode()
            head = struct.pack("!III", 2, 12, 12 + len(message))
            await line.send(head + message + b"\0\xff" * 1000)
            assert await line.heard() == "with a file"

    asyncio.run(converse())


KINDS = (
    "execute_request",
    "inspect_request",
    "complete_request",
    "history_request",
    "is_complete_request",
    "comm_info_request",
    "comm_open",
    "comm_close",
    "debug_request",
    "interrupt_request",
    "shutdown_request",
    "input_reply",
    "input_request",
    "connect_request",
    "usage_request",
    "create_subshell_request",
    "status",
    "",
)


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub", "hb", None])
def test_nothing_can_be_run(server: Server, channel: str, tmp_path: Path) -> None:
    """What is refused is not answered at all; and what is asked thereafter is."""
    trace = tmp_path / "trace"
    content = {
        **{"code": f"open({str(trace)!r}, 'w')", "silent": False, "store_history": False},
        **{"user_expressions": {"x": f"open({str(trace)!r}, 'w')"}, "allow_stdin": True},
        **{"cursor_pos": 1, "detail_level": 1, "value": "x", "restart": False},
        **{"comm_id": ECHO, "target_name": "jupyter.widget", "data": {}},
        **{"command": "evaluate", "arguments": {"expression": "1"}},
    }

    async def converse() -> None:
        kernel = server.kernel()
        async with await server.line(kernel) as line:
            for kind in KINDS:
                await line.send(line.message(kind, content, channel))
            if channel != "shell":
                await line.send({**line.update(said="elsewhere"), "channel": channel})
            await line.send(last := line.update(said="alive"))
            while told := await line.hear():
                assert told["parent_header"]["msg_id"] == last["header"]["msg_id"]
                if told["content"].get("execution_state") == "idle":
                    break
        assert server.fate(kernel) == (200, "")

    asyncio.run(converse())
    assert not trace.exists()


def test_what_is_no_message_changes_nothing(server: Server) -> None:
    async def converse() -> None:
        async with await server.line(server.kernel()) as line:
            good = line.update(said="alive")
            deep = '{"channel": "shell", "header": ' + '{"a": ' * 20_000 + "1" + "}" * 20_001
            inside = json.dumps(good)
            frames: list[object] = [
                *("", "{", "[]", "null", "1", '"x"', deep, "[" * 100_000, "😀", "\0"),
                *({}, {"channel": "shell"}, {**good, "header": None}, {**good, "content": []}),
                *({**good, "header": {}}, {**good, "header": {"msg_type": "comm_msg"}}),
                {**good, "header": {**good["header"], "msg_id": 7}},
                {**good, "header": {**good["header"], "msg_id": "x" * 1000}},
                {**good, "header": {**good["header"], "msg_type": ["comm_msg"]}},
                {**good, "content": {"comm_id": [ECHO], "data": {}}},
                {**good, "content": {"comm_id": ECHO, "data": "x"}},
                inside.replace('"alive"', "NaN"),
                inside.replace('"alive"', "1" * 5000),
                *(b"", b"\0", b"\0\0\0\0", b"\xff" * 4, b"\xff" * 400, b"\0\0\0\1\0\0\0\x08"),
                struct.pack("!II", 1, 8) + b"{}",
                struct.pack("!III", 2, 12, 4) + inside.encode(),
                struct.pack("!II", 1, 4_000_000_000) + inside.encode(),
                struct.pack("!66I", 65, *range(264, 329)) + inside.encode(),
            ]
            for frame in frames:
                await line.send(frame)
            assert await line.say("still here") == "still here"

    asyncio.run(converse())
    assert "Uncaught" not in "".join(server.log)


def test_half_a_character_is_mended(server: Server) -> None:
    async def converse() -> None:
        async with await server.line(server.kernel()) as line:
            halves = json.dumps(line.update(said="x y 😀 ü")).replace("x y", r"x\ud83dy")
            await line.send(halves)
            assert await line.heard() == "x�y 😀 ü"

    asyncio.run(converse())


def test_a_widget_that_there_is_not_hears_nothing(server: Server) -> None:
    async def converse() -> None:
        async with await server.line(server.kernel()) as line:
            for name in ("nobody", f"{NAME}-1", f"{ECHO} ", "../x"):
                data = {"method": "update", "state": {"said": "x"}}
                await line.send(line.message("comm_msg", {"comm_id": name, "data": data}))
            assert await line.say("hello") == "hello"

    asyncio.run(converse())


def test_too_large_a_message_closes_the_line_and_nothing_else(server: Server) -> None:
    async def converse() -> None:
        kernel = server.kernel()
        async with await server.line(kernel) as line:
            with suppress(WebSocketClosedError):
                await line.send("x" * (MOST_BYTES + 1))
            await line.closed()
        async with await server.line(kernel) as line:
            assert await line.say("hello") == "hello"

    asyncio.run(converse())


def test_a_flood_disturbs_nobody_else(server: Server) -> None:
    async def converse() -> None:
        async with (
            await server.line(server.kernel()) as flood,
            await server.line(server.kernel()) as other,
        ):
            sending = asyncio.gather(*(flood.send(flood.update(said=f"{n}")) for n in range(600)))
            assert await other.say("hello") == "hello"
            heard = ""
            while heard != "599":  # none is lost
                heard = await flood.heard()
            await sending

    asyncio.run(asyncio.wait_for(converse(), PATIENCE_S))


def test_a_line_that_was_cut_brings_what_was_missed(server: Server) -> None:
    async def converse() -> None:
        others = server.kernels()
        kernel = server.kernel()
        async with await server.line(kernel) as line:
            assert await line.say("before") == "before"
            process = next(one for one in server.kernels() if one not in others)
            process.suspend()
            await line.send(line.update(said="meanwhile"))
        process.resume()
        async with await server.line(kernel) as line:
            assert await line.heard() == "meanwhile"
            assert await line.say("after") == "after"

    asyncio.run(converse())


def test_a_new_line_takes_the_place_of_one_that_does_not_know_it_is_cut(server: Server) -> None:
    async def converse() -> None:
        kernel = server.kernel()
        async with await server.line(kernel) as stale, await server.line(kernel) as line:
            assert await line.say("hello") == "hello"
            assert await stale.closed() != 4001
        assert server.fate(kernel) == (200, "")

    asyncio.run(converse())


def test_no_line_without_a_kernel_and_a_name(server: Server) -> None:
    kernel = server.kernel()
    nobody = "00000000-0000-4000-8000-000000000000"
    for where, session, status in (
        (nobody, "x", 404),
        (kernel[:-1], "x", 404),
        (kernel, "", 400),
        (kernel, "x" * 101, 400),
        (kernel, "%C3%BC", 400),
        (kernel, "a%20b", 400),
    ):
        assert server.knock(where, session) == status, (where, session)
    assert server.knock(kernel, "x") == 101


def test_another_site_gets_no_line(server: Server) -> None:
    kernel = server.kernel()
    here = f"http://localhost:{server.port}"
    for headers in (
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Origin": here, "Sec-Fetch-Site": "cross-site"},
        {"Origin": here, "Host": "elsewhere.example"},
    ):
        assert server.knock(kernel, **headers) == 403, headers
    assert server.knock(kernel, Origin=here) == 101


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["shell", "comm_msg"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["channel", "header", "content", "msg_type", "msg_id", "comm_id", "data"]
            ),
            inner,
        )
    ),
)


@given(json_values)
def test_whatever_is_said_is_a_message_or_nothing(value: object) -> None:
    frame = json.dumps(value)
    for found in (admitted(frame), admitted(struct.pack("!II", 1, 8) + frame.encode())):
        assert found is None or found[0] in ("comm_msg", "kernel_info_request")


@given(st.binary() | st.text())
def test_rubbish_is_nothing(frame: str | bytes) -> None:
    assert admitted(frame) is None
