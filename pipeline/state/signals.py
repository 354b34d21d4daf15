"""What signals count and find, in the database."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from pipeline.state.engine import Database
from pipeline.state.interface_signals import Finding, HourCount, Seen, Tally
from pipeline.state.signal_tables import signal_counts, signal_findings, signal_seen, signal_watches
from pipeline.state.sql import insert_into, now_of, one_of, text_pairs

GAP = timedelta(days=1)
"""A kind that was not counted for so long is counted anew: its past would have a hole."""
_SET_BACK = timedelta(hours=2)
"""What was last seen so much later than now was seen by a clock that has since been set back."""


class DatabaseSignals:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """Give the database's time."""
        with self._database.read() as connection:
            return now_of(connection)

    def watched_since(self) -> Mapping[str, datetime]:
        """Give since when each kind is counted."""
        with self._database.read() as connection:
            return {row.kind: row.since for row in connection.execute(select(signal_watches))}

    def keep(self, kinds: Collection[str], signals: Collection[str]) -> None:
        """Forget since when other kinds are counted, and end what other signals have found."""
        others = set(self.watched_since()) - set(kinds)
        lasting = {one.signal for one in self.findings() if one.ends is None}
        if not others and lasting <= set(signals):
            return
        with self._database.write() as connection:
            now = now_of(connection)
            latest = select(func.max(signal_seen.c.last)).where(signal_seen.c.kind == signal_watches.c.kind)
            stale = signal_watches.c.kind.in_(one_of(connection, others)) & (latest.scalar_subquery() < now - GAP)
            connection.execute(delete(signal_watches).where(stale))
            known = signal_findings.c
            over = known.ends.is_(None) & known.signal.not_in(one_of(connection, signals))
            connection.execute(update(signal_findings).where(over).values(ends=now))

    def hours(self, kind: str, since: datetime) -> list[HourCount]:
        """Give for each name and hour since then how many articles there were."""
        known = signal_counts.c
        wanted = (
            select(known.name, known.hour, func.sum(known.count).label("articles"))
            .where(known.kind == kind, known.hour >= since)
            .group_by(known.name, known.hour)
        )
        with self._database.read() as connection:
            rows = connection.execute(wanted)
            return [HourCount(name=row.name, source="", hour=row.hour, count=int(row.articles)) for row in rows]

    def past(self, kind: str, names: Collection[str], since: datetime) -> list[HourCount]:
        """Give the counts of these names by source and hour."""
        known = signal_counts.c
        with self._database.read() as connection:
            wanted = select(known.name, known.source, known.hour, known.count.label("articles")).where(
                known.kind == kind, known.name.in_(one_of(connection, names)), known.hour >= since
            )
            return [
                HourCount(name=row.name, source=row.source, hour=row.hour, count=row.articles)
                for row in connection.execute(wanted)
            ]

    def seen(self, kind: str, names: Collection[str] | None = None) -> list[Seen]:
        """Give when names of the kind were first and last seen."""
        with self._database.read() as connection:
            wanted = select(signal_seen).where(signal_seen.c.kind == kind)
            if names is not None:
                wanted = wanted.where(signal_seen.c.name.in_(one_of(connection, names)))
            return [_seen(row) for row in connection.execute(wanted)]

    def findings(self) -> Sequence[Finding]:
        """Give what was last found of each signal and name."""
        wanted = select(signal_findings).order_by(signal_findings.c.began.desc(), signal_findings.c.name)
        with self._database.read() as connection:
            return [Finding(**row._mapping) for row in connection.execute(wanted)]

    def forget_before(self, moment: datetime) -> None:
        """Remove counts that are older."""
        with self._database.write() as connection:
            connection.execute(delete(signal_counts).where(signal_counts.c.hour < moment))


