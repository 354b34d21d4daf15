"""The connections to the database, with transactions that begin, wait and fail alike on SQLite and PostgreSQL."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pipeline.errors import BadInput, OutOfReach
from pipeline.state.failures import translated

PATIENCE = timedelta(seconds=10)
"""How long a transaction waits for a lock that another one holds."""

_WRITES = "harmattan_writes"
_SQLITE_SETTINGS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-8000",  # kB
    # Bands are written all over the file: the longer a page waits for its checkpoint, the more of them it takes along.
    "wal_autocheckpoint=8000",
    "journal_size_limit=67108864",
)
# A process that was frozen in the middle of a transaction must not hold up the others for ever.
_LONGEST_PAUSE = "60s"


class Database:
    """One database; `address` names it in messages, without a password."""

    def __init__(self, engine: Engine, address: str, patience: timedelta) -> None:
        self.address = address
        self._patience = patience
        self._engine = engine
        # SQLite takes one writer at a time and lets the others poll for their turn; threads can do better.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction for reading. Raises OutOfReach, or BadInput when there is no schema."""
        with self._errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction, durable when the block has ended, undone when it raises.

        On SQLite it has the write lock from its beginning, so what it reads can't change before it writes. Raises OutOfReach,
        or BadInput when there is no schema.
        """
        with self._in_turn(), self._errors(), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._patience.total_seconds()):
            raise OutOfReach(f"the database {self.address} is being written by another thread for too long")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            meaning = translated(error, self.address)
            if meaning is None:
                raise
            raise meaning from error


def open_file(path: Path, patience: timedelta = PATIENCE) -> Database:
    """Open the embedded database; the file is made at its first use."""
    seconds = patience.total_seconds()
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": seconds},
        pool_size=8,
        max_overflow=24,
        pool_use_lifo=True,  # few connections with a warm cache
        hide_parameters=True,
    )
    event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, seconds))
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, str(path), patience)


def open_unkept(path: Path, clock: Callable[[], datetime]) -> Database:
    """Open a new file that is thrown away: nothing waits for the disk, and the database's time (UTC) is what the clock says."""
    database = open_file(path)
    event.listen(database._engine, "connect", lambda connection, _: _prepare_unkept(connection, clock))
    return database


def open_server(url: str, password: str | None, patience: timedelta = PATIENCE) -> Database:
    """Prepare for the PostgreSQL at the URL; it is connected to at the first use. Raises BadInput for another URL."""
    target = _target(url)
    address = target.set(drivername="postgresql").render_as_string(hide_password=True)
    connect_args: dict[str, Any] = {
        "connect_timeout": 5,
        "application_name": "harmattan",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    engine = create_engine(
        target.set(password=password),
        connect_args={name: value for name, value in connect_args.items() if name not in target.query},
        isolation_level="READ COMMITTED",
        pool_size=5,
        max_overflow=15,
        pool_timeout=patience.total_seconds(),
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
    )
    event.listen(engine, "connect", lambda connection, _: _prepare_postgres(connection, patience))
    return Database(engine, address, patience)


def _target(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError as error:
        raise BadInput("the database's address is none: write postgresql://user@host:5432/database") from error
    if target.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise BadInput(f"the database can't be {target.drivername}: write postgresql://user@host:5432/database")
    if target.password or "password" in target.query:
        raise BadInput("the database's address holds a password: give it apart, in HARMATTAN_DATABASE_PASSWORD")
    return target.set(drivername="postgresql+psycopg")


def _prepare_sqlite(connection: sqlite3.Connection, patience: float) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does, with the right lock.
    connection.isolation_level = None
    _turn_on_wal(connection, patience)
    for setting in _SQLITE_SETTINGS:
        connection.execute(f"PRAGMA {setting}")


def _prepare_unkept(connection: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    # statements ask for the time by this function alone; what is registered goes before what is built in
    connection.create_function("julianday", 1, lambda _now: 2440587.5 + clock().timestamp() / 86400)


def _turn_on_wal(connection: sqlite3.Connection, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            # Two processes that make a new file at once: this pragma does not wait for the lock by itself.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise OutOfReach("the state can't keep a write-ahead log there: put the data folder on a local disk")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgres(connection: Any, patience: timedelta) -> None:
    before = connection.autocommit
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {patience // timedelta(milliseconds=1)}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{_LONGEST_PAUSE}'")
    connection.autocommit = before
