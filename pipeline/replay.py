"""Stored articles through newer code or rules.

A replay finds again what is in the text that the index holds of an article, and passes on what came out differently as any
other article goes: relate gives the revision, the index takes it. Ended at any point and repeated, it passes on the rest.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol, TypeVar

from pipeline.errors import CannotHandle
from pipeline.health import GROUPS
from pipeline.index.interface import ArticleIndex, Candidates
from pipeline.log.interface import EventLog, NewRecord
from pipeline.poll.articles import host_of
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle, RawArticle, Source
from pipeline.records.codec import Record, decode, encode
from pipeline.state.interface import FeedSpec

AT_ONCE = 200
MOST_AHEAD = 1_000
"""Records that may wait before a step: articles that were polled just now stand behind them."""
PAUSE = 0.2
"""Seconds between two looks at how far the steps are."""
CLOCKS = timedelta(seconds=2)
"""How far the clocks of the log and of this process may differ."""

R = TypeVar("R", bound=Record)

Told = Callable[[int], None]
"""Called with how many articles were looked at so far."""


class Stopped(Exception):
    """The replay was told to stop; what it has passed on goes its way."""


class Enricher(Protocol):
    """What finds again what an article holds."""

    def again(self, article: PreparedArticle) -> PreparedArticle:
        """Give the article, its text as it was, with all that is found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which articles: of a time, inclusive and exclusive; of the feed at an address; those that a rule matches."""

    since: datetime | None = None
    until: datetime | None = None
    feed: str | None = None
    rules: frozenset[str] = frozenset()

    def holds(self, enriched: EnrichedArticle) -> bool:
        """Tell whether an article of the index is meant."""
        article = enriched.article
        said = article.published if article.published and article.published <= article.seen else None
        return (
            (self.until is None or (said or enriched.first_seen) < self.until)
            and (self.feed is None or article.source.feed == self.feed)
            and (not self.rules or any(match.rule in self.rules for match in article.matches))
        )


@dataclass(frozen=True, slots=True)
class Done:
    """How many articles were looked at, and how many were passed on."""

    looked_at: int
    passed_on: int


class Replay:
    """Sends stored articles on their way again, never far ahead of the steps that have to handle them."""

    def __init__(self, log: EventLog, told: Told, stopped: Callable[[], bool]) -> None:
        """Take what is told how far it is, and what tells it to stop."""
        self._log = log
        self._told = told
        self._stopped = stopped

    def enrich(
        self, stored: Candidates, selection: Selection, enricher: Enricher, feeds: Mapping[str, FeedSpec]
    ) -> Done:
        """Find again what articles of the index hold; pass on those of which something else is found now.

        `feeds` are those of the feed list by address, which say what an operator says of them today. Raises Stopped.
        """

        def found_again() -> Iterator[NewRecord | None]:
            for enriched in stored.articles:
                yield _again(enriched.article, enricher, feeds) if selection.holds(enriched) else None

        return self._pass_on(topics.PREPARED, "relate", found_again())

    def alert(self, stored: Candidates, selection: Selection) -> Done:
        """Show articles of the index to the alert step as if they came now, in the revision that they have.

        The ledger has one alert for a rule and a story, so that nothing alerts twice. Raises Stopped.
        """

        def matched() -> Iterator[NewRecord | None]:
            for enriched in stored.articles:
                if enriched.article.matches and selection.holds(enriched):
                    live = replace(enriched, article=replace(enriched.article, origin=Origin.LIVE), again=True)
                    yield NewRecord(enriched.id, encode(live))
                else:
                    yield None

        return self._pass_on(topics.ENRICHED, "alert", matched())

    def pages(self, selection: Selection) -> Done:
        """Put entries back into the log as they were polled, so that their pages are asked for again. Raises Stopped.

        Replays of earlier replays are left out, so that repeating it does not multiply anything.
        """

        def polled() -> Iterator[NewRecord | None]:
            for key, article in _read(self._log, topics.RAW, RawArticle, selection):
                meant = article.origin is not Origin.REPLAY and selection.feed in (None, article.source.feed)
                yield NewRecord(key, encode(replace(article, origin=Origin.REPLAY))) if meant else None

        return self._pass_on(topics.RAW, "enrich", polled())

    def index(self, selection: Selection, index: ArticleIndex) -> Done:
        """Write the articles of the log to the index, which keeps what is newer there. Raises Stopped, OutOfReach."""
        looked_at = written = 0
        articles = (article for _, article in _read(self._log, topics.ENRICHED, EnrichedArticle, selection))
        while batch := list(islice(articles, AT_ONCE)):
            meant = [article for article in batch if selection.feed in (None, article.article.source.feed)]
            written += len(meant) - len(index.write(meant))
            looked_at += len(batch)
            self._said(looked_at)
        return Done(looked_at, written)

    def wait(self, step: str, topic: str, since: datetime) -> None:
        """Wait until the step has handled all that its topic held at that time. Raises Stopped."""
        while not self._has_passed(step, topic, since):
            self._rest()

    def _has_passed(self, step: str, topic: str, since: datetime) -> bool:
        behind = self._log.lag(step, GROUPS[step])[topic]
        # what came later may go on being behind for ever where articles keep coming
        return behind == 0 or behind <= sum(1 for _ in self._log.read(topic, since + CLOCKS))

    def _pass_on(self, topic: str, step: str, records: Iterable[NewRecord | None]) -> Done:
        looked_at = passed_on = 0
        every = iter(records)
        while batch := list(islice(every, AT_ONCE)):
            meant = [record for record in batch if record]
            if meant:
                while self._log.lag(step, GROUPS[step])[topic] > MOST_AHEAD:
                    self._rest()
                self._log.append(topic, meant)
            looked_at += len(batch)
            passed_on += len(meant)
            self._said(looked_at)
        return Done(looked_at, passed_on)

    def _said(self, looked_at: int) -> None:
        self._told(looked_at)
        if self._stopped():
            raise Stopped

    def _rest(self) -> None:
        if self._stopped():
            raise Stopped
        time.sleep(PAUSE)


def now() -> datetime:
    """Give the time, for `Replay.wait`."""
    return datetime.now(UTC)


def _again(article: PreparedArticle, enricher: Enricher, feeds: Mapping[str, FeedSpec]) -> NewRecord | None:
    found = enricher.again(replace(article, source=_as_listed(article.source, feeds), origin=Origin.REPLAY))
    # the index keeps nothing of what relate alone reads
    if replace(found, origin=article.origin, signature=article.signature, clues=article.clues) == article:
        return None
    return NewRecord(host_of(article.url or article.source.feed), encode(found))


def _as_listed(source: Source, feeds: Mapping[str, FeedSpec]) -> Source:
    """Say of a source what the feed list says today; one that has left the list stays as it was."""
    spec = feeds.get(source.feed)
    if spec is None:
        return source
    language = spec.language or source.language
    return replace(source, name=spec.title or source.name, tags=spec.tags, country=spec.country, language=language)


def _read(log: EventLog, topic: str, kind: type[R], selection: Selection) -> Iterator[tuple[str, R]]:
    for record in log.read(topic, selection.since, selection.until):
        with suppress(CannotHandle):  # it is among the dead letters already
            yield record.key, decode(record.value, kind)
