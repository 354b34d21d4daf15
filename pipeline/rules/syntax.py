"""What a query means: words and phrases, joined by AND, WITH, OR, NOT and NEAR."""

from dataclasses import dataclass
from typing import TypeAlias


class QueryError(ValueError):
    """A query that can't be used. `start` and `end` are the code points of the query that are to blame."""

    def __init__(self, what: str, start: int, end: int) -> None:
        super().__init__(what)
        self.start = start
        self.end = max(end, start + 1)


@dataclass(frozen=True, slots=True)
class Term:
    """A folded word, or with `prefix` the beginning of one."""

    form: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one directly after the other; often it is just one word."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Two things in either order with at most `distance` - 1 words between them, and no word in common."""

    left: "Query"
    right: "Query"
    distance: int


@dataclass(frozen=True, slots=True)
class And:
    """All of these hold in the article."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these holds in the article."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold in the article."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Context:
    """This holds in the article, and its words are no evidence to be shown: they only tell what others mean."""

    part: "Query"


Query: TypeAlias = Phrase | Near | And | Or | Not | Context


def holds_in_nothing(query: Query) -> bool:
    """Tell whether the query holds in an article without words, so that it says nothing that must be there."""
    match query:
        case Not(part):
            return not holds_in_nothing(part)
        case Context(part):
            return holds_in_nothing(part)
        case And(parts):
            return all(map(holds_in_nothing, parts))
        case Or(parts):
            return any(map(holds_in_nothing, parts))
        case _:
            return False
