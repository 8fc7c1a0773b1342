"""Where nothing can be served, one sentence says why; elsewhere people are told the address."""

import os
import re
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backprop_core.serving import serve
from backprop_core.serving.address import addresses, has_screen, listen


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody uses."""
    with closing(socket.create_server(("", 0))) as somebody:
        yield somebody.getsockname()[1]


@pytest.mark.parametrize("ip", ["localhost", "127.0.0.1", "0.0.0.0"])
def test_a_port_that_is_taken(taken: int, ip: str, tmp_path: Path) -> None:
    sentence = f"Port is {taken}, but expected one that nobody uses, such as {taken + 1}."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        serve(tmp_path, port=taken, ip=ip)


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(ValueError, match=f"^Port is {port}, but expected a number"):
        listen(port, "localhost")


def test_a_port_that_one_has_no_right_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("socket.create_server", refuse)
    with pytest.raises(ValueError, match=r"^Port is 1, but expected one that needs no admin.*\.$"):
        listen(1, "localhost")


@pytest.mark.parametrize("ip", ["192.0.2.1", "256.1.1.1", "no such name", "2001:db8::1"])
def test_an_address_of_another_machine(ip: str) -> None:
    with pytest.raises(ValueError, match=rf"^Ip is '{re.escape(ip)}', but expected an address"):
        listen(0, ip)


def test_a_socket_for_a_proxy_is_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    (listening,) = listen(0, "localhost", str(path))
    with closing(listening):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ValueError, match=r"^Socket is '.*', but expected a path"):
        listen(0, "localhost", str(tmp_path / "missing" / "socket"))


def test_the_board_gets_an_address_that_others_reach() -> None:
    assert addresses(8866, "localhost", "/") == ("http://localhost:8866/", "")
    assert addresses(80, "127.0.0.1", "/x/") == ("http://127.0.0.1:80/x/", "")
    assert addresses(80, "::1", "/") == ("http://[::1]:80/", "")
    here, there = addresses(8866, "0.0.0.0", "/")
    assert here == "http://localhost:8866/"
    assert re.fullmatch(r"http://[\w.-]+:8866/", there)
    assert "0.0.0.0" not in there
    assert addresses(8866, "10.1.2.3", "/")[1] == "http://10.1.2.3:8866/"


def test_a_browser_is_opened_where_there_is_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_screen()
    monkeypatch.setitem(os.environ, "WAYLAND_DISPLAY", "wayland-0")
    assert has_screen()
