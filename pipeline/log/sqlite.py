"""The embedded event log: one SQLite file, shared by any number of threads and processes of one machine."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.log import sqlite_group
from pipeline.log.interface import LogRecord, NewRecord
from pipeline.log.limits import refuse_too_large
from pipeline.log.sqlite_keeper import Keeper, Signal
from pipeline.log.sqlite_records import SqliteRecords
from pipeline.log.sqlite_store import SqliteStore
from pipeline.log.sqlite_subscription import SqliteSubscription


class SqliteEventLog:
    """The event log in a file of its own; see the port for what its methods mean.

    The file is opened, and made if it is missing, at the first use.
    """

    def __init__(
        self,
        path: Path,
        *,
        lease: timedelta = timedelta(seconds=5),
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        """Take the file's path, how long a killed member keeps its partitions, and how long to wait for a lock."""
        self._store = SqliteStore(path, patience.total_seconds())
        self._records = SqliteRecords(self._store)
        self._signal = Signal()
        self._keeper = Keeper(self._store, self._signal)
        self._lease = lease.total_seconds()
        self._subscriptions: list[SqliteSubscription] = []

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create the topics that are missing."""
        self._records.create_topics(topics)

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        """Append the records in one transaction: all of them or none."""
        refuse_too_large(topic, records)
        if records:
            self._records.append(topic, records)
            self._signal.notify()

    def subscribe(self, group: str, topics: Sequence[str]) -> SqliteSubscription:
        """Join the group."""
        for topic in topics:
            self._records.extents(topic)
        subscription = SqliteSubscription(
            self._store, self._records, self._keeper, self._signal, group, topics, self._lease
        )
        self._subscriptions = [*(one for one in self._subscriptions if not one.closed), subscription]
        return subscription

    def read(self, topic: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[LogRecord]:
        """Give the topic's records, partition after partition."""
        return self._records.read(topic, since, until)

    def lag(self, group: str, topics: Sequence[str]) -> Mapping[str, int]:
        """Give how many records of each topic the group has not committed."""
        for topic in topics:
            self._records.extents(topic)
        with self._store.read() as connection:
            return {topic: sqlite_group.lag(connection, group, topic) for topic in topics}

    def drop_before(self, topics: Sequence[str], moment: datetime) -> None:
        """Drop what was appended before the moment; the file keeps its size, and new records use the room."""
        for topic in topics:
            self._records.drop_before(topic, moment)

    def incarnation(self, topic: str) -> str:
        """Give the random id that the topic was created with."""
        return self._records.incarnation(topic)

    def close(self) -> None:
        """Leave every group and close the file."""
        for subscription in self._subscriptions:
            subscription.close()
        self._keeper.stop()
        self._store.close()
