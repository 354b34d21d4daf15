"""The poller's memory, whatever database keeps it."""

import random
import string
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from pipeline.errors import LeaseLost
from pipeline.state.interface import ClaimedFeed, FeedMemory, Feeds, FeedSpec, FeedState, FeedStatus, PollOutcome
from tests.state.harness import StateUnderTest, side_by_side

POST = "https://post.example/rss"
WIRE = "https://wire.example/rss"
LEASE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def feeds(state: StateUnderTest) -> Feeds:
    return state.client().feeds


def claim(feeds: Feeds, url: str = POST) -> ClaimedFeed:
    [claimed] = feeds.claim_due("worker", 1, LEASE, only=[url], at_once=True)
    return claimed


def poll(feeds: Feeds, outcome: PollOutcome, url: str = POST) -> FeedStatus:
    save(feeds, claim(feeds, url), outcome)
    return status(feeds, url)


def save(feeds: Feeds, claimed: ClaimedFeed, outcome: PollOutcome) -> None:
    for lost in feeds.save([(claimed, outcome)]):
        raise lost


def known(feeds: Feeds, url: str, keys: Iterable[str]) -> Mapping[str, str]:
    """What is known of a feed's entries; its number is learnt by a claim that is given back."""
    claimed = claim(feeds, url)
    feeds.release([claimed])
    return feeds.known({claimed.id: keys}).get(claimed.id, {})


def status(feeds: Feeds, url: str = POST) -> FeedStatus:
    [found] = feeds.list(only=[url])
    return found


def claimable(feeds: Feeds, **given: bool) -> list[str]:
    """Claim what can be had and give it back."""
    claims = feeds.claim_due("anyone", 1000, LEASE, **given)  # type: ignore[arg-type]
    feeds.release(claims)
    return sorted(claimed.spec.url for claimed in claims)


def document(*keys: str, **given: object) -> PollOutcome:
    values: dict[str, object] = {
        "delay": HOUR,
        "entries": len(keys),
        "new_entries": len(keys),
        "seen": {key: f"content of {key}" for key in keys},
    }
    return PollOutcome(**values | given)  # type: ignore[arg-type]


FAILED = PollOutcome(delay=HOUR, error="the server answered 503")
UNCHANGED = PollOutcome(delay=HOUR)


# ------------------------------------------------------------------------------------------------ the list


