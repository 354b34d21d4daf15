"""Asking again for the pages of young articles: what their outlets changed follows as a new version, through the log.

Feeds show hardly any correction that is made in the text of an article. So its page is asked for again a few times while it is
young, with the manners of every other request: robots.txt, the host's pace, and validators, so that an unchanged page costs its
server next to nothing. A page that is gone counts as withdrawn only when it is gone the next time, too.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipeline.enrich.interface import PageReader, PageText
from pipeline.enrich.prepare import PAGE, Preparer, page_body
from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from pipeline.records.article import Origin, PreparedArticle
from pipeline.records.change import content_digest
from pipeline.records.codec import encode
from pipeline.state.interface import Recheck, Rechecks
from pipeline.text.document import Document
from pipeline.text.similarity import sign
from pipeline.work.patience import Patience, Stopped

AT_ONCE = 64
"""Pages under way at a time; the fetcher asks few of one host."""
HOLD = timedelta(minutes=15)
"""Longer than any page takes: until then no other process asks for it."""
GONE_AGAIN = timedelta(hours=2)
"""When a page is looked for once more that was gone at the last re-check."""
IDLE = 1.0
BUSY = 0.1
"""Seconds between two looks, where there was nothing to do, and where pages are under way."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    recheck: Recheck
    page: "Future[PageText]"


class RecheckWorker:
    """Asks for the pages that are due; any number of these workers share them.

    First the new version is appended, then the re-check is saved: killed in between, it is made once more, and relate knows the
    version already.
    """

    step = "recheck"

    def __init__(
        self, rechecks: Rechecks, pages: PageReader, preparer: Preparer, event_log: EventLog, after: Sequence[timedelta]
    ) -> None:
        """Take the times, from when an article was first seen, at which its page is asked for again."""
        self._rechecks = rechecks
        self._pages = pages
        self._preparer = preparer
        self._log = event_log
        self._after = tuple(after)
        self._under_way: list[_UnderWay] = []
        self._handled = 0
        self._changed = 0

    def counts(self) -> dict[str, int]:
        """Give the pages asked for, and those that had changed, since the start."""
        return {"handled": self._handled, "changed": self._changed}

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. What is under way then is asked for again when its time is over."""
        patience = Patience(self.step, stop)
        try:
            while not stop.is_set():
                busy = patience(self.turn)
                stop.wait(BUSY if self._under_way else 0 if busy else IDLE)
        except Stopped:
            pass

    def turn(self) -> bool:
        """Begin with what is due, and finish what has come; tell whether there was anything to do. Raises OutOfReach."""
        room = AT_ONCE - len(self._under_way)
        due = self._rechecks.take_due(room, HOLD) if room >= AT_ONCE // 4 else ()
        for recheck in due:
            page = self._pages.read(recheck.record.url or "", recheck.etag, recheck.last_modified)
            self._under_way.append(_UnderWay(recheck, page))
        arrived = [one for one in self._under_way if one.page.done()]
        for one in arrived:
            self._finish(one.recheck, one.page.result())
            self._under_way.remove(one)
            self._handled += 1
        return bool(due or arrived)

    def _finish(self, recheck: Recheck, page: PageText) -> None:
        seen = recheck.at or datetime.now(UTC)
        if page.status in (404, 410):
            self._gone(recheck, seen)
            return
        learnt = recheck if page.error or page.unchanged else self._read(recheck, page, seen)
        self._next(replace(learnt, gone=False))

    def _read(self, recheck: Recheck, page: PageText, seen: datetime) -> Recheck:
        """Append a new version where the page says something else than it did; give what was learnt."""
        record = recheck.record
        text = page_body(page.text, record.title)
        learnt = replace(recheck, etag=page.etag, last_modified=page.last_modified)
        fuller = record.text_source == PAGE or len(text) > len(record.text)
        digest = content_digest(record.title, text)
        if not text or not fuller or digest == recheck.digest:
            return learnt
        self._append(recheck, self._preparer.changed(record, page, seen))
        self._changed += 1
        return replace(learnt, digest=digest)

    def _gone(self, recheck: Recheck, seen: datetime) -> None:
        if not recheck.gone or not recheck.record.text:
            self._next(replace(recheck, gone=True))
            return
        record = recheck.record
        signed = replace(record, signature=sign(Document(record.title, record.text, record.language)))
        self._append(
            recheck, replace(signed, withdrawn=True, page_kind="gone", page_error=None, seen=seen, origin=Origin.LIVE)
        )
        self._changed += 1
        self._rechecks.end(recheck.article)

    def _append(self, recheck: Recheck, article: PreparedArticle) -> None:
        try:
            self._log.append(topics.PREPARED, [NewRecord(recheck.key, encode(article))])
        except CannotHandle as error:
            log.warning("a new version of %s can't be kept: %s", recheck.record.url, error)

    def _next(self, recheck: Recheck) -> None:
        """Save when the page is asked for next; after the last time, only one that was gone is."""
        asked = recheck.asked + 1
        if asked < len(self._after):
            self._rechecks.again(replace(recheck, asked=asked), self._after[asked] - self._after[asked - 1])
        elif recheck.gone and asked == len(self._after):
            self._rechecks.again(replace(recheck, asked=asked), GONE_AGAIN)
        else:
            self._rechecks.end(recheck.article)
