"""Filling an index that was begun anew from the articles that the event log still has."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from pipeline.errors import CannotHandle
from pipeline.index.interface import ArticleIndex
from pipeline.log.interface import EventLog
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle
from pipeline.records.codec import decode

log = logging.getLogger(__name__)

AT_ONCE = 200


class RebuildableIndex(ArticleIndex, Protocol):
    """An index that knows whether it was begun anew."""

    def incomplete(self) -> bool:
        """Tell whether the log may hold articles that the index does not."""

    def completed(self) -> None:
        """Record that it holds none."""


def rebuild(index: RebuildableIndex, event_log: EventLog) -> int:
    """Write every enriched article of the log where the index was begun anew; give how many records were read.

    Ended in the middle, it begins again the next time, which is harmless. Raises OutOfReach, TooNew.
    """
    if not index.incomplete():
        return 0
    count = 0
    articles = _enriched(event_log)
    while batch := list(islice(articles, AT_ONCE)):
        index.write(batch)
        count += len(batch)
    index.completed()
    if count:
        log.info("the index was filled from %d records of the event log", count)
    return count


def _enriched(event_log: EventLog) -> Iterator[EnrichedArticle]:
    for record in event_log.read(topics.ENRICHED):
        try:
            yield decode(record.value, EnrichedArticle)
        except CannotHandle:  # it is among the dead letters already
            continue
