"""Consumer groups in the embedded event log: who is a member, who owns which partition, what is committed.

Every function is the body of a transaction. A member lives by a lease that it renews; a lease that is over, or that
ends further in the future than it can have been given for (the clock was set back), makes room for the others.
"""

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.log.sqlite_balance import fair_moves
from pipeline.log.sqlite_records import Slot


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a consumer group; `lease` is in seconds."""

    id: str
    group: str
    topics: tuple[str, ...]
    lease: float


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a member owns: partition -> the offset to begin at. `lapsed` says that it had been taken for dead before."""

    slots: Mapping[Slot, int]
    lapsed: bool


def renew(connection: sqlite3.Connection, member: Member) -> Holdings:
    """Renew the member's lease, or join; bury the dead; give up and take partitions; say what the member owns now."""
    now = time.time_ns() // 1000
    changed = _bury_dead(connection, member, now)
    lapsed = not _renew_lease(connection, member, now)
    changed = _move(connection, member) or lapsed or changed
    if changed:
        _count_generation(connection, member.group)
    return Holdings(_owned(connection, member), lapsed)


def leave(connection: sqlite3.Connection, member: Member) -> None:
    """Free the member's partitions for the others."""
    connection.execute("DELETE FROM members WHERE id = ?", (member.id,))
    connection.execute("DELETE FROM owners WHERE consumers = ? AND member = ?", (member.group, member.id))
    _count_generation(connection, member.group)


def commit(connection: sqlite3.Connection, member: Member, positions: Mapping[int, int]) -> None:
    """Commit slot -> position for those slots that the member still owns; a commit never goes back."""
    connection.executemany(
        "INSERT INTO commits SELECT consumers, slot, ? FROM owners WHERE consumers = ? AND slot = ? AND member = ?"
        " ON CONFLICT DO UPDATE SET position = max(position, excluded.position)",
        [(position, member.group, slot, member.id) for slot, position in positions.items()],
    )


def generation(connection: sqlite3.Connection, group: str) -> int:
    """Give a number that grows whenever members or owners of the group change."""
    row = connection.execute("SELECT generation FROM generations WHERE consumers = ?", (group,)).fetchone()
    return row[0] if row else 0


def lag(connection: sqlite3.Connection, group: str, topic: str) -> int:
    """Give how many records of the topic the group has not committed."""
    row = connection.execute(
        "SELECT sum(next - max(first, coalesce(position, 0))) FROM slots"
        " LEFT JOIN commits ON slot = id AND consumers = ? WHERE topic = ?",
        (group, topic),
    ).fetchone()
    return row[0] or 0


def _bury_dead(connection: sqlite3.Connection, member: Member, now: int) -> bool:
    dead = connection.execute(
        "DELETE FROM members WHERE consumers = ? AND id != ? AND NOT (expires > ? AND expires <= ? + lease) RETURNING id",
        (member.group, member.id, now, now),
    ).fetchall()
    connection.executemany(
        "DELETE FROM owners WHERE consumers = ? AND member = ?", [(member.group, one) for (one,) in dead]
    )
    return bool(dead)


def _renew_lease(connection: sqlite3.Connection, member: Member, now: int) -> bool:
    lease = int(member.lease * 1_000_000)
    renewed = connection.execute("UPDATE members SET expires = ? WHERE id = ?", (now + lease, member.id))
    if renewed.rowcount:
        return True
    connection.execute(
        "INSERT INTO members (id, consumers, topics, lease, expires) VALUES (?, ?, ?, ?, ?)",
        (member.id, member.group, json.dumps(member.topics), lease, now + lease),
    )
    return False


def _move(connection: sqlite3.Connection, member: Member) -> bool:
    group = member.group
    rows = connection.execute("SELECT id, topics FROM members WHERE consumers = ? ORDER BY joined", (group,))
    members = {one: frozenset(json.loads(topics)) for one, topics in rows}
    slots: dict[str, list[int]] = {topic: [] for topic in member.topics}
    for slot, topic in connection.execute("SELECT id, topic FROM slots ORDER BY partition"):
        if topic in slots:
            slots[topic].append(slot)
    owners = dict(connection.execute("SELECT slot, member FROM owners WHERE consumers = ?", (group,)).fetchall())
    moves = fair_moves(member.id, members, slots, owners)
    connection.executemany(
        "DELETE FROM owners WHERE consumers = ? AND slot = ?", [(group, slot) for slot in moves.release]
    )
    connection.executemany("INSERT INTO owners VALUES (?, ?, ?)", [(group, slot, member.id) for slot in moves.take])
    return bool(moves.release or moves.take)


def _count_generation(connection: sqlite3.Connection, group: str) -> None:
    connection.execute(
        "INSERT INTO generations VALUES (?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1", (group,)
    )


def _owned(connection: sqlite3.Connection, member: Member) -> Mapping[Slot, int]:
    rows = connection.execute(
        "SELECT s.id, s.topic, s.partition, max(s.first, coalesce(c.position, 0)) FROM owners o"
        " JOIN slots s ON s.id = o.slot LEFT JOIN commits c ON c.consumers = o.consumers AND c.slot = o.slot"
        " WHERE o.consumers = ? AND o.member = ?",
        (member.group, member.id),
    )
    return {Slot(slot, topic, partition): position for slot, topic, partition, position in rows}
