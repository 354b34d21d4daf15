"""The indices in Elasticsearch: one a month of articles and of alerts, by id and revision, and those beside them."""

import logging
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from elastic_transport import ObjectApiResponse
from elastic_transport.client_utils import DEFAULT
from elasticsearch import (
    ApiError,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
)

from pipeline.errors import BadInput, OutOfReach
from pipeline.index import bulk
from pipeline.index.check import READ_AT_ONCE, Candidate, Page, collect, page_sizes, read_all
from pipeline.index.cursor import Counted, Cursor, most_frequent, read_cursor, result
from pipeline.index.document import Unindexable, elasticsearch_document, record_of_document
from pipeline.index.elasticsearch_overview import ElasticsearchOverview
from pipeline.index.elasticsearch_query import Body, counting, search_body, sort_order
from pipeline.index.interface import Candidates, Facet, Hit, Refusal, SearchQuery, SearchResult
from pipeline.index.query import ReaderSource, Search, plain_reader, read_query, shown
from pipeline.index.refill import carry, refill
from pipeline.index.templates import install
from pipeline.index.templates.install import Template, month_of, templates
from pipeline.index.translate import Found
from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle
from pipeline.rules.syntax import Query

log = logging.getLogger(__name__)

T = TypeVar("T", EnrichedArticle, Alert)
A = TypeVar("A")

SERVICE_UNAVAILABLE = 503
SETTLING = (0.1, 0.3, 1.0, 2.0)
"""Seconds to wait before a search is asked again."""

MONTH = re.compile(r"-\d{4}\.\d{2}(-v\d+)?")
"""What follows in the name of an index of a month."""

TIME_OUT = 30.0
FIRST_WAIT = 0.5
FETCHED = ["title", "text", "record"]
LARGEST_PAGE = 1_000
KEPT = "5m"
"""How long the state of the index is kept for the next page of a search."""


