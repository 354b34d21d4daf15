"""The subscriptions with hubs, and what hubs have pushed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, text, update

from pipeline.state import feed_rows
from pipeline.state.engine import Database
from pipeline.state.feed_saves import end_claim
from pipeline.state.feed_tables import feed_pushes, feed_subscriptions, feeds
from pipeline.state.interface_subscriptions import Push, Subscription, SubscriptionState
from pipeline.state.leases import free, lasting, new_token
from pipeline.state.sql import now_of

MOST_WAITING = 5
"""Pushes of one subscription that wait to be taken: they may be as large as feeds."""

FORGOTTEN = timedelta(days=30)
PERSISTENCE = timedelta(days=1)
_FAR = timedelta(days=36_500)
_COLUMNS = (
    *("key", "feed", "hub", "topic", "state", "attempts", "pushes", "unpushed"),
    *("lease_ends", "last_push", "error"),
)
_subs = feed_subscriptions.c


class DatabaseSubscriptions:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def want(self, feed: int, hub: str, topic: str) -> None:
        """Note that a feed is to be had from a hub."""
        with self._database.write() as connection:
            now = now_of(connection)
            current = connection.execute(
                select(feed_subscriptions).where(_subs.feed == feed).with_for_update()
            ).one_or_none()
            if current and (current.hub, current.topic) == (hub, topic):
                return
            _end(connection, now, _subs.feed == feed)
            values = {"key": secrets.token_urlsafe(24), "feed": feed, "hub": hub, "topic": topic}
            counters = {"attempts": 0, "pushes": 0, "unpushed": 0}
            new = values | counters | {"state": SubscriptionState.PENDING.value, "due": now, "changed": now}
            connection.execute(feed_subscriptions.insert().values(new))

    def unwant(self, feed: int) -> None:
        """Note that a feed names no hub any more."""
        with self._database.write() as connection:
            _end(connection, now_of(connection), _subs.feed == feed)

    def by_feed(self) -> Mapping[int, Subscription]:
        """Give the subscriptions of feeds, by the feed's id."""
        with self._database.read() as connection:
            rows = connection.execute(select(feed_subscriptions).where(_subs.feed.is_not(None)))
            return {row.feed: _subscription(row) for row in rows}

    def get(self, key: str) -> Subscription | None:
        """Give a subscription, ended ones too."""
        with self._database.read() as connection:
            row = connection.execute(select(feed_subscriptions).where(_subs.key == key)).one_or_none()
            return _subscription(row) if row else None

    def take_due(self, most: int, hold: timedelta) -> Sequence[Subscription]:
        """Give those whose hub is to be asked now."""
        with self._database.read() as connection:
            if not connection.execute(select(_subs.key).where(_needs_care(now_of(connection))).limit(1)).first():
                return []
        with self._database.write() as connection:
            now = now_of(connection)
            _tidy(connection, now)
            wanted = select(feed_subscriptions).where(_subs.due <= now, _subs.state != SubscriptionState.ENDED.value)
            rows = connection.execute(wanted.order_by(_subs.due).limit(most).with_for_update(skip_locked=True)).all()
            for row in rows:
                _set(connection, row.key, {"due": now + hold})
            return [_subscription(row) for row in rows]

    def asked(self, key: str, again: timedelta) -> None:
        """Note that the hub is about to be asked, and when to ask again unless it verifies before."""
        with self._database.write() as connection:
            _set(connection, key, {"due": now_of(connection) + again, "attempts": _subs.attempts + 1})

    def failed(self, key: str, error: str) -> None:
        """Note that the hub could not be asked or refused."""
        with self._database.write() as connection:
            _set(connection, key, {"error": error})

    def verified(self, key: str, lease: timedelta, renew: timedelta) -> None:
        """Note that the hub has verified a subscription."""
        with self._database.write() as connection:
            now = now_of(connection)
            active = {"state": SubscriptionState.ACTIVE.value, "lease_ends": now + lease, "due": now + renew}
            _set(connection, key, active | {"attempts": 0, "error": None, "changed": now})

    def ended(self, key: str) -> None:
        """Note that a subscription is over."""
        with self._database.write() as connection:
            now = now_of(connection)
            over = {"state": SubscriptionState.ENDED.value, "feed": None, "lease_ends": None, "error": None}
            _set(connection, key, over | {"due": now + _FAR, "changed": now})

    def denied(self, key: str, reason: str, again: timedelta) -> None:
        """Note that the hub said no."""
        with self._database.write() as connection:
            now = now_of(connection)
            denied = {"state": SubscriptionState.DENIED.value, "error": reason, "lease_ends": None}
            _set(connection, key, denied | {"due": now + again, "changed": now})

    def receive(self, key: str, content_type: str, body: bytes) -> None:
        """Keep what a hub delivered until it is taken."""
        with self._database.write() as connection:
            # The feed first, as where a push is saved, so that neither waits for the other.
            feed = select(_subs.feed).where(_subs.key == key).scalar_subquery()
            connection.execute(select(feeds.c.id).where(feeds.c.id == feed).with_for_update())
            pushed = {"subscription": key, "content_type": content_type, "body": body}
            connection.execute(feed_pushes.insert().values(pushed))
            newest = (
                select(feed_pushes.c.number)
                .where(feed_pushes.c.subscription == key)
                .order_by(feed_pushes.c.number.desc())
                .limit(MOST_WAITING)
            )
            too_many = (feed_pushes.c.subscription == key) & feed_pushes.c.number.not_in(newest)
            if connection.execute(delete(feed_pushes).where(too_many)).rowcount:
                _make_due(connection, key)

    def ping(self, key: str) -> None:
        """Note that a hub told of something new without a signature."""
        with self._database.write() as connection:
            _make_due(connection, key)
            _set(connection, key, {"last_push": now_of(connection), "pushes": _subs.pushes + 1, "unpushed": 0})

    def take_push(self, owner: str, lease: timedelta) -> Push | None:
        """Claim the feed of the oldest push that can be dealt with."""
        joined = feed_pushes.join(feed_subscriptions, _subs.key == feed_pushes.c.subscription).join(
            feeds, feeds.c.id == _subs.feed
        )
        usable = text("feeds.enabled AND NOT feeds.gone AND feeds.problem IS NULL")
        pushes = (feed_pushes.c.number, feed_pushes.c.content_type, feed_pushes.c.body, _subs.topic.label("its_topic"))
        wanted = (
            select(*pushes, feeds)
            .select_from(joined)
            .where(usable, free(feeds))
            .order_by(feed_pushes.c.number)
            .limit(1)
        )
        with self._database.read() as connection:
            if not connection.execute(select(feed_pushes.c.number).limit(1)).first():
                return None
        with self._database.write() as connection:
            now = now_of(connection)
            row = connection.execute(wanted.with_for_update(skip_locked=True, of=feeds)).one_or_none()
            if row is None:
                return None
            token = new_token(owner)
            connection.execute(update(feeds).where(feeds.c.id == row.id).values(token=token, **lasting(now, lease)))
            return Push(
                number=row.number,
                claim=feed_rows.claimed(row, token, now),
                topic=row.its_topic,
                content_type=row.content_type,
                body=row.body,
            )

    def save_push(self, push: Push, seen: Mapping[str, str], new: int, error: str | None) -> None:
        """Note the entries of a push, forget the push, and end the claim."""
        with self._database.write() as connection:
            end_claim(connection, push.claim, seen, new, due=error is not None, older=False)
            connection.execute(delete(feed_pushes).where(feed_pushes.c.number == push.number))
            counted = {"last_push": now_of(connection), "pushes": _subs.pushes + 1, "unpushed": 0}
            connection.execute(update(feed_subscriptions).where(_subs.feed == push.claim.id).values(counted))

    def not_pushed(self, feed: int) -> None:
        """Note that a poll found what should have been pushed."""
        with self._database.write() as connection:
            counted = {"unpushed": _subs.unpushed + 1}
            connection.execute(update(feed_subscriptions).where(_subs.feed == feed).values(counted))

    def catch_up(self) -> None:
        """Make every feed with a subscription due."""
        with self._database.write() as connection:
            subscribed = select(_subs.feed).where(_subs.state == SubscriptionState.ACTIVE.value)
            now = now_of(connection)
            due = update(feeds).where(feeds.c.id.in_(subscribed), feeds.c.next_due > now)
            connection.execute(due.values(next_due=now))


