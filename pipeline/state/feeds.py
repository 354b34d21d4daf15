"""Each feed's state and the entries it has shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from pipeline.errors import LeaseLost, OutOfReach
from pipeline.state import feed_rows
from pipeline.state.engine import Database
from pipeline.state.feed_entries import all_contents, known_entries, latest_entries
from pipeline.state.feed_lists import note_list, welcome_back
from pipeline.state.feed_saves import save_polls
from pipeline.state.feed_tables import feed_hosts, feed_moves, feeds
from pipeline.state.interface import ClaimedFeed, FeedSpec, FeedStatus, PollOutcome
from pipeline.state.leases import ENDED, free, lasting, new_token
from pipeline.state.sql import insert_into, now_of, one_of, one_of_numbers

_SAVES = 3
"""How often a save is tried whose feeds move to addresses that others have taken meanwhile."""


class DatabaseFeeds:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, feeds: Iterable[FeedSpec], *, listed_in: str | None = None) -> None:
        """Add feeds, or renew what the operator says of them; one whose interval or login changes is due at once."""
        specs = {feed_rows.digest(spec.url): spec for spec in feeds}
        if not specs and listed_in is None:
            return
        with self._database.write() as connection:
            moved = _moved(connection, specs)
            rows = [
                feed_rows.spec_values(spec) | (feed_rows.address_values(moved[address]) if address in moved else {})
                for address, spec in specs.items()
            ]
            new = {**feed_rows.NEVER_POLLED, "next_due": now_of(connection)}
            # In one order everywhere, so that two processes don't lock each other out.
            addresses = [str(row["address"]) for row in rows]
            if rows:
                connection.execute(_upsert(connection), [new | row for row in sorted(rows, key=_by_address)])
                welcome_back(connection, addresses)
            if listed_in is not None:
                note_list(connection, listed_in, addresses)

    def remove(self, url: str) -> bool:
        """Forget a feed and its entries."""
        with self._database.write() as connection:
            return connection.execute(delete(feeds).where(_at(connection, [url]))).rowcount > 0

    def enable(self, url: str, *, enabled: bool) -> bool:
        """Let a feed be polled or not."""
        with self._database.write() as connection:
            values: dict[str, Any] = {"enabled": enabled, "withdrawn": False}
            if enabled:
                values |= {"gone": False, "held_until": None, "next_due": now_of(connection)}
                hosts = select(feeds.c.host).where(_at(connection, [url]))
                connection.execute(delete(feed_hosts).where(feed_hosts.c.host.in_(hosts)))
            return connection.execute(update(feeds).where(_at(connection, [url])).values(values)).rowcount > 0

    def hasten(self, url: str) -> bool:
        """Have a feed polled as soon as a poller is free."""
        with self._database.write() as connection:
            now = now_of(connection)
            held = and_(feeds.c.held_until.is_not(None), _counts(feeds.c.held_until, now))
            host_held = exists().where(feed_hosts.c.host == feeds.c.host, _counts(feed_hosts.c.held_until, now))
            may_be = and_(text("enabled AND NOT gone AND problem IS NULL"), ~held, ~host_held)
            due = update(feeds).where(_at(connection, [url]), may_be).values(next_due=now)
            return connection.execute(due).rowcount > 0

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
            wanted = select(feeds).where(_pollable(now)).limit(most).with_for_update(skip_locked=True)
            if only is not None:
                wanted = wanted.where(_at(connection, only))
            if at_once:
                rows = connection.execute(wanted.order_by(feeds.c.next_due, feeds.c.address)).all()
            else:
                rows = _first_due(connection, wanted, now, most)
            token = new_token(owner)
            if rows:
                taken = update(feeds).where(feeds.c.id.in_(one_of_numbers(connection, [row.id for row in rows])))
                connection.execute(taken.values(token=token, **lasting(now, lease)))
        return [feed_rows.claimed(row, token, now) for row in rows]

    def due(self, most: int) -> Sequence[str]:
        """Give the addresses of feeds that are due and not claimed, the longest overdue first."""
        with self._database.read() as connection:
            now = now_of(connection)
            rows = _first_due(connection, select(feeds.c.url).where(_pollable(now)).limit(most), now, most)
            return [row.url for row in rows]

    def known(self, wanted: Mapping[int, Iterable[str]]) -> Mapping[int, Mapping[str, str]]:
        """Give, for the entries of each feed that are known, key digest -> content digest."""
        with self._database.read() as connection:
            return known_entries(connection, wanted)

    def contents(self, feed: int) -> Sequence[str]:
        """Give the content digests of all entries of a feed that are known."""
        with self._database.read() as connection:
            return all_contents(connection, feed)

    def latest(self, feed: int) -> Sequence[str]:
        """Give the key digests of the entries of a feed that came last."""
        with self._database.read() as connection:
            return latest_entries(connection, feed)

    def save(self, polls: Sequence[tuple[ClaimedFeed, PollOutcome]]) -> Sequence[LeaseLost]:
        """Save what polls found and end their leases; saying it again changes nothing."""
        for _ in range(_SAVES if polls else 0):
            try:
                with self._database.write() as connection:
                    return save_polls(connection, polls)
            except IntegrityError:  # where a feed moves to, another one is since an instant: seen at the next look
                continue
        if polls:
            raise OutOfReach(f"the database {self._database.address}: feeds move about; it is tried again")
        return []

    def release(self, claims: Iterable[ClaimedFeed]) -> None:
        """Give claims back unpolled."""
        rows = [{"its_id": id, "its_token": token} for id, token in sorted((claim.id, claim.token) for claim in claims)]
        if not rows:
            return
        given_back = (
            update(feeds)
            .where(feeds.c.id == bindparam("its_id"), feeds.c.token == bindparam("its_token"))
            .values(token=None, **ENDED)
        )
        with self._database.write() as connection:
            connection.execute(given_back, rows)

    def list(self, *, only: Sequence[str] | None = None) -> list[FeedStatus]:
        """Give the feeds, by address."""
        with self._database.read() as connection:
            held = feed_hosts.c.held_until.label("host_held")
            joined = feeds.outerjoin(feed_hosts, feed_hosts.c.host == feeds.c.host)
            wanted = select(feeds, held).select_from(joined).order_by(feeds.c.url)
            if only is not None:
                wanted = wanted.where(_at(connection, only))
            now = now_of(connection)
            return [feed_rows.status(row, now) for row in connection.execute(wanted)]


def _by_address(row: Mapping[str, Any]) -> str:
    return str(row["address"])


def _at(connection: Connection, urls: Iterable[str]) -> ColumnElement[bool]:
    """Tell whether a feed has, or had before it moved, one of these addresses."""
    addresses = [feed_rows.digest(url) for url in urls]
    moved = select(feed_moves.c.feed).where(feed_moves.c.address.in_(one_of(connection, addresses)))
    return or_(feeds.c.address.in_(one_of(connection, addresses)), feeds.c.id.in_(moved))


def _moved(connection: Connection, addresses: Iterable[str]) -> dict[str, str]:
    """Give, for those of the addresses that feeds have left, where these are polled now."""
    joined = feed_moves.join(feeds, feeds.c.id == feed_moves.c.feed)
    wanted = select(feed_moves.c.address, feeds.c.url).select_from(joined)
    return dict(connection.execute(wanted.where(feed_moves.c.address.in_(one_of(connection, addresses)))).all())


def _pollable(now: datetime) -> ColumnElement[bool]:
    """Tell whether a feed may be polled at all, and is polled by nobody."""
    host_held = exists().where(feed_hosts.c.host == feeds.c.host, _counts(feed_hosts.c.held_until, now))
    own_held = feeds.c.held_until.is_not(None) & _counts(feeds.c.held_until, now)
    # In the words of the indices' condition.
    return and_(text("enabled AND NOT gone AND problem IS NULL"), free(feeds), ~own_held, ~host_held)


def _counts(held_until: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    return and_(held_until > now, held_until <= now + feed_rows.LONGEST_HOLD)


def _first_due(connection: Connection, wanted: Select[Any], now: datetime, most: int) -> list[Any]:
    """Give the feeds that are due, the longest overdue first; those of one host don't stand together.

    One that was polled after now has its time from a clock that has since been set back: it is due, too.
    """
    ordered = wanted.order_by(feeds.c.next_due, feeds.c.address)
    rows = list(connection.execute(ordered.where(feeds.c.next_due <= now)))
    if len(rows) < most:
        rows += connection.execute(
            ordered.where(feeds.c.last_polled > now, feeds.c.next_due > now).limit(most - len(rows))
        )
    return rows


def _upsert(connection: Connection) -> Any:
    upsert = insert_into(connection, feeds)
    new = upsert.excluded
    said = {name: new[name] for name in feed_rows.SPEC_COLUMNS if name != "url"}
    changed = feeds.c.interval.is_distinct_from(new.interval) | feeds.c.login.is_distinct_from(new.login)
    due = case((changed, new.next_due), else_=feeds.c.next_due)
    # A list is put again at every run of a scheduler: what it says of ten thousand feeds is mostly what is there.
    other = or_(*(_comparable(feeds.c[name]).is_distinct_from(_comparable(new[name])) for name in said))
    return upsert.on_conflict_do_update(index_elements=[feeds.c.address], set_=said | {"next_due": due}, where=other)


def _comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(column, Text) if isinstance(column.type, JSON) else column
