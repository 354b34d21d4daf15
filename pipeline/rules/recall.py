"""How much of what a rule should find it finds, estimated from articles that somebody has judged.

The estimator is that for a stratified random sample: of a stratum of N articles of which n were judged and x found relevant,
N x / n are relevant; recall is the relevant ones among those that matched, divided by all relevant ones. Its interval is the
one that W. Webber recommends ("Approximate recall confidence intervals", ACM Transactions on Information Systems 31 (1),
2013): for each stratum a beta-binomial posterior of how many of those not judged are relevant, with half an article added to
either count, and recall's own posterior by drawing from these at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from random import Random

CONFIDENCE = 0.95
DRAWS = 4_000
_HALF = 0.5
_FEW = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Articles that are alike: `size` in all, of which so many were judged, and so many of these are relevant.

    `matched` tells whether these are the ones that the rule matches.
    """

    name: str
    size: int
    judged: int
    relevant: int
    matched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """An estimate, from 0 to 1, and the interval that holds the true value with a confidence of 95 %.

    `missed` is about how many relevant articles were not matched.
    """

    share: float
    low: float
    high: float
    missed: float


def estimate_recall(strata: Sequence[Stratum], seed: int = 0, draws: int = DRAWS) -> Recall | None:
    """Estimate recall; None where a stratum with articles was not judged at all, or nothing relevant was found.

    The same strata and seed give the same interval.
    """
    given = [stratum for stratum in strata if stratum.size]
    if not given or any(not stratum.judged for stratum in given):
        return None
    found = _sum(given, [stratum.size * stratum.relevant / stratum.judged for stratum in given], matched=True)
    missed = _sum(given, [stratum.size * stratum.relevant / stratum.judged for stratum in given], matched=False)
    if not found + missed:
        return None
    random = Random(seed)  # noqa: S311 - nothing is secret here
    shares = []
    for _ in range(draws):
        drawn = [_yield(stratum, random) for stratum in given]
        of_matched = _sum(given, drawn, matched=True)
        all_of_them = of_matched + _sum(given, drawn, matched=False)
        if all_of_them:
            shares.append(of_matched / all_of_them)
    shares.sort()
    cut = int(len(shares) * (1 - CONFIDENCE) / 2)
    share = found / (found + missed)
    return Recall(share=share, low=min(shares[cut], share), high=max(shares[-cut - 1], share), missed=missed)


def _sum(strata: Sequence[Stratum], numbers: Sequence[float], *, matched: bool) -> float:
    return sum(number for stratum, number in zip(strata, numbers, strict=True) if stratum.matched is matched)


def _yield(stratum: Stratum, random: Random) -> float:
    """Draw how many of a stratum's articles are relevant."""
    chance = random.betavariate(stratum.relevant + _HALF, stratum.judged - stratum.relevant + _HALF)
    return stratum.relevant + _binomial(stratum.size - stratum.judged, chance, random)


def _binomial(trials: int, chance: float, random: Random) -> int:
    """Draw how many of the trials succeed: from failure to failure where few are to be expected, and else by the normal law."""
    if chance > _HALF:
        return trials - _binomial(trials, 1 - chance, random)
    if not trials or chance <= 0:
        return 0
    if trials * chance > _FEW:
        drawn = random.gauss(trials * chance, sqrt(trials * chance * (1 - chance)))
        return min(max(round(drawn), 0), trials)
    place, successes = 0, -1
    while place <= trials:
        successes += 1
        place += int(log(1 - random.random()) / log(1 - chance)) + 1
    return successes
