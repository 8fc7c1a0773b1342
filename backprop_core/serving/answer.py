"""Answer so that no other site gets anything, and in a sentence where something is wrong."""

from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError

from backprop_core.serving.address import is_local

__all__ = ["Answer"]

NOTICE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": NOTICE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
NOT_HERE = (
    "Nothing here",
    "There is no such page in this tutorial. Perhaps a letter of the address went missing.",
)
_NOTICE = Environment(
    loader=PackageLoader("backprop_core.serving", "."), autoescape=select_autoescape(["j2"])
).get_template("notice.html.j2")


class Answer(JupyterHandler):
    """What all answers have in common: headers, and a friendly page when something is wrong."""

    def set_default_headers(self) -> None:
        """Let no other site embed, read or lead what is answered here."""
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)
        # Elsewhere a browser ignores it, and says so on its console.
        if self.request.protocol == "https" or is_local(self.request.host_name):
            self.set_header("Cross-Origin-Opener-Policy", "same-origin")

    leads_to_login = False  # or refuses at once who has not given the password

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Let nothing in that another site's page has sent."""
        if self.request.method not in ("GET", "HEAD") and not self.is_from_here():
            self.current_user = self._jupyter_current_user = None
            raise HTTPError(403)
        await super().prepare(_redirect_to_login=self.leads_to_login)

    def is_from_here(self) -> bool:
        """Whether a page of this server asks, or no page at all.

        A browser says so itself where the address is safe. A proxy may have changed the host.
        """
        if site := self.request.headers.get("Sec-Fetch-Site"):
            return site in ("same-origin", "none")
        origin = self.request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc.lower() == self.request.host.lower()

    def check_xsrf_cookie(self) -> None:
        """What it is for has been seen to (`is_from_here`)."""

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what is wrong in a sentence; why, only the log knows."""
        title, sentence = {
            403: ("Not allowed", "This request did not come from a page of this tutorial."),
            404: NOT_HERE,
            405: NOT_HERE,
        }.get(status_code, (responses.get(status_code, "Something went wrong"), "Try it again."))
        self.notice(title, sentence)

    def notice(self, title: str, sentence: str, form: str = "") -> None:
        """Answer with a page of a few words, and a form for the password if it has an address."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        # Relative, as a proxy may have taken something off the address.
        home = "../" * (self.request.path.count("/") - self.base_url.count("/")) or "./"
        page = _NOTICE.render(title=title, sentence=sentence, form=form, home=home)
        self.finish(page)
