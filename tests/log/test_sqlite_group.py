"""What stands in the embedded log's file when members come, go and lose what they own."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.log.sqlite_group import Member, commit, generation, lag, leave, renew
from pipeline.log.sqlite_store import SqliteStore, transaction

FIRST, SECOND = (Member(name, "group", ("topic",), lease=60.0) for name in ("first", "second"))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = SqliteStore(tmp_path / "log.sqlite", patience=1.0).connect()
    connection.execute("INSERT INTO topics VALUES ('topic', 'incarnation')")
    connection.executemany("INSERT INTO slots VALUES (?, 'topic', ?, 0, 10, 0)", [(1, 0), (2, 1)])
    with transaction(connection):
        yield connection
    connection.close()


def owned(file: sqlite3.Connection, member: Member) -> set[int]:
    return {slot.id for slot in renew(file, member).slots}


def test_a_commit_of_what_moved_away_is_ignored(file: sqlite3.Connection) -> None:
    renew(file, FIRST)
    renew(file, SECOND)
    assert owned(file, FIRST) == {1}
    assert owned(file, SECOND) == {2}
    commit(file, FIRST, {1: 3, 2: 10})
    assert lag(file, "group", "topic") == 20 - 3


def test_a_commit_never_goes_back(file: sqlite3.Connection) -> None:
    renew(file, FIRST)
    commit(file, FIRST, {1: 7})
    commit(file, FIRST, {1: 4})
    assert lag(file, "group", "topic") == 20 - 7


def test_the_dead_make_room_and_learn_it_when_they_are_not_dead(file: sqlite3.Connection) -> None:
    renew(file, FIRST)
    file.execute("UPDATE members SET expires = 1 WHERE id = 'first'")
    assert owned(file, SECOND) == {1, 2}
    back = renew(file, FIRST)
    assert back.lapsed
    assert back.slots == {}


def test_a_late_heartbeat_of_which_nobody_took_advantage_costs_nothing(file: sqlite3.Connection) -> None:
    renew(file, FIRST)
    file.execute("UPDATE members SET expires = 1 WHERE id = 'first'")
    late = renew(file, FIRST)
    assert not late.lapsed
    assert {slot.id for slot in late.slots} == {1, 2}


def test_the_generation_grows_when_members_or_owners_change_and_at_no_other_time(file: sqlite3.Connection) -> None:
    seen = [generation(file, "group")]
    for change in (
        lambda: renew(file, FIRST),
        lambda: renew(file, SECOND),
        lambda: renew(file, FIRST),  # gives up a partition
        lambda: renew(file, SECOND),  # takes it
        lambda: leave(file, SECOND),
    ):
        change()
        seen.append(generation(file, "group"))
    assert seen == sorted(set(seen))
    renew(file, FIRST)
    rested = generation(file, "group")
    renew(file, FIRST)
    assert generation(file, "group") == rested
