"""The entries that a feed has shown, as digests."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from pipeline.state.sql import insert_into, one_of
from pipeline.state.tables import feed_entries, feeds

REMEMBERED = timedelta(days=30)
REFRESHED = timedelta(days=1)
"""An entry that is still shown is noted again only once a day: most polls then write nothing for most entries."""


def known_entries(connection: Connection, url: str, keys: Iterable[str]) -> dict[str, str]:
    """Give key -> content for those entries that are known."""
    feed = select(feeds.c.id).where(feeds.c.url == url).scalar_subquery()
    wanted = select(feed_entries.c.key, feed_entries.c.content).where(
        feed_entries.c.feed == feed, feed_entries.c.key.in_(one_of(connection, keys))
    )
    return dict(connection.execute(wanted).all())


def save_entries(connection: Connection, feed: int, seen: Mapping[str, str], now: datetime) -> None:
    """Save the entries of a document, and forget those not shown for 30 days."""
    fresh = _fresh(connection, feed, seen, now - REFRESHED)
    rows = [
        {"feed": feed, "key": key, "content": content, "last_seen": now}
        for key, content in seen.items()
        if fresh.get(key) != content
    ]
    if rows:
        upsert = insert_into(connection, feed_entries)
        upsert = upsert.on_conflict_do_update(
            index_elements=[feed_entries.c.feed, feed_entries.c.key],
            set_={"content": upsert.excluded.content, "last_seen": upsert.excluded.last_seen},
        )
        connection.execute(upsert, rows)
    old = (feed_entries.c.feed == feed) & (feed_entries.c.last_seen < now - REMEMBERED)
    connection.execute(delete(feed_entries).where(old))


def _fresh(connection: Connection, feed: int, keys: Iterable[str], since: datetime) -> dict[str, str]:
    """Give key -> content for those entries that were noted since then."""
    wanted = select(feed_entries.c.key, feed_entries.c.content).where(
        feed_entries.c.feed == feed,
        feed_entries.c.last_seen >= since,
        feed_entries.c.key.in_(one_of(connection, keys)),
    )
    return dict(connection.execute(wanted).all())
