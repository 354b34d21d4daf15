"""The port to the state: one repository a step, whose methods or contexts are transactions.

All due times and leases run by the database's clock. A lease that ends further in the future than it could have been given
for (a clock was set back) counts as over.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.log.interface import LogRecord
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import RuleMatch, Severity

# ---------------------------------------------------------------------------------------------------- feeds


class FeedState(StrEnum):
    """Where a feed stands."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    HELD = "held"  # the server said Retry-After
    GONE = "gone"  # the server said 410
    DISABLED = "disabled"
    INVALID = "invalid"  # its address can't be polled at all


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """What an operator says of a feed; `problem` says why its address can't be polled, if so.

    `interval` is a fixed polling interval; None leaves it to the poller.
    """

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    country: str | None = None
    language: str | None = None
    interval: timedelta | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedFeed:
    """A feed that this process may poll until its lease ends."""

    spec: FeedSpec
    token: str
    polled_before: bool
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What one poll found out.

    `entries` is the number of entries in a document that could be read, None when there was none (304, error);
    `seen` holds, for each entry of the document, a digest of its key -> a digest of its content.
    `delay` is the time to the next poll; `held` that of a Retry-After, which also holds back a poll on demand.
    """

    delay: timedelta
    title: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    entries: int | None = None
    new_entries: int = 0
    seen: Mapping[str, str] | None = None
    error: str | None = None
    held: timedelta | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """A feed as `feeds list` shows it."""

    spec: FeedSpec
    title: str
    state: FeedState
    entries: int
    error: str | None
    last_new: datetime | None
    last_success: datetime | None
    last_polled: datetime | None
    next_due: datetime | None
    failures: int


class Feeds(Protocol):
    """The poller's own: each feed's state and the entries it has shown."""

    def put(self, feeds: Iterable[FeedSpec]) -> None:
        """Add feeds, or renew what the operator says of them; what is known of their polls stays."""

    def remove(self, url: str) -> bool:
        """Forget a feed and its entries; False when there is none at that address."""

    def enable(self, url: str, *, enabled: bool) -> bool:
        """Let a feed be polled or not; enabling also ends GONE and any hold. False when there is none."""

    def claim_due(
        self,
        owner: str,
        most: int,
        lease: timedelta,
        *,
        only: Sequence[str] | None = None,
        at_once: bool = False,
    ) -> list[ClaimedFeed]:
        """Claim feeds that are due, the longest overdue first; no two processes hold one feed.

        `only` limits it to those addresses; `at_once` ignores the schedule but not a hold, 410, a disabled or an invalid feed.
        """

    def due(self, most: int) -> "Sequence[str]":
        """Give the addresses of feeds that are due and not claimed, the longest overdue first."""

    def known(self, feed: str, keys: Iterable[str]) -> Mapping[str, str]:
        """Give, for those entries of the feed that are known, key digest -> content digest."""

    def save(self, claim: ClaimedFeed, outcome: PollOutcome) -> None:
        """Save what a poll found and end its lease, in one transaction. Raises LeaseLost, with nothing saved.

        Success resets failures; an error counts one up. Entries that a feed has not shown for 30 days are forgotten.
        """

    def release(self, claims: Iterable[ClaimedFeed]) -> None:
        """Give claims back unpolled."""

    def list(self, *, only: Sequence[str] | None = None) -> list[FeedStatus]:
        """Give the feeds, by address."""


# ------------------------------------------------------------------------------------- decisions and outbox


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


# ------------------------------------------------------------------------------------ identities and stories


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What relate remembers of an article. `feed` is the one that founded it, and alone may revise it.

    `document_hash` is the digest of its latest document, `content_hash` that of title and text alone; `seen` is when that
    version was seen; `alertable` tells that a live revision was given out.
    """

    id: str
    story: str
    copy_of: str | None
    feed: str
    revision: int
    first_seen: datetime
    seen: datetime
    text_source: str
    content_hash: str
    document_hash: str
    backfill: bool
    alertable: bool
    corrected: bool
    signature: bytes


class StoryDecision(Decision, Protocol):
    """One transaction of relate. Leaving it commits, unless the leadership was lost: then LeaseLost, and nothing is saved."""

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, KnownArticle]:
        """Give the articles known under those identity keys, by key."""

    def near(self, bands: Iterable[str], since: datetime) -> Mapping[str, Sequence[KnownArticle]]:
        """Give, by band, the articles first seen since then whose signature shares it, the oldest first."""

    def put(self, article: KnownArticle, keys: Iterable[str], bands: Iterable[str]) -> None:
        """Save an article's state, add identity keys, and replace its bands. A key that is taken stays with its article."""


