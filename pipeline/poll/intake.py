"""Appending what is new in a document to the log."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, NewRecord
from pipeline.poll.articles import host_of, raw_article, source_of
from pipeline.poll.parsed import Entry, ParsedFeed, redated
from pipeline.records import topics
from pipeline.records.codec import encode
from pipeline.state.interface import ClaimedFeed, Feeds
from pipeline.work.dead_letters import DeadLetters

STEP = "poll"
_AT_ONCE = 200  # records in one append
_FEW = 3
_FEW_SHARE = 0.2  # of the known entries

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a document held, next to what was known of the feed.

    `new` and `changed` entries went into the log; `known` ones had been shown before, the changed among them. `moved` tells
    that the feed shows entries that are known under other ids and addresses, as after a site's move. `seen` is what the
    feed's state is to remember: digests of the names under which each entry is known -> a digest of its content.
    """

    entries: int
    known: int
    new: int
    changed: int
    seen: Mapping[str, str]
    moved: bool = False

    @property
    def overlaps(self) -> bool:
        """Tell whether the document reaches back to what was known; where it does not, entries may have been missed."""
        return self.known > 0 or not self.entries


class Intake:
    """Finds what is new or changed in a feed's document, and appends it, the oldest first."""

    def __init__(self, feeds: Feeds, events: EventLog) -> None:
        self._feeds = feeds
        self._events = events
        self._letters = DeadLetters(events)

    def take(self, claim: ClaimedFeed, feed: ParsedFeed) -> Taken:
        """Append what the feed's state does not know; all is durable on return.

        Raises OutOfReach when the log or the state can't be asked; a part may have been appended then.
        """
        known = self._feeds.known(claim.spec.url, [entry.key for entry in feed.entries])
        fresh = _fresh(feed.entries, known)
        records = self._records(claim, feed, list(reversed(fresh)))
        for start in range(0, len(records), _AT_ONCE):
            self._append(records[start : start + _AT_ONCE])
        new = sum(entry.key not in known for entry in fresh)
        return Taken(
            entries=len(feed.entries),
            known=len(known),
            new=new,
            changed=len(fresh) - new,
            seen={entry.key: entry.digest for entry in feed.entries},
        )

    def _records(self, claim: ClaimedFeed, feed: ParsedFeed, fresh: Sequence[Entry]) -> list[NewRecord]:
        source, seen = source_of(claim.spec, feed), claim.at
        articles = (raw_article(entry, feed, source, seen, first_poll=not claim.polled_before) for entry in fresh)
        return [NewRecord(host_of(article.url or claim.spec.url), encode(article)) for article in articles]

    def _append(self, records: Sequence[NewRecord]) -> None:
        try:
            self._events.append(topics.RAW, records)
        except CannotHandle:
            for record in records:  # those that were appended already come twice, which the steps recognise
                self._append_alone(record)

    def _append_alone(self, record: NewRecord) -> None:
        try:
            self._events.append(topics.RAW, [record])
        except CannotHandle as error:
            log.warning("an entry of %s goes to the dead letters: %s", record.key, error)
            self._letters.put_unlogged(STEP, topics.RAW, record.key, record.value, str(error))


def _fresh(entries: Sequence[Entry], known: Mapping[str, str]) -> list[Entry]:
    """Give the new entries and those that have changed.

    A newer date of change alone tells of a correction on the page, unless many entries have one: some feeds date everything
    anew at every request, and their pages should not be fetched for that.
    """
    only_date = {entry.key for entry in entries if entry.key in known and redated(entry, known[entry.key])}
    if len(only_date) > max(_FEW, _FEW_SHARE * len(known)):
        return [e for e in entries if known.get(e.key) != e.digest and e.key not in only_date]
    return [e for e in entries if known.get(e.key) != e.digest]
