"""Lexicon files as they are written."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class EntityKind(StrEnum):
    """What an entity is."""

    ARMED_GROUP = "armed-group"
    ORGANISATION = "organisation"
    COMPANY = "company"
    PERSON = "person"
    COUNTRY = "country"
    REGION = "region"
    PLACE = "place"
    OPERATION = "operation"
    EVENT = "event"
    TOPIC = "topic"
    OTHER = "other"


class Needed(StrEnum):
    """Which of `near` and `article` a name in a context needs, where both are given."""

    EITHER = "either"
    BOTH = "both"


Names: TypeAlias = dict[str, tuple[str, ...]] | tuple[str, ...]
"""Names by language, or just names. Every name counts in articles of every language."""

DISTANCE = 15
"""How near a context's words are when an entry does not say; as n of NEAR/n."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InContext:
    """Names that are only meant where something stands `near` them or in the `article`, and something else does not.

    `near`, `article`, `not_near` and `not_article` are query texts.
    """

    names: Names
    near: str | None = None
    article: str | None = None
    require: Needed = Needed.EITHER
    not_near: str | None = None
    not_article: str | None = None
    distance: int = DISTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityEntry:
    """An entity: its names, those that are only meant in a context, and longer names that are others'."""

    id: str
    name: str
    kind: EntityKind = EntityKind.OTHER
    names: Names = ()
    in_context: tuple[InContext, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconDocument:
    """What a lexicon file holds."""

    entities: tuple[EntityEntry, ...]


def by_language(names: Names) -> dict[str, tuple[str, ...]]:
    """Give the names by language; those without one stand under `all`."""
    return names if isinstance(names, dict) else {"all": names}
