from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.state.database import DatabaseState


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    """An embedded event log with every topic, two partitions each."""
    event_log = SqliteEventLog(tmp_path / "log.db")
    event_log.create_topics(dict.fromkeys(topics.ALL, 2))
    yield event_log
    event_log.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[DatabaseState]:
    """An embedded state that is set up and holds nothing."""
    database = DatabaseState.embedded(tmp_path / "state.db")
    database.setup()
    yield database
    database.close()
