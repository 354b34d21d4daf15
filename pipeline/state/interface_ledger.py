"""The port to the ledger: that of alert and notify."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.policy.model import Mute
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import RuleMatch, Severity
from pipeline.state.interface_decisions import Decision, PartingDecision
from pipeline.state.interface_facets import AlertFacets, ArticleFacets, Spread
from pipeline.state.interface_signals import Finding, Seen, Tally


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to be sent, or sent, over one channel. `id` names alert, update, recipient and channel.

    `reasons` say what an update tells, as the policy's reasons name it.
    """

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
    bundle: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """What became of an alert for an analyst: one at any time.

    `update` is the one that was decided on, `told` the last one that went out; `until` is when it is asked about again, and
    `escalate` when others are told if nobody has acknowledged; `escalations` counts those steps. `reasons` say what that
    update tells; `articles_told` is how many articles the alert had at the last message, None where that was not noted.
    """

    alert: str
    analyst: str
    rule: str
    standing: Standing
    why: str
    decided: datetime
    until: datetime | None = None
    route: str | None = None
    channels: tuple[str, ...] = ()
    mute: str | None = None
    update: int = 0
    told: int | None = None
    outlets_told: int = 1
    escalate: datetime | None = None
    escalations: int = 0
    reasons: tuple[str, ...] = ()
    articles_told: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """That somebody has taken an alert on."""

    alert: str
    by: str
    at: datetime
    note: str


class Verdict(StrEnum):
    """What an analyst says of an alert: that it was worth it, or should not have been raised."""

    USEFUL = "useful"
    FALSE = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody last said of an alert."""

    alert: str
    by: str
    at: datetime
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit trail: who was told what, when and how, and what they said.

    `what` is sent, failed or due for deliveries, of which `key` is the id; acknowledged, useful, false, muted, unmuted or
    sent again for what `who` did. `detail` is an error, a note or a reason.
    """

    at: datetime
    what: str
    who: str
    alert: str | None = None
    rule: str | None = None
    severity: str | None = None
    title: str | None = None
    update: int | None = None
    channel: str | None = None
    key: str | None = None
    maybe_repeat: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertVerdict:
    """What analysts made of an alert: how many call it useful or false, and when somebody first took it on.

    `notes` are what those said who call it false; `outcomes` counts analysts by what became of it for them.
    """

    alert: str
    rule: str
    created: datetime
    matches: tuple[str, ...]
    useful: int = 0
    false: int = 0
    acknowledged: datetime | None = None
    notes: tuple[str, ...] = ()
    outcomes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleStanding:
    """How an article stands in an alert; `position` is 0 for the one that raised it, then in the order of joining."""

    alert: Alert
    article: AlertArticle
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAlert:
    """What a decision on an article will look for under a rule: its alert, its story's, and that of what it repeats."""

    rule: str
    article: str
    story: str
    copy_of: str | None = None


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


class LedgerDecision(Decision, PartingDecision, Protocol):
    """One transaction of the alert step."""

    def look_up(self, wanted: Iterable[WantedAlert]) -> None:
        """Read at once what decisions on these articles will ask for; without it they ask one by one."""

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

    def standing(self, article: str) -> Sequence[ArticleStanding]:
        """Give how an article stands in its alerts, of whatever rules."""

    def plan(
        self,
        alert: str,
        update: int,
        recipient: str,
        channel: str,
        delay: timedelta,
        bundle: str | None = None,
        reasons: Sequence[str] = (),
    ) -> Alert:
        """Plan a delivery, due after the delay; one that is there already stays as it is. Give the alert as it now stands.

        Deliveries of one `bundle` go out as one message. `reasons` say what an update tells.
        """

    def facets(
        self, alert: str, add: tuple[str, ArticleFacets] | None = None, *, founding: bool = False
    ) -> AlertFacets:
        """Give an alert's facets; `add` joins those of an article, named by its id, to them first; `founding`: its founder."""

    def current_mutes(self) -> Sequence[Mute]:
        """Give the mutes that have not ended."""

    def outcome(self, alert: str, analyst: str) -> OutcomeRow | None:
        """Give what became of an alert for an analyst."""

    def put_outcome(self, row: OutcomeRow) -> Alert | None:
        """Save what becomes of an alert for an analyst, in place of what there was.

        Give the alert as it then stands; None for what goes out now, whose deliveries are to be planned yet.
        """

    def outcomes_due(self, most: int) -> list[OutcomeRow]:
        """Give outcomes that are to be asked about again, or whose escalation has come; no other transaction gets them."""

    def group_since(self, analyst: str, route: str, rule: str) -> datetime | None:
        """Give when the group of a rule's alerts that waits for an analyst began."""

    def messages_since(self, analyst: str, route: str, since: datetime) -> tuple[datetime, ...]:
        """Give the times of the messages that were made for an analyst over a route since then."""

    def add_message(self, message: str, analyst: str, route: str) -> None:
        """Count a message for an analyst over a route."""

    def acknowledged(self, alert: str) -> bool:
        """Tell whether anybody has acknowledged the alert."""

    def alert(self, alert: str) -> Alert | None:
        """Give one alert as this transaction sees it."""

    def tally(self, tallies: Sequence[Tally]) -> Mapping[tuple[str, str], Seen]:
        """Count what articles name; give, for each kind and name, when it had been seen before. No other decision counts."""

    def finding(self, signal: str, name: str) -> Finding | None:
        """Give what a signal last found of a name; no other decision changes it meanwhile."""

    def put_finding(self, finding: Finding) -> None:
        """Save what a signal has found of a name in place of what it found before."""

    @property
    def now(self) -> datetime:
        """The database's time at its first use in this transaction."""


