"""What a poll's answer means for the feed's state."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from pipeline.fetch.interface import Response
from pipeline.poll.articles import host_of
from pipeline.poll.intake import Taken
from pipeline.poll.moves import after_redirect
from pipeline.poll.parsed import ParsedFeed
from pipeline.poll.schedule import LONGEST_WAIT, Schedule, Seen
from pipeline.poll.statuses import status_sentence
from pipeline.poll.trust import after_document
from pipeline.state.interface import ClaimedFeed, FeedMemory, PollOutcome


def body_hash(response: Response) -> str:
    """Give the digest by which an unchanged document is recognised."""
    return blake2b(response.body, digest_size=16).hexdigest()


class Outcomes:
    """Makes the outcome of each kind of answer. Validators are stored anew with every one that has any."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def unchanged(self, claim: ClaimedFeed, response: Response, *, conditional: bool) -> PollOutcome:
        """Nothing has changed: a 304, or the same bytes again. A 304 need not repeat validators and Cache-Control."""
        memory = claim.memory
        if response.status == 304:
            memory = replace(
                memory,
                etag=response.etag or memory.etag,
                last_modified=response.last_modified or memory.last_modified,
                max_age=response.max_age if response.max_age is not None else memory.max_age,
            )
        else:
            memory = after_document(memory, conditional=conditional, new=0, now=claim.at)
            memory = _validated(memory, response)
        return self._well(claim, response, memory, Seen())

    def read(
        self, claim: ClaimedFeed, response: Response, feed: ParsedFeed, taken: Taken, *, conditional: bool
    ) -> PollOutcome:
        """A document was read. No validator is kept of one that broke off, was not taken in, or is but an index."""
        memory = after_document(claim.memory, conditional=conditional, new=taken.new, now=claim.at)
        memory = replace(_validated(memory, response), body_hash=body_hash(response), ttl=feed.ttl, period=feed.period)
        if taken.error or feed.parts or (feed.broken and not response.truncated):
            memory = replace(memory, etag=None, last_modified=None, body_hash=None)
        outcome = self._well(claim, response, memory, Seen(taken.entries, taken.new, feed.dates))
        return replace(
            outcome,
            title=feed.title or None,
            entries=len(feed.entries),
            new_entries=taken.new,
            seen=taken.seen,
            error=taken.error or feed.problem or _cut(response),
        )

    def refused(self, claim: ClaimedFeed, response: Response, wait: timedelta | None) -> PollOutcome:
        """The server answered with something other than a document."""
        host = host_of(response.url)
        if response.status == 410:
            error = f"{host} says that this feed is gone for good (410); remove it, or enable it to ask again"
            return PollOutcome(delay=LONGEST_WAIT, error=error, gone=True)
        error = status_sentence(host, response.status)
        if response.status in (429, 503) and wait:
            held = self._schedule.held(wait)
            error = f"{error}, and asks us to wait {_words(held)}"
            delay = max(held, self._schedule.after_failure(claim))  # some ask for a second, each time
            return PollOutcome(delay=delay, error=error, held=held, held_host=response.server)
        return self.failed(claim, error)

    def failed(self, claim: ClaimedFeed, error: str) -> PollOutcome:
        """There is no document, for the reason given."""
        return PollOutcome(delay=self._schedule.after_failure(claim), error=error)

    def unreached(self, claim: ClaimedFeed, error: str, *, excused: bool) -> PollOutcome:
        """The server could not be reached; `excused` while nothing else can be reached either."""
        if not excused:
            return self.failed(claim, error)
        error = f"{error}; no other server answers either, so this machine's own network seems to be down"
        return PollOutcome(delay=self._schedule.after_outage(claim), error=error, excused=True)

    def not_asked(self, wait: timedelta) -> PollOutcome:
        """The feed's host has asked just now, over another feed, to be left alone for so long."""
        return PollOutcome(delay=self._schedule.held(wait), asked=False)

    def _well(self, claim: ClaimedFeed, response: Response, memory: FeedMemory, seen: Seen) -> PollOutcome:
        memory, moved = after_redirect(memory, claim.spec.url, response.moved, claim.at)
        delay, memory = self._schedule.usual(claim, memory, seen)
        return PollOutcome(delay=delay, memory=memory, moved=moved)


def moved_sentence(claim: ClaimedFeed, to: str) -> str:
    """Tell the operator that a feed is polled elsewhere from now on."""
    since: datetime = claim.memory.moved_since or claim.at
    return f"has moved for good to {to}, as redirects say since {since:%Y-%m-%d}; it is polled there from now on"


def _cut(response: Response) -> str | None:
    size = len(response.body) // 1_000_000
    return f"the document is larger than {size} MB, and was read to there" if response.truncated else None


def _validated(memory: FeedMemory, response: Response) -> FeedMemory:
    return replace(memory, etag=response.etag, last_modified=response.last_modified, max_age=response.max_age)


def _words(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"
