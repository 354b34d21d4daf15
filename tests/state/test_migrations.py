"""The migrations make the tables that the code works with."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import pipeline.state.migrations
from pipeline.state.migrations import REVISIONS, VERSION_TABLE
from pipeline.state.tables import metadata
from tests.state.harness import StateUnderTest

FOLDER = Path(pipeline.state.migrations.__file__).parent


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_migrations_make_the_tables(database: str, request: pytest.FixtureRequest, tmp_path: Path):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    state.client().setup()
    with state.write() as connection:
        differences = _differences(connection)
    state.close()
    assert differences == []


def test_the_code_knows_every_revision_in_its_order():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def _differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "version_table": VERSION_TABLE}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
