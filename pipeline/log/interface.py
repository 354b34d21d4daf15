"""The port to the event log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LARGEST_RECORD = 10 * 1024 * 1024
"""How many bytes a record's key and value may have together, in every log."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to append. Records of one key keep their order and meet the same worker."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record of the log; `appended` is the log's own time (UTC)."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    appended: datetime


class Subscription(Protocol):
    """One worker's membership in a consumer group.

    Heartbeats, rebalances and pauses happen inside, in the background, however long a batch takes. After a rebalance
    or a crash, records that were received and not committed are received again, here or by another member.
    """

    def receive(self, most: int, timeout: float) -> list[LogRecord]:
        """Wait up to `timeout` seconds for at least one record; give at most `most`, in order within each partition.

        Raises OutOfReach when the log can't be asked; nothing is lost then and the call may be repeated. One call at a
        time; `done` may be called meanwhile from other threads.
        """

    def done(self, records: Iterable[LogRecord]) -> None:
        """Say that the work on these records is durable.

        They may come in any order. What is committed is each partition's unbroken beginning of done records, durable
        on return. Records of a partition that has moved away are ignored. Raises OutOfReach when nothing could be committed.
        """

    def close(self) -> None:
        """Leave the group at once, so that others take over without waiting for a time-out."""


class EventLog(Protocol):
    """Durable topics with partitions, read by consumer groups."""

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create the topics that are missing, with that many partitions; existing ones are left alone.

        Appending to a topic that is missing, or subscribing to it, raises BadInput, as does all that asks about it.
        """

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        """Append the records; all are durable on return.

        Raises OutOfReach when that can't be had; some of them may have been appended then. Raises CannotHandle for a
        record that the log can never take (larger than LARGEST_RECORD), with none appended after it.
        """

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Join the group; a new group starts at the topics' beginning."""

    def read(self, topic: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[LogRecord]:
        """Give the topic's records without a group, up to the end as it is now.

        `since` is inclusive and `until` exclusive, by the time appended. Order holds within each partition.
        """

    def lag(self, group: str, topics: Sequence[str]) -> Mapping[str, int]:
        """Give, for each topic, how many records the group has not yet committed."""

    def drop_before(self, topics: Sequence[str], moment: datetime) -> None:
        """Drop the topics' records that were appended before the moment.

        A group that has not come so far goes on at what is left: drop nothing that is younger than any lag.
        """

    def incarnation(self, topic: str) -> str:
        """Give what tells this topic from one deleted and created anew, whose offsets mean something else."""

    def close(self) -> None:
        """Release connections; what was appended stays."""
