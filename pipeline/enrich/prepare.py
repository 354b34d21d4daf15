"""From an entry, and its page where there is one, to a prepared article."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock

from pipeline.enrich.barriers import PAYWALL
from pipeline.enrich.credit import Credits
from pipeline.enrich.dates import article_dates
from pipeline.enrich.interface import PageText, PlaceFinder, Rules
from pipeline.enrich.language import UNDETERMINED, LanguageGuesser
from pipeline.enrich.outlets import Outlets
from pipeline.enrich.own import NO_ENRICHERS, Article, OwnEnrichers
from pipeline.identity import identity_keys, is_web_address
from pipeline.records.article import Origin, PreparedArticle, RawArticle
from pipeline.rules.facts import facts_of
from pipeline.text.clues import find_clues
from pipeline.text.document import Document
from pipeline.text.html import html_to_text, title_to_text
from pipeline.text.similarity import sign

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
    """Makes prepared articles: text, language, places, what own enrichers find, rule matches, signature and identity."""

    def __init__(
        self,
        rules: Rules,
        places: PlaceFinder,
        languages: LanguageGuesser,
        outlets: Outlets,
        own: OwnEnrichers = NO_ENRICHERS,
    ) -> None:
        self._rules = rules
        self._places = places
        self._languages = languages
        self._outlets = outlets
        self._credits = Credits(outlets)
        self._own = own
        self._lock = Lock()

    def prepare(self, raw: RawArticle, feed: FeedText, page: PageText | None) -> PreparedArticle:
        """Prepare the article with the page's text where it says more than the feed, and otherwise with the feed's."""
        text = _usable_text(page, feed)
        from_page = len(text) > len(feed.text)
        dates = article_dates(raw, page)
        return self._found_in(
            PreparedArticle(
                source=raw.source,
                entry=raw.entry,
                keys=identity_keys(raw, page.canonical if page else None),
                url=raw.url,
                canonical=page.canonical if page else None,
                title=feed.title,
                text=text if from_page else feed.text,
                seen=raw.seen,
                origin=raw.origin,
                language=UNDETERMINED,
                declared=raw.language,
                text_source=PAGE if from_page else FEED,
                page_error=page.error if page else None,
                page_kind=page.kind if page else None,
                authors=raw.authors or (page.authors if page else ()),
                categories=raw.categories,
                published=dates.published.moment,
                dated_by=dates.published.by,
                zone=dates.published.zone,
                updated=dates.updated.moment,
                updated_by=dates.updated.by,
                updated_zone=dates.updated.zone,
                page_etag=page.etag if page else None,
                page_modified=page.last_modified if page else None,
            )
        )

    def again(self, article: PreparedArticle) -> PreparedArticle:
        """Look anew at an article that was prepared before: its text stays, and what is found in it is found again."""
        return self._found_in(article)

    def changed(self, article: PreparedArticle, page: PageText, seen: datetime) -> PreparedArticle:
        """Prepare an article anew whose page has changed; `seen` is when that was noticed."""
        later = page.modified and (article.updated is None or page.modified > article.updated) and page.modified <= seen
        changed = replace(
            article,
            text=page_body(page.text, article.title),
            text_source=PAGE,
            page_error=None,
            page_kind=page.kind,
            page_etag=page.etag,
            page_modified=page.last_modified,
            updated=page.modified.astimezone(UTC) if page.modified and later else article.updated,
            updated_by=PAGE if later else article.updated_by,
            seen=seen,
            origin=Origin.LIVE,
        )
        return self._found_in(changed)

    def _found_in(self, article: PreparedArticle) -> PreparedArticle:
        """Complete an article with all that is found in its title and text, and is known of its source.

        One at a time: entries and re-checked pages are prepared by two threads.
        """
        with self._lock:
            return self._complete(article)

    def _complete(self, article: PreparedArticle) -> PreparedArticle:
        known = replace(article.source, outlet=None, kinds=(), owner=None)
        outlet = self._outlets.outlet_of(known, article.url)
        source = self._outlets.describe(known, article.url)
        declared = article.declared or source.language
        language = self._languages.guess(f"{article.title}\n{article.text}", declared=declared)
        document = Document(article.title, article.text, language)
        places, countries = self._places.find(document, language, source)
        extra = self._own.look_at(
            Article(
                title=document.title,
                text=document.text,
                language=language,
                source=source,
                url=article.url,
                authors=article.authors,
                published=article.published,
                places=places,
                countries=countries,
            )
        )
        found = replace(
            article,
            source=source,
            title=document.title,
            text=document.text,
            language=language,
            places=places,
            countries=countries,
            signature=sign(document),
            clues=find_clues(document, article.published or article.seen),
            credit=self._credits.find(document, article.authors, outlet, countries),
            extra=extra.found,
            enricher_errors=extra.errors,
        )
        return replace(found, matches=self._rules.current().match_document(document, facts_of(found)))


def _usable_text(page: PageText | None, feed: FeedText) -> str:
    """Give the page's text where it is the article's, or at least more than nothing: what a paywall lets through."""
    if page is None or (page.error and (feed.text or page.kind != PAYWALL)):
        return ""
    return page_body(page.text, feed.title)


def page_body(text: str, title: str) -> str:
    """Take away the headline that a page repeats before its text."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and " ".join(first.split()).casefold() == title.casefold() else text


def _made_title(text: str) -> str:
    first = text.partition("\n")[0]
    if len(first) <= LONGEST_MADE_TITLE:
        return first
    return first[:LONGEST_MADE_TITLE].rpartition(" ")[0] + "…"
