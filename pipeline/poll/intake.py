"""Appending what is new in feeds' documents to the log."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from pipeline.errors import CannotHandle, HarmattanError
from pipeline.log.interface import EventLog, NewRecord
from pipeline.poll.articles import BACK_CATALOGUE, host_of, raw_article, source_of
from pipeline.poll.compare import Comparison, compare
from pipeline.poll.parsed import ParsedFeed
from pipeline.records import topics
from pipeline.records.codec import encode
from pipeline.state.interface import ClaimedFeed, Feeds
from pipeline.work.dead_letters import DeadLetters

STEP = "poll"
_AT_ONCE = 200  # records in one append

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a document held, next to what was known of the feed.

    `new` and `changed` entries went into the log; `known` ones had been shown before, the changed among them. `moved` ones
    are known under other ids and addresses, as after a site's move, and are among neither. `seen` is what the feed's state
    is to remember: digests of the names under which each entry is known -> a digest of its content. `error` says why nothing
    could be made of the document after all.
    """

    entries: int
    known: int
    new: int
    changed: int
    moved: int
    seen: Mapping[str, str]
    error: str | None = None

    @property
    def overlaps(self) -> bool:
        """Tell whether the document reaches back to what was known; where it does not, entries may have been missed."""
        return self.known + self.moved > 0 or not self.entries or self.error is not None


class Intake:
    """Finds what is new or changed in feeds' documents, and appends it, the oldest of each feed first."""

    def __init__(self, feeds: Feeds, events: EventLog) -> None:
        self._feeds = feeds
        self._events = events
        self._letters = DeadLetters(events)

    def take(self, documents: Sequence[tuple[ClaimedFeed, ParsedFeed]]) -> list[Taken]:
        """Append what the feeds' states do not know; all is durable on return. Gives one answer for each document.

        Raises OutOfReach when the log or the state can't be asked; a part may have been appended then.
        """
        works = [_Work(claim, feed) for claim, feed in documents]
        wanted = {work.claim.id: [n for entry in work.feed.entries for n in entry.names.all] for work in works}
        known = self._feeds.known({feed: names for feed, names in wanted.items() if names})
        for work in works:
            with work.alone():
                work.found = self._compared(work.claim, work.feed, known.get(work.claim.id, {}))
                work.records = _records(work.claim, work.feed, work.found)
        records = [record for work in works for record in work.records]
        for start in range(0, len(records), _AT_ONCE):
            self._append(records[start : start + _AT_ONCE])
        return [work.taken() for work in works]

    def _compared(self, claim: ClaimedFeed, feed: ParsedFeed, known: Mapping[str, str]) -> Comparison:
        return compare(
            feed.entries,
            known,
            first_poll=not claim.polled_before,
            everything_known=lambda: self._feeds.contents(claim.id),
        )

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


@dataclass(slots=True)
class _Work:
    """A document on its way into the log."""

    claim: ClaimedFeed
    feed: ParsedFeed
    found: Comparison = field(default_factory=Comparison)
    records: list[NewRecord] = field(default_factory=list)
    error: str | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep what goes wrong with this document from the others: nothing of it is appended or remembered then."""
        try:
            yield
        except HarmattanError:
            raise
        except Exception as error:
            log.exception("%s could not be dealt with", self.claim.spec.url)
            self.error = f"an error of Harmattan's own: {type(error).__name__}: {str(error)[:200]}"
            self.found, self.records = Comparison(), []

    def taken(self) -> Taken:
        """Say what came of it."""
        return Taken(
            entries=len(self.feed.entries),
            known=self.found.known,
            new=len(self.found.fresh) - self.found.changed,
            changed=self.found.changed,
            moved=self.found.moved,
            seen=self.found.seen,
            error=self.error,
        )


def _records(claim: ClaimedFeed, feed: ParsedFeed, found: Comparison) -> list[NewRecord]:
    source = source_of(claim.spec, feed, claim.known_as)
    live_for = _live_for(claim) if found.dates_decide else None
    articles = [raw_article(entry, feed, source, claim.at, live_for=live_for) for entry in reversed(found.fresh)]
    return [NewRecord(host_of(article.url or claim.spec.url), encode(article)) for article in articles]


def _live_for(claim: ClaimedFeed) -> timedelta:
    """Give how far back entries are news in a document that reaches back to nothing known."""
    asked = None if claim.polled_before else claim.spec.alert_past
    return BACK_CATALOGUE if asked is None else asked
