"""Leaving a channel alone that fails again and again, so that it costs nobody else anything."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from time import monotonic

FAILURES = 5
"""Attempts in a row without an answer after which a channel is left alone."""
FIRST_REST = 5.0
LONGEST_REST = 60.0
"""Seconds between two attempts, at most, at finding out whether it is back."""


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    rest: float = 0.0
    until: float = 0.0


class Breakers:
    """Knows which channels are left alone for now. When one fails again after its rest, the next rest is longer."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._circuits: dict[str, _Circuit] = {}

    def failed(self, channel: str) -> None:
        """Note that a channel could not be reached or gave no answer."""
        with self._lock:
            circuit = self._circuits.setdefault(channel, _Circuit())
            circuit.failures += 1
            if circuit.failures >= FAILURES and circuit.until <= self._clock():
                circuit.rest = min(max(FIRST_REST, circuit.rest * 2), LONGEST_REST)
                circuit.until = self._clock() + circuit.rest

    def answered(self, channel: str) -> None:
        """Note that a channel is there, whatever it said."""
        with self._lock:
            self._circuits.pop(channel, None)

    def resting(self) -> Collection[str]:
        """Give the channels that are to be left alone now."""
        now = self._clock()
        with self._lock:
            return [name for name, circuit in self._circuits.items() if circuit.until > now]
