"""Make things go wrong between a page and its kernel: for the tests that look at what remains."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socket import SHUT_RDWR, create_connection, create_server, socket
from threading import Event, Thread
from typing import Self

import psutil

from tests.browser.conftest import ROOT, free_port

PATIENCE_S = 60.0
SERVE = "import sys; from backprop_core.serving import serve; serve(sys.argv[1], {})"


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Look again and again, until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)  # between two looks at what has no event to wait for


class Server:
    """The tutorial's server, which can be killed and started again at the same address."""

    def __init__(self, folder: Path, env: dict[str, str], **settings: object) -> None:
        self.port = free_port()
        options = {"port": self.port, "open_browser": False, **settings}
        told = ", ".join(f"{name}={value!r}" for name, value in options.items())
        self._command = [sys.executable, "-c", SERVE.format(told), str(folder)]
        self._env = env
        self.process: psutil.Popen

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"

    def __enter__(self) -> Self:
        with (Path(self._env["TMPDIR"]) / f"{self.port}.log").open("a") as output:
            self.process = psutil.Popen(
                self._command, cwd=ROOT, env=self._env, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until(self._answers, "The server does not answer.")
        return self

    def _answers(self) -> bool:
        """Whether it has a page; it listens before."""
        try:
            urllib.request.urlopen(self.url, timeout=PATIENCE_S).close()
        except OSError:
            assert self.process.poll() is None, "The server has ended."
            return False
        return True

    def __exit__(self, *_: object) -> None:
        if self.process.is_running():
            self.process.terminate()
            self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """End it as a power cut would."""
        family = self.process.children(recursive=True)
        self.process.kill()
        self.process.wait()
        outlived = "What the server has started outlives it."
        wait_until(lambda: not any(process.is_running() for process in family), outlived)

    def kernels(self) -> list[psutil.Process]:
        """The processes that compute for pages, the last one last."""
        warm = self.process.children()  # it has run the chapters; kernels are its children
        kernels = [kernel for process in warm for kernel in process.children()]
        return sorted(kernels, key=psutil.Process.create_time)

    def kernel(self) -> psutil.Process:
        """The kernel of the page that was opened last."""
        return self.kernels()[-1]


class Cable:
    """A line to a server, which can be held up or cut, and mended."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open = Event()
        self._open.set()
        self._lines: list[socket] = []
        self._ends = create_server(("localhost", 0))
        self.url = f"http://localhost:{self._ends.getsockname()[1]}/"
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._ends.shutdown(SHUT_RDWR)
        self._ends.close()
        self.mend()
        self._break()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def hold(self) -> None:
        """Let nothing through; nobody is told."""
        self._open.clear()

    def cut(self) -> None:
        """Let nothing through, and end what is connected."""
        self._open.clear()
        self._break()

    def mend(self) -> None:
        """Let all through again, what was held back, too."""
        self._open.set()

    def _break(self) -> None:
        for line in self._lines:
            with suppress(OSError):  # who waits for what comes through it is told, too
                line.shutdown(SHUT_RDWR)
        self._lines.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._ends.accept()
            except OSError:
                return
            self._threads.append(Thread(target=self._serve, args=(near,), daemon=True))
            self._threads[-1].start()

    def _serve(self, near: socket) -> None:
        self._open.wait()
        try:
            far = create_connection(("localhost", self._to))
        except OSError:
            near.close()
            return
        self._lines += [near, far]
        with near, far:
            back = Thread(target=self._pass_on, args=(near, far), daemon=True)
            back.start()
            self._pass_on(far, near)
            back.join()

    def _pass_on(self, source: socket, sink: socket) -> None:
        try:
            while data := source.recv(65536):
                self._open.wait()
                sink.sendall(data)
        except OSError:
            pass
        with suppress(OSError):
            sink.shutdown(SHUT_RDWR)
