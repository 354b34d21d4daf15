"""A membership in a consumer group of the embedded event log."""

import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pipeline.errors import HarmattanError, OutOfReach
from pipeline.log import sqlite_group as group
from pipeline.log.interface import LogRecord
from pipeline.log.progress import Progress
from pipeline.log.sqlite_keeper import Keeper, Signal
from pipeline.log.sqlite_records import Slot, SqliteRecords
from pipeline.log.sqlite_store import SqliteStore, transaction

HEARTBEATS_A_LEASE = 4


@dataclass(slots=True)
class _Tenure:
    """A partition while it is this member's; `position` is the next offset to receive."""

    slot: Slot
    position: int
    progress: Progress


class SqliteSubscription:
    """One member of a group; the keeper's thread calls `keep`, the worker's thread everything else."""

    def __init__(
        self,
        store: SqliteStore,
        records: SqliteRecords,
        keeper: Keeper,
        signal: Signal,
        name: str,
        topics: Sequence[str],
        lease: float,
    ) -> None:
        """Join the group `name`; `lease` is how many seconds it outlives its process. Raises OutOfReach."""
        self._store = store
        self._records = records
        self._keeper = keeper
        self._signal = signal
        self._member = group.Member(uuid.uuid4().hex, name, tuple(topics), lease)
        self._lock = threading.Lock()
        self._tenures: dict[tuple[str, int], _Tenure] = {}
        self._first = 0
        self._generation = -1
        self._renewed = 0.0
        self._trouble: HarmattanError | None = None
        self._closed = False
        with store.write() as connection:
            holdings = group.renew(connection, self._member)
        self._adopt(holdings)
        keeper.add(self)

    @property
    def closed(self) -> bool:
        """Whether this member has left the group."""
        return self._closed

    def receive(self, most: int, timeout: float) -> list[LogRecord]:
        """Wait for records of this member's partitions."""
        deadline = time.monotonic() + timeout
        while True:
            seen = self._signal.count
            self._check()
            records = self._next(most)
            remaining = deadline - time.monotonic()
            if records or remaining <= 0:
                return records
            self._signal.wait(seen, remaining)

    def done(self, records: Iterable[LogRecord]) -> None:
        """Mark the records, and commit what has become an unbroken beginning."""
        with self._lock:
            for record in records:
                if tenure := self._tenures.get((record.topic, record.partition)):
                    tenure.progress.finish(record.offset)
            due = {
                tenure.slot.id: (tenure.progress, tenure.progress.reached)
                for tenure in self._tenures.values()
                if tenure.progress.uncommitted
            }
        if not due:
            return
        with self._store.write() as connection:
            group.commit(connection, self._member, {slot: reached for slot, (_, reached) in due.items()})
        with self._lock:
            for progress, reached in due.values():
                progress.commit(reached)

    def close(self) -> None:
        """Leave the group."""
        if self._closed:
            return
        self._closed = True
        self._keeper.remove(self)
        with self._lock:
            self._tenures.clear()
        # If the file can't be written now, the lease ends by itself.
        with suppress(OutOfReach), self._store.write() as connection:
            group.leave(connection, self._member)
        self._signal.notify()

    def keep(self, connection: sqlite3.Connection) -> bool:
        """Renew the lease when that is due, or follow a change of the group; say whether the group changed by it."""
        found = group.generation(connection, self._member.group)
        due = time.monotonic() - self._renewed > self._member.lease / HEARTBEATS_A_LEASE
        if self._closed or (found == self._generation and not due):
            return False
        with transaction(connection):
            if self._closed:
                return False
            holdings = group.renew(connection, self._member)
            self._generation = group.generation(connection, self._member.group)
        self._adopt(holdings)
        return self._generation != found

    def trouble(self, error: HarmattanError | None) -> None:
        """Remember the keeper's error for the next `receive`."""
        if error is not None and self._trouble is None:
            self._signal.notify()
        self._trouble = error

    def _adopt(self, holdings: group.Holdings) -> None:
        self._renewed = time.monotonic()
        with self._lock:
            before = {} if holdings.lapsed else self._tenures
            self._tenures = {
                (slot.topic, slot.partition): before.get((slot.topic, slot.partition))
                or _Tenure(slot, position, Progress(position))
                for slot, position in holdings.slots.items()
            }
            grown = self._tenures.keys() - before.keys()
        if grown:
            self._signal.notify()

    def _check(self) -> None:
        if self._closed:
            raise RuntimeError("this subscription is closed")
        if self._trouble is not None:
            raise self._trouble

    def _next(self, most: int) -> list[LogRecord]:
        with self._lock:
            tenures = list(self._tenures.values())
        if not tenures:
            return []
        # Another partition first each time, so that a busy one doesn't starve the rest.
        self._first = (self._first + 1) % len(tenures)
        taken: list[LogRecord] = []
        for tenure in tenures[self._first :] + tenures[: self._first]:
            if len(taken) == most:
                break
            page = self._records.page(tenure.slot, tenure.position, None, most - len(taken))
            taken.extend(self._hand_out(tenure, page))
        return taken

    def _hand_out(self, tenure: _Tenure, page: list[LogRecord]) -> list[LogRecord]:
        with self._lock:
            if self._tenures.get((tenure.slot.topic, tenure.slot.partition)) is not tenure:
                return []  # it moved away meanwhile
            for record in page:
                tenure.progress.receive(record.offset)
                tenure.position = record.offset + 1
        return page
