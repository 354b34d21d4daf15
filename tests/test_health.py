from dataclasses import replace

from pipeline.health import overdue
from pipeline.state.interface import FeedMemory, FeedSpec, FeedState, FeedStatus
from tests.builders import NOON, minutes

FEED = FeedStatus(
    id=1,
    spec=FeedSpec(url="https://post.example/rss"),
    title="Sahel Post",
    state=FeedState.OK,
    entries=20,
    error=None,
    last_new=None,
    last_success=None,
    last_polled=None,
    next_due=NOON,
    failures=0,
    known_as="https://post.example/rss",
    interval=None,
    memory=FeedMemory(),
)


def test_a_feed_that_nothing_polls_is_noticed_after_a_quarter_of_an_hour() -> None:
    assert overdue([FEED], NOON + minutes(14)) == 0
    assert overdue([FEED, FEED], NOON + minutes(16)) == 2


def test_a_feed_that_is_not_to_be_polled_is_never_overdue() -> None:
    assert overdue([replace(FEED, state=FeedState.DISABLED, next_due=None)], NOON + minutes(600)) == 0
