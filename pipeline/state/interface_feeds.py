"""The port to the feeds: the poller's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.errors import LeaseLost


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

    `interval` is a fixed polling interval; None leaves it to the poller. `alert_past` is how far back the feed's first poll
    raises alerts, by the entries' own dates; None for the usual 48 hours. `login` names how to sign in and the secret for
    it, never the secret itself: see pipeline.poll.credentials. `attributes` are what an OPML file said beside all this,
    kept to be written again.
    """

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    country: str | None = None
    language: str | None = None
    interval: timedelta | None = None
    alert_past: timedelta | None = None
    problem: str | None = None
    login: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMemory:
    """What polls have learnt of a feed and later ones need; each poll hands it on, whole.

    `etag`, `last_modified` and `body_hash` belong to the last document. `delay` is the interval chosen last, without its
    spread. `rate` is the number of new entries an hour. `ttl` and `period` are the intervals that the document asks for
    and says that it changes in, `max_age` that of its Cache-Control. `read_at` is when a document last came, and `trust`
    how often a request without validators showed that answers without one were right; below zero they were wrong.
    `moved_to` is where permanent redirects have led since `moved_since`, in `moved_seen` polls.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    delay: timedelta | None = None
    rate: float | None = None
    ttl: timedelta | None = None
    period: timedelta | None = None
    max_age: timedelta | None = None
    read_at: datetime | None = None
    trust: int = 0
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedFeed:
    """A feed that this process may poll until its lease ends; `at` is when it was claimed, by the database's clock.

    `known_as` is the address that it was added under, which its entries are identified with wherever it moves. `error` is
    what was wrong at the last poll, which was `last_polled`.
    """

    id: int
    spec: FeedSpec
    known_as: str
    token: str
    at: datetime
    last_success: datetime | None
    last_polled: datetime | None
    failures: int
    error: str | None
    memory: FeedMemory

    @property
    def polled_before(self) -> bool:
        """Whether the feed could ever be read."""
        return self.last_success is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What one poll found out.

    `memory` replaces what was remembered; None leaves it. `entries` is the number of entries in a document that could be
    read, None when there was none (304, error); `seen` holds, for each of them, a digest of its key -> a digest of its
    content. `delay` is the time to the next poll; `held` that of a Retry-After, which also holds back a poll on demand,
    and with it every feed of `held_host`, a server as pipeline.fetch.addresses.authority names it. `asked` is False where
    the feed was not asked because its host is held: nothing but `delay` counts then. `moved` is the address that the feed
    is polled at from now on; one that another feed has is refused, and this feed is `gone` then. An `excused` error is none
    of the feed's own: it makes the first failure, and no further one.
    """

    delay: timedelta
    memory: FeedMemory | None = None
    title: str | None = None
    entries: int | None = None
    new_entries: int = 0
    seen: Mapping[str, str] | None = None
    error: str | None = None
    held: timedelta | None = None
    held_host: str | None = None
    gone: bool = False
    asked: bool = True
    moved: str | None = None
    excused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """A feed as `feeds list` shows it. `known_as` is the address it was added under, another than its own once it moved.

    `interval` is the time between its polls while all is well, None before the first. `listed_in` is the file of feeds that
    the operator keeps it in, None for one that a command added.
    """

    id: int
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
    known_as: str
    interval: timedelta | None
    memory: FeedMemory
    listed_in: str | None = None


class Feeds(Protocol):
    """The poller's own: each feed's state and the entries it has shown.

    A feed that has moved is found under every address that it had.
    """

    def put(self, feeds: Iterable[FeedSpec], *, listed_in: str | None = None) -> None:
        """Add feeds, or renew what the operator says of them; what is known of their polls stays.

        A feed whose interval or login changes is due at once. With `listed_in`, these are all the feeds of a file that the
        operator keeps: feeds that it held at the last reading and holds no more are disabled, and enabled again when they
        come back. Without, a feed that belongs to a file still does.
        """

    def remove(self, url: str) -> bool:
        """Forget a feed and its entries; False when there is none at that address."""

    def enable(self, url: str, *, enabled: bool) -> bool:
        """Let a feed be polled or not; enabling also ends GONE and any hold, its host's too. False when there is none."""

    def hasten(self, url: str) -> bool:
        """Have a feed polled as soon as a poller is free; False when there is none, or none that may be polled now."""

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

    def known(self, wanted: Mapping[int, Iterable[str]]) -> Mapping[int, Mapping[str, str]]:
        """Give, for the entries of each feed (by its claim's id) that are known, key digest -> content digest."""

    def contents(self, feed: int) -> Sequence[str]:
        """Give the content digests of all entries of a feed (by its claim's id) that are known."""

    def latest(self, feed: int) -> "Sequence[str]":
        """Give the key digests of the entries of a feed (by its claim's id) that came at the last poll with new ones.

        Of those that were found in older pages it is not said when they came.
        """

    def save(self, polls: "Sequence[tuple[ClaimedFeed, PollOutcome]]") -> "Sequence[LeaseLost]":
        """Save what polls found and end their leases, in one transaction; said twice by the same claim it counts once.

        Gives what could not be saved, because the lease ended and another process took the feed, or it was removed; nothing
        of those polls was saved, and everything of the others. Success resets failures; an error counts one up. Entries that
        a feed has not shown for 30 days are forgotten.
        """

    def release(self, claims: Iterable[ClaimedFeed]) -> None:
        """Give claims back unpolled."""

    def list(self, *, only: Sequence[str] | None = None) -> list[FeedStatus]:
        """Give the feeds, by address."""
