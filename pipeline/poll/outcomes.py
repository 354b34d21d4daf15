"""What a poll's answer means for the feed's state."""

from datetime import timedelta
from hashlib import blake2b

from pipeline.fetch.interface import Response
from pipeline.poll.articles import host_of
from pipeline.poll.parsed import ParsedFeed
from pipeline.poll.schedule import LONGEST, Schedule
from pipeline.poll.statuses import status_sentence
from pipeline.state.interface import ClaimedFeed, PollOutcome


def body_hash(response: Response) -> str:
    """Give the digest by which an unchanged document is recognised."""
    return blake2b(response.body, digest_size=16).hexdigest()


class Outcomes:
    """Makes the outcome of each kind of answer. Validators are always given, new or as they were."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def unchanged(self, claim: ClaimedFeed, response: Response) -> PollOutcome:
        """Nothing has changed: a 304, or the same bytes again. A 304 need not repeat the validators."""
        same = response.status == 304
        return PollOutcome(
            delay=self._schedule.usual(claim.spec),
            etag=response.etag or (claim.etag if same else None),
            last_modified=response.last_modified or (claim.last_modified if same else None),
            body_hash=claim.body_hash,
        )

    def read(self, claim: ClaimedFeed, response: Response, feed: ParsedFeed, new: int) -> PollOutcome:
        """A document was read. Of one that broke off nothing is kept: it is asked for anew."""
        keep = feed.problem is None or response.truncated
        return PollOutcome(
            delay=self._schedule.usual(claim.spec),
            title=feed.title or None,
            etag=response.etag if keep else None,
            last_modified=response.last_modified if keep else None,
            body_hash=body_hash(response) if keep else None,
            entries=len(feed.entries),
            new_entries=new,
            seen={entry.key: entry.digest for entry in feed.entries},
            error=feed.problem,
        )

    def refused(self, claim: ClaimedFeed, response: Response, wait: timedelta | None) -> PollOutcome:
        """The server answered with something other than a document."""
        host = host_of(response.url)
        if response.status == 410:
            error = f"{host} says that this feed is gone for good (410); remove it, or enable it to ask again"
            return self._failed(claim, error, LONGEST, gone=True)
        error = status_sentence(host, response.status)
        if response.status in (429, 503) and wait:
            held = self._schedule.held(wait)
            return self._failed(claim, f"{error}, and asks us to wait {_words(held)}", held, held=held)
        return self.failed(claim, error)

    def failed(self, claim: ClaimedFeed, error: str) -> PollOutcome:
        """There is no document, for the reason given."""
        return self._failed(claim, error, self._schedule.after_failure(claim.spec, claim.failures))

    def _failed(
        self, claim: ClaimedFeed, error: str, delay: timedelta, held: timedelta | None = None, *, gone: bool = False
    ) -> PollOutcome:
        return PollOutcome(
            delay=delay,
            etag=claim.etag,
            last_modified=claim.last_modified,
            body_hash=claim.body_hash,
            error=error,
            held=held,
            gone=gone,
        )


def _words(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"
