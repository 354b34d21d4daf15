"""Articles and front pages as web pages, with the menus, notices and links around them that real ones have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from pipeline.newsroom.documents import Document
from pipeline.newsroom.edition import Edition
from pipeline.newsroom.formats.xml import iso
from pipeline.newsroom.phrases import PHRASES, RIGHT_TO_LEFT

_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of an outlet says of it."""

    name: str
    tagline: str
    language: str
    home_url: str
    feed_url: str
    feed_type: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an article."""

    url: str
    title: str


class Pages:
    """Writes pages from this package's templates."""

    def __init__(self) -> None:
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        environment = Environment(loader=loader, autoescape=True, trim_blocks=True)
        self._article = environment.get_template("article.html")
        self._home = environment.get_template("home.html")

    def article(
        self, site: Site, edition: Edition, url: str, published: datetime, modified: datetime, related: Sequence[Link]
    ) -> Document:
        """Write an article's page."""
        html = self._article.render(
            **_frame(site, edition.language),
            edition=edition,
            url=url,
            published=iso(published),
            modified=iso(modified),
            related=related,
            linked_data=_linked_data(site, edition, url, iso(published), iso(modified)),
        )
        return Document(html.encode(), _TYPE, modified)

    def home(self, site: Site, links: Sequence[Link], modified: datetime) -> Document:
        """Write an outlet's front page, which names its feed."""
        html = self._home.render(**_frame(site, site.language), links=links)
        return Document(html.encode(), _TYPE, modified)


def _frame(site: Site, language: str) -> dict[str, object]:
    return {
        "site": site,
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "phrases": PHRASES.get(language, PHRASES["en"]),
    }


def _linked_data(site: Site, edition: Edition, url: str, published: str, modified: str) -> dict[str, object]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "headline": edition.title,
        "inLanguage": edition.language,
        "datePublished": published,
        "dateModified": modified,
        "author": [{"@type": "Person", "name": author} for author in edition.article.authors],
        "publisher": {"@type": "Organization", "name": site.name},
    }