def add_tallies(connection: Connection, tallies: Sequence[Tally], now: datetime) -> dict[tuple[str, str], Seen]:
    """Count, and note what was seen; give when each name was seen before. Only the decision whose turn it is may."""
    _begin_watches(connection, {tally.kind for tally in tallies}, now)
    keys = sorted({(tally.kind, tally.name) for tally in tallies})
    before = _seen_before(connection, keys)
    _add_counts(connection, tallies)
    _save_seen(connection, tallies, before)
    _end_silences(connection, {(tally.kind, tally.name) for tally in tallies if tally.hour}, now)
    return before


def save_finding(connection: Connection, finding: Finding) -> None:
    """Save what a signal has found of a name in place of what it found before."""
    values = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
    saved = insert_into(connection, signal_findings).values(values)
    changed = {name: value for name, value in values.items() if name not in ("signal", "name")}
    connection.execute(saved.on_conflict_do_update(index_elements=["signal", "name"], set_=changed))


def finding_of(connection: Connection, signal: str, name: str) -> Finding | None:
    """Give what a signal last found of a name."""
    known = signal_findings.c
    row = connection.execute(select(signal_findings).where(known.signal == signal, known.name == name)).one_or_none()
    return Finding(**row._mapping) if row else None


def _begin_watches(connection: Connection, kinds: Iterable[str], now: datetime) -> None:
    rows = [{"kind": kind, "since": now} for kind in sorted(kinds)]
    connection.execute(insert_into(connection, signal_watches).on_conflict_do_nothing(), rows)


def _seen_before(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Seen]:
    given = text_pairs(connection, keys)
    wanted = select(signal_seen).where(signal_seen.c.kind == given.c.first, signal_seen.c.name == given.c.second)
    return {(row.kind, row.name): _seen(row) for row in connection.execute(wanted)}


def _add_counts(connection: Connection, tallies: Sequence[Tally]) -> None:
    counts = Counter((tally.kind, tally.hour, tally.name, tally.source) for tally in tallies if tally.hour)
    rows = [
        {"kind": kind, "hour": hour, "name": name, "source": source, "count": count}
        for (kind, hour, name, source), count in counts.items()
    ]
    if rows:
        added = insert_into(connection, signal_counts)
        summed = {"count": signal_counts.c.count + added.excluded.count}
        key = ["kind", "hour", "name", "source"]
        connection.execute(added.on_conflict_do_update(index_elements=key, set_=summed), rows)


def _save_seen(connection: Connection, tallies: Sequence[Tally], before: Mapping[tuple[str, str], Seen]) -> None:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for tally in tallies:
        key = (tally.kind, tally.name)
        known = before.get(key)
        row = rows.setdefault(
            key,
            {
                "kind": tally.kind,
                "name": tally.name,
                "first": min(known.first, tally.seen) if known else tally.seen,
                "last": known.last if known else tally.seen,
            },
        )
        row |= {"label": tally.label, "country": tally.country, "first": min(row["first"], tally.seen)}
        if tally.seen > row["last"] or (tally.hour and row["last"] > tally.seen + _SET_BACK):
            row["last"] = tally.seen
    saved = insert_into(connection, signal_seen)
    changed = {name: saved.excluded[name] for name in ("label", "country", "first", "last")}
    connection.execute(saved.on_conflict_do_update(index_elements=["kind", "name"], set_=changed), list(rows.values()))


def _end_silences(connection: Connection, keys: set[tuple[str, str]], now: datetime) -> None:
    lasting = select(signal_findings.c.signal, signal_findings.c.name).where(
        signal_findings.c.kind == "silence", signal_findings.c.ends.is_(None)
    )
    named = {name for _, name in keys}
    over = [(signal, name) for signal, name in connection.execute(lasting) if name in named]
    for signal, name in over:
        is_it = (signal_findings.c.signal == signal) & (signal_findings.c.name == name)
        connection.execute(update(signal_findings).where(is_it).values(ends=now))


def _seen(row: Any) -> Seen:
    return Seen(kind=row.kind, name=row.name, label=row.label, first=row.first, last=row.last, country=row.country)
