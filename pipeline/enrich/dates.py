"""When an article was published and changed, as far as its feed and page can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.enrich.interface import PageText
from pipeline.records.article import RawArticle
from pipeline.zones import zone_of

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No news were on the web before; such dates are a clock's or a program's zero."""
AHEAD = timedelta(minutes=10)
"""How far clocks differ; what claims to be later than this after it was seen has a wrong zone or a wrong year."""

FEED = "feed"
PAGE = "page"
SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Dated:
    """A time in UTC; who says so (nobody, without a time); and the offset that it was said in, where it was named."""

    moment: datetime | None = None
    by: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleDates:
    """When an article was published and when it was last changed."""

    published: Dated
    updated: Dated


def article_dates(raw: RawArticle, page: PageText | None) -> ArticleDates:
    """Choose among the claims of the feed and the page.

    The feed's own comes first. A claim that can't be true gives way to the page's, and where none is left, to the time
    seen; without any claim, nothing is said.
    """
    published = [Dated(raw.published, FEED, raw.published_zone)]
    updated = [Dated(raw.updated, FEED, raw.updated_zone)]
    if page:
        published.append(Dated(page.published, PAGE, zone_of(page.published)))
        updated.append(Dated(page.modified, PAGE, zone_of(page.modified)))
    return ArticleDates(_chosen(published, raw.seen), _chosen(updated, raw.seen))


def _chosen(claims: Sequence[Dated], seen: datetime) -> Dated:
    for claim in claims:
        if claim.moment and EARLIEST <= claim.moment <= seen + AHEAD:
            return Dated(claim.moment.astimezone(UTC), claim.by, claim.zone)
    return Dated(seen, SEEN) if any(claim.moment for claim in claims) else Dated()
