"""Where the next page of a search begins, as a word that a visitor hands back."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from pipeline.errors import BadInput
from pipeline.index.check import Collected
from pipeline.index.interface import MOST_VALUES, Counts, Facet, SearchQuery, SearchResult

MOST_PASSED = 10_000
"""Articles, or stories, that may come before a page."""

LONGEST = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far the pages before this one got, and what they said.

    `snapshot` names the state of the index that they were taken from, `after` the engine's own place in it. `passed` counts
    the candidates before this page, or the stories where each is given once, and then every page begins from the start.
    """

    query: str
    snapshot: str
    passed: int
    total: int
    at_least: bool
    after: list[Any] | None = None


def written(cursor: Cursor) -> str:
    """Give a cursor as letters, digits, `-` and `_`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read_cursor(query: SearchQuery) -> Cursor | None:
    """Read a query's cursor; None where it asks for the first page. Raises BadInput for one that isn't of this query."""
    if query.after is None:
        return None
    try:
        if len(query.after) > LONGEST:
            raise ValueError("it is too long")
        data = base64.b64decode(query.after.encode() + b"=" * (-len(query.after) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(data, type=Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise BadInput("where the page begins can't be read; search again from the first page") from error
    if cursor.query != digest(query):
        raise BadInput("where the page begins belongs to another search; search again from the first page")
    if not 0 <= cursor.passed <= MOST_PASSED:
        raise BadInput(f"no page begins behind {MOST_PASSED:,} articles; narrow the search")
    return cursor


def digest(query: SearchQuery) -> str:
    """Tell queries apart whose pages can't follow one another. A period that is told from now on moves with every page."""
    same = replace(query, after=None, limit=1, facets=(), paged=True, since=None, until=None)
    return hashlib.sha256(repr(same).encode(errors="backslashreplace")).hexdigest()[:16]


def result(
    query: SearchQuery, cursor: Cursor | None, collected: Collected, snapshot: str | None, counted: "Counted"
) -> SearchResult:
    """Give a page with the place where the next begins. The number of all is what the first page said.

    `snapshot` names the state of the index that the next page is to be taken from; None where none is wanted.
    """
    total, at_least = collected.total, collected.at_least
    if cursor:
        total, at_least = max(cursor.total, total) if cursor.at_least else cursor.total, cursor.at_least
    following = None
    if collected.more and snapshot is not None and collected.passed <= MOST_PASSED:
        following = Cursor(
            query=digest(query),
            snapshot=snapshot,
            passed=collected.passed,
            total=total,
            at_least=at_least,
            after=None if query.by_story else collected.after,
        )
    hits = collected.hits
    if query.by_story:
        hits = tuple(replace(hit, of_story=counted.stories.get(hit.story, 1)) for hit in hits)
    return SearchResult(
        hits=hits,
        total=total,
        at_least=at_least,
        next=written(following) if following else None,
        facets=counted.facets,
        facets_exact=counted.exact,
        unchecked=collected.unchecked,
        pages_end=collected.more and snapshot is not None and following is None,
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of the articles that an engine found have each value of a facet, and belong to each story."""

    facets: Mapping[Facet, Counts]
    stories: Counts
    exact: bool


FACET_FIELDS: Mapping[Facet, str] = {
    Facet.LANGUAGE: "language",
    Facet.SOURCE: "source",
    Facet.KIND: "source_kinds",
    Facet.COUNTRY: "countries",
    Facet.PLACE: "places",
    Facet.RULE: "rules",
}
"""The fields of an article's document that the facets count."""

COUNTED_AT_LEAST = 50
"""Values that an engine is asked for, so that those as frequent as one another are cut off alike by both."""


def most_frequent(buckets: list[Any], most: int = MOST_VALUES) -> Counts:
    """Give the counts of an engine's buckets, the most frequent first, and as many as there are places for."""
    counts = sorted((-bucket["doc_count"], str(bucket["key"])) for bucket in buckets)
    return {value: -count for count, value in counts[:most]}
