"""What is done for feeds beside polling them: subscribing with hubs, reading what they push, filling gaps."""

import threading
from collections.abc import Sequence
from typing import Protocol

from pipeline.work.patience import Patience, Stopped

IDLE = 0.5


class Turns(Protocol):
    """Work that is done a turn at a time."""

    def turn(self) -> bool:
        """Do what is due; tell whether there was anything. Raises OutOfReach."""


class FollowWorker:
    """Takes turns until it is told to stop; any number of them share the work."""

    step = "follow"

    def __init__(self, tasks: Sequence[Turns]) -> None:
        self._tasks = tuple(tasks)
        self._turns = 0

    def counts(self) -> dict[str, int]:
        """Give the turns with something to do, since the start."""
        return {"handled": self._turns}

    def once(self) -> bool:
        """Take one turn at everything. Raises OutOfReach."""
        busy = sum(task.turn() for task in self._tasks) > 0
        self._turns += busy
        return busy

    def run(self, stop: threading.Event) -> None:
        """Take turns until told to stop."""
        patience = Patience(self.step, stop)
        try:
            while not stop.is_set():
                if not patience(self.once):
                    stop.wait(IDLE)
        except Stopped:
            pass
