"""The step `poll`: asks the feeds that are due and appends what is new to the log.

Feeds are claimed many at a time (a lease in the state), fetched side by side and read; those whose answers have come are
dealt with together: compare with the entries known, append, save. What a kill leaves behind:

- after the claim, or while fetching or reading: the leases end by themselves and the feeds are polled again;
- after some or all of the appends: the same, and since nothing was saved the same entries are appended again with the same
  identity and content, and by the same rule live or back-fill; the step that relates articles knows them;
- after the save: nothing, for the save is one transaction and the last act of its polls.

Two processes never hold one feed. One that was held up beyond its lease may have appended what the other appends too, which
is the second case; its save leaves this feed out, and the other's stands.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

from pipeline.errors import BadInput, OutOfReach
from pipeline.fetch.addresses import authority
from pipeline.fetch.interface import Fetcher, FetchError, HostHeld, Request, Response, Unreached
from pipeline.log.interface import EventLog
from pipeline.poll.following import Document, Follower
from pipeline.poll.intake import Intake
from pipeline.poll.outage import Outage
from pipeline.poll.outcomes import Outcomes, body_hash, moved_sentence
from pipeline.poll.parse import NotAFeed, ParsedFeed
from pipeline.poll.reading import DocumentReader
from pipeline.poll.schedule import Schedule
from pipeline.poll.sitemapindex import Indexes
from pipeline.poll.trust import asks_in_full
from pipeline.state.interface import ClaimedFeed, Feeds, PollOutcome

LEASE = timedelta(minutes=5)
GIVE_BACK = timedelta(minutes=4)
"""After so long, a feed whose host's turn has not come is given back, well before the lease ends."""

BODY_LIMIT = 5_000_000
TIME_LIMIT = 30.0
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)

_LARGEST_BATCH = 64
_LONGEST_BATCH = 1.0  # seconds; documents that are read at once take their time

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """What came of polling one feed."""

    url: str
    new: int = 0
    changed: int = 0
    error: str | None = None
    before: str | None = None
    """What was wrong with it at the poll before."""


