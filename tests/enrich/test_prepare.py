"""From an entry, with or without its page, to the article that an analyst finds."""

from dataclasses import replace

import pytest

from pipeline.enrich.interface import PageText
from pipeline.enrich.outlets import Outlet, Outlets
from pipeline.enrich.prepare import Preparer, read_feed_text, wants_page
from pipeline.records.article import PreparedArticle, RawArticle, Source
from tests.enrich.entries import ARTICLE, ENTRY, LANGUAGES, SENTENCES, NoPlaces, Standing, entry, preparer


def prepare(raw: RawArticle, page: PageText | None = None, **rules: str) -> PreparedArticle:
    return preparer(**rules).prepare(raw, read_feed_text(raw), page)


def page(**changes: object) -> PageText:
    return PageText(url="https://news.example/mali/lorries", **{"text": ARTICLE, **changes})  # type: ignore[arg-type]


def test_a_feed_with_the_whole_article_needs_no_page() -> None:
    whole = entry(content="".join(f"<p>{sentence}</p>" for sentence in SENTENCES))
    assert not wants_page(whole, read_feed_text(whole))
    article = prepare(whole)
    assert article.text == ARTICLE
    assert (article.text_source, article.page_error) == ("feed", None)


@pytest.mark.parametrize("url", [None, "", "mailto:desk@news.example", "urn:uuid:1", "https://"])
def test_an_entry_without_a_web_address_has_no_page(url: str | None) -> None:
    raw = entry(url=url)
    assert not wants_page(raw, read_feed_text(raw))


def test_a_teaser_is_replaced_by_the_pages_text() -> None:
    assert wants_page(ENTRY, read_feed_text(ENTRY))
    article = prepare(ENTRY, page())
    assert (article.text, article.text_source) == (ARTICLE, "page")


def test_a_headline_that_the_page_repeats_is_not_text() -> None:
    assert prepare(ENTRY, page(text=f"Lorries leave  the camp\n\n{ARTICLE}")).text == ARTICLE


def test_a_page_that_says_less_than_the_feed_is_not_used_and_a_failure_is_told() -> None:
    article = prepare(ENTRY, PageText(url="x", error="the page answers with status 403"))
    assert article.text == "They left before dawn."
    assert (article.text_source, article.page_error) == ("feed", "the page answers with status 403")


def test_authors_and_dates_of_the_feed_come_before_those_of_the_page() -> None:
    found = prepare(ENTRY, page(authors=("Awa Diarra",), published=ENTRY.seen))
    assert (found.authors, found.published) == (("Awa Diarra",), ENTRY.seen)
    claimed = prepare(entry(authors=("The Desk",)), page(authors=("Awa Diarra",)))
    assert claimed.authors == ("The Desk",)


def test_rules_see_title_and_text_and_name_their_words() -> None:
    article = prepare(ENTRY, page(), camp="timbuktu AND lorries", other="bayreuth")
    (match,) = article.matches
    whole = f"{article.title}\n\n{article.text}"
    assert match.rule == "camp"
    assert {whole[span.start : span.end] for span in match.spans} == {"Lorries", "Lorry", "Timbuktu"}
    assert all(whole[span.start : span.end] == span.text for span in match.spans)


def test_an_entry_without_a_title_is_called_by_its_first_words() -> None:
    assert prepare(entry(title=" ", summary=ARTICLE)).title.startswith("Lorry number 0 left")
    assert prepare(entry(title="", summary="", url=None)).title == "entry-1"


def test_the_article_is_in_the_language_of_its_text_and_short_ones_in_that_of_the_feed() -> None:
    assert prepare(ENTRY, page()).language == "en"
    assert prepare(entry(title="Mali", summary="", language="fr")).language == "fr"
    assert prepare(entry(title="Le président s'est rendu hier à Gao pour la première fois")).language == "fr"


def test_an_article_says_what_its_outlet_is_and_whom_it_credits():
    outlets = Outlets(
        [
            Outlet(id="wire", name="The Wire", names=("Wire",), according_to="its imprint"),
            Outlet(id="post", name="Post", hosts=("post.example",), kinds=("state",), owner="X", according_to="a law"),
        ]
    )
    raw = replace(ENTRY, source=Source(feed="https://post.example/rss", name="Post"), authors=("Wire",))

    prepared = Preparer(Standing(), NoPlaces(), LANGUAGES, outlets).prepare(raw, read_feed_text(raw), None)

    assert (prepared.source.outlet, prepared.source.kinds, prepared.source.owner) == ("post", ("state",), "X")
    assert prepared.credit == "wire"


def test_a_page_that_is_barred_leaves_the_feeds_text_and_says_why() -> None:
    article = prepare(ENTRY, page(kind="paywall", error="the page is behind a paywall"))

    assert (article.text_source, article.page_kind, article.page_error) == (
        "feed",
        "paywall",
        "the page is behind a paywall",
    )


def test_what_a_paywall_lets_through_is_better_than_nothing() -> None:
    article = prepare(
        replace(ENTRY, summary="", content=""), page(kind="paywall", error="the page is behind a paywall")
    )

    assert (article.text, article.text_source) == (ARTICLE, "page")
