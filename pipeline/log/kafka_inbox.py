"""What a group member has fetched from Kafka and not yet handed out, and how far the work on its partitions has come."""

import threading
from collections import deque
from collections.abc import Iterable, Mapping

from kafka import TopicPartition  # type: ignore[import-untyped]

from pipeline.errors import HarmattanError
from pipeline.log.interface import LogRecord
from pipeline.log.progress import Progress

# How much may wait here. Fetching stops above it, so that a slow worker's memory stays small.
MOST_RECORDS = 2000
MOST_BYTES = 16 * 1024 * 1024


class Inbox:
    """Stands between the thread that polls, the network's thread, which tells of rebalances, and the worker's."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[LogRecord] = deque()
        self._bytes = 0
        # A partition's progress begins with its first record, because only that says where it begins.
        self._owned: dict[TopicPartition, Progress | None] = {}
        self._trouble: HarmattanError | None = None

    @property
    def full(self) -> bool:
        """Whether fetching should stop for now."""
        return len(self._waiting) >= MOST_RECORDS or self._bytes >= MOST_BYTES

    def gain(self, partitions: Iterable[TopicPartition]) -> None:
        """Note that these partitions are this member's from now on."""
        with self._condition:
            for partition in partitions:
                self._owned[partition] = None
                self._forget(partition)

    def lose(self, partitions: Iterable[TopicPartition]) -> None:
        """Note that these partitions moved away, with everything that is not committed of them."""
        with self._condition:
            for partition in partitions:
                self._owned.pop(partition, None)
                self._forget(partition)
            self._condition.notify_all()

    def put(self, records: Iterable[LogRecord]) -> None:
        """Take in what was fetched."""
        with self._condition:
            for record in records:
                if _partition(record) in self._owned:
                    self._waiting.append(record)
                    self._bytes += len(record.value)
            self._condition.notify_all()

    def take(self, most: int, timeout: float) -> list[LogRecord]:
        """Wait for records and hand out at most that many. Raises the error set by `trouble` if there are none."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._trouble, timeout)
            if self._trouble is not None and not self._waiting:
                raise self._trouble
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            for record in taken:
                self._bytes -= len(record.value)
                progress = self._owned[_partition(record)]
                if progress is None:
                    progress = self._owned[_partition(record)] = Progress(record.offset)
                progress.receive(record.offset)
            return taken

    def finish(self, records: Iterable[LogRecord]) -> None:
        """Note that the work on these records is durable; those of partitions that moved away are ignored."""
        with self._condition:
            for record in records:
                if progress := self._owned.get(_partition(record)):
                    progress.finish(record.offset)

    def uncommitted(self) -> dict[TopicPartition, int]:
        """Give partition -> offset for what has become an unbroken beginning and is not committed."""
        with self._condition:
            return {
                partition: progress.reached
                for partition, progress in self._owned.items()
                if progress is not None and progress.uncommitted
            }

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Note that these offsets are committed."""
        with self._condition:
            for partition, offset in offsets.items():
                if progress := self._owned.get(partition):
                    progress.commit(offset)

    def trouble(self, error: HarmattanError | None) -> None:
        """Set the error that `take` raises, or that there is none any more."""
        with self._condition:
            self._trouble = error
            if error is not None:
                self._condition.notify_all()

    def _forget(self, partition: TopicPartition) -> None:
        kept = [record for record in self._waiting if _partition(record) != partition]
        if len(kept) < len(self._waiting):
            self._waiting = deque(kept)
            self._bytes = sum(len(record.value) for record in kept)


def _partition(record: LogRecord) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