class Stories(Protocol):
    """Relate's own: identities, versions and stories. One leader writes; others stand by."""

    def lead(self, owner: str, lease: timedelta) -> bool:
        """Become or stay the leader for that long; False while somebody else leads."""

    def resign(self, owner: str) -> None:
        """Give up the leadership, so that another need not wait."""

    def decide(self, owner: str, consumer: str) -> AbstractContextManager[StoryDecision]:
        """Open a transaction. `consumer` names the group and the topic's incarnation."""

    def forget_before(self, moment: datetime) -> int:
        """Forget bands and identities of articles last seen before the moment; give how many articles."""


# --------------------------------------------------------------------------------------------------- ledger


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to be sent, or sent, over one channel. `id` names alert, update, recipient and channel."""

    id: str
    alert: str
    update: int
    recipient: str
    channel: str
    state: DeliveryState
    attempts: int
    due: datetime
    error: str | None = None
    sent: datetime | None = None
    maybe_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that this process may carry out until its lease ends, with the alert as it stands now."""

    delivery: Delivery
    alert: Alert
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of trying to deliver: exactly one of sent, `retry` (try again after that long), or failed with `error`."""

    sent: bool = False
    retry: timedelta | None = None
    error: str | None = None
    maybe_repeat: bool = False


class LedgerDecision(Decision, Protocol):
    """One transaction of the alert step."""

    def alert_of(self, rule: str, article: str, story: str) -> Alert | None:
        """Give the alert under the rule that the article, or else the story, already belongs to."""

    def raise_alert(self, match: RuleMatch, article: AlertArticle, story: str) -> Alert | None:
        """Found an alert; None when another process founded one for this rule and story in the meantime.

        Its state is UNROUTED until deliveries are planned.
        """

    def join(self, alert: str, article: AlertArticle, story: str, words: Sequence[str], severity: Severity) -> Alert:
        """Add an article, or its newer title and address, and its story to an alert; give the alert as it now stands.

        Nothing new leaves the alert's revision as it was.
        """

    def plan(self, alert: str, update: int, recipient: str, channel: str, delay: timedelta) -> Alert:
        """Plan a delivery, due after the delay; one that is there already stays as it is. Give the alert as it now stands."""


class Ledger(Protocol):
    """The alerts, their articles, and every delivery with what became of it."""

    def decide(self, consumer: str) -> AbstractContextManager[LedgerDecision]:
        """Open a transaction of the alert step; leaving it commits."""

    def claim_due(self, owner: str, most: int, lease: timedelta) -> list[ClaimedDelivery]:
        """Claim deliveries that are due, the most severe first, then the oldest; no two processes hold one."""

    def record(self, claim: ClaimedDelivery, attempt: Attempt) -> Alert:
        """Save what came of it, end the lease and put the alert's event into notify's outbox, in one transaction.

        Raises LeaseLost, with nothing saved, when the lease ended and another process took the delivery.
        """

    def begin_digest(self, key: str, lease: timedelta) -> bool:
        """Claim a digest for one channel; False when it was sent, or while another process sends it."""

    def end_digest(self, key: str, *, sent: bool) -> None:
        """Note that a digest was sent, or give the claim back."""

    def due(self) -> int:
        """Give how many deliveries are due now, claimed ones included."""

    def alerts(
        self,
        *,
        rule: str | None = None,
        state: AlertState | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[Alert]:
        """Give alerts, the newest first."""

    def alert(self, alert_id: str) -> Alert | None:
        """Give one alert."""

    def deliveries(self, alert_id: str) -> list[Delivery]:
        """Give an alert's deliveries, in the order they were planned."""


# ---------------------------------------------------------------------------------------------------- state


class State(Protocol):
    """The database behind the repositories."""

    @property
    def feeds(self) -> Feeds:
        """The poller's repository."""

    @property
    def stories(self) -> Stories:
        """Relate's repository."""

    @property
    def ledger(self) -> Ledger:
        """The repository of alert and notify."""

    @property
    def outbox(self) -> Outbox:
        """What the owning steps have decided and not yet appended."""

    def setup(self) -> None:
        """Create or migrate the schema; safe to repeat, and when two processes do it at once."""

    def check(self) -> None:
        """Raise what keeps a worker from starting: OutOfReach, TooNew, or BadInput when `harmattan setup` has to be run."""

    def beat(self, worker: str, step: str, detail: Mapping[str, int]) -> None:
        """Note that a worker is alive, with its counters since its start."""

    def workers(self) -> Sequence["WorkerStatus"]:
        """Give the workers that were alive in the last day, the latest first."""

    def close(self) -> None:
        """Release the connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """A worker's last sign of life; `age` is the time since, by the database's clock."""

    worker: str
    step: str
    beat: datetime
    age: timedelta
    detail: Mapping[str, int]
