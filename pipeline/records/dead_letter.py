"""A record that a step could not handle, kept with its original bytes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that `step` could not handle (topic `articles.dead-letter`).

    `id` follows from step, topic, partition and offset, so a letter written twice is one letter. `value` holds the original
    bytes. `replayed` marks the note that the letter was put back into its topic; such a note has no value.
    """

    SCHEMA: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1

    id: str
    step: str
    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    reason: str
    failed: datetime
    replayed: bool = False
