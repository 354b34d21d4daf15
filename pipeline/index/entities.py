"""Entities of the lexicon, as large as they are, in queries that an engine can be asked."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.rules.necessary import necessary
from pipeline.rules.syntax import Dated, Entity, Fact, Phrase, Query, Term, parts_of

MOST_WORDS = 50
"""Words of an entity that is asked for as it is. Of a larger one each name's rarest word is, and what is found is checked."""

NARROWED = "~"
"""The version of an entity that stands for more than it means."""


def narrowed(query: Query) -> Query:
    """Give the query with small entities in the place of large ones: they hold wherever those do, and elsewhere, too."""
    small: Query = _Narrowing().of(query)
    return small


class _Narrowing:
    """Makes an entity small once, however often a query names it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Query] = {}

    def of(self, query: Any) -> Any:
        if isinstance(query, Entity):
            key = query.id, query.version
            if key not in self._known:
                self._known[key] = _narrow(query)
            return self._known[key]
        if isinstance(query, Phrase | Fact | Dated):
            return query
        if isinstance(query, tuple):
            return tuple(map(self.of, query))
        if isinstance(query, msgspec.Struct):
            return type(query)(*map(self.of, msgspec.structs.astuple(query)))
        return query


def _narrow(entity: Entity) -> Entity:
    if sum(1 for _ in zip(range(MOST_WORDS + 1), words_of(entity.part), strict=False)) <= MOST_WORDS:
        return entity
    return Entity(entity.id, necessary(entity.part) or Dated(None, None), NARROWED)


def words_of(query: Query) -> Iterator[Term]:
    """Give the words of a query, those of entities within it included."""
    if isinstance(query, Phrase):
        yield from query.terms
    for part in parts_of(query):
        yield from words_of(part)
