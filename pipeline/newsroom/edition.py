"""What can be read at a moment: each article in its latest version, by the seconds since the newsroom's start."""

from dataclasses import dataclass

from pipeline.newsroom.content import Article, Correction, Outlet


@dataclass(frozen=True, slots=True)
class Edition:
    """An article as it stands at a moment; `modified` is when it last changed, in seconds like `Article.after`."""

    article: Article
    language: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    modified: int

    @property
    def corrected(self) -> bool:
        """Whether this is no longer the first version."""
        return self.modified != self.article.after


def editions(outlet: Outlet, elapsed: float) -> tuple[Edition, ...]:
    """Give what an outlet has published by then, the newest first."""
    published = [article for article in outlet.articles if article.after <= elapsed]
    published.sort(key=lambda article: article.after, reverse=True)
    return tuple(_edition(outlet, article, elapsed) for article in published)


def earlier(outlet: Outlet, edition: Edition, most: int) -> tuple[Edition, ...]:
    """Give the articles to name below an article: older ones, as they stood when it was last changed.

    Newer ones are left out so that a page changes only when its article does.
    """
    before = editions(outlet, edition.modified)
    return tuple(other for other in before if other.article.after < edition.article.after)[:most]


def _edition(outlet: Outlet, article: Article, elapsed: float) -> Edition:
    edition = Edition(
        article=article,
        language=article.language or outlet.language,
        title=article.title,
        summary=article.summary,
        paragraphs=article.paragraphs,
        modified=article.after,
    )
    for correction in sorted(article.corrections, key=lambda correction: correction.after):
        if correction.after <= elapsed:
            edition = _corrected(edition, correction)
    return edition


def _corrected(edition: Edition, correction: Correction) -> Edition:
    return Edition(
        article=edition.article,
        language=edition.language,
        title=correction.title or edition.title,
        summary=correction.summary or edition.summary,
        paragraphs=correction.paragraphs or edition.paragraphs,
        modified=correction.after,
    )
