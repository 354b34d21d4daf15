"""Saving what polls found, many in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from pipeline.errors import LeaseLost
from pipeline.state import feed_rows
from pipeline.state.feed_entries import save_entries
from pipeline.state.feed_tables import feed_hosts, feed_moves, feeds
from pipeline.state.interface import ClaimedFeed, PollOutcome
from pipeline.state.leases import ENDED
from pipeline.state.sql import insert_into, now_of, one_of, one_of_numbers


def save_polls(connection: Connection, polls: Sequence[tuple[ClaimedFeed, PollOutcome]]) -> list[LeaseLost]:
    """Save all that still hold their lease; give what is wrong with the others."""
    wanted = select(feeds).where(feeds.c.id.in_(one_of_numbers(connection, (claim.id for claim, _ in polls))))
    rows = {row.id: row for row in connection.execute(wanted.order_by(feeds.c.id).with_for_update())}
    lost = [error for claim, _ in polls if (error := _lost(claim, rows.get(claim.id)))]
    held = [
        (claim, outcome, rows[claim.id])
        for claim, outcome in polls
        if not _lost(claim, rows.get(claim.id)) and rows[claim.id].lease_ends is not None
    ]
    now = now_of(connection)
    taken = _taken(connection, [outcome.moved for _, outcome, _ in held if outcome.moved])
    changes, left = [], []
    for claim, outcome, row in held:
        judged = _judged(claim, outcome, taken)
        values = feed_rows.outcome_values(judged, row, now)
        if judged.moved:
            taken.add(feed_rows.digest(judged.moved))
            values |= feed_rows.address_values(judged.moved)
            left.append((row.id, row.address))
        changes.append({"its_id": row.id} | values)
    if changes:
        connection.execute(_UPDATE, changes)
    _note_moves(connection, left)
    _hold_hosts(connection, [outcome for _, outcome, _ in held], now)
    seen = {claim.id: outcome.seen for claim, outcome, _ in held if outcome.seen is not None}
    if seen:
        save_entries(connection, seen, now, first_seen=now)
    return lost


_UPDATE = (
    update(feeds)
    .where(feeds.c.id == bindparam("its_id"))
    .values({name: bindparam(name) for name in feed_rows.POLL_COLUMNS} | dict(ENDED))
)


def _lost(claim: ClaimedFeed, row: Any) -> LeaseLost | None:
    url = claim.spec.url
    if row is None:
        return LeaseLost(f"{url} was removed from the feeds while it was polled")
    if row.token != claim.token:
        return LeaseLost(f"{url} was taken by another process, because its poll outlasted the lease")
    return None


def _taken(connection: Connection, urls: Sequence[str]) -> set[str]:
    """Give the digests of those addresses that feeds have."""
    if not urls:
        return set()
    addresses = one_of(connection, [feed_rows.digest(url) for url in urls])
    return set(connection.execute(select(feeds.c.address).where(feeds.c.address.in_(addresses))).scalars())


def _judged(claim: ClaimedFeed, outcome: PollOutcome, taken: set[str]) -> PollOutcome:
    """Let nobody move to where another feed is."""
    if not outcome.moved or feed_rows.digest(outcome.moved) not in taken:
        return outcome
    error = f"{claim.spec.url} has moved for good to {outcome.moved}, which is another of the feeds; remove this one"
    return replace(outcome, moved=None, gone=True, error=error)


def _note_moves(connection: Connection, left: Sequence[tuple[int, str]]) -> None:
    if left:
        insert = insert_into(connection, feed_moves)
        insert = insert.on_conflict_do_update(
            index_elements=[feed_moves.c.address], set_={"feed": insert.excluded.feed}
        )
        connection.execute(insert, [{"address": address, "feed": feed} for feed, address in left])


def _hold_hosts(connection: Connection, outcomes: Sequence[PollOutcome], now: datetime) -> None:
    holds = {outcome.held_host: outcome.held for outcome in outcomes if outcome.held_host and outcome.held}
    if holds:
        insert = insert_into(connection, feed_hosts)
        insert = insert.on_conflict_do_update(
            index_elements=[feed_hosts.c.host], set_={"held_until": insert.excluded.held_until}
        )
        rows = [{"host": host, "held_until": now + held} for host, held in sorted(holds.items())]
        connection.execute(insert, rows)


def end_claim(
    connection: Connection, claim: ClaimedFeed, seen: Mapping[str, str], new: int, *, due: bool, older: bool
) -> None:
    """Note entries that came by another way than a poll, and end the claim; what polls have learnt stays.

    With `due` the feed is to be polled at once; `older` entries are some that the feed does not show any more. Raises LeaseLost
    when another process has the feed.
    """
    row = connection.execute(select(feeds).where(feeds.c.id == claim.id).with_for_update()).one_or_none()
    if lost := _lost(claim, row):
        raise lost
    now = now_of(connection)
    values = {**ENDED, **({"last_new": now} if new else {}), **({"next_due": now} if due else {})}
    connection.execute(update(feeds).where(feeds.c.id == claim.id).values(values))
    if seen:
        save_entries(connection, {claim.id: seen}, now, first_seen=None if older else now)
