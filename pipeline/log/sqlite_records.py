"""Topics and their records in the embedded event log."""

import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.log.interface import LogRecord, NewRecord
from pipeline.log.limits import unknown_topic
from pipeline.log.sqlite_store import SqliteStore

PAGE = 200
DROPPED_AT_ONCE = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    """One partition of one topic."""

    id: int
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Extent:
    """What a partition holds: the records from `first` up to, and without, `next`."""

    slot: Slot
    first: int
    next: int


class SqliteRecords:
    """Appends, reads and drops records."""

    def __init__(self, store: SqliteStore) -> None:
        """Take the file to work on."""
        self._store = store

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create the topics that are missing."""
        with self._store.write() as connection:
            for topic, partitions in topics.items():
                made = connection.execute("INSERT OR IGNORE INTO topics VALUES (?, ?)", (topic, uuid.uuid4().hex))
                if made.rowcount:
                    connection.executemany(
                        "INSERT INTO slots (topic, partition) VALUES (?, ?)", [(topic, n) for n in range(partitions)]
                    )

    def incarnation(self, topic: str) -> str:
        """Give the random id that the topic was created with. Raises BadInput for an unknown topic."""
        with self._store.read() as connection:
            row = connection.execute("SELECT incarnation FROM topics WHERE name = ?", (topic,)).fetchone()
        if row is None:
            raise unknown_topic(topic, str(self._store.path))
        incarnation: str = row[0]
        return incarnation

    def extents(self, topic: str) -> list[Extent]:
        """Give the topic's partitions as they are now. Raises BadInput for an unknown topic."""
        with self._store.read() as connection:
            return self._extents(connection, topic)

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        """Append the records in one transaction."""
        with self._store.write() as connection:
            extents = self._extents(connection, topic)
            ends = [extent.next for extent in extents]
            moment = self._moment(connection, topic)
            rows = []
            for record in records:
                partition = zlib.crc32(record.key.encode()) % len(extents)
                rows.append((extents[partition].slot.id, ends[partition], record.key, record.value, moment))
                ends[partition] += 1
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", rows)
            connection.executemany(
                "UPDATE slots SET next = ?, appended = ? WHERE id = ?",
                [(end, moment, extent.slot.id) for extent, end in zip(extents, ends, strict=True) if end > extent.next],
            )

    def page(self, slot: Slot, start: int, end: int | None, most: int) -> list[LogRecord]:
        """Give up to `most` records of the partition from `start` on, those below `end` alone if there is one."""
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT position, key, value, appended FROM records"
                " WHERE slot = ? AND position >= ? AND position < ? ORDER BY position LIMIT ?",
                (slot.id, start, 2**62 if end is None else end, most),
            ).fetchall()
        return [_record(slot, *row) for row in rows]

    def read(self, topic: str, since: datetime | None, until: datetime | None) -> Iterator[LogRecord]:
        """Give the records between the two moments, up to the end as it is at this call."""
        ranges = []
        for extent in self.extents(topic):
            start = extent.first if since is None else self._position_at(extent, since)
            end = extent.next if until is None else self._position_at(extent, until)
            ranges.append((extent.slot, start, end))
        return self._pages(ranges)

    def drop_before(self, topic: str, moment: datetime) -> None:
        """Drop the topic's records that were appended before the moment."""
        for extent in self.extents(topic):
            end = self._position_at(extent, moment)
            # In portions, so that appends and heartbeats don't wait long.
            for start in range(extent.first, end, DROPPED_AT_ONCE):
                self._drop(extent.slot, min(start + DROPPED_AT_ONCE, end))

    def _drop(self, slot: Slot, end: int) -> None:
        with self._store.write() as connection:
            connection.execute("DELETE FROM records WHERE slot = ? AND position < ?", (slot.id, end))
            connection.execute("UPDATE slots SET first = max(first, ?) WHERE id = ?", (end, slot.id))

    def _pages(self, ranges: Iterable[tuple[Slot, int, int]]) -> Iterator[LogRecord]:
        for slot, start, end in ranges:
            position = start
            while position < end:
                records = self.page(slot, position, end, PAGE)
                if not records:
                    break  # dropped since the reading began
                yield from records
                position = records[-1].offset + 1

    def _position_at(self, extent: Extent, moment: datetime) -> int:
        # The time appended never falls within a partition, so halving finds the place.
        sought = (moment - EPOCH) // timedelta(microseconds=1)
        low, high = extent.first, extent.next
        with self._store.read() as connection:
            while low < high:
                middle = (low + high) // 2
                row = connection.execute(
                    "SELECT appended FROM records WHERE slot = ? AND position = ?", (extent.slot.id, middle)
                ).fetchone()
                if row is None or row[0] < sought:
                    low = middle + 1
                else:
                    high = middle
        return low

    def _extents(self, connection: sqlite3.Connection, topic: str) -> list[Extent]:
        rows = connection.execute(
            "SELECT id, partition, first, next FROM slots WHERE topic = ? ORDER BY partition", (topic,)
        ).fetchall()
        if not rows:
            raise unknown_topic(topic, str(self._store.path))
        return [Extent(Slot(id_, topic, partition), first, end) for id_, partition, first, end in rows]

    def _moment(self, connection: sqlite3.Connection, topic: str) -> int:
        last: int = connection.execute("SELECT max(appended) FROM slots WHERE topic = ?", (topic,)).fetchone()[0]
        return max(time.time_ns() // 1000, last)


def _record(slot: Slot, position: int, key: str, value: bytes, appended: int) -> LogRecord:
    return LogRecord(slot.topic, slot.partition, position, key, value, EPOCH + timedelta(microseconds=appended))
