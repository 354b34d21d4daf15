"""Enrichment of many articles at a time: those that wait for their pages don't hold up the others."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta

from pipeline.enrich.interface import PageReader, PageText
from pipeline.enrich.prepare import FEED, FeedText, Preparer, read_feed_text, wants_page
from pipeline.records.article import Origin, PreparedArticle, RawArticle
from pipeline.work.interface import Delivered

log = logging.getLogger(__name__)

PAGE_WAIT = timedelta(seconds=10)
"""How long an article waits for its page before it goes on with the feed's text."""
PAGE_FOLLOWS = timedelta(seconds=60)
"""How long a page may take to still follow as a new version."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a record: an article to be appended, or none; `failure` says why it can't be handled.

    Only when `final` is the work on the record over.
    """

    delivered: Delivered
    article: PreparedArticle | None
    final: bool
    failure: str | None = None


@dataclass(slots=True)
class _Job:
    delivered: Delivered
    raw: RawArticle
    feed: FeedText
    page: "Future[PageText]"
    started: float
    sent: bool = False


class EnrichStep:
    """Holds the articles that are being enriched. It keeps nothing: what was not finished is simply received again."""

    def __init__(
        self,
        preparer: Preparer,
        pages: PageReader,
        page_wait: timedelta = PAGE_WAIT,
        page_follows: timedelta = PAGE_FOLLOWS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._preparer = preparer
        self._pages = pages
        self._page_wait = page_wait.total_seconds()
        self._page_follows = page_follows.total_seconds()
        self._clock = clock
        self._jobs: dict[tuple[str, str], _Job] = {}

    def __len__(self) -> int:
        """Count the articles that wait for their pages."""
        return len(self._jobs)

    def start(self, delivered: Delivered) -> list[Outcome]:
        """Take a record on; give what can be told at once.

        An older version of the same entry that still waits goes on before it, and its page is not waited for any more. What
        says the same as the one that waits is passed over.
        """
        raw: RawArticle = delivered.value
        outcomes = []
        older = self._jobs.get((raw.source.feed, raw.entry))
        if older and _place(older.delivered) == _place(delivered):
            return []  # received again after a rebalance: it is done when the one that waits is
        if older and _stands_for(older.raw, raw):
            return [Outcome(delivered, None, True)]
        self._jobs.pop((raw.source.feed, raw.entry), None)
        if older:
            outcomes.append(self._overtaken(older))
        try:
            feed = read_feed_text(raw)
        except Exception as error:
            log.exception("an entry of %s can't be read", raw.source.feed)
            return [*outcomes, Outcome(delivered, None, True, _told(error))]
        if not (raw.url and wants_page(raw, feed)):
            return [*outcomes, self._prepared(delivered, raw, feed, None, final=True)]
        self._jobs[raw.source.feed, raw.entry] = _Job(delivered, raw, feed, self._pages.read(raw.url), self._clock())
        return outcomes

    def poll(self) -> list[Outcome]:
        """Give what has come of the articles that wait: their pages are here, or were waited for long enough."""
        now = self._clock()
        outcomes = [outcome for job in list(self._jobs.values()) for outcome in self._look_at(job, now)]
        for outcome in outcomes:
            if outcome.final:
                raw: RawArticle = outcome.delivered.value
                self._jobs.pop((raw.source.feed, raw.entry), None)
        return outcomes

    def _look_at(self, job: _Job, now: float) -> Iterator[Outcome]:
        waited = now - job.started
        if job.page.done():
            yield self._arrived(job, job.page.result())
        elif waited >= self._page_follows:
            yield Outcome(job.delivered, None, True) if job.sent else self._without_page(job, final=True)
        elif waited >= self._page_wait and not job.sent:
            job.sent = True
            yield self._without_page(job, final=False)

    def _arrived(self, job: _Job, page: PageText) -> Outcome:
        outcome = self._prepared(job.delivered, job.raw, job.feed, page, final=True)
        if job.sent and outcome.article and outcome.article.text_source == FEED:
            return Outcome(job.delivered, None, True)  # the page came late and says nothing new
        return outcome

    def _overtaken(self, job: _Job) -> Outcome:
        return Outcome(job.delivered, None, True) if job.sent else self._without_page(job, final=True)

    def _without_page(self, job: _Job, *, final: bool) -> Outcome:
        waited = f"the page was not here after {self._clock() - job.started:.0f} s"
        return self._prepared(
            job.delivered,
            job.raw,
            job.feed,
            PageText(url=job.raw.url or "", kind="unreadable", error=waited),
            final=final,
        )

    def _prepared(
        self, delivered: Delivered, raw: RawArticle, feed: FeedText, page: PageText | None, *, final: bool
    ) -> Outcome:
        try:
            return Outcome(delivered, self._preparer.prepare(raw, feed, page), final)
        except Exception as error:
            log.exception("an entry of %s can't be enriched", raw.source.feed)
            return Outcome(delivered, None, True, _told(error))


def _place(delivered: Delivered) -> tuple[str, int, int]:
    return delivered.record.topic, delivered.record.partition, delivered.record.offset


def _stands_for(waiting: RawArticle, raw: RawArticle) -> bool:
    """Tell whether an article is the one that waits, replayed, or appended twice by a poll that broke off.

    A live article never gives way to a replay that waits: it would raise no alert.
    """
    same = replace(raw, seen=waiting.seen, origin=waiting.origin) == waiting
    return same and raw.origin in (waiting.origin, Origin.REPLAY)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
