"""A step's input: received from its group, decoded, and the undecodable set aside."""

import logging
from collections.abc import Callable, Iterable, Sequence

from pipeline.errors import CannotHandle, TooNew
from pipeline.log.interface import EventLog, LogRecord
from pipeline.records.catalogue import RECORD_OF
from pipeline.records.codec import decode
from pipeline.work.ahead import A_MOMENT, MOST_URGENT, Backlog
from pipeline.work.dead_letters import DeadLetters
from pipeline.work.guard import Guard
from pipeline.work.interface import Delivered, Failure
from pipeline.work.patience import Patience

log = logging.getLogger(__name__)


class Intake:
    """One worker's membership in its step's group, with the dead letters and the limit of failures behind it."""

    def __init__(self, step: str, topics: Sequence[str], event_log: EventLog, patience: Patience) -> None:
        self._step = step
        self._patience = patience
        self._dead_letters = DeadLetters(event_log)
        self._guard = Guard(step)
        self._subscription = patience(lambda: event_log.subscribe(step, topics))
        self._backlog = Backlog()
        self.handled = 0
        self.failed = 0

    def receive(self, most: int, timeout: float) -> list[Delivered]:
        """Wait up to `timeout` seconds for records; give those that can be read.

        Raises TooNew for a record that needs a newer reader, StepStopped past the limit of failures.
        """
        records = self._backlog.take(most) or self._patience(lambda: self._subscription.receive(most, timeout))
        delivered: list[Delivered] = []
        unreadable: list[Failure] = []
        for record in records:
            try:
                delivered.append(Delivered(record, decode(record.value, RECORD_OF[record.topic])))
            except CannotHandle as error:
                unreadable.append(Failure(record, str(error)))
        self.fail(unreadable, beside=len(delivered))
        return delivered

    def look_ahead(self, most: int, may_be_urgent: Callable[[bytes], bool]) -> list[Delivered]:
        """Receive more than the batch, `most` records at a time, while there are any and there is room for them.

        Gives those of them that may be urgent and can be read. All are given again by `receive`, in their order.
        """
        urgent: list[LogRecord] = []
        while self._backlog.has_room:
            more = self._patience(lambda: self._subscription.receive(most, A_MOMENT))
            if not more:
                break
            self._backlog.put(more)
            urgent += [record for record in more if may_be_urgent(record.value)]
        return [delivered for record in urgent[:MOST_URGENT] if (delivered := _read(record))]

    def done(self, records: Iterable[LogRecord]) -> None:
        """Commit records whose work is durable."""
        finished = list(records)
        self._patience(lambda: self._subscription.done(finished))
        self._guard.handled(len(finished))
        self.handled += len(finished)

    def fail(self, failures: Iterable[Failure], beside: int = 0) -> None:
        """Set records aside as dead letters and commit them. Raises StepStopped past the limit of failures.

        `beside` counts records that were received with them and are yet to be handled.
        """
        for failure in failures:
            record, reason = failure.record, failure.reason
            self._guard.failed(reason, beside)
            letter = self._patience(lambda r=record, why=reason: self._dead_letters.put(self._step, r, why))  # type: ignore[misc]
            log.error(
                "%s can't handle %s/%s@%s: %s (dead letter %s)",
                *(self._step, record.topic, record.partition, record.offset, reason, letter),
            )
            self._patience(lambda r=record: self._subscription.done([r]))  # type: ignore[misc]
            self.failed += 1

    def close(self) -> None:
        """Leave the group."""
        self._subscription.close()


def _read(record: LogRecord) -> Delivered | None:
    """Decode a record; what can't be read is told of in its turn."""
    try:
        return Delivered(record, decode(record.value, RECORD_OF[record.topic]))
    except (CannotHandle, TooNew):
        return None
