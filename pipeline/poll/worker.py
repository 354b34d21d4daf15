"""The built-in scheduler: polls what is due, again and again."""

import logging
import threading

from pipeline.poll.step import PollStep, PollSummary
from pipeline.work.patience import Patience, Stopped

logger = logging.getLogger(__name__)

AT_ONCE = 256
"""Feeds under way at a time; the fetcher asks fewer, and those that wait for their host's turn hold up no other."""

IDLE = 0.5
"""Seconds between two looks for feeds that are due, where none was."""


class PollWorker:
    """Keeps feeds that are due under way until it is told to stop; any number of them share the feeds by leases.

    What is wrong with a feed is logged once, in a line, and not again while it stays the same; so is that it is well again.
    """

    step = "poll"

    def __init__(self, poll: PollStep, owner: str) -> None:
        self._poll = poll
        self._owner = owner
        self._polled = 0
        self._new = 0
        self._failed = 0

    def counts(self) -> dict[str, int]:
        """Give the polls made, the entries found new, and the polls that failed, since the start."""
        return {"handled": self._polled, "new": self._new, "failed": self._failed}

    def run(self, stop: threading.Event) -> None:
        """Poll until told to stop."""
        patience = Patience(self.step, stop)
        try:
            while not stop.is_set():
                started = 0
                if AT_ONCE - self._poll.pending >= AT_ONCE // 4:  # not one by one: each claim is a transaction
                    started = patience(lambda: self._poll.start(self._owner, AT_ONCE - self._poll.pending))
                if self._poll.pending:
                    self._count(patience(lambda: self._poll.collect(IDLE)))
                elif not started:
                    stop.wait(IDLE)
        except Stopped:
            pass
        finally:
            self._poll.give_back()

    def _count(self, summary: PollSummary) -> None:
        self._polled += summary.polled
        self._new += summary.new
        self._failed += summary.failed
        summary.tell(logger)
