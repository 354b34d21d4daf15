"""How many messages a channel is given in a time, as its service or the mail server's owner asks for."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages in any period of that length."""

    most: int
    per: timedelta


class Limits:
    """Counts what one process gives its channels. What is over the limit stays due, and goes out when there is room again."""

    def __init__(self, limits: Mapping[str, Limit], clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._given: dict[str, deque[float]] = {name: deque() for name in limits}

    @property
    def channels(self) -> Collection[str]:
        """Give the channels that have a limit."""
        return self._limits.keys()

    def full(self) -> Collection[str]:
        """Give the channels that may be given nothing now."""
        return [name for name in self._limits if self._room(name) == 0]

    def room(self) -> int:
        """Give how many messages may be claimed so that no channel is given too many, whichever they fall to."""
        return min((room for name in self._limits if (room := self._room(name))), default=0)

    def count(self, channel: str) -> None:
        """Count a message."""
        if channel in self._given:
            self._given[channel].append(self._clock())

    def _room(self, name: str) -> int:
        given, limit = self._given[name], self._limits[name]
        since = self._clock() - limit.per.total_seconds()
        while given and given[0] <= since:
            given.popleft()
        return max(0, limit.most - len(given))
