"""Versions of articles and re-checks of their pages, whatever database keeps them."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.records.change import Change, ChangeKind, Edit, Nature
from pipeline.state.database import DatabaseState
from pipeline.state.interface import KnownText, Recheck
from tests.builders import NOON, minutes, prepared
from tests.state.client import known
from tests.state.harness import StateUnderTest, side_by_side

LEASE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HOLD = timedelta(minutes=15)
EDIT = Edit("lead", "At least ", "١٢", "٢١\0", " soldiers", (ChangeKind.NUMBERS,))
CHANGE = Change(revision=2, at=NOON, kind=Nature.MATERIAL, declared=False, fields=("lead",), edits=(EDIT,), more=3)
TEXT = KnownText(
    article="a1",
    text_source="page",
    first_seen=NOON,
    revision=1,
    seen=NOON,
    title="مقتل ١٢ جنديا",
    text="At least 12 soldiers\0 died.",
    places=("Ber",),
    published=NOON,
)
PAGE = Recheck(
    article="a1",
    key="post.example",
    record=prepared(text_source="page", text="At least 12 died."),
    digest="d1",
    etag='"v1"',
    last_modified="Sun, 15 Nov 2026 12:00:00 GMT",
)


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    client = state.client()
    assert client.stories.lead("one", LEASE)
    return client


def watch(client: DatabaseState, *rechecks: Recheck, after: timedelta = HOUR) -> None:
    with client.stories.decide("one", "relate@1") as decision:
        for recheck in rechecks:
            decision.watch(recheck, after)


def test_a_change_comes_back_as_it_was_with_what_stood_before(client: DatabaseState) -> None:
    with client.stories.decide("one", "relate@1") as decision:
        decision.put_change("a1", CHANGE, TEXT)
        decision.put_change("a1", replace(CHANGE, revision=3), None)
        assert [change.revision for change in decision.changes("a1")] == [2, 3]
    found = client.versions.of("a1")
    assert [(version.change, version.earlier) for version in found] == [
        (CHANGE, TEXT),
        (replace(CHANGE, revision=3), None),
    ]
    assert client.versions.of("a2") == []


def test_what_feed_and_page_say_is_kept_apart_the_latest_first(client: DatabaseState) -> None:
    feed = replace(TEXT, text_source="feed", seen=NOON + minutes(5), text="A teaser.")
    with client.stories.decide("one", "relate@1") as decision:
        decision.put_text(TEXT)
        decision.put_text(feed)
        assert decision.texts("a1") == [feed, TEXT]
    with client.stories.decide("one", "relate@1") as decision:
        assert decision.texts("a1") == [feed, TEXT]
        decision.put_text(replace(TEXT, text="Newer.", seen=NOON + minutes(9)))
        assert [text.text for text in decision.texts("a1")] == ["Newer.", "A teaser."]


def test_a_decision_that_fails_keeps_no_version(client: DatabaseState) -> None:
    with suppress(ZeroDivisionError), client.stories.decide("one", "relate@1") as decision:
        decision.put_change("a1", CHANGE, TEXT)
        decision.watch(PAGE, timedelta(0))
        raise ZeroDivisionError
    assert client.versions.of("a1") == []
    assert client.rechecks.waiting() == 0


def test_a_page_is_due_when_its_time_has_come_and_for_one_process(state: StateUnderTest, client: DatabaseState) -> None:
    with client.stories.decide("one", "relate@1") as decision:
        decision.put_text(replace(TEXT, text="At least 12 died."))
    watch(client, PAGE)
    assert client.rechecks.take_due(9, HOLD) == []

    state.let_pass(HOUR)
    (taken,) = client.rechecks.take_due(9, HOLD)
    assert replace(taken, at=None) == PAGE
    assert client.rechecks.take_due(9, HOLD) == []

    state.let_pass(HOLD)
    assert [one.article for one in client.rechecks.take_due(9, HOLD)] == ["a1"]


def test_two_processes_share_what_is_due(state: StateUnderTest, client: DatabaseState) -> None:
    watch(client, *(replace(PAGE, article=f"a{n}") for n in range(20)), after=timedelta(0))
    clients = [state.client() for _ in range(3)]
    taken = side_by_side([lambda c=c: c.rechecks.take_due(10, HOLD) for c in clients])
    taken.append(client.rechecks.take_due(20, HOLD))
    assert sorted(one.article for part in taken for one in part) == sorted(f"a{n}" for n in range(20))


def test_what_was_learnt_of_a_page_is_kept_until_it_is_asked_for_no_more(
    state: StateUnderTest, client: DatabaseState
) -> None:
    watch(client, PAGE, after=timedelta(0))
    client.rechecks.again(replace(PAGE, asked=1, gone=True, etag=None, digest="d2"), HOUR)
    state.let_pass(HOUR)
    (taken,) = client.rechecks.take_due(9, HOLD)
    assert (taken.asked, taken.gone, taken.etag, taken.digest) == (1, True, None, "d2")
    client.rechecks.end("a1")
    assert client.rechecks.waiting() == 0


def test_a_newer_version_renews_the_record_and_not_the_time(state: StateUnderTest, client: DatabaseState) -> None:
    watch(client, PAGE, after=HOUR)
    watch(client, replace(PAGE, record=replace(PAGE.record, title="Renewed"), digest="d2"), after=2 * HOUR)
    state.let_pass(HOUR)
    (taken,) = client.rechecks.take_due(9, HOLD)
    assert (taken.record.title, taken.digest) == ("Renewed", "d2")


def test_a_forgotten_article_is_asked_for_no_more(client: DatabaseState) -> None:
    with client.stories.decide("one", "relate@1") as decision:
        decision.put(known("a1"), ["key"], [])
        decision.watch(PAGE, HOUR)
    client.stories.forget_before(known("a1").seen + HOUR)
    assert client.rechecks.waiting() == 0
