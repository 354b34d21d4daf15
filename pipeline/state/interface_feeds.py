"""The port to the feeds: the poller's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


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
    """A feed that this process may poll until its lease ends; `at` is when it was claimed, by the database's clock."""

    spec: FeedSpec
    token: str
    at: datetime
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
        """Add feeds, or renew what the operator says of them; what is known of their polls stays.

        A feed whose interval changes is due at once.
        """

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
        """Save what a poll found and end its lease, in one transaction; said twice by the same claim it counts once.

        Raises LeaseLost, with nothing saved, when the lease ended and another process took the feed, or it was removed.
        Success resets failures; an error counts one up. Entries that a feed has not shown for 30 days are forgotten.
        """

    def release(self, claims: Iterable[ClaimedFeed]) -> None:
        """Give claims back unpolled."""

    def list(self, *, only: Sequence[str] | None = None) -> list[FeedStatus]:
        """Give the feeds, by address."""
