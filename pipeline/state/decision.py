"""What the transactions of owning steps share: the input they cover and the records that follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, select, tuple_

from pipeline.log.interface import LogRecord
from pipeline.state.sql import insert_into, now_of
from pipeline.state.tables import covered, outbox

_NOTHING = -1
_Partition = tuple[str, int]


class DatabaseDecision:
    """A transaction's covered offsets and outbox; `finish` writes both, just before the commit."""

    def __init__(self, connection: Connection, step: str, consumer: str) -> None:
        self._connection = connection
        self._step = step
        self._consumer = consumer
        self._covered: dict[_Partition, int] = {}
        self._published: list[dict[str, object]] = []

    def uncovered(self, records: Sequence[LogRecord]) -> list[LogRecord]:
        """Give those records that no committed decision of this consumer covers yet.

        It waits for another decision on these partitions to end, so a worker that has lost one can't decide beside its heir.
        """
        covers = self._locked({(record.topic, record.partition) for record in records})
        return [record for record in records if record.offset > covers[record.topic, record.partition]]

    def cover(self, records: Iterable[LogRecord]) -> None:
        """Count the records as decided, each partition up to its highest offset."""
        for record in records:
            partition = (record.topic, record.partition)
            self._covered[partition] = max(record.offset, self._covered.get(partition, _NOTHING))

    def publish(self, topic: str, key: str, value: bytes) -> None:
        """Put a record into the outbox."""
        self._published.append({"step": self._step, "topic": topic, "key": key, "value": value})

    def finish(self) -> None:
        """Write what was covered and published."""
        if self._covered:
            self._write_covered()
        if self._published:
            # At the end, when the rows that the records tell of are locked: so a later change has a later id.
            self._connection.execute(outbox.insert(), self._published)

    @cached_property
    def now(self) -> datetime:
        """The database's time at its first use in this transaction."""
        return now_of(self._connection)

    def _locked(self, partitions: set[_Partition]) -> Mapping[_Partition, int]:
        if not partitions:
            return {}
        rows = [self._row(partition, _NOTHING) for partition in sorted(partitions)]
        self._connection.execute(insert_into(self._connection, covered).on_conflict_do_nothing(), rows)
        wanted = (
            select(covered.c.topic, covered.c.partition, covered.c.offset)
            .where(
                covered.c.consumer == self._consumer,
                tuple_(covered.c.topic, covered.c.partition).in_(sorted(partitions)),
            )
            .order_by(covered.c.topic, covered.c.partition)
            .with_for_update()
        )
        return {(topic, partition): offset for topic, partition, offset in self._connection.execute(wanted)}

    def _write_covered(self) -> None:
        upsert = insert_into(self._connection, covered)
        upsert = upsert.on_conflict_do_update(
            index_elements=[covered.c.consumer, covered.c.topic, covered.c.partition],
            set_={"offset": upsert.excluded.offset},
            where=upsert.excluded.offset > covered.c.offset,
        )
        rows = [self._row(partition, offset) for partition, offset in sorted(self._covered.items())]
        self._connection.execute(upsert, rows)

    def _row(self, partition: _Partition, offset: int) -> dict[str, object]:
        return {"consumer": self._consumer, "topic": partition[0], "partition": partition[1], "offset": offset}
