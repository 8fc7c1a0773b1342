"""Find out where the tutorial can be served, and say where it is."""

import errno
import os
import re
import socket
import sys
from contextlib import suppress
from pathlib import Path

from tornado.netutil import bind_sockets, bind_unix_socket

__all__ = ["addresses", "has_screen", "is_local", "listen"]

_EVERYWHERE = ("", "0.0.0.0", "::")
_STREAM = socket.SOCK_STREAM
_LOCAL = ("localhost", "::1")


def listen(port: int, ip: str, path: str = "") -> list[socket.socket]:
    """Listen on a port, 0 for any that is free, or on a Unix socket of our own at `path`.

    Raises
    ------
    ValueError
        If that is not possible; why, and what to do about it.

    Examples
    --------
    >>> listen(0, "192.0.2.7")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: Ip is '192.0.2.7', but expected an address of this computer: ...
    """
    try:
        if path:
            if not Path(path).parent.is_dir():
                raise ValueError(
                    f"Socket is {path!r}, but expected a path in a folder that there is."
                )
            return [bind_unix_socket(path, mode=0o600)]
        if not 0 <= port < 65536:
            raise ValueError(f"Port is {port}, but expected a number from 1 to 65535.")
        # Who listens on all addresses is not always noticed when one of them is taken.
        if port and _answers("localhost" if ip in _EVERYWHERE else ip, port):
            raise OSError(errno.EADDRINUSE, "answers")
        # Tried first, as bind_sockets would leave the one that fails open.
        family, *_, address = min(socket.getaddrinfo(ip or "0.0.0.0", port, type=_STREAM))
        socket.create_server(address[:2], family=family).close()
        return bind_sockets(port, ip or None)
    except PermissionError:
        what = f"Port is {port}, but expected one that needs no administrator, such as 8866."
    except OSError as wrong:
        if path:
            what = f"Socket is {path!r}, but expected a path where one can be made."
        elif wrong.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8866
            what = f"Port is {port}, but expected one that nobody uses, such as {other}."
        else:
            what = (
                f"Ip is {ip!r}, but expected an address of this computer: "
                "localhost, or 0.0.0.0 for all of them."
            )
    raise ValueError(what)


def _answers(ip: str, port: int) -> bool:
    try:
        socket.create_connection((ip, port), timeout=1).close()
    except OSError:
        return False
    return True


def is_local(ip: str) -> bool:
    """Whether this is an address that leads nowhere but to the machine itself.

    Examples
    --------
    >>> [is_local(ip) for ip in ("localhost", "127.0.0.2", "[::1]", "0.0.0.0", "127.example")]
    [True, True, True, False, False]
    """
    return ip.strip("[]") in _LOCAL or bool(re.fullmatch(r"127(\.\d+){3}|.*\.localhost", ip))


def addresses(port: int, ip: str, base_url: str) -> tuple[str, str]:
    """The tutorial's address on this machine, and the one to tell others ("" if it has none)."""
    here = f"http://{_in_url('localhost' if ip in _EVERYWHERE else ip)}:{port}{base_url}"
    if is_local(ip):
        return here, ""
    there = _in_the_network() if ip in _EVERYWHERE else ip
    return here, f"http://{_in_url(there)}:{port}{base_url}"


def _in_url(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def _in_the_network() -> str:
    """This machine's address in its network, or its name if it has none."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_way_out:
        any_way_out.connect(("192.0.2.1", 9))  # an address for examples; nothing is sent to it
        return str(any_way_out.getsockname()[0])
    return socket.gethostname()


def has_screen() -> bool:
    """Whether a browser can be opened here."""
    named = {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    return sys.platform in ("darwin", "win32") or bool(named)
