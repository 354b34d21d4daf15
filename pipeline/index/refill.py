"""Giving the articles of an older Elasticsearch index the fields that it did not have, in it or in the one in its place."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from pipeline.errors import CannotHandle, TooNew
from pipeline.index.bulk import Write, write_in_bulk
from pipeline.index.document import Unindexable, elasticsearch_document, record_of_document
from pipeline.index.templates.articles import INFLECTED

log = logging.getLogger(__name__)

AT_ONCE = 200
_UNINFLECTED = [
    {
        "bool": {
            "filter": [{"term": {"language": language}}],
            "must_not": [{"exists": {"field": f"inflected.{language}"}}],
        }
    }
    for language in INFLECTED
]
MISSING = {"bool": {"should": [{"bool": {"must_not": [{"exists": {"field": "facts"}}]}}, *_UNINFLECTED]}}
"""What finds the articles that were written before there were words and facts, of which every article has some, or words by
language."""


def refill(client: Elasticsearch, index: str, first_wait: float, told: Callable[[int], None] = lambda _: None) -> int:
    """Write each article of the index that lacks words and facts anew, in its own revision; give how many.

    A newer revision that arrives meanwhile stays. Ended in the middle, it goes on the next time. `told` is called with the
    number so far. Raises OutOfReach.
    """
    count = 0
    client.indices.refresh(index=index)
    for hits in _pages(client, index):
        writes = [write for position, hit in enumerate(hits) if (write := _write(position, index, hit))]
        for position, reason in write_in_bulk(client, writes, first_wait):
            log.warning("%s: %s stays as it was: %s", index, hits[position]["_id"], reason)
        count += len(writes)
        told(count)
    return count


def carry(
    client: Elasticsearch, first_wait: float, anew: bool, index: str, hits: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Write hits of another index into this one; give ids that can't be, and why. Raises OutOfReach.

    Each has the version that it had; what is there already, or newer, stays. `anew` says that they are articles, whose fields
    are made anew from their records.
    """
    writes, refused = [], []
    for position, hit in enumerate(hits):
        try:
            source = _renewed(hit["_source"]) if anew else msgspec.json.encode(hit["_source"])
        except (CannotHandle, TooNew, Unindexable, KeyError) as error:
            refused.append((hit["_id"], str(error)))
            continue
        writes.append(Write(position, index, hit["_id"], hit["_version"], source))
    refusals = write_in_bulk(client, writes, first_wait)
    return refused + [(hits[position]["_id"], reason) for position, reason in refusals]


def _renewed(source: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(elasticsearch_document(record_of_document(dict(source))))


def _pages(client: Elasticsearch, index: str) -> Iterator[list[Any]]:
    after: dict[str, Any] = {}
    while True:
        answer = client.search(
            index=index,
            query=MISSING,
            sort=[{"id": "asc"}],
            size=AT_ONCE,
            source_includes=["title", "text", "record"],
            **after,
        )
        hits = answer["hits"]["hits"]
        if not hits:
            return
        yield hits
        after = {"search_after": hits[-1]["sort"]}


def _write(position: int, index: str, hit: dict[str, Any]) -> Write | None:
    try:
        article = record_of_document(hit["_source"])
        source = msgspec.json.encode(elasticsearch_document(article))
    except (CannotHandle, TooNew, Unindexable, KeyError) as error:
        log.warning("%s: %s stays as it was: %s", index, hit["_id"], error)
        return None
    return Write(position, index, article.id, article.revision, source, again=True)
