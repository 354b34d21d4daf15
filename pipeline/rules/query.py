"""Reading queries. docs/query-language.md is the description for people; GRAMMAR is the one for the parser.

NEAR and its like bind closest, then NOT, then AND (which may be left out) and WITH, then OR. What is written without a space in
scripts that know none is a phrase; so is what a hyphen or an apostrophe joins.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pipeline.rules.fields import FIELDS, fact_query, field_meant
from pipeline.rules.mistakes import check_habit, explain, explain_character
from pipeline.rules.parser import FastParser, NotTaken
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
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
    QueryError,
    Reading,
    holds_in_nothing,
    is_placed,
)
from pipeline.rules.words import read_terms

if TYPE_CHECKING:
    from lark import Token

LONGEST = 50_000
DEEPEST = 180
"""Parts within parts that a query may have."""
FARTHEST = 500
"""The largest n of NEAR/n."""
MOST_WORDS = 50
"""Words of one phrase."""

MOST_KNOWN = 50_000
"""Words and phrases whose meaning is remembered for when they are written again."""

_END = r"(?=[\s()\"“”„«»,]|$)"
_PLACED_NAMES = "|".join(Field)
_FACT_NAMES = "|".join(name for name in FIELDS if name not in list(Field))

GRAMMAR = rf"""
start: _or
_or: disj | _and
_and: conj | _not
_not: neg | _near
_near: near | _atom
disj: _and (_OR _and)+
conj: _not (_AND? _not | context)+
context: _WITH _not
neg: _NOT _not
near: _near NEAR _atom
_atom: WORD | PHRASE | "(" _or ")" | atleast | inside | fact | unknown
atleast: ATLEAST "(" _or (_COMMA _or)+ ")"
inside: INSIDE _atom
fact: FACT (WORD | PHRASE | "(" (WORD | PHRASE) (_OR (WORD | PHRASE))* ")")
unknown: UNKNOWN