class Ledger(Protocol):
    """The alerts, their articles, and every delivery with what became of it."""

    def decide(self, consumer: str) -> AbstractContextManager[LedgerDecision]:
        """Open a transaction of the alert step; leaving it commits."""

    def release(self) -> AbstractContextManager[LedgerDecision]:
        """Open a transaction that asks again about what was held; leaving it commits. It reads no topic."""

    def held_due(self) -> bool:
        """Tell whether anything that was held is to be asked about again, or to be escalated."""

    def outcomes(self, alert: str) -> list[OutcomeRow]:
        """Give what became of an alert for each analyst."""

    def mute(self, mute: Mute) -> bool:
        """Save a mute; False, and nothing is changed, when there is or was one of that id."""

    def unmute(self, mute: str, by: str = "") -> bool:
        """End a mute now, and note who did; False when there is none of that id. Corrections that it held go out."""

    def mutes(self, since: datetime | None = None) -> list[Mute]:
        """Give the mutes that have not ended, or had not then; those that end first before the others."""

    def acknowledge(self, alert: str, by: str, note: str) -> bool:
        """Save that somebody has taken the alert on; False when there is no such alert."""

    def acknowledgements(self, alert: str) -> list[Acknowledgement]:
        """Give an alert's acknowledgements in their order."""

    def say(self, alert: str, by: str, verdict: Verdict, note: str = "") -> bool:
        """Save what somebody says of an alert, in place of what they said before; False when there is no such alert."""

    def feedback(self, alert: str) -> list[Feedback]:
        """Give what was said of an alert, in the order of time."""

    def spread(self, alerts: Collection[str]) -> dict[str, Spread]:
        """Count how far alerts have spread, by their ids."""

    def retry(self, *, alert: str | None = None, channel: str | None = None, by: str = "") -> int:
        """Make failed deliveries due again, with their keys: of one alert, over one channel; note who asked. Count them."""

    def audit(self, since: datetime, until: datetime | None = None) -> list[AuditEntry]:
        """Give the audit trail of a time, `since` inclusive and `until` exclusive, in the order of time."""

    def verdicts(self, since: datetime, rule: str | None = None) -> list[AlertVerdict]:
        """Give every alert raised since then with what analysts made of it, in the order of time."""

    def alerts_of_article(self, address: str) -> list[Alert]:
        """Give the alerts that an article stands in, by its id or its address."""

    def claim_due(self, owner: str, most: int, lease: timedelta, *, but: Collection[str] = ()) -> list[ClaimedDelivery]:
        """Claim deliveries that are due, the most severe first, then the oldest; no two processes hold one.

        Those over the channels of `but` are left. A bundle is claimed as a whole.
        One whose last claim was never recorded may have arrived: it comes with `maybe_repeat`, and counts as an attempt.
        """

    def record(self, claim: ClaimedDelivery, attempt: Attempt) -> Alert:
        """Save what came of it, end the lease and put the event of an alert that changed into notify's outbox: all or none.

        Said twice by one claim it counts once. Raises LeaseLost, with nothing saved, when another process took the delivery.
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
