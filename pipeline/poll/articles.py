"""From a feed's entry to the record that travels."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pipeline.poll.parsed import Entry, ParsedFeed
from pipeline.poll.sanitise import safe
from pipeline.records.article import Origin, RawArticle, Source
from pipeline.state.interface import FeedSpec
from pipeline.zones import zone_of

BACK_CATALOGUE = timedelta(hours=48)
"""In a document that reaches back to nothing known, what the feed itself dates further back than this raises no alerts.

For a feed's first poll its operator may say another length."""


def source_of(spec: FeedSpec, feed: ParsedFeed, known_as: str | None = None) -> Source:
    """Describe the feed as the operator does, and where nothing is said, as the feed does itself.

    `known_as` is the address that its articles are identified with, its own unless it has moved.
    """
    return Source(
        feed=known_as or spec.url,
        name=spec.title or feed.title or host_of(spec.url),
        tags=spec.tags,
        country=spec.country,
        language=spec.language or feed.language,
    )


def raw_article(
    entry: Entry, feed: ParsedFeed, source: Source, seen: datetime, *, live_for: timedelta | None
) -> RawArticle:
    """Make the record of a new or changed entry, its HTML sanitised.

    One that the feed dates further back than `live_for` is back-fill; with None, all are live.
    """
    harmless = safe(entry)
    return RawArticle(
        source=source,
        entry=entry.id,
        url=entry.link,
        title=entry.title,
        summary=harmless.summary,
        content=harmless.content,
        seen=seen,
        origin=_origin(entry, seen, live_for),
        authors=entry.authors,
        categories=entry.categories,
        published=_in_utc(entry.published),
        updated=_in_utc(entry.updated),
        published_zone=zone_of(entry.published),
        updated_zone=zone_of(entry.updated),
        language=entry.language or feed.language,
        shared_url=entry.shared_link,
    )


def _in_utc(date: datetime | None) -> datetime | None:
    return date.astimezone(UTC) if date else None


def _origin(entry: Entry, seen: datetime, live_for: timedelta | None) -> Origin:
    dated = entry.published or entry.updated
    return Origin.BACKFILL if dated and live_for is not None and seen - dated > live_for else Origin.LIVE


def host_of(url: str) -> str:
    """Give the host as an outlet is known by it: without `www.` and the like. It is the key of the outlet's records."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    for prefix in ("www.", "m.", "amp."):
        if host.startswith(prefix) and host.count(".") > 1:
            return host[len(prefix) :]
    return host
