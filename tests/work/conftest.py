from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    """An embedded event log with every topic, one partition each."""
    event_log = SqliteEventLog(tmp_path / "log.db")
    event_log.create_topics(dict.fromkeys(topics.ALL, 1))
    yield event_log
    event_log.close()
