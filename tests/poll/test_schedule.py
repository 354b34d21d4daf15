from datetime import timedelta

from pipeline.poll.schedule import DEFAULT, LONGEST, Schedule
from pipeline.state.interface import FeedSpec

PLAIN = FeedSpec(url="https://outlet.example/feed")
PRIORITY = FeedSpec(url="https://outlet.example/feed", interval=timedelta(minutes=1))


def test_feeds_that_were_added_together_do_not_fall_due_together() -> None:
    assert Schedule(chance=lambda: 0.0).usual(PLAIN) == DEFAULT * 0.9
    assert Schedule(chance=lambda: 1.0).usual(PLAIN) == DEFAULT * 1.1


def test_a_feeds_own_interval_is_kept_and_one_for_every_feed_goes_before_it() -> None:
    assert Schedule().usual(PRIORITY) == timedelta(minutes=1)
    assert Schedule(timedelta(seconds=2)).usual(PRIORITY) == timedelta(seconds=2)


def test_each_failure_doubles_the_wait_up_to_a_day_and_no_further() -> None:
    schedule = Schedule(chance=lambda: 0.5)
    waits = [schedule.after_failure(PRIORITY, failures) for failures in range(1000)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == max(waits) == LONGEST


def test_a_server_that_asks_for_a_year_gets_a_day() -> None:
    assert Schedule().held(timedelta(days=365)) == LONGEST
