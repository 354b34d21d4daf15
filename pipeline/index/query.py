"""What a searcher's line asks for: the rules' query language, and what people write without having read of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TypeAlias

from pipeline.errors import BadInput
from pipeline.gazetteer.lookup import place_names
from pipeline.index.interface import Order, SearchQuery
from pipeline.index.words import Word, word_of
from pipeline.records.article import Severity
from pipeline.rules.query import LONGEST, QueryReader
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import (
    Beside,
    Context,
    Except,
    Not,
    NotNear,
    Phrase,
    Query,
    QueryError,
    Term,
    Where,
    parts_of,
)
from pipeline.text.tokens import fold, forms

LONGEST_FILTER = 1000
MOST_HITS = 10_000
MOST_SCORED = 30
"""Words of a query that count in the order of what it finds; the first ones do."""

ReaderSource: TypeAlias = Callable[[], QueryReader]
"""Gives the reader of queries, with the entities that the lexicon has now."""

_QUOTES = str.maketrans({"‟": "“", "＂": '"'})
_OPENING = {"“": "”", "„": "“", "«": "»", '"': '"'}
_PART = re.compile(
    r'(?P<phrase>={0,2}(?:"[^"]*"|“[^“”]*”|„[^“”]*[“”]|«[^»]*»))|(?P<mark>[(),])'
    r'|(?P<word>(?:[^\s()"“”„«»,]|(?<=\d),(?=\d))+)'
)
_LETTER = re.compile(r"\w")
_EVERYTHING = re.compile(r"\*+")
_SHOWN = 40


@dataclass(frozen=True)
class Search:
    """What is searched for. Without a `meaning` everything is; unless it is `scored`, the newest or `oldest` come first."""

    meaning: Query | None = None
    scored: bool = True
    oldest: bool = False
    line: str = ""
    """The search as it would stand in a rule."""

    @cached_property
    def rules(self) -> RuleSet | None:
        """The search as the one rule of a set, to check articles by; None where everything is searched for."""
        if self.meaning is None:
            return None
        rule = Rule(id="search", name="", severity=Severity.LOW, channels=(), query="", meaning=self.meaning)
        return RuleSet([rule])

    @cached_property
    def wanted(self) -> tuple[Word, ...]:
        """The words that make an article relevant, without those that only tell what others mean."""
        if self.meaning is None or not self.scored:
            return ()
        terms = dict.fromkeys(_terms(self.meaning))
        return tuple(map(word_of, list(terms)[:MOST_SCORED]))


@cache
def plain_reader() -> QueryReader:
    """Give a reader that knows no entities."""
    return QueryReader()


def read_query(query: SearchQuery, reader: QueryReader) -> Search:
    """Read a query whose limit and filters can be used. Raises BadInput."""
    if not 1 <= query.limit <= MOST_HITS:
        raise BadInput(f"the limit is {query.limit}; ask for 1 to {MOST_HITS} articles")
    for name in ("language", "place", "country", "kind", "rule", "source", "story"):
        value = getattr(query, name) or ""
        if len(value) > LONGEST_FILTER or not value.isprintable():
            raise BadInput(
                f"the {name} to search for can't be read; it should be printable, of up to {LONGEST_FILTER} characters"
            )
    search = read_search(query.text, reader)
    return replace(search, scored=query.order in (None, Order.RELEVANCE), oldest=query.order is Order.OLDEST)


def read_search(text: str, reader: QueryReader) -> Search:
    """Read a searcher's line. Raises BadInput with the place and what is wrong.

    It is a query as rules have it (docs/query-language.md), and a little more: `-word` is NOT word, `*` alone stands for
    everything, what has no letter or digit is passed over, and a quotation mark may stay open. NOT may stand alone.
    """
    if len(text) > LONGEST:
        raise BadInput(f"the query has {len(text)} characters; the most is {LONGEST}")
    if not text.strip() or _EVERYTHING.fullmatch(text.strip()):
        return Search()
    parts = list(_parts(text))
    if not any(_LETTER.search(part) for part, _ in parts):
        raise BadInput(f"the query {shown(text)} has no word to search for; '*' finds everything")
    line, origins = _joined(parts)
    try:
        return Search(reader.read(line), line=line.strip())
    except QueryError as error:
        at = origins[min(error.start, len(origins) - 1)]
        raise BadInput(f"the query can't be read at {shown(text[at:])}: {error}") from error


def place_key(name: str) -> str:
    """The form under which a place or a source is filtered by: its words, folded."""
    return " ".join(forms(name)) or fold(name.strip())


def place_keys(name: str) -> list[str]:
    """The forms by which a place is filtered for: as it is written, and as each place is that the gazetteer calls so.

    So `Tombouctou` and `تمبكتو` find what `Timbuktu` does. Raises BadInput when there is no gazetteer.
    """
    return list(dict.fromkeys(place_key(each) for each in (name, *place_names().places(name))))


def _parts(text: str) -> Iterator[tuple[str, int]]:
    """Give the parts of a line as rules are written, each with its place in the line."""
    text = _closed(text.translate(_QUOTES))
    lists: list[bool] = []  # for each open parenthesis, whether commas divide what is in it
    before = ""
    for found in _PART.finditer(text):
        part, start = found.group(), found.start()
        if found["phrase"]:
            if _LETTER.search(part):
                yield part, start
        elif found["mark"]:
            if part == "(":
                lists.append(before.startswith("ATLEAST"))
            elif part == ")":
                lists[-1:] = []
            if part != "," or (lists and lists[-1]):
                yield part, start
        else:
            yield from _word(part, start, text[found.end() : found.end() + 1])
        before = part


def _word(part: str, start: int, follows: str) -> Iterator[tuple[str, int]]:
    bare = part.lstrip("-")
    minus = len(part) - len(bare)
    has_letter = _LETTER.search(bare)
    if minus and (has_letter or (not bare and follows and follows in "(" + "".join(_OPENING))):
        yield "NOT", start
    if has_letter:
        yield bare, start + minus


def _closed(text: str) -> str:
    """Close a quotation mark that is open at the end."""
    open_mark = ""
    for character in text:
        if (open_mark and character == _OPENING[open_mark]) or (open_mark == "„" and character == "”"):
            open_mark = ""
        elif not open_mark and character in _OPENING:
            open_mark = character
    return text + _OPENING[open_mark] if open_mark else text


def _joined(parts: list[tuple[str, int]]) -> tuple[str, list[int]]:
    """Give the line for the reader of rules, and where each of its characters stood."""
    line, origins = "", []
    for part, start in parts:
        line += part + " "
        origins += [start + offset for offset in range(len(part))] + [start]
    return line, origins


def _terms(query: Query) -> Iterator[Term]:
    match query:
        case Phrase(terms):
            yield from terms
        case Not() | Context():
            return
        case NotNear(part) | Except(part) | Beside(part) | Where(part):
            yield from _terms(part)
        case _:
            for part in parts_of(query):
                yield from _terms(part)


def shown(text: str) -> str:
    """Quote a text for an error, shortened."""
    return repr(text[:_SHOWN] + "…" if len(text) > _SHOWN else text)
