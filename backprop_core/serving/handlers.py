"""Answer a browser: the pages, and a kernel for a page."""

import asyncio
import json
import re
from http.client import responses
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.web import HTTPError

from backprop_core.serving.answer import Answer
from backprop_core.serving.kernels import ChapterKernels, NoRoomError
from backprop_core.serving.password import LoginHandler
from backprop_core.serving.rendered import Pages

__all__ = ["handlers"]

NO_ROOM = {"reason": "full", "seconds": 5}
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SESSION = re.compile(r"[\w-]{1,100}", re.ASCII)


class NothingHandler(Answer):
    """Every address that is none of ours."""

    @allow_unauthenticated
    def get(self) -> None:
        """Say that nothing is there."""
        raise HTTPError(404)

    head = post = put = patch = delete = options = get


class FirstHandler(Answer):
    """The server's own address, which leads to the first chapter."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Go there; the password is asked for there."""
        pages: Pages = self.settings["pages"]
        self.redirect(f"voila/render/{await pages.first()}.ipynb")


class PageHandler(Answer):
    """A chapter's page, the same for everybody."""

    leads_to_login = True

    async def get(self, name: str) -> None:
        """Send it, packed if the browser can unpack it, or say that it has not changed."""
        pages: Pages = self.settings["pages"]
        page = await pages.get(name)
        if page is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Content-Security-Policy", page.policy)
        # Asked for anew each time, and sent only if it is another.
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Etag", page.tag)
        if self.check_etag_header():
            self.set_status(304)
        elif "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.write(page.packed)
        else:
            self.write(page.plain)

    head = get


class _Told(Answer):
    """Answers for a page's scripts."""

    @property
    def kernels(self) -> ChapterKernels:
        """The kernels of all pages."""
        kernels: ChapterKernels = self.settings["kernel_manager"]
        return kernels

    def tell(self, status: int, **told: Any) -> None:
        """Answer in JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(told))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Name the status; why, only the log knows."""
        self.tell(status_code, reason=responses.get(status_code, "error").lower())


class BeginHandler(_Told):
    """A kernel for a page."""

    gave_up = False

    def on_connection_close(self) -> None:
        """Notice that nobody will hear the answer."""
        self.gave_up = True

    async def post(self) -> None:
        """Start it, if the page is still that of the chapter and there is room."""
        try:
            asked = json.loads(self.request.body)
            name, digest = asked["chapter"], asked["digest"]
        except (ValueError, TypeError, LookupError, RecursionError):
            raise HTTPError(400) from None
        pages: Pages = self.settings["pages"]
        chapter = await pages.chapter(name)
        if chapter is None:
            self.tell(404, reason="unknown")
        elif digest != chapter.digest:
            self.tell(409, reason="renewed")
        else:
            try:
                kernel_id = await self.kernels.begin(name)
            except NoRoomError:
                self.tell(503, **NO_ROOM)
            else:
                if self.gave_up:
                    await self.kernels.end(kernel_id, "idle")
                self.tell(201, id=kernel_id)


class FateHandler(_Told):
    """What has become of a kernel."""

    async def get(self, kernel_id: str) -> None:
        """Tell the page that has lost it."""
        fate = self.kernels.fate(kernel_id)
        if fate == "alive":
            self.tell(200)
        else:
            self.tell(404, reason=fate)


class LeaveHandler(_Told):
    """A page says that it goes."""

    async def post(self, kernel_id: str) -> None:
        """Stop its kernel."""
        await self.kernels.end(kernel_id, "idle")
        self.set_status(204)
        self.finish()


class LineHandler(KernelWebsocketHandler, Answer):
    """A page's line to its kernel."""

    # Seconds: a laptop that was closed is missed within twenty.
    ping_interval = 10.0
    ping_timeout = 10.0

    def set_default_headers(self) -> None:
        """As for all answers, should it be refused."""
        Answer.set_default_headers(self)

    def check_origin(self, origin: str | None = None) -> bool:
        """Let in pages of this server only."""
        return self.is_from_here()

    async def pre_get(self) -> None:
        """Refuse a line to a kernel that has ended, and a name that is none."""
        if not _SESSION.fullmatch(self.get_argument("session_id", "")):
            raise HTTPError(400)
        if self.settings["kernel_manager"].fate(self.kernel_id) != "alive":
            raise HTTPError(404)
        self.flow = Flow()
        await super().pre_get()

    async def open(self, kernel_id: str) -> None:
        """Let messages through (Tornado sends the pings)."""
        await self.connection.connect()

    async def on_message(self, message: str | bytes) -> None:
        """Hand a message on; who sends too many waits."""
        self.connection.handle_incoming_message(message)
        await self.flow.wait()

    def drop(self) -> None:
        """End at once, without waiting for an answer that may never come."""
        self.connection.disconnect()
        if self.ws_connection is not None:
            self.ws_connection._abort()


class Flow:
    """Let a burst of messages pass, and then so many a second."""

    BURST, PER_SECOND = 200.0, 100.0

    def __init__(self) -> None:
        self._left, self._since = self.BURST, asyncio.get_running_loop().time()

    async def wait(self) -> None:
        """Return when the next message may be read."""
        now = asyncio.get_running_loop().time()
        self._left = min(self.BURST, self._left + self.PER_SECOND * (now - self._since)) - 1
        self._since = now
        if self._left < 0:
            await asyncio.sleep(-self._left / self.PER_SECOND)


def handlers(base_url: str) -> list[tuple[str, type[Answer]]]:
    """All addresses, behind a path that begins and ends with a slash."""
    base = re.escape(base_url)
    return [
        (rf"{base}", FirstHandler),
        (rf"{base}voila/render/([\w-]+)\.ipynb", PageHandler),
        (rf"{base}kernels", BeginHandler),
        (rf"{base}kernels/({_ID})", FateHandler),
        (rf"{base}kernels/({_ID})/leave", LeaveHandler),
        (rf"{base}api/kernels/({_ID})/channels", LineHandler),
        (rf"{base}login", LoginHandler),
        (r".*", NothingHandler),
    ]
