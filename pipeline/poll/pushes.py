"""What the poller does about hubs: it notes which feeds name one, and asks feeds less often while pushes work.

Polls go on all the same, and show whether pushes can be relied on: a subscription is trusted when it is active, has pushed,
and since the last push no two polls found what should have been pushed. (One may have come just before its push did.)
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.fetch.addresses import absolute, url_problem
from pipeline.fetch.interface import Response
from pipeline.poll.following import Document
from pipeline.poll.parsed import FeedLinks
from pipeline.state.interface import ClaimedFeed, PollOutcome, Subscription, Subscriptions, SubscriptionState

SLOW = timedelta(hours=1)
"""The interval of a feed whose pushes are trusted, so that none that was missed comes later than that."""

_MOST_UNPUSHED = 2
_REFRESHED = 30.0
_LONGEST = 2_000
_LINK = re.compile(r"<([^<>]*)>((?:[^,\"]|\"[^\"]*\")*)")
_REL = re.compile(r"\brel\s*=\s*\"?([^\";,]*)", re.IGNORECASE)


class Pushes:
    """Adjusts what polls decide. What is known of subscriptions is up to 30 seconds old.

    `slow` is the interval of feeds whose pushes are trusted.
    """

    def __init__(
        self, subscriptions: Subscriptions, slow: timedelta = SLOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._subscriptions = subscriptions
        self._slow = slow
        self._clock = clock
        self._known: Mapping[int, Subscription] = {}
        self._read_at = -_REFRESHED

    def polled(self, claim: ClaimedFeed, outcome: PollOutcome, document: Document | None) -> PollOutcome:
        """Note what a poll found, and slow the next one down where pushes are trusted."""
        if self._clock() - self._read_at >= _REFRESHED:
            self._known, self._read_at = self._subscriptions.by_feed(), self._clock()
        known = self._known.get(claim.id)
        if document is not None:
            self._note(claim, document, known)
        if known is None or outcome.error or not outcome.asked:
            return outcome
        unpushed = known.unpushed
        if outcome.new_entries and _is_active(known, claim):
            self._subscriptions.not_pushed(claim.id)
            unpushed += 1
        if _is_active(known, claim) and known.last_push and unpushed < _MOST_UNPUSHED and not claim.spec.interval:
            return replace(outcome, delay=max(outcome.delay, self._slow))
        return outcome

    def _note(self, claim: ClaimedFeed, document: Document, known: Subscription | None) -> None:
        hubs, topic = announced(document.response, document.feed.links)
        usable = [hub for hub in hubs if len(hub) <= _LONGEST and url_problem(hub) is None]
        topic = topic or claim.spec.url
        if not usable or claim.spec.login:  # a hub that any stranger can ask has nothing from behind a login
            if known:
                self._subscriptions.unwant(claim.id)
        elif known is None or known.topic != topic or known.hub not in usable:
            self._subscriptions.want(claim.id, usable[0], topic)


def announced(response: Response, links: FeedLinks) -> tuple[Sequence[str], str | None]:
    """Give the hubs and the topic that a feed names: in its headers, or else in the document (W3C WebSub, section 4)."""
    named = [
        (rel, url)
        for target, parameters in _LINK.findall(response.headers.get("link", "")[:10_000])
        if (url := absolute(response.url, target))
        for rel in " ".join(_REL.findall(parameters)).lower().split()
    ]
    hubs = [url for rel, url in named if rel == "hub"]
    selves = [url for rel, url in named if rel == "self"]
    return hubs or links.hubs, selves[0] if selves else links.self


def _is_active(known: Subscription, claim: ClaimedFeed) -> bool:
    return known.state is SubscriptionState.ACTIVE and known.lease_ends is not None and known.lease_ends > claim.at
