"""Outlets that a test publishes in while they are served over HTTP: the acceptance tests' own words."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import quoteattr

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pipeline.newsroom.content import Article, FeedFormat
from pipeline.newsroom.documents import Document, respond
from pipeline.newsroom.edition import Edition
from pipeline.newsroom.formats import RENDERERS, FeedHead, FeedItem
from pipeline.newsroom.pages import Pages, Site
from pipeline.newsroom.server import BoundPort, bind, serving

Part = Literal["feed", "pages"]


@dataclass(frozen=True)
class Asked:
    """A request that a server got."""

    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Entry:
    url: str
    has_page: bool
    id: str | None
    title: str
    text: str
    summary: str
    published: datetime
    dated: bool
    modified: datetime | None = None


@dataclass(frozen=True)
class _Trouble:
    """How an outlet behaves instead of answering; `pause` is between single bytes of a body, in seconds."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float | None = None
    hang: bool = False


class Outlet:
    """An outlet of a SampleServer; everything may be called while it is served."""

    def __init__(self, address: str, id: str, format: FeedFormat, language: str, full: bool) -> None:
        self.id = id
        self.language = language
        self.home_url = f"{address}/{id}/"
        self.feed_url = self.home_url + "feed"
        self._address = address
        self._format = format
        self._full = full
        self._entries: dict[str, _Entry] = {}
        self._raw: Document | None = None
        self._troubles: dict[Part, _Trouble] = {}
        self._started = datetime.now(UTC)
        self._pages = Pages()
        self._lock = threading.Lock()

    # ------------------------------------------------------------------------------------- what tests say

    def publish(
        self,
        *,
        title: str,
        text: str,
        summary: str | None = None,
        link: str | None = None,
        published: datetime | None = None,
        page: bool = True,
        guid: bool = True,
        dated: bool = True,
    ) -> str:
        """Add an entry, and its page unless it has none; paragraphs of `text` are divided by blank lines.

        Returns the entry's address. `link` puts another one into the feed, absolute or a path of this server.
        """
        with self._lock:
            number = len(self._entries) + 1
            url = f"{self.home_url}{number}.html" if link is None else link
            url = self._address + url if url.startswith("/") else url
            self._entries[url] = _Entry(
                url=url,
                has_page=page,
                id=f"{self.id}-{number}" if guid else None,
                title=title,
                text=text,
                summary=text.split("\n\n")[0] if summary is None else summary,
                published=published or datetime.now(UTC),
                dated=dated,
            )
        return url

    def correct(
        self, url: str, *, title: str | None = None, text: str | None = None, summary: str | None = None
    ) -> None:
        """Change an entry and its page; what is not given stays as it was."""
        with self._lock:
            entry = self._entries[url]
            self._entries[url] = replace(
                entry,
                title=entry.title if title is None else title,
                text=entry.text if text is None else text,
                summary=entry.summary if summary is None else summary,
                modified=datetime.now(UTC),
            )

    def withdraw(self, url: str) -> None:
        """Take an entry out of the feed, and its page away."""
        with self._lock:
            del self._entries[url]

    def serve(self, body: bytes, content_type: str = "application/rss+xml") -> None:
        """Serve these bytes as the feed from now on, whatever they are."""
        self._raw = Document(body, content_type, datetime.now(UTC))

    def answer(self, status: int, headers: Mapping[str, str] | None = None, *, of: Part = "feed") -> None:
        """Answer with a status until `recover`."""
        self._troubles = {**self._troubles, of: _Trouble(status=status, headers=headers or {})}

    def trickle(self, pause: float = 0.05, *, of: Part = "feed") -> None:
        """Send a byte at a time, with a pause in seconds after each, until `recover`."""
        self._troubles = {**self._troubles, of: _Trouble(pause=pause)}

    def hang(self, *, of: Part = "feed") -> None:
        """Take requests and say nothing until `recover`."""
        self._troubles = {**self._troubles, of: _Trouble(hang=True)}

    def recover(self) -> None:
        """End every trouble; what hangs is answered."""
        self._troubles = {}

    # --------------------------------------------------------------------------------- what the server asks

    async def respond(self, request: Request) -> Response:
        part: Part = "feed" if str(request.url.path).endswith("/feed") else "pages"
        while (trouble := self._troubles.get(part)) is not None and trouble.hang:
            await asyncio.sleep(0.02)
        if trouble is not None and trouble.status is not None:
            return PlainTextResponse("out of order\n", trouble.status, trouble.headers)
        document = self._feed() if part == "feed" else self._page(self._address + request.url.path)
        if document is None:
            return PlainTextResponse("nothing here\n", 404)
        if trouble is not None and trouble.pause is not None:
            body = _trickle(document.body, trouble.pause)
            return StreamingResponse(body, headers={"Content-Type": document.content_type})
        return respond(request, document)

    def _snapshot(self) -> list[_Entry]:
        with self._lock:
            return sorted(self._entries.values(), key=lambda entry: entry.published, reverse=True)

    def _feed(self) -> Document:
        if self._raw is not None:
            return self._raw
        entries = self._snapshot()
        changed = [entry.modified or entry.published for entry in entries]
        head = FeedHead(
            id=self.feed_url,
            title=self.id,
            tagline=f"News from {self.id}",
            language=self.language,
            home_url=self.home_url,
            feed_url=self.feed_url,
            modified=max(changed, default=self._started),
        )
        return RENDERERS[self._format](head, [self._item(entry) for entry in entries])

    def _item(self, entry: _Entry) -> FeedItem:
        paragraphs = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in entry.text.split("\n\n"))
        return FeedItem(
            id=entry.id,
            url=entry.url,
            title=entry.title,
            summary=entry.summary,
            language=self.language,
            content_html=paragraphs if self._full else None,
            published=entry.published if entry.dated else None,
            modified=entry.modified,
        )

    def _page(self, url: str) -> Document | None:
        entry = next((entry for entry in self._snapshot() if entry.url == url and entry.has_page), None)
        if entry is None:
            return None
        article = Article(
            id=url,
            title=entry.title,
            summary=entry.summary,
            paragraphs=tuple(entry.text.split("\n\n")),
            authors=(),
            categories=(),
            about=(),
            after=0,
        )
        site = Site(self.id, f"News from {self.id}", self.language, self.home_url, self.feed_url, "application/xml")
        edition = Edition(
            article, self.language, entry.title, entry.summary, article.paragraphs, int(entry.modified is not None)
        )
        return self._pages.article(site, edition, url, entry.published, entry.modified or entry.published, ())


