"""What an outlet changed: kept, told apart from what only looks like a change, and the same however often it is read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Origin, Place, PreparedArticle
from pipeline.records.change import Nature
from pipeline.records.codec import decode, encode
from pipeline.relate.step import RelateStep
from pipeline.state.database import DatabaseState
from pipeline.text.similarity import signature
from pipeline.work.interface import Delivered
from tests.builders import CONVOY, NOON, POST, minutes, prepared

TOLL = "At least 12 soldiers were killed near Ber on Saturday, the army said. " + CONVOY
CORRECTED = TOLL.replace("12", "21")


class Desk:
    """A relate worker that is fed by hand."""

    def __init__(self, log: SqliteEventLog, state: DatabaseState) -> None:
        self._log = log
        self.state = state
        self._step = RelateStep(state.stories, state.outbox, log, "worker-1", [minutes(15), minutes(120)])
        self._taken = 0

    def takes(self, *articles: PreparedArticle) -> EnrichedArticle:
        """Take a batch; give the last revision that was passed on."""
        signed = [replace(article, signature=signature(article.text.split())) for article in articles]
        self._log.append(topics.PREPARED, [NewRecord("post.example", encode(article)) for article in signed])
        records = list(self._log.read(topics.PREPARED))[self._taken :]
        self._taken += len(records)
        assert self._step.ready()
        self._step.handle([Delivered(record, decode(record.value, PreparedArticle)) for record in records])
        return self.passed_on()[-1]

    def passed_on(self) -> Sequence[EnrichedArticle]:
        return [decode(record.value, EnrichedArticle) for record in self._log.read(topics.ENRICHED)]


@pytest.fixture
def desk(log: SqliteEventLog, state: DatabaseState) -> Desk:
    return Desk(log, state)


def later(count: float = 30, **given: object) -> PreparedArticle:
    return prepared(**({"text": TOLL, "seen": NOON + minutes(count)} | given))


def test_a_corrected_toll_is_a_material_change_with_its_difference_and_the_earlier_text(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    article = desk.takes(later(text=CORRECTED))
    (change,) = article.changes
    assert (change.kind, change.declared, change.fields, change.revision) == (Nature.MATERIAL, False, ("lead",), 2)
    assert [(edit.removed, edit.added) for edit in change.edits] == [("12", "21")]
    assert (article.corrected, article.undeclared) == (True, True)
    (version,) = desk.state.versions.of(article.id)
    assert version.change == change
    assert version.earlier
    assert (version.earlier.text, version.earlier.seen) == (TOLL, NOON)


def test_a_declared_correction_is_told_from_a_silent_one(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    article = desk.takes(later(text=CORRECTED + "\n\nCorrection: an earlier version gave the wrong toll."))
    assert (article.changes[-1].kind, article.undeclared) == (Nature.CORRECTION, False)


def test_a_later_date_of_change_declares_an_edit(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL, updated=NOON))
    article = desk.takes(later(text=CORRECTED, updated=NOON + minutes(29)))
    assert (article.changes[-1].kind, article.changes[-1].declared) == (Nature.MATERIAL, True)


def test_a_cosmetic_edit_is_kept_and_told_as_such(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    article = desk.takes(later(text=TOLL.replace("Saturday,", "Saturday –")))
    assert (article.changes[-1].kind, article.undeclared) == (Nature.COSMETIC, False)
    assert len(desk.state.versions.of(article.id)) == 1


def test_every_version_is_kept_in_its_order(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    desk.takes(later(10, text=CORRECTED))
    article = desk.takes(later(20, text=CORRECTED.replace("21", "24")))
    assert [edit.added for change in article.changes for edit in change.edits] == ["21", "24"]
    texts = [version.earlier.text for version in desk.state.versions.of(article.id) if version.earlier]
    assert texts == [TOLL, CORRECTED]


def test_two_changes_in_one_batch_are_two(desk: Desk) -> None:
    article = desk.takes(prepared(text=TOLL), later(10, text=CORRECTED), later(20, text=CORRECTED.replace("21", "24")))
    assert [edit.removed for change in article.changes for edit in change.edits] == ["12", "21"]


def test_a_changed_title_and_date_are_named(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL, title="Twelve killed near Ber"))
    article = desk.takes(later(title="Twenty killed near Ber", published=NOON))
    assert article.changes[-1].fields == ("title", "date")


def test_a_pages_text_that_comes_late_is_no_change_of_the_outlets(desk: Desk) -> None:
    desk.takes(prepared(text="A convoy was stopped."))
    article = desk.takes(prepared(text=TOLL, text_source="page"))
    assert (article.revision, article.changes) == (2, ())


def test_a_page_that_could_not_be_had_once_is_compared_with_the_last_one_that_could(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL, text_source="page"))
    assert desk.takes(later(10, text="A convoy was stopped.")).changes == ()
    article = desk.takes(later(10, text=CORRECTED, text_source="page"))
    assert [edit.added for edit in article.changes[-1].edits] == ["21"]


def test_an_article_that_is_taken_back_in_words_is_withdrawn(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL * 5))
    article = desk.takes(later(text="This article has been withdrawn."))
    assert (article.changes[-1].kind, article.changes[-1].declared) == (Nature.WITHDRAWAL, True)


def test_an_article_whose_page_is_gone_is_withdrawn_without_a_word_and_keeps_its_text(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL, text_source="page"))
    article = desk.takes(later(text_source="page", withdrawn=True, page_kind="gone"))
    assert (article.changes[-1].kind, article.changes[-1].declared) == (Nature.WITHDRAWAL, False)
    assert (article.article.text, article.undeclared) == (TOLL, True)
    back = desk.takes(later(60, text_source="page"))
    assert (back.changes[-1].kind, back.changes[-1].fields) == (Nature.MATERIAL, ("withdrawal",))


def test_newer_code_or_rules_make_a_revision_and_no_version(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    desk.takes(later(text=CORRECTED))
    ber = Place(name="Ber", country="ML", lat=16.7, lon=-2.2, kind="town")
    article = desk.takes(later(text=CORRECTED, places=(ber,), origin=Origin.REPLAY))
    assert (article.revision, len(article.changes)) == (3, 1)
    assert len(desk.state.versions.of(article.id)) == 1


def test_a_replay_of_every_version_changes_nothing(desk: Desk) -> None:
    versions = [prepared(text=TOLL), later(text=CORRECTED)]
    desk.takes(*versions)
    before = desk.passed_on()
    desk.takes(*[replace(article, origin=Origin.REPLAY) for article in versions])
    assert desk.passed_on() == before


def test_what_is_edited_without_end_keeps_its_first_version_and_the_latest(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    article = desk.takes(*[later(n, text=TOLL.replace("12", str(12 + n))) for n in range(1, 41)])
    versions = desk.state.versions.of(article.id)
    assert len(versions) == 30
    assert versions[0].earlier
    assert versions[0].earlier.text == TOLL
    assert versions[-1].change.edits[0].added == "52"


def test_what_an_old_article_said_is_kept_for_the_window_in_which_it_may_be_compared(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    desk.state.stories.forget_before(NOON - timedelta(days=300), bands_before=NOON + minutes(1))
    article = desk.takes(later(text=CORRECTED))
    assert article.changes[-1].kind is Nature.UNKNOWN
    assert desk.state.versions.of(article.id)[0].earlier is None


def test_a_forgotten_article_takes_its_versions_along(desk: Desk) -> None:
    desk.takes(prepared(text=TOLL))
    article = desk.takes(later(text=CORRECTED))
    desk.state.stories.forget_before(NOON + timedelta(days=1))
    assert desk.state.versions.of(article.id) == []


def test_young_articles_read_from_their_pages_are_asked_for_again_and_others_or_of_feeds_that_want_none_are_not(
    desk: Desk,
) -> None:
    page = {"text": TOLL, "text_source": "page"}
    desk.takes(prepared(**page, url="https://post.example/young", page_etag='"v1"'))
    desk.takes(prepared(text=TOLL + "Whole.", url="https://post.example/whole-in-the-feed"))
    unasked = replace(POST, tags=("North", "no-rechecks"))
    desk.takes(prepared(**page, url="https://post.example/of-a-feed-that-wants-none", source=unasked))
    desk.takes(prepared(**page, url="https://post.example/old", origin=Origin.BACKFILL))
    assert desk.state.rechecks.waiting() == 1
