"""From a query to a function that finds it in the places of an article's terms."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from itertools import islice
from typing import TypeAlias

from pipeline.rules.places import Run
from pipeline.rules.syntax import And, Context, Near, Not, Or, Phrase, Query
from pipeline.rules.vocabulary import Vocabulary

MOST_HITS = 2_000
"""Occurrences of one part of a query in one article that are looked at, so that no article takes without end."""

Places: TypeAlias = Mapping[int, list[int]]
Hit: TypeAlias = tuple[int, int, tuple[Run, ...]]
"""First and last position of an occurrence, and the runs of words that it consists of."""
Finder: TypeAlias = Callable[[Places], list[Hit]]
Matcher: TypeAlias = Callable[[Places], list[Run] | None]
"""Gives the runs of words that fulfil the query, or None where it does not hold; what NOT and WITH say has no runs."""


def compile_query(query: Query, vocabulary: Vocabulary) -> Matcher:
    """Make the matcher of a query."""
    match query:
        case And(parts):
            # what costs least is asked first: NOT and single words before NEAR
            return _all([compile_query(part, vocabulary) for part in sorted(parts, key=_cost)])
        case Or(parts):
            return _any([compile_query(part, vocabulary) for part in parts])
        case Not(part):
            return _none(compile_query(part, vocabulary))
        case Context(part):
            return _silent(compile_query(part, vocabulary))
        case _:
            return _found(_finder(query, vocabulary))


def _cost(query: Query) -> int:
    match query:
        case Phrase(terms):
            return len(terms)
        case And(parts) | Or(parts):
            return 1 + sum(map(_cost, parts))
        case Not(part) | Context(part):
            return 1 + _cost(part)
        case Near(left, right):
            return 10 + _cost(left) + _cost(right)


def _all(matchers: list[Matcher]) -> Matcher:
    def match(places: Places) -> list[Run] | None:
        runs: list[Run] = []
        for matcher in matchers:
            found = matcher(places)
            if found is None:
                return None
            runs += found
        return runs

    return match


def _any(matchers: list[Matcher]) -> Matcher:
    def match(places: Places) -> list[Run] | None:
        runs: list[Run] | None = None
        for matcher in matchers:
            found = matcher(places)
            if found is not None:
                runs = (runs or []) + found
        return runs

    return match


def _none(matcher: Matcher) -> Matcher:
    return lambda places: [] if matcher(places) is None else None


def _silent(matcher: Matcher) -> Matcher:
    return lambda places: None if matcher(places) is None else []


def _found(finder: Finder) -> Matcher:
    def match(places: Places) -> list[Run] | None:
        hits = finder(places)
        return [run for hit in hits for run in hit[2]] if hits else None

    return match


def _finder(query: Query, vocabulary: Vocabulary) -> Finder:
    match query:
        case Phrase(terms):
            return _phrase([vocabulary.number(term) for term in terms])
        case Or(parts):
            return _either([_finder(part, vocabulary) for part in parts])
        case Near(left, right, distance):
            return _near(_finder(left, vocabulary), _finder(right, vocabulary), distance)
        case _:
            raise TypeError(f"{type(query).__name__} has no place in a text")


def _phrase(numbers: list[int]) -> Finder:
    first, *rest = numbers

    def find(places: Places) -> list[Hit]:
        starts = places.get(first)
        if not starts:
            return []
        if not rest:
            return [(at, at, ((at, at),)) for at in starts[:MOST_HITS]]
        if not all(number in places for number in rest):
            return []
        found = set(starts)
        for step, number in enumerate(rest, 1):
            found &= {at - step for at in places[number]}
        length = len(rest)
        return [(at, at + length, ((at, at + length),)) for at in sorted(found)[:MOST_HITS]]

    return find


def _either(finders: list[Finder]) -> Finder:
    def find(places: Places) -> list[Hit]:
        hits = [hit for finder in finders for hit in finder(places)]
        return sorted(hits)[:MOST_HITS] if len(hits) > 1 else hits

    return find


def _near(find_left: Finder, find_right: Finder, distance: int) -> Finder:
    def find(places: Places) -> list[Hit]:
        lefts = find_left(places)
        rights = find_right(places) if lefts else []
        hits: list[Hit] = []
        longest = max((last - first for first, last, _ in rights), default=0)
        for left in lefts:
            for right in islice(rights, bisect_left(rights, (left[0] - distance - longest,)), None):
                if right[0] - left[1] > distance:
                    break  # the rest begins farther on still
                if _apart(left, right, distance):
                    hits.append((min(left[0], right[0]), max(left[1], right[1]), left[2] + right[2]))
                    if len(hits) == MOST_HITS:
                        return sorted(hits)
        return sorted(hits)

    return find


def _apart(one: Hit, other: Hit, distance: int) -> bool:
    """Tell whether neither reaches into the other and at most `distance` - 1 words lie between them."""
    return 0 < other[0] - one[1] <= distance or 0 < one[0] - other[1] <= distance
