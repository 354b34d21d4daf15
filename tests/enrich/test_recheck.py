"""Pages of young articles asked for again: a change becomes a version, and a page that stays gone a withdrawal."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.enrich.interface import PageText
from pipeline.enrich.recheck import RecheckWorker
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.article import PreparedArticle
from pipeline.records.change import content_digest
from pipeline.records.codec import decode
from pipeline.state.interface import KnownText, Recheck
from tests.builders import NOON, match, prepared
from tests.enrich.entries import Pages, preparer
from tests.state.harness import StateUnderTest

QUARTER, TWO_HOURS, DAY = timedelta(minutes=15), timedelta(hours=2), timedelta(days=1)
SAID = "At least 12 soldiers were killed near Ber, the army said on Sunday."
SAYS = SAID.replace("12", "21")
ARTICLE = prepared(text=SAID, text_source="page", page_kind="article", page_etag='"v1"', matches=(match("ber"),))
URL = ARTICLE.url or ""


class Newsroom:
    """An article that was published just now, and time that passes."""

    def __init__(self, state: StateUnderTest, log: SqliteEventLog) -> None:
        self._state = state
        self.client = state.client()
        self.pages = Pages()
        self._log = log
        after = [QUARTER, TWO_HOURS, DAY]
        self.worker = RecheckWorker(self.client.rechecks, self.pages, preparer(ber="Ber"), log, after)

    def publishes(self, article: PreparedArticle = ARTICLE) -> None:
        assert self.client.stories.lead("one", DAY)
        said = KnownText(
            article="a1",
            text_source="page",
            first_seen=NOON,
            revision=1,
            seen=NOON,
            title=article.title,
            text=article.text,
        )
        digest = content_digest(article.title, article.text)
        recheck = Recheck(
            article="a1", key="post.example", record=article, digest=digest, etag=article.page_etag, last_modified=None
        )
        with self.client.stories.decide("one", "relate@1") as decision:
            decision.put_text(said)
            decision.watch(recheck, QUARTER)

    def asks(self, passed: timedelta, page: PageText) -> None:
        """Let time pass, and answer the request that is due then."""
        self._state.let_pass(passed)
        assert self.worker.turn()
        self.pages.asked.pop(URL).set_result(page)
        assert self.worker.turn()

    def versions(self) -> Sequence[PreparedArticle]:
        return [decode(record.value, PreparedArticle) for record in self._log.read(topics.PREPARED)]


@pytest.fixture
def room(tmp_path: Path, log: SqliteEventLog) -> Iterator[Newsroom]:
    state = StateUnderTest(str(tmp_path / "rechecks.db"))
    state.client().setup()
    yield Newsroom(state, log)
    state.close()


def page(text: str = SAID, **given: object) -> PageText:
    return replace(PageText(url=URL, text=text, status=200, etag='"v2"'), **given)  # type: ignore[arg-type]


GONE = PageText(url=URL, kind="gone", error="the page answers with status 410", status=410)


def test_a_changed_page_becomes_a_version_that_is_prepared_like_any_other(room: Newsroom) -> None:
    room.publishes()
    room.asks(QUARTER, page(f"{ARTICLE.title}\n\n{SAYS}"))
    (version,) = room.versions()
    assert (version.text, version.text_source, version.keys) == (SAYS, "page", ARTICLE.keys)
    assert version.seen > ARTICLE.seen
    assert [found.rule for found in version.matches] == ["ber"]


def test_an_unchanged_page_makes_no_version(room: Newsroom) -> None:
    room.publishes()
    room.asks(QUARTER, PageText(url=URL, status=304, unchanged=True))
    room.asks(TWO_HOURS - QUARTER, page())
    assert room.versions() == []


def test_a_page_is_asked_for_at_its_times_and_then_no_more(room: Newsroom) -> None:
    room.publishes()
    assert not room.worker.turn()
    room.asks(QUARTER, page())
    assert not room.worker.turn()
    room.asks(TWO_HOURS - QUARTER, page())
    room.asks(DAY - TWO_HOURS, page())
    assert room.client.rechecks.waiting() == 0


def test_one_change_makes_one_version(room: Newsroom) -> None:
    room.publishes()
    room.asks(QUARTER, page(SAYS))
    room.asks(TWO_HOURS - QUARTER, page(SAYS))
    assert len(room.versions()) == 1


def test_a_page_that_is_gone_once_is_no_withdrawal(room: Newsroom) -> None:
    room.publishes()
    room.asks(QUARTER, GONE)
    room.asks(TWO_HOURS - QUARTER, page())
    room.asks(DAY - TWO_HOURS, GONE)
    assert room.versions() == []


def test_a_page_that_stays_gone_is_a_withdrawal_that_repeats_what_stood_there(room: Newsroom) -> None:
    room.publishes()
    room.asks(QUARTER, GONE)
    room.asks(TWO_HOURS - QUARTER, GONE)
    (version,) = room.versions()
    assert (version.withdrawn, version.text, version.matches) == (True, SAID, ARTICLE.matches)
    assert room.client.rechecks.waiting() == 0


def test_a_page_that_is_gone_at_the_last_time_is_looked_for_once_more(room: Newsroom) -> None:
    room.publishes()
    room.asks(QUARTER, page())
    room.asks(TWO_HOURS - QUARTER, page())
    room.asks(DAY - TWO_HOURS, GONE)
    room.asks(TWO_HOURS, GONE)
    assert [version.withdrawn for version in room.versions()] == [True]


@pytest.mark.parametrize("kind", ["unreadable", "paywall", "consent", "stub", "gone"])
def test_a_page_that_does_not_show_the_article_changes_nothing(room: Newsroom, kind: str) -> None:
    room.publishes()
    room.asks(QUARTER, page("Subscribe.", kind=kind, error="no article"))
    room.asks(TWO_HOURS - QUARTER, page("", kind=kind, error="no article"))
    assert room.versions() == []


def test_a_page_that_could_not_be_had_at_first_is_read_later(room: Newsroom) -> None:
    room.publishes(replace(ARTICLE, text_source="feed", text="", page_kind="unreadable", page_error="no answer"))
    room.asks(QUARTER, page(SAID))
    assert [(version.text, version.text_source, version.page_error) for version in room.versions()] == [
        (SAID, "page", None)
    ]
