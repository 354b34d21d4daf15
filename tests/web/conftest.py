from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.answer_links import LinkKeys
from pipeline.health import Health, check_health
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.sqlite import SqliteEventLog
from pipeline.policy.model import Analyst, Policy, Route
from pipeline.records import topics
from pipeline.records.article import Severity
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.state.database import DatabaseState
from pipeline.web.app import create_app
from pipeline.web.server import listening
from tests.web.site import Site

KEYS = LinkKeys(b"a key of thirty-two characters..")
AWA = Analyst(id="awa", name="Awa", channels=("console",), zone=ZoneInfo("UTC"))
LEA = Analyst(id="lea", name="Léa", channels=("console",), zone=ZoneInfo("Europe/Paris"), language="fr")
POLICY = Policy(analysts=(AWA, LEA), routes=(Route(name="grave", to=("awa",), severity=Severity.HIGH),))
QUERY = 'convoy AND "fuel trucks"'
RULES = (
    Rule(id="convoys", name="Convoys", severity=Severity.HIGH, channels=(), query=QUERY, meaning=parse_query(QUERY)),
)


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

    app = create_app(
        index,
        state,
        health,
        rules={"convoys": "Convoys"},
        base_url="https://harmattan.example.org/desk",
        keys=KEYS,
        kibana="https://kibana.example.org",
        policy=lambda: POLICY,
        read_rules=lambda: RULES,
    )
    with listening(app, "127.0.0.1", 0) as address:
        yield Site(address, index, state)
