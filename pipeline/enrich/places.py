"""Finds the places that an article names, with the compiled gazetteer and fitted weights. Where in doubt, it finds none."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from operator import attrgetter, mul

from pipeline.enrich import places_cues as cues
from pipeline.enrich.outlets import Outlet
from pipeline.enrich.places_context import Around, Passage
from pipeline.enrich.places_features import (
    NAME_FEATURES,
    SECOND_FEATURES,
    Candidate,
    Evidence,
    is_supported,
    is_word,
    known_size,
    leader,
    likelihood,
    meaning_features,
    meanings_of,
    name_features,
)
from pipeline.enrich.places_homes import Point, learnt_home, source_key
from pipeline.enrich.places_neighbours import Neighbourhood
from pipeline.enrich.places_scan import Meaning, Scanner
from pipeline.enrich.places_weights import COUNTRY_THRESHOLD, FIRST, SECOND, THRESHOLD
from pipeline.gazetteer.file import DOUBTFUL, PERSONAL, Gazetteer
from pipeline.gazetteer.spelling import key
from pipeline.records.article import Place, Source
from pipeline.text.document import Document

_LIKELIHOOD = attrgetter("likelihood")
_NAMES = len(NAME_FEATURES)
_MOST_NAMES = 300
"""Different names of one article that are weighed; what follows in lists without end is left."""
_FIRST = 1_000
_MOST_EVENTS = 2
_AS_LIKELY = 0.3


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts in the first and in the second pass."""

    first: Sequence[float]
    second: Sequence[float]


@dataclass(slots=True)
class Weighed:
    """A name of an article with its meanings and their likelihoods."""

    around: Around
    names: list[float]
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class _Chosen:
    around: Around
    meaning: Meaning
    likelihood: float


class GazetteerPlaces:
    """Finds places: names longest first, then what each means by two passes of a logistic regression.

    The first pass sees the name, its surroundings and the countries and states that the article names; the second also
    what the first made of the other names.
    """

    def __init__(self, gazetteer: Gazetteer, outlets: Iterable[Outlet] = (), weights: Weights | None = None) -> None:
        """Take the gazetteer, the known outlets, and other weights than the shipped ones where they are being fitted."""
        self._homes = {outlet.id: point for outlet in outlets if (point := _home(gazetteer, outlet)) is not None}
        self._weights = weights or Weights(FIRST, SECOND)
        self._gazetteer = gazetteer
        self._scanner = Scanner(gazetteer)
        self._states = _states(gazetteer)
        self._learnt: Mapping[str, Point] = {}

    def at_home(self, articles: Iterable[tuple[Document, Source]]) -> "GazetteerPlaces":
        """Give a finder that also knows where the sources of these articles are at home, learnt from them together."""
        named: dict[str, list[list[list[Candidate]]]] = defaultdict(list)
        for document, source in articles:
            if name := source_key(source):
                named[name].append([each.candidates for each in self.weigh(document, source)[1]])
        finder = copy(self)
        finder._learnt = {name: home for name, each in named.items() if (home := learnt_home(each)) is not None}
        return finder

    def find(self, document: Document, language: str, source: Source) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """Give the places, and the ISO 3166-1 alpha-2 codes of the countries, each once, as the article comes to them."""
        adjectives, weighed = self.weigh(document, source)
        chosen: list[_Chosen] = []
        countries: dict[str, int] = dict(adjectives)
        for each in weighed:
            best = max(each.candidates, key=_LIKELIHOOD)
            if best.likelihood >= THRESHOLD:
                chosen.append(_Chosen(each.around, best.meaning, best.likelihood))
                country = best.meaning.entry.country
            else:
                country = _country_alone(each.candidates)
            if country:
                countries[country] = min(countries.get(country, each.around.order), each.around.order)
        events = _events(chosen)
        numbers = dict.fromkeys(each.meaning.number for each in chosen)
        numbers |= dict.fromkeys(self._shortened(weighed))
        found = ((self._gazetteer.place(number), number in events) for number in numbers)
        places = tuple(replace(place, event=True) if event else place for place, event in found)
        return places, tuple(sorted(countries, key=lambda country: countries[country]))

    def _shortened(self, weighed: Iterable[Weighed]) -> Iterator[int]:
        """Give the states that are named by abbreviation alone, behind a town or county: "Lebanon, Pa."."""
        for each in weighed:
            for state in each.around.shortened:
                if state in self._states:
                    yield self._states[state]

    def weigh(self, document: Document, source: Source) -> tuple[dict[str, int], list[Weighed]]:
        """Give the countries that adjectives tell, and every name with the likelihood of what it may mean."""
        evidence = Evidence(english=document.language == "en", source_country=source.country)
        evidence.source_point = self._homes.get(source.outlet or "") or self._learnt.get(source_key(source))
        passages = [
            Passage(text, tokens, self._scanner.scan(text, tokens, evidence.lowered), is_title)
            for text, tokens, is_title in (
                (document.title, document.title_tokens, True),
                (document.text, document.text_tokens, False),
            )
        ]
        gathered = _gather(passages)
        adjectives = {
            meaning.entry.country: each.order
            for each in reversed(gathered)
            if each.name.adjective
            for meaning in each.name.meanings[:1]
        }
        names = [each for each in gathered if not each.name.adjective]
        _tell(evidence, gathered)
        weighed = [_weigh(each, evidence, self._weights) for each in names]
        return adjectives, _second(weighed, self._weights, evidence.source_point)


