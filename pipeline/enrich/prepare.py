"""From an entry, and its page where there is one, to a prepared article."""

from dataclasses import dataclass, replace

from pipeline.enrich.barriers import PAYWALL
from pipeline.enrich.credit import Credits
from pipeline.enrich.dates import article_dates
from pipeline.enrich.interface import PageText, PlaceFinder, Rules
from pipeline.enrich.language import LanguageGuesser
from pipeline.enrich.outlets import Outlets
from pipeline.identity import identity_keys, is_web_address
from pipeline.records.article import PreparedArticle, RawArticle
from pipeline.rules.facts import facts_of
from pipeline.text.document import Document
from pipeline.text.html import html_to_text, title_to_text
from pipeline.text.similarity import signature

ENOUGH_TEXT = 600
"""Code points from which on a feed's own text counts as the article, and no page is asked for."""
LONGEST_TEXT = 100_000
LONGEST_MADE_TITLE = 100

FEED = "feed"
PAGE = "page"


@dataclass(frozen=True, slots=True)
class FeedText:
    """What the feed itself gives of an article, as plain text."""

    title: str
    text: str


def read_feed_text(raw: RawArticle) -> FeedText:
    """Clean an entry's title and the longer of its summary and content. An entry without a title gets its first words."""
    text = max(html_to_text(raw.content), html_to_text(raw.summary), key=len)[:LONGEST_TEXT]
    return FeedText(title_to_text(raw.title) or _made_title(text) or raw.url or raw.entry, text)


def wants_page(raw: RawArticle, feed: FeedText) -> bool:
    """Tell whether the article's page is worth asking for."""
    return len(feed.text) < ENOUGH_TEXT and is_web_address(raw.url)


class Preparer:
    """Makes prepared articles: text, language, places, rule matches, signature and identity."""

    def __init__(self, rules: Rules, places: PlaceFinder, languages: LanguageGuesser, outlets: Outlets) -> None:
        self._rules = rules
        self._places = places
        self._languages = languages
        self._outlets = outlets
        self._credits = Credits(outlets)

    def prepare(self, raw: RawArticle, feed: FeedText, page: PageText | None) -> PreparedArticle:
        """Prepare the article with the page's text where it says more than the feed, and otherwise with the feed's."""
        text = _usable_text(page, feed)
        from_page = len(text) > len(feed.text)
        text = text if from_page else feed.text
        outlet = self._outlets.outlet_of(raw.source, raw.url)
        source = self._outlets.describe(raw.source, raw.url)
        language = self._languages.guess(f"{feed.title}\n{text}", declared=raw.language or source.language)
        document = Document(feed.title, text, language)
        places, countries = self._places.find(document, language, source)
        authors = raw.authors or (page.authors if page else ())
        dates = article_dates(raw, page)
        article = PreparedArticle(
            source=source,
            entry=raw.entry,
            keys=identity_keys(raw, page.canonical if page else None),
            url=raw.url,
            title=document.title,
            text=document.text,
            seen=raw.seen,
            origin=raw.origin,
            language=language,
            text_source=PAGE if from_page else FEED,
            page_error=page.error if page else None,
            page_kind=page.kind if page else None,
            authors=authors,
            categories=raw.categories,
            published=dates.published,
            updated=dates.updated,
            dated_by=dates.by,
            zone=dates.zone,
            places=places,
            countries=countries,
            signature=signature([token.form for token in document.text_tokens]),
            credit=self._credits.find(document, authors, outlet, countries),
        )
        return replace(article, matches=self._rules.current().match_document(document, facts_of(article)))


def _usable_text(page: PageText | None, feed: FeedText) -> str:
    """Give the page's text where it is the article's, or at least more than nothing: what a paywall lets through."""
    if page is None or (page.error and (feed.text or page.kind != PAYWALL)):
        return ""
    return _page_body(page.text, feed.title)


def _page_body(text: str, title: str) -> str:
    """Take away the headline that a page repeats before its text."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and " ".join(first.split()).casefold() == title.casefold() else text


def _made_title(text: str) -> str:
    first = text.partition("\n")[0]
    if len(first) <= LONGEST_MADE_TITLE:
        return first
    return first[:LONGEST_MADE_TITLE].rpartition(" ")[0] + "…"
