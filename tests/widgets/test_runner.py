"""Work in slices: others get their turn, frames keep their pace, errors become sentences."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from backprop_core import Network, Trainer, train
from backprop_core.widgets import runner as module
from backprop_core.widgets.runner import Runner

ASTRAY = "This has stopped because of a mistake in the program; the kernel's log says more."


class Clock:
    """Time that passes only when work says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "perf_counter", clock)
    return clock


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    """What is written to the kernel's log."""
    records: list[logging.LogRecord] = []
    logger = logging.Logger("kernel")
    logger.handle = records.append  # type: ignore[method-assign, assignment]
    monkeypatch.setattr(module, "get_logger", lambda: logger)
    return records


class Slices:
    """Work of so many slices, each 10 ms long; writes down all that is called."""

    def __init__(self, clock: Clock, slices: int) -> None:
        self.clock, self.left = clock, slices
        self.log: list[str] = []
        self.frames_at: list[float] = []
        self.runner = Runner(self.work, self.frame, done=self.done, problem=self.problem)

    def work(self, seconds: float) -> bool:
        assert seconds == 0.01
        self.clock.now += seconds
        self.left -= 1
        self.log.append("work")
        return self.left > 0

    def frame(self) -> None:
        self.frames_at.append(self.clock.now)
        self.log.append("frame")

    def done(self) -> None:
        assert not self.runner.running
        self.log.append("done")

    def problem(self, sentence: str) -> None:
        self.log.append(sentence)


def on_a_loop(act: Callable[[], object], until: Callable[[], bool]) -> None:
    """Call something on a running loop, and go on until something has come about."""

    async def main() -> None:
        act()
        while not until():
            await asyncio.sleep(0)

    asyncio.run(main())


def over(work: Slices) -> Callable[[], bool]:
    return lambda: not work.runner.running


@pytest.mark.parametrize("plain", [True, False])
def test_it_works_to_the_end_and_says_so_once(clock: Clock, plain: bool) -> None:
    work = Slices(clock, 3)
    if plain:
        work.runner.run_to_end()
    else:
        on_a_loop(work.runner.start, over(work))
    assert work.log == ["work", "frame", "work", "work", "done"]
    assert work.runner.trouble == ""


def test_without_done_the_end_is_a_frame(clock: Clock) -> None:
    work = Slices(clock, 3)
    shown: list[bool] = []
    runner = Runner(work.work, lambda: shown.append(runner.running))
    runner.run_to_end()
    assert shown == [True, False]


def test_frames_come_ten_times_a_second_or_more_if_the_page_says_nothing(clock: Clock) -> None:
    work = Slices(clock, 500)
    work.runner.run_to_end()
    gaps = [b - a for a, b in zip(work.frames_at, work.frames_at[1:], strict=False)]
    assert len(gaps) > 40
    assert max(gaps) <= 0.1
    assert min(gaps) >= 1 / 12


def test_frames_wait_for_a_page_that_is_slow_but_not_for_ever(clock: Clock) -> None:
    work = Slices(clock, 300)
    work.runner.seen()  # it says what it has painted, and then no more
    work.runner.run_to_end()
    gaps = [b - a for a, b in zip(work.frames_at, work.frames_at[1:], strict=False)]
    assert gaps[0] <= 0.1  # two may be under way
    assert len(gaps) >= 4
    assert all(0.5 <= gap < 0.52 for gap in gaps[1:])


def test_a_page_that_paints_gets_its_ten_a_second(clock: Clock) -> None:
    work = Slices(clock, 300)
    frame = work.frame

    def and_paint() -> None:
        frame()
        work.runner.seen()

    work.runner._frame = and_paint
    work.runner.run_to_end()
    assert len(work.frames_at) >= 30


def test_others_have_several_turns_after_each_slice(clock: Clock) -> None:
    work = Slices(clock, 5)
    turns: list[int] = []

    async def main() -> None:
        work.runner.start()
        while work.runner.running:
            turns.append(work.left)
            await asyncio.sleep(0)

    asyncio.run(main())
    for left in (4, 3, 2, 1):
        assert turns.count(left) >= module.TURNS


def test_starting_twice_is_starting_once(clock: Clock) -> None:
    work = Slices(clock, 3)

    def twice() -> None:
        work.runner.start()
        work.runner.start()
        work.runner.run_to_end()

    on_a_loop(twice, over(work))
    assert work.log.count("work") == 3