def _make_due(connection: Connection, key: str) -> None:
    feed = select(_subs.feed).where(_subs.key == key).scalar_subquery()
    connection.execute(update(feeds).where(feeds.c.id == feed).values(next_due=now_of(connection)))


def _set(connection: Connection, key: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(feed_subscriptions).where(_subs.key == key).values(values))


def _end(connection: Connection, now: datetime, which: Any) -> None:
    """Begin to give subscriptions back."""
    ending = {"state": SubscriptionState.ENDING.value, "feed": None, "due": now, "changed": now, "attempts": 0}
    connection.execute(update(feed_subscriptions).where(which).values(ending))


def _orphaned() -> Any:
    """Tell whether a subscription is for a feed that nobody wants to hear of."""
    wanted = exists().where(feeds.c.id == _subs.feed, text("feeds.enabled AND NOT feeds.gone"))
    return _subs.feed.is_not(None) & ~wanted


def _needs_care(now: datetime) -> Any:
    return or_((_subs.due <= now) & (_subs.state != SubscriptionState.ENDED.value), _orphaned())


def _tidy(connection: Connection, now: datetime) -> None:
    _end(connection, now, _orphaned())
    # One that was never active may have been verified too late, so the hub is asked to forget it for a day.
    never = _subs.lease_ends.is_(None) & (_subs.changed < now - PERSISTENCE)
    over = (_subs.state == SubscriptionState.ENDING.value) & or_(_subs.lease_ends <= now, never)
    connection.execute(
        update(feed_subscriptions).where(over).values(state=SubscriptionState.ENDED.value, due=now + _FAR, changed=now)
    )
    old = (_subs.state == SubscriptionState.ENDED.value) & (_subs.changed < now - FORGOTTEN)
    connection.execute(delete(feed_subscriptions).where(old))


def _subscription(row: Any) -> Subscription:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Subscription(**values | {"state": SubscriptionState(row.state)})
