"""When a feed is to be asked again."""

import random
from collections.abc import Callable
from datetime import timedelta

from pipeline.state.interface import FeedSpec

DEFAULT = timedelta(minutes=10)
LONGEST = timedelta(days=1)
"""No feed is left alone for longer, whatever its server says or does: failing feeds come back."""


class Schedule:
    """Gives the time to the next poll.

    An `interval` holds for every feed, for trials; else the operator's word on a feed counts, else DEFAULT, spread by a tenth
    either way, so that feeds that were added together don't fall due together for ever. `chance` gives numbers from 0 to 1.
    """

    def __init__(self, interval: timedelta | None = None, chance: Callable[[], float] = random.random) -> None:
        self._interval = interval
        self._chance = chance

    def usual(self, spec: FeedSpec) -> timedelta:
        """After an answer that could be used."""
        return self._interval or spec.interval or DEFAULT * (0.9 + 0.2 * self._chance())

    def after_failure(self, spec: FeedSpec, failures: int) -> timedelta:
        """After a failure that `failures` others came before: twice as long each time, by chance a quarter more or less."""
        usual = self._interval or spec.interval or DEFAULT
        return min(usual * 2.0 ** min(failures, 30) * (0.75 + 0.5 * self._chance()), LONGEST)

    def held(self, wait: timedelta) -> timedelta:
        """After a server asked to be left alone for so long."""
        return min(wait, LONGEST)
