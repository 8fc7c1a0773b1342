"""Serve the chapters: Voilà as an application, with handlers of our own only."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from hashlib import scrypt
from pathlib import Path
from socket import socket
from typing import Any

from jupyter_server.auth.security import passwd
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from traitlets import Any as Anything
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration

from backprop_core.serving.address import is_local
from backprop_core.serving.connection import MOST_BYTES, PageConnection
from backprop_core.serving.handlers import handlers
from backprop_core.serving.kernels import ChapterKernels
from backprop_core.serving.password import OnePassword
from backprop_core.serving.rendered import Pages

__all__ = ["Tutorial"]

_MOST_OF_A_BODY = 64_000  # bytes
_DAYS = 7  # for which a browser needs no password again

log = logging.getLogger("backprop_core.serving")


class Tutorial(Voila):
    """The tutorial's server.

    Of Voilà's addresses there are only those that a page needs: the chapters, their kernels, and
    the form for the password. No configuration file is read.

    Attributes
    ----------
    warm : WarmProcess
        Brings the chapters, and kernels if it `forks`.
    visitors, idle_minutes, gone_seconds, check_seconds
        As of `ChapterKernels`.
    password : str
        Who does not know it sees a form; none if it is empty.
    """

    warm = Anything()
    forks = Bool(True)
    visitors = Integer(60)
    idle_minutes = Float(30.0)
    gone_seconds = Float(30.0)
    check_seconds = Float(5.0)
    password = Unicode("")
    through_socket = Bool(False, help="Whether it is reached over a Unix socket, by a proxy.")

    def initialize(self, argv: Any = None) -> None:
        """Get ready; nothing is read from the command line or from files."""
        self._init_asyncio_patch()
        self.log_level = logging.WARNING
        self.token = ""
        self.identity_provider_class = OnePassword
        self.kernel_websocket_connection_class = PageConnection
        self.voila_configuration = VoilaConfiguration(
            parent=self, multi_kernel_manager_class=ChapterKernels
        )
        options: dict[str, dict[str, Any]] = {
            "ChapterKernels": {
                "visitors": self.visitors,
                "idle_seconds": 60 * self.idle_minutes,
                "gone_seconds": self.gone_seconds,
                "check_seconds": self.check_seconds,
            }
        }
        if password := self.password.strip():  # as of what is typed
            options["OnePassword"] = {
                "hashed_password": passwd(password, "sha256"),
                "cookie_options": {"samesite": "Lax", "expires_days": _DAYS},
                "get_secure_cookie_kwargs": {"max_age_days": _DAYS},
            }
            # The same for the same password: a server that was started again knows its visitors.
            self.cookie_secret = scrypt(password.encode(), salt=b"backprop", n=2**14, r=8, p=1)
        self.update_config(Config(options))

    def init_settings(self) -> dict[str, Any]:
        """What the handlers find in their settings."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.warm = self.warm if self.forks else None
        self.kernel_manager.folder = Path(self.root_dir)
        return {
            **settings,
            "pages": Pages(self.warm.chapters),
            # Another site may give its own name an address of this machine.
            "allow_remote_access": self.through_socket or not is_local(self.ip),
            "websocket_max_message_size": MOST_BYTES,
            "log_function": _log_failure,
        }

    def init_handlers(self) -> list[Any]:
        """All addresses there are."""
        return handlers(self.base_url)

    async def run(self, sockets: list[socket], ready: Callable[[], object]) -> None:
        """Serve on `sockets` until cancelled, and leave no kernel behind."""
        _allow_open_files(256 + 16 * self.visitors)
        application = Application(**self.init_settings())
        application.add_handlers(".*$", self.init_handlers())
        server = HTTPServer(
            application,
            max_body_size=_MOST_OF_A_BODY,
            max_buffer_size=2 * MOST_BYTES,
            idle_connection_timeout=120,
            body_timeout=30,
        )
        server.add_sockets(sockets)
        ready()
        try:
            await application.settings["pages"].make_all()
            await asyncio.Event().wait()
        finally:
            server.stop()
            await self.kernel_manager.end_all()
            await server.close_all_connections()


def _allow_open_files(number: int) -> None:
    """Let the process have so many files open, as far as the system lets it: sockets count, too."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = number if most == resource.RLIM_INFINITY else min(number, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


def _log_failure(handler: RequestHandler) -> None:
    """Log what went wrong in the server. What a visitor asked for is nobody's business."""
    if handler.get_status() == 500:
        log.error("%s %s has failed.", handler.request.method, handler.request.path)
