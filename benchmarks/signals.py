"""How often weeks without news bring a burst, and how many tenfold hours are found.

    python benchmarks/signals.py [--weeks 26]

Weeks are drawn at random (tests/signals/simulated.py): 1.6 times the mean by day and 0.35 by night, half at weekends, with a
variance of one to three times the mean. Each of their hours is compared with the eight weeks before it, as in use.
"""

import argparse
import math

from pipeline.signals.model import Kind, Of, Signal
from pipeline.signals.rates import learn, tail
from tests.signals.simulated import LEARNT, Weeks, rhythm

SIGNAL = Signal(id="s", kind=Kind.BURST, of=Of.COUNTRY, name="s")


def main() -> None:
    """Print a line for each kind of newsroom."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=26)
    weeks = parser.parse_args().weeks
    hours = false = 0
    print(
        "mean an hour  sources  variance/mean  false alarms in hours  tenfold hours found (of 10, of 20 articles or more)"
    )
    for rate, sources in ((0.02, 20), (0.1, 10), (0.3, 8), (1.0, 5)):
        for clusters in (1.0, 2.0, 3.0):
            drawn = Weeks(rate, sources, clusters, weeks, seed=1)
            wrong, found = measure(drawn)
            false, hours = false + wrong, hours + weeks * 168
            shares = ", ".join(f"{sum(hits) / len(hits):4.0%}" if hits else "   -" for hits in found)
            print(
                f"{rate * sources:12.1f}  {sources:7}  {clusters:13.1f}  {wrong:6} in {weeks * 168:6}          {shares}"
            )
    print(f"{false} false alarms in {hours} hours: {false / hours * 8766:.2f} a year for each name")


def measure(drawn: Weeks) -> tuple[int, tuple[list[bool], list[bool]]]:
    """Give the false alarms, and for tenfold hours of ten, and of twenty, articles or more whether they were found."""
    wrong, ten, twenty = 0, list[bool](), list[bool]()
    for hour in drawn.watched():
        observed = drawn.observed(hour)
        tenfold = math.ceil(10 * drawn.rate * drawn.sources * rhythm(hour))
        if observed < SIGNAL.least and hour % 5:
            continue
        usual = learn(drawn.past(hour), hour, LEARNT)
        expected = usual.after_outages(hour)
        wrong += is_burst(observed, expected, usual.dispersion)
        if hour % 5 == 0 and tenfold >= 10:
            ten.append(is_burst(tenfold, expected, usual.dispersion))
            twenty += [ten[-1]] if tenfold >= 20 else []
    return wrong, (ten, twenty)


def is_burst(observed: int, expected: float, dispersion: float) -> bool:
    """Tell whether the stock settings make a burst of it."""
    enough = observed >= max(SIGNAL.least, SIGNAL.times * expected)
    return enough and tail(observed, expected, dispersion) < SIGNAL.chance


if __name__ == "__main__":
    main()
