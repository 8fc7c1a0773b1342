"""Let the pages' server answer at once.

An edit is answered in several small messages. Left alone, the system holds each back until the
browser has confirmed the one before, and a browser takes 40 ms over that.
"""

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

__all__ = ["PromptConnection"]


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A page's connection to its kernel that sends every message as soon as it is there.

    Named in ``voila.json``, and on JupyterLab's command line.
    """

    def connect(self) -> Any:
        """Connect, and wait for nothing when sending (TCP_NODELAY)."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
