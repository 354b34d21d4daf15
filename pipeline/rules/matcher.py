"""From a query to functions that find it in the places of an article's terms."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from pipeline.rules.hits import are_near, beside, either, near, without
from pipeline.rules.places import Hit, Places
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    Field,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Term,
    Where,
    parts_of,
)
from pipeline.rules.vocabulary import Vocabulary

Finder: TypeAlias = Callable[[Places], list[Hit]]
"""Gives the occurrences of a placed part, sorted."""

Test: TypeAlias = Callable[[Places], bool]
"""Tells whether a query holds."""


class Compiler:
    """Makes functions of queries that share a vocabulary; words, phrases and entities are made once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._entities: dict[int, Finder] = {}
        self._phrases: dict[int, Test] = {}

    def test(self, query: Query) -> Test:  # noqa: C901 - a case for each kind of part
        """Make what tells whether a query holds."""
        match query:
            case And(parts):
                # what costs least is asked first: NOT and single words before NEAR
                return _all([self.test(part) for part in sorted(parts, key=_cost)])
            case AtLeast(count, parts):
                return _several(count, [self.test(part) for part in parts])
            case Not(part):
                return _none(self.test(part))
            case Context(part):
                return self.test(part)
            case Fact(field, values):
                return _known([self._vocabulary.fact_number(field, value) for value in values])
            case Dated():
                return lambda places: is_dated(query, places)
            case Or(parts):
                others = [self.test(part) for part in parts if not isinstance(part, Phrase)]
                listed = _known(self._phrases_of(parts))
                return _several(1, [listed, *others]) if others else listed
            case Phrase(terms):
                number = self._number(terms)
                if number not in self._phrases:
                    self._phrases[number] = lambda places: number in places.numbers
                return self._phrases[number]
            case Near(left, right, distance, ordered) if (one := self._words(left)) and (other := self._words(right)):
                return _near_words(one, other, distance, ordered)
            case _:
                finder = self.finder(query)
                return lambda places: bool(finder(places))

    def _number(self, terms: tuple[Term, ...]) -> int:
        return self._vocabulary.phrase_number(terms) if len(terms) > 1 else self._vocabulary.number(terms[0])

    def _phrases_of(self, parts: tuple[Query, ...]) -> dict[int, int]:
        """Give the numbers of those parts that are words or phrases, each with how many words follow its first."""
        return {self._number(part.terms): len(part.terms) - 1 for part in parts if isinstance(part, Phrase)}

    def _words(self, query: Query) -> tuple[int, ...] | None:
        """Give the numbers of which any is the part, if it is nothing but single words."""
        parts = query.parts if isinstance(query, Or) else (query,)
        numbers = [
            self._vocabulary.number(part.terms[0]) if isinstance(part, Phrase) and len(part.terms) == 1 else None
            for part in parts
        ]
        return None if None in numbers else tuple(number for number in numbers if number is not None)

    def finder(self, query: Query) -> Finder:
        """Make what finds the occurrences of a placed part."""
        match query:
            case Phrase(terms):
                return _phrase(self._number(terms), len(terms))
            case Or(parts):
                others = [self.finder(part) for part in parts if not isinstance(part, Phrase)]
                return _either([_any_phrase(self._phrases_of(parts)), *others])
            case Near(left, right, distance, ordered):
                return _near(self.finder(left), self.finder(right), distance, ordered)
            case Beside(part, other, distance):
                return _beside(self.finder(part), self.finder(other), distance)
            case NotNear(part, other, distance):
                return _without(self.finder(part), self.finder(other), distance)
            case Except(part, other):
                return _without(self.finder(part), self.finder(other), 0)
            case Where(part, condition):
                return _where(self.finder(part), self.test(condition))
            case In(field, part):
                return _in(self.finder(part), field)
            case Entity(name, part, version):
                return self._entity(self._vocabulary.entity_number(name, version), part)
            case _:
                raise TypeError(f"{type(query).__name__} has no place in a text")

    def _entity(self, number: int, part: Query) -> Finder:
        if number not in self._entities:
            self._entities[number] = _once(number, self.finder(part))
        return self._entities[number]