class ElasticsearchIndex:
    """Articles and alerts in Elasticsearch 9; implements ArticleIndex and AlertIndex.

    What was written is found after `refresh`, or within five seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        username: str | None = None,
        password: str | None = None,
        ca: Path | None = None,
        prefix: str = "harmattan",
        first_wait: float = FIRST_WAIT,
        reader: ReaderSource = plain_reader,
    ) -> None:
        """Take the address and what it wants to see; nothing is asked yet.

        All names begin with `prefix`. `first_wait` is the pause in seconds before a refused bulk request is first
        repeated; it doubles four times. `reader` gives the reader of queries. Raises BadInput for an address or a CA file
        that can't be used.
        """
        self._reader = reader
        self._url = url
        self._first_wait = first_wait
        self._kinds = templates(prefix)
        self._articles, self._alerts = self._kinds["articles"], self._kinds["alerts"]
        self._known: set[str] = set()
        try:
            self._client = Elasticsearch(
                url,
                api_key=api_key,
                basic_auth=(username, password or "") if username and not api_key else None,
                ssl_context=ssl.create_default_context(cafile=ca) if url.startswith("https:") else DEFAULT,
                request_timeout=TIME_OUT,
                retry_on_timeout=False,
            )
        except (ValueError, OSError) as error:
            raise BadInput(
                f"Elasticsearch at {url}: {error}; check HARMATTAN_ELASTICSEARCH and HARMATTAN_ELASTICSEARCH_CA"
            ) from error

    @property
    def overview(self) -> ElasticsearchOverview:
        """Where feeds, figures and what came of alerts are written to."""
        return ElasticsearchOverview(self._client, self._asking, self._put, self._drop, self._kinds)

    # ------------------------------------------------------------------------------------------------- set-up

    def setup(self) -> None:
        """Create or update templates, mappings, and articles that lack a newer version's fields.

        Raises TooNew, OutOfReach; BadInput where an index has to go.
        """
        with self._asking():
            for template in self._kinds.values():
                anew = template is self._articles
                carried = partial(carry, self._client, self._first_wait, anew)
                install.install(self._client, template, carried, self._refill if anew else None)

    def _refill(self, index: str) -> None:
        log.info("%s: its articles get the fields of this version", index)
        count = refill(self._client, index, self._first_wait, lambda done: log.info("%s: %d articles", index, done))
        log.info("%s: %d articles have the fields of this version", index, count)

    def check(self) -> None:
        """Raise what keeps a worker from writing."""
        with self._asking():
            for template in self._kinds.values():
                install.check(self._client, template)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, articles: Sequence[EnrichedArticle]) -> list[Refusal]:
        """Write articles into the indices of the months in which they were first seen."""
        return self._write(articles, self._articles, _article_source, lambda article: article.first_seen)

    def write_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        """Write alerts into the indices of the months in which they were created."""
        return self._write(alerts, self._alerts, msgspec.json.encode, lambda alert: alert.created)

    def _write(
        self, batch: Sequence[T], template: Template, encode: Callable[[T], bytes], moment: Callable[[T], datetime]
    ) -> list[Refusal]:
        refusals: list[Refusal] = []
        newest: dict[str, bulk.Write] = {}
        for position, record in enumerate(batch):
            try:
                source = encode(record)
            except (Unindexable, UnicodeEncodeError) as error:
                refusals.append(Refusal(position, str(error)))
                continue
            write = bulk.Write(position, month_of(template, moment(record)), record.id, record.revision, source)
            if write.id not in newest or write.revision > newest[write.id].revision:
                newest[write.id] = write
        refused = self._put(list(newest.values()))
        return sorted(refusals + [Refusal(*each) for each in refused], key=lambda refusal: refusal.position)

    def _put(self, writes: Sequence[bulk.Write]) -> list[tuple[int, str]]:
        with self._asking():
            self._ready({write.index for write in writes})
            return bulk.write_in_bulk(self._client, writes, self._first_wait)

    def _ready(self, indices: set[str]) -> None:
        """Make sure that an index which the write will create gets its mapping from the template."""
        for index in indices - self._known:
            if not self._client.indices.exists(index=index):
                self.check()
            self._known.add(index)

    # ---------------------------------------------------------------------------------------------- searching

    def search(self, query: SearchQuery) -> SearchResult:
        """Find articles among all that was written before the last refresh."""
        search = read_query(query, self._reader())
        cursor = read_cursor(query)
        with self._asking():
            snapshot = cursor.snapshot if cursor else self._snapshot() if query.paged else None
            try:
                return self._within_limits(search, query, partial(self._page, search, query, cursor, snapshot))
            except NotFoundError as error:
                if snapshot is None:
                    raise
                raise BadInput("the pages of this search are no longer kept; search again from the first") from error

    def _page(
        self, search: Search, query: SearchQuery, cursor: Cursor | None, snapshot: str | None, found: Found[Body]
    ) -> SearchResult:
        after = {"search_after": cursor.after} if cursor and cursor.after else {}
        pages = self._pages(search, found, page_sizes(query, found.whole), snapshot, after)
        collected = collect(pages, search, query, whole=found.whole, passed=cursor.passed if cursor else 0)
        if snapshot and not collected.more:
            self._client.options(ignore_status=(400, 404)).close_point_in_time(id=snapshot)
        counted = self._counted(query, () if cursor else query.facets, collected.hits, found)
        return result(query, cursor, collected, snapshot, counted)

    def _snapshot(self) -> str:
        """Have the index kept as it is now for the pages to come; give the name of that state."""
        answer = _settled(
            lambda: self._client.open_point_in_time(
                index=self._articles.pattern, keep_alive=KEPT, ignore_unavailable=True
            )
        )
        return str(answer["id"])

    def _counted(self, query: SearchQuery, facets: Sequence[Facet], hits: Sequence[Hit], found: Found[Body]) -> Counted:
        wanted = counting(query, facets, [hit.story for hit in hits])
        if not wanted:
            return Counted({}, {}, found.whole)
        filters = {"bool": {"filter": found.query["bool"]["filter"]}}
        answer = _settled(
            lambda: self._client.search(
                index=self._articles.pattern, query=filters, size=0, aggs=wanted, allow_partial_search_results=False
            )
        )
        buckets = {name: found["buckets"] for name, found in answer.get("aggregations", {}).items()}
        stories = most_frequent(buckets.pop("story", []), len(hits))
        return Counted({facet: most_frequent(buckets.get(facet.value, [])) for facet in facets}, stories, found.whole)

    def candidates(self, meaning: Query | None, since: datetime | None = None) -> Candidates:
        """Give what the query may mean among all that was written before the last refresh."""
        search, query = Search(meaning, scored=False), SearchQuery(since=since)
        with self._asking():
            found = self._within_limits(
                search, query, lambda found: read_all(self._pages(search, found, repeat(READ_AT_ONCE)))
            )
        return Candidates(found.total, self._guarded(found.articles))

    def _within_limits(self, search: Search, query: SearchQuery, ask: Callable[[Found[Body]], A]) -> A:
        """Ask for words in their order, or where Elasticsearch has limits for those, wherever they stand."""
        try:
            return ask(search_body(search, query))
        except BadRequestError:
            pass
        try:
            return ask(search_body(search, query, in_order=False))
        except BadRequestError as error:
            raise BadInput(f"Elasticsearch can't search for {shown(query.text)}: {_reason(error)}") from error

    def _guarded(self, articles: Iterator[EnrichedArticle]) -> Iterator[EnrichedArticle]:
        with self._asking():
            yield from articles

    def _pages(
        self,
        search: Search,
        found: Found[Body],
        sizes: Iterable[int],
        snapshot: str | None = None,
        after: dict[str, Any] | None = None,
    ) -> Iterator[Page]:
        where: dict[str, Any] = (
            {"pit": {"id": snapshot, "keep_alive": KEPT}} if snapshot else {"index": self._articles.pattern}
        )
        where |= after or {}
        for size in sizes:
            answer = _settled(partial(self._ask, search, found.query, min(size, LARGEST_PAGE), where))
            hits = answer["hits"]["hits"]
            candidates = [
                Candidate(
                    partial(record_of_document, hit["_source"]), hit["_score"] if search.wanted else 1.0, hit["sort"]
                )
                for hit in hits
            ]
            yield Page(candidates, answer["hits"]["total"]["value"])
            if hits:
                where["search_after"] = hits[-1]["sort"]

    def _ask(self, search: Search, body: Body, size: int, where: dict[str, Any]) -> ObjectApiResponse[Any]:
        return self._client.search(
            query=body,
            sort=sort_order(search),
            size=size,
            source_includes=FETCHED,
            track_total_hits=True,
            track_scores=bool(search.wanted),
            allow_partial_search_results=False,
            **where,
        )

    def article(self, article_id: str) -> EnrichedArticle | None:
        """Give an article by its id."""
        with self._asking():
            answer = _settled(
                lambda: self._client.search(
                    index=self._articles.pattern,
                    query={"ids": {"values": [article_id]}},
                    source_includes=FETCHED,
                    size=1,
                    allow_partial_search_results=False,
                )
            )
        found = answer["hits"]["hits"]
        return record_of_document(found[0]["_source"]) if found else None

    def refresh(self) -> None:
        """Make everything written so far findable, articles and alerts."""
        with self._asking():
            self._client.indices.refresh(index=f"{self._articles.pattern},{self._alerts.pattern}")

    # -------------------------------------------------------------------------------------------- keeping house

    def drop_before(self, moment: datetime) -> int:
        """Delete the monthly indices of articles whose month ended before the moment."""
        return self._drop(self._articles, moment)

    def _drop(self, template: Template, moment: datetime) -> int:
        first_kept = month_of(template, moment)
        dropped = 0
        with self._asking():
            # An index that took another's place is hidden behind that one's name, which goes with it.
            every = self._client.indices.get_settings(index=template.pattern, expand_wildcards=["open", "hidden"])
            for index in sorted(every):
                month = index[: len(first_kept)]
                if month < first_kept and MONTH.fullmatch(index[len(template.stem) :]):
                    dropped += self._client.count(index=index)["count"]
                    self._client.indices.delete(index=index)
                    self._known.discard(month)
        return dropped

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except UnsupportedProductError as error:
            raise BadInput(
                f"what answers at {self._url} is not Elasticsearch; check HARMATTAN_ELASTICSEARCH"
            ) from error
        except TransportError as error:
            raise OutOfReach(
                f"Elasticsearch can't be reached at {self._url} ({error.message}); check that it runs, and the address"
            ) from error
        except ApiError as error:
            raise OutOfReach(f"Elasticsearch at {self._url} answered {error.status_code}: {_reason(error)}") from error


def _settled(ask: Callable[[], ObjectApiResponse[Any]]) -> ObjectApiResponse[Any]:
    """Ask again for a moment while a month's index that was made just now has no shard in service yet (503)."""
    for pause in SETTLING:
        try:
            return ask()
        except ApiError as error:
            if error.status_code != SERVICE_UNAVAILABLE:
                raise
        time.sleep(pause)
    return ask()


def _reason(error: ApiError) -> str:
    reason = bulk.reason_of(error.body)[1] if isinstance(error.body, dict) else str(error.message)
    if error.status_code in (401, 403):
        return f"{reason}; check HARMATTAN_ELASTICSEARCH_API_KEY and the rights of that key"
    return reason


def _article_source(article: EnrichedArticle) -> bytes:
    return msgspec.json.encode(elasticsearch_document(article))
