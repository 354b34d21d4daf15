"""The enrichment worker on a real event log: what waits, what goes on, and what a kill leaves behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.enrich.interface import PageText
from pipeline.enrich.prepare import Preparer
from pipeline.enrich.step import EnrichStep
from pipeline.enrich.worker import EnrichWorker
from pipeline.errors import StepStopped
from pipeline.log.interface import EventLog, NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.article import PreparedArticle, RawArticle
from pipeline.records.codec import decode, encode
from pipeline.records.dead_letter import DeadLetter
from tests.enrich.entries import ARTICLE, Pages, entry, preparer

SOON = timedelta(milliseconds=300)
NEVER = timedelta(hours=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    event_log = SqliteEventLog(tmp_path / "log.db")
    event_log.create_topics(dict.fromkeys(topics.ALL, 1))
    yield event_log
    event_log.close()


@contextmanager
def working(
    log: EventLog,
    pages: Pages,
    *,
    page_wait: timedelta = NEVER,
    page_follows: timedelta = NEVER,
    prepare: Preparer | None = None,
) -> Iterator[EnrichWorker]:
    stop = threading.Event()
    worker = EnrichWorker(EnrichStep(prepare or preparer(camp="lorries"), pages, page_wait, page_follows), log)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield worker
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def publish(log: EventLog, *entries: RawArticle) -> None:
    log.append(topics.RAW, [NewRecord("news.example", encode(raw)) for raw in entries])


def prepared(log: EventLog) -> list[PreparedArticle]:
    return [decode(record.value, PreparedArticle) for record in log.read(topics.PREPARED)]


def within_seconds(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def behind(log: EventLog) -> int:
    return log.lag("enrich", [topics.RAW])[topics.RAW]


def test_an_article_with_its_text_in_the_feed_goes_straight_on(log: EventLog) -> None:
    publish(log, entry(content=ARTICLE))
    with working(log, Pages()):
        assert within_seconds(lambda: behind(log) == 0)
    (article,) = prepared(log)
    assert article.text_source == "feed"
    assert article.matches[0].rule == "camp"
    (record,) = log.read(topics.PREPARED)
    assert record.key == "news.example"


def test_an_article_that_waits_for_its_page_does_not_hold_up_others(log: EventLog) -> None:
    pages = Pages()
    publish(log, entry(), entry(entry="entry-2", content=ARTICLE))
    with working(log, pages):
        assert within_seconds(lambda: [article.entry for article in prepared(log)] == ["entry-2"])
        assert behind(log) == 2  # nothing is committed past an article that is not finished
        pages.asked[entry().url or ""].set_result(PageText(url="x", text=ARTICLE))
        assert within_seconds(lambda: behind(log) == 0)
    assert [(article.entry, article.text_source) for article in prepared(log)] == [
        ("entry-2", "feed"),
        ("entry-1", "page"),
    ]


def test_a_page_that_takes_long_follows_as_a_second_version(log: EventLog) -> None:
    pages = Pages()
    publish(log, entry())
    with working(log, pages, page_wait=SOON):
        assert within_seconds(lambda: len(prepared(log)) == 1)
        assert behind(log) == 1
        pages.asked[entry().url or ""].set_result(PageText(url="x", text=ARTICLE))
        assert within_seconds(lambda: behind(log) == 0)
    early, late = prepared(log)
    assert (early.text_source, late.text_source) == ("feed", "page")
    assert "not here after" in (early.page_error or "")
    assert set(early.keys) <= set(late.keys)


def test_a_page_that_never_comes_is_given_up_and_the_article_is_there_once(log: EventLog) -> None:
    publish(log, entry())
    with working(log, Pages(), page_wait=SOON, page_follows=2 * SOON):
        assert within_seconds(lambda: behind(log) == 0)
    assert [article.text_source for article in prepared(log)] == ["feed"]


def test_a_late_page_without_an_article_adds_nothing(log: EventLog) -> None:
    pages = Pages()
    publish(log, entry())
    with working(log, pages, page_wait=SOON):
        assert within_seconds(lambda: len(prepared(log)) == 1)
        pages.asked[entry().url or ""].set_result(PageText(url="x", error="the page answers with status 404"))
        assert within_seconds(lambda: behind(log) == 0)
    assert len(prepared(log)) == 1


def test_versions_of_an_entry_stay_in_their_order_though_the_older_waits_for_its_page(log: EventLog) -> None:
    pages = Pages()
    publish(log, entry(), entry(title="Lorries return", content=ARTICLE))
    with working(log, pages):
        assert within_seconds(lambda: behind(log) == 0)
    assert [article.title for article in prepared(log)] == ["Lorries leave the camp", "Lorries return"]


def test_a_worker_that_ends_while_pages_are_awaited_loses_nothing(log: EventLog) -> None:
    publish(log, entry(), entry(entry="entry-2", content=ARTICLE))
    pages = Pages()
    with working(log, pages):
        assert within_seconds(lambda: bool(pages.asked) and len(prepared(log)) == 1)
    again = Pages()
    with working(log, again):
        assert within_seconds(lambda: bool(again.asked))
        again.asked[entry().url or ""].set_result(PageText(url="x", text=ARTICLE))
        assert within_seconds(lambda: behind(log) == 0)
    assert {article.entry for article in prepared(log)} == {"entry-1", "entry-2"}


class Allergic(Preparer):
    """A preparer with a fault."""

    def __init__(self) -> None:
        self._healthy = preparer()

    def prepare(self, raw: RawArticle, feed: object, page: PageText | None) -> PreparedArticle:
        if "poison" in raw.title:
            raise ZeroDivisionError("it is poison")
        return self._healthy.prepare(raw, feed, page)  # type: ignore[arg-type]


def test_an_article_that_can_not_be_prepared_is_a_dead_letter_and_the_rest_goes_on(log: EventLog) -> None:
    publish(log, entry(title="poison", entry="p", content=ARTICLE), entry(content=ARTICLE))
    log.append(topics.RAW, [NewRecord("x", b"not a record")])
    with working(log, Pages(), prepare=Allergic()):
        assert within_seconds(lambda: behind(log) == 0)
    assert [article.entry for article in prepared(log)] == ["entry-1"]
    reasons = {decode(r.value, DeadLetter).reason for r in log.read(topics.DEAD_LETTER)}
    assert "ZeroDivisionError: it is poison" in reasons
    assert len(reasons) == 2


def test_a_worker_that_fails_at_nearly_everything_stops_instead_of_dead_lettering_it_all(log: EventLog) -> None:
    publish(log, *(entry(title="poison", entry=f"p{n}", content=ARTICLE) for n in range(100)))
    worker = EnrichWorker(EnrichStep(Allergic(), Pages()), log)
    with pytest.raises(StepStopped):
        worker.run(threading.Event())
    assert behind(log) >= 80


def test_only_so_many_articles_wait_at_a_time(log: EventLog) -> None:
    pages = Pages()
    publish(log, *(entry(entry=f"e{n}", url=f"https://news.example/{n}") for n in range(10)))
    stop = threading.Event()
    worker = EnrichWorker(EnrichStep(preparer(), pages, NEVER, NEVER), log, in_flight=4)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        assert within_seconds(lambda: len(pages.asked) == 4)
        for url in list(pages.asked):
            pages.asked[url].set_result(PageText(url=url, text=ARTICLE))
        assert within_seconds(lambda: len(pages.asked) == 8)
    finally:
        stop.set()
        thread.join(20)
