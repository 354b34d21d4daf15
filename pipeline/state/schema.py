"""The schema: whether it is there, whether this code knows it, and how it is made."""

from pathlib import Path

from sqlalchemy import Connection, column, func, inspect, select, table, text

from pipeline.errors import TooNew
from pipeline.state.engine import Database
from pipeline.state.failures import needs_setup
from pipeline.state.migrations import REVISIONS, VERSION_TABLE

_TURN = 7_283_119_445
"""The number of the advisory lock that lets one process at a time migrate."""


def check_schema(database: Database) -> None:
    """Raise TooNew, or BadInput when the schema is missing or older than this code."""
    with database.read() as connection:
        found = _revision(connection, database.address)
    if found is None:
        raise needs_setup(database.address, "has no schema")
    if found != REVISIONS[-1]:
        raise needs_setup(database.address, f"has an older schema ({found}; this Harmattan needs {REVISIONS[-1]})")


def set_up_schema(database: Database) -> None:
    """Create or migrate the schema, one process at a time. Raises TooNew when a newer Harmattan has made it."""
    with database.read() as connection:
        if _revision(connection, database.address) == REVISIONS[-1]:
            return
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        if _revision(connection, database.address) != REVISIONS[-1]:
            _migrate(connection)


def _revision(connection: Connection, address: str) -> str | None:
    """Give the schema's revision, None where there is no schema. Raises TooNew for one that is not known."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num"))
    found: str | None = connection.execute(select(versions.c.version_num)).scalar()
    if found is not None and found not in REVISIONS:
        raise TooNew(
            f"the database {address} was set up by a newer Harmattan (its schema is {found}, this one knows up to"
            f" {REVISIONS[-1]}): upgrade this installation"
        )
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic reads a percent sign in an option as the beginning of a reference.
    folder = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
