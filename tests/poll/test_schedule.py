"""A feed is asked as often as it publishes, as its server wishes, and within the operator's bounds."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from pipeline.poll.schedule import DEFAULT, LONGEST, LONGEST_WAIT, SHORTEST, Schedule, Seen
from pipeline.state.interface import ClaimedFeed, FeedMemory, FeedSpec

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SCHEDULE = Schedule(chance=lambda: 0.5)


def claim(memory: FeedMemory = FeedMemory(), interval: timedelta | None = None, **given: Any) -> ClaimedFeed:  # noqa: B008
    values: dict[str, Any] = {
        "id": 1,
        "spec": FeedSpec(url="https://outlet.example/feed", interval=interval),
        "known_as": "https://outlet.example/feed",
        "token": "t",
        "at": NOW,
        "last_success": NOW - 10 * MINUTE,
        "last_polled": NOW - 10 * MINUTE,
        "failures": 0,
        "error": None,
        "memory": memory,
    }
    return ClaimedFeed(**values | given)


def first(dates: list[datetime], schedule: Schedule = SCHEDULE, **wishes: timedelta) -> timedelta:
    """The interval after a first document with entries of these dates."""
    seen = Seen(len(dates) or 30, len(dates) or 30, dates)
    return schedule.usual(claim(last_success=None), FeedMemory(**wishes), seen)[0]


def every(length: timedelta, count: int = 30) -> list[datetime]:
    return [NOW - length * number for number in range(1, count + 1)]


def settled(between: timedelta, schedule: Schedule = SCHEDULE, days: int = 5, **wishes: timedelta) -> timedelta:
    """The interval that a feed with an entry so often comes to, whose entries bear no dates."""
    memory, now, last, delay = FeedMemory(**wishes), NOW, None, DEFAULT
    while now < NOW + days * DAY:
        entries = 30 if last is None else int((now - NOW) / between) - int((last - NOW) / between)
        seen = Seen(30, min(entries, 30)) if entries else Seen()
        delay, memory = schedule.usual(claim(memory, at=now, last_success=last), memory, seen)
        if memory.rate is None:
            memory = FeedMemory(rate=0.0, delay=memory.delay, **wishes)
        last, now = now, now + delay
    return delay


def test_a_first_document_gives_the_interval_by_its_dates() -> None:
    assert first(every(20 * MINUTE)) == 5 * MINUTE
    assert first(every(MINUTE)) == SHORTEST
    assert first(every(10 * DAY)) == HOUR  # and longer with the polls that follow
    assert first([]) == DEFAULT


def test_a_busy_feed_is_asked_more_often_than_a_quiet_one() -> None:
    intervals = [settled(between) for between in (5 * MINUTE, HOUR, 6 * HOUR, 10 * DAY)]
    assert all(shorter < longer for shorter, longer in pairwise(intervals))
    assert intervals[0] < 2 * MINUTE
    assert 10 * MINUTE < intervals[1] < 25 * MINUTE
    assert intervals[-1] == LONGEST


def test_an_interval_never_grows_by_more_than_half_at_once() -> None:
    memory = FeedMemory(rate=0.001, delay=10 * MINUTE)
    assert SCHEDULE.usual(claim(memory), memory, Seen())[0] == 15 * MINUTE


def test_a_document_that_shows_few_known_entries_halves_the_interval() -> None:
    memory = FeedMemory(rate=0.5, delay=20 * MINUTE)
    enough, few = Seen(30, 15), Seen(30, 16)
    assert SCHEDULE.usual(claim(memory), memory, few)[0] == 10 * MINUTE
    assert SCHEDULE.usual(claim(memory), memory, enough)[0] > 10 * MINUTE


@pytest.mark.parametrize("wish", ["ttl", "max_age", "period"])
def test_what_server_and_document_ask_for_is_the_least_interval(wish: str) -> None:
    quiet = FeedMemory(rate=0.9, delay=HOUR, **{wish: HOUR})
    assert SCHEDULE.usual(claim(quiet), quiet, Seen())[0] == HOUR * 1.05
    assert SCHEDULE.usual(claim(quiet), FeedMemory(rate=0.9, delay=HOUR, **{wish: 30 * DAY}), Seen())[0] <= LONGEST
    assert Schedule(longest=5 * MINUTE).usual(claim(quiet), quiet, Seen())[0] <= 5 * MINUTE


def test_a_feed_that_publishes_faster_than_it_says_is_not_believed() -> None:
    assert first(every(10 * MINUTE), period=HOUR) < 5 * MINUTE
    assert first(every(10 * MINUTE), ttl=HOUR) == HOUR * 1.05


def test_feeds_that_were_added_together_do_not_fall_due_together() -> None:
    memory = FeedMemory(rate=1.0, delay=10 * MINUTE)
    spread = [Schedule(chance=lambda c=c: c).usual(claim(memory), memory, Seen())[0] for c in (0.0, 0.5, 1.0)]
    assert spread[0] == spread[1] * (0.9 / 1.0)
    assert spread[2] == spread[1] * 1.1


def test_nothing_leaves_the_operators_bounds() -> None:
    chance = random.Random(1).random
    schedule = Schedule(shortest=2 * MINUTE, longest=30 * MINUTE, chance=chance)
    for _ in range(2000):
        memory = FeedMemory(
            rate=chance() * 100 if chance() < 0.8 else None,
            delay=timedelta(minutes=chance() * 100) if chance() < 0.8 else None,
            ttl=timedelta(minutes=chance() * 100) if chance() < 0.5 else None,
        )
        delay, memory = schedule.usual(claim(memory), memory, Seen(30, int(31 * chance())))
        assert 2 * MINUTE <= delay <= 30 * MINUTE
        assert memory.rate is None or memory.rate >= 0


def test_a_feeds_own_interval_is_kept_and_one_for_every_feed_goes_before_it() -> None:
    memory = FeedMemory(rate=0.1, delay=HOUR, ttl=DAY)
    assert SCHEDULE.usual(claim(memory, interval=MINUTE), memory, Seen())[0] == MINUTE
    assert Schedule(timedelta(seconds=2)).usual(claim(memory, interval=MINUTE), memory, Seen())[0] == timedelta(
        seconds=2
    )


def test_each_failure_doubles_the_wait_up_to_a_day_and_no_further() -> None:
    waits = [SCHEDULE.after_failure(claim(interval=MINUTE, failures=failures)) for failures in range(1000)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert LONGEST_WAIT * 0.9 <= waits[-1] == max(waits) <= LONGEST_WAIT


def test_feeds_that_have_failed_for_long_don_t_come_back_together() -> None:
    waits = {Schedule().after_failure(claim(interval=MINUTE, failures=100)) for _ in range(20)}
    assert len(waits) == 20


def test_a_server_that_asks_for_a_year_gets_a_day() -> None:
    assert Schedule().held(timedelta(days=365)) == LONGEST_WAIT
