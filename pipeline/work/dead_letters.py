"""The dead letters: records that a step could not handle, kept with their bytes until somebody puts them back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, LogRecord, NewRecord
from pipeline.records import topics
from pipeline.records.codec import decode, encode
from pipeline.records.dead_letter import DeadLetter

NOWHERE = -1
"""Partition and offset of something that failed before it had any."""

KEPT = 5_000_000
"""How many bytes are kept of a record that is too large for a dead letter, whose form takes more room than the record."""


class DeadLetters:
    """Writes, lists and replays dead letters."""

    def __init__(self, log: EventLog, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._log = log
        self._clock = clock

    def put(self, step: str, record: LogRecord, reason: str) -> str:
        """Keep a record of the log; give the letter's id. The same record of the same step is one letter."""
        return self._put(step, record.topic, record.partition, record.offset, record.key, record.value, reason)

    def put_unlogged(self, step: str, topic: str, key: str, value: bytes, reason: str) -> str:
        """Keep something that should have gone to `topic` and never got there; the same bytes are one letter."""
        return self._put(step, topic, NOWHERE, NOWHERE, key, value, reason)

    def _put(self, step: str, topic: str, partition: int, offset: int, key: str, value: bytes, reason: str) -> str:
        where = f"{step}\0{topic}\0{partition}\0{offset}".encode()
        identity = blake2b(where + (value if offset == NOWHERE else b""), digest_size=8).hexdigest()
        letter = DeadLetter(
            id=identity,
            step=step,
            topic=topic,
            partition=partition,
            offset=offset,
            key=key,
            value=value,
            reason=reason[:2000],
            failed=self._clock(),
        )
        try:
            self._append(letter)
        except CannotHandle:
            # Whatever can't be set aside would stop its step at every start.
            kept = f"{letter.reason} (of its {len(value):,} bytes only the first {KEPT:,} are kept)"
            self._append(replace(letter, key=key[:1000], value=value[:KEPT], reason=kept))
        return identity

    def _append(self, letter: DeadLetter) -> None:
        self._log.append(topics.DEAD_LETTER, [NewRecord(letter.id, encode(letter))])

    def waiting(self) -> list[DeadLetter]:
        """Give the letters that were not put back since they last failed, the oldest first."""
        letters: dict[str, DeadLetter] = {}
        for record in self._log.read(topics.DEAD_LETTER):
            try:
                letter = decode(record.value, DeadLetter)
            except CannotHandle:  # a stranger's record in this topic is no letter
                continue
            if letter.replayed:
                letters.pop(letter.id, None)
            else:
                letters[letter.id] = letter
        return sorted(letters.values(), key=lambda letter: letter.failed)

    def replay(self, letter: DeadLetter) -> None:
        """Put the original bytes back into their topic, then note it.

        Killed in between, the letter is still listed and may be put back again: the steps recognise what they know.
        """
        self._log.append(letter.topic, [NewRecord(letter.key, letter.value)])
        self._append(replace(letter, value=b"", failed=self._clock(), replayed=True))
