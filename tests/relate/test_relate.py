"""What belongs together, as the index and the alerts are told of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle
from pipeline.records.codec import decode, encode
from pipeline.relate.step import RelateStep
from pipeline.state.database import DatabaseState
from pipeline.text.similarity import signature
from pipeline.text.tokens import forms
from pipeline.work.interface import Delivered
from tests.builders import CONVOY, NOON, POST, WIRE, match, minutes, prepared

Relate = Callable[..., list[EnrichedArticle]]

SHORTER = CONVOY.replace("two drivers and a trader said", "drivers said")


@pytest.fixture
def relate(log: SqliteEventLog, state: DatabaseState) -> Relate:
    """Take prepared articles through the step, one batch a call; give all revisions that were passed on so far."""
    step = RelateStep(state.stories, state.outbox, log, "worker-1")
    seen = 0

    def run(*articles: PreparedArticle) -> list[EnrichedArticle]:
        nonlocal seen
        signed = [replace(a, signature=signature(forms(a.text))) for a in articles]
        log.append(topics.PREPARED, [NewRecord("k", encode(a)) for a in signed])
        records = list(log.read(topics.PREPARED))[seen:]
        seen += len(records)
        assert step.ready()
        step.handle([Delivered(record, decode(record.value, PreparedArticle)) for record in records])
        return passed_on(log)

    return run


def passed_on(log: SqliteEventLog) -> list[EnrichedArticle]:
    return [decode(record.value, EnrichedArticle) for record in log.read(topics.ENRICHED)]


def revisions(articles: Sequence[EnrichedArticle]) -> list[int]:
    return [article.revision for article in articles]


def test_the_same_article_polled_again_is_nothing_new(relate: Relate):
    relate(prepared())
    assert revisions(relate(prepared(seen=NOON + minutes(5)))) == [1]


def test_a_corrected_article_is_a_new_revision_of_the_same_article(relate: Relate):
    relate(prepared())
    first, second = relate(prepared(text=CONVOY.replace("six hours", "two days"), seen=NOON + minutes(30)))
    assert (second.id, second.revision, second.corrected) == (first.id, 2, True)
    assert second.first_seen == first.first_seen


def test_an_older_version_that_comes_late_does_not_replace_a_newer_one(relate: Relate):
    relate(prepared(text="Corrected. " + CONVOY, seen=NOON + minutes(30)))
    assert revisions(relate(prepared(seen=NOON))) == [1]


def test_the_pages_text_follows_the_feeds_as_a_revision_and_is_no_correction(relate: Relate):
    relate(prepared(text="A convoy was stopped."))
    _, second = relate(prepared(text_source="page"))
    assert (second.revision, second.corrected) == (2, False)


def test_the_feeds_short_text_never_replaces_the_pages(relate: Relate):
    relate(prepared(text_source="page"))
    assert revisions(relate(prepared(text="A convoy was stopped."))) == [1]


def test_an_article_in_two_feeds_of_an_outlet_is_one_article(relate: Relate):
    relate(prepared())
    world = replace(POST, feed="https://post.example/world.rss", name="Sahel Post World")
    assert revisions(relate(prepared(source=world, text="A teaser.", seen=NOON + minutes(1)))) == [1]


def test_near_copies_of_other_outlets_share_the_earliest_ones_story(relate: Relate):
    first, second = relate(
        prepared(),
        prepared(source=WIRE, url="https://wire.example/9", title="Fuel taken", text=SHORTER, seen=NOON + minutes(2)),
    )
    assert second.id != first.id
    assert (second.story, second.copy_of) == (first.story, first.id)


def test_a_copy_of_a_copy_names_the_original(relate: Relate):
    relate(prepared())
    relate(prepared(source=WIRE, url="https://wire.example/9", text=SHORTER, seen=NOON + minutes(2)))
    *_, third = relate(
        prepared(source=WIRE, url="https://third.example/2", text=SHORTER + " More soon.", seen=NOON + minutes(4))
    )
    assert third.copy_of == relate()[0].id


def test_articles_that_only_share_a_subject_are_stories_of_their_own(relate: Relate):
    other = (
        "The market of Ber reopened on Monday after the convoy of last week was let go. Prices of millet fell by a tenth,"
        " said a trader who had waited for the lorries since October, and the first fuel was sold by the litre from cans."
    )
    first, second = relate(prepared(), prepared(url="https://post.example/market", title="Market reopens", text=other))
    assert second.story != first.story


def test_short_texts_are_never_taken_for_copies_of_each_other(relate: Relate):
    first, second = relate(prepared(text="More soon."), prepared(url="https://post.example/2", text="More soon."))
    assert second.story != first.story


def test_what_a_feed_says_under_every_headline_makes_no_copies(relate: Relate):
    notice = "Subscribe to our newsletter to have the best of our reporting from the region in your inbox every morning at six."
    _, second = relate(
        prepared(text=notice), prepared(url="https://post.example/2", title="Market reopens", text=notice)
    )
    assert (second.copy_of, second.story) == (None, second.id)


def test_a_teaser_joins_its_story_when_its_text_arrives(relate: Relate):
    relate(prepared())
    wire = {"source": WIRE, "url": "https://wire.example/9", "seen": NOON + minutes(2)}
    relate(prepared(**wire, text="More soon."))
    first, _, third = relate(prepared(**wire, text_source="page"))
    assert third.story == first.story


def test_an_article_is_known_by_any_of_its_addresses(relate: Relate):
    relate(prepared(keys=("https://post.example/convoy", "https://post.example/?p=77")))
    assert revisions(relate(prepared(keys=("https://post.example/?p=77",), seen=NOON + minutes(3)))) == [1]


def test_what_newer_rules_find_is_a_new_revision(relate: Relate):
    relate(prepared())
    _, second = relate(prepared(matches=(match(),), origin=Origin.REPLAY))
    assert (second.revision, second.article.origin, second.corrected) == (2, Origin.REPLAY, False)


def test_a_live_article_that_a_replay_overtook_is_still_passed_on_as_live(relate: Relate):
    relate(prepared(origin=Origin.REPLAY))
    _, second = relate(prepared())
    assert (second.revision, second.article.origin) == (2, Origin.LIVE)


def test_a_back_filled_article_stays_back_filled_until_its_text_changes(relate: Relate):
    relate(prepared(origin=Origin.BACKFILL))
    relate(prepared(matches=(match(),), seen=NOON + minutes(5)))
    *_, third = relate(prepared(text="Update: " + CONVOY, seen=NOON + minutes(9)))
    assert [a.article.origin for a in relate()] == [Origin.BACKFILL, Origin.BACKFILL, Origin.LIVE]
    assert third.corrected