def _cost(query: Query) -> int:
    own = {Near: 10, Beside: 10, NotNear: 10, Except: 5, Entity: 2}.get(type(query), 1)
    if isinstance(query, Entity):
        return own
    return own + (len(query.terms) if isinstance(query, Phrase) else sum(map(_cost, parts_of(query))))


# ------------------------------------------------------------------------------------------------ whole articles


def _all(tests: list[Test]) -> Test:
    def holds(places: Places) -> bool:
        for test in tests:  # noqa: SIM110 - all() with a generator takes twice as long
            if not test(places):
                return False
        return True

    return holds


def _several(count: int, tests: list[Test]) -> Test:
    def holds(places: Places) -> bool:
        missing = count
        for test in tests:
            if test(places):
                missing -= 1
                if not missing:
                    return True
        return False

    return holds


def _none(test: Test) -> Test:
    return lambda places: not test(places)


def _known(numbers: Iterable[int]) -> Test:
    wanted = frozenset(numbers)
    return lambda places: not wanted.isdisjoint(places.numbers)


def is_dated(query: Dated, places: Places) -> bool:
    """Tell whether the article is of the time that is asked for."""
    time = places.time
    if time is None:
        return False
    return (query.since is None or query.since <= time) and (query.until is None or time < query.until)


def _near_words(one: tuple[int, ...], other: tuple[int, ...], distance: int, ordered: bool) -> Test:
    """Tell whether any of two single words stand near each other, without listing where."""

    def holds(places: Places) -> bool:
        positions = places.positions
        lefts = [at for number in one if number in positions for at in positions[number]]
        rights = [at for number in other if number in positions for at in positions[number]]
        return are_near(lefts, rights, distance, ordered)

    return holds


# ------------------------------------------------------------------------------------------------ places


def _any_phrase(further: dict[int, int]) -> Finder:
    """Find any of many words and phrases: large entities have thousands, of which an article has few."""

    def find(places: Places) -> list[Hit]:
        positions = places.positions
        found = {
            (at, at + length, ((at, at + length),))
            for number in further.keys() & positions.keys()
            for length in (further[number],)
            for at in positions[number]
        }
        return sorted(found)

    return find


def _phrase(number: int, length: int) -> Finder:
    further = length - 1

    def find(places: Places) -> list[Hit]:
        return [(at, at + further, ((at, at + further),)) for at in places.positions.get(number, ())]

    return find


def _either(finders: list[Finder]) -> Finder:
    if len(finders) == 1:
        return finders[0]
    return lambda places: either([hit for finder in finders for hit in finder(places)])


def _near(find_left: Finder, find_right: Finder, distance: int, ordered: bool) -> Finder:
    def find(places: Places) -> list[Hit]:
        lefts = find_left(places)
        return near(lefts, find_right(places), distance, ordered) if lefts else lefts

    return find


def _beside(finder: Finder, find_other: Finder, distance: int) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = finder(places)
        return beside(hits, find_other(places), distance) if hits else hits

    return find


def _without(finder: Finder, find_other: Finder, distance: int) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = finder(places)
        return without(hits, find_other(places), distance) if hits else hits

    return find


def _where(finder: Finder, condition: Test) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = finder(places)
        return hits if hits and condition(places) else []

    return find


def _in(finder: Finder, field: Field) -> Finder:
    return lambda places: in_field(finder(places), field, places)


def in_field(hits: list[Hit], field: Field, places: Places) -> list[Hit]:
    """Give the occurrences in the title, or in the text."""
    in_title = field is Field.TITLE
    return [hit for hit in hits if (hit[0] < places.text_at) is in_title]


def _once(number: int, finder: Finder) -> Finder:
    def find(places: Places) -> list[Hit]:
        known = places.found.get(number)
        if known is None:
            known = places.found[number] = finder(places)
        return known

    return find
