"""Waiting for servers that are out of reach, instead of losing what is in hand."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from pipeline.errors import OutOfReach

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_WAIT = 0.2
LONGEST_WAIT = 30.0


class Stopped(Exception):
    """The worker was told to stop while it waited; what it had in hand stays uncommitted."""


class Patience:
    """Repeats an action while a server is out of reach, with growing pauses, until the worker is told to stop."""

    def __init__(self, step: str, stop: threading.Event) -> None:
        self._step = step
        self._stop = stop

    def __call__(self, action: Callable[[], T]) -> T:
        """Give the action's result. Raises Stopped, or whatever the action raises that is not OutOfReach."""
        wait = FIRST_WAIT
        while True:
            try:
                result = action()
            except OutOfReach as error:
                if wait == FIRST_WAIT:
                    log.warning("%s waits: %s", self._step, error)
                if self._stop.wait(wait):
                    raise Stopped from error
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                if wait > FIRST_WAIT:
                    log.warning("%s goes on", self._step)
                return result
