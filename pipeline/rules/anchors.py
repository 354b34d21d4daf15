"""What an article must have before a rule is worth looking at."""

from collections.abc import Iterable
from typing import NamedTuple

from pipeline.rules.syntax import (
    AtLeast,
    Dated,
    Entity,
    Except,
    Fact,
    FactField,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Reading,
    Term,
    parts_of,
)
from pipeline.rules.vocabulary import Vocabulary

_COMMONNESS_OF_ENTITY = 0.05
_COMMONNESS_OF_FACT = {FactField.LANG: 3.0, FactField.KIND: 3.0, FactField.COUNTRY: 0.3, FactField.WITHIN: 0.3}
_COMMONNESS_OF_OTHER_FACT = 0.1


class Anchors(NamedTuple):
    """Numbers of which every article that matches has at least one, and a guess of how common they are together."""

    numbers: frozenset[int]
    commonness: float


def anchors(query: Query, vocabulary: Vocabulary) -> Anchors | None:
    """Give the rarest such group; None if there is none. An entity is a number by itself."""
    match query:
        case Phrase(terms):
            term = min(terms, key=_commonness)
            return Anchors(frozenset([vocabulary.number(term)]), _commonness(term))
        case Entity(name, _, version):
            return Anchors(frozenset([vocabulary.entity_number(name, version)]), _COMMONNESS_OF_ENTITY)
        case Fact(field, values):
            common = _COMMONNESS_OF_FACT.get(field, _COMMONNESS_OF_OTHER_FACT)
            return Anchors(frozenset(vocabulary.fact_number(field, value) for value in values), common * len(values))
        case Not() | Dated():
            return None
        case NotNear(part) | Except(part):
            return anchors(part, vocabulary)
        case _:
            return _joined(query, [anchors(part, vocabulary) for part in parts_of(query)])


def _joined(query: Query, groups: list[Anchors | None]) -> Anchors | None:
    match query:
        case Or():
            return _any(groups)
        case AtLeast(count):
            return _of_several(count, groups)
        case _:
            return _rarest(groups)


def _rarest(groups: Iterable[Anchors | None]) -> Anchors | None:
    return min((group for group in groups if group is not None), key=lambda group: group.commonness, default=None)


def _any(groups: Iterable[Anchors | None]) -> Anchors | None:
    numbers: set[int] = set()
    common = 0.0
    for group in groups:
        if group is None:
            return None
        numbers |= group.numbers
        common += group.commonness
    return Anchors(frozenset(numbers), common)


def _of_several(count: int, groups: list[Anchors | None]) -> Anchors | None:
    """Of n parts of which `count` hold, at least one is among any n - `count` + 1; take the rarest ones."""
    known = sorted((group for group in groups if group is not None), key=lambda group: group.commonness)
    needed = len(groups) - count + 1
    return _any(known[:needed]) if len(known) >= needed else None


def _commonness(term: Term) -> float:
    """Guess how common a term is: short words are, beginnings more so, names less. A Han character counts for two letters."""
    letters = sum(2 if character >= "\u2e80" else 1 for character in term.form)
    factor = {Reading.PATTERN: 4.0, Reading.NAME: 0.5, Reading.ACRONYM: 0.3}.get(term.reading, 1.0)
    return factor / max(letters, 1) ** 2
