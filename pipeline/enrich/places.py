"""Finds the places that an article names, with the compiled gazetteer. Where in doubt, it finds none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10

from pipeline.enrich.places_context import Passage, Surroundings, surroundings
from pipeline.enrich.places_scan import Name, Scanner, is_adjective, is_nowhere
from pipeline.gazetteer.file import ADJECTIVE, ALTERNATE, DOUBTFUL, PERSONAL, Entry, Gazetteer, Reference
from pipeline.gazetteer.spelling import is_latin
from pipeline.records.article import Place, Source
from pipeline.text.document import Document

CONFIDENT = 2
"""What a town needs to be told; see _Choice.confidence."""

_RANK = {"country": 10.0, "region": 9.0, "continent": 9.0, "admin": 5.0, "town": 0.0, "site": 0.0}
_MILLION = 1_000_000
_LARGE = 300_000
_MIDDLING = 100_000
_USUAL = 20_000
"""People in a town that was added by hand, where nothing else is known."""


@dataclass(slots=True)
class _Named:
    """A name that the article has, and what all of its mentions tell."""

    name: Name
    order: int
    located: bool = False
    lone: bool = False
    person: bool = False
    only_headline: bool = True


class GazetteerPlaces:
    """Finds places: names longest first, then what is meant by the article's countries, population and words beside."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._scanner = Scanner(gazetteer)

    def find(self, document: Document, language: str, source: Source) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """Give the places, and the ISO 3166-1 alpha-2 codes of the countries, each once, as the article comes to them."""
        lowered: set[str] = set()
        passages = [
            Passage(text, tokens, self._scanner.scan(text, tokens, lowered))
            for text, tokens in (
                (document.title, document.title_tokens),
                (document.text, document.text_tokens),
            )
        ]
        named = self._gather(passages)
        support = self._support(named)
        chosen: dict[int, bool] = {}
        for each in sorted(named, key=lambda name: name.order):
            reference = self._choose(each, support, lowered, source)
            if reference is not None:
                alone = bool(reference.flags & ADJECTIVE)
                chosen[reference.entry] = chosen.get(reference.entry, True) and alone
        places = tuple(self._gazetteer.place(entry) for entry, adjective in chosen.items() if not adjective)
        countries = dict.fromkeys(self._gazetteer.entry(entry).country for entry in chosen)
        return places, tuple(country for country in countries if country)

    # ------------------------------------------------------------------------------------- what stands in the article

    def _gather(self, passages: Sequence[Passage]) -> list[_Named]:
        gathered: dict[str, _Named] = {}
        longer = [
            f" {mention.name.key}"
            for passage in passages
            for mention in passage.mentions
            if is_nowhere(mention.name, self._gazetteer)
        ]
        for passage in passages:
            if not passage.mentions:
                continue
            headline = passage.is_headline_case()
            for mention in passage.mentions:
                name = mention.name
                if is_nowhere(name, self._gazetteer):
                    continue
                each = gathered.setdefault(f"{name.key}{len(name.references)}", _Named(name, len(gathered)))
                around = surroundings(passage, mention)
                # where "Étoile du Sahel" is written, "Sahel" alone may be short for it
                if around.locative or not self._is_short_for(name, longer):
                    self._weigh(each, around, headline)
        return list(gathered.values())

    def _is_short_for(self, name: Name, longer: Sequence[str]) -> bool:
        if not any(f" {name.key}" in each for each in longer):
            return False
        return all(self._gazetteer.entry(reference.entry).kind == "region" for reference in name.references)

    def _weigh(self, each: _Named, around: Surroundings, headline: bool) -> None:
        if is_adjective(each.name):
            each.lone = True
            return
        personal = any(reference.flags & PERSONAL for reference in each.name.references)
        if around.is_organisation():
            return
        if around.is_surname() or (personal and not headline and around.is_first_name()):
            each.person = True
            return
        if not headline and not around.locative and self._is_part_of_name(each.name, around):
            return
        each.lone = True
        each.located = each.located or around.locative
        each.only_headline = each.only_headline and headline

    def _is_part_of_name(self, name: Name, around: Surroundings) -> bool:
        """Tell whether a town's name stands in a longer name, such as a person's."""
        entries = [self._gazetteer.entry(reference.entry) for reference in name.references]
        if any(entry.kind not in ("town", "site") for entry in entries):
            return False
        known = any(entry.trust or entry.population >= _MILLION for entry in entries)
        return around.capital_before or (around.capital_behind and not known)

    def _support(self, named: Iterable[_Named]) -> Counter[str]:
        """Count, for each country, the names that tell of it beyond doubt."""
        support: Counter[str] = Counter()
        for each in named:
            if not each.lone or each.person:
                continue
            countries = {self._gazetteer.entry(reference.entry).country for reference in each.name.references}
            if len(countries) == 1 and self._is_plain(each):
                support.update(country for country in countries if country)
        return support

    def _is_plain(self, each: _Named) -> bool:
        reference = each.name.references[0]
        if reference.flags & DOUBTFUL and not each.located:
            return False
        entry = self._gazetteer.entry(reference.entry)
        return entry.kind not in ("town", "site") or entry.trust == 2 or entry.population >= _MILLION

    # ------------------------------------------------------------------------------------------------ what is meant

    def _choose(self, each: _Named, support: Counter[str], lowered: set[str], source: Source) -> Reference | None:
        if not each.lone or (each.person and not each.located):
            return None
        own = self._own_support(each)
        best, best_rank = None, -1.0
        for reference in each.name.references:
            entry = self._gazetteer.entry(reference.entry)
            supported = support[entry.country] > (entry.country in own)
            rank = _rank(reference, entry, supported)
            if rank > best_rank:
                best, best_rank = (reference, entry, supported), rank
        if best is None:
            return None
        reference, entry, supported = best
        if entry.kind in ("town", "site"):
            return reference if self._confidence(each, *best, support, lowered, source) >= CONFIDENT else None
        doubtful = reference.flags & DOUBTFUL and not supported and not each.located
        return None if doubtful else reference

    def _own_support(self, each: _Named) -> set[str]:
        """The countries that this name itself gave support to."""
        countries = {self._gazetteer.entry(reference.entry).country for reference in each.name.references}
        return countries if len(countries) == 1 and self._is_plain(each) else set()

    def _confidence(
        self,
        each: _Named,
        reference: Reference,
        entry: Entry,
        supported: bool,
        support: Counter[str],
        lowered: set[str],
        source: Source,
    ) -> int:
        """Points for a town: size, its country in the article, the words beside it, and what speaks against it."""
        if each.name.words == 1 and each.name.key[:-1] in lowered:
            return 0
        points = sum(entry.population >= size for size in (_MIDDLING, _LARGE, _MILLION))
        points += 2 * supported + each.located + entry.trust + (source.country == entry.country)
        if not supported:
            far = bool(support) and entry.population < _MILLION and entry.trust == 0
            points -= bool(reference.flags & ALTERNATE) + each.only_headline + far
            points -= _is_arabic(each.name) and entry.trust < 2
        points += (each.name.words > 2 and is_latin(each.name.key)) - bool(reference.flags & ALTERNATE)
        if reference.flags & DOUBTFUL and not (supported and each.located):
            points -= 3 if not (supported or each.located) else 2
        if _is_short(each.name) and entry.trust < 2:
            points -= 1
        return points


def _rank(reference: Reference, entry: Entry, supported: bool) -> float:
    """How likely a name means this place, before the words beside it are looked at."""
    by_hand = entry.trust == 2
    rank = _RANK[entry.kind] + log10(max(entry.population, _USUAL if by_hand else 1)) + by_hand
    rank -= 1.5 * bool(reference.flags & ALTERNATE)
    if supported:
        rank += 8 if entry.kind in ("admin", "country") else 1 + entry.trust
    return rank


def _is_arabic(name: Name) -> bool:
    return "\u0621" <= name.key[0] <= "\u064a"


def _is_short(name: Name) -> bool:
    """Tell whether the name is of two characters, as many Chinese words are."""
    return name.words == 2 and len(name.key) == 4 and not is_latin(name.key)
