"""What an article must have, and must lack, before a rule is worth a look at the places of words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from pipeline.rules.phrases import commonness
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    FactField,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Term,
    Where,
)

_WEIGHT = 10.0  # articles that a guess is worth
_COMMONNESS_OF_ENTITY = 0.05 * _WEIGHT
_COMMONNESS_OF_FACT = {FactField.LANG: 30.0, FactField.KIND: 30.0, FactField.COUNTRY: 3.0, FactField.WITHIN: 3.0}
_COMMONNESS_OF_OTHER_FACT = 1.0
_OF_WORD = 0.3  # how often a phrase is where its rarest word is
Group: TypeAlias = tuple[int, ...]
"""Different numbers in rising order."""


class Needs(NamedTuple):
    """Groups of numbers of which every article that matches has at least one each, and numbers of which it has none.

    `rest` is what these leave open; where there is none, an article that has what is needed matches.
    """

    groups: tuple[Group, ...]
    against: Group = ()
    rest: tuple[Query, ...] = ()


class Numbers(Protocol):
    """Numbers what queries ask for, as a vocabulary does; the same has the same number."""

    def number(self, term: Term) -> int:
        """Give the number of a term."""
        ...

    def phrase_number(self, terms: tuple[Term, ...]) -> int:
        """Give the number of a phrase of several words."""
        ...

    def fact_number(self, field: FactField, value: str) -> int:
        """Give the number of a field with a value."""
        ...

    def entity_number(self, entity: str, version: str) -> int:
        """Give the number of an entity of the lexicon in one of its versions."""
        ...


class Needed:
    """Tells what queries need in the numbers of a vocabulary, and guesses how common each number is.

    A phrase is a number by itself, and so is an entity.
    """

    def __init__(self, vocabulary: Numbers) -> None:
        self._vocabulary = vocabulary
        self.commonness: dict[int, float] = {}
        """A guess for each number that was given: of how many articles it is a part, times a weight. Who counts adds to it."""
        self._kinds: Mapping[type, Callable[[Any], Needs]] = {
            Phrase: self._phrase,
            Entity: self._entity,
            Fact: self._fact,
            Dated: _open,
            Not: self._not,
            Context: lambda query: self.of(query.part),
            In: self._part,
            NotNear: self._without,
            Except: self._without,
            Where: self._both,
            Near: self._near,
            Beside: self._near,
            And: self._and,
            Or: self._or,
            AtLeast: self._at_least,
        }

    def of(self, query: Query) -> Needs:
        """Tell what a query needs."""
        return self._kinds[type(query)](query)

    def rarest(self, groups: Sequence[Group]) -> Group:
        """Give the group that is had by the fewest articles, as far as is known."""
        return groups[0] if len(groups) == 1 else min(groups, key=self.commonness_of)

    def commonness_of(self, group: Group) -> float:
        """Give a number that is the larger the more articles have a number of the group."""
        return sum(map(self.commonness.__getitem__, group))

    def term(self, term: Term) -> int:
        """Give the number of a term, with a guess of how common it is."""
        number = self._vocabulary.number(term)
        if number not in self.commonness:
            self.commonness[number] = _WEIGHT * commonness(term)
        return number

    def phrase(self, terms: tuple[Term, ...]) -> int:
        """Give the number of a phrase of several words, with a guess of how common it is."""
        number = self._vocabulary.phrase_number(terms)
        if number not in self.commonness:
            self.commonness[number] = _OF_WORD * min(self.commonness[self.term(term)] for term in terms)
        return number

    def _phrase(self, query: Phrase) -> Needs:
        terms = query.terms
        return Needs(((self.phrase(terms) if len(terms) > 1 else self.term(terms[0]),),))

    def entity(self, name: str, version: str) -> int:
        """Give the number of an entity, with a guess of how common it is."""
        number = self._vocabulary.entity_number(name, version)
        self.commonness.setdefault(number, _COMMONNESS_OF_ENTITY)
        return number

    def fact(self, field: FactField, value: str) -> int:
        """Give the number of a field with a value, with a guess of how common it is."""
        number = self._vocabulary.fact_number(field, value)
        self.commonness.setdefault(number, _COMMONNESS_OF_FACT.get(field, _COMMONNESS_OF_OTHER_FACT))
        return number

    def _entity(self, query: Entity) -> Needs:
        return Needs(((self.entity(query.id, query.version),),))

    def _fact(self, query: Fact) -> Needs:
        return Needs((_joined([[self.fact(query.field, value) for value in query.values]]),))

    def _not(self, query: Not) -> Needs:
        groups, against, rest = self.of(query.part)
        if len(groups) == 1 and not against and not rest:
            return Needs((), groups[0])
        return Needs((), rest=(query,))

    def _part(self, query: Any) -> Needs:
        return Needs(self.of(query.part).groups, rest=(query,))

    def _without(self, query: Any) -> Needs:
        self.of(query.other)  # an article's words are looked up once: by then these must have numbers, too
        return self._part(query)

    def _both(self, query: Where) -> Needs:
        condition = self.of(query.condition)
        return Needs(self.of(query.part).groups + condition.groups, condition.against, (query,))

    def _near(self, query: Any) -> Needs:
        # the sides of NEAR are left and right, those of WITH/n part and other
        one, other = (query.left, query.right) if type(query) is Near else (query.part, query.other)
        return Needs(self.of(one).groups + self.of(other).groups, rest=(query,))

    def _and(self, query: And) -> Needs:
        needs = [self.of(part) for part in query.parts]
        groups = tuple([group for need in needs for group in need.groups])
        against = _joined([need.against for need in needs])
        return Needs(groups, against, tuple([part for need in needs for part in need.rest]))

    def _or(self, query: Or) -> Needs:
        needs = [self.of(part) for part in query.parts]
        if not all(need.groups for need in needs):
            return Needs((), rest=(query,))
        group = _joined([self.rarest(need.groups) for need in needs])
        is_all = not any(need.rest or need.against or len(need.groups) > 1 for need in needs)
        return Needs((group,), rest=() if is_all else (query,))

    def _at_least(self, query: AtLeast) -> Needs:
        """Of n parts of which `count` hold, at least one is among any n - `count` + 1; take the rarest ones."""
        groups = [self.rarest(need.groups) for need in map(self.of, query.parts) if need.groups]
        groups.sort(key=self.commonness_of)
        enough = len(query.parts) - query.count + 1
        if len(groups) < enough:
            return Needs((), rest=(query,))
        return Needs((_joined(groups[:enough]),), rest=(query,))


def _joined(groups: Sequence[Sequence[int]]) -> Group:
    return tuple(sorted({number for group in groups for number in group}))


def _open(query: Query) -> Needs:
    return Needs((), rest=(query,))
