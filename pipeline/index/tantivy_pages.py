"""One page of a search in the embedded index, from the state that the first page was taken from."""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from threading import Lock

import tantivy
from tantivy import DocAddress, Order, Query, Schema, Searcher

from pipeline.index.check import Candidate, Page, collect, page_sizes
from pipeline.index.cursor import COUNTED_AT_LEAST, FACET_FIELDS, Counted, Cursor, most_frequent, result
from pipeline.index.document import record_of
from pipeline.index.interface import Facet, Hit, SearchQuery, SearchResult
from pipeline.index.query import Search
from pipeline.index.tantivy_query import of_stories, seen_before
from pipeline.index.translate import Found
from pipeline.records.article import EnrichedArticle

KEPT = 300.0
"""Seconds that a state of the index is kept for the next page."""
MOST_KEPT = 32


class Snapshots:
    """States of the index that pages of searches are taken from, within one process.

    A state is named with the time at which it was taken. Another process, or one that keeps it no longer, takes later pages
    from its own state, without the articles that came since.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, tuple[float, Searcher]] = {}
        self._lock = Lock()

    def keep(self, searcher: Searcher) -> str:
        """Keep a state; give its name."""
        name = f"{secrets.token_hex(6)}.{int(time.time() * 1000)}"
        with self._lock:
            self._kept[name] = time.monotonic() + KEPT, searcher
            self._forget()
        return name

    def get(self, name: str) -> Searcher | None:
        """Give a state that is kept."""
        with self._lock:
            self._forget()
            kept = self._kept.get(name)
            return kept[1] if kept else None

    def _forget(self) -> None:
        now = time.monotonic()
        old = [name for name, (until, _) in self._kept.items() if until < now]
        for name in [*old, *list(self._kept)[: max(0, len(self._kept) - MOST_KEPT)]]:
            self._kept.pop(name, None)


def search_page(
    schema: Schema,
    snapshots: Snapshots,
    searcher: Searcher,
    search: Search,
    query: SearchQuery,
    cursor: Cursor | None,
    found: Found[Query],
) -> SearchResult:
    """Give a page of what was found."""
    snapshot: str | None = None
    if cursor:
        snapshot = cursor.snapshot
        kept = snapshots.get(snapshot)
        if kept is None:
            found = Found(seen_before(schema, found.query, _taken_at(snapshot)), found.whole)
        searcher = kept or searcher
    elif query.paged:
        snapshot = snapshots.keep(searcher)
    passed = cursor.passed if cursor else 0
    pages = read_pages(searcher, search, found, page_sizes(query, found.whole), 0 if query.by_story else passed)
    collected = collect(pages, search, query, whole=found.whole, passed=passed)
    counted = _counted(schema, searcher, query, () if cursor else query.facets, collected.hits, found)
    return result(query, cursor, collected, snapshot, counted)


def read_pages(
    searcher: Searcher, search: Search, found: Found[Query], sizes: Iterable[int], offset: int = 0
) -> Iterator[Page]:
    """Give the candidates page by page, from an offset on."""
    order = None if search.wanted else "time"
    direction = Order.Asc if search.oldest and not search.wanted else Order.Desc
    for size in sizes:
        answer = searcher.search(found.query, limit=size, offset=offset, order_by_field=order, order=direction)
        candidates = [
            Candidate(partial(record, searcher, address), float(score) if search.wanted else 1.0)
            for score, address in answer.hits
        ]
        yield Page(candidates, total(answer))
        offset += size


def record(searcher: Searcher, address: DocAddress) -> EnrichedArticle:
    """Read an article."""
    return record_of(bytes(searcher.doc(address)["record"][0]))


def total(found: tantivy.SearchResult) -> int:
    """Give how many were found in all."""
    return int(found.count or 0)  # type: ignore[attr-defined]  # the library's stub lacks it


def _counted(
    schema: Schema,
    searcher: Searcher,
    query: SearchQuery,
    facets: Sequence[Facet],
    hits: Sequence[Hit],
    found: Found[Query],
) -> Counted:
    wanted = {facet.value: {"terms": {"field": FACET_FIELDS[facet], "size": COUNTED_AT_LEAST}} for facet in facets}
    answer = searcher.aggregate(found.query, wanted) if wanted else {}
    counts = {facet: most_frequent(answer.get(facet.value, {}).get("buckets", [])) for facet in facets}
    stories = [hit.story for hit in hits] if query.by_story else []
    if not stories:
        return Counted(counts, {}, found.whole)
    of_each = {"story": {"terms": {"field": "story", "size": len(stories)}}}
    answer = searcher.aggregate(of_stories(schema, found.query, stories), of_each)
    return Counted(counts, most_frequent(answer["story"]["buckets"], len(stories)), found.whole)


def _taken_at(snapshot: str) -> datetime:
    _, _, taken = snapshot.partition(".")
    return datetime.fromtimestamp(int(taken) / 1000 if taken.isdigit() and len(taken) < 15 else 0, UTC)
