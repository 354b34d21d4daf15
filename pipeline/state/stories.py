"""Relate's own: the leadership, and what it remembers of articles."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, not_, select, update

from pipeline.errors import LeaseLost
from pipeline.state.article_rows import delete_bands, key_digest, unpack
from pipeline.state.engine import Database
from pipeline.state.kept_stories import forget_stories
from pipeline.state.leases import ENDED, free, lasting
from pipeline.state.sql import insert_into, now_of, one_of
from pipeline.state.story_decision import DatabaseStoryDecision
from pipeline.state.tables import article_keys, articles, leaders
from pipeline.state.version_rows import forget, forget_texts

STEP = "relate"
AT_ONCE = 500
"""How many articles one transaction forgets: the leader waits for no more than that."""


class DatabaseStories:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lead(self, owner: str, lease: timedelta) -> bool:
        """Become or stay the leader; False while somebody else leads."""
        if self._leads(owner, lease / 2):
            return True
        with self._database.write() as connection:
            first = insert_into(connection, leaders).values(step=STEP, owner=owner)
            connection.execute(first.on_conflict_do_nothing())
            _leadership(connection)
            now = now_of(connection)
            mine = (leaders.c.step == STEP) & ((leaders.c.owner == owner) | free(leaders))
            taken = update(leaders).where(mine).values(owner=owner, **lasting(now, lease))
            return connection.execute(taken).rowcount == 1

    def _leads(self, owner: str, at_least: timedelta) -> bool:
        """Tell whether the owner leads for at least so long, so that not every batch costs a write for its lease."""
        with self._database.read() as connection:
            mine = (leaders.c.step == STEP) & (leaders.c.owner == owner) & not_(free(leaders))
            ends = connection.execute(select(leaders.c.lease_ends).where(mine)).scalar()
            return ends is not None and ends - now_of(connection) >= at_least

    def resign(self, owner: str) -> None:
        """Give up the leadership, so that another need not wait."""
        with self._database.write() as connection:
            mine = (leaders.c.step == STEP) & (leaders.c.owner == owner)
            connection.execute(update(leaders).where(mine).values(**ENDED))

    @contextmanager
    def decide(self, owner: str, consumer: str) -> Iterator[DatabaseStoryDecision]:
        """Open a transaction, in which nobody else can become the leader. Raises LeaseLost when somebody has."""
        with self._database.write() as connection:
            leader = _leadership(connection)
            if leader is None or leader.owner != owner or leader.lease_ends is None:
                raise LeaseLost(f"{owner} does not lead {STEP} any more" + (f": {leader.owner} does" if leader else ""))
            decision = DatabaseStoryDecision(connection, STEP, consumer)
            yield decision
            decision.finish()

    def named(self, key: str) -> str | None:
        """Give the id of the article that is known under an identity key."""
        wanted = select(article_keys.c.article).where(article_keys.c.key == key_digest(key))
        with self._database.read() as connection:
            found: str | None = connection.execute(wanted).scalar()
            return found

    def forget_before(self, moment: datetime, *, bands_before: datetime | None = None) -> int:
        """Forget articles last seen before the moment, and bands of those first seen before another; give how many articles."""
        if bands_before:
            self._forget_bands(bands_before)
            self._forget_texts(bands_before)
            self._forget_stories(bands_before)
        forgotten = 0
        while count := self._forget_some(moment):
            forgotten += count
        return forgotten

    def _forget_some(self, moment: datetime) -> int:
        wanted = select(articles.c.id, articles.c.first_seen, articles.c.bands).where(articles.c.seen < moment)
        with self._database.write() as connection:
            # The leader's row serialises this with the leader's decisions.
            _leadership(connection)
            old = connection.execute(wanted.order_by(articles.c.seen).limit(AT_ONCE)).all()
            _leave_bands(connection, old)
            ids = [row.id for row in old]
            forget(connection, ids)
            connection.execute(delete(article_keys).where(article_keys.c.article.in_(one_of(connection, ids))))
            connection.execute(delete(articles).where(articles.c.id.in_(one_of(connection, ids))))
        return len(old)

    def _forget_texts(self, moment: datetime) -> None:
        gone = 1
        while gone:
            with self._database.write() as connection:
                _leadership(connection)
                gone = forget_texts(connection, moment, AT_ONCE)

    def _forget_stories(self, moment: datetime) -> None:
        gone = 1
        while gone:
            with self._database.write() as connection:
                _leadership(connection)
                gone = forget_stories(connection, moment, AT_ONCE)

    def _forget_bands(self, moment: datetime) -> None:
        old_ones = (articles.c.first_seen < moment) & (func.length(articles.c.bands) > 0)
        wanted = select(articles.c.id, articles.c.first_seen, articles.c.bands).where(old_ones)
        while True:
            with self._database.write() as connection:
                _leadership(connection)
                old = connection.execute(wanted.order_by(articles.c.first_seen).limit(AT_ONCE)).all()
                if not old:
                    return
                _leave_bands(connection, old)
                emptied = update(articles).where(articles.c.id.in_(one_of(connection, [row.id for row in old])))
                connection.execute(emptied.values(bands=b""))


def _leadership(connection: Connection) -> Any:
    """Give the leader's row, locked until the transaction ends."""
    return connection.execute(select(leaders).where(leaders.c.step == STEP).with_for_update()).one_or_none()


def _leave_bands(connection: Connection, old: Iterable[Any]) -> None:
    delete_bands(connection, [(row.id, row.first_seen, unpack(row.bands)) for row in old])
