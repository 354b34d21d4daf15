"""What an operator reads when the database can't be used, and what happens when it can again."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from pipeline.errors import BadInput, CannotHandle, OutOfReach
from pipeline.state.database import DatabaseState
from pipeline.state.interface import FeedSpec, PollOutcome
from tests.servers import PostgresServer, RunningServer
from tests.servers.process import free_port

LEASE = timedelta(minutes=1)
FEED = FeedSpec(url="https://post.example/rss")
SECRET = "s3cret-word"


def test_a_server_that_does_not_run_is_named_without_the_password():
    port = free_port()
    state = DatabaseState(f"postgresql://harmattan@127.0.0.1:{port}/news", password=SECRET)
    with pytest.raises(OutOfReach) as error:
        state.check()
    message = str(error.value)
    assert f"postgresql://harmattan@127.0.0.1:{port}/news" in message
    assert "check that the server runs" in message
    assert SECRET not in message
    assert "\n" not in message


def test_a_database_that_is_not_there_is_named(postgres_server: RunningServer):
    address = postgres_server.address.rpartition("/")[0] + "/no_such_database"
    with pytest.raises(OutOfReach, match="no_such_database"):
        DatabaseState(address).check()


def test_a_password_in_the_address_is_refused_and_not_repeated():
    for address in (f"postgresql://me:{SECRET}@db/news", f"postgresql://me@db/news?password={SECRET}"):
        with pytest.raises(BadInput, match="HARMATTAN_DATABASE_PASSWORD") as error:
            DatabaseState(address)
        assert SECRET not in str(error.value)


@pytest.mark.parametrize("address", ["mysql://me@db/news", "sqlite:///state.db", "news", ""])
def test_an_address_that_is_no_postgresql_is_refused(address: str):
    with pytest.raises(BadInput, match="postgresql://user@host"):
        DatabaseState(address)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_any_spelling_of_postgresql_will_do(scheme: str, postgres_database: str):
    state = DatabaseState(postgres_database.replace("postgresql", scheme, 1))
    state.setup()
    state.check()
    state.close()


def test_the_password_is_given_apart(own_postgres: PostgresServer):
    with psycopg.connect(own_postgres.address, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE desk LOGIN PASSWORD '{SECRET}'")
        connection.execute("CREATE DATABASE news OWNER desk")
        trusted = "host all harmattan 127.0.0.1/32 trust"
        rules = f"SELECT unnest(ARRAY['{trusted}', 'host all all 127.0.0.1/32 scram-sha-256'])"
        [hba_file] = connection.execute("SHOW hba_file").fetchone() or [""]
        connection.execute(f"COPY ({rules}) TO '{hba_file}'")
        connection.execute("SELECT pg_reload_conf()")
    address = own_postgres.address.replace("harmattan@", "desk@").replace("/postgres", "/news")
    state = DatabaseState(address, password=SECRET)
    state.setup()
    state.check()
    state.close()
    with pytest.raises(OutOfReach, match="HARMATTAN_DATABASE_PASSWORD") as error:
        DatabaseState(address, password="wrong-word").check()
    assert "wrong-word" not in str(error.value)


def test_a_client_outlives_the_servers_restart_with_all_that_was_saved(own_postgres: PostgresServer):
    state = DatabaseState(own_postgres.address)
    state.setup()
    state.feeds.put([FEED])
    [claim] = state.feeds.claim_due("worker", 1, LEASE)
    own_postgres.restart()
    outcome = PollOutcome(delay=LEASE, entries=1, new_entries=1, seen={"e1": "c1"})
    assert state.feeds.save([(claim, outcome)]) == []
    own_postgres.kill()
    with pytest.raises(OutOfReach, match=str(own_postgres.address)):
        state.feeds.list()
    own_postgres.start()
    assert state.feeds.known({claim.id: ["e1"]}) == {claim.id: {"e1": "c1"}}
    state.close()


def test_a_server_that_dies_in_the_middle_of_a_decision_leaves_nothing(own_postgres: PostgresServer):
    state = DatabaseState(own_postgres.address)
    state.setup()

    def decide_while_the_server_dies() -> None:
        with state.ledger.decide("alert@1") as decision:
            decision.publish("alerts", "a", b"first")
            own_postgres.kill()

    with pytest.raises(OutOfReach):
        decide_while_the_server_dies()
    own_postgres.start()
    assert state.outbox.pending("alert", 10) == []
    with state.ledger.decide("alert@1") as decision:
        decision.publish("alerts", "a", b"again")
    assert [row.value for row in state.outbox.pending("alert", 10)] == [b"again"]
    state.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    path = tmp_path / "state.db"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(OutOfReach, match=r"state.db.*no database"):
        DatabaseState.embedded(path).setup()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(OutOfReach, match="check that its folder exists"):
        DatabaseState.embedded(tmp_path / "nowhere" / "state.db").setup()


def test_a_value_that_a_database_can_not_take_is_the_records_fault_and_not_the_servers(postgres_database: str):
    state = DatabaseState(postgres_database)
    state.setup()
    with pytest.raises(CannotHandle), state.ledger.decide("alert@1") as decision:
        decision.alert_of("rule", "article", "a story \0 id")
    state.close()