def test_a_new_feed_is_due_at_once(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    assert status(feeds).state is FeedState.NEW
    assert list(feeds.due(10)) == [POST]
    assert claimable(feeds) == [POST]


def test_what_the_operator_says_is_renewed_and_what_the_polls_found_stays(feeds: Feeds):
    feeds.put([FeedSpec(url=POST, tags=("sahel",))])
    poll(feeds, document("e1", title="Found title", memory=FeedMemory(etag='"1"')))
    feeds.put([FeedSpec(url=POST, title="Sahel Post", tags=("mali", "daily"), country="ML", language="en")])
    now = status(feeds)
    assert (now.spec.tags, now.spec.country, now.title) == (("mali", "daily"), "ML", "Sahel Post")
    assert (now.state, now.entries) == (FeedState.OK, 1)
    assert claim(feeds).memory.etag == '"1"'


def test_a_feed_goes_by_its_own_title_until_the_operator_names_it(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    assert status(feeds).title == POST
    assert poll(feeds, document("e1", title="Found title")).title == "Found title"


def test_a_feed_whose_interval_changes_is_due_at_once(feeds: Feeds):
    feeds.put([FeedSpec(url=POST, interval=DAY), FeedSpec(url=WIRE, interval=DAY)])
    for url in (POST, WIRE):
        poll(feeds, document("e1", delay=DAY), url)
    feeds.put([FeedSpec(url=POST, interval=HOUR), FeedSpec(url=WIRE, interval=DAY)])
    assert claimable(feeds) == [POST]
    assert status(feeds).spec.interval == HOUR


def test_feeds_are_listed_by_address(feeds: Feeds):
    feeds.put([FeedSpec(url=WIRE), FeedSpec(url=POST)])
    assert [feed.spec.url for feed in feeds.list()] == [POST, WIRE]
    assert [feed.spec.url for feed in feeds.list(only=[WIRE, "https://unknown.example/"])] == [WIRE]


def test_a_removed_feed_is_forgotten_with_its_entries(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1"))
    assert feeds.remove(POST)
    assert not feeds.remove(POST)
    feeds.put([FeedSpec(url=POST)])
    assert status(feeds).state is FeedState.NEW
    assert known(feeds, POST, ["e1"]) == {}


def test_a_feed_removed_while_it_is_polled_stays_removed(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    claimed = claim(feeds)
    feeds.remove(POST)
    with pytest.raises(LeaseLost, match="removed"):
        save(feeds, claimed, document("e1"))
    assert feeds.list() == []


def test_thousands_of_feeds_are_put_at_once(feeds: Feeds):
    specs = [FeedSpec(url=f"https://outlet{n}.example/rss", tags=("a",)) for n in range(3000)]
    feeds.put(specs)
    feeds.put(specs)
    assert len(feeds.list()) == 3000


# ------------------------------------------------------------------------------------------------- claiming


def test_no_two_processes_hold_one_feed(state: StateUnderTest):
    urls = [f"https://outlet{n:03}.example/rss" for n in range(200)]
    state.client().feeds.put(FeedSpec(url=url) for url in urls)

    def claim_all(feeds: Feeds) -> list[str]:
        got: list[str] = []
        while claims := feeds.claim_due("worker", 7, LEASE):
            got += [claimed.spec.url for claimed in claims]
        return got

    workers = [partial(claim_all, state.client().feeds) for _ in range(6)]
    got = Counter(url for urls_of_one in side_by_side(workers) for url in urls_of_one)
    assert got == Counter(urls)


def test_the_longest_overdue_feed_comes_first(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)])
    poll(feeds, document("e1", delay=2 * HOUR), POST)
    poll(feeds, document("e1", delay=HOUR), WIRE)
    state.let_pass(DAY)
    assert list(feeds.due(1)) == [WIRE]
    assert [claimed.spec.url for claimed in feeds.claim_due("worker", 5, LEASE)] == [WIRE, POST]


def test_a_polled_feed_is_due_when_its_delay_is_over(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1", delay=HOUR))
    assert claimable(feeds) == []
    state.let_pass(HOUR)
    assert claimable(feeds) == [POST]


def test_a_claimed_feed_is_claimed_anew_when_its_holder_was_killed(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    feeds.claim_due("killed", 1, LEASE)
    assert claimable(feeds) == []
    assert list(feeds.due(1)) == []
    state.let_pass(LEASE)
    assert claimable(feeds) == [POST]


def test_a_lease_from_the_future_is_over(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    state.let_pass(2 * DAY)
    feeds.claim_due("worker", 1, LEASE)
    the_clock_is_set_back_by = DAY
    state.let_pass(-the_clock_is_set_back_by)
    assert claimable(feeds) == [POST]


def test_a_feed_given_back_is_due_again(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    feeds.release(feeds.claim_due("worker", 1, LEASE))
    assert claimable(feeds) == [POST]


def test_a_poll_on_demand_ignores_the_schedule_and_takes_only_what_is_named(feeds: Feeds):
    feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)])
    poll(feeds, document("e1"), POST)
    assert [claimed.spec.url for claimed in feeds.claim_due("me", 9, LEASE, only=[POST], at_once=True)] == [POST]


@pytest.mark.parametrize("at_once", [False, True])
def test_a_disabled_and_an_invalid_feed_are_never_polled(feeds: Feeds, at_once: bool):
    feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE), FeedSpec(url="gopher://old.example", problem="no HTTP address")])
    assert feeds.enable(POST, enabled=False)
    assert not feeds.enable("https://unknown.example/", enabled=False)
    assert claimable(feeds, at_once=at_once) == [WIRE]
    assert status(feeds, POST).state is FeedState.DISABLED
    invalid = status(feeds, "gopher://old.example")
    assert (invalid.state, invalid.error, invalid.next_due) == (FeedState.INVALID, "no HTTP address", None)
    feeds.enable(POST, enabled=True)
    assert claimable(feeds, at_once=at_once) == [POST, WIRE]


