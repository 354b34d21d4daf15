"""The port to the state: one repository a step, whose methods or contexts are transactions.

All due times and leases run by the database's clock. A lease that ends further in the future than it could have been given
for (a clock was set back) counts as over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.state.interface_accounts import Account, Accounts, ApiScope, Role, Token, TryLimit
from pipeline.state.interface_decisions import Decision, Outbox, OutboxRow
from pipeline.state.interface_facets import AlertFacets, ArticleFacets, Spread
from pipeline.state.interface_feeds import ClaimedFeed, FeedMemory, Feeds, FeedSpec, FeedState, FeedStatus, PollOutcome
from pipeline.state.interface_gaps import Gap, Gaps, GapState
from pipeline.state.interface_kept import KeptStory, StoriesDecision, YoungArticle
from pipeline.state.interface_ledger import (
    Acknowledgement,
    AlertVerdict,
    ArticleStanding,
    Attempt,
    AuditEntry,
    ClaimedDelivery,
    Delivery,
    DeliveryState,
    Feedback,
    Ledger,
    LedgerDecision,
    OutcomeRow,
    Verdict,
    WantedAlert,
)
from pipeline.state.interface_searches import SavedSearch, Searches
from pipeline.state.interface_signals import Finding, HourCount, Seen, Signals, Tally
from pipeline.state.interface_stories import KnownArticle, Stories, StoryDecision
from pipeline.state.interface_subscriptions import Push, Subscription, Subscriptions, SubscriptionState
from pipeline.state.interface_versions import KnownText, Recheck, Rechecks, Version, Versions

__all__ = [
    "Account",
    "Accounts",
    "Acknowledgement",
    "AlertFacets",
    "AlertVerdict",
    "ApiScope",
    "ArticleFacets",
    "ArticleStanding",
    "Attempt",
    "AuditEntry",
    "ClaimedDelivery",
    "ClaimedFeed",
    "Decision",
    "Delivery",
    "DeliveryState",
    "FeedMemory",
    "FeedSpec",
    "FeedState",
    "FeedStatus",
    "Feedback",
    "Feeds",
    "Finding",
    "Gap",
    "GapState",
    "Gaps",
    "HourCount",
    "KeptStory",
    "KnownArticle",
    "KnownText",
    "Ledger",
    "LedgerDecision",
    "Outbox",
    "OutboxRow",
    "OutcomeRow",
    "PollOutcome",
    "Push",
    "Recheck",
    "Rechecks",
    "Role",
    "SavedSearch",
    "Searches",
    "Seen",
    "Signals",
    "Spread",
    "State",
    "Stories",
    "StoriesDecision",
    "StoryDecision",
    "Subscription",
    "SubscriptionState",
    "Subscriptions",
    "Tally",
    "Token",
    "TryLimit",
    "Verdict",
    "Version",
    "Versions",
    "WantedAlert",
    "WorkerStatus",
    "YoungArticle",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """A worker's last sign of life; `age` is the time since, by the database's clock."""

    worker: str
    step: str
    beat: datetime
    age: timedelta
    detail: Mapping[str, int]


class State(Protocol):
    """The database behind the repositories."""

    @property
    def feeds(self) -> Feeds:
        """The poller's repository."""

    @property
    def subscriptions(self) -> Subscriptions:
        """The subscriptions with hubs, and what these have pushed."""

    @property
    def gaps(self) -> Gaps:
        """What polls have missed."""

    @property
    def stories(self) -> Stories:
        """Relate's repository."""

    @property
    def versions(self) -> Versions:
        """What outlets changed in their articles."""

    @property
    def rechecks(self) -> Rechecks:
        """The pages that are to be asked for again."""

    @property
    def ledger(self) -> Ledger:
        """The repository of alert and notify."""

    @property
    def signals(self) -> Signals:
        """What signals count and find."""

    @property
    def outbox(self) -> Outbox:
        """What the owning steps have decided and not yet appended."""

    @property
    def searches(self) -> Searches:
        """The searches that analysts keep."""

    @property
    def accounts(self) -> Accounts:
        """Who may do what."""

    def setup(self) -> None:
        """Create or migrate the schema; safe to repeat, and when two processes do it at once."""

    def check(self) -> None:
        """Raise what keeps a worker from starting: OutOfReach, TooNew, or BadInput when `harmattan setup` has to be run."""

    def beat(self, worker: str, step: str, detail: Mapping[str, int]) -> None:
        """Note that a worker is alive, with its counters since its start."""

    def workers(self) -> Sequence[WorkerStatus]:
        """Give the workers that were alive in the last day, the latest first."""

    def close(self) -> None:
        """Release the connections."""