_AND.2: /AND{_END}/
_WITH.2: /WITH{_END}/
_OR.2: /OR{_END}/
_NOT.2: /NOT{_END}/
NEAR.2: /((?:NOT|O)?NEAR(\/\d+)?|WITH\/\d+|EXCEPT){_END}/
ATLEAST.2: /ATLEAST(\/\d+)?{_END}/
INSIDE.3: /(?:{_PLACED_NAMES}):\s*/
FACT.3: /(?:{_FACT_NAMES}):\s*/
UNKNOWN.2: /[A-Za-z]+:(?!\/\/)(?=\S)/
PHRASE.2: /={{0,2}}("[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»)/
WORD: /(?:[^\s()"“”„«»,]|(?<=\d),(?=\d))+/
_COMMA: ","
%ignore /\s+/
"""

Entities: TypeAlias = Callable[[str], Query]
"""Gives the entity with an id, or raises ValueError with what to write instead."""


def _no_entities(name: str) -> Query:
    raise ValueError(f"there is no lexicon to look @{name} up in; write its names")


class QueryReader:
    """Reads queries; `entities` gives what `@id` stands for. It keeps the parser that is made for it."""

    def __init__(self, entities: Entities = _no_entities) -> None:
        from lark import Lark

        builder = _Builder(entities)
        self._lark: Lark = Lark(GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False, transformer=builder)
        self._fast = FastParser(self._lark, builder)

    def read(self, text: str) -> Query:
        """Read a query or a part of one. Raises QueryError with the place, what is wrong and what was probably meant."""
        _check_size(text)
        try:
            return self._fast.parse(text)  # type: ignore[no-any-return]
        except NotTaken:
            return self._read_slowly(text)

    def _read_slowly(self, text: str) -> Query:
        """Let Lark tell where the query is none, and say what was probably meant."""
        from lark import UnexpectedCharacters, UnexpectedToken

        try:
            return self._lark.parse(text)  # type: ignore[return-value]
        except UnexpectedCharacters as error:
            explain_character(text, error.pos_in_stream or 0)
        except UnexpectedToken as error:
            explain(text, error.token)


def parse_query(text: str, reader: QueryReader | None = None) -> Query:
    """Read a whole query, with a lexicon's `reader` where it may name entities. Raises QueryError."""
    query = (reader or _plain_reader()).read(text)
    if holds_in_nothing(query):
        raise QueryError(
            "it holds in nearly every article, since it only says what must be missing; say what must be there, too,"
            " such as: sahel NOT football",
            0,
            len(text),
        )
    return query


@cache
def _plain_reader() -> QueryReader:
    return QueryReader()


def _check_size(text: str) -> None:
    if not text.strip():
        raise QueryError("the query is empty; write words, such as: wagner AND mali", 0, 1)
    if len(text) > LONGEST:
        raise QueryError(
            f"the query is longer than {LONGEST} characters; divide it into several rules", LONGEST, LONGEST
        )


class _Part(NamedTuple):
    query: Query
    depth: int


_Child: TypeAlias = "_Part | Token"


class _Builder:
    """Makes the query while Lark parses: a method for each rule of the grammar, called with what its parts became."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._known: dict[str, _Part] = {}

    def start(self, children: Sequence[_Child]) -> Query:
        return self._part(children[0]).query

    def disj(self, children: Sequence[_Child]) -> _Part:
        return self._joined(Or, children)

    def conj(self, children: Sequence[_Child]) -> _Part:
        return self._joined(And, children)

    def context(self, children: Sequence[_Child]) -> _Part:
        part = self._part(children[0])
        return _Part(Context(part.query), part.depth + 1)

    def neg(self, children: Sequence[_Child]) -> _Part:
        part = self._part(children[0])
        depth = _deeper(None, part)
        return _Part(part.query.part if isinstance(part.query, Not) else Not(part.query), depth)

    def near(self, children: Sequence[Any]) -> _Part:
        operator: Token = children[1]
        left, right = self._part(children[0]), self._part(children[2])
        depth = _deeper(operator, left, right)
        if not (is_placed(left.query) and is_placed(right.query)):
            raise _fault(
                operator,
                f"{operator} stands between words, phrases and groups of them joined by OR; use AND or NOT outside of it",
            )
        return _Part(_positional(operator, left.query, right.query), depth)

    def atleast(self, children: Sequence[Any]) -> _Part:
        operator: Token = children[0]
        parts = [self._part(child) for child in children[1:]]
        number = operator.partition("/")[2]
        if not number:
            raise _fault(operator, "say how many: ATLEAST/2 (a, b, c) asks for at least 2 of them")
        if len(number) > 4 or not 1 <= int(number) <= len(parts):
            raise _fault(
                operator, f"there are {len(parts)} parts; write a number from 1 to {len(parts)} after ATLEAST/"
            )
        return _Part(AtLeast(int(number), tuple(part.query for part in parts)), _deeper(operator, *parts))

    def inside(self, children: Sequence[Any]) -> _Part:
        name: Token = children[0]
        part = self._part(children[1])
        field = Field(name.rstrip().rstrip(":"))
        return _Part(_inside(field, part.query, name), _deeper(name, part))

    def fact(self, children: Sequence[Any]) -> _Part:
        name: Token = children[0]
        field = name.rstrip().rstrip(":")
        for child in children[1:]:
            try:
                fact_query(field, [_bare(child)])
            except ValueError as error:
                raise _fault(child, str(error)) from None
        return _Part(fact_query(field, [_bare(child) for child in children[1:]]), 1)

    def unknown(self, children: Sequence[Any]) -> _Part:
        name: Token = children[0]
        meant = field_meant(name[:-1])
        hint = f"did you mean {meant}:?" if meant else f"fields are {', '.join(FIELDS)}."
        raise _fault(name, f"there is no field {name}; {hint} If the words are meant, put them in quotation marks")

    def _joined(self, kind: type[And | Or], children: Sequence[_Child]) -> _Part:
        parts = [self._part(child) for child in children]
        return _Part(kind(tuple([part.query for part in parts])), _deeper(children[0], *parts))

    def _part(self, child: Any) -> _Part:
        if child.__class__ is _Part:
            return child
        known = self._known.get(child)
        if known is None:
            known = _Part(self._words(child), 1)
            if child[0] != "@":
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[str(child)] = known
        return known

    def _words(self, token: "Token") -> Query:
        if token[0] == "@":
            return self._entity(token)
        start = token.start_pos or 0
        written, reading, quoted = str(token), None, token.type == "PHRASE"
        if token[0] == "=":
            marks = 2 if token[:2] == "==" else 1
            written, start, reading = written[marks:], start + marks, (Reading.FORM, Reading.EXACT)[marks - 1]
        if not written:
            raise _fault(token, f"{token} stands directly before a word or a phrase, such as {token}Mali")
        if quoted:
            written, start = written[1:-1], start + 1
        else:
            check_habit(written, start)
        return phrase(written, start, reading)

    def _entity(self, token: "Token") -> Query:
        try:
            return self._entities(token[1:])
        except ValueError as error:
            raise _fault(token, str(error)) from None


def phrase(written: str, start: int, reading: Reading | None = None) -> Phrase:
    """Read words that stand one after the other. Raises QueryError with places that count from `start` before the first."""
    try:
        terms = read_terms(written, reading)
    except QueryError as error:
        raise QueryError(str(error), start + error.start, start + error.end) from None
    if not terms:
        raise QueryError(f"{written} holds no letter or digit; write a word", start, start + len(written))
    if len(terms) > MOST_WORDS:
        raise QueryError(f"a phrase may have {MOST_WORDS} words; take its rarest ones", start, start + len(written))
    return Phrase(terms)


def _positional(operator: "Token", left: Query, right: Query) -> Query:
    if operator == "EXCEPT":
        return Except(left, right)
    name, _, number = operator.partition("/")
    if not number:
        raise _fault(operator, f"say how near: {name}/5 allows 4 words between the two")
    if len(number) > 4 or not 1 <= int(number) <= FARTHEST:
        raise _fault(operator, f"write a number from 1 to {FARTHEST} after {name}/")
    distance = int(number)
    if name == "WITH":
        return Beside(left, right, distance)
    if name == "NOTNEAR":
        return NotNear(left, right, distance)
    return Near(left, right, distance, name == "ONEAR")


def _inside(field: Field, query: Query, name: "Token") -> Query:
    """Put the field around what has places, and leave AND, NOT and the like outside."""
    match query:
        case And(parts):
            return And(tuple(_inside(field, part, name) for part in parts))
        case AtLeast(count, parts):
            return AtLeast(count, tuple(_inside(field, part, name) for part in parts))
        case Not(part):
            return Not(_inside(field, part, name))
        case Context(part):
            return Context(_inside(field, part, name))
        case Or(parts) if not is_placed(query):
            return Or(tuple(_inside(field, part, name) for part in parts))
        case Fact() | Dated():
            raise _fault(name, f"{name} is about words; write the other fields outside of it, joined by AND")
        case In():
            raise _fault(name, f"one field can't stand in another; write {name} for each part, joined by AND")
        case _:
            return In(field, query)


def _bare(token: "Token") -> str:
    return token.lstrip("=")[1:-1] if token.type == "PHRASE" else str(token)


def _deeper(place: Any, *parts: _Part) -> int:
    depth = 1 + max([part.depth for part in parts])
    if depth > DEEPEST:
        start = getattr(place, "start_pos", None) or 0
        raise QueryError("the query is nested too deeply; write it flatter", start, start + 1)
    return depth


def _fault(token: "Token", what: str) -> QueryError:
    start = token.start_pos or 0
    return QueryError(what, start, start + len(token.rstrip()))
