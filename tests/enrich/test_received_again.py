"""Entries that come again while they wait for their pages: after a rebalance, from a poll that was repeated, in a replay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.enrich.interface import PageText
from pipeline.enrich.step import EnrichStep, Outcome
from pipeline.log.interface import LogRecord
from pipeline.records.article import Origin, RawArticle
from pipeline.work.interface import Delivered
from tests.enrich.entries import ARTICLE, ENTRY, Pages, entry, preparer


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def step(pages: Pages) -> EnrichStep:
    return EnrichStep(preparer(camp="fuel"), pages)


def delivered(raw: RawArticle, offset: int) -> Delivered:
    return Delivered(LogRecord("articles.raw", 0, offset, "news.example", b"", raw.seen), raw)


def arrive(step: EnrichStep, pages: Pages) -> list[Outcome]:
    pages.asked[ENTRY.url or ""].set_result(PageText(url="x", text=ARTICLE))
    return step.poll()


def test_a_record_received_twice_is_not_done_before_its_page_was_waited_for(step: EnrichStep, pages: Pages) -> None:
    assert step.start(delivered(entry(), 7)) == []
    assert step.start(delivered(entry(), 7)) == []
    (outcome,) = arrive(step, pages)
    assert (outcome.final, outcome.delivered.record.offset) == (True, 7)
    assert outcome.article
    assert outcome.article.text_source == "page"


@pytest.mark.parametrize(
    "again",
    [entry(origin=Origin.REPLAY), entry(seen=ENTRY.seen + timedelta(minutes=5))],
    ids=["in a replay", "from a repeated poll"],
)
def test_a_live_article_that_comes_again_while_it_waits_stays_live_and_gets_its_page(
    step: EnrichStep, pages: Pages, again: RawArticle
) -> None:
    step.start(delivered(entry(), 7))
    (passed,) = step.start(delivered(again, 8))
    assert (passed.article, passed.final, passed.failure) == (None, True, None)
    (outcome,) = arrive(step, pages)
    assert outcome.article
    assert (outcome.article.origin, outcome.article.text_source) == (Origin.LIVE, "page")
    assert [match.rule for match in outcome.article.matches] == ["camp"]


def test_a_live_article_is_not_passed_over_because_its_replay_waits(step: EnrichStep, pages: Pages) -> None:
    step.start(delivered(entry(origin=Origin.REPLAY), 7))
    (overtaken,) = step.start(delivered(entry(), 8))
    assert overtaken.article
    assert overtaken.article.origin is Origin.REPLAY
    (outcome,) = arrive(step, pages)
    assert outcome.article
    assert outcome.article.origin is Origin.LIVE


def test_a_newer_version_still_takes_the_place_of_the_one_that_waits(step: EnrichStep, pages: Pages) -> None:
    step.start(delivered(entry(), 7))
    newer = replace(entry(title="Lorries return"), seen=ENTRY.seen + timedelta(minutes=5))
    (overtaken,) = step.start(delivered(newer, 8))
    assert overtaken.article
    assert overtaken.article.title == ENTRY.title
