"""What stories remember of an article: enough to tell whether another one is about the same event."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import combinations, islice, product

from pipeline.records.article import Place, PreparedArticle
from pipeline.records.clues import Clues
from pipeline.text.happenings import happenings
from pipeline.text.skeletons import skeleton
from pipeline.text.tokens import forms

ANCHORS = 24
"""By how many things an article's story can be found: each costs a row of the state for the window's two weeks."""

_GENERIC = """
killed injured police president minister women children troops hospital doctors investigation court army parliament rebels
visit opening closing prison journalist border school emergency match record road boat internet
"""
GENERIC = frozenset(_GENERIC.split())
"""Kinds that stand beside many others and don't tell an event by themselves."""

_MOST_TOWNS = 6
_MOST_COUNTRIES = 4
_SPOTS = ("town", "site", "admin")


@dataclass(frozen=True)
class Trace:
    """An article as stories remember it. `moment` is when it was published, or seen where nobody says."""

    article: str
    moment: datetime
    language: str
    spots: tuple[tuple[str, float, float, bool], ...]
    """Towns, sites and states: name and country, degrees, and whether it happened there."""
    countries: tuple[str, ...]
    clues: Clues
    original: str = ""
    """The article that it repeats."""

    @cached_property
    def spot_names(self) -> frozenset[str]:
        """The names of its spots."""
        return frozenset(spot[0] for spot in self.spots)

    @cached_property
    def country_set(self) -> frozenset[str]:
        """Its countries."""
        return frozenset(self.countries)

    @cached_property
    def head(self) -> frozenset[str]:
        """The kinds of happening in its title, or in its text where the title names none."""
        return frozenset(self.clues.head or self.clues.kinds[:3])

    @cached_property
    def kinds(self) -> frozenset[str]:
        """All its kinds of happening."""
        return frozenset(self.clues.head) | frozenset(self.clues.kinds)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its numbers."""
        return frozenset(self.clues.numbers)

    @cached_property
    def days(self) -> frozenset[str]:
        """Its weekdays or their dates."""
        return frozenset(self.clues.days)

    @cached_property
    def names(self) -> frozenset[str]:
        """The skeletons of its names."""
        return frozenset(self.clues.names)

    @cached_property
    def title_words(self) -> frozenset[bytes]:
        """The digests of its title's stems."""
        return _digests(self.clues.title_words)

    @cached_property
    def pairs(self) -> frozenset[bytes]:
        """The pairs of neighbouring stems in title and text, each stem where it first stands."""
        return _pairs(self.clues.title_words) | _pairs(self.clues.words)

    @cached_property
    def anchors(self) -> tuple[int, ...]:
        """The numbers under which its story is looked up: things that few events at a time have in common."""
        return tuple(islice(dict.fromkeys(map(_number, _anchor_texts(self))), ANCHORS))

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The digests of all its stems."""
        return self.title_words | _digests(self.clues.words)


def make_trace(
    article: str, moment: datetime, language: str, places: Sequence[Place], countries: Sequence[str], clues: Clues
) -> Trace:
    """Make an article's trace from what enrichment found. Names that are places' names are left to the places."""
    told = {skeleton(form) for place in places for form in forms(place.name)}
    spots = sorted((place for place in places if place.kind in _SPOTS), key=lambda place: not place.event)
    return Trace(
        article=article,
        moment=moment,
        language=language,
        spots=tuple(
            (f"{place.name}|{place.country}", round(place.lat, 2), round(place.lon, 2), place.event)
            for place in spots[:_MOST_TOWNS]
        ),
        countries=tuple(countries[:_MOST_COUNTRIES]),
        clues=_without(clues, told),
    )


def trace_of(article: PreparedArticle, identity: str) -> Trace:
    """Give the trace of a prepared article. One without clues, of an older Harmattan, resembles nothing."""
    moment = article.published or article.seen
    clues = article.clues
    if clues is None:
        return Trace(identity, moment, article.language, (), (), Clues())
    return make_trace(identity, moment, article.language, article.places, article.countries, clues)


def _anchor_texts(trace: Trace) -> Iterator[str]:
    telling = sorted(trace.head - GENERIC) + sorted(trace.kinds - trace.head - GENERIC)
    kinds = telling[:5] or sorted(trace.kinds)[:2]
    counts = [number for number in trace.clues.numbers if not number.isdigit() or int(number) > 4]
    countries = trace.countries[:2] or ("",)
    yield from (f"spot {spot[0]} {kind}" for spot, kind in product(trace.spots[:2], kinds[:3]))
    yield from (f"land {country} {kind}" for country, kind in product(countries, kinds[:3]) if country)
    yield from (f"count {country} {number}" for country, number in product(countries, counts[:3]))
    yield from (f"name {country} {name}" for country, name in product(countries[:1], trace.clues.names[:5]))
    yield from (f"spot {spot[0]}" for spot in trace.spots[:2])
    if len(trace.head) > 1:
        yield from (f"kinds {one} {other}" for one, other in combinations(sorted(trace.head), 2))
    words = sorted(trace.title_words)[:4]
    yield from (f"words {one.hex()} {other.hex()}" for one, other in combinations(words, 2))


def aftermaths(trace: Trace) -> frozenset[str]:
    """Give the kinds in its title that follow on an event: a trial, a funeral, an anniversary."""
    return frozenset(trace.clues.head) & happenings().aftermaths


def _without(clues: Clues, told: set[str]) -> Clues:
    return replace(clues, names=tuple(name for name in clues.names if name not in told))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


@lru_cache(maxsize=1 << 14)
def _digests(packed: bytes) -> frozenset[bytes]:
    return frozenset(packed[start : start + 4] for start in range(0, len(packed), 4))


@lru_cache(maxsize=1 << 14)
def _pairs(packed: bytes) -> frozenset[bytes]:
    return frozenset(packed[start : start + 8] for start in range(0, len(packed) - 4, 4))