def test_stop_ends_it_before_the_next_slice_and_nothing_more_is_called(clock: Clock) -> None:
    work = Slices(clock, 1000)

    async def main() -> None:
        work.runner.start()
        assert work.runner.running
        while work.log.count("work") < 4:
            await asyncio.sleep(0)
        work.runner.stop()
        work.runner.stop()
        before = list(work.log)
        for _ in range(50):
            await asyncio.sleep(0)
        assert work.log == before
        assert over(work)()
        work.runner.start()  # and on it goes
        while work.log.count("work") < 9:
            await asyncio.sleep(0)
        assert work.runner.running

    asyncio.run(main())
    assert "done" not in work.log


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("where", ["work", "frame"])
def test_work_and_frame_may_stop_it_themselves(clock: Clock, where: str, plain: bool) -> None:
    work = Slices(clock, 1000)
    act = getattr(work, where)

    def and_stop(*args: float) -> object:
        work.runner.stop()
        return act(*args)

    setattr(work.runner, f"_{where}", and_stop)
    if plain:
        work.runner.run_to_end()
    else:
        on_a_loop(work.runner.start, over(work))
    assert work.log == (["work"] if where == "work" else ["work", "frame"])


def test_begun_again_within_a_frame_there_is_still_only_one(clock: Clock) -> None:
    work = Slices(clock, 20)
    frame = work.frame

    def again() -> None:
        frame()
        work.runner.stop()
        work.runner._frame = frame
        work.runner.start()

    work.runner._frame = again
    turns = 0

    async def main() -> None:
        nonlocal turns
        work.runner.start()
        while work.runner.running:
            turns += 1
            await asyncio.sleep(0)

    asyncio.run(main())
    assert work.log.count("work") == 20
    assert work.log.count("done") == 1
    assert turns >= 18 * module.TURNS  # two at once would take half as many


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(
    ("error", "sentence"),
    [(ZeroDivisionError("division by zero"), ASTRAY), (ValueError("h is 0."), "h is 0.")],
)
@pytest.mark.parametrize("where", ["work", "frame"])
def test_an_error_ends_it_with_a_sentence_and_is_logged(
    clock: Clock,
    log: list[logging.LogRecord],
    where: str,
    error: Exception,
    sentence: str,
    plain: bool,
) -> None:
    work = Slices(clock, 1000)

    def fail(*args: float) -> bool:
        raise error

    setattr(work.runner, f"_{where}", fail)
    if plain:
        work.runner.run_to_end()
    else:
        on_a_loop(work.runner.start, over(work))
    assert work.log[-2:] == [sentence, "done"]
    assert work.runner.trouble == sentence
    (record,) = log
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    # The next run begins without it.
    work.runner._work, work.runner._frame, work.left = work.work, work.frame, 2
    work.runner.run_to_end()
    assert work.runner.trouble == ""


def test_an_error_at_the_end_is_logged_too(clock: Clock, log: list[logging.LogRecord]) -> None:
    work = Slices(clock, 1)

    def fail() -> None:
        raise KeyError("gone")

    work.runner._done = fail
    work.runner.run_to_end()
    assert work.runner.trouble == ASTRAY
    assert len(log) == 1


def test_without_a_loop_starting_says_what_to_do(clock: Clock) -> None:
    work = Slices(clock, 3)
    with pytest.raises(RuntimeError, match=r"^Runner.start\(\) needs a running event loop, which"):
        work.runner.start()
    assert not work.runner.running
    assert work.log == []


def test_a_loop_that_ends_in_the_middle_leaves_no_error(
    clock: Clock, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    work = Slices(clock, 1000)
    on_a_loop(work.runner.start, lambda: work.log.count("work") > 3)
    assert not caplog.records
    assert not recwarn.list


def test_a_training_in_slices_is_a_training() -> None:
    x, t = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    trainer = Trainer(Network.three_layer(), x, t)
    errors: list[float] = []

    def work(seconds: float) -> bool:
        trainer.run(1500 - trainer.epoch, seconds=seconds)
        return trainer.epoch < 1500

    runner = Runner(work, lambda: errors.append(trainer.error))
    on_a_loop(runner.start, lambda: not runner.running)
    assert errors[-1] == train(Network.three_layer(), x, t, epochs=1500).errors[-1]
