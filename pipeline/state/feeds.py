"""Each feed's state and the entries it has shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, or_, select, true, update

from pipeline.errors import LeaseLost
from pipeline.state import feed_rows
from pipeline.state.engine import Database
from pipeline.state.feed_entries import known_entries, save_entries
from pipeline.state.interface import ClaimedFeed, FeedSpec, FeedStatus, PollOutcome
from pipeline.state.leases import ENDED, free, lasting, new_token
from pipeline.state.sql import insert_into, now_of, one_of, one_of_numbers
from pipeline.state.tables import feeds


class DatabaseFeeds:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, feeds: Iterable[FeedSpec]) -> None:
        """Add feeds, or renew what the operator says of them; one whose interval changes is due at once."""
        # In one order everywhere, so that two processes don't lock each other out.
        rows = sorted((feed_rows.spec_values(spec) for spec in feeds), key=lambda row: str(row["url"]))
        if not rows:
            return
        with self._database.write() as connection:
            new = {**feed_rows.NEVER_POLLED, "next_due": now_of(connection)}
            connection.execute(_upsert(connection), [new | row for row in rows])

    def remove(self, url: str) -> bool:
        """Forget a feed and its entries."""
        with self._database.write() as connection:
            return connection.execute(delete(feeds).where(feeds.c.url == url)).rowcount > 0

    def enable(self, url: str, *, enabled: bool) -> bool:
        """Let a feed be polled or not."""
        with self._database.write() as connection:
            values: dict[str, Any] = {"enabled": enabled}
            if enabled:
                values |= {"gone": False, "held_until": None, "next_due": now_of(connection)}
            return connection.execute(update(feeds).where(feeds.c.url == url).values(values)).rowcount > 0

    def claim_due(
        self,
        owner: str,
        most: int,
        lease: timedelta,
        *,
        only: Sequence[str] | None = None,
        at_once: bool = False,
    ) -> list[ClaimedFeed]:
        """Claim feeds that are due, the longest overdue first."""
        if not at_once and not self.due(1):
            return []
        with self._database.write() as connection:
            now = now_of(connection)
            wanted = select(feeds).where(_pollable(now), free(feeds)).order_by(feeds.c.next_due, feeds.c.id)
            if not at_once:
                wanted = wanted.where(feeds.c.next_due <= now)
            if only is not None:
                wanted = wanted.where(feeds.c.url.in_(one_of(connection, only)))
            rows = connection.execute(wanted.limit(most).with_for_update(skip_locked=True)).all()
            token = new_token(owner)
            if rows:
                taken = update(feeds).where(feeds.c.id.in_(one_of_numbers(connection, [row.id for row in rows])))
                connection.execute(taken.values(token=token, **lasting(now, lease)))
        return [feed_rows.claimed(row, token, now) for row in rows]

    def due(self, most: int) -> Sequence[str]:
        """Give the addresses of feeds that are due and not claimed, the longest overdue first."""
        with self._database.read() as connection:
            now = now_of(connection)
            wanted = select(feeds.c.url).where(_pollable(now), free(feeds), feeds.c.next_due <= now)
            return connection.execute(wanted.order_by(feeds.c.next_due, feeds.c.id).limit(most)).scalars().all()

    def known(self, feed: str, keys: Iterable[str]) -> Mapping[str, str]:
        """Give, for those entries of the feed that are known, key digest -> content digest."""
        with self._database.read() as connection:
            return known_entries(connection, feed, keys)

    def save(self, claim: ClaimedFeed, outcome: PollOutcome) -> None:
        """Save what a poll found and end its lease; saying it again changes nothing."""
        url = claim.spec.url
        with self._database.write() as connection:
            wanted = select(feeds.c.id, feeds.c.token, feeds.c.lease_ends, feeds.c.failures).where(feeds.c.url == url)
            row = connection.execute(wanted.with_for_update()).one_or_none()
            if row is None:
                raise LeaseLost(f"{url} was removed from the feeds while it was polled")
            if row.token != claim.token:
                raise LeaseLost(f"{url} was taken by another process, because its poll outlasted the lease")
            if row.lease_ends is None:
                return
            now = now_of(connection)
            values = feed_rows.outcome_values(outcome, row.failures, now)
            connection.execute(update(feeds).where(feeds.c.id == row.id).values({**values, **ENDED}))
            if outcome.seen is not None:
                save_entries(connection, row.id, outcome.seen, now)

    def release(self, claims: Iterable[ClaimedFeed]) -> None:
        """Give claims back unpolled."""
        rows = sorted(({"its_url": claim.spec.url, "its_token": claim.token} for claim in claims), key=_by_url)
        if not rows:
            return
        given_back = (
            update(feeds)
            .where(feeds.c.url == bindparam("its_url"), feeds.c.token == bindparam("its_token"))
            .values(token=None, **ENDED)
        )
        with self._database.write() as connection:
            connection.execute(given_back, rows)

    def list(self, *, only: Sequence[str] | None = None) -> list[FeedStatus]:
        """Give the feeds, by address."""
        with self._database.read() as connection:
            wanted = select(feeds).order_by(feeds.c.url)
            if only is not None:
                wanted = wanted.where(feeds.c.url.in_(one_of(connection, only)))
            now = now_of(connection)
            return [feed_rows.status(row, now) for row in connection.execute(wanted)]


def _by_url(row: Mapping[str, str]) -> str:
    return row["its_url"]


def _pollable(now: datetime) -> ColumnElement[bool]:
    """Tell whether a feed may be polled at all."""
    unheld = or_(feeds.c.held_until.is_(None), feeds.c.held_until <= now)
    return (feeds.c.enabled == true()) & (feeds.c.gone != true()) & feeds.c.problem.is_(None) & unheld


def _upsert(connection: Connection) -> Any:
    upsert = insert_into(connection, feeds)
    new = upsert.excluded
    said = {name: new[name] for name in feed_rows.SPEC_COLUMNS if name != "url"}
    changed = feeds.c.interval.is_distinct_from(new.interval)
    due = case((changed, new.next_due), else_=feeds.c.next_due)
    return upsert.on_conflict_do_update(index_elements=[feeds.c.url], set_=said | {"next_due": due})