def _states(gazetteer: Gazetteer) -> dict[tuple[str, str], int]:
    """Give the numbers of the American states, which stand among the first places, by country and code."""
    found = ((number, gazetteer.entry(number)) for number in range(min(gazetteer.places, _FIRST)))
    return {("US", entry.admin): number for number, entry in found if (entry.kind, entry.country) == ("admin", "US")}


def _home(gazetteer: Gazetteer, outlet: Outlet) -> tuple[float, float] | None:
    """Give the point of the town that an outlet is of, where the sources file names one."""
    number = gazetteer.names.get(key(outlet.place)) if outlet.place else None
    if number is None:
        return None
    found = (gazetteer.entry(reference.entry) for reference in gazetteer.references(number))
    towns = [entry for entry in found if entry.kind == "town" and outlet.country in (None, entry.country)]
    return (towns[0].lat, towns[0].lon) if towns else None


def _gather(passages: Sequence[Passage]) -> list[Around]:
    """Gather the mentions of each name, but for those of what is known as no place."""
    gathered: dict[str, Around] = {}
    longer = {mention.name.key for passage in passages for mention in passage.mentions if mention.name.nowhere}
    bearers: dict[str, int] = defaultdict(int)
    for passage in passages:
        if not passage.mentions:
            continue
        headline = passage.is_headline_case()
        for index, mention in enumerate(passage.mentions):
            name = mention.name
            if name.nowhere or len(gathered) >= _MOST_NAMES:
                continue
            known = f"{name.key}{len(name.meanings)}"
            each = gathered.get(known)
            if each is None:
                each = gathered[known] = Around(name, len(gathered))
            persons = each.person + each.capital_before
            each.add(passage, index, headline)
            bearers[name.key] += each.person + each.capital_before > persons
    for each in gathered.values():
        each.bearers = bearers[each.name.key]
    # where "Étoile du Sahel" is written, "Sahel" alone may be short for it
    return [each for each in gathered.values() if not _is_short_for(each, longer) or each.locative * 2 > each.mentions]


def _is_short_for(each: Around, longer: Iterable[str]) -> bool:
    regions = all(meaning.entry.kind in ("region", "admin") for meaning in each.name.meanings)
    return regions and any(f" {each.name.key}" in f" {key}" for key in longer)


def _tell(evidence: Evidence, gathered: Iterable[Around]) -> None:
    """Note the countries and states that are named."""
    for each in gathered:
        if _is_doubtful(each):
            continue
        for region in each.regions:
            evidence.admins[region] += 1
            evidence.countries[region[0]] += 1
        told = set()
        if state := _of_county(each.name.meanings):
            evidence.admins[state] += 1
            evidence.countries[state[0]] += 1
        for meaning in each.name.meanings:
            if meaning.entry.kind == "country":
                evidence.countries[meaning.entry.country] += 1
                told.add(meaning.entry.country)
            elif meaning.entry.kind == "admin" and not each.county:
                evidence.admins[meaning.entry.country, meaning.entry.admin] += 1
                if meaning.entry.country not in told:
                    evidence.countries[meaning.entry.country] += 1
        first = each.name.meanings[0].entry
        large = first.kind == "town" and first.population >= cues.METROPOLIS
        if large and all(meaning.entry.country == first.country for meaning in each.name.meanings):
            evidence.countries[first.country] += 1


