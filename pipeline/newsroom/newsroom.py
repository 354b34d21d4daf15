"""The newsroom: what it answers at each address is decided by its contents and the time since its start alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from html import escape

from pipeline.newsroom.content import Article, Outlet, Unavailable
from pipeline.newsroom.documents import Document
from pipeline.newsroom.edition import Edition, earlier, editions
from pipeline.newsroom.formats import RENDERERS, FeedHead, FeedItem
from pipeline.newsroom.pages import Link, Pages, Site

_RELATED = 3
_FEED_TYPES = {
    "rss2": "application/rss+xml",
    "rss1": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    """An article that can be read now, at `url`."""

    url: str
    outlet: Outlet
    article: Article


@dataclass(frozen=True, slots=True)
class _Place:
    """An address, and what writes the document that stands there at a number of seconds from the start."""

    url: str
    outlet: Outlet
    write: Callable[[float], Document | None]


class Newsroom:
    """Invented outlets that publish as time passes.

    What can be read depends on the clock's distance from `epoch` alone, so a newsroom that is started again with the
    same epoch goes on where it would have been. `address` is what its addresses begin with.
    """

    def __init__(
        self, contents: Sequence[Outlet], epoch: datetime, clock: Callable[[], datetime], address: str
    ) -> None:
        self.contents = tuple(contents)
        self.address = address
        self._epoch = epoch
        self._clock = clock
        self._pages = Pages()
        self._places = {place.url.removeprefix(address): place for place in self._all_places()}

    @property
    def total_articles(self) -> int:
        """The number of articles that there will have been in the end."""
        return sum(len(outlet.articles) for outlet in self.contents)

    def published_articles(self) -> tuple[PublishedArticle, ...]:
        """Give what has been published by now, the newest first."""
        elapsed = self._elapsed()
        published = [
            PublishedArticle(self.article_url(outlet, edition.article), outlet, edition.article)
            for outlet in self.contents
            for edition in editions(outlet, elapsed)
        ]
        return tuple(sorted(published, key=lambda one: one.article.after, reverse=True))

    def answer(self, path: str) -> Document | Unavailable | None:
        """Give what stands at a path now; None where there is nothing (yet)."""
        place = self._places.get(path)
        if place is None:
            return None
        elapsed = self._elapsed()
        unavailable = place.outlet.unavailable
        if unavailable and elapsed < unavailable.until:
            return unavailable
        return place.write(elapsed)

    def home_url(self, outlet: Outlet) -> str:
        """Give the address of an outlet's front page."""
        return f"{self.address}/{outlet.id}/"

    def feed_url(self, outlet: Outlet) -> str:
        """Give the address of an outlet's feed."""
        return self.home_url(outlet) + ("feed.json" if outlet.format == "json" else "feed.xml")

    def article_url(self, outlet: Outlet, article: Article) -> str:
        """Give the address of an article's page, the same at every start with the same address."""
        return f"{self.home_url(outlet)}{article.id}.html"

    # ------------------------------------------------------------------------------------------- documents

    def _all_places(self) -> Iterator[_Place]:
        for outlet in self.contents:
            home = partial(self._home, outlet)
            feed = home if outlet.fault == "not-a-feed" else partial(self._feed, outlet)
            yield _Place(self.home_url(outlet), outlet, home)
            yield _Place(self.feed_url(outlet), outlet, feed)
            for article in outlet.articles:
                page = partial(self._article, outlet, article)
                yield _Place(self.article_url(outlet, article), outlet, page)

    def _home(self, outlet: Outlet, elapsed: float) -> Document:
        published = editions(outlet, elapsed)
        return self._pages.home(self._site(outlet), self._links(outlet, published), self._changed(published))

    def _article(self, outlet: Outlet, article: Article, elapsed: float) -> Document | None:
        found = [edition for edition in editions(outlet, elapsed) if edition.article is article]
        if not found:
            return None
        edition = found[0]
        return self._pages.article(
            self._site(outlet),
            edition,
            url=self.article_url(outlet, article),
            published=self._moment(article.after),
            modified=self._moment(edition.modified),
            related=self._links(outlet, earlier(outlet, edition, _RELATED)),
        )

    def _feed(self, outlet: Outlet, elapsed: float) -> Document:
        published = editions(outlet, elapsed)
        head = FeedHead(
            id=f"tag:newsroom.example,2025:{outlet.id}",
            title=outlet.name,
            tagline=outlet.tagline,
            language=outlet.language,
            home_url=self.home_url(outlet),
            feed_url=self.feed_url(outlet),
            modified=self._changed(published),
            encoding=outlet.encoding,
        )
        document = RENDERERS[outlet.format](head, [self._item(outlet, edition) for edition in published])
        return _truncated(document) if outlet.fault == "truncated" else document

    def _item(self, outlet: Outlet, edition: Edition) -> FeedItem:
        article = edition.article
        return FeedItem(
            id=f"tag:newsroom.example,2025:{outlet.id}/{article.id}" if article.guid else None,
            url=self.article_url(outlet, article),
            title=edition.title,
            title_html=None if edition.corrected else article.title_html,
            summary=edition.summary,
            summary_html=None if edition.corrected else article.summary_html,
            content_html=_html(edition) if outlet.content == "full" else None,
            language=edition.language,
            authors=article.authors,
            categories=article.categories,
            published=self._moment(article.after) if article.dated else None,
            modified=self._moment(edition.modified) if edition.corrected else None,
        )

    def _site(self, outlet: Outlet) -> Site:
        return Site(
            name=outlet.name,
            tagline=outlet.tagline,
            language=outlet.language,
            home_url=self.home_url(outlet),
            feed_url=self.feed_url(outlet),
            feed_type=_FEED_TYPES[outlet.format],
        )

    def _links(self, outlet: Outlet, published: Sequence[Edition]) -> list[Link]:
        return [Link(self.article_url(outlet, edition.article), edition.title) for edition in published]

    def _changed(self, published: Sequence[Edition]) -> datetime:
        return self._moment(max((edition.modified for edition in published), default=0))

    def _moment(self, after: float) -> datetime:
        return self._epoch + timedelta(seconds=after)

    def _elapsed(self) -> float:
        return (self._clock() - self._epoch).total_seconds()


def _html(edition: Edition) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in edition.paragraphs)


def _truncated(document: Document) -> Document:
    """Break a feed off in the middle of a further entry, as a full disk does."""
    whole = document.body[: document.body.rindex(b"</channel>")]
    return Document(whole + b"  <item>\n      <title>The road to Tessa", document.content_type, document.modified)
