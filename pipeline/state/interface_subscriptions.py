"""The port to the subscriptions with hubs (WebSub), and to what hubs have pushed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.state.interface_feeds import ClaimedFeed


class SubscriptionState(StrEnum):
    """Where a subscription stands."""

    PENDING = "pending"  # to be asked for, or asked for and not yet verified
    ACTIVE = "active"
    DENIED = "denied"  # the hub said no
    ENDING = "ending"  # to be given back
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed's subscription with its hub. `key` is the last part of the callback's address, which nobody can guess.

    `feed` is the feed's id, None once the feed does without it. `lease_ends` is when the hub forgets it, `attempts` how many
    requests in a row came to nothing. `unpushed` counts the polls since the last push that found what should have been
    pushed.
    """

    key: str
    feed: int | None
    hub: str
    topic: str
    state: SubscriptionState
    attempts: int
    pushes: int
    unpushed: int
    lease_ends: datetime | None = None
    last_push: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a hub has delivered for a feed, which is claimed."""

    number: int
    claim: ClaimedFeed
    topic: str
    content_type: str
    body: bytes


class Subscriptions(Protocol):
    """What the poller, the WebSub worker and the page's endpoint know of subscriptions. All times are the database's."""

    def want(self, feed: int, hub: str, topic: str) -> None:
        """Note that a feed is to be had from a hub. Where it had another hub or topic, that subscription ends."""

    def unwant(self, feed: int) -> None:
        """Note that a feed names no hub any more: its subscription ends."""

    def by_feed(self) -> Mapping[int, Subscription]:
        """Give the subscriptions of feeds, by the feed's id."""

    def get(self, key: str) -> Subscription | None:
        """Give a subscription, ended ones too."""

    def take_due(self, most: int, hold: timedelta) -> Sequence[Subscription]:
        """Give those whose hub is to be asked now, and to nobody else for as long as `hold`.

        Those of feeds that were removed, disabled or are gone are ENDING from here on, those never given back are ENDED when
        their lease is over, and ENDED ones are forgotten after a month.
        """

    def asked(self, key: str, again: timedelta) -> None:
        """Note that the hub is about to be asked, and when to ask again unless it verifies before."""

    def failed(self, key: str, error: str) -> None:
        """Note that the hub could not be asked or refused, with the reason."""

    def verified(self, key: str, lease: timedelta, renew: timedelta) -> None:
        """Note that the hub has verified a subscription, for how long, and when to renew it."""

    def ended(self, key: str) -> None:
        """Note that a subscription is over."""

    def denied(self, key: str, reason: str, again: timedelta) -> None:
        """Note that the hub said no, and when to ask again."""

    def receive(self, key: str, content_type: str, body: bytes) -> None:
        """Keep what a hub delivered until it is taken; durable on return. Of too many, the oldest are given up.

        Whoever gives up a push makes the feed due, so that a poll brings what was in it.
        """

    def ping(self, key: str) -> None:
        """Note that a hub told of something new without a signature: the feed is due at once."""

    def take_push(self, owner: str, lease: timedelta) -> Push | None:
        """Claim the feed of the oldest push that can be dealt with; None when there is none."""

    def save_push(self, push: Push, seen: Mapping[str, str], new: int, error: str | None) -> None:
        """Note the entries of a push and how many were new, forget the push, and end the claim, in one transaction.

        With an error the feed is due at once. Raises LeaseLost, with nothing saved, when another process has the feed.
        """

    def not_pushed(self, feed: int) -> None:
        """Note that a poll found what should have been pushed."""

    def catch_up(self) -> None:
        """Make every feed with a subscription due, since pushes may have been missed."""
