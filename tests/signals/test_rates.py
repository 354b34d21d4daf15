"""What is usual and what is a burst, on weeks that were drawn at random."""

import math

import pytest

from pipeline.signals.model import Kind, Of, Signal
from pipeline.signals.rates import Source, learn, longest_gap, nothing, tail
from tests.signals.simulated import LEARNT, Weeks, rhythm

SIGNAL = Signal(id="s", kind=Kind.BURST, of=Of.COUNTRY, name="s")


def is_burst(observed: int, expected: float, dispersion: float) -> bool:
    enough = observed >= max(SIGNAL.least, SIGNAL.times * expected)
    return enough and tail(observed, expected, dispersion) < SIGNAL.chance


@pytest.mark.parametrize("clusters", [1.0, 2.0, 3.0])
def test_weeks_without_news_bring_no_burst_by_day_by_night_or_at_weekends(clusters: float) -> None:
    false = 0
    for rate, sources in ((0.05, 8), (0.3, 8)):
        weeks = Weeks(rate, sources, clusters, weeks=4, seed=7)
        for hour in weeks.watched():
            if weeks.observed(hour) >= SIGNAL.least:
                usual = learn(weeks.past(hour), hour, LEARNT)
                false += is_burst(weeks.observed(hour), usual.after_outages(hour), usual.dispersion)
    assert false == 0


@pytest.mark.parametrize(("clusters", "enough"), [(1.0, 15), (2.0, 25)])
def test_ten_times_as_much_as_usual_is_a_burst_in_its_hour(clusters: float, enough: int) -> None:
    weeks = Weeks(0.3, 8, clusters, weeks=1, seed=11)
    missed = []
    for hour in list(weeks.watched())[::5]:
        usual = learn(weeks.past(hour), hour, LEARNT)
        tenfold = math.ceil(10 * 8 * 0.3 * rhythm(hour))
        if not is_burst(tenfold, usual.after_outages(hour), usual.dispersion):
            missed.append(tenfold)

    assert [count for count in missed if count >= enough] == [], "ten articles where one is usual may be chance"


def test_what_is_expected_follows_hours_and_weekdays() -> None:
    weeks = Weeks(0.5, 6, 1.0, weeks=1, seed=3)
    usual = learn(weeks.past(LEARNT), LEARNT, LEARNT)

    for hour in range(LEARNT, LEARNT + 168, 7):
        assert usual.expected(hour) == pytest.approx(6 * 0.5 * rhythm(hour), rel=0.8)


def test_sources_that_are_read_again_after_an_outage_are_expected_to_bring_what_they_owe() -> None:
    weeks = Weeks(0.3, 8, 1.0, weeks=1, seed=5)
    hour = LEARNT + 60
    owed = 0
    for name in weeks.counts:
        for at in range(hour - 20, hour):
            owed += weeks.counts[name].pop(at, 0)
            weeks.totals[name].pop(at, None)

    usual = learn(weeks.past(hour), hour, LEARNT)

    assert not is_burst(owed + weeks.observed(hour), usual.after_outages(hour), usual.dispersion)
    assert is_burst(owed + weeks.observed(hour), usual.expected(hour), usual.dispersion)


def test_a_level_that_has_been_high_for_days_is_the_level_to_compare_with() -> None:
    steady = dict.fromkeys(range(LEARNT), 1)
    raised = steady | dict.fromkeys(range(LEARNT - 48, LEARNT), 6)

    before, after = (
        learn({"a": Source(0, counts, counts)}, LEARNT, LEARNT).expected(LEARNT) for counts in (steady, raised)
    )

    assert before == pytest.approx(1.0, rel=0.2)
    assert after > 2.5


def test_probabilities_are_those_of_textbooks() -> None:
    assert tail(5, 1.0, 1.0) == pytest.approx(0.00365985, rel=1e-5)  # Poisson with mean 1
    assert tail(3, 2.0, 2.0) == pytest.approx(5 / 16, rel=1e-9)  # negative binomial, size 2, p 1/2
    assert tail(1, 4.0, 1.0) == pytest.approx(1 - math.exp(-4), rel=1e-9)
    assert nothing(4.0, 1.0) == pytest.approx(math.exp(-4), rel=1e-9)
    assert (tail(0, 1.0, 1.0), longest_gap([3, 9, 10])) == (1.0, 6)
