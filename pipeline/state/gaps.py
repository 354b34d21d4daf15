"""The gaps: times from which a feed's entries were missed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from pipeline.state import feed_rows
from pipeline.state.engine import Database
from pipeline.state.feed_saves import end_claim
from pipeline.state.feed_tables import feed_gaps, feeds
from pipeline.state.interface_feeds import ClaimedFeed
from pipeline.state.interface_gaps import Gap, GapState
from pipeline.state.sql import now_of

REMEMBERED = timedelta(days=30)
_gaps = feed_gaps.c
_OWN = ("number", "feed", "found", "since", "until", "older", "generator", "scope", "recovered", "attempts", "note")


class DatabaseGaps:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        feed: int,
        *,
        since: datetime,
        until: datetime,
        older: str | None = None,
        generator: str | None = None,
        scope: str | None = None,
    ) -> None:
        """Note that entries were missed."""
        with self._database.write() as connection:
            now = now_of(connection)
            connection.execute(delete(feed_gaps).where(_gaps.found < now - REMEMBERED))
            open_one = (_gaps.feed == feed) & (_gaps.state == GapState.OPEN.value)
            said = {"until": max(since, until), "older": older, "generator": generator, "scope": scope, "due": now}
            if connection.execute(update(feed_gaps).where(open_one).values(said)).rowcount:
                return
            row = {"feed": feed, "found": now, "since": since, "state": GapState.OPEN.value}
            connection.execute(feed_gaps.insert().values(row | said | {"attempts": 0, "recovered": 0}))

    def save_found(self, claim: ClaimedFeed, seen: Mapping[str, str], new: int) -> None:
        """Note the entries found elsewhere for a feed, and end its claim."""
        with self._database.write() as connection:
            end_claim(connection, claim, seen, new, due=False, older=True)

    def take_open(self, most: int, hold: timedelta) -> Sequence[Gap]:
        """Give gaps to be filled now, and to nobody else for as long as `hold`."""
        wanted = _joined().where(_gaps.state == GapState.OPEN.value).order_by(_gaps.due).limit(most)
        with self._database.read() as connection:
            if not connection.execute(wanted.where(_gaps.due <= now_of(connection))).first():
                return []
        with self._database.write() as connection:
            now = now_of(connection)
            due = wanted.where(_gaps.due <= now).with_for_update(skip_locked=True, of=feed_gaps)
            rows = connection.execute(due).all()
            for row in rows:
                taken = {"due": now + hold, "attempts": _gaps.attempts + 1}
                connection.execute(update(feed_gaps).where(_gaps.number == row.number).values(taken))
            return [_gap(row) for row in rows]

    def close(self, number: int, state: GapState, recovered: int, note: str) -> None:
        """Note what became of a gap."""
        self._note(number, {"state": state.value, "recovered": _gaps.recovered + recovered, "note": note})

    def retry(self, number: int, recovered: int, again: timedelta, note: str) -> None:
        """Note that a gap could not be looked into now."""
        with self._database.read() as connection:
            due = now_of(connection) + again
        self._note(number, {"due": due, "recovered": _gaps.recovered + recovered, "note": note})

    def _note(self, number: int, values: Mapping[str, Any]) -> None:
        with self._database.write() as connection:
            connection.execute(update(feed_gaps).where(_gaps.number == number).values(values))

    def by_feed(self) -> Mapping[int, Sequence[Gap]]:
        """Give the gaps found in the last 30 days, by the feed's id, the newest first."""
        found: dict[int, list[Gap]] = defaultdict(list)
        with self._database.read() as connection:
            recent = _gaps.found > now_of(connection) - REMEMBERED
            for row in connection.execute(_joined().where(recent).order_by(_gaps.found.desc(), _gaps.number.desc())):
                found[row.feed].append(_gap(row))
        return found


def _joined() -> Any:
    own = [getattr(_gaps, name) for name in _OWN]
    return select(*own, _gaps.state.label("gap_state"), *(c for c in feeds.c if c.name not in _OWN)).join_from(
        feed_gaps, feeds, feeds.c.id == _gaps.feed
    )


def _gap(row: Any) -> Gap:
    own = {name: getattr(row, name) for name in _OWN}
    return Gap(**own, state=GapState(row.gap_state), spec=feed_rows.spec_of(row), known_as=row.known_as)
