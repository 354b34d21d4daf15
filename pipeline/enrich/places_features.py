"""What speaks for and against each meaning of a name, as numbers for the fitted weights.

The features are those that resolving place names is commonly done with: population, the country and the state that the
text names, the other places near by, and the words beside the name. Names are scored apart from their meanings, since one
score serves all of these.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log1p, log10

from pipeline.enrich.places_common import COMMON
from pipeline.enrich.places_context import Around
from pipeline.enrich.places_cues import METROPOLIS
from pipeline.enrich.places_scan import Meaning
from pipeline.gazetteer.file import ADJECTIVE, ALTERNATE, DOUBTFUL, PERSONAL, SPOTS, Entry
from pipeline.gazetteer.spelling import is_latin

MOST_MEANINGS = 10
"""Meanings of one name that are weighed: the largest, and those that lie in a country or state that the text names."""

NAME_FEATURES = [
    "bias",
    "located",
    "all_located",
    "mentions",
    "titled",
    "headline",
    "capital_before",
    "capital_behind",
    "person",
    "organisation",
    "reported",
    "sentence",
    "civic",
    "county",
    "listed",
    "dateline",
    "bearers",
    "common",
    "lowered",
    "personal",
    "doubtful",
    "words",
    "caseless",
    "short",
    "cyrillic",
    "meanings",
    "region",
    "common_located",
    "common_sentence",
    "capitals_alone",
    "pair",
    "capital_located",
]
MEANING_FEATURES = [
    "country",
    "admin",
    "region",
    "town",
    "size",
    "caseless_size",
    "home",
    "by_hand",
    "alternate",
    "smaller",
    "first",
    "named_country",
    "named_admin",
    "direct",
    "not_direct",
    "other_country",
    "other_admin",
    "source",
    "near_source",
    "small_alone",
    "unlocated_size",
    "capital_size",
    "doubtful_kind",
    "personal_kind",
    "common_size",
    "common_kind",
    "town_of_country",
    "town_of_admin",
    "alternate_english",
    "behind_kind",
    "contested",
    "dominant",
    "metropolis",
    "division",
]
SECOND_FEATURES = [
    "near",
    "same_admin",
    "same_country",
    "country_share",
    "alone_small",
    "alone",
    "possible_near",
    "share_near",
    "possible_admin",
    "share_admin",
]
FEATURES = (*NAME_FEATURES, *MEANING_FEATURES, *SECOND_FEATURES)

_HAND_SIZE = 4.0
_AT_LEAST = (300, 3_000, 10_000)
"""People that a town is taken to have where GeoNames knows of fewer, by the trust in its entry."""
_MOST_LEAD = 2.5


@dataclass(slots=True)
class Evidence:
    """What an article tells of where it plays: countries and states that it names, and words in lower case."""

    countries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    admins: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    lowered: set[str] = field(default_factory=set)
    english: bool = False
    source_country: str | None = None
    source_point: tuple[float, float] | None = None


@dataclass(slots=True)
class Candidate:
    """One meaning of a name, with its score and its likelihood."""

    meaning: Meaning
    features: list[float]
    base: float = 0.0
    likelihood: float = 0.0


def meanings_of(around: Around, evidence: Evidence) -> list[Meaning]:
    """Give the meanings that are worth weighing."""
    no = ADJECTIVE
    if evidence.english and len(around.name.meanings) > 1 and around.name.meanings[0].entry.kind == "country":
        no |= ALTERNATE * (around.name.meanings[0].flags & ALTERNATE > 0)
    meanings = [meaning for meaning in around.name.meanings if not meaning.flags & no]
    if len(meanings) <= MOST_MEANINGS:
        return meanings
    named = [
        meaning
        for meaning in meanings[MOST_MEANINGS:]
        if (meaning.entry.country, meaning.entry.admin) in evidence.admins
        or (meaning.entry.country, meaning.entry.admin) in around.regions
    ]
    return meanings[:MOST_MEANINGS] + named[:MOST_MEANINGS]


def name_features(around: Around, evidence: Evidence) -> list[float]:
    """Give the numbers of a name, in the order of NAME_FEATURES."""
    name, count = around.name, around.mentions
    word = name.key[:-1]
    latin = is_latin(word)
    common = float(word in COMMON)
    located = around.locative > 0
    cyrillic = "а" <= word[0] <= "ӿ"
    caseless = not latin and not cyrillic
    lowered = name.words == 1 and word in evidence.lowered
    flags = name.all_flags
    alone = count == around.sentence
    return [
        1.0,
        float(located),
        around.locative / count,
        log1p(count),
        float(around.titled > 0),
        float(around.headline == count),
        around.capital_before / count,
        around.capital_behind / count,
        around.person / count,
        around.organisation / count,
        around.reported / count,
        float(alone),
        float(around.civic > 0),
        around.county / count,
        float(around.listed > 0),
        float(around.dateline > 0),
        float(around.bearers > 0),
        common,
        float(lowered),
        float(flags & PERSONAL > 0),
        float(flags & DOUBTFUL > 0),
        float(name.words > 1 and not caseless),
        float(caseless),
        float(caseless and (len(word) <= 4)),
        float(cyrillic),
        log1p(len(name.meanings)),
        float(bool(around.regions)),
        common * float(located),
        common * float(alone),
        float(count == around.capital_before + around.capital_behind + around.person + around.organisation),
        around.pair / count,
        float(located and around.capital_before > 0),
    ]


def size(entry: Entry) -> float:
    """Give the decimal logarithm of a place's people; those added by hand count as towns that matter."""
    if entry.kind == "town":
        return log10(max(entry.population, _AT_LEAST[entry.trust]))
    if entry.kind == "county":
        return log10(max(entry.population, _AT_LEAST[1])) - 0.5
    return _HAND_SIZE


