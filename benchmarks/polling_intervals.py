"""How many requests the learnt intervals make, and how long entries wait, next to polling every ten minutes; simulated.

    python benchmarks/polling_intervals.py [--feeds 300] [--days 4]

Feeds publish by chance (Poisson), from 0.1 to 200 entries a day, spread evenly over the orders of magnitude. The first day,
in which the intervals are learnt, does not count. Prints a JSON line.
"""

import argparse
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import mean

from pipeline.poll.schedule import Schedule, Seen
from pipeline.state.interface import ClaimedFeed, FeedMemory, FeedSpec

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SPEC = FeedSpec(url="https://outlet.example/feed")
FIXED = timedelta(minutes=10)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=300)
    arguments.add_argument("--days", type=int, default=4)
    given = arguments.parse_args()
    requests, waits = simulated(given.feeds, given.days)
    fixed = DAY / FIXED
    print(
        json.dumps(
            {
                "requests_a_day": round(mean(requests), 1),
                "every_ten_minutes": fixed,
                "ratio": round(fixed / mean(requests), 2),
                "entries_wait_minutes": round(mean(waits), 1),
                "every_ten_minutes_wait": FIXED / timedelta(minutes=2),
            }
        )
    )


def simulated(feeds: int, days: int) -> tuple[list[float], list[float]]:
    """Give the requests a day of each feed, and how many minutes each entry waited."""
    chance = random.Random(1)
    schedule = Schedule(chance=chance.random)
    requests: list[float] = []
    waits: list[float] = []
    for _ in range(feeds):
        made, waited = simulate(10 ** chance.uniform(-1, 2.3), schedule, chance, days)
        requests.append(made)
        waits += waited
    return requests, waits


def simulate(per_day: float, schedule: Schedule, chance: random.Random, days: int) -> tuple[float, list[float]]:
    """Give the requests a day, and how many minutes each entry waited."""
    end = BEGIN + days * DAY
    published, at = [], BEGIN - 60 * DAY
    while at < end:
        at += timedelta(days=chance.expovariate(per_day))
        published.append(at)
    memory, now, last, requests, waits = FeedMemory(), BEGIN, None, 0, []
    while now < end:
        shown = [date for date in published if date <= now][-30:]
        new = [date for date in shown if last is None or date > last]
        if now > BEGIN + DAY:
            requests += 1
            waits += [(now - date) / timedelta(minutes=1) for date in new]
        claim = ClaimedFeed(
            id=1, spec=SPEC, known_as=SPEC.url, token="", at=now, last_success=last, last_polled=last, failures=0,
            error=None, memory=memory,
        )  # fmt: skip
        seen = Seen(len(shown), len(new), shown) if new else Seen()
        delay, memory = schedule.usual(claim, replace(memory), seen)
        last, now = now, now + delay
    return requests / (days - 1), waits


if __name__ == "__main__":
    main()
