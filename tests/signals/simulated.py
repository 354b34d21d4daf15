"""Weeks of a newsroom's hours, drawn at random: busy by day, quieter at night and at weekends, more or less in clusters."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.signals.rates import Source

WEEKS = 8
LEARNT = WEEKS * 168


@dataclass
class Weeks:
    """Sources with a mean number an hour each; `clusters` is variance to mean."""

    rate: float
    sources: int
    clusters: float
    weeks: int
    seed: int
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    totals: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        for number in range(self.sources):
            name = f"https://feed{number}.example/rss"
            counts, totals = self.counts.setdefault(name, {}), self.totals.setdefault(name, {})
            for hour in range(LEARNT + self.weeks * 168):
                found = drawn(chance, self.rate * rhythm(hour), self.clusters)
                others = drawn(chance, 9 * self.rate * rhythm(hour), self.clusters)
                counts |= {hour: found} if found else {}
                totals |= {hour: found + others} if found + others else {}

    def watched(self) -> Iterator[int]:
        """Give the hours that follow the first eight weeks."""
        yield from range(LEARNT, LEARNT + self.weeks * 168)

    def observed(self, hour: int) -> int:
        return sum(counts.get(hour, 0) for counts in self.counts.values())

    def past(self, hour: int) -> Mapping[str, Source]:
        """Give what is known in an hour."""

        def known(hours: Mapping[int, int]) -> Mapping[int, int]:
            return {at: count for at, count in hours.items() if hour - LEARNT <= at <= hour}

        return {name: Source(0, known(self.counts[name]), known(self.totals[name])) for name in self.counts}


def rhythm(hour: int) -> float:
    """Give how much more or less than on average there is."""
    day, clock = (hour - 96) % 168 // 24, (hour - 96) % 24
    return (1.6 if 6 <= clock < 20 else 0.35) * (0.5 if day >= 5 else 1.15)


def drawn(chance: random.Random, mean: float, clusters: float) -> int:
    """Draw a count: Poisson's, or with a mean that itself is drawn (gamma), which makes clusters."""
    if clusters > 1:
        mean = chance.gammavariate(mean / (clusters - 1), clusters - 1)
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
