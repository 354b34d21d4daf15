"""The file of the embedded event log: its tables, its connections, and its errors in the port's words."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pipeline.errors import OutOfReach, TooNew

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE topics (name TEXT PRIMARY KEY, incarnation TEXT NOT NULL);
-- A slot is one partition of one topic. Its records are those from `first` up to, and without, `next`.
CREATE TABLE slots (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL REFERENCES topics (name),
    partition INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0,
    appended INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
);
CREATE TABLE records (
    slot INTEGER NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    appended INTEGER NOT NULL,
    PRIMARY KEY (slot, position)
);
CREATE TABLE commits (
    consumers TEXT NOT NULL, slot INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (consumers, slot)
);
CREATE TABLE generations (consumers TEXT PRIMARY KEY, generation INTEGER NOT NULL);
CREATE TABLE members (
    joined INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    consumers TEXT NOT NULL,
    topics TEXT NOT NULL,
    lease INTEGER NOT NULL,
    expires INTEGER NOT NULL
);
CREATE TABLE owners (
    consumers TEXT NOT NULL, slot INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (consumers, slot)
);
"""

ADVICE = {
    sqlite3.SQLITE_FULL: "free space on that disk",
    sqlite3.SQLITE_BUSY: "another process holds it for too long; see which one does",
    sqlite3.SQLITE_LOCKED: "another process holds it for too long; see which one does",
    sqlite3.SQLITE_CANTOPEN: "check that its folder exists and that this user may write there",
    sqlite3.SQLITE_READONLY: "check that this user may write the file and its folder",
    sqlite3.SQLITE_PERM: "check that this user may write the file and its folder",
    sqlite3.SQLITE_IOERR: "check that disk and what the system log says of it",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; put back a copy of it, or move it away to start a new log",
    sqlite3.SQLITE_NOTADB: "it is no event log; move it away or choose another data folder",
}

Synchronous = Literal["FULL", "NORMAL"]


class SqliteStore:
    """The file, with one connection for writing and one for reading, each used by one thread at a time.

    Connections are opened at first use. Reading goes on while another thread waits for the disk to confirm a write.
    """

    def __init__(self, path: Path, patience: float) -> None:
        """Take the file's path and how many seconds to wait for a lock that another process holds."""
        self.path = path
        self._patience = patience
        self._writer = _Slot()
        self._reader = _Slot()

    def connect(self, synchronous: Synchronous = "FULL") -> sqlite3.Connection:
        """Open another connection, creating the file and its tables if they are missing. Raises OutOfReach, TooNew."""
        with self.errors():
            connection = sqlite3.connect(
                self.path, timeout=self._patience, isolation_level=None, check_same_thread=False
            )
            try:
                self._turn_on_wal(connection)
                connection.execute(f"PRAGMA synchronous={synchronous}")
                self._create_tables(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block has ended, undone when it raises. Raises OutOfReach."""
        with self._writer.lock, self.errors():
            connection = self._writer.connection = self._writer.connection or self.connect()
            with transaction(connection):
                yield connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading. Raises OutOfReach."""
        with self._reader.lock, self.errors():
            connection = self._reader.connection = self._reader.connection or self.connect()
            yield connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn SQLite's errors into OutOfReach, which names the file and what to check."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            advice = ADVICE.get(code & 0xFF, "check the file and its disk") if code is not None else "check the file"
            raise OutOfReach(f"the event log {self.path} can't be used ({error}): {advice}") from error

    def close(self) -> None:
        """Close both connections; they are opened again at their next use."""
        for slot in (self._writer, self._reader):
            with slot.lock:
                if slot.connection is not None:
                    slot.connection.close()
                slot.connection = None

    def _turn_on_wal(self, connection: sqlite3.Connection) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                break
            except sqlite3.OperationalError as error:
                # Two processes that open a new file at once: this pragma does not wait for the lock by itself.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        if mode != "wal":
            raise OutOfReach(
                f"the event log {self.path} can't keep a write-ahead log there: put the data folder on a local disk"
            )

    def _create_tables(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == SCHEMA_VERSION:
            return
        with transaction(connection):
            found = _version(connection)
            if found > SCHEMA_VERSION:
                raise TooNew(
                    f"the event log {self.path} was written by a newer Harmattan (its schema is {found}, this one"
                    f" reads {SCHEMA_VERSION}): upgrade this installation"
                )
            if found == 0:
                for statement in SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that takes the write lock at its beginning, so that what it reads can't change before it writes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have ended the transaction already; the error that counts is the one under way.
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


class _Slot:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.connection: sqlite3.Connection | None = None


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
