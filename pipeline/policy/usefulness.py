"""How useful a rule's alerts are, by what analysts said of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from statistics import NormalDist, median

from pipeline.state.interface import AlertVerdict
from pipeline.text.tokens import fold

CONFIDENCE = 0.95
MOST_WORDS = 5
MOST_NOTES = 3


@dataclass(frozen=True, slots=True)
class Suspect:
    """A word that matched in alerts called false: in how many of those, and in how many called useful."""

    word: str
    in_false: int
    in_useful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usefulness:
    """The alerts of a rule, and what analysts made of them.

    `share_false` is that of the alerts that were judged, with the interval in which it lies with a confidence of 95 %; None
    where none was judged. An alert on which as many say one thing as the other is `disputed`, and counts as judged by
    neither. `to_acknowledge` is the median time until somebody took an alert on, over those that somebody did.
    """

    rule: str
    alerts: int
    useful: int
    false: int
    disputed: int
    acknowledged: int
    share_false: float | None
    interval: tuple[float, float] | None
    to_acknowledge: timedelta | None
    suspects: tuple[Suspect, ...]
    notes: tuple[str, ...]


def usefulness(verdicts: Iterable[AlertVerdict]) -> list[Usefulness]:
    """Sum up what was said, rule by rule: the one with the largest share of false alerts first, those not judged last."""
    by_rule: dict[str, list[AlertVerdict]] = {}
    for verdict in verdicts:
        by_rule.setdefault(verdict.rule, []).append(verdict)
    found = [_of_rule(rule, of_rule) for rule, of_rule in by_rule.items()]
    return sorted(
        found, key=lambda one: (-1.0 if one.share_false is None else one.share_false, one.alerts), reverse=True
    )


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Give the score interval of a share: E. B. Wilson, "Probable inference", J. Am. Stat. Assoc. 22 (1927)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _of_rule(rule: str, verdicts: Sequence[AlertVerdict]) -> Usefulness:
    useful = [one for one in verdicts if one.useful > one.false]
    false = [one for one in verdicts if one.false > one.useful]
    waits = [(one.acknowledged - one.created).total_seconds() for one in verdicts if one.acknowledged]
    judged = len(useful) + len(false)
    return Usefulness(
        rule=rule,
        alerts=len(verdicts),
        useful=len(useful),
        false=len(false),
        disputed=sum(bool(one.useful) and one.useful == one.false for one in verdicts),
        acknowledged=len(waits),
        share_false=len(false) / judged if judged else None,
        interval=wilson(len(false), judged) if judged else None,
        to_acknowledge=timedelta(seconds=max(median(waits), 0.0)) if waits else None,
        suspects=_suspects(false, useful),
        notes=tuple(note for one in reversed(false) for note in one.notes)[:MOST_NOTES],
    )


def _suspects(false: Sequence[AlertVerdict], useful: Sequence[AlertVerdict]) -> tuple[Suspect, ...]:
    """Give the words that speak most for a false alert: by the odds of standing in one, half an alert added to each count."""
    spelled: dict[str, str] = {}
    counts: list[Counter[str]] = []
    for verdicts in (false, useful):
        words: Counter[str] = Counter()
        for one in verdicts:
            forms = {fold(word): word for word in one.matches}
            spelled |= {form: word for form, word in forms.items() if form not in spelled}
            words.update(forms.keys())
        counts.append(words)
    in_false, in_useful = counts

    def weight(form: str) -> float:
        with_it = (in_false[form] + 0.5) / (len(false) - in_false[form] + 0.5)
        without = (in_useful[form] + 0.5) / (len(useful) - in_useful[form] + 0.5)
        return with_it / without

    suspects = sorted((form for form in in_false if weight(form) > 1), key=lambda form: (-weight(form), form))
    return tuple(Suspect(spelled[form], in_false[form], in_useful[form]) for form in suspects[:MOST_WORDS])
