"""The port to the article index, and to the index of alerts that Kibana shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle
from pipeline.rules.syntax import Query


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that the index will never take, and why; `position` counts within the batch given."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What is searched for: words of the rules' query language or plain ones, `*` for everything; every filter must hold.

    docs/query-language.md describes both. `since` compares the published time, or the time first seen where there is none
    or it is yet to come. `place` is a place's name or a country's ISO 3166-1 alpha-2 code, `source` an outlet's name or its
    feed's address; case and accents don't matter. Without words the newest come first, otherwise the most relevant.
    """

    text: str = "*"
    since: datetime | None = None
    language: str | None = None
    place: str | None = None
    rule: str | None = None
    source: str | None = None
    story: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found. `excerpt` is plain text around the words searched for."""

    id: str
    url: str | None
    title: str
    language: str
    published: datetime | None
    first_seen: datetime
    source: str
    story: str
    rules: tuple[str, ...]
    countries: tuple[str, ...]
    score: float
    excerpt: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The hits, best first, and how many articles match in all: just so many, or, with `at_least`, so many or more."""

    hits: tuple[Hit, ...]
    total: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that a query may mean, the newest first; `total` is their number. Each is read when it is asked for."""

    total: int
    articles: Iterator[EnrichedArticle]


class ArticleIndex(Protocol):
    """Articles, each under its id in its latest revision, found by words and filters."""

    def setup(self) -> None:
        """Create or update what the index needs; safe to repeat on a running system.

        Raises TooNew when a newer Harmattan has set it up, OutOfReach when it can't be asked.
        """

    def check(self) -> None:
        """Raise what keeps a worker from writing: OutOfReach, or BadInput when `harmattan setup` has to be run."""

    def write(self, articles: Sequence[EnrichedArticle]) -> list[Refusal]:
        """Write the articles whole; all but those refused are durable on return.

        A revision that is there already, or older than what is there, changes nothing and is no refusal. Raises
        OutOfReach, after retries, when some may not have been written: the same batch may be written again.
        """

    def search(self, query: SearchQuery) -> SearchResult:
        """Find articles. Raises BadInput for a query that can't be read, OutOfReach when the index can't be asked."""

    def candidates(self, meaning: Query | None, since: datetime | None = None) -> Candidates:
        """Give every article since then that the query means, among others that it may not mean: who asks checks them.

        Without a query, all are given. `since` is compared as in a search. What is written meanwhile may be among them or
        not. Raises BadInput for a query that is too large; OutOfReach, then or while they are read.
        """

    def article(self, article_id: str) -> EnrichedArticle | None:
        """Give the latest indexed revision of an article, or None."""

    def refresh(self) -> None:
        """Make everything written so far findable."""

    def drop_before(self, moment: datetime) -> int:
        """Remove articles of months that ended before the moment, by the time first seen; give how many."""

    def close(self) -> None:
        """Finish writing and release the index."""


class AlertIndex(Protocol):
    """Alerts beside the articles, for Kibana; there is none on the embedded stores, whose page reads the ledger."""

    def write_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        """Write the alerts whole, by id and revision; the promises are those of ArticleIndex.write."""
