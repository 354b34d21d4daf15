"""The migrations make the tables that the code works with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import pipeline.state.migrations
from pipeline.records.passage import Passage
from pipeline.state.article_rows import key_digest
from pipeline.state.interface import FeedSpec, FeedState, PollOutcome, Role, Verdict
from pipeline.state.migrations import REVISIONS, VERSION_TABLE
from pipeline.state.tables import metadata
from tests.builders import match
from tests.state.client import alert_article
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


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_feeds_of_the_first_schema_keep_their_addresses_and_entries(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    with state.write() as connection:
        upgrade(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO feeds (id, url, title, tags, enabled, entries, failures, gone, next_due) VALUES"
                " (7, 'https://Post.example/rss', '', '[]', :yes, 1, 0, :no, :due)"
            ),
            {"yes": True, "no": False, "due": 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)},
        )
        seen = 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(text("INSERT INTO feed_entries VALUES (7, 'e1', 'c1', :seen)"), {"seen": seen})
    feeds = state.client().feeds
    state.client().setup()
    [claimed] = feeds.claim_due("worker", 9, timedelta(minutes=1), only=["https://Post.example/rss"])
    assert (claimed.id, claimed.known_as) == (7, "https://Post.example/rss")
    assert feeds.known({7: ["e1"]}) == {7: {"e1": "c1"}}
    feeds.save(
        [
            (
                claimed,
                PollOutcome(delay=timedelta(hours=1), error="429", held=timedelta(hours=1), held_host="post.example"),
            )
        ]
    )
    assert feeds.list()[0].state is FeedState.HELD
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_alerts_of_before_have_no_passage_and_those_that_follow_do(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    with state.write() as connection:
        upgrade(connection, "0004")
        created = 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(
            text(
                "INSERT INTO alerts (id, rule, rule_name, rule_version, severity, story, created, state, revision, matches,"
                " size) VALUES ('r-a0', 'r', 'R', '1', 'low', 's0', :created, 'unrouted', 1, '[]', 1)"
            ),
            {"created": created},
        )
        connection.execute(
            text(
                "INSERT INTO alert_articles (rule, article, alert, position, title, source, language, revision)"
                " VALUES ('r', 'a0', 'r-a0', 0, 'T', 'S', 'en', 1)"
            )
        )
    client = state.client()
    client.setup()
    passage = Passage("A convoy near Gao", ((2, 8), (14, 17)))
    with client.ledger.decide("alert@1") as decision:
        decision.raise_alert(match("r"), alert_article("a1", passage=passage), "s1")
    found = {alert.id: alert.articles[0].passage for alert in client.ledger.alerts()}
    assert found == {"r-a0": None, "r-a1": passage}
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_feeds_of_before_ask_for_no_alerts_on_their_past(database: str, request: pytest.FixtureRequest, tmp_path: Path):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    with state.write() as connection:
        upgrade(connection, "0005")
        connection.execute(
            text(
                "INSERT INTO feeds (url, address, known_as, host, title, tags, enabled, entries, failures, gone, next_due,"
                " trust, moved_seen) VALUES ('https://post.example/rss', 'a', 'https://post.example/rss', 'post.example',"
                " '', '[]', :yes, 1, 0, :no, :due, 0, 0)"
            ),
            {"yes": True, "no": False, "due": 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)},
        )
    feeds = state.client().feeds
    state.client().setup()
    feeds.put([FeedSpec(url="https://wire.example/rss", alert_past=timedelta(days=7))])
    assert [feed.spec.alert_past for feed in feeds.list()] == [None, timedelta(days=7)]
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_entries_of_before_are_known_and_not_the_latest(database: str, request: pytest.FixtureRequest, tmp_path: Path):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    moment = 0 if database == "sqlite" else datetime.now(UTC)
    with state.write() as connection:
        upgrade(connection, "0010")
        connection.execute(
            text(
                "INSERT INTO feeds (id, url, address, known_as, host, title, tags, enabled, entries, failures, gone, next_due,"
                " trust, moved_seen) VALUES (7, 'https://post.example/rss', 'a', 'https://post.example/rss', 'post.example',"
                " '', '[]', :yes, 1, 0, :no, :due, 0, 0)"
            ),
            {"yes": True, "no": False, "due": moment},
        )
        connection.execute(text("INSERT INTO feed_entries VALUES (7, 'e1', 'c1', :seen)"), {"seen": moment})
    state.client().setup()
    feeds = state.client().feeds
    assert feeds.known({7: ["e1"]}) == {7: {"e1": "c1"}}
    assert feeds.latest(7) == []
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_articles_of_before_keep_their_stories_and_nobody_says_how_likely(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    with state.write() as connection:
        upgrade(connection, "0011")
        moment = 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(
            text(
                "INSERT INTO articles (id, story, feed, revision, first_seen, seen, text_source, content_hash, document_hash,"
                " backfill, alertable, corrected, signature, bands) VALUES ('a1', 's0', 'f', 1, :seen, :seen, 'page', 'c', 'd',"
                " :no, :no, :no, :empty, :empty)"
            ),
            {"seen": moment, "no": False, "empty": b""},
        )
    client = state.client()
    client.setup()
    assert client.stories.lead("one", timedelta(minutes=1))
    with client.stories.decide("one", "relate@1") as decision:
        article = decision.by_ids(["a1", "a2"])["a1"]
    assert (article.story, article.confidence) == ("s0", None)
    state.close()


def upgrade(connection: Connection, revision: str) -> None:
    """Bring an empty database to a revision of the past."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_the_code_knows_every_revision_in_its_order():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def _differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "version_table": VERSION_TABLE}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_mutes_of_before_cover_what_they_covered_and_old_alerts_can_be_called_false(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    moment = 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)
    later = 1 << 52 if database == "sqlite" else datetime(2096, 1, 1, tzinfo=UTC)
    with state.write() as connection:
        upgrade(connection, "0006")
        connection.execute(
            text(
                "INSERT INTO alerts (id, rule, rule_name, rule_version, severity, story, created, state, revision, matches,"
                " size) VALUES ('r-a0', 'r', 'R', '1', 'low', 's0', :created, 'unrouted', 1, '[]', 1)"
            ),
            {"created": moment},
        )
        connection.execute(
            text(
                "INSERT INTO mutes (id, by, reason, since, until, rule) VALUES ('m', 'awa', 'w', :since, :until, 'r')"
            ),
            {"since": moment, "until": later},
        )
    client = state.client()
    client.setup()
    [mute] = client.ledger.mutes()
    assert (mute.rule, mute.digest) == ("r", None)
    assert client.ledger.say("r-a0", "awa", Verdict.FALSE, "an opera")
    assert [one.verdict for one in client.ledger.feedback("r-a0")] == [Verdict.FALSE]
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_articles_of_before_have_no_versions_and_their_alerts_can_be_told_of_the_next(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    moment = 0 if database == "sqlite" else datetime(1970, 1, 1, tzinfo=UTC)
    with state.write() as connection:
        upgrade(connection, "0009")
        connection.execute(
            text(
                "INSERT INTO articles (id, story, feed, revision, first_seen, seen, text_source, content_hash, document_hash,"
                " backfill, alertable, corrected, signature, bands) VALUES ('a0', 'a0', 'f', 1, :seen, :seen, 'page', 'c', 'd',"
                " :no, :yes, :no, :none, :none)"
            ),
            {"seen": moment, "yes": True, "no": False, "none": b""},
        )
        connection.execute(
            text(
                "INSERT INTO alerts (id, rule, rule_name, rule_version, severity, story, created, state, revision, matches,"
                " size) VALUES ('r-a0', 'r', 'R', '1', 'low', 'a0', :created, 'unrouted', 1, '[]', 1)"
            ),
            {"created": moment},
        )
        connection.execute(
            text(
                "INSERT INTO alert_articles (rule, article, alert, position, title, source, language, revision, corrected)"
                " VALUES ('r', 'a0', 'r-a0', 0, 'T', 'S', 'en', 1, :yes)"
            ),
            {"yes": True},
        )
        connection.execute(
            text("INSERT INTO article_keys (key, article) VALUES (:key, 'a0')"), {"key": key_digest("k")}
        )
    client = state.client()
    client.setup()
    assert client.stories.lead("one", timedelta(minutes=1))
    with client.stories.decide("one", "relate@1") as decision:
        known = decision.by_keys(["k"])["k"]
        assert (known.changes, known.undeclared, decision.texts("a0")) == (0, False, [])
    with client.ledger.decide("alert@1") as ledger:
        (standing,) = ledger.standing("a0")
        assert (standing.position, standing.article.changes, standing.article.matches_no_more) == (0, (), None)
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_searches_of_before_accounts_are_kept_and_accounts_can_be_added(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    with state.write() as connection:
        upgrade(connection, "0012")
        saved = 0 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(
            text("INSERT INTO saved_searches (name, text, filters, saved) VALUES ('north', 'Kidal', '{}', :saved)"),
            {"saved": saved},
        )
    client = state.client()
    client.setup()
    assert [search.name for search in client.searches.list()] == ["north"]
    assert client.accounts.add("awa", Role.ANALYST, None, by="op")
    state.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_accounts_of_before_providers_keep_their_sessions_and_can_be_linked(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
):
    address = str(tmp_path / "state.db") if database == "sqlite" else request.getfixturevalue("postgres_database")
    state = StateUnderTest(address)
    with state.write() as connection:
        upgrade(connection, "0013")
        now = 10**16 if database == "sqlite" else datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(
            text("INSERT INTO accounts (name, role, password, created) VALUES ('awa', 'analyst', 'hash', :now)"),
            {"now": now},
        )
        connection.execute(text("INSERT INTO account_sessions VALUES ('k', 'awa', :now, :now)"), {"now": now})
    client = state.client()
    client.setup()
    [account] = client.accounts.list()
    assert (account.name, account.subject) == ("awa", None)
    with state.write() as connection:
        assert connection.execute(text("SELECT account FROM account_sessions")).scalars().all() == ["awa"]
    assert client.accounts.link("awa", "https://login.example.org 1", by="op")
    state.close()
