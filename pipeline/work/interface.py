"""What a step is, to the worker that runs it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.log.interface import LogRecord


@dataclass(frozen=True, slots=True)
class Delivered:
    """A record of the log with what its bytes say (the type that pipeline.records.catalogue names for its topic)."""

    record: LogRecord
    value: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that can never be handled, and why."""

    record: LogRecord
    reason: str


class Step(Protocol):
    """A step that takes its input from the log in batches.

    `name` is also the name of its consumer group.
    """

    @property
    def name(self) -> str:
        """The step's name, as in `harmattan work NAME`."""

    @property
    def topics(self) -> Sequence[str]:
        """The topics it reads."""

    def ready(self) -> bool:
        """Tell whether this worker may take input now; a standby says False and is asked again."""

    def handle(self, batch: Sequence[Delivered]) -> Sequence[Failure]:
        """Do the work, durably, on return; give those records that can never be handled.

        Raises OutOfReach when the same batch should be tried again, LeaseLost when it must be received anew. Any other
        exception makes the worker try the records one by one, and dead-letter those that raise again.
        """

    def close(self) -> None:
        """Release what the step holds."""


class Worker(Protocol):
    """Something that runs until it is told to stop."""

    @property
    def step(self) -> str:
        """The step it works for."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. Raises HarmattanError when it can't go on."""

    def counts(self) -> dict[str, int]:
        """Give its counters since its start."""
