"""Kernels come from a warm process at once, and nothing of them stays behind, whoever dies."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from backprop_core.serving.warm import WarmProcess, can_fork
from tests.refusals import assert_refused
from tests.serving.talking import NAME, PATIENCE_S, Talk, talk, until, warm_process, write_chapter

# A server with some kernels, the last of them busy for ever; tells its numbers and its folder.
SERVER = """
import asyncio, sys
from pathlib import Path
from tests.serving.talking import ECHO, NAME, Talk, warm_process

async def serve(folder, kernels, count):
    forked = kernels == "forked"
    async with warm_process(folder, forks=forked) as warm:
        talks = [await Talk(warm, folder, NAME, forked=forked).begin() for _ in range(count)]
        for busy in talks[-1:]:
            data = {"method": "update", "state": {"said": "never end"}}
            message = busy.client.session.msg("comm_msg", {"comm_id": ECHO, "data": data})
            busy.client.shell_channel.send(message)
            while (await busy.hear())["msg_type"] != "comm_msg":
                pass
        pids = [warm.pid] * forked + [talk.kernel.pid for talk in talks]
        print(warm.scratch, *pids, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
"""


@pytest.mark.parametrize(
    ("kernels", "count", "ending"),
    [
        ("forked", 2, "end of input"),
        ("forked", 2, "SIGTERM"),
        ("forked", 2, "SIGKILL"),
        ("forked", 0, "SIGKILL"),
        ("ordinary", 2, "end of input"),
        ("ordinary", 2, "SIGKILL"),
    ],
)
def test_nothing_outlives_the_server(tmp_path: Path, kernels: str, count: int, ending: str) -> None:
    folder = write_chapter(tmp_path / "chapters")
    command = [sys.executable, "-c", SERVER, str(folder), kernels, str(count)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        scratch, *numbers = server.stdout.readline().split()
        family = [psutil.Process(int(number)) for number in numbers]
        assert len(family) == count + (kernels == "forked")
        assert Path(scratch).exists()
        if ending == "end of input":
            server.stdin.close()
        else:
            server.send_signal(signal.Signals[ending])
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    assert not alive
    assert not Path(scratch).exists()


def test_a_kernel_that_dies_is_missed_at_once(tmp_path: Path) -> None:
    async def converse() -> None:
        folder = write_chapter(tmp_path / "chapters")
        async with warm_process(folder) as warm, talk(warm, folder) as page:
            assert await page.kernel.poll() is None
            pid = page.kernel.pid
            assert pid
            os.kill(pid, signal.SIGKILL)
            await asyncio.wait_for(page.kernel.gone, PATIENCE_S)
            assert await page.kernel.poll() is not None
            await until(lambda: not psutil.pid_exists(pid))  # not even as a zombie
            await page.kernel.kill()  # nobody else is hit

    asyncio.run(converse())


def test_an_ordinary_kernel_that_dies_is_missed_at_once(tmp_path: Path) -> None:
    async def converse() -> None:
        folder = write_chapter(tmp_path / "chapters")
        async with (
            warm_process(folder, forks=False) as warm,
            talk(warm, folder, forked=False) as page,
        ):
            pid = page.kernel.pid
            assert pid
            os.kill(pid, signal.SIGKILL)
            await asyncio.wait_for(page.kernel.gone, PATIENCE_S)
            assert await page.kernel.poll() is not None
            assert not psutil.pid_exists(pid)

    asyncio.run(converse())


def test_a_warm_process_that_dies_is_started_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def converse() -> None:
        folder = write_chapter(tmp_path / "chapters")
        async with warm_process(folder) as warm, talk(warm, folder) as first:
            before, pid = await warm.chapters(), warm.pid
            assert pid
            os.kill(pid, signal.SIGKILL)
            # A reader who comes just then waits, and does not notice.
            async with talk(warm, folder) as second:
                assert await second.say("hello") == "hello"
                assert await first.say("still there?") == "still there?"
            assert warm.pid != pid
            assert not psutil.pid_exists(pid)
            assert await warm.chapters() == before

    asyncio.run(converse())
    assert [record.message for record in caplog.records] == [
        "The warm process has ended: it is started again."
    ]


def test_thirty_at_once_are_all_different(tmp_path: Path) -> None:
    async def converse() -> None:
        folder = write_chapter(tmp_path / "chapters")
        async with warm_process(folder) as warm:
            assert warm.pid
            assert psutil.Process(warm.pid).num_threads() == 1  # else no fork is safe
            talks = [Talk(warm, folder, NAME, forked=True) for _ in range(30)]
            try:
                await asyncio.gather(*(page.begin() for page in talks))
                thrown = await asyncio.gather(*(page.say("throw dice") for page in talks))
            finally:
                for page in talks:
                    page.end()
            pairs = [text.split() for text in thrown]
            assert len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs}) == 30
            family = psutil.Process(warm.pid).children()
            assert len(family) == 30
            warm.stop()
            _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
            assert not alive
            assert not warm.scratch.exists()

    asyncio.run(converse())


def test_chapters_that_cannot_be_run_are_told_of(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def ask() -> None:
        async with warm_process(tmp_path):
            pass

    with pytest.raises(RuntimeError, match=r"^The chapters could not be run: the log says why\.$"):
        asyncio.run(ask())
    assert "has no notebooks" in capfd.readouterr().err


def test_a_kernel_that_cannot_start_is_told_of(tmp_path: Path) -> None:
    async def ask() -> None:
        folder = write_chapter(tmp_path / "chapters")
        async with warm_process(folder) as warm:
            with pytest.raises(RuntimeError, match=r"^A kernel could not be forked: the log"):
                await warm.fork(str(tmp_path / "nothing.json"))
            async with talk(warm, folder) as page:
                assert await page.say("hello") == "hello"
            with pytest.raises(RuntimeError, match=r"^The kernel of nothing has failed: the log"):
                await Talk(warm, folder, "nothing", forked=False).begin()

    asyncio.run(ask())


def test_where_it_does_not_fork_it_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask() -> None:
        folder = write_chapter(tmp_path / "chapters")
        async with warm_process(folder, forks=False) as warm:
            assert list(await warm.chapters()) == [NAME]
            for _ in range(2):
                async with talk(warm, folder, forked=False) as page:
                    assert await page.say("hello") == "hello"
            await until(lambda: not (warm.pid and psutil.pid_exists(warm.pid)))

    asyncio.run(ask())
    assert [record.message for record in caplog.records] == [
        "Kernels are not forked here: each page's kernel runs its chapter anew."
    ]


def test_who_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert [can_fork(word) for word in ("auto", "forked", "ordinary")] == [True, True, False]
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [can_fork(word) for word in ("auto", "forked", "ordinary")] == [False, True, False]
    monkeypatch.delattr(os, "fork")
    assert not can_fork("auto")
    assert_refused(lambda: can_fork("forked"), "Kernels cannot be forked on this system (darwin)")
    assert_refused(lambda: can_fork("spoons"), "Unknown kernels 'spoons', but expected one of")


def test_nothing_is_asked_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"expected start\(\) before chapters\(\)"):
        asyncio.run(WarmProcess(tmp_path, tmp_path).chapters())
