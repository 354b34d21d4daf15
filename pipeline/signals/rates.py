"""What the past leads one to expect of an hour, and how improbable what came is.

Each source is expected to do as it has done: as often as at this hour of the week in its past, drawn towards its mean rate
times a profile of hours and weekdays that all sources share by so much as its own weeks are few. A source without a past is
left out, and one that is read again after an outage is expected to bring what it owes, so neither makes a burst. Counts are
modelled as negative binomial with a variance of so many times the mean as the past shows ("NB1" in Cameron and Trivedi,
Regression Analysis of Count Data, 1998, ch. 3), which is Poisson's where it is one.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

DAY = 24
WEEK = 168
_MONDAY = 96
"""The hour since 1970 with which the first Monday began."""
OWN_WEEKS = 4.0
"""So many weeks of its own weigh as much as the shared profile."""
SHARED = 12.0
"""So many articles in an hour of the day, or on a weekday, weigh as much as no profile at all."""
DISPERSION, DISPERSION_WEIGHT = 1.6, 40.0
"""What is assumed of variance to mean, and how many articles weigh as much."""
RECENT = 72
LEVEL_WEIGHT = 6.0
"""A level that was raised over the last three days is the level to compare with; so many articles weigh against it."""

OUTAGE = 5.0
LONGEST_OUTAGE = 72

Hours = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A source's past: since which hour it is known, its articles of what is watched, and all of them, by hours since 1970."""

    since: int
    counts: Hours = field(default_factory=dict)
    totals: Hours = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usual:
    """What the past of several sources leads one to expect, up to the hour `until`, which is not counted in."""

    sources: Mapping[str, Source]
    until: int
    window: int
    means: Mapping[str, float]
    rates: Mapping[str, float]
    profile: Sequence[float]
    dispersion: float
    level: float

    def expected(self, hour: int) -> float:
        """Give the expected number of articles in an hour."""
        return self.level * sum(self.of_source(name, hour) for name in self.sources)

    def after_outages(self, hour: int) -> float:
        """Give the expected number of an hour, with what sources are to catch up on that brought nothing for long before.

        It was long when at least OUTAGE articles should have come: of the source alone, or of all of them together.
        """
        shared = self._gap(self.sources, hour)
        return self.level * sum(
            self.of_source(name, at)
            for name in self.sources
            for at in range(hour - max(shared, self._gap([name], hour)), hour + 1)
        )

    def of_source(self, name: str, hour: int) -> float:
        """Give what is expected of one source in an hour, at its usual level."""
        source = self.sources[name]
        begin = max(source.since, self.until - self.window)
        weeks = range(hour - WEEK, begin - 1, -WEEK)
        own = sum(source.counts.get(week, 0) for week in weeks if week < self.until)
        shared = self.means[name] * self.profile[_of_week(hour)]
        return (own + OWN_WEEKS * shared) / (len(weeks) + OWN_WEEKS)

    def _gap(self, names: Collection[str], hour: int) -> int:
        """Give for how many hours before this one the sources brought nothing at all, where that is remarkable."""
        gap = 0
        while gap < LONGEST_OUTAGE and not any(self.sources[name].totals.get(hour - 1 - gap) for name in names):
            gap += 1
        return gap if gap * sum(self.rates[name] for name in names) >= OUTAGE else 0


def learn(sources: Mapping[str, Source], until: int, window: int) -> Usual:
    """Learn what is usual from the hours before `until`, `window` hours at most."""
    begins = {name: max(source.since, until - window) for name, source in sources.items()}
    means = {name: _mean(source.counts, begins[name], until, 0.5) for name, source in sources.items()}
    rates = {name: _mean(source.totals, begins[name], until, 0.0) for name, source in sources.items()}
    profile = _profile(sources, means, begins, until)
    plain = Usual(sources, until, window, means, rates, profile, 1.0, 1.0)
    expected, counts = _in_hours(plain, begins)
    dispersion, level = _dispersion(expected, counts), _level(expected, counts, until)
    return Usual(sources, until, window, means, rates, profile, dispersion, level)


