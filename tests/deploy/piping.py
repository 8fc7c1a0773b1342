"""A proxy for the hub under test: bytes go through as they are, in Python only.

A real hub uses configurable-http-proxy, which needs Node.js. That one and this one have in common
what the hub and a browser rely on: the longest route wins, and a websocket is passed on untouched.
"""

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.proxy import Proxy

HEAD_LIMIT = 64 * 1024


class Piping(Proxy):
    """Pass each connection on to where the path of its one request belongs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.routes: dict[str, dict[str, Any]] = {}

    async def start(self) -> None:
        """Listen where the hub is told to be reached."""
        at = urlsplit(self.public_url)
        self.server = await asyncio.start_server(
            self._connected, at.hostname, at.port, limit=HEAD_LIMIT
        )

    async def stop(self) -> None:
        """Take no more connections."""
        self.server.close()

    async def add_route(self, routespec: str, target: str, data: dict[str, Any]) -> None:
        """Send what begins with `routespec` to `target`."""
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        """Forget a route."""
        self.routes.pop(routespec, None)

    async def get_all_routes(self) -> dict[str, dict[str, Any]]:
        """All routes."""
        return dict(self.routes)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *headers = head[:-4].split(b"\r\n")
            path = first.split(b" ")[1].decode("latin-1").partition("?")[0].rstrip("/") + "/"
            route = max((known for known in self.routes if path.startswith(known)), key=len)
            to = urlsplit(self.routes[route]["target"])
            if not any(header.lower().startswith(b"upgrade:") for header in headers):
                # One request to a connection: the next one may belong elsewhere.
                headers = [h for h in headers if not h.lower().startswith(b"connection:")]
                headers.append(b"Connection: close")
            up, down = await asyncio.open_connection(to.hostname, to.port)
            down.write(b"\r\n".join([first, *headers]) + b"\r\n\r\n")
            await asyncio.gather(_pipe(reader, down), _pipe(up, writer))
        writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until there are no more."""
    with suppress(OSError):
        while data := await reader.read(HEAD_LIMIT):
            writer.write(data)
            await writer.drain()
    writer.close()
