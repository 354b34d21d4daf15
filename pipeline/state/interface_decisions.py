"""The port to what owning steps share: transactions that cover their input, and the outbox."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.log.interface import LogRecord
from pipeline.records.alert import Alert


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A record that a decision wants appended to the log."""

    id: int
    topic: str
    key: str
    value: bytes


class Outbox(Protocol):
    """Records that were decided on and are yet to be appended to the log, in their order."""

    def pending(self, step: str, most: int) -> list[OutboxRow]:
        """Give the oldest records of the step that were not marked as published."""

    def published(self, rows: Iterable[OutboxRow]) -> None:
        """Forget rows that are durable in the log."""


class Decision(Protocol):
    """What every owning step's transaction offers: the input it covers and what follows from it."""

    def uncovered(self, records: Sequence[LogRecord]) -> list[LogRecord]:
        """Give those records that no committed decision of this consumer covers yet."""

    def cover(self, records: Iterable[LogRecord]) -> None:
        """Count the records as decided, each partition up to its highest offset."""

    def publish(self, topic: str, key: str, value: bytes) -> None:
        """Put a record into the outbox."""


class PartingDecision(Protocol):
    """What the alert step's transaction does when a story turns out to be several events."""

    def part(self, alert: str, article: str, story: str, parted: Collection[str]) -> Alert | None:
        """Have an alert stay with those parts of its story of which it has shown an article: raised by it, or sent with it.

        `parted` went from the story: the article is one of them, and they its part, or it is one of those that stay. Where
        its part was not shown, the article leaves the alert, which is given as it then stands, else None. Where nothing that
        stays was shown, the story is no more the alert's.
        """
