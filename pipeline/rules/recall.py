"""How much of what a rule should find it finds, estimated from articles that somebody has judged.

The estimator is that for a stratified random sample: of a stratum of N articles of which n were judged and x found relevant,
N x / n are relevant; recall is the relevant ones among those that matched, divided by all relevant ones. Its interval is the
one that W. Webber recommends ("Approximate recall confidence intervals", ACM Transactions on Information Systems 31 (1),
2013): for each stratum a beta-binomial posterior of how many of those not judged are relevant, with half an article added to
either count, and recall's own posterior by drawing from these at random. That gives the interval's lower end. He has one
stratum of what was missed; of several in which nearly nothing is relevant, one such article is easily found in a small sample,
and the true recall then lies above. So the upper end puts together each stratum's own limit, after C. J. Clopper and E. S.
Pearson ("The use of confidence or fiducial limits", Biometrika 26, 1934), and is rather too high than too low.
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
    cut = int(draws * (1 - CONFIDENCE) / 2)
    low = _shares(given, random, draws)[cut]
    limits = [_yields(stratum, random, draws)[-cut - 1 if stratum.matched else cut] for stratum in given]
    most, least = _sum(given, limits, matched=True), _sum(given, limits, matched=False)
    high = most / (most + least) if most + least else 1.0
    share = found / (found + missed)
    return Recall(share=share, low=min(low, share), high=max(high, share), missed=missed)


def _sum(strata: Sequence[Stratum], numbers: Sequence[float], *, matched: bool) -> float:
    return sum(number for stratum, number in zip(strata, numbers, strict=True) if stratum.matched is matched)


def _shares(strata: Sequence[Stratum], random: Random, draws: int) -> list[float]:
    """Draw recall so many times, in rising order."""
    shares = []
    for _ in range(draws):
        drawn = [_yield(stratum, random, _HALF, _HALF) for stratum in strata]
        of_matched = _sum(strata, drawn, matched=True)
        every = of_matched + _sum(strata, drawn, matched=False)
        shares.append(of_matched / every if every else 1.0)
    return sorted(shares)


def _yields(stratum: Stratum, random: Random, draws: int) -> list[int]:
    """Draw how many articles are relevant, in rising order: for an upper limit of what matched, and a lower one of others."""
    relevant, others = (1.0, 0.0) if stratum.matched else (0.0, 1.0)
    return sorted(_yield(stratum, random, relevant, others) for _ in range(draws))


def _yield(stratum: Stratum, random: Random, relevant: float, others: float) -> int:
    """Draw how many of a stratum's articles are relevant, with so much added to those that are and to those that are not."""
    left, alpha = stratum.size - stratum.judged, stratum.relevant + relevant
    beta = stratum.judged - stratum.relevant + others
    if not left or not alpha:
        return stratum.relevant
    chance = random.betavariate(alpha, beta) if beta else 1.0
    return stratum.relevant + _binomial(left, chance, random)


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
