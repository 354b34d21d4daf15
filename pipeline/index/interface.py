"""The port to the article index, and to the index of alerts that Kibana shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from pipeline.index.interface_overview import Overview
from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle
from pipeline.records.change import Change
from pipeline.rules.syntax import Query


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that the index will never take, and why; `position` counts within the batch given."""

    position: int
    reason: str


class Order(StrEnum):
    """What comes first of what was found."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Facet(StrEnum):
    """By what the articles found can be counted."""

    LANGUAGE = "language"
    SOURCE = "source"
    KIND = "kind"
    COUNTRY = "country"
    PLACE = "place"
    RULE = "rule"


MOST_VALUES = 12
"""Values of a facet that are given, the most frequent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What is searched for: words of the rules' query language or plain ones, `*` for everything; every filter must hold.

    docs/query-language.md describes both. `since` and `until`, which is not part of what they enclose, compare the
    published time, or the time first seen where there is none or it is yet to come. `place` is a
    place's name, in any language or script in which the gazetteer knows it, or a country's ISO 3166-1 alpha-2 code, `country`
    such a code, `kind` a kind of source, such as `agency`, `source` an outlet's name or its feed's address; case and accents
    don't matter. Unless there is an `order`, the newest come first without words, and otherwise the most relevant; without
    words there is no relevance to go by.

    `by_story` gives each story once, by the first of its articles. `facets` are counted on the first page. With `paged`, the
    result says where the next page begins, which is given as `after` with the same query.
    """

    text: str = "*"
    since: datetime | None = None
    until: datetime | None = None
    language: str | None = None
    place: str | None = None
    country: str | None = None
    kind: str | None = None
    rule: str | None = None
    source: str | None = None
    story: str | None = None
    order: Order | None = None
    by_story: bool = False
    facets: tuple[Facet, ...] = ()
    paged: bool = False
    after: str | None = None
    limit: int = 20


Marks: TypeAlias = tuple[tuple[int, int], ...]

Counts: TypeAlias = Mapping[str, int]
"""Values with the number of articles that have each, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found. `excerpt` is plain text around the words searched for.

    The marks are the places of those words, first and behind the last code point, in title and excerpt. `of_story` counts the
    articles of its story that were found, where stories are given.
    """

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
    corrected: bool = False
    undeclared: bool = False
    changes: tuple[Change, ...] = ()
    title_marks: Marks = ()
    excerpt_marks: Marks = ()
    of_story: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The hits, best first, and how many articles match in all: just so many, or, with `at_least`, so many or more.

    `next` is where the next page begins; None where this is the last, or pages were not asked for. Unless they are
    `facets_exact`, the facets and the sizes of stories count all articles that the index took for possible, of which some
    are not meant.

    `unchecked` is 0 but where the search was given up, for want of time, before it had as many articles as were asked for: so
    many more may be meant. `next` goes on with them, except where each story is given once.
    """

    hits: tuple[Hit, ...]
    total: int
    at_least: bool = False
    next: str | None = None
    facets: Mapping[Facet, Counts] = field(default_factory=dict)
    facets_exact: bool = True
    unchecked: int = 0
    pages_end: bool = False


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
        """Find articles. Raises BadInput for a query that can't be read, OutOfReach when the index can't be asked.

        Pages follow one another in what was there when the first was asked for, whatever is written meanwhile. Raises
        BadInput for an `after` that belongs to another query, or is too old.
        """

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

    @property
    def overview(self) -> Overview:
        """Where feeds, figures and what came of alerts are written to."""
