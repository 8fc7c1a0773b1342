"""Serve the tutorial with Voilà on a port that was checked to be free."""

import os
import socket
import sys


def check_free(port: int) -> None:
    """Exit with one sentence when nothing can be served on `port`."""
    try:
        # Somebody may listen on all addresses, which a bind to one of them does not always notice.
        socket.create_connection(("localhost", port), timeout=1).close()
    except ConnectionRefusedError:
        pass
    else:
        sys.exit(f"Port {port} is taken: stop what uses it, or choose another, PORT={port + 1}.")
    try:
        socket.create_server(("localhost", port)).close()
    except PermissionError:
        sys.exit(f"Port {port} needs administrator rights: choose a larger one, PORT=9000.")


def main() -> None:
    """Hand over to Voilà on the port named by the first argument."""
    if not sys.argv[1].isdecimal() or not 0 < (port := int(sys.argv[1])) < 65536:
        sys.exit(f"{sys.argv[1]} is not a port: choose a number from 1024 to 65535, PORT=9000.")
    check_free(port)
    has_screen = sys.platform == "darwin" or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))
    voila = [sys.executable, "-m", "voila", "notebooks", f"--port={port}", "--Voila.port_retries=0"]
    os.execv(sys.executable, voila if has_screen else [*voila, "--no-browser"])


if __name__ == "__main__":
    main()
