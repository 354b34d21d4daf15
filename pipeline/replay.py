"""Putting stored articles back at the beginning of their way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from pipeline.records.article import Origin, RawArticle
from pipeline.records.codec import decode, encode

AT_ONCE = 200


def replay_articles(log: EventLog, since: datetime | None = None, until: datetime | None = None) -> int:
    """Append the stored raw articles anew, marked as replays; give how many.

    Replays of earlier replays are left out, so that repeating it does not multiply anything.
    """
    count = 0
    batch: list[NewRecord] = []
    for record in _stored(log, since, until):
        batch.append(record)
        if len(batch) == AT_ONCE:
            log.append(topics.RAW, batch)
            count += len(batch)
            batch = []
    log.append(topics.RAW, batch)
    return count + len(batch)


def _stored(log: EventLog, since: datetime | None, until: datetime | None) -> Iterator[NewRecord]:
    for record in log.read(topics.RAW, since, until):
        try:
            article = decode(record.value, RawArticle)
        except CannotHandle:  # it is among the dead letters already
            continue
        if article.origin is not Origin.REPLAY:
            yield NewRecord(record.key, encode(replace(article, origin=Origin.REPLAY)))
