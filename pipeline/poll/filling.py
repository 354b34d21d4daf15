"""Filling gaps from a feed's older pages, or else from its site's news sitemap.

Older pages are those that the document named (RFC 5005, sections 3 and 4) or, of WordPress, `?paged=2` and on. They are
followed until one shows an entry that is known or older than the last good poll: then the gap is closed. A news sitemap
holds the articles of two days, of which those count that lie in the gap and below the addresses that the feed's own articles
share. What is found goes the way of polled entries, those that are dated more than 48 hours back as back-fill.

A few requests a gap, paced as all others. A kill leaves the gap open, and it is filled again: entries that were appended are
appended again with the same identity.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipeline.errors import LeaseLost
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.poll.intake import Intake
from pipeline.poll.missed import SLACK
from pipeline.poll.parse import NotAFeed
from pipeline.poll.parsed import Entry, ParsedFeed
from pipeline.poll.reading import DocumentReader
from pipeline.poll.sitemaps import named_sitemaps
from pipeline.state.interface import ClaimedFeed, Feeds, Gap, Gaps, GapState

AT_ONCE = 2
"""Gaps taken in one turn."""

MOST_PAGES = 5
MOST_SITEMAPS = 3
MOST_ATTEMPTS = 3
AGAIN = timedelta(hours=1)
BUSY_AGAIN = timedelta(minutes=1)
MOST_CLAIMS = 10
HOLD = timedelta(minutes=15)
LEASE = timedelta(minutes=10)
TIME_LIMIT = 20.0
BODY_LIMIT = 5_000_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Found:
    """What was found of a gap: documents, with those entries that belong into it. `closed` tells that they reach back to it."""

    documents: list[ParsedFeed]
    closed: bool = False
    asked: str = ""
    problem: str | None = None

    def __len__(self) -> int:
        return sum(len(document.entries) for document in self.documents)


class GapFiller:
    """Fills gaps, a turn at a time. To be used by one thread."""

    def __init__(
        self, gaps: Gaps, feeds: Feeds, intake: Intake, fetcher: Fetcher, reader: DocumentReader, owner: str
    ) -> None:
        self._gaps = gaps
        self._feeds = feeds
        self._intake = intake
        self._fetcher = fetcher
        self._reader = reader
        self._owner = owner
        self.recovered = 0

    def turn(self) -> bool:
        """Look into the gaps that are open and due; tell whether there was any. Raises OutOfReach."""
        taken = self._gaps.take_open(AT_ONCE, HOLD)
        for gap in taken:
            self._fill(gap)
        return bool(taken)

    def _fill(self, gap: Gap) -> None:
        found = self._older_pages(gap)
        if not found.closed and gap.scope:
            found = self._sitemaps(gap, found)
        new = self._take(gap, found)
        tries = gap.attempts + 1
        if new is None and tries < MOST_CLAIMS:
            self._gaps.retry(gap.number, 0, BUSY_AGAIN, f"{gap.sentence}; not filled yet: the feed can't be had")
        elif found.problem and not found.closed and tries < MOST_ATTEMPTS:
            self._gaps.retry(gap.number, new or 0, AGAIN, f"{gap.sentence}; not filled yet: {found.problem}")
        else:
            self._close(gap, found, new)

    def _close(self, gap: Gap, found: _Found, new: int | None) -> None:
        total = gap.recovered + (new or 0)
        state, end = GapState.LOST, f"none of them could be found{f': {found.problem}' if found.problem else ''}"
        if found.closed and new is not None:
            state, end = GapState.FILLED, f"{total} found in {found.asked}, which reaches back to what was known"
        elif total:
            state, end = GapState.PARTLY, f"{total} found in {found.asked}, perhaps not all"
        self._gaps.close(gap.number, state, new or 0, f"{gap.sentence}; {end}")
        log.info("%s: %s; %s", gap.spec.url, gap.sentence, end)

    def _older_pages(self, gap: Gap) -> _Found:
        found = _Found([], asked="older pages of the feed")
        shown: set[str] = set()
        next_page = gap.older or _wordpress_page(gap, 2)
        for number in range(2, MOST_PAGES + 2):
            if next_page is None or found.closed:
                break
            feed, found.problem = self._document(next_page, gap)
            if feed is None or not (keys := {entry.key for entry in feed.entries}) - shown:
                break  # some servers give the first page again for each that there is none of
            shown |= keys
            entries, found.closed = self._missing(gap, feed)
            found.documents.append(replace(feed, entries=tuple(entries)))
            older = feed.links.previous_archive or feed.links.next
            next_page = older if gap.older else _wordpress_page(gap, number + 1)
        return found

    def _missing(self, gap: Gap, feed: ParsedFeed) -> tuple[list[Entry], bool]:
        """Give a page's entries that belong into the gap, and whether it reaches back to the gap's beginning."""
        names = {entry.key: entry.names.all for entry in feed.entries}
        known = self._feeds.known({gap.feed: [name for all_of_it in names.values() for name in all_of_it]})
        known_names = known.get(gap.feed, {}).keys()
        missing, closed = [], False
        for entry in feed.entries:
            dated = entry.published or entry.updated
            if not known_names.isdisjoint(names[entry.key]) or (dated and dated < gap.since - SLACK):
                closed = True
            elif dated or not closed:  # an undated one below what is known is older
                missing.append(entry)
        return missing, closed

    def _sitemaps(self, gap: Gap, pages: _Found) -> _Found:
        found = _Found(list(pages.documents), asked="the site's news sitemap", problem=pages.problem)
        if pages.documents:
            found.asked = "older pages of the feed and the site's news sitemap"
        have = {entry.canonical for document in pages.documents for entry in document.entries}
        for sitemap in self._news_sitemaps(gap):
            entries = [
                entry
                for entry in sitemap.entries
                if entry.canonical not in have
                and _inside(entry, gap)
                and (entry.link or "").startswith(gap.scope or "")
            ]
            have |= {entry.canonical for entry in entries}
            found.documents.append(replace(sitemap, entries=tuple(entries), title="", language=None))
        return found

    def _news_sitemaps(self, gap: Gap) -> Iterator[ParsedFeed]:
        waiting = list(named_sitemaps(gap.scope or gap.spec.url, self._get))
        asked = 0
        while waiting and asked < MOST_SITEMAPS:
            asked += 1
            feed, _ = self._document(waiting.pop(0), gap)
            if feed is not None and feed.sitemaps:
                waiting = [*feed.sitemaps[:MOST_SITEMAPS], *waiting]
            if feed is not None and feed.entries:
                yield feed

    def _get(self, url: str) -> Response:
        return self._fetcher.submit(Request(url=url, limit=BODY_LIMIT, timeout=TIME_LIMIT)).result()

    def _document(self, url: str, gap: Gap) -> tuple[ParsedFeed | None, str | None]:
        """Fetch and read a document; None, with the reason where asking again may help."""
        try:
            response = self._get(url)
        except FetchError as error:
            return None, str(error)
        if response.status in (429,) or response.status >= 500:
            return None, f"{response.server} answers {response.status}"
        if not 200 <= response.status < 300:
            return None, None
        try:
            kind = response.headers.get("content-type", "")
            return self._reader.read(response.body, url=response.url, content_type=kind).result(), None
        except NotAFeed:
            return None, None

    def _take(self, gap: Gap, found: _Found) -> int | None:
        """Append what is new; None when the feed is not to be had now."""
        if not len(found):
            return 0
        claims = self._feeds.claim_due(self._owner, 1, LEASE, only=[gap.spec.url], at_once=True)
        if not claims:
            return None
        [claim] = claims
        try:
            # By their dates alone it is decided whether they are news, as at a first poll.
            taken = [self._intake.take([(_as_first(claim), feed)])[0] for feed in found.documents]
        except BaseException:
            self._feeds.release([claim])
            raise
        new = sum(one.new for one in taken)
        seen = {name: content for one in reversed(taken) for name, content in one.seen.items()}
        try:
            self._gaps.save_found(claim, seen, new)
        except LeaseLost as lost:
            log.warning("%s", lost)
            return None
        self.recovered += new
        return new


def _as_first(claim: ClaimedFeed) -> ClaimedFeed:
    return replace(claim, last_success=None, spec=replace(claim.spec, alert_past=None))


def _inside(entry: Entry, gap: Gap) -> bool:
    dated: datetime | None = entry.published or entry.updated
    return dated is not None and gap.since - SLACK <= dated <= gap.until


def _wordpress_page(gap: Gap, number: int) -> str | None:
    """Give the address of a page of a WordPress feed; None for a feed that something else has made."""
    if "wordpress" not in (gap.generator or "").lower():
        return None
    parts = urlsplit(gap.spec.url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
    return parts._replace(query=urlencode([*query, ("paged", str(number))]), fragment="").geturl()
