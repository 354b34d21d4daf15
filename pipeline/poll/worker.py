"""The built-in scheduler: polls what is due, again and again."""

import threading

from pipeline.poll.step import PollStep

from pipeline.work.patience import Patience, Stopped

AT_ONCE = 64
IDLE = 0.5


class PollWorker:
    """Polls due feeds in batches until it is told to stop; any number of them share the feeds by leases."""

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
                summary = patience(lambda: self._poll.poll_due(self._owner, AT_ONCE))
                self._polled += summary.polled
                self._new += summary.new
                self._failed += summary.failed
                if not summary.polled:
                    stop.wait(IDLE)
        except Stopped:
            pass
