"""How likely two articles are about one event: a logistic regression over what they have in common in any language.

The signs of its weights are fixed where it is fitted (benchmarks/stories_fit.py): what agrees never speaks against, what
disagrees never for.
"""

from collections.abc import Sequence
from math import cos, exp, hypot, log1p, radians

from pipeline.relate.trace import GENERIC, Trace, aftermaths
from pipeline.relate.weights import BIAS, WEIGHTS
from pipeline.relate.wording import APART, speaks_against

FEATURES = (
    "same_language",
    "spot",
    "spot_of_event",
    "no_spot",
    "other_event",
    "first_country",
    "other_first_country",
    "country",
    "no_country",
    "head",
    "kinds",
    "no_kind",
    "aftermath",
    "numbers",
    "dead",
    "other_dead",
    "other_numbers",
    "day",
    "other_day",
    "names",
    "no_name",
    "hours",
    "days_between",
    "title_words",
    "words",
    "country_and_head",
    "spot_and_head",
    "country_and_numbers",
    "names_and_head",
)
AGAINST = frozenset(
    {
        "no_spot",
        "other_event",
        "other_first_country",
        "no_country",
        "no_kind",
        "aftermath",
        "other_dead",
        "other_numbers",
        "other_day",
        "no_name",
        "hours",
        "days_between",
    }
)
"""The features that may only speak against a story; the others may only speak for it."""

NEAR = 0.6
"""Degrees within which two spots may be one event's: a town and its suburb, a village and the next town."""
COPY = 6.0
"""The log-odds that copies of one text are about one event."""
_SAME_LANGUAGE = FEATURES.index("same_language")
_OTHER_SPOT = (FEATURES.index("no_spot"), FEATURES.index("other_event"))
_NEARLY = 0.6
_NAME_OF_LEXICON = 1.5  # as much as a name of five consonants
_FEWEST_IN_TITLE = 4
_FEWEST_IN_TEXT = 8
_GENERIC_WEIGHT = 0.3
_COUNTED = ("dead ",)


def likeness(one: Trace, other: Trace) -> float:
    """Give the log-odds that two articles are about one event."""
    if (one.original or one.article) == (other.original or other.article):
        return COPY
    found = features(one, other)
    log_odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True) if value)
    if log_odds > APART and found[_SAME_LANGUAGE] and speaks_against(one, other, any(found[i] for i in _OTHER_SPOT)):
        return APART
    return log_odds


def chance(log_odds: float) -> float:
    """Give the probability of log-odds."""
    return 1.0 / (1.0 + exp(-log_odds)) if log_odds > -30 else 0.0


def core_likeness(members: Sequence[Trace], others: Sequence[Trace]) -> float:
    """Give the log-odds that two stories' cores are one event: the mean over all pairs, so that no single pair chains them."""
    total = sum(likeness(member, other) for member in members for other in others)
    return total / (len(members) * len(others))


def features(one: Trace, other: Trace) -> tuple[float, ...]:
    """Give what two articles have in common and what not, in the order of FEATURES."""
    same_language = one.language == other.language != "und"
    spot, spot_of_event, no_spot, other_event = _spots(one, other)
    first, other_first = _first_countries(one, other)
    lands = one.country_set & other.country_set
    country = _share(lands, one.country_set, other.country_set)
    no_country = float(bool(one.countries and other.countries and not lands))
    head, kinds, no_kind = _kinds(one, other)
    shared = one.numbers & other.numbers
    numbers = min(2.0, sum(0.5 if number.isdigit() and int(number) < 10 else 1.0 for number in shared))
    counted, other_counted = _dead(one), _dead(other)
    dead = float(bool(counted & other_counted))
    names = min(3.0, sum(_NAME_OF_LEXICON if name[0] == "@" else len(name) / 2 - 1 for name in one.names & other.names))
    hours = abs((one.moment - other.moment).total_seconds()) / 3600
    days = one.days & other.days
    return (
        float(same_language),
        spot,
        spot_of_event,
        no_spot,
        other_event,
        first,
        other_first,
        country,
        no_country,
        head,
        kinds,
        no_kind,
        float(_follows(one, other)),
        numbers,
        dead,
        float(bool(counted and other_counted) and not dead),
        float(bool(one.numbers and other.numbers and not shared)),
        float(bool(days)),
        float(bool(one.days and other.days and not days)),
        names,
        float(len(one.names) > 1 and len(other.names) > 1 and not names),
        log1p(hours),
        min(5.0, hours / 24),
        _cosine(one.title_words, other.title_words, _FEWEST_IN_TITLE) if same_language else 0.0,
        _cosine(one.words, other.words, _FEWEST_IN_TEXT) if same_language else 0.0,
        country * head,
        spot * head,
        country * numbers,
        min(1.0, names) * head,
    )


def _spots(one: Trace, other: Trace) -> tuple[float, float, float, float]:
    if not one.spots or not other.spots:
        return 0.0, 0.0, 0.0, 0.0
    shared = one.spot_names & other.spot_names
    near = bool(shared) or any(_near(mine, its) for mine in one.spots for its in other.spots)
    mine = [spot for spot in one.spots if spot[3]]
    others = [spot for spot in other.spots if spot[3]]
    event = any(_near(spot, its) for spot in mine for its in others)
    return (
        1.0 if shared else _NEARLY if near else 0.0,
        float(event),
        float(not near),
        float(bool(mine and others) and not event),
    )


def _first_countries(one: Trace, other: Trace) -> tuple[float, float]:
    if not one.countries or not other.countries:
        return 0.0, 0.0
    mine, its = one.countries[0], other.countries[0]
    if mine != its and mine in other.country_set and its in one.country_set:
        return 0.5, 0.0  # an Austrian who is abducted in Niger, and one abducted in Niger who is Austrian
    return float(mine == its), float(mine != its)


def _near(one: tuple[str, float, float, bool], other: tuple[str, float, float, bool]) -> bool:
    return hypot(one[1] - other[1], (one[2] - other[2]) * cos(radians(one[1]))) <= NEAR


def _kinds(one: Trace, other: Trace) -> tuple[float, float, float]:
    head = _weight(one.head & other.head) / max(_weight(one.head | other.head), 1.0)
    kinds = _weight(one.kinds & other.kinds) / max(1.0, _weight(one.kinds) * _weight(other.kinds)) ** 0.5
    crossed = (one.head & other.kinds) | (one.kinds & other.head)
    return min(1.0, head), kinds, float(bool(one.head and other.head) and not crossed)


def _follows(one: Trace, other: Trace) -> bool:
    """Tell whether one article's title is on what followed an event, of which the other says nothing."""
    mine, its = aftermaths(one), aftermaths(other)
    return not mine & its and not (mine <= other.kinds and its <= one.kinds)


def _weight(kinds: frozenset[str]) -> float:
    return sum(_GENERIC_WEIGHT if kind in GENERIC else 1.0 for kind in kinds)


def _dead(trace: Trace) -> frozenset[str]:
    return frozenset(number for number in trace.numbers if number.startswith(_COUNTED))


def _share(both: frozenset[str], one: frozenset[str], other: frozenset[str]) -> float:
    return len(both) / min(len(one), len(other)) if both else 0.0


def _cosine(one: frozenset[bytes], other: frozenset[bytes], fewest: int) -> float:
    """Give the cosine; what has few words counts as if it had so many, or "Report 5" and "Report 6" would be alike."""
    return float(len(one & other) / (max(len(one), fewest) * max(len(other), fewest)) ** 0.5)
