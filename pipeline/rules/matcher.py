"""From a query to functions that find it in the places of an article's terms."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple, TypeAlias

from pipeline.rules.places import Hit, Places, Run, overlapping
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

MOST_HITS = 2_000
"""Occurrences of one NEAR in one article that are looked at, so that no article takes without end."""

_FEW_PAIRS = 50
"""Positions of one word times those of another: up to so many pairs are tried one by one."""

Finder: TypeAlias = Callable[[Places], list[Hit]]
"""Gives the occurrences of a placed part, sorted."""


class Matcher(NamedTuple):
    """What a query became: `holds` tells whether it does, and `runs` which words fulfil it where it does.

    What NOT, WITH and fields of facts say has no runs.
    """

    holds: Callable[[Places], bool]
    runs: Callable[[Places], list[Run]]


class Compiler:
    """Makes the matchers of queries that share a vocabulary; words, phrases and entities are made once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._entities: dict[int, Finder] = {}
        self._phrases: dict[int, Matcher] = {}

    def matcher(self, query: Query) -> Matcher:  # noqa: C901 - a case for each kind of part
        """Make the matcher of a query."""
        match query:
            case And(parts):
                # what costs least is asked first: NOT and single words before NEAR
                return _all([self.matcher(part) for part in sorted(parts, key=_cost)])
            case AtLeast(count, parts):
                return _several(count, [self.matcher(part) for part in parts])
            case Not(part):
                return _none(self.matcher(part))
            case Context(part):
                return Matcher(self.matcher(part).holds, _silence)
            case Fact(field, values):
                return _known([self._vocabulary.fact_number(field, value) for value in values])
            case Dated():
                return _dated(query)
            case Or(parts):
                others = [self.matcher(part) for part in parts if not isinstance(part, Phrase)]
                listed = _listed(self._phrases_of(parts))
                return _several(1, [listed, *others]) if others else listed
            case Phrase(terms):
                number = self._number(terms)
                if number not in self._phrases:
                    self._phrases[number] = _phrase_matcher(number, len(terms))
                return self._phrases[number]
            case Near(left, right, distance, ordered):
                finder = self.finder(query)
                one, other = self._words(left), self._words(right)
                if one and other:
                    return Matcher(_are_near(one, other, distance, ordered), _found(finder).runs)
                return _found(finder)
            case _:
                return _found(self.finder(query))

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
                return _where(self.finder(part), self.matcher(condition))
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


def _silence(_: Places) -> list[Run]:
    return []


def _all(matchers: list[Matcher]) -> Matcher:
    def holds(places: Places) -> bool:
        for matcher in matchers:  # noqa: SIM110 - all() with a generator takes twice as long
            if not matcher.holds(places):
                return False
        return True

    return Matcher(holds, lambda places: [run for matcher in matchers for run in matcher.runs(places)])


def _several(count: int, matchers: list[Matcher]) -> Matcher:
    def holds(places: Places) -> bool:
        missing = count
        for matcher in matchers:
            if matcher.holds(places):
                missing -= 1
                if not missing:
                    return True
        return False

    def runs(places: Places) -> list[Run]:
        return [run for matcher in matchers if matcher.holds(places) for run in matcher.runs(places)]

    return Matcher(holds, runs)


def _none(matcher: Matcher) -> Matcher:
    return Matcher(lambda places: not matcher.holds(places), _silence)


def _known(numbers: list[int]) -> Matcher:
    wanted = frozenset(numbers)
    return Matcher(lambda places: not wanted.isdisjoint(places.numbers), _silence)


def _dated(query: Dated) -> Matcher:
    def holds(places: Places) -> bool:
        time = places.time
        if time is None:
            return False
        return (query.since is None or query.since <= time) and (query.until is None or time < query.until)

    return Matcher(holds, _silence)


def _listed(further: dict[int, int]) -> Matcher:
    """Match any of many words and phrases."""
    wanted = frozenset(further)
    return Matcher(lambda places: not wanted.isdisjoint(places.numbers), lambda places: _runs(further, places))


def _phrase_matcher(number: int, length: int) -> Matcher:
    further = length - 1

    def runs(places: Places) -> list[Run]:
        return [(at, at + further) for at in places.positions.get(number, ())]

    return Matcher(lambda places: number in places.numbers, runs)


def _found(finder: Finder) -> Matcher:
    return Matcher(
        lambda places: bool(finder(places)), lambda places: [run for hit in finder(places) for run in hit[2]]
    )


