"""The list of real feeds that is shipped; whether they answer is asked of the network, not of a test."""

import re
from urllib.parse import urlsplit

from lxml import etree

from pipeline.seeds import seed

PATH = seed("feeds.opml")
FEEDS = etree.parse(PATH).findall(".//outline[@xmlUrl]")


def test_it_names_at_least_sixty_feeds_each_once() -> None:
    urls = [feed.get("xmlUrl", "") for feed in FEEDS]
    assert len(urls) >= 64
    assert len(set(urls)) == len(urls)
    assert all(urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname for url in urls)


def test_every_feed_has_names_a_page_a_language_and_tags() -> None:
    for feed in FEEDS:
        assert feed.get("type") == "rss"
        assert feed.get("text") == feed.get("title") != ""
        assert feed.get("htmlUrl", "").startswith("http")
        assert re.fullmatch("[a-z]{2}", feed.get("language", ""))
        assert re.fullmatch("/region/[a-z-]+,/country/[A-Z]{2},/kind/[a-z]+", feed.get("category", ""))


def test_it_covers_the_sahel_its_neighbours_and_seven_languages() -> None:
    categories = " ".join(feed.get("category", "") for feed in FEEDS)
    for tag in ("sahel", "west-africa", "north-africa", "africa", "world"):
        assert f"/region/{tag}," in categories
    for country in ("ML", "BF", "NE", "TD", "MR"):
        assert f"/country/{country}," in categories
    assert {feed.get("language") for feed in FEEDS} >= {"en", "fr", "ru", "ar", "es", "pt", "zh"}


def test_it_says_that_its_addresses_were_not_asked() -> None:
    head = PATH.read_text(encoding="utf-8").partition("<body>")[0]
    assert "harmattan feeds check" in head
    assert "harmattan feeds list" in head
    assert "could not be asked" in head
