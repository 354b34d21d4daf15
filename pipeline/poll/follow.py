"""What is done for feeds beside polling them: subscribing with hubs, reading what they push, filling gaps."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from pipeline.work.patience import Patience, Stopped

LONGEST_PASS = 120.0
IDLE = 0.5
"""Seconds between two looks, where there was nothing to do."""


class FollowWorker:
    """Does each task again and again until it is told to stop; any number of workers share the work.

    A task tells whether there was anything to do, and may raise OutOfReach.
    """

    step = "follow"

    def __init__(self, tasks: Mapping[Callable[[], bool], timedelta]) -> None:
        """Take each task with the time between two looks whether there is anything to do."""
        self._tasks = tasks
        self._due = dict.fromkeys(tasks, 0.0)
        self._busy = 0

    def counts(self) -> dict[str, int]:
        """Give how often there was something to do, since the start."""
        return {"handled": self._busy}

    def once(self) -> None:
        """Do every task until there is nothing more to do, or for two minutes. Raises OutOfReach."""
        until = time.monotonic() + LONGEST_PASS
        for task in self._tasks:
            while task():
                self._busy += 1
                if time.monotonic() > until:
                    break

    def run(self, stop: threading.Event) -> None:
        """Do the tasks that are due until told to stop."""
        patience = Patience(self.step, stop)
        try:
            while not stop.is_set():
                if not patience(self._turn):
                    stop.wait(IDLE)
        except Stopped:
            pass

    def _turn(self) -> bool:
        busy = False
        for task, every in self._tasks.items():
            if time.monotonic() >= self._due[task]:
                found = task()
                self._busy += found
                busy = busy or found
                self._due[task] = 0.0 if found else time.monotonic() + every.total_seconds()
        return busy
