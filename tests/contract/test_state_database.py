"""Schema, outbox and signs of life, whatever database keeps them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from pipeline.errors import BadInput, OutOfReach, TooNew
from pipeline.state.database import DatabaseState
from pipeline.state.interface import FeedSpec, OutboxRow
from tests.state.client import record
from tests.state.harness import StateUnderTest, side_by_side

LEASE = timedelta(minutes=1)
DAY = timedelta(days=1)
FEED = FeedSpec(url="https://post.example/rss")


# --------------------------------------------------------------------------------------------------- schema


def test_a_database_without_a_schema_asks_for_setup(empty_state: StateUnderTest):
    client = empty_state.client()
    asks: list[Callable[[], object]] = [client.check, client.feeds.list, client.ledger.due, client.workers]
    for ask in asks:
        with pytest.raises(BadInput, match="run `harmattan setup`"):
            ask()


def test_setup_may_be_repeated_and_keeps_what_is_there(empty_state: StateUnderTest):
    client = empty_state.client()
    client.setup()
    client.check()
    client.feeds.put([FEED])
    client.setup()
    again = empty_state.client()
    again.setup()
    again.check()
    assert [feed.spec for feed in again.feeds.list()] == [FEED]


def test_processes_that_set_up_at_once_set_up_once(empty_state: StateUnderTest):
    processes = [empty_state.process("set-up") for _ in range(3)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    client = empty_state.client()
    client.check()
    client.feeds.put([FEED])
    assert len(client.feeds.list()) == 1


def test_threads_that_set_up_at_once_set_up_once(empty_state: StateUnderTest):
    side_by_side([partial(DatabaseState.setup, empty_state.client()) for _ in range(4)])
    empty_state.client().check()


def test_a_schema_of_a_newer_harmattan_is_left_alone(state: StateUnderTest):
    with state.write() as connection:
        connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
    client = state.client()
    try:
        for ask in (client.check, client.setup):
            with pytest.raises(TooNew, match="upgrade this installation"):
                ask()
    finally:
        with state.write() as connection:
            connection.execute(text("UPDATE schema_version SET version_num = '0001'"))


def test_who_waits_too_long_for_another_transaction_is_told_so_and_may_try_again(state: StateUnderTest):
    one, other = state.client(), state.client(patience=timedelta(milliseconds=300))
    with one.ledger.decide("alert@1") as decision:
        decision.uncovered([record(0)])
        with pytest.raises(OutOfReach, match="another process holds"), other.ledger.decide("alert@1") as late:
            late.uncovered([record(0)])
    with other.ledger.decide("alert@1") as late:
        assert late.uncovered([record(0)]) == [record(0)]


# --------------------------------------------------------------------------------------------------- outbox


def publish(client: DatabaseState, *keys: str, consumer: str = "alert@1") -> None:
    with client.ledger.decide(consumer) as decision:
        for key in keys:
            decision.publish("alerts", key, key.encode())


def pending(client: DatabaseState, most: int = 100) -> list[OutboxRow]:
    return client.outbox.pending("alert", most)


def test_the_outbox_keeps_the_order_of_decisions(state: StateUnderTest):
    client = state.client()
    publish(client, "b", "a")
    publish(client, "c")
    assert [(row.key, row.value) for row in pending(client)] == [("b", b"b"), ("a", b"a"), ("c", b"c")]
    assert [row.key for row in pending(client, most=2)] == ["b", "a"]
    assert client.outbox.pending("relate", 100) == []


def test_what_is_published_is_forgotten_and_the_rest_stays(state: StateUnderTest):
    client = state.client()
    publish(client, "a", "b", "c")
    client.outbox.published(pending(client, most=2))
    assert [row.key for row in pending(client)] == ["c"]
    client.outbox.published([])
    assert [row.key for row in pending(client)] == ["c"]


def test_a_worker_that_is_late_to_say_published_forgets_nothing_new(state: StateUnderTest):
    client, late = state.client(), state.client()
    publish(client, "a", "b")
    seen_by_late = pending(late)
    client.outbox.published(pending(client))
    publish(client, "c", "d")
    late.outbox.published(seen_by_late)
    assert [row.key for row in pending(client)] == ["c", "d"]


def test_thousands_of_rows_are_published_at_once(state: StateUnderTest):
    client = state.client()
    publish(client, *(str(n) for n in range(3000)))
    client.outbox.published(pending(client, most=3000))
    assert pending(client) == []


# ------------------------------------------------------------------------------------------- signs of life


def test_a_worker_is_seen_with_its_latest_counters(state: StateUnderTest):
    client = state.client()
    client.beat("host-1", "relate", {"handled": 1})
    client.beat("host-1", "alert", {"handled": 5})
    state.let_pass(timedelta(minutes=2))
    client.beat("host-1", "relate", {"handled": 9, "failed": 1})
    latest, earlier = client.workers()
    assert (latest.worker, latest.step, latest.detail) == ("host-1", "relate", {"handled": 9, "failed": 1})
    assert latest.age < timedelta(minutes=1)
    assert earlier.step == "alert"
    assert timedelta(minutes=2) <= earlier.age < timedelta(minutes=3)


def test_a_worker_that_was_silent_for_a_day_is_no_longer_shown(state: StateUnderTest):
    client = state.client()
    client.beat("host-1", "relate", {})
    state.let_pass(DAY + LEASE)
    assert client.workers() == []
    client.beat("host-2", "relate", {})
    assert [worker.worker for worker in client.workers()] == ["host-2"]
