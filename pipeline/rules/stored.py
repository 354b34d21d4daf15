"""Rules as they are kept once they were read: what each needs in numbers, and what it means in bytes until it is asked for.

A `Table` lists the terms, facts, phrases and entities of all rules once. A rule is kept with the groups of them that it needs
(pipeline.rules.anchors), the rarest first, so that a rule that no article comes near is never decoded. An entity within a query
is kept as its id and version alone, since the table has it.

The form is MessagePack, decoded by types into these classes: whatever else the bytes say is refused.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pipeline.records.article import Severity
from pipeline.rules.anchors import Group, Needed
from pipeline.rules.rule import Rule
from pipeline.rules.syntax import Entity, FactField, Or, Query, Term, parts_of, walk

Groups = tuple[tuple[int, ...], ...]
"""Groups of places in a table of which each must have one that an article has."""

_GONE = Or(())


class StoredEntity(Struct, frozen=True, array_like=True):
    """An entity: what it needs, of that what is told before other entities are looked for, and its part in bytes."""

    id: str
    version: str
    groups: Groups
    plain: Groups
    inner: tuple[int, ...]
    """Places of the entities that it names itself."""
    part: msgspec.Raw


class StoredNeeds(Struct, frozen=True, array_like=True):
    """What a rule needs, the rarest group first, and what must not be there; whether that leaves something open."""

    groups: Groups
    against: tuple[int, ...]
    is_open: bool
    entities: tuple[int, ...]
    """Places of the entities that it names itself."""


class _Entry(Struct, frozen=True, array_like=True):
    id: str
    name: str
    severity: Severity
    channels: tuple[str, ...]
    query: str
    version: str
    needs: StoredNeeds
    meaning: msgspec.Raw


class _Kept(Struct, frozen=True, array_like=True):
    terms: tuple[Term, ...]
    facts: tuple[tuple[FactField, str], ...]
    phrases: Groups
    """Of each phrase the places of its words."""
    entities: tuple[StoredEntity, ...]
    rules: tuple[_Entry, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode_query = msgspec.msgpack.Decoder(Query).decode
_decode = msgspec.msgpack.Decoder(_Kept).decode


class Table:
    """What stored rules tell by its place: terms first, then facts, phrases (by the places of their terms) and entities."""

    def __init__(
        self,
        terms: Sequence[Term],
        facts: Sequence[tuple[FactField, str]],
        phrases: Groups,
        entities: Sequence[StoredEntity],
    ) -> None:
        self.terms = terms
        self.facts = facts
        self.phrases = tuple(tuple(terms[place] for place in phrase) for phrase in phrases)
        self.entities = entities
        self._by_name = {(entity.id, entity.version): entity for entity in entities}
        self._decoded: dict[tuple[str, str], Entity] = {}

    def entity_at(self, place: int) -> StoredEntity:
        """Give the entity at a place."""
        return self.entities[place - len(self.terms) - len(self.facts) - len(self.phrases)]

    def entity(self, name: str, version: str) -> Entity:
        """Give an entity as queries hold it. Raises ValueError when the table lacks it."""
        known = self._decoded.get((name, version))
        if known is None:
            stored = self._by_name.get((name, version))
            if stored is None:
                raise ValueError(f"there is no entity {name} in its version {version}")
            known = self._decoded[name, version] = Entity(name, self.query(stored.part), version)
        return known

    def query(self, data: bytes | msgspec.Raw) -> Query:
        """Decode a query and put its entities into it."""
        return self._filled(_decode_query(data))

    def _filled(self, query: Query) -> Query:
        if not any(isinstance(part, Entity) for part in walk(query)):
            return query
        return _with_entities(query, lambda entity: self.entity(entity.id, entity.version))


class StoredRule(Rule):
    """A rule that was read earlier. Its meaning is decoded whenever it is asked for, since few rules of many are."""

    table: Table
    needs: StoredNeeds
    data: msgspec.Raw

    def __init__(self, entry: _Entry, table: Table) -> None:
        self.__dict__.update(
            id=entry.id,
            name=entry.name,
            severity=entry.severity,
            channels=entry.channels,
            query=entry.query,
            version=entry.version,
            table=table,
            needs=entry.needs,
            data=entry.meaning,
        )

    @property
    def meaning(self) -> Query:
        """What was read in the query."""
        return self.table.query(self.data) if self.needs.entities else _decode_query(self.data)


def encode_rules(rules: Iterable[Rule]) -> bytes:
    """Give the bytes to keep of rules. Raises UnicodeEncodeError for rules that hold half a surrogate pair."""
    places = _Places()
    entries = [_entry(rule, places) for rule in rules]
    # what each rule needs was told by provisional numbers, since terms, facts, phrases and entities came as they were met
    moved = places.moved()
    kept = _Kept(
        tuple(places.terms),
        tuple(places.facts),
        _moved_groups(tuple(places.phrases), moved),
        tuple(_moved_entity(entity, moved) for entity in places.entities.values()),
        tuple(_moved_entry(entry, moved) for entry in entries),
    )
    return _encode(kept)


def decode_rules(data: bytes | memoryview) -> list[Rule]:
    """Give the rules that bytes keep. Raises ValueError when they are none that `encode_rules` gave."""
    try:
        kept = _decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    table = Table(kept.terms, kept.facts, kept.phrases, kept.entities)
    return [StoredRule(entry, table) for entry in kept.rules]


class _Places:
    """Numbers terms, facts, phrases and entities as they are met, as a vocabulary does."""

    def __init__(self) -> None:
        self.terms: dict[Term, int] = {}
        self.facts: dict[tuple[FactField, str], int] = {}
        self.phrases: dict[tuple[int, ...], int] = {}
        self.names: dict[tuple[str, str], int] = {}
        self.entities: dict[int, StoredEntity] = {}
        self.needed = Needed(self)
        self._next = 0

    def number(self, term: Term) -> int:
        return self._known(self.terms, term)

    def phrase_number(self, terms: tuple[Term, ...]) -> int:
        return self._known(self.phrases, tuple(map(self.number, terms)))

    def fact_number(self, field: FactField, value: str) -> int:
        return self._known(self.facts, (field, value))

    def entity_number(self, entity: str, version: str) -> int:
        return self._known(self.names, (entity, version))

    def enter(self, query: Query) -> tuple[int, ...]:
        """Enter the entities that a query names, and give their numbers."""
        return tuple(sorted({self._entered(part) for part in walk(query) if isinstance(part, Entity)}))

    def moved(self) -> dict[int, int]:
        """Give the place in the table of each number."""
        in_order = [*self.terms.values(), *self.facts.values(), *self.phrases.values(), *self.entities]
        return {number: place for place, number in enumerate(in_order)}

    def _known(self, numbers: dict[Any, int], key: Any) -> int:
        if key not in numbers:
            numbers[key] = self._next
            self._next += 1
        return numbers[key]

    def _entered(self, entity: Entity) -> int:
        number = self.entity_number(entity.id, entity.version)
        if number not in self.entities:
            inner = self.enter(entity.part)
            groups = self.needed.of(entity.part).groups
            # whether other entities occur isn't known yet when this one is looked for
            names = set(self.names.values())
            plain = tuple(group for group in groups if names.isdisjoint(group))
            first = self.needed.rarest(groups) if groups else ()
            self.entities[number] = StoredEntity(
                entity.id, entity.version, _listed(groups, first), _listed(plain), inner, _raw(entity.part)
            )
        return number


def _entry(rule: Rule, places: _Places) -> _Entry:
    entities = places.enter(rule.meaning)
    groups, against, rest = places.needed.of(rule.meaning)
    first = places.needed.rarest(groups) if groups else ()
    needs = StoredNeeds(_listed(groups, first), against, bool(rest), entities)
    return _Entry(rule.id, rule.name, rule.severity, rule.channels, rule.query, rule.version, needs, _raw(rule.meaning))


def _listed(groups: Iterable[Group], first: Group | None = None) -> Groups:
    listed = sorted(groups, key=lambda group: group is not first)
    return tuple(listed)


def _raw(query: Query) -> msgspec.Raw:
    return msgspec.Raw(_encode(_with_entities(query, lambda entity: Entity(entity.id, _GONE, entity.version))))


def _moved_groups(groups: Groups, moved: dict[int, int]) -> Groups:
    return tuple(tuple(moved[number] for number in group) for group in groups)


def _moved_entity(entity: StoredEntity, moved: dict[int, int]) -> StoredEntity:
    return msgspec.structs.replace(
        entity,
        groups=_moved_groups(entity.groups, moved),
        plain=_moved_groups(entity.plain, moved),
        inner=tuple(moved[number] for number in entity.inner),
    )


def _moved_entry(entry: _Entry, moved: dict[int, int]) -> _Entry:
    groups, against, is_open, entities = msgspec.structs.astuple(entry.needs)
    needs = StoredNeeds(
        _moved_groups(groups, moved),
        tuple(moved[number] for number in against),
        is_open,
        tuple(moved[number] for number in entities),
    )
    return msgspec.structs.replace(entry, needs=needs)


def _with_entities(query: Query, replaced: Callable[[Entity], Query]) -> Query:
    """Give a query with other ones in the place of its entities."""
    if isinstance(query, Entity):
        return replaced(query)
    if not parts_of(query):
        return query
    changes: dict[str, Any] = {}
    for name in query.__struct_fields__:
        value = getattr(query, name)
        if isinstance(value, tuple):
            changes[name] = tuple(_with_entities(part, replaced) for part in value)
        elif isinstance(value, Struct):
            changes[name] = _with_entities(value, replaced)  # type: ignore[arg-type]
    return msgspec.structs.replace(query, **changes)
