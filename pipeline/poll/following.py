"""What looks on at polls, and may have a say in what comes of them."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.fetch.interface import Response
from pipeline.poll.intake import Taken
from pipeline.poll.parsed import ParsedFeed
from pipeline.state.interface import ClaimedFeed, PollOutcome


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a poll has read, and what was new in it."""

    response: Response
    feed: ParsedFeed
    taken: Taken


class Follower(Protocol):
    """Is told of every poll before it is saved."""

    def polled(self, claim: ClaimedFeed, outcome: PollOutcome, document: Document | None) -> PollOutcome:
        """Take note of a poll, and give its outcome, changed or as it is. `document` is None when none was read.

        Raises OutOfReach. A poll whose save fails is told of again.
        """
