"""When an article was published: the feed's word, the page's, or the time it was seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from pipeline.enrich.dates import Dated, article_dates
from pipeline.enrich.interface import PageText
from pipeline.zones import UNSAID
from tests.enrich.entries import ENTRY

SEEN = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
RAW = replace(ENTRY, seen=SEEN, published=None, updated=None)
AN_HOUR_AGO = SEEN - timedelta(hours=1)


def page(published: datetime | None = None, modified: datetime | None = None) -> PageText:
    return PageText(url="https://news.example/1", published=published, modified=modified)


def test_the_feeds_date_comes_before_the_pages() -> None:
    dates = article_dates(replace(RAW, published=AN_HOUR_AGO), page(SEEN - timedelta(days=1)))

    assert (dates.published.moment, dates.published.by) == (AN_HOUR_AGO, "feed")


def test_the_pages_date_is_kept_with_the_zone_it_was_given_in() -> None:
    in_paris = AN_HOUR_AGO.astimezone(timezone(timedelta(hours=1)))

    dates = article_dates(RAW, page(in_paris, modified=in_paris))

    assert dates.published == Dated(AN_HOUR_AGO, "page", "+01:00")
    assert dates.updated == Dated(AN_HOUR_AGO, "page", "+01:00")
    assert dates.published.moment
    assert dates.published.moment.tzinfo is UTC


def test_the_feeds_zone_is_kept_and_one_that_was_not_named_is_not_made_up() -> None:
    said = article_dates(replace(RAW, published=AN_HOUR_AGO, published_zone="+03:00"), None)
    unsaid = article_dates(RAW, page(AN_HOUR_AGO.replace(tzinfo=UNSAID)))

    assert said.published == Dated(AN_HOUR_AGO, "feed", "+03:00")
    assert unsaid.published == Dated(AN_HOUR_AGO, "page", None)


def test_a_change_that_cannot_be_gives_way_too() -> None:
    dates = article_dates(replace(RAW, published=AN_HOUR_AGO, updated=SEEN + timedelta(days=400)), None)

    assert (dates.published.by, dates.updated) == ("feed", Dated(SEEN, "seen"))


def test_a_date_that_cannot_be_gives_way_to_the_time_seen_and_is_marked() -> None:
    for claimed in (SEEN + timedelta(days=400), SEEN + timedelta(hours=2), datetime(1970, 1, 1, tzinfo=UTC)):
        dates = article_dates(replace(RAW, published=claimed), None)
        assert (dates.published.moment, dates.published.by) == (SEEN, "seen")


def test_an_impossible_date_of_the_feed_gives_way_to_a_possible_one_of_the_page() -> None:
    dates = article_dates(replace(RAW, published=SEEN + timedelta(days=400)), page(AN_HOUR_AGO))

    assert (dates.published.moment, dates.published.by) == (AN_HOUR_AGO, "page")


def test_an_undated_article_stays_undated() -> None:
    dates = article_dates(RAW, page())

    assert (dates.published, dates.updated) == (Dated(), Dated())
