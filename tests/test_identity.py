"""What counts as one article: the rules of pipeline/identity.py, each with what it must hold together and keep apart."""

import pytest

from pipeline.identity import canonical_url, identity_keys
from pipeline.records.article import RawArticle
from tests.enrich.entries import ENTRY, entry

ONE = "https://news.example/mali/lorries?id=3"


@pytest.mark.parametrize(
    "spelling",
    [
        "https://news.example/mali/lorries?id=3&utm_source=rss&utm_medium=feed",
        "http://news.example/mali/lorries?id=3#comments",
        "HTTPS://NEWS.example.:443/mali/lorries?id=3",
        "https://reader:secret@news.example/mali/lorries?fbclid=x&id=3",
        "https://www.news.example/mali/lorries/?id=3",
        "https://news.example//mali/lorries//?id=3&",
        "https://m.news.example/mali/lorries?id=3",
        "https://amp.news.example/mali/lorries?id=3",
        "https://news.example/mali/lorries/amp/?id=3",
        "https://news.example/amp/mali/lorries?id=3",
        "https://news.example/mali/lorries.amp?id=3",
        "https://news.example/mali/lorries?amp&id=3",
        "https://news.example/mali/lorries?id=3&outputType=amp",
        "https://www-news-example.cdn.ampproject.org/c/s/news.example/mali/lorries?id=3",
        "https://www.google.com/amp/s/news.example/mali/lorries?id=3",
        "https://news.example/mal%69/lorries?id=3&traffic_source=rss",
        "https://news.example/mali/lorries?source=rss----2&id=3&maca=en-rss-en-all-1573-rdf",
        "https://news.example/mali/lorries;jsessionid=0AF?id=3&at_medium=RSS&xtor=RSS-1",
    ],
)
def test_one_address_in_many_spellings_is_one_article(spelling: str) -> None:
    assert canonical_url(spelling) == ONE


def test_the_order_of_parameters_does_not_matter() -> None:
    assert canonical_url("https://news.example/a?x=1&y=2") == canonical_url("https://news.example/a?y=2&x=1")


def test_a_language_before_the_mobile_host_stays() -> None:
    assert canonical_url("https://fr.m.news.example/a") == "https://fr.news.example/a"


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("https://news.example/?p=1", "https://news.example/?p=2"),
        ("https://news.example/a?12345", "https://news.example/a?12346"),
        ("https://news.example/a?gallery=1", "https://news.example/a?gallery=2"),
        ("https://news.example/modules.php?name=News&sid=1", "https://news.example/modules.php?name=News&sid=2"),
        ("https://news.example/a?eid=1", "https://news.example/a?eid=2"),
        ("https://news.example/a?source=reuters", "https://news.example/a?source=afp"),
        ("https://news.example/#!/a/1", "https://news.example/#!/a/2"),
        ("https://news.example:8443/a", "https://news.example/a"),
        ("https://news.example/A", "https://news.example/a"),
        ("https://news.example/amplifiers", "https://news.example/lifiers"),
        ("https://news.example/50-amp", "https://news.example/50"),
        ("https://sport.news.example/a", "https://news.example/a"),
        ("https://amp.example/a", "https://example/a"),
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
    ],
)
def test_different_articles_keep_different_addresses(one: str, another: str) -> None:
    assert canonical_url(one) != canonical_url(another)


def test_a_canonical_address_is_its_own_canonical_address() -> None:
    for address in (
        "http://www.münchen.example/ä b?q=ü&a=%C3%BC",
        "https://[2001:DB8::1]:8080/x",
        "https://o.example/%zz?%",
    ):
        once = canonical_url(address)
        assert once
        assert canonical_url(once) == once


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://[bad/x", "http://news.example:99999/", "x" * 9999])
def test_what_is_no_web_address_is_no_key(address: str) -> None:
    assert canonical_url(address) is None
    assert identity_keys(entry(url=address)) == ("entry:https://news.example/feed entry-1",)


def test_the_address_that_the_page_declares_comes_first() -> None:
    assert identity_keys(ENTRY, declared="/mali/lorries-leave") == (
        "url:https://news.example/mali/lorries-leave",
        "url:https://news.example/mali/lorries",
        "entry:https://news.example/feed entry-1",
    )


def test_a_mobile_page_may_declare_the_desktop_s_address() -> None:
    mobile = entry(url="https://m.news.example/mali/lorries")
    declared = "https://www.news.example/mali/lorries-leave"
    assert identity_keys(mobile, declared)[0] == "url:https://news.example/mali/lorries-leave"


@pytest.mark.parametrize("declared", ["https://news.example/", "https://consent.example/mali", "", "http://[", None])
def test_a_declared_address_of_another_site_or_a_front_page_is_not_believed(declared: str | None) -> None:
    assert identity_keys(ENTRY, declared)[0] == "url:https://news.example/mali/lorries"


@pytest.mark.parametrize(
    "raw", [entry(url="https://news.example/"), entry(shared_url=True)], ids=["front page", "shared"]
)
def test_an_address_of_many_articles_identifies_none(raw: RawArticle) -> None:
    assert identity_keys(raw, "/mali") == ("entry:https://news.example/feed entry-1",)
