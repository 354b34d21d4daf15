"""What every event log promises to take, so that a record that one adapter takes is not refused by another."""

from collections.abc import Sequence

from pipeline.errors import BadInput, CannotHandle
from pipeline.log.interface import LARGEST_RECORD, NewRecord

# What a record needs beside its key and value, in either log.
ENVELOPE = 64 * 1024


def refuse_too_large(topic: str, records: Sequence[NewRecord]) -> None:
    """Raise CannotHandle if one of the records is larger than any log takes."""
    for record in records:
        size = len(record.key.encode()) + len(record.value)
        if size > LARGEST_RECORD:
            raise CannotHandle(
                f"a record of {size:,} bytes (key {record.key[:80]!r}) is too large for {topic}:"
                f" the event log takes up to {LARGEST_RECORD:,} bytes"
            )


def unknown_topic(topic: str, log: str) -> BadInput:
    """Give the error for a topic that nobody created."""
    return BadInput(f"there is no topic {topic} in {log}: run `harmattan setup`, which creates the topics")
