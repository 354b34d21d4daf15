"""What is to be done once in a while: retention, and the daily digest."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from pipeline.errors import HarmattanError
from pipeline.index.interface import ArticleIndex
from pipeline.log.interface import EventLog
from pipeline.notify.interface import DeliveryError
from pipeline.records import topics
from pipeline.relate.step import WINDOW
from pipeline.state.interface import Stories

logger = logging.getLogger(__name__)

RETENTION_EVERY = timedelta(hours=6)
DIGEST_EVERY = timedelta(minutes=10)
SIGNALS_EVERY = timedelta(seconds=20)
DIGEST_HOUR = 5
"""The digest of a day is sent from this hour (UTC) of the next."""

TURN = 1.0


def drop_old(log: EventLog, index: ArticleIndex, stories: Stories, moment: datetime) -> dict[str, int]:
    """Remove what is older from the log, from the index and from what relate remembers; give how many of the latter two."""
    log.drop_before(topics.ALL, moment)
    # A day more than copies are looked for in, so that a backlog still finds them.
    bands_before = max(moment, datetime.now(UTC) - WINDOW - timedelta(days=1))
    forgotten = stories.forget_before(moment, bands_before=bands_before)
    return {"articles": index.drop_before(moment), "identities": forgotten}


class HousekeepingWorker:
    """Does in the process what a scheduler would do: for installations without Airflow or cron.

    Each task is safe to repeat, and one that fails is tried again at its next time.
    """

    def __init__(self, tasks: Mapping[Callable[[], object], timedelta], step: str = "housekeeping") -> None:
        """Take each task with the time between its beginnings, and what `harmattan status` calls it."""
        self.step = step
        self._tasks = tasks
        self._failed = 0

    def counts(self) -> dict[str, int]:
        """Give the tasks that failed since the start."""
        return {"failed": self._failed}

    def run(self, stop: threading.Event) -> None:
        """Do each task when its time has come, until told to stop."""
        due = dict.fromkeys(self._tasks, 0.0)
        while not stop.is_set():
            for task, every in self._tasks.items():
                if time.monotonic() >= due[task]:
                    due[task] = time.monotonic() + every.total_seconds()
                    self._do(task)
            stop.wait(TURN)

    def _do(self, task: Callable[[], object]) -> None:
        try:
            task()
        except (HarmattanError, DeliveryError) as error:
            self._failed += 1
            logger.warning("housekeeping: %s", error)
        except Exception:
            self._failed += 1
            logger.exception("housekeeping: a task ended by a fault in Harmattan; it is tried again at its next time")


def digest_in_the_morning(digest: Callable[[date], object]) -> None:
    """Send yesterday's digest, once its hour has come."""
    now = datetime.now(UTC)
    if now.hour >= DIGEST_HOUR:
        digest((now - timedelta(days=1)).date())
