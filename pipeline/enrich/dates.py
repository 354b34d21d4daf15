"""When an article was published and changed, as far as its feed and page can be believed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.enrich.interface import PageText
from pipeline.records.article import RawArticle

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No news were on the web before; such dates are a clock's or a program's zero."""
AHEAD = timedelta(minutes=10)
"""How far clocks differ; what claims to be later than this after it was seen has a wrong zone or a wrong year."""

FEED = "feed"
PAGE = "page"
SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDates:
    """When an article was published and last changed, in UTC; who says so; and the offset that it was said in."""

    published: datetime | None
    updated: datetime | None
    by: str | None
    zone: str | None


def article_dates(raw: RawArticle, page: PageText | None) -> ArticleDates:
    """Choose among the claims of the feed and the page.

    The feed's own comes first. A claim that can't be true gives way to the page's, and where none is left, to the time
    seen; without any claim, nothing is said.
    """
    claims = [(FEED, raw.published), (PAGE, page.published if page else None)]
    updated = next(
        (moment for moment in (raw.updated, page.modified if page else None) if moment and _possible(moment, raw.seen)),
        None,
    )
    for by, claimed in claims:
        if claimed and _possible(claimed, raw.seen):
            return ArticleDates(
                published=claimed.astimezone(UTC),
                updated=_utc(updated),
                by=by,
                zone=_zone(claimed) if by == PAGE else None,
            )
    impossible = any(claimed for _, claimed in claims)
    return ArticleDates(
        published=raw.seen if impossible else None, updated=_utc(updated), by=SEEN if impossible else None, zone=None
    )


def _possible(claimed: datetime, seen: datetime) -> bool:
    return EARLIEST <= claimed <= seen + AHEAD


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _zone(moment: datetime) -> str | None:
    return moment.isoformat()[-6:] if moment.utcoffset() is not None else None
