"""The step `poll`: asks the feeds that are due and appends what is new to the log.

For each feed: claim (a lease in the state), fetch, compare with the entries known, append, save. What a kill leaves behind:

- after the claim, or while fetching: the lease ends by itself and the feed is polled again;
- after some or all of the appends: the same, and since nothing was saved the same entries are appended again with the same
  identity and content, and by the same rule live or back-fill; the step that relates articles knows them;
- after the save: nothing, for the save is one transaction and the poll's last act.

Two processes never hold one feed. One that was held up beyond its lease may have appended what the other appends too, which
is the second case; its save fails, and the other's stands.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue

from pipeline.errors import HarmattanError, LeaseLost, OutOfReach
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.log.interface import EventLog
from pipeline.poll.intake import Intake
from pipeline.poll.outcomes import Outcomes, body_hash
from pipeline.poll.parse import NotAFeed, parse_feed
from pipeline.poll.schedule import Schedule
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

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """What came of polling one feed."""

    url: str
    new: int = 0
    changed: int = 0
    error: str | None = None


@dataclass(slots=True)
class PollSummary:
    """What came of several polls; `problems` says for each feed's address what was wrong with it.

    `unreached` feeds were given back because their turn did not come in time.
    """

    polled: int = 0
    new: int = 0
    changed: int = 0
    failed: int = 0
    unreached: int = 0
    problems: dict[str, str] = field(default_factory=dict)

    def add(self, polled: Polled) -> None:
        """Count one feed."""
        self.polled += 1
        self.new += polled.new
        self.changed += polled.changed
        if polled.error:
            self.failed += 1
            self.problems[polled.url] = polled.error

    def __iadd__(self, other: "PollSummary") -> "PollSummary":
        self.polled += other.polled
        self.new += other.new
        self.changed += other.changed
        self.failed += other.failed
        self.unreached += other.unreached
        self.problems.update(other.problems)
        return self


@dataclass(frozen=True, slots=True)
class _Pending:
    claim: ClaimedFeed
    until: float


class PollStep:
    """Polls feeds, many at a time; slow ones hold up nobody. To be used by one thread.

    `poll_due` does a batch as a whole; loops use `start`, `collect` and `give_back`.
    """

    def __init__(
        self,
        feeds: Feeds,
        events: EventLog,
        fetcher: Fetcher,
        interval: timedelta | None = None,
        on_progress: Callable[[Polled], None] = lambda polled: None,
    ) -> None:
        self._feeds = feeds
        self._fetcher = fetcher
        self._intake = Intake(feeds, events)
        self._outcomes = Outcomes(Schedule(interval))
        self._on_progress = on_progress
        self._pending: dict[Future[Response], _Pending] = {}
        self._finished: SimpleQueue[Future[Response]] = SimpleQueue()

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
            future = self._fetcher.submit(_request(claim))
            self._pending[future] = _Pending(claim, until)
            future.add_done_callback(self._finished.put)
        return len(claims)

    def collect(self, timeout: float) -> PollSummary:
        """Wait for at least one answer, then deal with all that are there. Raises OutOfReach as `poll_due` does."""
        summary = PollSummary()
        future = self._next(timeout if self._pending else 0.0)
        try:
            while future:
                if pending := self._pending.get(future):
                    self._finish(pending.claim, future, summary)
                    del self._pending[future]
                future = self._next(0.0)
        except Exception:
            self.give_back()
            raise
        summary.unreached += self._give_back_late()
        return summary

    def give_back(self) -> None:
        """Stop everything that is pending and release its leases, as far as the state can be asked."""
        self._release(list(self._pending))

    def _next(self, timeout: float) -> Future[Response] | None:
        try:
            return self._finished.get(timeout=timeout) if timeout else self._finished.get_nowait()
        except Empty:
            return None

    def _give_back_late(self) -> int:
        now = time.monotonic()
        late = [future for future, pending in self._pending.items() if pending.until <= now]
        self._release(late)
        return len(late)

    def _release(self, futures: Sequence[Future[Response]]) -> None:
        claims = [self._pending.pop(future).claim for future in futures]
        for future in futures:
            future.cancel()
        try:
            if claims:
                self._feeds.release(claims)
        except OutOfReach as error:
            log.warning("%d feeds stay claimed until their lease ends: %s", len(claims), error)

    def _finish(self, claim: ClaimedFeed, future: Future[Response], summary: PollSummary) -> None:
        outcome, changed = self._judge(claim, future)
        try:
            self._feeds.save(claim, outcome)
        except LeaseLost:
            log.warning("%s: the poll took longer than its lease, and another process has taken over", claim.spec.url)
        polled = Polled(claim.spec.url, outcome.new_entries, changed, outcome.error)
        summary.add(polled)
        self._on_progress(polled)

    def _judge(self, claim: ClaimedFeed, future: Future[Response]) -> tuple[PollOutcome, int]:
        try:
            response = future.result()
            if 200 <= response.status < 300:
                return self._read(claim, response)
            if response.status == 304 and (claim.etag or claim.last_modified):
                return self._outcomes.unchanged(claim, response), 0
            return self._outcomes.refused(claim, response, self._fetcher.retry_after(response)), 0
        except (FetchError, CancelledError) as error:
            return self._outcomes.failed(claim, str(error) or "not asked: the poller was stopped"), 0
        except NotAFeed as error:
            return self._outcomes.failed(claim, f"the document {error}"), 0
        except HarmattanError:
            raise
        except Exception as error:  # one feed's oddity must not end the others' polls
            log.exception("%s could not be dealt with", claim.spec.url)
            return self._outcomes.failed(claim, f"an error of Harmattan's own: {type(error).__name__}: {error}"), 0

    def _read(self, claim: ClaimedFeed, response: Response) -> tuple[PollOutcome, int]:
        if claim.body_hash and body_hash(response) == claim.body_hash:
            return self._outcomes.unchanged(claim, response), 0
        feed = parse_feed(response.body, url=response.url, content_type=response.headers.get("content-type", ""))
        taken = self._intake.take(claim, feed)
        return self._outcomes.read(claim, response, feed, taken.new), taken.changed


def _request(claim: ClaimedFeed) -> Request:
    return Request(
        url=claim.spec.url,
        etag=claim.etag,
        last_modified=claim.last_modified,
        accept=ACCEPT,
        limit=BODY_LIMIT,
        timeout=TIME_LIMIT,
    )
