"""A class on a hub: ten students at once, a crash, an empty room, and who does not get in."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests
import websocket

from tests.deploy.conftest import (
    PATIENCE,
    Hub,
    Student,
    edit,
    read,
    running_hub,
    until,
)

STUDENTS = [f"student-{number}" for number in range(1, 11)]
NEIGHBOURS = ["ada", "ben"]
CHAPTER = "backprop-tutorial/05_why_backpropagation.ipynb"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub for all tests of this file."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


def enter(hub: Hub, name: str) -> Student:
    """Log in, and wait for the own server."""
    student = Student(hub, name)
    student.log_in()
    student.wait_for_server()
    student.open("lab")
    return student


@pytest.fixture
def students(hub: Hub) -> Iterator[list[Student]]:
    """Ten who log in at the same moment, and leave after the lesson."""
    with ThreadPoolExecutor(len(STUDENTS)) as at_once:
        yield list(at_once.map(lambda name: enter(hub, name), STUDENTS))
    servers = [server for server in map(hub.server_of, STUDENTS) if server]
    for server in servers:
        server.terminate()
    psutil.wait_procs(servers, timeout=PATIENCE)


@pytest.fixture(scope="module")
def neighbours(hub: Hub) -> tuple[Student, Student]:
    """Two who have nothing to do with each other."""
    with ThreadPoolExecutor(2) as at_once:
        one, other = at_once.map(lambda name: enter(hub, name), NEIGHBOURS)
    return one, other


def test_ten_students_have_the_tutorial_and_jupyterlab(students: list[Student]) -> None:
    def work(student: Student) -> tuple[str, str, str]:
        weight = f"0.7{STUDENTS.index(student.name)}1"
        chapter = student.begin()
        with student.line(chapter) as line:
            walk = edit(line, chapter, weight)
        student.post(f"tutorial/kernels/{chapter.kernel}/leave")
        lab = student.open("lab")
        assert 'id="jupyter-config-data"' in lab
        code = "import os, backprop_core; print(os.environ['USER'], backprop_core.__name__)"
        return weight, walk, student.compute(code)

    with ThreadPoolExecutor(len(students)) as at_once:
        for student, (weight, walk, printed) in zip(
            students, at_once.map(work, students), strict=True
        ):
            assert weight in walk
            assert printed == f"{student.name} backprop_core\n"


def test_a_crash_touches_nobody_else_and_loses_no_work(
    hub: Hub, neighbours: tuple[Student, Student]
) -> None:
    unlucky, neighbour = neighbours
    kept = {"type": "notebook", "format": "json", "content": notebook("my own words")}
    unlucky.post(f"api/contents/{CHAPTER}", "PUT", **kept)
    unlucky.begin()
    chapter = neighbour.begin()
    with neighbour.line(chapter) as line:
        assert "0.123" in edit(line, chapter, "0.123")
        crashed = hub.server_of(unlucky.name)
        assert crashed
        tutorial = crashed.children(recursive=True)
        assert tutorial
        crashed.kill()
        assert "0.321" in edit(line, chapter, "0.321")
        assert neighbour.compute("print(6 * 7)") == "42\n"
        # Nothing of it stays in memory.
        assert not psutil.wait_procs(tutorial, timeout=PATIENCE)[1]
        assert "0.213" in edit(line, chapter, "0.213")

    def comes_back() -> bool:
        return "spawn-pending" in unlucky.web.get(f"{hub.url}hub/spawn/{unlucky.name}").url

    until(comes_back, "the hub to notice")
    unlucky.wait_for_server()
    unlucky.begin()
    assert "my own words" in unlucky.open(f"api/contents/{CHAPTER}")


def test_what_nobody_uses_is_stopped(tmp_path: Path) -> None:
    with running_hub(tmp_path, HUB_IDLE_MINUTES="0.3") as hub:
        with ThreadPoolExecutor(2) as at_once:
            busy, idle = at_once.map(lambda name: enter(hub, name), ("busy", "idle"))
        with ThreadPoolExecutor(1) as at_once:
            begun = at_once.submit(busy.begin)
            while not begun.done():  # which takes longer on a busy machine
                busy.open("api/contents")
        chapter = begun.result()
        with busy.line(chapter) as line:
            weights = (f"0.{number:06}1" for number in range(1, 10**6))

            def is_stopped() -> bool:
                edit(line, chapter, next(weights))
                return hub.server_of(idle.name) is None

            until(is_stopped, "the idle server to be stopped")
            assert hub.server_of(busy.name)


def test_nobody_gets_in(hub: Hub, neighbours: tuple[Student, Student]) -> None:
    stranger, (one, other) = Student(hub, "stranger"), neighbours
    assert stranger.log_in("guessed").status_code == 403
    assert "/hub/login" in stranger.web.get(one.url + "tutorial/").url
    pretender, line = Student(hub, one.name), "tutorial/api/kernels/x/channels?session_id=s"
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        pretender.channels(line).__enter__()
    # Who is in is still not in another one's server.
    assert other.web.get(one.url + "tutorial/", headers=other.from_page).status_code in (403, 404)
    for name in ("..", "../x", "a/b", ".ssh", "x y", ""):
        assert Student(hub, name).log_in().status_code in (400, 403), name
    assert {home.name for home in hub.homes.iterdir()} <= {*STUDENTS, *NEIGHBOURS}


def test_only_the_student_reaches_the_tutorials_socket(
    hub: Hub, neighbours: tuple[Student, Student]
) -> None:
    _, student = neighbours
    student.begin()
    server = hub.server_of(student.name)
    assert server
    (socket,) = (
        Path(child.cmdline()[-1])
        for child in server.children()
        if "backprop_core.serving.on_a_hub" in child.cmdline()
    )
    assert stat.S_ISSOCK(socket.stat().st_mode)
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    listening = {
        process.pid
        for process in server.children(recursive=True)
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
        and any("on_a_hub" in part or "serving.warm" in part for part in process.cmdline())
    }
    assert not listening


def test_the_hub_may_have_any_name(neighbours: tuple[Student, Student]) -> None:
    _, student = neighbours
    student.begin()
    path = "tutorial/voila/render/00_start_here.ipynb"
    headers = {"Host": "hub.school.example", "Cookie": student.cookies(path)}
    page = requests.get(student.url + path, headers=headers, timeout=PATIENCE)
    assert page.ok
    assert read(page.text).name == "00_start_here"
    # A cookie for all paths would shadow those of JupyterLab and of the hub.
    assert not page.cookies


def notebook(words: str) -> dict[str, object]:
    """A notebook with nothing but a few words."""
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": words}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
