"""Subscribing with hubs (W3C WebSub), and reading what they push.

Pushed content goes the way of a polled document: the same parser, the same comparison with what is known, the same log. What
a kill leaves behind: a hub that was asked is asked again; a push stays in the state until what is in it is in the log.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Protocol

from pipeline.errors import LeaseLost
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.poll.articles import host_of
from pipeline.poll.intake import Intake
from pipeline.poll.parse import NotAFeed
from pipeline.poll.reading import DocumentReader
from pipeline.state.interface import Push, Subscription, Subscriptions, SubscriptionState

AT_ONCE = 20
"""Hubs asked at a time."""

LEASE_WANTED = timedelta(days=10)
HOLD = timedelta(minutes=2)
FIRST_AGAIN = timedelta(minutes=10)
"""How long a hub has to verify before it is asked again; twice as long each time, up to a day."""

LONGEST_AGAIN = timedelta(days=1)
TIME_LIMIT = 20.0
PUSH_LEASE = timedelta(minutes=2)

log = logging.getLogger(__name__)


class Keys(Protocol):
    """The installation's address and key; see pipeline.websub."""

    def callback(self, key: str) -> str:
        """Give the address that a subscription's hub speaks to."""

    def secret(self, key: str) -> str:
        """Give a subscription's secret."""

    def confidential(self, hub: str) -> bool:
        """Tell whether a hub can be told a secret that nobody else hears."""


class WebSub:
    """Asks hubs, in one thread, and reads pushes, in one thread, the same or another."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        intake: Intake,
        fetcher: Fetcher,
        reader: DocumentReader,
        keys: Keys,
        owner: str,
    ) -> None:
        self._subscriptions = subscriptions
        self._intake = intake
        self._fetcher = fetcher
        self._reader = reader
        self._keys = keys
        self._owner = owner

    def ask(self) -> bool:
        """Ask the hubs whose turn it is; tell whether there was any. Raises OutOfReach."""
        due = self._subscriptions.take_due(AT_ONCE, HOLD)
        answers: list[tuple[Subscription, Future[Response]]] = []
        for one in due:
            # Noted before the hub is asked, for it may verify before it answers.
            self._subscriptions.asked(one.key, min(FIRST_AGAIN * 2 ** min(one.attempts, 20), LONGEST_AGAIN))
            answers.append((one, self._fetcher.submit(self._request(one))))
        for one, answer in answers:
            try:
                response = answer.result()
            except FetchError as error:
                self._refused(one, str(error))
                continue
            if not 200 <= response.status < 300:
                self._refused(one, f"the hub {host_of(one.hub)} answers {response.status}")
        return bool(due)

    def read(self) -> bool:
        """Read what was pushed; tell whether there was anything. Raises OutOfReach."""
        pushed = False
        while push := self._subscriptions.take_push(self._owner, PUSH_LEASE):
            self._read(push)
            pushed = True
        return pushed

    def _request(self, one: Subscription) -> Request:
        ending = one.state is SubscriptionState.ENDING
        form = {
            "hub.mode": "unsubscribe" if ending else "subscribe",
            "hub.topic": one.topic,
            "hub.callback": self._keys.callback(one.key),
        }
        if not ending:
            form["hub.lease_seconds"] = str(round(LEASE_WANTED.total_seconds()))
            if self._keys.confidential(one.hub):
                form["hub.secret"] = self._keys.secret(one.key)
        return Request(url=one.hub, form=form, timeout=TIME_LIMIT, limit=100_000)

    def _refused(self, one: Subscription, error: str) -> None:
        log.warning("%s: no subscription for now: %s", one.topic, error)
        self._subscriptions.failed(one.key, error)

    def _read(self, push: Push) -> None:
        seen: Mapping[str, str] = {}
        new, error = 0, None
        try:
            feed = self._reader.read(push.body, url=push.topic, content_type=push.content_type).result()
            [taken] = self._intake.take([(push.claim, feed)])
            seen, new = taken.seen, taken.new
        except NotAFeed as problem:
            error = f"what the hub pushed {problem}"
            log.warning("%s: %s; the feed is asked instead", push.claim.spec.url, error)
        try:
            self._subscriptions.save_push(push, seen, new, error)
        except LeaseLost as lost:
            log.warning("%s", lost)
