"""Give each user of a JupyterHub or of Binder the tutorial at /user/NAME/tutorial/.

jupyter-server-proxy finds `tutorial` by its entry point, starts this module for the first who opens
the address, and shows an icon in JupyterLab. It takes the user's address off before it passes a
request on, and only lets the user through.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

__all__ = ["tutorial"]

# One user, with some windows open.
WINDOWS = 8


def tutorial() -> dict[str, Any]:
    """Return what jupyter-server-proxy has to know.

    Returns
    -------
    dict
        The arguments of its ``ServerProcess``. The socket lies in a folder that only the user may
        enter, so that nobody else on the machine gets at it.
    """
    return {
        "command": [sys.executable, "-m", "backprop_core.serving.on_a_hub", "{unix_socket}"],
        "unix_socket": True,
        # A whole class starts at once.
        "timeout": 120.0,
        "launcher_entry": {
            "title": "Backprop tutorial",
            "icon_path": str(Path(__file__).with_name("icon.svg")),
        },
    }


def end_with(parent: int) -> None:
    """End this process when its parent has ended, however that came about."""
    while os.getppid() == parent:
        time.sleep(2)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve the tutorial on the socket that the first argument names."""
    from backprop_core.chapters import CHAPTERS
    from backprop_core.serving import serve

    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    serve(CHAPTERS, socket=sys.argv[1], visitors=WINDOWS, open_browser=False)


if __name__ == "__main__":
    main()