class SampleServer:
    """Outlets on one address of the loopback network; `asked` is every request so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []
        self._outlets: dict[str, Outlet] = {}

    def outlet(self, id: str, *, format: FeedFormat = "rss2", language: str = "en", full: bool = False) -> Outlet:
        """Add an outlet; with `full`, its feed carries the articles' text and not a summary alone."""
        outlet = Outlet(self.address, id, format, language, full)
        self._outlets[id] = outlet
        return outlet

    def write_opml(self, path: Path) -> Path:
        """Write a feed list of every outlet."""
        lines = [
            f"<outline type='rss' text={quoteattr(outlet.id)} xmlUrl={quoteattr(outlet.feed_url)} "
            f"language='{outlet.language}'/>"
            for outlet in self._outlets.values()
        ]
        body = "\n".join(lines)
        path.write_text(f"<opml version='2.0'><head><title>Sample</title></head><body>{body}</body></opml>")
        return path

    async def respond(self, request: Request) -> Response:
        self.asked.append(Asked(request.url.path, dict(request.headers)))
        outlet = self._outlets.get(request.url.path.split("/")[1])
        return await outlet.respond(request) if outlet else PlainTextResponse("nothing here\n", 404)


@contextmanager
def open_sample_server(port: int = 0) -> Iterator[SampleServer]:
    """Serve a SampleServer until the block ends, at any free port unless one is named."""
    with closing(bind(port)) as bound, _served(bound) as server:
        yield server


@contextmanager
def _served(bound: BoundPort) -> Iterator[SampleServer]:
    server = SampleServer(bound.address)
    app = Starlette(routes=[Route("/{path:path}", server.respond)])
    with serving(app, bound):
        yield server


async def _trickle(body: bytes, pause: float) -> AsyncIterator[bytes]:
    for byte in body:
        yield bytes([byte])
        await asyncio.sleep(pause)
