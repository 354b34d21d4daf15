"""A policy: analysts, and the routes by which alerts reach them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipeline.records.article import Severity
from pipeline.signals.model import Signal

RANK = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}
"""How severities compare."""


class Digest(StrEnum):
    """How often a digest is made."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Reason(StrEnum):
    """What an update of an alert adds that may be worth a message of its own."""

    OUTLETS = "outlets"
    SEVERITY = "severity"
    PLACE = "place"
    LANGUAGE = "language"
    TOLL = "toll"
    ENTITY = "entity"
    DENIAL = "denial"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


OWED = frozenset({Reason.CORRECTION, Reason.WITHDRAWAL})
"""What whoever was told of an alert is owed: that what they were told stands no longer as it was."""

TELLING = OWED | {Reason.TOLL, Reason.ENTITY, Reason.DENIAL}
"""The reasons that a message names: its reader would not see the others' news without being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Wall-clock hours of an analyst's own zone in which only what is critical may disturb.

    Where `end` is not after `start`, they last into the next day. `days` are those on which they begin, Monday being 0.
    """

    start: time
    end: time
    days: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyst:
    """Somebody who is told of alerts, over channels of their own; times are told in `zone`, texts in `language`."""

    id: str
    name: str
    channels: tuple[str, ...]
    zone: ZoneInfo
    language: str = "en"
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """At most so many messages in any period of that length; the next says how many alerts were held back."""

    most: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Whom to tell when nobody has acknowledged an alert that long after it was sent."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """Which updates of an alert are worth a message: at so many independent outlets, and for these reasons."""

    outlets: tuple[int, ...] = ()
    on: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which alerts go to whom, and how. What is empty fits everything.

    `severity` is the least; `countries` are ISO 3166-1 alpha-2, `languages` ISO 639-1, `kinds`
    are kinds of sources, such as agency: one of the alert's is enough.
    `corrections` tells whether whoever was told of an alert is told of its corrections, whatever `updates` says.
    `channels` stand in place of the analysts' own. `group` is how long alerts of one rule wait for others; `digest_at` is
    the wall-clock time of daily and weekly digests, which come on Mondays.
    """

    name: str
    to: tuple[str, ...]
    rules: frozenset[str] = frozenset()
    severity: Severity = Severity.LOW
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    group: timedelta = timedelta(0)
    throttle: Throttle | None = None
    digest: Digest | None = None
    digest_at: time = time(7, 0)
    updates: Updates = Updates()
    corrections: bool = True
    escalate: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Analysts, routes and signals. For an analyst, the first route of the file that fits an alert decides."""

    analysts: tuple[Analyst, ...]
    routes: tuple[Route, ...]
    signals: tuple[Signal, ...] = ()

    def analyst(self, analyst_id: str) -> Analyst | None:
        """Give an analyst by id."""
        return next((analyst for analyst in self.analysts if analyst.id == analyst_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """That an analyst, or everybody (None), is not to be told of a rule's or a story's alerts until then, and why.

    Without rule and story it covers all of the analyst's alerts. Where `digest` names a route, it keeps that route's digests
    away and nothing else; so it does with a channel's daily digest where it is `channel:` and the channel's name.
    """

    id: str
    by: str
    reason: str
    until: datetime
    since: datetime
    analyst: str | None = None
    rule: str | None = None
    story: str | None = None
    digest: str | None = None


FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a mute that lasts until somebody ends it."""


def channel_digest(channel: str) -> str:
    """Give what a mute calls a channel's daily digest."""
    return f"channel:{channel}"