def known_size(meaning: Meaning) -> float:
    """Give the size, less where the place is rarely called so."""
    return size(meaning.entry) - 1.3 * (meaning.flags & ALTERNATE > 0)


def leader(meanings: Sequence[Meaning]) -> tuple[int, float]:
    """Give the position of the largest town, and the logarithm of how many times as large it is as the next."""
    sizes = [
        (known_size(each) if each.entry.kind == "town" else 0.0, -position) for position, each in enumerate(meanings)
    ]
    if not sizes:
        return 0, 0.0
    sizes.sort(reverse=True)
    second = sizes[1][0] if len(sizes) > 1 else 0.0
    return -sizes[0][1], min(sizes[0][0] - max(second, 2.5), _MOST_LEAD)


def is_supported(entry: Entry, evidence: Evidence) -> bool:
    """Tell whether other names of the article tell of the place's country."""
    own = entry.kind in ("country", "admin") or entry.population >= METROPOLIS
    return evidence.countries.get(entry.country, 0) > own


def is_word(around: Around, supported: bool, names: Sequence[float]) -> bool:
    """Tell whether a name that is a word or a person's, too, stands as such: nothing says that a place is meant."""
    if names[_LOCATED]:
        return False
    if names[_PERSONAL] and around.person + around.capital_before + around.capital_behind >= around.mentions / 2:
        return True
    if not names[_DOUBTFUL] or supported:
        return False
    return bool(names[_CASELESS] or names[_COMMON])


def meaning_features(
    meaning: Meaning,
    position: int,
    largest: float,
    around: Around,
    names: Sequence[float],
    evidence: Evidence,
    rivals: bool,
    leading: int,
    lead: float,
) -> list[float]:
    """Give the numbers of one meaning, in the order of MEANING_FEATURES."""
    entry = meaning.entry
    kind, country, admin = entry.kind, entry.country, entry.admin
    of_size = size(entry) - _HAND_SIZE
    town = kind in SPOTS
    place = (country, admin)
    in_country = is_supported(entry, evidence)
    in_admin = bool(admin) and evidence.admins.get(place, 0) > (kind == "admin")
    direct = town and bool(around.regions) and (place in around.regions or (country, "") in around.regions)
    other = not in_country and len(evidence.countries) > (kind == "country")
    others = town and not in_admin and any(each[0] == country for each in evidence.admins)
    common, located = names[_COMMON], names[_LOCATED]
    source = evidence.source_country == country and bool(country)
    return [
        float(kind == "country"),
        float(kind == "admin"),
        float(kind in ("region", "continent")),
        float(town),
        of_size if town else 0.0,
        of_size * names[_CASELESS] if town else 0.0,
        float(entry.trust == 1),
        float(town and entry.trust == 2),
        float(meaning.flags & ALTERNATE > 0),
        largest - known_size(meaning) if town else 0.0,
        float(position == 0),
        float(in_country),
        float(in_admin),
        float(direct),
        float(town and bool(around.regions) and not direct),
        float(other),
        float(others),
        float(source),
        float(_is_near(entry, evidence.source_point)),
        float(town and of_size < 0.7 and not in_country and not in_admin),
        0.0 if located or not town else of_size,
        of_size * names[_CAPITAL_BEFORE] if town else 0.0,
        float(names[_DOUBTFUL] and not town),
        float(names[_PERSONAL] and not town),
        common * of_size if town else 0.0,
        0.0 if town else common,
        float(town and around.name.meanings[0].entry.kind == "country"),
        float(town and around.name.meanings[0].entry.kind == "admin"),
        float(meaning.flags & ALTERNATE > 0 and evidence.english),
        0.0 if town else names[_CAPITAL_BEHIND],
        float(rivals and not in_country),
        lead if town and position == leading else 0.0,
        float(kind == "town" and entry.population >= METROPOLIS),
        float(kind == "county"),
    ]


_COMMON = NAME_FEATURES.index("common")
_LOCATED = NAME_FEATURES.index("located")
_CASELESS = NAME_FEATURES.index("caseless")
_CAPITAL_BEFORE = NAME_FEATURES.index("capital_before")
_CAPITAL_BEHIND = NAME_FEATURES.index("capital_behind")
_DOUBTFUL = NAME_FEATURES.index("doubtful")
_PERSONAL = NAME_FEATURES.index("personal")


def _is_near(entry: Entry, point: tuple[float, float] | None) -> bool:
    return point is not None and abs(entry.lat - point[0]) < 1 and abs(entry.lon - point[1]) < 1.3


def likelihood(score: float) -> float:
    """Give the logistic function of a score."""
    return 1 / (1 + exp(-score)) if score > -30 else 0.0
