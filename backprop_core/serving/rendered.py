"""Keep each chapter's page ready to be sent."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from backprop_core.pages.chapter import Chapter
from backprop_core.pages.page import page, script_hashes

__all__ = ["Page", "Pages"]


@dataclass(frozen=True)
class Page:
    """A page as it is sent.

    Attributes
    ----------
    plain, packed : bytes
        The HTML, and the same with gzip.
    tag : str
        Its ETag.
    policy : str
        Its Content-Security-Policy: of scripts its own alone, and the widgets' modules, which it
        makes of what it holds.
    """

    plain: bytes
    packed: bytes
    tag: str
    policy: str

    @classmethod
    def of(cls, html: str) -> "Page":
        """Make all that is sent from a page's HTML."""
        plain = html.encode()
        packed = gzip.compress(plain, 6, mtime=0)
        return cls(plain, packed, f'W/"{sha256(plain).hexdigest()[:32]}"', policy(html))


def policy(html: str) -> str:
    """The Content-Security-Policy of a page that brings all it needs.

    Examples
    --------
    >>> policy("<script>go()</script>").split("; ")[1]
    "script-src 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=' blob:"
    """
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src", *script_hashes(html), "blob:"]),
            "style-src 'unsafe-inline' blob:",
            "img-src data: blob:",
            "font-src data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        ]
    )


class Pages:
    """The pages of all chapters, each made when it is first asked for, or when there is time.

    Parameters
    ----------
    chapters
        Brings the chapters, as `WarmProcess.chapters` does.
    """

    def __init__(self, chapters: Callable[[], Awaitable[dict[str, Chapter]]]) -> None:
        self._bring = chapters
        self._chapters: dict[str, Chapter] = {}
        self._made: dict[str, Page] = {}

    async def first(self) -> str:
        """The first chapter's name."""
        return next(iter(await self._known()))

    async def chapter(self, name: object) -> Chapter | None:
        """A chapter, if there is one of that name."""
        chapters = await self._known()
        return chapters.get(name) if isinstance(name, str) else None

    async def get(self, name: str) -> Page | None:
        """A chapter's page, if there is one of that name."""
        chapter = await self.chapter(name)
        if chapter is not None and name not in self._made:
            self._made[name] = Page.of(page(chapter))
        return self._made.get(name)

    async def make_all(self) -> None:
        """Make all pages, and let those that are asked for meanwhile go first."""
        for name in await self._known():
            await self.get(name)
            await asyncio.sleep(0)

    async def _known(self) -> dict[str, Chapter]:
        chapters = await self._bring()
        if chapters is not self._chapters:  # the warm process was started again
            self._chapters, self._made = chapters, {}
        return chapters
