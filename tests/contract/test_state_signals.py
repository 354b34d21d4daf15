"""What signals count and find, whatever database keeps it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.state.database import DatabaseState
from pipeline.state.interface import Finding, Tally
from tests.state.client import record
from tests.state.harness import StateUnderTest

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    return state.client()


def tally(name: str = "ML", seen: datetime = NOON, source: str = "a", *, live: bool = True) -> Tally:
    hour = seen.replace(minute=0) if live else None
    return Tally(kind="country", name=name, label=name, source=source, seen=seen, hour=hour)


def count(client: DatabaseState, *tallies: Tally) -> dict[str, datetime]:
    """Count; give when the names were seen before."""
    with client.ledger.decide("alert@1") as decision:
        return {name: seen.last for (_, name), seen in decision.tally(tallies).items()}


def test_articles_are_counted_by_hour_name_and_source(client: DatabaseState):
    count(client, tally(), tally(source="b"), tally("NE"), tally(seen=NOON - HOUR))
    count(client, tally(), tally(seen=NOON - HOUR, live=False))

    hours = {(one.name, one.hour): one.count for one in client.signals.hours("country", NOON - 2 * HOUR)}
    assert hours == {("ML", NOON): 3, ("NE", NOON): 1, ("ML", NOON - HOUR): 1}
    past = {(one.source, one.hour): one.count for one in client.signals.past("country", ["ML"], NOON)}
    assert past == {("a", NOON): 2, ("b", NOON): 1}


def test_when_a_name_was_seen_before_is_told_and_never_goes_back_but_for_a_clock_that_did(client: DatabaseState):
    assert count(client, tally()) == {}
    assert count(client, tally(seen=NOON - HOUR)) == {"ML": NOON}
    assert count(client, tally(seen=NOON - timedelta(days=9), live=False)) == {"ML": NOON}
    [seen] = client.signals.seen("country")
    assert (seen.first, seen.last) == (NOON - timedelta(days=9), NOON)
    count(client, tally(seen=NOON - timedelta(days=1)))
    assert client.signals.seen("country", ["ML"])[0].last == NOON - timedelta(days=1)


def test_a_decision_that_fails_counts_nothing_and_covered_records_count_once(client: DatabaseState):
    with suppress(ZeroDivisionError), client.ledger.decide("alert@1") as decision:
        decision.tally([tally()])
        raise ZeroDivisionError
    assert client.signals.seen("country") == []
    for _ in range(2):
        with client.ledger.decide("alert@1") as decision:
            decision.tally([tally() for _ in decision.uncovered([record(7)])])
            decision.cover([record(7)])
    assert [one.count for one in client.signals.hours("country", NOON)] == [1]


def test_a_kind_that_is_watched_no_more_begins_anew_and_findings_of_signals_that_are_gone_end(client: DatabaseState):
    count(client, tally())
    finding = Finding(signal="s", name="NE", kind="silence", label="NE", text="silent", alert="s-1", began=NOON)
    with client.ledger.release() as decision:
        decision.put_finding(finding)
        assert decision.finding("s", "NE") == finding
    client.signals.keep(["country"], ["s"])
    assert (set(client.signals.watched_since()), client.signals.findings()[0].ends) == ({"country"}, None)
    client.signals.keep([], [])
    assert client.signals.findings()[0].ends is not None
    assert client.signals.watched_since() == {}


def test_what_another_worker_still_counts_is_watched(client: DatabaseState):
    count(client, tally(seen=client.signals.now() - HOUR))
    client.signals.keep([], [])
    assert set(client.signals.watched_since()) == {"country"}


def test_a_silence_ends_when_its_name_is_seen_again(client: DatabaseState):
    with client.ledger.release() as decision:
        decision.put_finding(
            Finding(signal="s", name="ML", kind="silence", label="ML", text="silent", alert="s-1", began=NOON)
        )
    count(client, tally(live=False))
    assert client.signals.findings()[0].ends is None, "a back-fill is no news"
    count(client, tally())
    assert client.signals.findings()[0].ends is not None


def test_old_counts_can_be_forgotten(client: DatabaseState):
    count(client, tally(seen=NOON - timedelta(days=90)), tally())
    client.signals.forget_before(NOON - timedelta(days=60))
    assert [one.hour for one in client.signals.hours("country", NOON - timedelta(days=365))] == [NOON]
