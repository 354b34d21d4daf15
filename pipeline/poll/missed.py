"""Knowing when entries were missed.

A document that is as full as ever and holds no entry that is known has lost entries before it, which came and went between two
polls. It has not where it reaches back in time to the last good poll (then all its entries are new, as of a feed that
publishes in batches), where it says that it holds all there is, or where it was cut.

Entries that are kept at their place for long (pinned ones) are known and show nothing. A feed drops the oldest first: where
hardly any entry is known, and those that came last are among the dropped, what is left of the known ones is pinned.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile
from urllib.parse import urlsplit

from pipeline.identity import shows_hardly_any
from pipeline.poll.following import Document
from pipeline.poll.parsed import Entry
from pipeline.state.interface import ClaimedFeed, Feeds, Gaps, PollOutcome

FEW = 3
"""A document of so few entries may be renewed as a whole."""

SLACK = timedelta(minutes=10)
"""An entry may be dated that much before it appears."""

log = logging.getLogger(__name__)


class Missed:
    """Records a gap where a poll shows one."""

    def __init__(self, feeds: Feeds, gaps: Gaps) -> None:
        self._feeds = feeds
        self._gaps = gaps

    def polled(self, claim: ClaimedFeed, outcome: PollOutcome, document: Document | None) -> PollOutcome:
        """Take note of a poll; its outcome stays. (Its schedule has halved the interval already.)"""
        if document is None or claim.last_success is None or not self._may_have_missed(claim, document):
            return outcome
        feed = document.feed
        unknown = self._unknown(claim, document)
        dates = [dated for entry in unknown if (dated := entry.published or entry.updated)]
        until = min(dates, default=claim.at)
        if until <= claim.last_success + SLACK:
            return outcome
        until = min(until, claim.at)
        self._gaps.record(
            claim.id,
            since=claim.last_success,
            until=until,
            older=feed.links.previous_archive or feed.links.next,
            generator=feed.generator or None,
            scope=scope_of(unknown),
        )
        log.warning(
            "%s: %s of its %d entries was known, so some were probably missed between %s and %s UTC",
            claim.spec.url,
            "none but pinned ones" if len(unknown) < len(feed.entries) else "none",
            len(feed.entries),
            f"{claim.last_success:%Y-%m-%d %H:%M}",
            f"{until:%Y-%m-%d %H:%M}",
        )
        return outcome

    def _may_have_missed(self, claim: ClaimedFeed, document: Document) -> bool:
        feed, taken = document.feed, document.taken
        if taken.entries <= FEW or taken.error or feed.complete or feed.problem is not None:
            return False
        if not taken.overlaps:
            return bool(self._feeds.contents(claim.id))
        few = not taken.moved and shows_hardly_any(taken.known, taken.entries)
        return few and self._dropped_the_latest(claim, feed.entries)

    def _dropped_the_latest(self, claim: ClaimedFeed, entries: Sequence[Entry]) -> bool:
        latest = set(self._feeds.latest(claim.id))
        return bool(latest) and all(latest.isdisjoint(entry.names.all) for entry in entries)

    def _unknown(self, claim: ClaimedFeed, document: Document) -> Sequence[Entry]:
        """Give the entries that were new at this poll, which is not saved yet."""
        entries = document.feed.entries
        if not document.taken.known:
            return entries
        known = self._feeds.known({claim.id: [name for entry in entries for name in entry.names.all]})
        return [entry for entry in entries if known.get(claim.id, {}).keys().isdisjoint(entry.names.all)]


def scope_of(entries: Sequence[Entry]) -> str | None:
    """Give the beginning that the addresses of the articles share, to the last slash: what the feed is about on its site."""
    links = [urlsplit(entry.link) for entry in entries if entry.link]
    if not links or len({(link.scheme, link.netloc) for link in links}) > 1:
        return None
    folders = [link.path.split("/")[1:-1] for link in links]
    shared = [parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, zip(*folders, strict=False))]
    # The date in an address is none of a feed's subjects.
    subject = list(takewhile(lambda part: not part[:4].isdigit(), shared))
    return f"{links[0].scheme}://{links[0].netloc}/" + "".join(f"{part}/" for part in subject)
