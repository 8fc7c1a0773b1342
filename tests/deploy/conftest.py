"""A hub with the configuration that is shipped, and students who use it over HTTP."""

import json
import os
import random
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
import requests
import websocket

# Only the hub can read it.
collect_ignore = ["hub_config.py"]

ROOT = Path(__file__).parents[2]
PASSWORD = "the class of 2026"
# A busy machine takes its time. What goes well is over long before.
PATIENCE = 120

T = TypeVar("T")


def until(asked: Callable[[], T], what: str) -> T:
    """Ask again and again until the answer is true, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := asked()):
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {PATIENCE} seconds for {what}.")
        time.sleep(0.05)  # between two questions to a server that has no event to wait for
    return answer


@dataclass
class Hub:
    """A running hub.

    Parameters
    ----------
    url : str
        Where it is, with a slash at the end.
    homes : Path
        The folder of the students' folders.
    process : psutil.Popen
        The hub itself.
    log : Path
        What it has to say.
    """

    url: str
    homes: Path
    process: psutil.Popen
    log: Path

    def server_of(self, name: str) -> psutil.Process | None:
        """The process of a student's own server, or None if it does not run."""
        for process in self.process.children():
            with suppress(psutil.Error):
                if process.environ().get("JUPYTERHUB_USER") == name:
                    return process
        return None


@contextmanager
def running_hub(folder: Path, **settings: str) -> Iterator[Hub]:
    """Run the hub as a teacher does, but for what hub_config.py says, until the block ends."""
    url, log = f"http://localhost:{free_port()}/", folder / "hub.log"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "PYTHONPATH": str(ROOT),
        "SHIPPED_CONFIG": str(ROOT / "deploy" / "jupyterhub_config.py"),
        "HUB_ADDRESS": url,
        "HUB_PORT": str(free_port()),
        "HUB_PASSWORD": PASSWORD,
        "HUB_HOMES": str(folder / "homes"),
        **settings,
    }
    config = ROOT / "tests" / "deploy" / "hub_config.py"
    command = [sys.executable, "-m", "jupyterhub", f"--config={config}"]
    with log.open("w") as out:
        process = psutil.Popen(command, cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT)
    hub = Hub(url, folder / "homes", process, log)
    try:
        until(lambda: process.poll() is not None or answers(url + "hub/api/"), "the hub")
        assert process.poll() is None, log.read_text()
        yield hub
    finally:
        family = [process, *process.children(recursive=True)] if process.is_running() else []
        process.terminate()
        _, left = psutil.wait_procs(family, timeout=PATIENCE)
        for one in left:
            one.kill()
    assert not left, f"The hub has left behind: {left}"


def free_port() -> int:
    """Return a port that nobody uses, nor is given to a connection before the hub listens."""
    while True:
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port := random.randrange(10000, 20000)))
            return port


def answers(url: str) -> bool:
    """Whether somebody answers at an address."""
    try:
        return requests.get(url, timeout=PATIENCE).ok
    except requests.ConnectionError:
        return False