@dataclass(slots=True)
class PollSummary:
    """What came of several polls; `problems` says for each feed's address what was wrong with it.

    `broke` are those of the problems that are other ones than at the poll before, and `mended` the feeds that had one and
    have none now. `unreached` feeds were not asked: their turn did not come in time, or their host wants to be left alone.
    """

    polled: int = 0
    new: int = 0
    changed: int = 0
    failed: int = 0
    unreached: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    broke: dict[str, str] = field(default_factory=dict)
    mended: list[str] = field(default_factory=list)

    def add(self, polled: Polled) -> None:
        """Count one feed."""
        self.polled += 1
        self.new += polled.new
        self.changed += polled.changed
        if polled.error:
            self.failed += 1
            self.problems[polled.url] = polled.error
            if polled.error != polled.before:
                self.broke[polled.url] = polled.error
        elif polled.before:
            self.mended.append(polled.url)

    def __iadd__(self, other: "PollSummary") -> "PollSummary":
        self.polled += other.polled
        self.new += other.new
        self.changed += other.changed
        self.failed += other.failed
        self.unreached += other.unreached
        self.problems.update(other.problems)
        self.broke.update(other.broke)
        self.mended += other.mended
        return self

    def tell(self, logger: logging.Logger) -> None:
        """Log what has changed for an operator: a line for each feed that broke, and for each that is well again."""
        for url, problem in self.broke.items():
            logger.warning("%s: %s", url, problem)
        for url in self.mended:
            logger.info("%s is well again", url)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A feed that is fetched, or whose `response` is read, and when it is given back."""

    claim: ClaimedFeed
    until: float
    conditional: bool
    response: Response | None = None


@dataclass(slots=True)
class _Batch:
    """Polls that are dealt with together: those whose outcome is clear, those that reached no server, and documents still
    to be taken in.
    """

    clear: list[tuple[ClaimedFeed, PollOutcome]] = field(default_factory=list)
    unreached: list[tuple[ClaimedFeed, str]] = field(default_factory=list)
    documents: list[tuple[_Pending, Response, ParsedFeed]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.clear) + len(self.unreached) + len(self.documents)

    def claims(self) -> list[ClaimedFeed]:
        without = [claim for claim, _ in self.clear] + [claim for claim, _ in self.unreached]
        return without + [pending.claim for pending, _, _ in self.documents]


class PollStep:
    """Polls feeds, many at a time; slow ones hold up nobody. To be used by one thread.

    `poll_due` does a batch as a whole; loops use `start`, `collect` and `give_back`.
    """

    def __init__(
        self,
        feeds: Feeds,
        events: EventLog,
        fetcher: Fetcher,
        reader: DocumentReader,
        schedule: Schedule,
        on_progress: Callable[[Polled], None] = lambda polled: None,
        *,
        sign_in: Callable[[str | None], Mapping[str, str]] = lambda login: {},
        followers: Sequence[Follower] = (),
    ) -> None:
        """Take the parts. `sign_in` gives the headers of a feed's login, or raises BadInput."""
        self._feeds = feeds
        self._fetcher = fetcher
        self._reader = reader
        self._intake = Intake(feeds, events)
        self._outcomes = Outcomes(schedule)
        self._outage = Outage()
        self._indexes = Indexes(fetcher, reader)
        self._on_progress = on_progress
        self._sign_in = sign_in
        self._followers = tuple(followers)
        self._pending: dict[Future[Any], _Pending] = {}
        self._finished: SimpleQueue[Future[Any]] = SimpleQueue()

    @property
    def feeds(self) -> Feeds:
        """The feeds that it polls."""
        return self._feeds

    @property
    def pending(self) -> int:
        """How many feeds were started and not yet collected."""
        return len(self._pending)

    def poll_due(
        self, owner: str, most: int, *, only: Sequence[str] | None = None, at_once: bool = False
    ) -> PollSummary:
        """Poll up to `most` feeds that are due; with `at_once`, those of `only` that nothing holds back.

        Raises OutOfReach when log or state can't be asked; what was not finished has been given back then.
        """
        total = PollSummary()
        self.start(owner, most, only=only, at_once=at_once)
        while self._pending:
            total += self.collect(1.0)
        return total

    def start(self, owner: str, most: int, *, only: Sequence[str] | None = None, at_once: bool = False) -> int:
        """Claim up to `most` feeds and begin to fetch them; give how many. Raises OutOfReach."""
        until = time.monotonic() + GIVE_BACK.total_seconds()
        claims = self._feeds.claim_due(owner, most, LEASE, only=only, at_once=at_once)
        for claim in claims:
            request = _request(claim)
            pending = _Pending(claim, until, conditional=bool(request.etag or request.last_modified))
            self._wait_for(self._asked(request, claim.spec.login), pending)
        return len(claims)

    def collect(self, timeout: float) -> PollSummary:
        """Wait for at least one answer, then deal with all that are there. Raises OutOfReach as `poll_due` does."""
        batch = _Batch()
        future = self._next(timeout if self._pending else 0.0)
        until = time.monotonic() + _LONGEST_BATCH
        while future:
            if pending := self._pending.pop(future, None):
                self._sort(pending, future, batch)
            future = self._next(0.0) if len(batch) < _LARGEST_BATCH and time.monotonic() < until else None
        try:
            summary = self._finish(batch)
        except Exception:
            self._release(batch.claims())
            self.give_back()
            raise
        summary.unreached += self._give_back_late()
        return summary

    def give_back(self) -> None:
        """Stop everything that is pending and release its leases, as far as the state can be asked."""
        self._cancel(list(self._pending))

    def _asked(self, request: Request, login: str | None) -> Future[Response]:
        try:
            return self._fetcher.submit(replace(request, credentials=self._sign_in(login)) if login else request)
        except BadInput as error:
            not_asked: Future[Response] = Future()
            not_asked.set_exception(FetchError(str(error)))
            return not_asked

    def _wait_for(self, future: Future[Any], pending: _Pending) -> None:
        self._pending[future] = pending
        future.add_done_callback(self._finished.put)

    def _next(self, timeout: float) -> Future[Any] | None:
        try:
            return self._finished.get(timeout=timeout) if timeout else self._finished.get_nowait()
        except Empty:
            return None

    def _give_back_late(self) -> int:
        now = time.monotonic()
        late = [future for future, pending in self._pending.items() if pending.until <= now]
        self._cancel(late)
        return len(late)

    def _cancel(self, futures: Sequence[Future[Any]]) -> None:
        claims = [self._pending.pop(future).claim for future in futures]
        for future in futures:
            future.cancel()
        self._release(claims)

    def _release(self, claims: Sequence[ClaimedFeed]) -> None:
        try:
            if claims:
                self._feeds.release(claims)
        except OutOfReach as error:
            log.warning("%d feeds stay claimed until their lease ends: %s", len(claims), error)

    def _sort(self, pending: _Pending, future: Future[Any], batch: _Batch) -> None:
        """Put a poll whose answer, or document, has come into the batch, or begin to read the document."""
        claim = pending.claim
        try:
            if pending.response is not None:
                self._read(pending, pending.response, future.result(), batch)
            elif outcome := self._answered(pending, future.result()):
                batch.clear.append((claim, outcome))
        except HostHeld as error:
            batch.clear.append((claim, self._outcomes.not_asked(error.wait)))
        except Unreached as error:
            self._outage.unreached(claim)
            batch.unreached.append((claim, str(error)))
        except (FetchError, CancelledError) as error:
            batch.clear.append((claim, self._outcomes.failed(claim, str(error) or "not asked: the poller was stopped")))
        except NotAFeed as error:
            batch.clear.append((claim, self._outcomes.failed(claim, f"the document {error}")))
        except Exception as error:  # one feed's oddity must not end the others' polls
            batch.clear.append((claim, self._odd(claim, error)))
        finally:
            _let_go(future)

    def _answered(self, pending: _Pending, response: Response) -> PollOutcome | None:
        """Give the outcome of an answer; None for a document, which is being read from now on."""
        claim = pending.claim
        self._outage.answered()
        if 200 <= response.status < 300:
            if claim.memory.body_hash and body_hash(response) == claim.memory.body_hash:
                return self._outcomes.unchanged(claim, response, conditional=pending.conditional)
            content_type = response.headers.get("content-type", "")
            reading = self._reader.read(response.body, url=response.url, content_type=content_type)
            self._wait_for(reading, replace(pending, response=response))
            return None
        if response.status == 304 and pending.conditional:
            return self._outcomes.unchanged(claim, response, conditional=True)
        return self._outcomes.refused(claim, response, self._fetcher.retry_after(response))

    def _read(self, pending: _Pending, response: Response, feed: ParsedFeed, batch: _Batch) -> None:
        """Put a document into the batch; of an index of sitemaps, begin to read what it names."""
        if not feed.sitemaps or feed.parts:
            batch.documents.append((pending, response, feed))
            return
        request = replace(_request(pending.claim), url=response.url)
        if (login := pending.claim.spec.login) and authority(response.url) == authority(pending.claim.spec.url):
            request = replace(request, credentials=self._sign_in(login))
        self._wait_for(self._indexes.start(feed, request), pending)

    def _finish(self, batch: _Batch) -> PollSummary:
        """Append what is new, save all, and give the sum."""
        summary = PollSummary()
        if not batch:
            return summary
        for claim, error in batch.unreached:
            excused = self._outage.excuses(claim)
            batch.clear.append((claim, self._outcomes.unreached(claim, error, excused=excused)))
        polls = [(claim, self._followed(claim, outcome, None), 0) for claim, outcome in batch.clear]
        taken = self._intake.take([(pending.claim, feed) for pending, _, feed in batch.documents])
        for (pending, response, feed), its in zip(batch.documents, taken, strict=True):
            outcome = self._outcomes.read(pending.claim, response, feed, its, conditional=pending.conditional)
            document = Document(response, feed, its)
            polls.append((pending.claim, self._followed(pending.claim, outcome, document), its.changed))
        for lost in self._feeds.save([(claim, outcome) for claim, outcome, _ in polls]):
            log.warning("%s", lost)
        for claim, outcome, changed in polls:
            self._report(claim, outcome, changed, summary)
        return summary

    def _followed(self, claim: ClaimedFeed, outcome: PollOutcome, document: Document | None) -> PollOutcome:
        for follower in self._followers:
            outcome = follower.polled(claim, outcome, document)
        return outcome

    def _report(self, claim: ClaimedFeed, outcome: PollOutcome, changed: int, summary: PollSummary) -> None:
        if outcome.moved:
            log.warning("%s %s", claim.spec.url, moved_sentence(claim, outcome.moved))
        if not outcome.asked:
            summary.unreached += 1
            return
        polled = Polled(claim.spec.url, outcome.new_entries, changed, outcome.error, before=claim.error)
        summary.add(polled)
        self._on_progress(polled)

    def _odd(self, claim: ClaimedFeed, error: Exception) -> PollOutcome:
        log.error("%s could not be dealt with", claim.spec.url, exc_info=error)
        return self._outcomes.failed(claim, f"an error of Harmattan's own: {type(error).__name__}: {error}")


def _let_go(future: Future[Any]) -> None:
    """Take an error's way out of it: it would keep the poll, and with it a large document, in a circle of references."""
    if not future.cancelled() and (error := future.exception()):
        error.__traceback__ = None


def _request(claim: ClaimedFeed) -> Request:
    in_full = asks_in_full(claim.memory, claim.at)
    return Request(
        url=claim.spec.url,
        etag=None if in_full else claim.memory.etag,
        last_modified=None if in_full else claim.memory.last_modified,
        accept=ACCEPT,
        limit=BODY_LIMIT,
        timeout=TIME_LIMIT,
    )
