"""Measure what a student on a hub costs: python -m tests.deploy.numbers (for deploy/README.md)."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psutil

from tests.deploy.conftest import Hub, Student, edit, running_hub

MB = 2**20


def main(count: int) -> None:
    """Let students log in at once, and print where the memory (PSS) and the time go."""
    with TemporaryDirectory() as folder, running_hub(Path(folder)) as hub, ExitStack() as kept:
        say("the hub itself", measured(hub.process, []))
        students = [Student(hub, f"student-{number}") for number in range(count)]
        with ThreadPoolExecutor(count) as at_once:
            started = monotonic()
            list(at_once.map(enter, students))
            print(f"{count} have logged in and have a server: {monotonic() - started:.1f} s")
            say("a student's server", each(hub, students))
            started = monotonic()
            chapters = list(at_once.map(Student.begin, students))
            print(f"{count} have a chapter, with its Python: {monotonic() - started:.1f} s")
            for student, chapter in zip(students, chapters, strict=True):
                edit(kept.enter_context(student.line(chapter)), chapter, "0.7531")
            say("… with the tutorial open", each(hub, students))
            list(at_once.map(lambda student: student.compute(NOTEBOOK), students))
            say("… and a notebook with a lesson", each(hub, students))
            print(f"processor time for all this, per student: {worked(hub) / count:.1f} s")


NOTEBOOK = "from backprop_core.widgets import Lesson; lesson = Lesson(); print('there')"


def enter(student: Student) -> None:
    """Log in, and open JupyterLab."""
    student.log_in()
    student.wait_for_server()
    student.open("lab")


def each(hub: Hub, students: list[Student]) -> float:
    """MB per student."""
    servers = [hub.server_of(student.name) for student in students]
    return sum(
        measured(server, server.children(recursive=True)) for server in servers if server
    ) / len(students)


def measured(first: psutil.Process, others: list[psutil.Process]) -> float:
    """MB that processes have for themselves, and their parts of what they share (PSS)."""
    total = 0
    for process in [first, *others]:
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / MB


def worked(hub: Hub) -> float:
    """Seconds that the hub and all it has started have kept a core busy."""
    total = 0.0
    for process in [hub.process, *hub.process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # its own, and of what it started and has ended
    return total


def say(what: str, megabytes: float) -> None:
    """Print a line."""
    print(f"{what}: {megabytes:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
