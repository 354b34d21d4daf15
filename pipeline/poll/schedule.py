"""When a feed is to be asked again.

The interval follows the rate at which new entries appear: a feed is asked four times while one appears on average. The rate
is averaged over a day, weighted exponentially; a feed's first document gives it by the dates of its entries. A document that
holds few known entries halves the interval, lest entries come and go between two polls, and no interval grows by more than
half at once. What a server and its documents ask for (Cache-Control, RFC 9111; ttl of RSS 2.0; sy:updatePeriod of RSS 1.0's
module Syndication) is kept to as a least interval, and everything lies within the operator's bounds. sy:updatePeriod is
believed only of feeds that don't publish faster: blogging software writes "hourly" into every feed.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.state.interface import ClaimedFeed, FeedMemory

DEFAULT = timedelta(minutes=10)
"""The interval of a feed of which nothing is known."""
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
LONGEST_WAIT = timedelta(days=1)
"""No feed is left alone for longer, whatever its server says or does: failing feeds come back."""

_OUTAGE_SHORTEST = timedelta(minutes=1)
_OUTAGE_LONGEST = timedelta(minutes=5)
_AVERAGED = timedelta(days=1)
_POLLS_AN_ENTRY = 4
_FIRST_SPAN = timedelta(days=7)
_FIRST_LONGEST = timedelta(hours=1)
_GROWTH = 1.5
_OVERLAP = 0.5
_FEW_ENTRIES = 5
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a poll saw: how many entries, how many of them new; `dates` are those that the entries give themselves."""

    entries: int = 0
    new: int = 0
    dates: Sequence[datetime] = ()

    @property
    def shows_enough_known(self) -> bool:
        """Tell whether so many entries were known that none is likely to have been missed."""
        return self.entries < _FEW_ENTRIES or self.entries - self.new >= _OVERLAP * self.entries


class Schedule:
    """Gives the time to the next poll.

    An `interval` holds for every feed, for trials; else the operator's word on a feed counts, else what was learnt of it,
    between `shortest` and `longest`, spread by a tenth either way, so that feeds that were added together don't fall due
    together for ever. `chance` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        interval: timedelta | None = None,
        *,
        shortest: timedelta = SHORTEST,
        longest: timedelta = LONGEST,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._interval = interval
        self._shortest = shortest
        self._longest = max(longest, shortest)
        self._chance = chance

    def usual(self, claim: ClaimedFeed, memory: FeedMemory, seen: Seen) -> tuple[timedelta, FeedMemory]:
        """After an answer that could be used: give the time to the next poll, and the memory with what this one taught."""
        memory = replace(memory, rate=_rate(claim, memory.rate, seen))
        least = _least(memory)
        delay = self._bounded(max(self._learnt(claim, memory, seen), least))
        memory = replace(memory, delay=delay)
        if fixed := self._interval or claim.spec.interval:
            return fixed, memory
        chance = self._chance()
        spread = max(delay * (0.9 + 0.2 * chance), min(least, self._longest) * (1 + 0.1 * chance))
        return self._bounded(spread) if spread <= self._longest else self._longest * (0.9 + 0.1 * chance), memory

    def after_failure(self, claim: ClaimedFeed) -> timedelta:
        """After a failure: twice as long for each one before it, by chance a quarter more or less, a day at most."""
        usual = self._interval or claim.spec.interval or claim.memory.delay or self._bounded(DEFAULT)
        chance = self._chance()
        longest = LONGEST_WAIT * (0.9 + 0.1 * chance)  # those that failed together don't come back together for ever
        return min(usual * 2.0 ** min(claim.failures, 30) * (0.75 + 0.5 * chance), longest)

    def after_outage(self, claim: ClaimedFeed) -> timedelta:
        """While our own network is down: as usual, but five minutes at most, by chance a quarter more or less."""
        usual = self._interval or claim.spec.interval or claim.memory.delay or DEFAULT
        return min(max(usual, _OUTAGE_SHORTEST), _OUTAGE_LONGEST) * (0.75 + 0.5 * self._chance())

    def held(self, wait: timedelta) -> timedelta:
        """After a server asked to be left alone for so long."""
        return min(wait, LONGEST_WAIT)

    def _learnt(self, claim: ClaimedFeed, memory: FeedMemory, seen: Seen) -> timedelta:
        delay = DEFAULT
        if memory.rate is not None:
            hours = min(1 / (_POLLS_AN_ENTRY * memory.rate) if memory.rate > 0 else math.inf, self._longest / _HOUR)
            delay = timedelta(hours=hours)
        if memory.delay is None:
            return min(delay, _FIRST_LONGEST)
        if claim.polled_before and not seen.shows_enough_known:
            return min(delay, memory.delay / 2)
        return min(delay, memory.delay * _GROWTH)

    def _bounded(self, delay: timedelta) -> timedelta:
        return min(max(delay, self._shortest), self._longest)


def _rate(claim: ClaimedFeed, known: float | None, seen: Seen) -> float | None:
    if claim.last_success is None or known is None:
        return _first_rate(claim.at, seen.dates)
    hours = max((claim.at - claim.last_success) / _HOUR, 1 / 3600)
    weight = math.exp(-hours / (_AVERAGED / _HOUR))
    return known * weight + seen.new / hours * (1 - weight)


def _first_rate(now: datetime, dates: Sequence[datetime]) -> float | None:
    """Give the entries an hour since the oldest one of the last week; None where entries have no dates."""
    past = [date for date in dates if date <= now]
    recent = [date for date in past if now - date <= _FIRST_SPAN]
    if not past:
        return None
    if not recent:
        return 0.0
    return len(recent) / max((now - min(recent)) / _HOUR, 1.0)


def _least(memory: FeedMemory) -> timedelta:
    """Give the interval that server and document ask for."""
    period = memory.period
    if period and memory.rate and memory.rate * (period / _HOUR) > 1:
        period = None
    return max((wish for wish in (memory.ttl, memory.max_age, period) if wish), default=timedelta(0))
