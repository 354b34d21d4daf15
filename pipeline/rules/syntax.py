"""What a query means: words and phrases, what stands around them, and facts of the article, joined by AND, OR and NOT.

Two kinds of parts. A *placed* part (Phrase, Near, NotNear, Beside, Except, Where, Entity, In of these, and Or of these) has
occurrences: runs of words from a first to a last position, in title or text, never across both. The positions of
words count up by one; a placed part holds when it has an occurrence. The others (And, Not, Context, AtLeast, Fact,
Dated) only hold or don't, for the whole article.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class QueryError(ValueError):
    """A query that can't be used. `start` and `end` are the code points of the query that are to blame."""

    def __init__(self, what: str, start: int, end: int) -> None:
        super().__init__(what)
        self.start = start
        self.end = max(end, start + 1)


class Reading(StrEnum):
    """How a word of a query is compared with an article's words; docs/query-language.md tells each in full.

    WORD inflects by the stemmer of the article's language. NAME (a word with a capital) inflects by endings of names, and
    only where the article's word has a capital, too; its own form counts in any case. ACRONYM (all capitals) has no
    other forms, and up to 4 letters stand in capitals in the article as well. FORM is this form alone, in any case
    and with any accents; EXACT is exactly what is written; PATTERN is a folded form with `*` and `?` in it.
    """

    WORD = "word"
    NAME = "name"
    ACRONYM = "acronym"
    FORM = "form"
    EXACT = "exact"
    PATTERN = "pattern"

    __hash__ = str.__hash__  # an enumeration's own is a function in Python, and terms are looked up all the time


class Term(Struct, frozen=True, array_like=True, gc=False):
    """A word of a query. `form` is folded as an article's words are (a PATTERN's with its wildcards).

    `spelling` is the word as it was written (in NFC), for those readings that need its case or accents: WORD, NAME,
    ACRONYM, EXACT.
    """

    form: str
    reading: Reading = Reading.FORM
    spelling: str = ""


class Phrase(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Words that stand one directly after the other; often it is just one word. It occurs where they stand."""

    terms: tuple[Term, ...]


class Near(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Two placed parts with at most `distance` - 1 words between them and no word in common.

    They stand in either order, or with `ordered` the left one first. It occurs from the first word of both to the last.
    """

    left: "Query"
    right: "Query"
    distance: int
    ordered: bool = False


class Beside(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The occurrences of `part` that have one of `other` as near as Near asks. `other` is no evidence (`WITH/n`)."""

    part: "Query"
    other: "Query"
    distance: int


class NotNear(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The occurrences of `part` that have none of `other` as near as Near asks, and overlap none."""

    part: "Query"
    other: "Query"
    distance: int


class Except(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The occurrences of `part` that share no position with an occurrence of `other`, from its first to its last word."""

    part: "Query"
    other: "Query"


class Where(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The occurrences of `part`, provided that `condition` holds in the whole article; it is no evidence.

    The lexicon's names in a context are made of it. Inside of In, the condition is still about the whole article.
    """

    part: "Query"
    condition: "Query"


class Entity(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """An entity of the lexicon: the occurrences of `part`. `version` changes with the entity's meaning."""

    id: str
    part: "Query"
    version: str = ""


class Field(StrEnum):
    """The parts of an article that words can be looked for in."""

    TITLE = "title"
    TEXT = "text"


class In(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The occurrences of a placed part that lie in the title, or in the text. The parser puts In inside of And and Not."""

    field: Field
    part: "Query"


class And(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """All of these hold in the article."""

    parts: tuple["Query", ...]


class Or(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """At least one of these holds in the article. Where all are placed, it occurs where any of them does."""

    parts: tuple["Query", ...]


class AtLeast(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """At least `count` of these hold in the article."""

    count: int
    parts: tuple["Query", ...]


class Not(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """This does not hold in the article."""

    part: "Query"


class Context(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """This holds in the article, and its words are no evidence to be shown: they only tell what others mean."""

    part: "Query"


class FactField(StrEnum):
    """What is known of an article beside its words; pipeline.rules.facts says how values are compared."""

    LANG = "lang"
    SOURCE = "source"
    TAG = "tag"
    KIND = "kind"
    OWNER = "owner"
    COUNTRY = "country"
    PLACE = "place"
    WITHIN = "within"
    AUTHOR = "author"
    ORIGIN = "origin"
    EXTRA = "extra"


class Fact(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The article has at least one of these values, which are written as pipeline.rules.facts writes the article's."""

    field: FactField
    values: tuple[str, ...]


class Dated(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The article's time (published, or else first seen) is `since` or later and before `until`; None leaves it open."""

    since: datetime | None
    until: datetime | None


Query: TypeAlias = (
    Phrase | Near | Beside | NotNear | Except | Where | Entity | In | And | Or | AtLeast | Not | Context | Fact | Dated
)


def parts_of(query: Query) -> tuple[Query, ...]:
    """Give the parts directly below a part, in the order in which they are written."""
    match query:
        case Phrase() | Fact() | Dated():
            return ()
        case Near(left, right):
            return left, right
        case Beside(part, other) | NotNear(part, other) | Except(part, other) | Where(part, other):
            return part, other
        case And(parts) | Or(parts) | AtLeast(_, parts):
            return parts
        case Entity(_, part) | In(_, part) | Not(part) | Context(part):
            return (part,)


def walk(query: Query) -> Iterator[Query]:
    """Give the part and everything below it, but not what entities consist of."""
    yield query
    if not isinstance(query, Entity):
        for part in parts_of(query):
            yield from walk(part)


def is_placed(query: Query) -> bool:
    """Tell whether the part has occurrences, so that NEAR and EXCEPT can be asked of it."""
    if isinstance(query, Or):
        return all(map(is_placed, query.parts))
    return not isinstance(query, And | AtLeast | Not | Context | Fact | Dated)


def holds_in_nothing(query: Query) -> bool:
    """Tell whether the query holds in an article without words and facts, so that it says nothing that must be there."""
    match query:
        case Not(part):
            return not holds_in_nothing(part)
        case Context(part):
            return holds_in_nothing(part)
        case And(parts):
            return all(map(holds_in_nothing, parts))
        case Or(parts):
            return any(map(holds_in_nothing, parts))
        case AtLeast(count, parts):
            return sum(map(holds_in_nothing, parts)) >= count
        case _:
            return False
