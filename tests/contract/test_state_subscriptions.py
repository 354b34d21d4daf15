"""What is known of hubs, pushes and gaps, whatever database keeps it."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import LeaseLost
from pipeline.state.interface import FeedSpec, GapState, PollOutcome, State, Subscription, SubscriptionState
from tests.state.harness import StateUnderTest

POST = "https://post.example/rss"
WIRE = "https://wire.example/rss"
HUB = "https://hub.example/"
NOW = timedelta(0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def opened(state: StateUnderTest) -> State:
    client = state.client()
    client.feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)])
    for url in (POST, WIRE):
        [claim] = client.feeds.claim_due("w", 1, HOUR, only=[url])
        client.feeds.save([(claim, PollOutcome(delay=DAY))])
    return client


def number(opened: State, url: str = POST) -> int:
    [feed] = opened.feeds.list(only=[url])
    return feed.id


def subscribed(opened: State, url: str = POST, lease: timedelta = DAY) -> Subscription:
    opened.subscriptions.want(number(opened, url), HUB, url)
    [one] = opened.subscriptions.take_due(9, HOUR)
    opened.subscriptions.asked(one.key, HOUR)
    opened.subscriptions.verified(one.key, lease, lease / 2)
    found = opened.subscriptions.get(one.key)
    assert found
    return found


class TestSubscriptions:
    def test_a_hub_is_asked_by_one_process_and_again_when_it_does_not_verify(self, opened: State) -> None:
        opened.subscriptions.want(number(opened), HUB, POST)
        opened.subscriptions.want(number(opened), HUB, POST)
        [one] = opened.subscriptions.take_due(9, HOUR)
        assert (one.feed, one.hub, one.topic, one.state) == (number(opened), HUB, POST, SubscriptionState.PENDING)
        assert opened.subscriptions.take_due(9, HOUR) == []
        opened.subscriptions.asked(one.key, NOW)
        opened.subscriptions.failed(one.key, "the hub answers 500")
        [again] = opened.subscriptions.take_due(9, HOUR)
        assert (again.key, again.attempts, again.error) == (one.key, 1, "the hub answers 500")

    def test_one_that_is_verified_is_renewed_before_it_ends(self, opened: State) -> None:
        one = subscribed(opened, lease=DAY)
        assert (one.state, one.attempts, one.error) == (SubscriptionState.ACTIVE, 0, None)
        assert one.lease_ends
        opened.subscriptions.verified(one.key, DAY, NOW)
        assert [due.key for due in opened.subscriptions.take_due(9, HOUR)] == [one.key]

    def test_another_hub_or_none_ends_it(self, opened: State) -> None:
        one = subscribed(opened)
        opened.subscriptions.want(number(opened), "https://other.example/", POST)
        states = {due.key: due.state for due in opened.subscriptions.take_due(9, HOUR)}
        assert states.pop(one.key) is SubscriptionState.ENDING
        assert list(states.values()) == [SubscriptionState.PENDING]
        opened.subscriptions.ended(one.key)
        opened.subscriptions.unwant(number(opened))
        assert opened.subscriptions.by_feed() == {}
        ended = opened.subscriptions.get(one.key)
        assert ended
        assert ended.state is SubscriptionState.ENDED

    @pytest.mark.parametrize("how", ["disabled", "removed"])
    def test_a_feed_that_is_not_polled_any_more_gives_it_back(self, opened: State, how: str) -> None:
        one = subscribed(opened)
        if how == "removed":
            opened.feeds.remove(POST)
        else:
            opened.feeds.enable(POST, enabled=False)
        [due] = opened.subscriptions.take_due(9, HOUR)
        assert (due.key, due.state, due.feed) == (one.key, SubscriptionState.ENDING, None)

    def test_one_whose_hub_never_answers_ends_with_its_lease(self, opened: State) -> None:
        one = subscribed(opened, lease=NOW)
        opened.subscriptions.unwant(number(opened))
        assert opened.subscriptions.take_due(9, HOUR) == []
        found = opened.subscriptions.get(one.key)
        assert found
        assert found.state is SubscriptionState.ENDED


class TestPushes:
    def test_are_taken_in_order_by_who_has_the_feed(self, opened: State) -> None:
        one = subscribed(opened)
        for body in (b"first", b"second"):
            opened.subscriptions.receive(one.key, "text/xml", body)
        push = opened.subscriptions.take_push("w", HOUR)
        assert push
        assert (push.body, push.content_type, push.topic) == (b"first", "text/xml", POST)
        assert (push.claim.id, push.claim.polled_before) == (number(opened), True)
        assert opened.subscriptions.take_push("other", HOUR) is None
        assert opened.feeds.claim_due("other", 9, HOUR, only=[POST], at_once=True) == []
        opened.subscriptions.save_push(push, {"e1": "c1"}, 1, None)
        assert opened.feeds.known({number(opened): ["e1"]}) == {number(opened): {"e1": "c1"}}
        [row] = opened.feeds.list(only=[POST])
        assert row.last_new
        following = opened.subscriptions.take_push("w", HOUR)
        assert following
        assert following.body == b"second"
        counted = opened.subscriptions.get(one.key)
        assert counted
        assert (counted.pushes, counted.unpushed) == (1, 0)

    def test_wait_while_the_feed_is_polled(self, opened: State) -> None:
        one = subscribed(opened)
        [claim] = opened.feeds.claim_due("poller", 9, HOUR, only=[POST], at_once=True)
        opened.subscriptions.receive(one.key, "", b"x")
        assert opened.subscriptions.take_push("w", HOUR) is None
        opened.feeds.release([claim])
        assert opened.subscriptions.take_push("w", HOUR)

    def test_of_a_lost_claim_stay(self, opened: State) -> None:
        one = subscribed(opened)
        opened.subscriptions.receive(one.key, "", b"x")
        push = opened.subscriptions.take_push("w", NOW)
        assert push
        assert opened.subscriptions.take_push("other", HOUR)
        with pytest.raises(LeaseLost):
            opened.subscriptions.save_push(push, {"e1": "c1"}, 1, None)
        assert opened.feeds.known({number(opened): ["e1"]}).get(number(opened), {}) == {}

    def test_that_are_too_many_are_given_up_for_a_poll(self, opened: State) -> None:
        one = subscribed(opened)
        for n in range(7):
            opened.subscriptions.receive(one.key, "", b"%d" % n)
        assert opened.feeds.due(9) == [POST]
        push = opened.subscriptions.take_push("w", HOUR)
        assert push
        assert push.body == b"2"

    def test_that_can_not_be_read_or_may_be_missing_make_the_feed_due(self, opened: State) -> None:
        one = subscribed(opened)
        opened.subscriptions.receive(one.key, "", b"x")
        push = opened.subscriptions.take_push("w", HOUR)
        assert push
        assert opened.feeds.due(9) == []
        opened.subscriptions.save_push(push, {}, 0, "is no feed")
        assert opened.feeds.due(9) == [POST]
        [claim] = opened.feeds.claim_due("w", 1, HOUR, only=[POST])
        opened.feeds.save([(claim, PollOutcome(delay=DAY))])
        opened.subscriptions.catch_up()
        assert opened.feeds.due(9) == [POST]


class TestGaps:
    SINCE = datetime(2026, 11, 1, 8, tzinfo=UTC)
    UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def test_are_kept_with_what_became_of_them(self, opened: State) -> None:
        gaps, feed = opened.gaps, number(opened)
        gaps.record(feed, since=self.SINCE, until=self.UNTIL, older="https://post.example/rss?p=2", generator="Press 1")
        [gap] = gaps.take_open(9, HOUR)
        assert (gap.spec.url, gap.since, gap.until, gap.older) == (POST, self.SINCE, self.UNTIL, f"{POST}?p=2")
        assert gaps.take_open(9, HOUR) == []
        gaps.retry(gap.number, 2, NOW, "the server is down")
        [gap] = gaps.take_open(9, HOUR)
        assert (gap.attempts, gap.recovered) == (1, 2)
        gaps.close(gap.number, GapState.FILLED, 3, "page 2 reaches back to what was known")
        assert gaps.take_open(9, HOUR) == []
        [[gap]] = gaps.by_feed().values()
        assert (gap.state, gap.recovered, gap.note) == (GapState.FILLED, 5, "page 2 reaches back to what was known")

    def test_one_that_is_still_open_becomes_longer(self, opened: State) -> None:
        opened.gaps.record(number(opened), since=self.SINCE, until=self.UNTIL)
        opened.gaps.record(number(opened), since=self.UNTIL, until=self.UNTIL + HOUR)
        opened.gaps.record(number(opened, WIRE), since=self.SINCE, until=self.UNTIL)
        found = opened.gaps.by_feed()
        [gap] = found[number(opened)]
        assert (gap.since, gap.until) == (self.SINCE, self.UNTIL + HOUR)
        assert len(found[number(opened, WIRE)]) == 1

    def test_go_with_their_feed(self, opened: State) -> None:
        opened.gaps.record(number(opened), since=self.SINCE, until=self.UNTIL)
        opened.feeds.remove(POST)
        assert opened.gaps.by_feed() == {}
