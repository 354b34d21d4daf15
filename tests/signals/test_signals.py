"""Signals on real stores: what comes in becomes counts, and counts become alerts, each once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.alert.step import AlertStep
from pipeline.log.interface import EventLog
from pipeline.log.sqlite import SqliteEventLog
from pipeline.policy.desk import Desk, simple_policy
from pipeline.policy.model import Policy
from pipeline.records import topics
from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle, Origin, Place, Source
from pipeline.signals.look import FeedsNow, SignalLook, feeds_now
from pipeline.signals.mentions import Mentions
from pipeline.signals.model import Kind, Of, Signal
from pipeline.state.interface import FeedMemory, FeedSpec, FeedState, FeedStatus, Tally
from pipeline.state.signal_tables import signal_watches
from pipeline.work.interface import Delivered
from tests.builders import enriched, match
from tests.signals.simulated import rhythm
from tests.state.client import record
from tests.state.harness import StateUnderTest

HOUR = timedelta(hours=1)
FEEDS = [f"https://feed{number}.example/rss" for number in range(6)]
BURST = Signal(id="mali-burst", kind=Kind.BURST, of=Of.COUNTRY, name="Mali in the news", names=frozenset({"ml"}))
SILENCE = Signal(id="mali-silent", kind=Kind.SILENCE, of=Of.COUNTRY, name="Mali silent", chance=1e-4)
NEW_TOWN = Signal(
    id="new-town",
    kind=Kind.FIRST,
    of=Of.PLACE,
    name="New town",
    countries=frozenset({"ML"}),
    after=timedelta(days=90),
)


class Newsroom:
    """Articles come in, time passes, and signals are looked for."""

    def __init__(self, under_test: StateUnderTest, log: EventLog, *signals: Signal) -> None:
        self.under_test = under_test
        self.state = under_test.client()
        self.log = log
        self.signals = signals
        self.troubles: Mapping[str, str] | None = {}
        self.feeds = frozenset(FEEDS)
        self.caught_up = True
        self._offset = -1
        self.now = self.state.signals.now()

    def policy(self) -> Policy:
        return Policy(
            analysts=simple_policy(("desk",)).analysts, routes=simple_policy(("desk",)).routes, signals=self.signals
        )

    def step(self) -> AlertStep:
        mentions = Mentions(self.policy, self.state.signals.watched_since)
        return AlertStep(self.state.ledger, self.state.outbox, self.log, ["desk"], Desk(self.policy), mentions)

    def takes(self, *articles: EnrichedArticle, again: bool = False) -> None:
        """Have the alert step handle articles; `again` is as if it had been killed before it committed their offsets."""
        batch = []
        for article in articles:
            self._offset += 1
            batch.append(Delivered(record(self._offset, topic=topics.ENRICHED), article))
        for _ in range(2 if again else 1):
            step = self.step()
            assert step.ready()
            assert step.handle(batch) == []

    def look(self) -> list[str]:
        """Look as a process that has just started; give the texts of the alerts that there are now."""
        SignalLook(
            self.state.signals,
            self.state.ledger,
            Desk(self.policy),
            self.policy,
            lambda: None if self.troubles is None else FeedsNow(self.feeds, self.troubles),
            lambda: self.caught_up,
            ["desk"],
        ).look()
        return [alert.articles[0].title for alert in self.alerts()]

    def alerts(self) -> list[Alert]:
        return self.state.ledger.alerts()

    def has_a_past(self, rate: float = 0.4, until: timedelta = timedelta(0)) -> None:
        """Give each feed eight weeks in which it named Mali so often an hour, and published twice as much."""
        hour = self.now.replace(minute=0, second=0, microsecond=0)
        tallies = []
        for number, feed in enumerate(FEEDS):
            owed = 0.0
            for back in range(8 * 168, 0, -1):
                at = hour - back * HOUR
                owed += rate * rhythm(int(at.timestamp()) // 3600 + number)
                while owed >= 1 and at < hour - until:
                    owed -= 1
                    tallies += [tally(Of.COUNTRY, "ML", feed, at), tally(Of.SOURCE, feed, feed, at)]
                    tallies += [tally(Of.SOURCE, feed, feed, at)]
        with self.state.ledger.decide("alert@past") as decision:
            decision.tally(tallies)
        self.was_watching(timedelta(weeks=9))

    def was_watching(self, time: timedelta) -> None:
        with self.under_test.write() as connection:
            connection.execute(signal_watches.update().values(since=self.now - time))


def tally(kind: Of, name: str, feed: str, at: datetime) -> Tally:
    return Tally(kind=kind, name=name, label=name, source=feed, seen=at + HOUR / 2, hour=at)


def article(name: str, seen: datetime, feed: str = FEEDS[0], **given: Any) -> EnrichedArticle:
    source = Source(feed=feed, name=feed)
    return enriched(name, **{"source": source, "countries": ("ML",), "first_seen": seen, "seen": seen} | given)


BOTH = pytest.mark.parametrize("under_test", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def under_test(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateUnderTest]:
    embedded = getattr(request, "param", "sqlite") == "sqlite"
    state = StateUnderTest(str(tmp_path / "state.db") if embedded else request.getfixturevalue("postgres_database"))
    state.client().setup()
    yield state
    state.close()


@pytest.fixture
def room(under_test: StateUnderTest, log: SqliteEventLog) -> Newsroom:
    return Newsroom(under_test, log, BURST)


def many(room: Newsroom, count: int, **given: Any) -> list[EnrichedArticle]:
    return [article(f"a{n}", room.now, FEEDS[n % len(FEEDS)], **given) for n in range(count)]


@BOTH
def test_a_burst_is_told_once_with_its_numbers_whoever_looks_and_however_often(room: Newsroom) -> None:
    room.has_a_past()
    room.takes(*many(room, 40), again=True)

    (text,) = room.look()
    room.takes(*(article(f"b{n}", room.now) for n in range(20)))

    assert text.startswith("ML: 40 articles in the hour from ")
    assert "expected (probability" in text
    assert "from 6 of the 6 sources that have a past" in text
    assert room.look() == [text], "told again while it lasts"
    (alert,) = room.alerts()
    assert (alert.rule, alert.matches) == ("mali-burst", ("ML",))
    assert [delivery.channel for delivery in room.state.ledger.deliveries(alert.id)] == ["desk"]
    assert [row.analyst for row in room.state.ledger.outcomes(alert.id)] == ["everyone"]


def test_a_usual_hour_a_new_feed_a_backfill_a_replay_and_later_versions_are_no_burst(room: Newsroom) -> None:
    room.has_a_past()
    room.takes(*many(room, 4))
    room.takes(*(article(f"n{n}", room.now, "https://new.example/rss") for n in range(60)))
    room.takes(*(article(f"o{n}", room.now, origin=Origin.BACKFILL) for n in range(60)))
    room.takes(*(article(f"r{n}", room.now, origin=Origin.REPLAY) for n in range(60)))
    room.takes(*(article(f"a{n % 4}", room.now, revision=2 + n) for n in range(60)))
    room.takes(*(replace(article(f"i{n}", room.now), again=True) for n in range(60)))

    assert room.look() == []


def test_what_comes_after_a_day_without_a_poll_is_no_burst(room: Newsroom) -> None:
    room.has_a_past(until=timedelta(days=1))
    room.takes(*many(room, 50))

    assert room.look() == []


def test_without_a_past_nothing_is_a_burst_and_without_signals_nothing_is_counted(room: Newsroom) -> None:
    room.takes(*many(room, 60))
    assert room.look() == []

    room.signals = ()
    room.takes(*(article(f"b{n}", room.now) for n in range(60)))
    assert room.look() == []
    hour = room.now.replace(minute=0, second=0, microsecond=0)
    assert [one.count for one in room.state.signals.hours(Of.COUNTRY, hour)] == [60]


def in_mali(name: str) -> tuple[Place, ...]:
    return (Place(name=name, country="ML", lat=16.8, lon=-3.0, kind="town"),)


@BOTH
def test_a_town_never_named_before_is_told_of_with_its_article_once_it_could_have_been_named(room: Newsroom) -> None:
    room.signals = (NEW_TOWN,)
    room.takes(article("a1", room.now, places=in_mali("Ber")))
    assert room.alerts() == [], "everything is new at the beginning"

    room.was_watching(timedelta(days=100))
    others = (article("a2", room.now, places=in_mali("Ber")), article("a3", room.now, places=in_mali("Kidal")))
    room.takes(*others, article("a4", room.now, places=in_mali("Kidal")), again=True)

    (alert,) = room.alerts()
    assert [one.id for one in alert.articles] == ["a3"]
    passage = alert.articles[0].passage
    assert passage
    assert passage.text.startswith("Kidal (ML): named for the first time. ")
    assert next(iter(passage.pieces())) == ("Kidal (ML)", True)


def test_two_new_towns_in_one_article_are_one_alert_that_names_both(room: Newsroom) -> None:
    room.signals = (NEW_TOWN,)
    room.takes(article("a1", room.now, places=in_mali("Ber")))
    room.was_watching(timedelta(days=100))
    room.takes(article("a2", room.now, places=(*in_mali("Kidal"), *in_mali("Tessalit"))))

    (alert,) = room.alerts()
    passage = alert.articles[0].passage
    assert passage
    assert [piece for piece, marked in passage.pieces() if marked] == ["Kidal (ML)", "Tessalit (ML)"]


def test_a_person_never_named_before_is_told_of_where_an_enricher_finds_people(room: Newsroom) -> None:
    room.signals = (Signal(id="who", kind=Kind.FIRST, of=Of.ENTITY, name="Who", after=timedelta(days=90)),)
    room.takes(article("a1", room.now, extra={"people": ("Aminata Diarra",)}))
    room.was_watching(timedelta(days=100))
    room.takes(article("a2", room.now, extra={"people": ("Aminata Diarra", "Omar Keita")}))

    (alert,) = room.alerts()
    assert (alert.rule, alert.matches) == ("who", ("Omar Keita (people)",))


def test_what_returns_after_a_silence_is_told_of_and_a_backfill_tells_that_there_was_none(room: Newsroom) -> None:
    room.signals = (Signal(id="back", kind=Kind.RETURN, of=Of.RULE, name="Back", after=timedelta(days=30)),)
    long_ago, lately = room.now - timedelta(days=200), room.now - timedelta(days=3)
    old = {"origin": Origin.BACKFILL}
    room.takes(article("a1", room.now, published=long_ago, matches=(match("one"), match("two")), **old))
    room.takes(article("a2", room.now, published=lately, matches=(match("two"),), **old))
    room.takes(article("a3", room.now, matches=(match("one"), match("two"), match("new"))))

    assert [alert.id for alert in room.alerts() if alert.rule == "back"] == ["back-a3"]
    assert "One: last matched on" in str(next(a for a in room.alerts() if a.rule == "back").articles[0].passage)


def silent(room: Newsroom) -> list[str]:
    room.signals = (SILENCE,)
    room.has_a_past(until=timedelta(hours=30))
    return room.look()


def test_a_country_that_has_gone_quiet_is_told_once_until_it_is_heard_of_again(room: Newsroom) -> None:
    (text,) = silent(room)

    assert text.startswith("ML: nothing for ")
    assert "articles were expected (probability" in text
    assert text.endswith("; all its feeds answer")
    assert len(room.look()) == 1
    assert [finding.ends for finding in room.state.signals.findings()] == [None]

    room.takes(article("a1", room.now))

    (over,) = room.state.signals.findings()
    assert over.ends is not None


def test_a_broken_feed_is_told_from_a_silent_country(room: Newsroom) -> None:
    room.troubles = dict.fromkeys(FEEDS, "fails (HTTP 404)")
    (text,) = silent(room)
    assert "the reason may be that 6 of its 6 feeds fail (https://feed0.example/rss fails (HTTP 404);" in text


def test_silence_is_told_of_though_some_feeds_fail_when_the_others_should_have_brought_something(
    room: Newsroom,
) -> None:
    room.troubles = {FEEDS[0]: "fails"}
    (text,) = silent(room)
    assert "1 of its 6 feeds fail, but the others should have brought something" in text


def test_nothing_is_missed_of_feeds_that_were_removed_or_disabled(room: Newsroom) -> None:
    room.feeds = frozenset()
    assert silent(room) == []


@pytest.mark.parametrize("state", ["backlog", "standstill"])
def test_while_articles_wait_or_nothing_is_polled_no_silence_is_told_of(room: Newsroom, state: str) -> None:
    room.caught_up = state != "backlog"
    room.troubles = None if state == "standstill" else {}
    assert silent(room) == []


def test_a_silence_of_a_chosen_length_needs_no_past(room: Newsroom) -> None:
    room.signals = (
        Signal(id="s", kind=Kind.SILENCE, of=Of.LANGUAGE, name="s", names=frozenset({"fr"}), after=2 * HOUR),
    )
    room.takes(article("a1", room.now - 3 * HOUR, language="fr"), article("a2", room.now - 3 * HOUR, language="en"))

    (text,) = room.look()
    assert text.startswith("fr: nothing for 3 hours")


def test_a_clock_that_went_ahead_for_a_while_delays_no_silence_for_ever(room: Newsroom) -> None:
    room.signals = (Signal(id="s", kind=Kind.SILENCE, of=Of.LANGUAGE, name="s", after=2 * HOUR),)
    room.takes(article("a1", room.now + timedelta(days=365), language="fr"))
    room.takes(article("a2", room.now - 3 * HOUR, language="fr"))

    assert len(room.look()) == 1


@BOTH
def test_two_workers_count_every_article_once(room: Newsroom) -> None:
    room.has_a_past()
    room.takes(*many(room, 12), again=True)
    other = Newsroom(room.under_test, room.log, BURST)
    other._offset = room._offset
    other.takes(*(article(f"b{n}", room.now) for n in range(8)), again=True)

    hour = room.now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    assert [one.count for one in room.state.signals.hours(Of.COUNTRY, hour)] == [20]


def feed(url: str, state: FeedState, now: datetime, **given: Any) -> FeedStatus:
    fields: dict[str, Any] = {
        "id": 1,
        "spec": FeedSpec(url=url),
        "title": "",
        "state": state,
        "entries": 1,
        "error": None,
        "last_new": None,
        "last_success": None,
        "last_polled": now,
        "next_due": now,
        "failures": 0,
        "known_as": url,
        "interval": None,
        "memory": FeedMemory(),
    }
    return FeedStatus(**fields | given)


def test_feeds_that_can_bring_nothing_are_known_by_what_keeps_them_from_it() -> None:
    now = datetime(2026, 11, 15, 12, tzinfo=UTC)
    feeds = [
        feed("a", FeedState.OK, now),
        feed("b", FeedState.FAILING, now, error="HTTP 500", known_as="old-b"),
        feed("c", FeedState.DISABLED, now),
        feed("d", FeedState.OK, now, next_due=now - timedelta(hours=5)),
    ]

    found = feeds_now(feeds, now)

    assert found == FeedsNow(frozenset({"a", "old-b", "d"}), {"old-b": "fails (HTTP 500)", "d": "is not polled"})
    assert feeds_now(feeds, now + timedelta(hours=3)) is None, "nothing is polled any more"