@dataclass
class Student:
    """Someone with a name, a browser's cookies, and a server of their own."""

    hub: Hub
    name: str
    web: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        """Where the student's own server is."""
        return f"{self.hub.url}user/{self.name}/"

    def log_in(self, password: str = PASSWORD) -> requests.Response:
        """Fill in the form of the hub, which starts the server."""
        login = self.hub.url + "hub/login"
        token = re.search(r'name="_xsrf" value="([^"]+)"', self.web.get(login).text)
        assert token
        typed = {"username": self.name, "password": password, "_xsrf": token[1]}
        return self.web.post(login, data=typed)

    def wait_for_server(self) -> None:
        """Wait as the hub's page does: it is told when the server has started."""
        news = f"{self.hub.url}hub/api/users/{self.name}/server/progress"
        with self.web.get(news, stream=True, headers=self.from_page, timeout=PATIENCE) as told:
            told.raise_for_status()
            for line in told.iter_lines():
                if line.startswith(b"data:"):
                    last = json.loads(line.removeprefix(b"data:"))
        assert last.get("ready"), last

    def open(self, path: str) -> str:
        """Open a page of the own server; what is on it."""
        page = self.web.get(self.url + path, headers=self.from_page, timeout=PATIENCE)
        page.raise_for_status()
        assert page.url.startswith(self.url), page.url
        return page.text

    def post(self, path: str, method: str = "POST", /, **body: Any) -> Any:
        """Send JSON to the own server; the JSON that comes back."""
        token = next(c.value for c in self.web.cookies if c.name == "_xsrf" and self.name in c.path)
        headers = {"X-XSRFToken": token or "", "Origin": self.origin}
        answer = self.web.request(method, self.url + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def from_page(self) -> dict[str, str]:
        """What a browser says of a request that a page of the same hub makes."""
        return {"Sec-Fetch-Site": "same-origin"}

    @property
    def origin(self) -> str:
        """What a browser says of where a page came from."""
        return self.hub.url.rstrip("/")

    def cookies(self, path: str) -> str:
        """The header with the cookies that belong to a page of the own server."""
        asked = requests.Request("GET", self.url + path).prepare()
        return requests.cookies.get_cookie_header(self.web.cookies, asked) or ""

    @contextmanager
    def channels(self, path: str) -> Iterator[websocket.WebSocket]:
        """A websocket of the own server, until the block ends."""
        link = websocket.create_connection(
            self.url.replace("http", "ws", 1) + path,
            cookie=self.cookies(path),
            origin=self.origin,
            timeout=PATIENCE,
        )
        try:
            yield link
        finally:
            link.close()

    def begin(self) -> "Chapter":
        """Open chapter 5 of the tutorial; its Python has started."""
        page = read(self.open("tutorial/voila/render/05_why_backpropagation.ipynb"))
        begun = self.post("tutorial/kernels", chapter=page.name, digest=page.digest)
        return replace(page, kernel=begun["id"])

    @contextmanager
    def line(self, chapter: "Chapter") -> Iterator[websocket.WebSocket]:
        """The line of a chapter's page to its Python, until the block ends."""
        with self.channels(f"tutorial/api/kernels/{chapter.kernel}/channels?session_id=s") as line:
            yield line

    def compute(self, code: str) -> str:
        """Run code in a notebook of JupyterLab; what it prints."""
        kernel = self.post("api/kernels", name="python3")["id"]
        with self.channels(f"api/kernels/{kernel}/channels?session_id=s") as link:
            link.send(message("execute_request", code=code, silent=False, store_history=False))
            told = wait_for(link, lambda got: got["msg_type"] in ("stream", "error"))
        return str(told["content"].get("text", told["content"]))


@dataclass(frozen=True)
class Chapter:
    """A chapter's page, as a browser finds it."""

    name: str
    digest: str
    models: dict[str, Any]
    kernel: str = ""

    def described(self, description: str) -> str:
        """The name of the box for a number that is labelled so."""
        return next(
            name
            for name, model in self.models.items()
            if model["state"].get("description") == description
        )


def read(page: str) -> Chapter:
    """Find what the page's scripts find."""
    found = re.search(r'<script type="application/json" id="bp-widgets">(.*?)</script>', page, re.S)
    assert found, page[:1000]
    told = json.loads(found[1])
    return Chapter(told["chapter"], told["digest"], told["models"])


def edit(line: websocket.WebSocket, chapter: Chapter, weight: str) -> str:
    """Give the first weight another value; the walkthrough that is computed anew, as JSON."""
    update = {"method": "update", "state": {"value": weight}, "buffer_paths": []}
    line.send(message("comm_msg", comm_id=chapter.described("wₓ₁,₁"), data=update))

    def is_walk(got: dict[str, Any]) -> bool:
        return got["msg_type"] == "comm_msg" and "numbers" in got["content"]["data"].get(
            "state", {}
        )

    return json.dumps(wait_for(line, is_walk)["content"], ensure_ascii=False)


def message(kind: str, **content: Any) -> str:
    """Return a message to a kernel as a browser sends it."""
    header = {
        "msg_id": secrets.token_hex(8),
        "msg_type": kind,
        "username": "",
        "session": "s",
        "date": "",
        "version": "5.3",
    }
    return json.dumps(
        {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
        }
    )


def wait_for(link: websocket.WebSocket, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Read messages of a kernel until the wanted one comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        got: dict[str, Any] = json.loads(link.recv())
        if wanted(got):
            return got
    pytest.fail("The kernel never sent what was waited for.")