def _is_doubtful(each: Around) -> bool:
    """Tell whether a name may be a person's or a word, so that it tells nothing of the others."""
    flags = each.name.all_flags
    if each.person or (flags & DOUBTFUL and not each.locative):
        return True
    return bool(flags & PERSONAL and each.capital_behind and not each.locative)


def _of_county(meanings: Sequence[Meaning]) -> tuple[str, str] | None:
    """Give the country and state of a county whose name no other state has."""
    first = meanings[0].entry
    if first.kind != "county" or not first.admin:
        return None
    alone = all(each.entry.kind == "county" and each.entry.admin == first.admin for each in meanings)
    return (first.country, first.admin) if alone else None


def _weigh(around: Around, evidence: Evidence, weights: Weights) -> Weighed:
    names = name_features(around, evidence)
    base = sum(map(mul, names, weights.first))
    meanings = meanings_of(around, evidence)
    leading, lead = leader(meanings)
    largest = known_size(meanings[leading]) if meanings else 0.0
    second = sum(map(mul, names, weights.second))
    candidates: list[Candidate] = []
    supported = any(is_supported(meaning.entry, evidence) for meaning in meanings)
    if is_word(around, supported, names):
        return Weighed(around, names, candidates)
    for position, meaning in enumerate(meanings):
        features = meaning_features(meaning, position, largest, around, names, evidence, supported, leading, lead)
        score = base + sum(map(mul, features, weights.first[_NAMES:]))
        with_second = second + sum(map(mul, features, weights.second[_NAMES:]))
        candidates.append(Candidate(meaning, features, with_second, likelihood(score)))
    return Weighed(around, names, candidates)


def _second(weighed: list[Weighed], weights: Weights, home: tuple[float, float] | None) -> list[Weighed]:
    """Weigh again with what the other names probably mean."""
    around = Neighbourhood([each.candidates for each in weighed], home)
    last = weights.second[-len(SECOND_FEATURES) :]
    anew: list[list[float]] = []
    for index, each in enumerate(weighed):
        likelihoods = []
        for candidate in each.candidates:
            features = around.features(index, each.candidates, candidate)
            candidate.features += features
            likelihoods.append(likelihood(candidate.base + sum(map(mul, features, last))))
        anew.append(likelihoods)
    for each, likelihoods in zip(weighed, anew, strict=True):
        for candidate, value in zip(each.candidates, likelihoods, strict=True):
            candidate.likelihood = value
    return [each for each in weighed if each.candidates]


def _country_alone(candidates: Sequence[Candidate]) -> str:
    """Give the country in which a name's likely meanings lie, where none of them is likely enough for a pin."""
    shares: dict[str, float] = defaultdict(float)
    for candidate in candidates:
        shares[candidate.meaning.entry.country] += candidate.likelihood
    country = max(shares, key=lambda each: shares[each])
    return country if shares[country] >= COUNTRY_THRESHOLD else ""


def _events(chosen: Sequence[_Chosen]) -> set[int]:
    """Give the numbers of the places where the reported thing happened, told by headline, lead and words before them."""
    scored = []
    titled = {each.meaning.number for each in chosen if each.around.titled}
    for each in chosen:
        around, kind = each.around, each.meaning.entry.kind
        points = 2.0 * (each.meaning.number in titled) + 1.5 * (around.locative > around.origin) + 1.5 * around.dateline
        points += 2.0 * (kind in ("town", "site")) + 0.5 * (kind == "admin") + 0.4 * min(around.mentions, 3)
        points -= min(around.first_at, 1_000) / 150 + (around.origin > 0)
        scored.append((points, -around.order, each.meaning.number))
    scored.sort(reverse=True)
    best = scored[0][0] if scored else 0.0
    return {number for points, _, number in scored[:_MOST_EVENTS] if points > best - _AS_LIKELY}
