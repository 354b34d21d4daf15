"""The entries that feeds have shown, as digests."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select

from pipeline.state.feed_tables import feed_entries
from pipeline.state.sql import insert_into, one_of_numbers, pairs

REMEMBERED = timedelta(days=30)
REFRESHED = timedelta(days=1)
"""An entry that is still shown is noted again only once a day: most polls then write nothing for most entries."""


def known_entries(connection: Connection, wanted: Mapping[int, Iterable[str]]) -> dict[int, dict[str, str]]:
    """Give, for each feed, key -> content of those entries that are known."""
    asked = pairs(connection, [(feed, key) for feed, keys in wanted.items() for key in keys])
    found = select(feed_entries.c.feed, feed_entries.c.key, feed_entries.c.content).join_from(
        asked, feed_entries, (feed_entries.c.feed == asked.c.number) & (feed_entries.c.key == asked.c.value)
    )
    known: dict[int, dict[str, str]] = defaultdict(dict)
    for feed, key, content in connection.execute(found):
        known[feed][key] = content
    return known


def all_contents(connection: Connection, feed: int) -> list[str]:
    """Give the contents of all entries of a feed that are known."""
    return list(connection.execute(select(feed_entries.c.content).where(feed_entries.c.feed == feed)).scalars())


def latest_entries(connection: Connection, feed: int) -> list[str]:
    """Give the keys of those entries of a feed that came last, all at one poll."""
    last = select(func.max(feed_entries.c.first_seen)).where(feed_entries.c.feed == feed).scalar_subquery()
    wanted = select(feed_entries.c.key).where(feed_entries.c.feed == feed, feed_entries.c.first_seen == last)
    return list(connection.execute(wanted).scalars())


def save_entries(
    connection: Connection, seen: Mapping[int, Mapping[str, str]], now: datetime, *, first_seen: datetime | None
) -> None:
    """Save the entries of documents, by feed, and forget those that these feeds have not shown for 30 days.

    `first_seen` is noted of those that are new; None of those that are older than what the feed shows.
    """
    rows = [
        {"feed": feed, "key": key, "content": content, "last_seen": now, "first_seen": first_seen}
        for feed, entries in seen.items()
        for key, content in entries.items()
    ]
    if rows:
        upsert = insert_into(connection, feed_entries)
        new = upsert.excluded
        stale = or_(feed_entries.c.content != new.content, feed_entries.c.last_seen < now - REFRESHED)
        upsert = upsert.on_conflict_do_update(
            index_elements=[feed_entries.c.feed, feed_entries.c.key],
            set_={"content": new.content, "last_seen": new.last_seen},
            where=stale,
        )
        connection.execute(upsert, rows)
    old = feed_entries.c.feed.in_(one_of_numbers(connection, seen)) & (feed_entries.c.last_seen < now - REMEMBERED)
    connection.execute(delete(feed_entries).where(old))
