"""Relate's memory and leadership, whatever database keeps it."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.errors import LeaseLost
from pipeline.state.database import DatabaseState
from pipeline.state.interface import KnownArticle, StoryDecision
from tests.state.client import MOMENT, known, record
from tests.state.harness import StateUnderTest, side_by_side

LEASE = timedelta(minutes=1)
DAY = timedelta(days=1)
CONSUMER = "relate@1"
WEEK_AGO = MOMENT - 7 * DAY


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    """A client that leads as "one"."""
    client = state.client()
    assert client.stories.lead("one", LEASE)
    return client


def put(client: DatabaseState, article: KnownArticle, keys: list[str], bands: list[str] | None = None) -> None:
    with client.stories.decide("one", CONSUMER) as decision:
        decision.put(article, keys, bands or [])


def by_key(client: DatabaseState, key: str) -> KnownArticle | None:
    with client.stories.decide("one", CONSUMER) as decision:
        return decision.by_keys([key]).get(key)


def near(client: DatabaseState, band: str) -> list[str]:
    with client.stories.decide("one", CONSUMER) as decision:
        return [article.id for article in decision.near([band], WEEK_AGO).get(band, ())]


# ----------------------------------------------------------------------------------------------- leadership


def test_one_process_leads_and_the_others_stand_by(state: StateUnderTest):
    one, other = state.client().stories, state.client().stories
    assert one.lead("one", LEASE)
    assert not other.lead("other", LEASE)
    assert one.lead("one", LEASE)


def test_of_many_that_start_at_once_one_leads(state: StateUnderTest):
    clients = [state.client().stories for _ in range(6)]
    led = side_by_side([lambda s=s, n=n: s.lead(f"owner {n}", LEASE) for n, s in enumerate(clients)])
    assert led.count(True) == 1


def test_another_leads_at_once_when_the_leader_resigns(state: StateUnderTest):
    stories = state.client().stories
    stories.lead("one", LEASE)
    stories.resign("other")
    assert not stories.lead("other", LEASE)
    stories.resign("one")
    assert stories.lead("other", LEASE)


def test_another_leads_when_a_killed_leaders_lease_is_over(state: StateUnderTest):
    stories = state.client().stories
    stories.lead("killed", LEASE)
    state.let_pass(LEASE / 2)
    assert not stories.lead("other", LEASE)
    state.let_pass(LEASE / 2)
    assert stories.lead("other", LEASE)


def test_a_leadership_from_the_future_is_over(state: StateUnderTest):
    stories = state.client().stories
    stories.lead("one", LEASE)
    the_clock_is_set_back_by = DAY
    state.let_pass(-the_clock_is_set_back_by)
    assert stories.lead("other", LEASE)


def test_who_never_led_can_not_decide(state: StateUnderTest):
    stories = state.client().stories
    with pytest.raises(LeaseLost), stories.decide("nobody", CONSUMER):
        pass


def test_a_leader_that_was_replaced_fails_and_saves_nothing(state: StateUnderTest, client: DatabaseState):
    state.let_pass(LEASE)
    other = state.client()
    assert other.stories.lead("other", LEASE)
    with pytest.raises(LeaseLost, match="other"):
        put(client, known("a1"), ["key"])
    with other.stories.decide("other", CONSUMER) as decision:
        assert decision.by_keys(["key"]) == {}


def test_a_leader_that_resigned_fails(client: DatabaseState):
    client.stories.resign("one")
    with pytest.raises(LeaseLost):
        put(client, known("a1"), ["key"])


def test_a_leader_whose_lease_is_over_goes_on_while_nobody_else_leads(state: StateUnderTest, client: DatabaseState):
    state.let_pass(2 * LEASE)
    put(client, known("a1"), ["key"])
    assert by_key(client, "key") == known("a1")


def test_nobody_becomes_the_leader_in_the_middle_of_a_decision(state: StateUnderTest, client: DatabaseState):
    state.let_pass(LEASE)
    order: list[str] = []
    opened = threading.Event()
    heir = state.client().stories

    def take_over() -> None:
        opened.wait(10)
        assert heir.lead("heir", LEASE)
        order.append("heir leads")

    def decide() -> None:
        with client.stories.decide("one", CONSUMER) as decision:
            opened.set()
            decision.put(known("a1"), ["key"], [])
            threading.Event().wait(0.3)  # long enough for the heir to overtake, if it could
            order.append("decided")

    side_by_side([take_over, decide])
    assert order == ["decided", "heir leads"]


# -------------------------------------------------------------------------------------------- transactions


def test_a_decision_that_fails_leaves_nothing(client: DatabaseState):
    with suppress(ZeroDivisionError), client.stories.decide("one", CONSUMER) as decision:
        decision.put(known("a1"), ["key"], ["band"])
        decision.by_keys(["key"])
        decision.cover([record(3)])
        decision.publish("articles.enriched", "a1", b"revision 1")
        raise ZeroDivisionError
    assert by_key(client, "key") is None
    assert client.outbox.pending("relate", 10) == []
    with client.stories.decide("one", CONSUMER) as decision:
        assert decision.uncovered([record(3)]) == [record(3)]


def test_a_leader_killed_in_the_middle_of_a_decision_leaves_nothing(state: StateUnderTest):
    process = state.process("hold-story-decision")
    assert process.stdout
    assert process.stdout.readline() == "holding\n"
    process.kill()
    process.wait()
    state.let_pass(LEASE)
    client = state.client()
    assert client.stories.lead("one", LEASE)
    assert by_key(client, "https://post.example/a1") is None
    assert client.outbox.pending("relate", 10) == []
    with client.stories.decide("one", CONSUMER) as decision:
        assert decision.uncovered([record(7)]) == [record(7)]


def test_what_was_decided_is_there_for_a_process_that_starts_afterwards(state: StateUnderTest, client: DatabaseState):
    with client.stories.decide("one", CONSUMER) as decision:
        decision.put(known("a1"), ["key"], ["band"])
        decision.cover([record(3)])
        decision.publish("articles.enriched", "a1", b"revision 1")
    client.close()
    later = state.client()
    assert by_key(later, "key") == known("a1")
    assert near(later, "band") == ["a1"]
    [row] = later.outbox.pending("relate", 10)
    assert (row.topic, row.key, row.value) == ("articles.enriched", "a1", b"revision 1")


# -------------------------------------------------------------------------------------------------- offsets


def test_records_up_to_the_highest_covered_offset_of_their_partition_are_covered(client: DatabaseState):
    with client.stories.decide("one", CONSUMER) as decision:
        assert decision.uncovered([record(0), record(1)]) == [record(0), record(1)]
        decision.cover([record(5), record(4), record(2, partition=1)])
    batch = [record(5), record(6), record(2, partition=1), record(3, partition=1), record(0, partition=2)]
    with client.stories.decide("one", CONSUMER) as decision:
        assert decision.uncovered(batch) == [record(6), record(3, partition=1), record(0, partition=2)]


def test_what_is_covered_never_shrinks(client: DatabaseState):
    for offset in (9, 4):
        with client.stories.decide("one", CONSUMER) as decision:
            decision.cover([record(offset)])
    with client.stories.decide("one", CONSUMER) as decision:
        assert decision.uncovered([record(9)]) == []


def test_each_consumer_and_topic_has_offsets_of_its_own(client: DatabaseState):
    with client.stories.decide("one", CONSUMER) as decision:
        decision.cover([record(5)])
        assert decision.uncovered([record(5, topic="another")]) == [record(5, topic="another")]
    with client.stories.decide("one", "relate@2") as decision:
        assert decision.uncovered([record(5)]) == [record(5)]


# ------------------------------------------------------------------------------------------------- articles


def test_an_article_is_known_by_every_key_and_is_one_object(client: DatabaseState):
    whole = known(
        "a1",
        story="s0",
        copy_of="a0",
        revision=3,
        seen=MOMENT + DAY + timedelta(microseconds=123456),
        text_source="page",
        backfill=True,
        alertable=False,
        corrected=True,
        signature=bytes(range(256)) * 2,
    )
    put(client, whole, ["https://post.example/1", "guid:1"], ["band"])
    with client.stories.decide("one", CONSUMER) as decision:
        found = decision.by_keys(["https://post.example/1", "guid:1", "guid:2"])
        assert found == {"https://post.example/1": whole, "guid:1": whole}
        assert found["guid:1"] is found["https://post.example/1"] is decision.near(["band"], WEEK_AGO)["band"][0]


def test_a_key_of_any_length_is_known(client: DatabaseState):
    key = "https://post.example/?" + "".join(f"field{n}=value{n * n}&" for n in range(1000))
    put(client, known("a1"), [key])
    assert by_key(client, key) == known("a1")
    assert by_key(client, key[:-1]) is None


def test_a_key_that_is_taken_stays_with_its_article(client: DatabaseState):
    put(client, known("a1"), ["shared"])
    put(client, known("a2"), ["shared", "own"])
    assert by_key(client, "shared") == known("a1")
    assert by_key(client, "own") == known("a2")


def test_a_later_version_replaces_what_is_known(client: DatabaseState):
    put(client, known("a1"), ["key"])
    later = known("a1", revision=2, story="s0", document_hash="other", seen=MOMENT + DAY)
    put(client, later, ["key", "another"])
    assert by_key(client, "key") == later
    assert by_key(client, "another") == later


def test_a_decision_sees_what_it_has_put(client: DatabaseState):
    with client.stories.decide("one", CONSUMER) as decision:
        decision.put(known("a1"), ["k1"], ["b1"])
        decision.put(known("a1", revision=2), ["k1", "k2"], ["b2"])
        assert decision.by_keys(["k1", "k2"]) == {key: known("a1", revision=2) for key in ("k1", "k2")}
        assert decision.near(["b1", "b2"], WEEK_AGO) == {"b2": [known("a1", revision=2)]}


def test_near_articles_come_oldest_first_and_only_from_the_window(client: DatabaseState):
    for identity, hours in (("third", 3), ("first", 1), ("second", 2), ("before", -24 * 8)):
        put(client, known(identity, first_seen=MOMENT + timedelta(hours=hours)), [identity], ["band", identity])
    assert near(client, "band") == ["first", "second", "third"]
    assert near(client, "before") == []


def test_a_new_versions_bands_replace_the_old_ones(client: DatabaseState):
    put(client, known("a1"), ["key"], ["b1", "b2"])
    put(client, known("a1", revision=2), ["key"], ["b2", "b3"])
    assert [near(client, band) for band in ("b1", "b2", "b3")] == [[], ["a1"], ["a1"]]
    put(client, known("a1", revision=3, signature=b""), ["key"], [])
    assert [near(client, band) for band in ("b1", "b2", "b3")] == [[], [], []]


def test_of_a_text_that_came_hundreds_of_times_the_oldest_are_near(client: DatabaseState):
    with client.stories.decide("one", CONSUMER) as decision:
        for n in range(300):
            decision.put(known(f"a{n:03}", first_seen=MOMENT + timedelta(seconds=n)), [f"k{n}"], ["band"])
    found = near(client, "band")
    assert 10 <= len(found) < 300
    assert found == [f"a{n:03}" for n in range(len(found))]


def test_a_batch_may_ask_for_tens_of_thousands_of_keys_and_bands(client: DatabaseState):
    numbers = range(40_000)
    with client.stories.decide("one", CONSUMER) as decision:
        decision.put(known("a1"), [f"key {n}" for n in numbers], [f"band {n}" for n in numbers])
    with client.stories.decide("one", CONSUMER) as decision:
        assert len(decision.by_keys(f"key {n}" for n in numbers)) == 40_000
        assert len(decision.near((f"band {n}" for n in numbers), WEEK_AGO)) == 40_000


# ----------------------------------------------------------------------------------------------- forgetting


def everything_of(decision: StoryDecision, *identities: str) -> tuple[set[str], set[str]]:
    return set(decision.by_keys(identities)), set(decision.near(identities, MOMENT - 365 * DAY))


def test_articles_last_seen_before_a_moment_are_forgotten(client: DatabaseState):
    for identity, days in (("old", -30), ("young", 0)):
        its_time = MOMENT + days * DAY
        put(client, known(identity, first_seen=its_time, seen=its_time), [identity], [identity])
    put(client, known("revised", first_seen=MOMENT - 30 * DAY), ["revised"], ["revised"])
    assert client.stories.forget_before(MOMENT - DAY) == 1
    with client.stories.decide("one", CONSUMER) as decision:
        assert everything_of(decision, "old", "young", "revised") == ({"young", "revised"},) * 2
    assert client.stories.forget_before(MOMENT - DAY) == 0


def test_bands_may_be_forgotten_long_before_identities(client: DatabaseState):
    put(client, known("old", first_seen=MOMENT - 30 * DAY, seen=MOMENT - 30 * DAY), ["old"], ["old"])
    put(client, known("young"), ["young"], ["young"])
    assert client.stories.forget_before(MOMENT - 365 * DAY, bands_before=MOMENT - 8 * DAY) == 0
    with client.stories.decide("one", CONSUMER) as decision:
        assert everything_of(decision, "old", "young") == ({"old", "young"}, {"young"})
    put(client, replace(known("old", first_seen=MOMENT - 30 * DAY), revision=2), ["old"], ["old"])


def test_thousands_are_forgotten_while_the_leader_goes_on(state: StateUnderTest, client: DatabaseState):
    with client.stories.decide("one", CONSUMER) as decision:
        for n in range(1200):
            decision.put(known(f"a{n}"), [f"key {n}"], [f"band {n}", "common"])

    def go_on() -> None:
        for n in range(10):
            put(client, known(f"new {n}", seen=MOMENT + DAY), [f"new key {n}"])

    counts = side_by_side([lambda: state.client().stories.forget_before(MOMENT + timedelta(hours=1)), go_on])
    assert counts[0] == 1200
    assert near(client, "common") == []
    assert by_key(client, "key 7") is None
    assert by_key(client, "new key 9") is not None
