"""RSS and Atom, read by feedparser."""

import html
import io
import re
from datetime import datetime, timedelta
from typing import Any

from pipeline.fetch.addresses import absolute
from pipeline.poll.dates import read_date
from pipeline.poll.markup import Mended
from pipeline.poll.parsed import (
    LONGEST_LINK,
    LONGEST_TITLE,
    MOST_ENTRIES,
    Entry,
    FeedLinks,
    NotAFeed,
    ParsedFeed,
    distinct,
    lost,
    make_entry,
)
from pipeline.poll.plain import language_code, plain

_MOST_HUBS = 5
_PERIODS = {  # RDF Site Summary's module for syndication; what it says of months and years is taken in round days
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_HTML = frozenset({"body", "head", "title", "meta", "div", "p", "br", "b", "h1", "script", "center", "table", "pre"})
_FORMATS = {
    "rss090": "RSS 0.90",
    "rss091u": "RSS 0.91",
    "rss091n": "RSS 0.91",
    "rss092": "RSS 0.92",
    "rss093": "RSS 0.93",
    "rss094": "RSS 0.94",
    "rss10": "RSS 1.0",
    "rss20": "RSS 2.0",
    "rss": "RSS",
    "atom01": "Atom 0.1",
    "atom02": "Atom 0.2",
    "atom03": "Atom 0.3",
    "atom10": "Atom 1.0",
    "atom": "Atom",
    "cdf": "CDF",
}


def parse_xml_feed(mended: Mended, url: str) -> ParsedFeed:
    """Read RSS 0.9x to 2.0, RSS 1.0 or Atom, well formed or not. Raises NotAFeed for anything else."""
    document = _parse(mended.xml)
    version = document.get("version", "")
    if not version and not document.entries:
        raise NotAFeed(_looks_like(mended.xml[:10_000].decode("utf-8", "replace")))
    head = document.feed
    language = _text(head, "language") or _text(dict.get(head, "title_detail") or {}, "language")
    reader = _Reader(url, language, atom=version.startswith("atom"))
    entries = [found for entry in document.entries[:MOST_ENTRIES] if (found := reader.entry(entry))]
    kept = distinct(entries)
    held = max(mended.held, len(document.entries))
    return ParsedFeed(
        title=plain(_text(head, "title"), LONGEST_TITLE),
        language=language_code(language),
        entries=kept,
        problem=lost(len(kept), held, broken=mended.broken),
        broken=mended.broken,
        format=_FORMATS.get(version, version or "a feed without a name"),
        held=held,
        generator=plain(_text(head, "generator"), LONGEST_TITLE)[:200],
        ttl=_minutes(_text(head, "ttl")),
        period=_period(_text(head, "sy_updateperiod"), _text(head, "sy_updatefrequency")),
        complete=any(str(name).endswith("_complete") for name in dict.keys(head)),
        links=_links(head, url),
        remarks=_remarks(document, mended),
    )


def _parse(xml: bytes) -> Any:
    """Let feedparser read it: HTML neither cleaned nor resolved, which is done for new entries alone and halves the time."""
    import feedparser  # type: ignore[import-untyped]  # takes a tenth of a second, which no other command should wait for

    # No address is given: with one, feedparser would also make addresses of ids.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(xml),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except MemoryError:
        raise
    except Exception as error:  # hostile documents find their way into every corner of a lenient parser
        raise NotAFeed(f"can't be read as a feed ({type(error).__name__}: {str(error)[:200]})") from error


class _Reader:
    """Makes entries of what feedparser gives."""

    def __init__(self, url: str, language: str, *, atom: bool) -> None:
        self._url = url
        self._language = language
        self._atom = atom

    def entry(self, entry: Any) -> Entry | None:
        published = self._date(entry, "published")
        updated = self._date(entry, "updated")
        detail = dict.get(entry, "title_detail") or {}
        contents = dict.get(entry, "content") or ()
        return make_entry(
            base=_base(self._url, detail, *contents),
            id=_text(entry, "id"),
            link=_link(entry),
            title=_text(entry, "title") or _text(entry, "itunes_title") or _text(entry, "media_title"),
            summary=self._html(dict.get(entry, "summary_detail"))
            or _text(entry, "summary")
            or _text(entry, "subtitle"),
            content=max((self._html(part) for part in contents), key=len, default=""),
            authors=[_text(author, "name") for author in dict.get(entry, "authors") or ()],
            categories=[_text(tag, "label") or _text(tag, "term") for tag in dict.get(entry, "tags") or ()],
            published=published or self._date(entry, "created") or (None if self._atom else updated),
            updated=updated,
            language=dict.get(detail, "language"),
        )

    def _date(self, entry: Any, name: str) -> datetime | None:
        return read_date(dict.get(entry, name), self._language)

    def _html(self, detail: Any) -> str:
        """Give the value as HTML. In RSS it always is, more or less; in Atom its type says so."""
        if not isinstance(detail, dict):
            return ""
        value = _text(detail, "value")
        return html.escape(value, quote=False) if self._atom and dict.get(detail, "type") == "text/plain" else value


def _link(entry: Any) -> str:
    """Give the article's address: what a tracking service put another in place of comes first (FeedBurner's origLink)."""
    link = _text(entry, "feedburner_origlink") or _text(entry, "link")
    # A guid is a link by default (RSS 2.0), and feedparser makes one of it even where it is just a number.
    from_id = link == _text(entry, "id") and not dict.get(entry, "links")
    return "" if from_id and not link.startswith(("http://", "https://", "/")) else link


def _base(url: str, *details: Any) -> str:
    bases = (_text(detail, "base") for detail in details if isinstance(detail, dict))
    base = next((base for base in bases if base), "")
    return (absolute(url, base) or url) if base and len(base) <= LONGEST_LINK else url


def _links(head: Any, url: str) -> FeedLinks:
    named: dict[str, list[str]] = {}
    for link in dict.get(head, "links") or ():
        address = absolute(url, _text(link, "href")[: LONGEST_LINK + 1])
        if address and len(address) <= LONGEST_LINK:
            named.setdefault(_text(link, "rel"), []).append(address)
    site = _text(head, "link")[: LONGEST_LINK + 1]
    return FeedLinks(
        site=absolute(url, site) if site else None,
        self=_first(named, "self"),
        hubs=tuple(dict.fromkeys(named.get("hub", ())))[:_MOST_HUBS],
        next=_first(named, "next"),
        previous_archive=_first(named, "prev-archive"),
    )


def _first(named: dict[str, list[str]], rel: str) -> str | None:
    return named[rel][0] if rel in named else None


def _minutes(text: str) -> timedelta | None:
    return timedelta(minutes=int(text)) if re.fullmatch("[0-9]{1,6}", text) and int(text) else None


def _period(period: str, frequency: str) -> timedelta | None:
    length = _PERIODS.get(period.strip().lower())
    times = int(frequency) if re.fullmatch("[0-9]{1,4}", frequency) else 1
    return length / max(times, 1) if length else None


def _remarks(document: Any, mended: Mended) -> tuple[str, ...]:
    remarks = ["has something before its beginning or after its end, which was left out"] if mended.stray else []
    error = dict.get(document, "bozo_exception")
    if document.bozo and error and not mended.broken:
        remarks.append(f"is not well-formed XML ({plain(str(error), 200)})")
    return tuple(remarks)


def _text(holder: Any, name: str) -> str:
    value = dict.get(holder, name)  # feedparser's own get answers with other fields where this one is missing
    return value if isinstance(value, str) else ""


def _looks_like(text: str) -> str:
    start = text[:2000].lower()
    if "<html" in start or "<!doctype html" in start:
        return "is a page (HTML), not a feed"
    root = re.match(r"(?:<!--.*?-->|<\?.*?\?>|\s)*<([a-z][\w:.\-]{0,60})", start, re.DOTALL)
    if root and root[1] not in _HTML:
        return f"is XML with <{root[1]}> at its beginning, not a feed"
    return "is a page (HTML), not a feed" if root else "is neither RSS nor Atom nor JSON Feed nor a sitemap"
