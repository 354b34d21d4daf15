"""What an operator may expect of the embedded event log when its file, disk or clock is in trouble."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import OutOfReach, TooNew
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog

Connect = Callable[..., SqliteEventLog]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def connect(path: Path) -> Iterator[Connect]:
    logs: list[SqliteEventLog] = []

    def make(patience: float = 10.0, lease: float = 5.0) -> SqliteEventLog:
        logs.append(SqliteEventLog(path, patience=timedelta(seconds=patience), lease=timedelta(seconds=lease)))
        return logs[-1]

    yield make
    for log in logs:
        log.close()


def test_clients_that_open_a_new_file_at_once_all_find_the_log(path: Path, connect: Connect) -> None:
    logs = [connect() for _ in range(8)]
    start = threading.Barrier(len(logs))
    errors: list[Exception] = []

    def use(log: SqliteEventLog) -> None:
        start.wait()
        try:
            log.create_topics({"topic": 2})
            log.append("topic", [NewRecord("k", b"v")])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=use, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(list(logs[0].read("topic"))) == 8


def test_a_file_that_another_process_holds_is_out_of_reach_for_as_long(path: Path, connect: Connect) -> None:
    log = connect(patience=0.2)
    log.create_topics({"topic": 1})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutOfReach, match=f"{path} .*another process holds it"):
            log.append("topic", [NewRecord("k", b"v")])
        assert list(log.read("topic")) == []
        other.execute("ROLLBACK")
    log.append("topic", [NewRecord("k", b"v")])
    assert len(list(log.read("topic"))) == 1


def test_a_disk_without_room_is_out_of_reach_and_keeps_what_was_there(path: Path, connect: Connect) -> None:
    log = connect()
    log.create_topics({"topic": 1})
    log.append("topic", [NewRecord("k", b"before")])
    program = """
import resource, signal, sys
from pathlib import Path
from pipeline.errors import OutOfReach
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    SqliteEventLog(Path(sys.argv[1])).append("topic", [NewRecord("k", bytes(1_000_000))])
except OutOfReach as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert str(path) in done.stdout
    assert "disk" in done.stdout
    log.append("topic", [NewRecord("k", b"after")])
    assert [record.value for record in log.read("topic")] == [b"before", b"after"]


def test_a_damaged_file_is_told_as_such(path: Path, connect: Connect) -> None:
    log = connect()
    log.create_topics({"topic": 1})
    log.append("topic", [NewRecord(str(n), bytes(1000)) for n in range(500)])
    log.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(300_000))
    with pytest.raises(OutOfReach, match=f"{path} .*damaged"):
        list(connect().read("topic"))


def test_a_file_of_a_newer_version_asks_for_an_upgrade(path: Path, connect: Connect) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(TooNew, match="upgrade"):
        connect().create_topics({"topic": 1})


def test_a_lease_from_the_future_is_over(path: Path, connect: Connect) -> None:
    log = connect()
    log.create_topics({"topic": 1})
    log.append("topic", [NewRecord("k", b"v")])
    with closing(sqlite3.connect(path)) as other, other:
        ahead = (time.time() + 3600) * 1_000_000  # written before the clock was set back
        other.execute("INSERT INTO members VALUES (1, 'ghost', 'group', '[\"topic\"]', 5000000, ?)", (ahead,))
        other.execute("INSERT INTO owners VALUES ('group', 1, 'ghost')")
    assert len(log.subscribe("group", ["topic"]).receive(1, 5.0)) == 1


def test_time_appended_never_runs_backwards(path: Path, connect: Connect) -> None:
    log = connect()
    log.create_topics({"topic": 1})
    log.append("topic", [NewRecord("k", b"1")])
    with closing(sqlite3.connect(path)) as other, other:
        ahead = int((time.time() + 3600) * 1_000_000)
        other.execute("UPDATE records SET appended = ?", (ahead,))
        other.execute("UPDATE slots SET appended = ?", (ahead,))
    log.append("topic", [NewRecord("k", b"2")])
    first, second = log.read("topic")
    assert first.appended == second.appended


def test_a_member_that_was_taken_for_dead_and_wakes_up_does_not_take_back_its_batch(
    path: Path, connect: Connect
) -> None:
    log = connect(lease=0.5)
    log.create_topics({"topic": 1})
    log.append("topic", [NewRecord("k", str(n).encode()) for n in range(3)])
    sleeper = subprocess.Popen(
        [sys.executable, "-m", "tests.log.client", str(path), "0.5", "hold", "group", "topic", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sleeper.stdout is not None
        assert sleeper.stdout.readline() == "holding 3\n"
        heir = log.subscribe("group", ["topic"])
        sleeper.send_signal(signal.SIGSTOP)
        received = heir.receive(3, 10.0)
        assert [record.value for record in received] == [b"0", b"1", b"2"]
        sleeper.send_signal(signal.SIGCONT)
        heir.done(received)
        assert log.lag("group", ["topic"]) == {"topic": 0}
    finally:
        sleeper.kill()
        sleeper.communicate()


def test_a_log_in_use_costs_little_while_nothing_happens(path: Path, connect: Connect) -> None:
    log = connect()
    log.create_topics({"topic": 6})
    subscriptions = [log.subscribe(f"group {n}", ["topic"]) for n in range(6)]
    begun = time.process_time()
    for subscription in subscriptions:
        assert subscription.receive(1, 0.5) == []
    assert time.process_time() - begun < 0.3
