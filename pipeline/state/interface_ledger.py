"""The port to the ledger: that of alert and notify."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import RuleMatch, Severity
from pipeline.state.interface_decisions import Decision


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

        Words are added, the severity rises if this one is higher, and the story of the article that founded the alert is the
        alert's. Nothing new leaves the alert's revision as it was.
        """

    def plan(self, alert: str, update: int, recipient: str, channel: str, delay: timedelta) -> Alert:
        """Plan a delivery, due after the delay; one that is there already stays as it is. Give the alert as it now stands."""


class Ledger(Protocol):
    """The alerts, their articles, and every delivery with what became of it."""

    def decide(self, consumer: str) -> AbstractContextManager[LedgerDecision]:
        """Open a transaction of the alert step; leaving it commits."""

    def claim_due(self, owner: str, most: int, lease: timedelta, *, but: Collection[str] = ()) -> list[ClaimedDelivery]:
        """Claim deliveries that are due, the most severe first, then the oldest; no two processes hold one.

        Those over the channels of `but` are left.

        One whose last claim was never recorded may have arrived: it comes with `maybe_repeat`, and counts as an attempt.
        """

    def record(self, claim: ClaimedDelivery, attempt: Attempt) -> Alert:
        """Save what came of it and end the lease; when that changes the alert, put its event into notify's outbox.

        All in one transaction; said twice by the same claim it counts once. Raises LeaseLost, with nothing saved, when the
        lease ended and another process took the delivery.
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
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[Alert]:
        """Give alerts, the newest first; `since` is inclusive and `until` exclusive, by the time they were raised."""

    def alert(self, alert_id: str) -> Alert | None:
        """Give one alert."""

    def deliveries(self, alert_id: str) -> list[Delivery]:
        """Give an alert's deliveries, in the order they were planned."""