def tail(observed: int, expected: float, dispersion: float) -> float:
    """Give the probability of so many articles or more."""
    if observed <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if observed <= expected:
        return 1.0 - sum(math.exp(_log_probability(count, expected, dispersion)) for count in range(observed))
    total, count = 0.0, observed
    while True:
        term = math.exp(_log_probability(count, expected, dispersion))
        total += term
        if term <= total * 1e-12:
            return min(1.0, total)
        count += 1


def nothing(expected: float, dispersion: float) -> float:
    """Give the probability of no article at all where so many were expected, over however many hours."""
    return math.exp(_log_probability(0, expected, dispersion)) if expected > 0 else 1.0


def longest_gap(hours: Iterable[int]) -> int:
    """Give the most hours that lay between two hours with articles."""
    known = sorted(hours)
    return max((later - earlier for earlier, later in pairwise(known)), default=0)


def _mean(hours: Hours, begin: int, until: int, more: float) -> float:
    return (sum(count for at, count in hours.items() if begin <= at < until) + more) / max(1, until - begin)


def _log_probability(count: int, expected: float, dispersion: float) -> float:
    if dispersion <= 1.001:
        return count * math.log(expected) - expected - math.lgamma(count + 1)
    size = expected / (dispersion - 1.0)
    ways = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
    return ways - size * math.log(dispersion) + count * math.log((dispersion - 1.0) / dispersion)


def _of_week(hour: int) -> int:
    return (hour - _MONDAY) % WEEK


def _profile(
    sources: Mapping[str, Source], means: Mapping[str, float], begins: Mapping[str, int], until: int
) -> list[float]:
    """Give how much more or less than on average there is at each hour of the week: a product of hour and weekday."""
    flat, counts = [0.0] * WEEK, [0.0] * WEEK
    for name, source in sources.items():
        length = until - begins[name]
        for offset in range(WEEK):
            flat[_of_week(begins[name] + offset)] += means[name] * (length // WEEK + (offset < length % WEEK))
        for at, count in source.counts.items():
            if begins[name] <= at < until:
                counts[_of_week(at)] += count
    days = [_factor(counts[day * DAY : day * DAY + DAY], flat[day * DAY : day * DAY + DAY]) for day in range(7)]
    clock = [_factor(counts[hour::DAY], flat[hour::DAY]) for hour in range(DAY)]
    return [days[number // DAY] * clock[number % DAY] for number in range(WEEK)]


def _factor(counts: Sequence[float], flat: Sequence[float]) -> float:
    return (sum(counts) + SHARED) / (sum(flat) + SHARED)


def _in_hours(usual: Usual, begins: Mapping[str, int]) -> tuple[dict[int, float], dict[int, int]]:
    """Give for each hour of the past what the profile leads one to expect, and what there was."""
    first = min(begins.values(), default=usual.until)
    starting: dict[int, float] = {}
    for name, begin in begins.items():
        starting[begin] = starting.get(begin, 0.0) + usual.means[name]
    expected, rate = {}, 0.0
    for hour in range(first, usual.until):
        rate += starting.get(hour, 0.0)
        expected[hour] = rate * usual.profile[_of_week(hour)]
    counts: dict[int, int] = {}
    for name, source in usual.sources.items():
        for hour, count in source.counts.items():
            if begins[name] <= hour < usual.until:
                counts[hour] = counts.get(hour, 0) + count
    return expected, counts


def _dispersion(expected: Mapping[int, float], counts: Hours) -> float:
    """Give variance to mean; an hour that was a burst counts as a very full one only."""
    squares = 0.0
    for hour, mean in expected.items():
        most = mean + 6.0 * math.sqrt(DISPERSION * mean) + 3.0
        squares += (min(counts.get(hour, 0), most) - mean) ** 2
    total = sum(expected.values())
    return max(1.0, (squares + DISPERSION * DISPERSION_WEIGHT) / (total + DISPERSION_WEIGHT))


def _level(expected: Mapping[int, float], counts: Hours, until: int) -> float:
    """Give how much the last days lay above what is usual; a low level counts as none, since it may be a fault's."""
    recent = range(until - RECENT, until)
    usual = sum(expected.get(hour, 0.0) for hour in recent)
    return max(1.0, (sum(counts.get(hour, 0) for hour in recent) + LEVEL_WEIGHT) / (usual + LEVEL_WEIGHT))
