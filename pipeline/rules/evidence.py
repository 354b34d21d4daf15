"""The words that are the evidence of a match, told straight from the query: few rules of many match, and each now and then."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pipeline.rules.hits import beside, either, near, without
from pipeline.rules.matcher import Compiler, in_field, is_dated
from pipeline.rules.places import Hit, Places, Run
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Where,
)
from pipeline.rules.vocabulary import Vocabulary

_MOST_PAIRS = 400
"""Positions of one word times those of another: up to so many pairs of NEAR are tried one by one."""

_NOWHERE: list[int] = []

_Hits: TypeAlias = Callable[[Any], list[Hit]]


class Evidence:
    """The words of one article that fulfil queries. What NOT, WITH and fields of facts say has none."""

    def __init__(self, places: Places, vocabulary: Vocabulary, compiler: Compiler) -> None:
        """Look at an article's places, with the vocabulary that they were found with and its compiler for entities."""
        self._places = places
        self._positions = places.positions
        self._vocabulary = vocabulary
        self._compiler = compiler
        self._hits_of: Mapping[type, _Hits] = {
            Phrase: self._phrase,
            Or: self._either,
            Near: self._near,
            Beside: lambda part: beside(self.hits(part.part), self.hits(part.other), part.distance),
            NotNear: lambda part: without(self.hits(part.part), self.hits(part.other), part.distance),
            Except: lambda part: without(self.hits(part.part), self.hits(part.other), 0),
            Where: lambda part: self.hits(part.part) if self.holds(part.condition) else [],
            In: lambda part: in_field(self.hits(part.part), part.field, places),
            Entity: lambda part: compiler.finder(part)(places),
        }
        self._tests: Mapping[type, Callable[[Any], bool]] = {
            And: lambda query: all(map(self.holds, query.parts)),
            Or: lambda query: any(map(self.holds, query.parts)),
            AtLeast: lambda query: sum(map(self.holds, query.parts)) >= query.count,
            Not: lambda query: not self.holds(query.part),
            Context: lambda query: self.holds(query.part),
            Fact: self._is_known,
            Dated: lambda query: is_dated(query, places),
        }

    def runs(self, query: Query) -> list[Run]:
        """Give the words that fulfil a query which holds, in no order."""
        kind = type(query)
        if kind is Phrase:
            return self._words(query)  # type: ignore[arg-type]
        if isinstance(query, And | Or | AtLeast):
            return self._of_parts(query)
        if kind is Near:
            return self._near_runs(query)  # type: ignore[arg-type]
        if kind in self._hits_of:
            return [run for hit in self.hits(query) for run in hit[2]]
        return []

    def holds(self, query: Query) -> bool:
        """Tell whether a query holds."""
        test = self._tests.get(type(query))
        return test(query) if test else bool(self.hits(query))

    def hits(self, part: Query) -> list[Hit]:
        """Give the occurrences of a placed part, sorted."""
        return self._hits_of[type(part)](part)

    def _of_parts(self, query: And | Or | AtLeast) -> list[Run]:
        is_and = type(query) is And
        found: list[Run] = []
        for part in query.parts:
            if type(part) is Phrase:
                found += self._words(part)
            # what has places has none where it doesn't hold
            elif is_and or type(part) not in self._tests or self.holds(part):
                found += self.runs(part)
        return found

    def _starts(self, phrase: Phrase) -> list[int]:
        terms = phrase.terms
        vocabulary = self._vocabulary
        number = vocabulary.number(terms[0]) if len(terms) == 1 else vocabulary.phrase_number(terms)
        return self._positions.get(number, _NOWHERE)

    def _words(self, phrase: Phrase) -> list[Run]:
        starts = self._starts(phrase)
        if not starts:
            return []
        further = len(phrase.terms) - 1
        return [(at, at + further) for at in starts]

    def _phrase(self, phrase: Phrase) -> list[Hit]:
        further = len(phrase.terms) - 1
        return [(at, at + further, ((at, at + further),)) for at in self._starts(phrase)]

    def _either(self, query: Or) -> list[Hit]:
        return either([hit for part in query.parts for hit in self.hits(part)])

    def _near(self, query: Near) -> list[Hit]:
        lefts = self.hits(query.left)
        return near(lefts, self.hits(query.right), query.distance, query.ordered) if lefts else lefts

    def _near_runs(self, query: Near) -> list[Run]:
        """Give the words of NEAR; between single words, as most are, those of each pair."""
        lefts, rights = self._single(query.left), self._single(query.right)
        if lefts is None or rights is None or len(lefts) * len(rights) > _MOST_PAIRS:
            return [run for hit in self._near(query) for run in hit[2]]
        distance, back = query.distance, 0 if query.ordered else -query.distance
        return [
            (at, at)
            for left in lefts
            for right in rights
            if right != left and back <= right - left <= distance
            for at in (left, right)
        ]

    def _single(self, part: Query) -> list[int] | None:
        """Give the positions of a part that is nothing but single words."""
        parts = part.parts if isinstance(part, Or) else (part,)
        found: list[int] = []
        for one in parts:
            if type(one) is not Phrase or len(one.terms) > 1:
                return None
            found += self._starts(one)
        return found

    def _is_known(self, query: Fact) -> bool:
        numbers = self._places.numbers
        return any(self._vocabulary.fact_number(query.field, value) in numbers for value in query.values)
