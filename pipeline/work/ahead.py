"""Looking ahead at what waits behind a full batch, so that what is urgent among it needn't wait its turn."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.log.interface import LogRecord
from pipeline.work.interface import Delivered

MOST_RECORDS = 10_000
"""Records that are held beyond the batch."""

MOST_BYTES = 64_000_000
"""Bytes above which no further records are held."""

MOST_URGENT = 1_000
"""Urgent records of one look that are decided on ahead of their turn; of more, the others wait for theirs."""

A_MOMENT = 0.02
"""Seconds to wait for the next records of a log that has them ready."""


@dataclass(frozen=True, slots=True)
class LookAhead:
    """What a step does with records that wait.

    `may_be_urgent` tells quickly, from a record's bytes, which are worth decoding. `decide` decides on records ahead of their
    turn; they come again in it, so that it must be harmless to repeat, and must not count them as handled.
    """

    may_be_urgent: Callable[[bytes], bool]
    decide: Callable[[Sequence[Delivered]], None]


class Backlog:
    """Records that were received and wait for their turn, in their order."""

    def __init__(self) -> None:
        self._records: deque[LogRecord] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def has_room(self) -> bool:
        """Whether more may be held."""
        return len(self._records) < MOST_RECORDS and self._bytes < MOST_BYTES

    def put(self, records: Sequence[LogRecord]) -> None:
        """Hold records behind the others."""
        self._records.extend(records)
        self._bytes += sum(len(record.value) for record in records)

    def take(self, most: int) -> list[LogRecord]:
        """Give the first records, which are held no longer."""
        taken = [self._records.popleft() for _ in range(min(most, len(self._records)))]
        self._bytes -= sum(len(record.value) for record in taken)
        return taken