def test_a_feed_is_hastened_unless_it_may_not_be_polled(feeds: Feeds):
    feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)])
    poll(feeds, UNCHANGED)
    poll(feeds, PollOutcome(delay=HOUR, error="the server answered 429", held=HOUR, held_host="wire.example"), WIRE)
    assert claimable(feeds) == []
    assert [feeds.hasten(url) for url in (POST, WIRE, "https://unknown.example/")] == [True, False, False]
    assert claimable(feeds) == [POST]
    feeds.enable(POST, enabled=False)
    assert not feeds.hasten(POST)


# --------------------------------------------------------------------------------------------------- saving


def test_a_poll_that_outlasts_its_lease_saves_nothing_once_another_process_took_the_feed(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    slow = claim(feeds)
    state.let_pass(LEASE)
    other = claim(feeds)
    with pytest.raises(LeaseLost, match=POST):
        save(feeds, slow, document("e1"))
    assert feeds.known({other.id: ["e1"]}) == {}
    save(feeds, other, document("e2"))
    with pytest.raises(LeaseLost):
        save(feeds, slow, document("e1"))
    assert known(feeds, POST, ["e1", "e2"]) == {"e2": "content of e2"}


def test_a_poll_that_outlasts_its_lease_is_saved_when_nobody_else_took_the_feed(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    slow = claim(feeds)
    state.let_pass(LEASE)
    save(feeds, slow, document("e1"))
    assert known(feeds, POST, ["e1"]) == {"e1": "content of e1"}


def test_a_save_said_twice_counts_once(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    claimed = claim(feeds)
    save(feeds, claimed, FAILED)
    save(feeds, claimed, FAILED)
    assert status(feeds).failures == 1


def test_failures_count_up_until_a_success(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, FAILED)
    failing = poll(feeds, FAILED)
    assert (failing.state, failing.failures, failing.error) == (FeedState.FAILING, 2, "the server answered 503")
    assert failing.last_success is None
    assert claim(feeds, POST).failures == 2


def test_a_success_ends_the_failures(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, FAILED)
    well = poll(feeds, document("e1"))
    assert (well.state, well.failures, well.error) == (FeedState.OK, 0, None)
    assert well.last_new == well.last_success == well.last_polled


def test_only_a_first_document_is_a_feeds_first_poll(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, FAILED)
    first = claim(feeds)
    assert not first.polled_before
    save(feeds, first, document("e1"))
    assert claim(feeds).polled_before


LEARNT = FeedMemory(
    etag='"1"',
    last_modified="Sun",
    body_hash="h",
    delay=HOUR,
    rate=0.25,
    ttl=HOUR,
    period=DAY,
    max_age=timedelta(seconds=90),
    read_at=datetime(2026, 11, 15, 12, tzinfo=UTC),
    trust=-3,
    moved_to="https://new.example/rss",
    moved_since=datetime(2026, 11, 14, tzinfo=UTC),
    moved_seen=2,
)


@pytest.mark.parametrize("outcome", [UNCHANGED, FAILED], ids=["unchanged", "failed"])
def test_an_answer_without_a_document_leaves_what_the_last_document_said(feeds: Feeds, outcome: PollOutcome):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1", "e2", title="Post", memory=LEARNT))
    after = poll(feeds, outcome)
    assert (after.entries, after.title, after.interval) == (2, "Post", HOUR)
    assert claim(feeds).memory == after.memory == LEARNT


def test_what_is_remembered_is_replaced_as_a_whole(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1", memory=LEARNT))
    poll(feeds, PollOutcome(delay=HOUR, memory=FeedMemory(etag='"2"')))
    assert claim(feeds).memory == FeedMemory(etag='"2"')


def test_a_feed_that_shows_nothing_new_keeps_the_time_of_its_last_news(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1"))
    state.let_pass(DAY)
    before = status(feeds).last_new
    after = poll(feeds, document("e1", new_entries=0))
    assert after.last_new == before
    assert after.last_success is not None
    assert before is not None
    assert after.last_success - before >= DAY


def test_a_feed_held_back_by_its_server_is_not_polled_even_on_demand(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    held = poll(feeds, PollOutcome(delay=HOUR, error="the server answered 429", held=6 * HOUR))
    assert held.state is FeedState.HELD
    state.let_pass(2 * HOUR)
    assert claimable(feeds, at_once=True) == []
    state.let_pass(4 * HOUR)
    assert status(feeds).state is FeedState.FAILING
    assert claimable(feeds) == [POST]


def test_a_feed_that_is_gone_is_polled_again_only_when_it_is_enabled(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    gone = poll(feeds, PollOutcome(delay=HOUR, error="the server answered 410", gone=True))
    assert (gone.state, gone.next_due) == (FeedState.GONE, None)
    state.let_pass(DAY)
    assert claimable(feeds, at_once=True) == []
    feeds.put([FeedSpec(url=POST)])
    assert claimable(feeds, at_once=True) == []
    feeds.enable(POST, enabled=True)
    assert claimable(feeds) == [POST]


def test_text_that_no_database_takes_is_kept_as_far_as_it_goes(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    after = poll(feeds, document("e1", title="A\0B", memory=FeedMemory(etag='"\udcff"'), error="bad \ud800 byte"))
    assert after.title == "A\ufffdB"
    assert after.error == "bad ? byte"


def test_many_polls_are_saved_at_once_and_those_that_lost_their_lease_are_named(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put(FeedSpec(url=f"https://outlet{n}.example/rss") for n in range(50))
    claims = feeds.claim_due("worker", 50, LEASE)
    state.let_pass(LEASE)
    [taken] = feeds.claim_due("another", 1, LEASE, only=[claims[7].spec.url])
    feeds.remove(claims[9].spec.url)
    lost = feeds.save([(claimed, FAILED if n == 3 else document(f"e{n}")) for n, claimed in enumerate(claims)])
    assert [str(error).partition(" ")[0] for error in lost] == [claims[7].spec.url, claims[9].spec.url]
    rows = {feed.spec.url: feed.state for feed in feeds.list()}
    assert (rows.pop(claims[3].spec.url), rows.pop(taken.spec.url)) == (FeedState.FAILING, FeedState.NEW)
    assert set(rows.values()) == {FeedState.OK}
    assert feeds.known({claims[1].id: ["e1", "e2"]}) == {claims[1].id: {"e1": "content of e1"}}


# ------------------------------------------------------------------------------------------ holds and moves


def test_a_server_that_wants_to_be_left_alone_holds_back_every_feed_of_its_host(state: StateUnderTest):
    feeds = state.client().feeds
    other = "https://post.example/sport"
    feeds.put([FeedSpec(url=POST), FeedSpec(url=other), FeedSpec(url=WIRE)])
    poll(feeds, PollOutcome(delay=HOUR, error="answers 429", held=6 * HOUR, held_host="post.example"))
    assert claimable(feeds, at_once=True) == [WIRE]
    assert list(feeds.due(9)) == [WIRE]
    assert status(feeds, other).state is FeedState.HELD
    state.let_pass(6 * HOUR)
    assert claimable(feeds) == [POST, other, WIRE]


def test_enabling_a_feed_ends_the_hold_of_its_host(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, PollOutcome(delay=HOUR, error="answers 429", held=6 * HOUR, held_host="post.example"))
    feeds.enable(POST, enabled=True)
    assert claimable(feeds) == [POST]


def test_a_feed_that_was_not_asked_for_its_hosts_sake_has_not_failed(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1", memory=LEARNT))
    before = status(feeds)
    after = poll(feeds, PollOutcome(delay=2 * HOUR, asked=False, error="held"))
    assert replace(after, next_due=before.next_due) == before
    assert claimable(feeds) == []


def test_times_that_a_clock_gave_before_it_was_set_back_hold_nothing_up(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)])
    poll(feeds, document("e1"), WIRE)
    poll(feeds, PollOutcome(delay=HOUR, error="answers 429", held=6 * HOUR, held_host="post.example"))
    the_clock_is_set_back_by = 30 * DAY
    state.let_pass(-the_clock_is_set_back_by)
    assert claimable(feeds) == [POST, WIRE]
    assert sorted(feeds.due(9)) == [POST, WIRE]


NEW = "https://new.example/rss"


def test_a_feed_that_moves_keeps_what_it_has_and_is_found_under_both_addresses(feeds: Feeds):
    feeds.put([FeedSpec(url=POST, tags=("sahel",))])
    poll(feeds, document("e1"))
    save(feeds, claim(feeds), document("e1", moved=NEW))
    now = status(feeds, NEW)
    assert (now.spec.url, now.known_as, now.spec.tags) == (NEW, POST, ("sahel",))
    assert status(feeds, POST) == now
    assert claim(feeds, POST).known_as == POST
    feeds.put([FeedSpec(url=POST, tags=("mali",))])  # the operator's list names the old address still
    assert [(feed.spec.url, feed.spec.tags) for feed in feeds.list()] == [(NEW, ("mali",))]
    assert feeds.enable(POST, enabled=False)
    assert feeds.remove(POST)
    assert feeds.list() == []


def test_a_feed_that_moves_to_where_another_is_stops_and_says_so(feeds: Feeds):
    feeds.put([FeedSpec(url=POST), FeedSpec(url=NEW)])
    poll(feeds, document("e1", moved=NEW))
    old, new = status(feeds, POST), status(feeds, NEW)
    assert (old.spec.url, old.state, new.state) == (POST, FeedState.GONE, FeedState.NEW)
    assert old.error == f"{POST} has moved for good to {NEW}, which is another of the feeds; remove this one"


def test_feeds_that_move_to_one_address_at_the_same_instant_don_t_both_have_it(state: StateUnderTest):
    feeds = state.client().feeds
    urls = [f"https://mirror-{n}.example/rss" for n in range(12)]
    feeds.put([FeedSpec(url=url) for url in urls])
    claims = {url: claim(feeds, url) for url in urls}
    clients = {url: state.client().feeds for url in urls}

    def move(url: str) -> None:
        save(clients[url], claims[url], document("e1", moved=NEW))

    side_by_side([partial(move, url) for url in urls])
    states = Counter(feed.state for feed in feeds.list())
    assert states == {FeedState.OK: 1, FeedState.GONE: len(urls) - 1}


def test_a_feed_may_be_added_at_the_instant_that_another_moves_there(state: StateUnderTest):
    feeds = state.client().feeds
    for n in range(8):
        old, new = f"https://old-{n}.example/rss", f"https://new-{n}.example/rss"
        feeds.put([FeedSpec(url=old)])
        claimed, other = claim(feeds, old), state.client().feeds
        move = partial(save, feeds, claimed, document("e1", moved=new))
        side_by_side([move, partial(other.put, [FeedSpec(url=new)])])
        assert new in {feed.spec.url for feed in feeds.list()}


def test_an_address_may_be_longer_than_an_index_takes(feeds: Feeds):
    # Random, for the database compresses what repeats itself.
    long = "https://post.example/" + "".join(random.Random(1).choices(string.ascii_letters, k=7000))
    feeds.put([FeedSpec(url=long)])
    feeds.put([FeedSpec(url=long, tags=("a",))])
    [feed] = feeds.list()
    assert (feed.spec.url, feed.spec.tags) == (long, ("a",))
    assert poll(feeds, document("e1"), long).state is FeedState.OK


# -------------------------------------------------------------------------------------------------- entries


def test_entries_are_known_by_their_latest_content(feeds: Feeds):
    feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)])
    poll(feeds, document("e1", "e2"))
    poll(feeds, document(seen={"e1": "corrected", "e3": "new"}))
    assert known(feeds, POST, ["e1", "e2", "e3", "e4"]) == {"e1": "corrected", "e2": "content of e2", "e3": "new"}
    assert known(feeds, WIRE, ["e1"]) == {}
    assert sorted(feeds.contents(claim(feeds).id)) == ["content of e2", "corrected", "new"]


def test_the_latest_entries_are_those_of_the_last_poll_that_had_new_ones(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    assert list(feeds.latest(poll(feeds, document("e1", "e2")).id)) == ["e1", "e2"]
    poll(feeds, document("e2", "e3", "e1"))
    assert list(feeds.latest(poll(feeds, document("e1", "e3")).id)) == ["e3"]


def test_an_entry_is_forgotten_when_its_feed_has_not_shown_it_for_30_days(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("old", "evergreen"))
    for _ in range(4):
        state.let_pass(10 * DAY)
        poll(feeds, document("evergreen", new_entries=0))
    assert known(feeds, POST, ["old", "evergreen"]) == {"evergreen": "content of evergreen"}


def test_a_feed_that_does_not_change_for_months_forgets_nothing(state: StateUnderTest):
    feeds = state.client().feeds
    feeds.put([FeedSpec(url=POST)])
    poll(feeds, document("e1"))
    for _ in range(3):
        state.let_pass(20 * DAY)
        poll(feeds, UNCHANGED)
        poll(feeds, FAILED)
    assert known(feeds, POST, ["e1"]) == {"e1": "content of e1"}
    poll(feeds, document("e1", "e2"))
    assert known(feeds, POST, ["e1", "e2"]).keys() == {"e1", "e2"}


def test_a_document_may_have_thousands_of_entries(feeds: Feeds):
    feeds.put([FeedSpec(url=POST)])
    keys = [f"entry {n}" for n in range(5000)]
    poll(feeds, document(*keys))
    assert len(known(feeds, POST, keys)) == 5000


class TestFilesOfFeeds:
    """A file that the operator keeps decides about its feeds, and commands about the others."""

    def test_what_a_file_no_longer_holds_is_disabled_until_it_is_back(self, feeds: Feeds) -> None:
        feeds.put([FeedSpec(url="https://own.example/")])
        feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)], listed_in="/etc/feeds.opml")
        assert (status(feeds).listed_in, status(feeds, "https://own.example/").listed_in) == ("/etc/feeds.opml", None)
        feeds.put([FeedSpec(url=WIRE)], listed_in="/etc/feeds.opml")
        assert {feed.spec.url: feed.state for feed in feeds.list()} == {
            POST: FeedState.DISABLED,
            WIRE: FeedState.NEW,
            "https://own.example/": FeedState.NEW,
        }
        feeds.put([FeedSpec(url=POST), FeedSpec(url=WIRE)], listed_in="/etc/feeds.opml")
        assert status(feeds).state is FeedState.NEW

    def test_what_the_operator_has_disabled_stays_so(self, feeds: Feeds) -> None:
        feeds.put([FeedSpec(url=POST)], listed_in="a")
        feeds.enable(POST, enabled=False)
        feeds.put([], listed_in="a")
        feeds.put([FeedSpec(url=POST)], listed_in="a")
        assert status(feeds).state is FeedState.DISABLED

    def test_two_files_leave_each_others_feeds_alone(self, feeds: Feeds) -> None:
        feeds.put([FeedSpec(url=POST)], listed_in="a")
        feeds.put([FeedSpec(url=WIRE)], listed_in="b")
        assert {feed.state for feed in feeds.list()} == {FeedState.NEW}

    def test_what_is_said_of_a_feed_is_kept(self, feeds: Feeds) -> None:
        spec = FeedSpec(url=POST, login="bearer:HARMATTAN_FEED_X", attributes={"htmlUrl": "https://post.example/"})
        feeds.put([spec])
        assert status(feeds).spec == spec
        assert claim(feeds).spec == spec
