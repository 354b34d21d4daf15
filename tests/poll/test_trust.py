"""Servers that say "not modified" for ever are found out; honest ones are hardly bothered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.poll.moves import after_redirect
from pipeline.poll.trust import after_document, asks_in_full
from pipeline.state.interface import FeedMemory

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def full_requests(publishes_every: timedelta, *, lies: bool, days: int, rate: float | None = None) -> tuple[int, int]:
    """Poll every half hour; give how many requests went out in full, and how many polls the news waited at worst."""
    memory = FeedMemory(etag='"1"', read_at=NOW, rate=rate)
    shown, full, waited, worst = 0, 0, 0, 0
    for poll in range(1, days * 48):
        now = NOW + poll * HOUR / 2
        published = int((now - NOW) / publishes_every)
        conditional = not asks_in_full(memory, now)
        full += not conditional
        waited = waited + 1 if published > shown else 0
        worst = max(worst, waited)
        if conditional and (lies or published == shown):
            continue  # 304
        memory = replace(after_document(memory, conditional=conditional, new=published - shown, now=now), etag='"1"')
        shown = published
    return full, worst


def test_a_liar_is_found_out_and_no_longer_believed() -> None:
    full, worst = full_requests(HOUR, lies=True, days=10)
    assert full > 300
    assert worst <= 48
    full, worst = full_requests(HOUR, lies=True, days=10, rate=2.0)
    assert worst <= 12  # one that usually publishes a lot is looked into sooner


@pytest.mark.parametrize(("publishes_every", "most"), [(HOUR, 0), (2 * DAY, 16), (365 * DAY, 8)])
def test_an_honest_server_is_asked_in_full_a_few_times_a_month(publishes_every: timedelta, most: int) -> None:
    assert full_requests(publishes_every, lies=False, days=30)[0] <= most


def test_without_validators_there_is_nothing_to_distrust() -> None:
    memory = FeedMemory(read_at=NOW - 10 * DAY)
    assert after_document(memory, conditional=False, new=3, now=NOW).trust == 0


OLD, NEW = "https://old.example/feed", "https://new.example/feed"


def test_a_feed_moves_after_three_polls_over_two_days() -> None:
    memory, moved = FeedMemory(), None
    for hours in (0, 1, 20, 47):
        memory, moved = after_redirect(memory, OLD, NEW, NOW + hours * HOUR)
        assert moved is None
    memory, moved = after_redirect(memory, OLD, NEW, NOW + 48 * HOUR)
    assert moved == NEW
    assert memory == FeedMemory()


def test_two_polls_are_not_enough_however_far_apart() -> None:
    memory, _ = after_redirect(FeedMemory(), OLD, NEW, NOW)
    assert after_redirect(memory, OLD, NEW, NOW + 30 * DAY)[1] is None


@pytest.mark.parametrize("between", [None, "https://elsewhere.example/feed"])
def test_a_redirect_that_goes_away_or_elsewhere_counts_from_the_beginning(between: str | None) -> None:
    memory = FeedMemory()
    for target, days in ((NEW, 0), (NEW, 1), (between, 2), (NEW, 3), (NEW, 4)):
        memory, moved = after_redirect(memory, OLD, target, NOW + days * DAY)
        assert moved is None


@pytest.mark.parametrize(
    "target", ["http://old.example/feed", "https://a:b@new.example/", "https://new.example/" + "x" * 5000]
)
def test_no_feed_moves_to_a_worse_address(target: str) -> None:
    memory = FeedMemory()
    for days in range(5):
        memory, moved = after_redirect(memory, OLD, target, NOW + days * DAY)
        assert moved is None
