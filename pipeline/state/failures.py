"""Turning the drivers' errors into the port's: what can be tried again, what an operator has to mend first."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from pipeline.errors import BadInput, CannotHandle, HarmattanError, OutOfReach

_SQLITE_ADVICE = {
    sqlite3.SQLITE_FULL: "free space on that disk",
    sqlite3.SQLITE_BUSY: "another process holds it for too long; see which one does",
    sqlite3.SQLITE_LOCKED: "another process holds it for too long; see which one does",
    sqlite3.SQLITE_CANTOPEN: "check that its folder exists and that this user may write there",
    sqlite3.SQLITE_READONLY: "check that this user may write the file and its folder",
    sqlite3.SQLITE_PERM: "check that this user may write the file and its folder",
    sqlite3.SQLITE_IOERR: "check that disk and what the system log says of it",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; put back a copy of it",
    sqlite3.SQLITE_NOTADB: "it is no database; move it away or choose another data folder",
}

_POSTGRES_ADVICE = {
    "08": "check that the server runs and is reachable from here",
    "25006": "the server only reads; check that the address is the primary's",
    "25P03": "this process was held up in the middle of a transaction, which the server then ended",
    "28": "check the user, the password (HARMATTAN_DATABASE_PASSWORD) and the server's pg_hba.conf",
    "3D": "create the database, or correct HARMATTAN_DATABASE",
    "40": "two processes wanted the same rows; it is tried again",
    "42501": "grant this user the right",
    "53": "check the server's disk, memory and max_connections",
    "55": "another process holds a lock for too long; see pg_stat_activity",
    "57": "the server stops, starts or ended the query; check its log",
    "58": "check the server's disk and its log",
    "XX": "check the server's log",
}
"""By the SQLSTATE or its class; what is not here is a fault of the program and stays what it is."""

_NO_SCHEMA = ("42P01", "42703", "3F000")
_UNREACHABLE = (
    "check that the server runs, that the address is right and reachable from here, and the user and password"
    " (HARMATTAN_DATABASE, HARMATTAN_DATABASE_PASSWORD)"
)


def translated(error: SQLAlchemyError, address: str) -> HarmattanError | None:
    """Give the port's error for one of the database at that address; None for a fault of the program."""
    if isinstance(error, NoConnectionFree):
        return OutOfReach(f"the database {address} had no connection free in time; run fewer workers in one process")
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    if isinstance(error, DataError):
        return CannotHandle(f"the database {address} can't store a value: {_line(error.orig)}")
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error.orig, address)
    return _of_postgres(error, error.orig, address)


def needs_setup(address: str, what: str) -> BadInput:
    """Give the error for a schema that is not there or not new enough."""
    return BadInput(f"the database {address} {what}: run `harmattan setup`")


def _of_sqlite(error: sqlite3.Error, address: str) -> HarmattanError | None:
    if str(error).startswith(("no such table", "no such column")):
        return needs_setup(address, "has no schema, or an older one")
    code = getattr(error, "sqlite_errorcode", None)
    advice = _SQLITE_ADVICE.get(code & 0xFF) if code is not None else None
    return OutOfReach(f"the database {address} can't be used ({error}): {advice}") if advice else None


def _of_postgres(error: DBAPIError, cause: BaseException, address: str) -> HarmattanError | None:
    state: str | None = getattr(cause, "sqlstate", None)
    if state in _NO_SCHEMA:
        return needs_setup(address, "has no schema, or an older one")
    if state is None:
        # libpq gives no SQLSTATE for what happens while connecting or when the connection breaks.
        lost = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        advice = _UNREACHABLE if lost else None
    else:
        advice = _POSTGRES_ADVICE.get(state) or _POSTGRES_ADVICE.get(state[:2])
    return OutOfReach(f"the database {address} can't be used ({_line(cause)}): {advice}") if advice else None


def _line(error: BaseException) -> str:
    """Give the first line that says something; further ones may quote values."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
