"""How much of what it should find a rule finds, estimated from a sample."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from pipeline.rules.recall import Stratum, estimate_recall


def matched(size: int, judged: int, relevant: int) -> Stratum:
    return Stratum(name="matched", size=size, judged=judged, relevant=relevant, matched=True)


def near(size: int, judged: int, relevant: int, name: str = "story") -> Stratum:
    return Stratum(name=name, size=size, judged=judged, relevant=relevant)


def test_where_everything_was_judged_recall_is_known() -> None:
    recall = estimate_recall([matched(30, 30, 24), near(10, 10, 6), near(0, 0, 0, "place")])
    assert recall
    assert (recall.share, recall.low, recall.high, recall.missed) == (0.8, 0.8, 0.8, 6.0)


def test_each_stratum_counts_by_its_size_and_not_by_what_was_judged_of_it() -> None:
    recall = estimate_recall([matched(100, 10, 10), near(1000, 20, 1), near(20, 20, 10, "place")])
    assert recall
    assert recall.missed == pytest.approx(60)
    assert recall.share == pytest.approx(100 / 160)
    assert recall.low < recall.share < recall.high


def test_more_judgements_narrow_the_interval_and_one_seed_gives_one_interval() -> None:
    few = estimate_recall([matched(500, 20, 18), near(500, 20, 2)])
    many = estimate_recall([matched(500, 200, 180), near(500, 200, 20)])
    assert few
    assert many
    assert few.share == pytest.approx(many.share)
    assert many.high - many.low < (few.high - few.low) / 2
    assert few == estimate_recall([matched(500, 20, 18), near(500, 20, 2)])


@pytest.mark.parametrize(
    "strata",
    [
        pytest.param([], id="nothing"),
        pytest.param([matched(10, 5, 5), near(10, 0, 0)], id="a kind that nobody judged"),
        pytest.param([matched(10, 5, 0), near(10, 5, 0)], id="nothing relevant"),
    ],
)
def test_nothing_is_claimed_where_nothing_can_be_said(strata: list[Stratum]) -> None:
    assert estimate_recall(strata) is None


def test_none_found_missed_in_a_small_sample_is_no_proof_that_none_is() -> None:
    recall = estimate_recall([matched(50, 20, 20), near(2000, 20, 0)])
    assert recall
    assert recall.share == recall.high == 1.0
    assert recall.low < 0.6


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param([(200, 0.9), (400, 0.1)], id="one kind of what is near"),
        pytest.param([(200, 0.9), (60, 0.3), (800, 0.02), (900, 0.005)], id="several, with little in some"),
    ],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(kinds: list[tuple[int, float]]) -> None:
    chance, held, rounds = Random(3), 0, 120
    for _ in range(rounds):
        articles = [[chance.random() < share for _ in range(size)] for size, share in kinds]
        truth = sum(articles[0]) / sum(map(sum, articles))
        judged = [Counter(chance.sample(of_kind, 30))[True] for of_kind in articles]
        strata = [near(size, 30, relevant) for (size, _), relevant in zip(kinds, judged, strict=True)]
        recall = estimate_recall([replace(strata[0], matched=True), *strata[1:]], draws=300)
        held += recall is not None and recall.low <= truth <= recall.high
    assert held / rounds >= 0.92
