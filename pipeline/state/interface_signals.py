"""The port to what signals count and find."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """That new articles of a source named something: `kind` is what it is (rule, country, place, source, language).

    `hour` is when it is counted, None for what is no news (a back-fill) and only tells that it was named at `seen`; `label` is
    what people call it, `country` the one it lies in.
    """

    kind: str
    name: str
    label: str
    source: str
    seen: datetime
    hour: datetime | None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When something was first and last named."""

    kind: str
    name: str
    label: str
    first: datetime
    last: datetime
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """How many articles there were in the hour that begins then."""

    name: str
    source: str
    hour: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a signal last found of a name: `kind` is burst or silence, `text` says it with its numbers.

    It is over at `ends`; a silence that has no end yet lasts.
    """

    signal: str
    name: str
    kind: str
    label: str
    text: str
    alert: str
    began: datetime
    ends: datetime | None = None


class Signals(Protocol):
    """The counts, and what was found; it is written by the ledger's decisions."""

    def now(self) -> datetime:
        """Give the database's time."""

    def watched_since(self) -> Mapping[str, datetime]:
        """Give since when each kind is counted."""

    def keep(self, kinds: Collection[str], signals: Collection[str]) -> None:
        """Forget since when other kinds are counted, once none was for a day, and end what other signals have found.

        A worker whose policy has a signal that this one's lacks goes on counting for it.
        """

    def hours(self, kind: str, since: datetime) -> list[HourCount]:
        """Give for each name and hour since then how many articles there were; the source is left empty."""

    def past(self, kind: str, names: Collection[str], since: datetime) -> list[HourCount]:
        """Give the counts of these names by source and hour."""

    def seen(self, kind: str, names: Collection[str] | None = None) -> list[Seen]:
        """Give when names of the kind were first and last seen."""

    def findings(self) -> Sequence[Finding]:
        """Give what was last found of each signal and name."""

    def forget_before(self, moment: datetime) -> None:
        """Remove counts that are older."""
