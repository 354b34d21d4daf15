"""The embedded stores as fixtures: real ones, empty, in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.state.database import DatabaseState


@pytest.fixture
def partitions() -> int:
    """How many partitions each topic of `log` has; a module or folder may say otherwise."""
    return 1


@pytest.fixture
def log(tmp_path: Path, partitions: int) -> Iterator[SqliteEventLog]:
    """An event log with every topic and no record."""
    log = SqliteEventLog(tmp_path / "log.db")
    log.create_topics(dict.fromkeys(topics.ALL, partitions))
    yield log
    log.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[DatabaseState]:
    """A state that is set up and holds nothing."""
    state = DatabaseState.embedded(tmp_path / "state.db")
    state.setup()
    yield state
    state.close()
