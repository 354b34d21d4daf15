"""What a test run says at its end about the real servers."""

from tests.servers.process import RunningServer
from tests.servers.summary import Outcomes, need_of

KAFKA = RunningServer("Kafka", "4.3.1", "127.0.0.1:1")
ELASTICSEARCH = RunningServer("Elasticsearch", "9.5.3", "http://127.0.0.1:2")
POSTGRES = RunningServer("PostgreSQL", "15", "postgresql://127.0.0.1:3/postgres")
NO_MAVEN = "Maven is not installed, so the server's jars can't be fetched"


def test_it_says_that_all_were_started() -> None:
    outcomes = Outcomes(started={server.name: server for server in (KAFKA, ELASTICSEARCH, POSTGRES)})

    assert outcomes.lines([]) == ["Real servers: Kafka 4.3.1, Elasticsearch 9.5.3, PostgreSQL 15 were all started."]


def test_it_tells_servers_that_ran_already_from_those_it_started() -> None:
    outcomes = Outcomes(started={"PostgreSQL": POSTGRES}, shared={"Kafka": KAFKA})

    assert outcomes.lines([]) == ["Real servers: Kafka 4.3.1 running already, PostgreSQL 15 started."]


def test_it_says_why_a_server_is_missing_and_how_many_tests_that_cost() -> None:
    outcomes = Outcomes(started={"PostgreSQL": POSTGRES}, missing={"Kafka": NO_MAVEN})
    reasons = [f"Skipped: {need_of('Kafka', NO_MAVEN)}"] * 2 + ["Skipped: something else"]

    assert outcomes.lines(reasons) == [
        "Real servers: PostgreSQL 15 started.",
        f"Kafka could not be started, and 2 tests were skipped: {NO_MAVEN}",
    ]


def test_it_says_that_tests_failed_where_a_missing_server_is_no_reason_to_skip() -> None:
    outcomes = Outcomes(missing={"Kafka": NO_MAVEN})

    assert outcomes.lines([]) == [f"Kafka could not be started, and the tests that need it failed: {NO_MAVEN}"]


def test_what_the_processes_of_a_run_tell_is_one_summary() -> None:
    whole = Outcomes()
    whole.add(Outcomes(started={"PostgreSQL": POSTGRES}, missing={"Kafka": NO_MAVEN}).as_plain())
    whole.add(Outcomes(started={"Elasticsearch": ELASTICSEARCH, "PostgreSQL": POSTGRES}).as_plain())

    assert whole.lines([f"Skipped: {need_of('Kafka', NO_MAVEN)}"]) == [
        "Real servers: Elasticsearch 9.5.3, PostgreSQL 15 started.",
        f"Kafka could not be started, and 1 test was skipped: {NO_MAVEN}",
    ]


def test_it_says_nothing_when_no_test_asked_for_a_server() -> None:
    assert Outcomes().lines([]) == []
