from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.health import Health, check_health
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.state.database import DatabaseState
from pipeline.web.app import create_app
from pipeline.web.server import listening
from tests.web.site import Site


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[TantivyIndex, DatabaseState, SqliteEventLog]]:
    with (
        closing(TantivyIndex(tmp_path / "index")) as index,
        closing(DatabaseState.embedded(tmp_path / "state.db")) as state,
        closing(SqliteEventLog(tmp_path / "log.db")) as log,
    ):
        index.setup()
        state.setup()
        log.create_topics(dict.fromkeys(topics.ALL, 1))
        yield index, state, log


@pytest.fixture
def site(stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog]) -> Iterator[Site]:
    index, state, log = stores

    def health() -> Health:
        return check_health(log, index, state)

    app = create_app(index, state, health, rules={"convoys": "Convoys"}, base_url="https://harmattan.example.org/desk")
    with listening(app, "127.0.0.1", 0) as address:
        yield Site(address, index, state)