def _are_near(one: tuple[int, ...], other: tuple[int, ...], distance: int, ordered: bool) -> Callable[[Places], bool]:
    """Tell whether any of two single words stand near each other, without listing where."""

    def holds(places: Places) -> bool:
        positions = places.positions
        lefts = [at for number in one if number in positions for at in positions[number]]
        rights = [at for number in other if number in positions for at in positions[number]]
        if len(lefts) * len(rights) > _FEW_PAIRS:
            return _nearest(sorted(lefts), sorted(rights), distance, ordered)
        for left in lefts:
            for right in rights:
                if 0 < right - left <= distance or (not ordered and 0 < left - right <= distance):
                    return True
        return False

    return holds


def _nearest(lefts: list[int], rights: list[int], distance: int, ordered: bool) -> bool:
    last = len(rights)
    for left in lefts:
        behind = bisect_right(rights, left)
        if behind < last and rights[behind] - left <= distance:
            return True
        if not ordered and (before := bisect_left(rights, left)) and left - rights[before - 1] <= distance:
            return True
    return False


# ------------------------------------------------------------------------------------------------ places


def _any_phrase(further: dict[int, int]) -> Finder:
    """Find any of many words and phrases: large entities have thousands, of which an article has few."""

    def find(places: Places) -> list[Hit]:
        return sorted({(first, last, ((first, last),)) for first, last in _runs(further, places)})

    return find


def _runs(further: dict[int, int], places: Places) -> list[Run]:
    positions = places.positions
    return [
        (at, at + length)
        for number in further.keys() & positions.keys()
        for length in (further[number],)
        for at in positions[number]
    ]


def _phrase(number: int, length: int) -> Finder:
    further = length - 1

    def find(places: Places) -> list[Hit]:
        return [(at, at + further, ((at, at + further),)) for at in places.positions.get(number, ())]

    return find


def _either(finders: list[Finder]) -> Finder:
    if len(finders) == 1:
        return finders[0]

    def find(places: Places) -> list[Hit]:
        hits = [hit for finder in finders for hit in finder(places)]
        return sorted(set(hits)) if len(hits) > 1 else hits

    return find


def _near(find_left: Finder, find_right: Finder, distance: int, ordered: bool) -> Finder:
    def find(places: Places) -> list[Hit]:
        lefts = find_left(places)
        rights = find_right(places) if lefts else []
        hits: list[Hit] = []
        longest = max((last - first for first, last, _ in rights), default=0)
        for left in lefts:
            earliest = left[1] + 1 if ordered else left[0] - distance - longest
            for right in islice(rights, bisect_left(rights, (earliest,)), None):
                if right[0] - left[1] > distance:
                    break  # the rest begins farther on still
                if _apart(left, right, distance, ordered):
                    hits.append((min(left[0], right[0]), max(left[1], right[1]), left[2] + right[2]))
                    if len(hits) == MOST_HITS:
                        return sorted(hits)
        return sorted(hits)

    return find


def _apart(one: Hit, other: Hit, distance: int, ordered: bool) -> bool:
    """Tell whether neither reaches into the other and at most `distance` - 1 words lie between them."""
    return 0 < other[0] - one[1] <= distance or (not ordered and 0 < one[0] - other[1] <= distance)


def _beside(finder: Finder, find_other: Finder, distance: int) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = finder(places)
        others = find_other(places) if hits else []
        firsts = [first for first, _, _ in others]
        lasts = sorted(last for _, last, _ in others)

        def is_beside(hit: Hit) -> bool:
            behind = bisect_right(firsts, hit[1])
            if behind < len(firsts) and firsts[behind] <= hit[1] + distance:
                return True
            before = bisect_left(lasts, hit[0]) - 1
            return before >= 0 and lasts[before] >= hit[0] - distance

        return [hit for hit in hits if is_beside(hit)] if others else []

    return find


def _without(finder: Finder, find_other: Finder, distance: int) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = finder(places)
        others = find_other(places) if hits else []
        if not others:
            return hits
        return [hit for hit, near in zip(hits, overlapping(hits, others, distance), strict=True) if not near]

    return find


def _where(finder: Finder, condition: Matcher) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = finder(places)
        return hits if hits and condition.holds(places) else []

    return find


def _in(finder: Finder, field: Field) -> Finder:
    in_title = field is Field.TITLE

    def find(places: Places) -> list[Hit]:
        return [hit for hit in finder(places) if (hit[0] < places.text_at) is in_title]

    return find


def _once(number: int, finder: Finder) -> Finder:
    def find(places: Places) -> list[Hit]:
        known = places.found.get(number)
        if known is None:
            known = places.found[number] = finder(places)
        return known

    return find
