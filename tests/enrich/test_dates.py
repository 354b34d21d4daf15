"""When an article was published: the feed's word, the page's, or the time it was seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from pipeline.enrich.dates import article_dates
from pipeline.enrich.interface import PageText
from tests.enrich.entries import ENTRY

SEEN = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
RAW = replace(ENTRY, seen=SEEN, published=None, updated=None)
AN_HOUR_AGO = SEEN - timedelta(hours=1)


def page(published: datetime | None = None, modified: datetime | None = None) -> PageText:
    return PageText(url="https://news.example/1", published=published, modified=modified)


def test_the_feeds_date_comes_before_the_pages() -> None:
    dates = article_dates(replace(RAW, published=AN_HOUR_AGO), page(SEEN - timedelta(days=1)))

    assert (dates.published, dates.by) == (AN_HOUR_AGO, "feed")


def test_the_pages_date_is_kept_with_the_zone_it_was_given_in() -> None:
    in_paris = AN_HOUR_AGO.astimezone(timezone(timedelta(hours=1)))

    dates = article_dates(RAW, page(in_paris, modified=in_paris))

    assert (dates.published, dates.by, dates.zone, dates.updated) == (AN_HOUR_AGO, "page", "+01:00", AN_HOUR_AGO)
    assert dates.published
    assert dates.published.tzinfo is UTC


def test_a_date_that_cannot_be_gives_way_to_the_time_seen_and_is_marked() -> None:
    for claimed in (SEEN + timedelta(days=400), SEEN + timedelta(hours=2), datetime(1970, 1, 1, tzinfo=UTC)):
        dates = article_dates(replace(RAW, published=claimed), None)
        assert (dates.published, dates.by) == (SEEN, "seen")


def test_an_impossible_date_of_the_feed_gives_way_to_a_possible_one_of_the_page() -> None:
    dates = article_dates(replace(RAW, published=SEEN + timedelta(days=400)), page(AN_HOUR_AGO))

    assert (dates.published, dates.by) == (AN_HOUR_AGO, "page")


def test_an_undated_article_stays_undated() -> None:
    dates = article_dates(RAW, page())

    assert (dates.published, dates.by, dates.updated) == (None, None, None)
