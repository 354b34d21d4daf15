"""Parts that are down for a while, and records that no step can handle: nothing is lost, and it is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from tests.acceptance import stories
from tests.acceptance.desk import STEPS, Desk, eventually
from tests.newsroom.sample import SampleServer
from tests.servers import ElasticsearchServer, PostgresServer


def append(desk: Desk, *values: bytes) -> None:
    from pipeline.bootstrap import open_log
    from pipeline.settings import load_settings

    with open_log(load_settings(desk.environment)) as log:
        _append(log, values)


def _append(log: EventLog, values: tuple[bytes, ...]) -> None:
    log.append(topics.RAW, [NewRecord("a-host", value) for value in values])


def test_a_record_that_can_not_be_read_waits_among_the_dead_letters_with_its_bytes(desk: Desk):
    append(desk, b'{"not": "an article"')
    desk.outlets.outlet("kayes-weekly").publish(title="Market reopens", text=stories.MARKET)

    desk.polls()

    assert len(desk.finds("Kayes")) == 1
    (letter,) = desk.runs("dead-letters", "list", "--json").rows()
    assert (letter["step"], letter["topic"]) == ("enrich", "articles.raw")
    assert "RawArticle" in letter["reason"]
    assert desk.runs("dead-letters", "show", letter["id"]).out == '{"not": "an article"'
    assert desk.runs("status").status == 1


def test_a_dead_letter_that_is_put_back_is_handled_again(desk: Desk):
    append(desk, b"nonsense")
    desk.outlets.outlet("kayes-weekly")
    desk.polls()
    (letter,) = desk.runs("dead-letters", "list", "--json").rows()

    assert desk.runs("dead-letters", "replay", letter["id"]).status == 0
    assert desk.runs("dead-letters", "list", "--json").rows() == []
    desk.polls()

    (again,) = desk.runs("dead-letters", "list", "--json").rows()
    assert again["topic"] == "articles.raw"


def test_a_step_stops_when_most_of_its_records_fail_instead_of_setting_them_all_aside(desk: Desk):
    append(desk, *(b"nonsense %d" % number for number in range(300)))

    with desk.working("enrich") as worker:
        assert worker.waits() == 1

    assert "stops" in worker.said()
    letters = desk.runs("dead-letters", "list", "--json").rows()
    assert 0 < len(letters) < 100


def test_a_record_of_a_newer_harmattan_stops_the_step_and_stays(desk: Desk):
    newer = b'{"schema": 99, "min_reader": 99, "record": {}}'
    append(desk, newer)

    for _ in range(2):
        with desk.working("enrich") as worker:
            assert worker.waits() == 1
        assert "upgrade" in worker.said()

    assert desk.runs("dead-letters", "list", "--json").rows() == []


@pytest.fixture
def fragile_desk(
    tmp_path: Path, outlets: SampleServer, own_elasticsearch: ElasticsearchServer, own_postgres: PostgresServer
) -> Iterator[Desk]:
    """An installation with an Elasticsearch and a PostgreSQL that the test may stop."""
    desk = Desk(
        tmp_path,
        outlets,
        {"HARMATTAN_ELASTICSEARCH": own_elasticsearch.address, "HARMATTAN_DATABASE": own_postgres.address},
    )
    desk.sets_up()
    return desk


def test_alerts_go_out_while_elasticsearch_is_down_and_articles_are_found_when_it_is_back(
    fragile_desk: Desk, own_elasticsearch: ElasticsearchServer
):
    desk = fragile_desk
    outlet = desk.outlets.outlet("sahara-wire")
    with desk.working():
        desk.waits_for(*STEPS)
        own_elasticsearch.stop()
        outlet.publish(title="Fighters take over airfield", text=stories.AGENCY)
        polled = desk.runs("poll", "--feeds", str(desk.feeds()))
        assert polled.status == 0, polled
        eventually(lambda: desk.told_rules() == ["sahel", "wagner-group"])
        own_elasticsearch.start()
        eventually(lambda: desk.finds("Timbuktu"))
    assert len(desk.told()) == 2


def test_workers_wait_for_postgresql_and_go_on(fragile_desk: Desk, own_postgres: PostgresServer):
    desk = fragile_desk
    outlet = desk.outlets.outlet("sahara-wire")
    outlet.publish(title="Fighters take over airfield", text=stories.AGENCY)
    with desk.working() as worker:
        desk.waits_for(*STEPS)
        polled = desk.runs("poll", "--feeds", str(desk.feeds()))
        assert polled.status == 0, polled
        own_postgres.stop()
        eventually(lambda: "waits" in worker.said())
        own_postgres.start()
        eventually(lambda: desk.finds("Timbuktu"))
        eventually(lambda: desk.told_rules() == ["sahel", "wagner-group"])
    assert len(desk.told()) == 2
