"""What enrichment needs of others: pages' texts and the places that a text names."""

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.records.article import Place, Source
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What a page says of its article. Where `error` is a sentence, it tells why the page's text can't be used.

    `url` is where the redirects ended, `canonical` the address that the page itself gives, if any. `kind` is what
    stands on the page: `article`, `stub`, `paywall`, `consent`, `gone`, or `unreadable` where it could not be had or read.
    A paywalled page's `text` is what it lets everybody read. Times are in the zone that the page gives them,
    and `pipeline.zones` tells where it gives none. `status` is that of the answer, where there was one; `unchanged` tells that
    the page is as it was when it gave the validators that it was asked with; `etag` and `last_modified` are those it gives now.
    """

    url: str
    text: str = ""
    kind: str = "article"
    canonical: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    error: str | None = None
    status: int | None = None
    unchanged: bool = False
    etag: str | None = None
    last_modified: str | None = None


class PageReader(Protocol):
    """Fetches articles' pages and finds the article in them, many at a time."""

    def read(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Future[PageText]:
        """Start reading a page; with validators that it gave before, only if it has changed since.

        The future always gives a PageText, never raises, and ends in bounded time.
        """

    def close(self) -> None:
        """Give up what is under way."""


class PlaceFinder(Protocol):
    """Finds the places that an article names."""

    def find(self, document: Document, language: str, source: Source) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """Give the places, and the ISO 3166-1 alpha-2 codes of the countries, each once, as the text comes to them."""

    def at_home(self, articles: Iterable[tuple[Document, Source]]) -> "PlaceFinder":
        """Give a finder that also knows where the sources of these articles are at home, learnt from them together."""


class Rules(Protocol):
    """The rules that are in force."""

    def current(self) -> RuleSet:
        """Give the rules as they are now."""
