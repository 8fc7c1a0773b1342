"""Serve the chapters of a folder to people who have nothing but a browser."""

import asyncio
import signal
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import Any

__all__ = ["serve"]


def serve(
    folder: str | Path,
    *,
    port: int = 8866,
    ip: str = "localhost",
    socket: str = "",
    visitors: int = 60,
    idle_minutes: float = 30.0,
    password: str = "",
    base_url: str = "/",
    open_browser: bool = True,
    kernels: str = "auto",
    **settings: Any,
) -> None:
    """Serve the chapters of a folder until Ctrl-C or SIGTERM.

    Parameters
    ----------
    folder : str or Path
        The notebooks.
    port : int
        1 to 65535; 0 for any that is free.
    ip : str
        "localhost" for this machine alone, "0.0.0.0" for everybody in the network.
    socket : str
        The path of a Unix socket to listen on instead, for a proxy.
    visitors : int
        The most kernels at a time. Everybody else can read and step.
    idle_minutes : float
        A kernel whose reader does nothing for so long is stopped; 0 for never.
    password : str
        Who does not know it sees nothing; no password is asked for if it is empty.
    base_url : str
        The path before all addresses, with a slash at both ends.
    open_browser : bool
        Whether to open a browser, where there is a screen.
    kernels : {"auto", "forked", "ordinary"}
        Where kernels come from, see `backprop_core.serving.warm.can_fork`.
    **settings
        Of `backprop_core.serving.app.Tutorial`, for tests.

    Raises
    ------
    ValueError
        If nothing can be served like this; the sentence says why.
    SystemExit
        With the code 130, after Ctrl-C.
    """
    from backprop_core.serving.address import listen
    from backprop_core.serving.warm import can_fork

    forks = can_fork(kernels)
    sockets = listen(port, ip, socket)
    options = {
        "port": sockets[0].getsockname()[1] if not socket else port,
        "ip": ip,
        "through_socket": bool(socket),
        "base_url": base_url,
        "root_dir": str(Path(folder).resolve()),
        "visitors": visitors,
        "idle_minutes": idle_minutes,
        "password": password,
        "open_browser": open_browser and not socket,
        "forks": forks,
        **settings,
    }
    try:
        code = asyncio.run(_serve(sockets, options))
    except RuntimeError as wrong:  # without chapters there is nothing to serve
        sys.exit(str(wrong))
    except KeyboardInterrupt:
        code = 130
    if code:
        sys.exit(code)


async def _serve(sockets: list[Any], options: dict[str, Any]) -> int:
    """Serve until told to stop; the exit code."""
    from backprop_core.serving.warm import WarmProcess

    stopped = _signals()
    scratch = Path(mkdtemp(prefix="bp-", dir="/tmp" if Path("/tmp").is_dir() else None))
    warm = WarmProcess(Path(options["root_dir"]), scratch, forks=options["forks"])
    await warm.start()  # takes its time, as does what is imported below
    try:
        from backprop_core.serving.app import Tutorial

        app = Tutorial(warm=warm, connection_dir=str(scratch), **options)
        app.initialize()
        serving = asyncio.create_task(app.run(sockets, lambda: _announce(app)))
        ends: list[asyncio.Future[Any]] = [serving, stopped]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
    finally:
        warm.stop()
    return stopped.result()


def _signals() -> "asyncio.Future[int]":
    """Done when the process is told to stop, with its exit code."""
    loop = asyncio.get_running_loop()
    stopped = loop.create_future()

    def stop(code: int) -> None:
        if not stopped.done():
            stopped.set_result(code)

    for number, code in {signal.SIGINT: 130, signal.SIGTERM: 0}.items():
        try:
            loop.add_signal_handler(number, stop, code)
        except NotImplementedError:  # on Windows
            signal.signal(number, lambda *_, code=code: loop.call_soon_threadsafe(stop, code))
    return stopped


def _announce(app: Any) -> None:
    """Say where the tutorial is, and open it."""
    from backprop_core.serving.address import addresses, has_screen

    if app.through_socket:
        return
    here, there = addresses(app.port, app.ip, app.base_url)
    print(
        f"The tutorial is at {here}" + (f", for others at {there}" if there else ""),
        file=sys.stderr,
    )
    if app.open_browser and has_screen():
        Thread(target=webbrowser.open, args=(here,), daemon=True).start()
