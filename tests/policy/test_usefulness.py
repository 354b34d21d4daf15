"""What the verdicts of analysts say of a rule."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.policy.usefulness import Suspect, usefulness, wilson
from pipeline.state.interface import AlertVerdict

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def verdict(
    number: int, *words: str, useful: int = 0, false: int = 0, rule: str = "wagner", wait: int | None = None
) -> AlertVerdict:
    raised = NOON + timedelta(hours=number)
    taken = None if wait is None else raised + timedelta(minutes=wait)
    return AlertVerdict(
        alert=f"{rule}-{number}",
        rule=rule,
        created=raised,
        matches=words,
        useful=useful,
        false=false,
        acknowledged=taken,
    )


def test_the_share_of_false_alerts_is_that_of_those_that_were_judged() -> None:
    [found] = usefulness(
        [
            *(verdict(n, "Wagner Group", useful=1) for n in range(6)),
            *(verdict(n, "Wagner", false=2, useful=1) for n in range(10, 12)),
            verdict(20, "Wagner", false=1, useful=1),
            verdict(21, "Wagner"),
        ]
    )

    assert (found.alerts, found.useful, found.false, found.disputed) == (10, 6, 2, 1)
    assert found.share_false == 0.25
    assert found.interval == pytest.approx((0.0715, 0.5907), abs=0.001)


def test_the_words_behind_false_alerts_are_those_that_useful_ones_lack() -> None:
    [found] = usefulness(
        [
            *(verdict(n, "Wagner", "mercenaries", useful=1) for n in range(4)),
            verdict(8, "wagner", "Bayreuth", false=1),
            verdict(9, "Wagner", "bayreuth", "mercenaries", false=1),
        ]
    )

    assert found.suspects[0] == Suspect("Bayreuth", 2, 0)
    assert "mercenaries" not in {suspect.word for suspect in found.suspects}


def test_the_time_to_acknowledge_is_the_median_of_those_that_were_taken_on() -> None:
    [found] = usefulness([verdict(1, wait=5), verdict(2, wait=15), verdict(3, wait=60), verdict(4)])

    assert found.acknowledged == 3
    assert found.to_acknowledge == timedelta(minutes=15)
    assert found.share_false is None


def test_the_rule_with_the_most_false_alerts_comes_first_and_what_nobody_judged_last() -> None:
    found = usefulness([verdict(1, rule="quiet"), verdict(2, rule="good", useful=1), verdict(3, rule="bad", false=1)])

    assert [one.rule for one in found] == ["bad", "good", "quiet"]


def test_the_interval_is_wilsons() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=0.0005)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=0.0005)
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=0.0005)
