"""Which feeds belong to a file that the operator keeps."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, update

from pipeline.state.feed_tables import feeds
from pipeline.state.sql import now_of, one_of


def note_list(connection: Connection, file: str, addresses: Sequence[str]) -> None:
    """Note that a file holds the feeds with these address digests and no others.

    What it held before is disabled.
    """
    inside = feeds.c.address.in_(one_of(connection, addresses))
    gone = and_(feeds.c.listed_in == file, ~inside)
    connection.execute(update(feeds).where(gone, feeds.c.enabled.is_(True)).values(enabled=False, withdrawn=True))
    connection.execute(update(feeds).where(gone).values(listed_in=None))
    other = feeds.c.listed_in.is_distinct_from(file)
    connection.execute(update(feeds).where(inside, other).values(listed_in=file))


def welcome_back(connection: Connection, addresses: Sequence[str]) -> None:
    """Enable those of the feeds that were disabled because their file held them no longer."""
    back = update(feeds).where(feeds.c.address.in_(one_of(connection, addresses)), feeds.c.withdrawn.is_(True))
    connection.execute(back.values(enabled=True, withdrawn=False, next_due=now_of(connection)))
