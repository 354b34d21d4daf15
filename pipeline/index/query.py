"""What a searcher's words ask for, read once for every index."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import BadInput
from pipeline.index.interface import SearchQuery
from pipeline.text.tokens import fold, forms

LONGEST = 1000
MOST_WORDS = 100
MOST_HITS = 10_000

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PART = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"?(?P<star>\*?)|(?P<word>[^\s"]+)')


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that must stand one after the other, folded; with `prefix` the last one may go on."""

    forms: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What must be in an article: of each group one clause, and none of the excluded. Without any, everything is found."""

    groups: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Clause, ...] = ()

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """Every clause that makes an article relevant."""
        return tuple(clause for group in self.groups for clause in group)


def read_query(query: SearchQuery) -> Words:
    """Give the words of a query whose limit and filters can be used. Raises BadInput."""
    if not 1 <= query.limit <= MOST_HITS:
        raise BadInput(f"the limit is {query.limit}; ask for 1 to {MOST_HITS} articles")
    for name in ("language", "place", "rule", "source", "story"):
        value = getattr(query, name) or ""
        if len(value) > LONGEST or not value.isprintable():
            raise BadInput(
                f"the {name} to search for can't be read; it should be printable, of up to {LONGEST} characters"
            )
    return parse_words(query.text)


def parse_words(text: str) -> Words:
    """Read a query: words that must all be there, "phrases", -word, word*, `OR` between two of them, `*` for everything.

    A word of several parts (l'Étoile, a word in Chinese) is a phrase. Raises BadInput when it holds no word, or too many.
    """
    if len(text) > LONGEST:
        raise BadInput(f"the query has {len(text)} characters; the most is {LONGEST}")
    if not text.strip():
        return Words()
    words, everything = _collect(list(_parts(text.translate(_QUOTES))))
    if not words.groups and not words.excluded and not everything:
        raise BadInput(f"the query {text.strip()!r} has no word to search for; '*' finds everything")
    if sum(len(clause.forms) for clause in words.wanted + words.excluded) > MOST_WORDS:
        raise BadInput(f"the query has more than {MOST_WORDS} words; search for fewer")
    return words


@dataclass(frozen=True, slots=True)
class _Part:
    clause: Clause
    excluded: bool = False
    source: str = ""


def _collect(parts: list[_Part]) -> tuple[Words, bool]:
    groups: list[tuple[Clause, ...]] = []
    excluded: list[Clause] = []
    join = negate = everything = False
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part.source == "*":
            everything = True
        elif part.source == "OR" and groups and not last:
            join = True
        elif part.source == "AND" and groups and not last:
            join = False
        elif part.source == "NOT" and not last:
            negate = True
        else:
            if part.clause.forms:
                _add(part, groups, excluded, join, negate)
            join = negate = False
    return Words(tuple(groups), tuple(excluded)), everything


def _add(part: _Part, groups: list[tuple[Clause, ...]], excluded: list[Clause], join: bool, negate: bool) -> None:
    if part.excluded or negate:
        excluded.append(part.clause)
    elif join:
        groups[-1] = (*groups[-1], part.clause)
    else:
        groups.append((part.clause,))


def _parts(text: str) -> Iterator[_Part]:
    for match in _PART.finditer(text):
        if match["phrase"] is not None:
            phrase = match["phrase"].rstrip()
            yield _Part(_clause(phrase, phrase.endswith("*") or bool(match["star"])), bool(match["minus"]))
        else:
            word = match["word"]
            yield _Part(_clause(word.lstrip("-"), word.endswith("*")), word.startswith("-"), word)


def _clause(text: str, prefix: bool) -> Clause:
    return Clause(tuple(forms(text)), prefix)


def place_key(name: str) -> str:
    """The form under which a place or a source is filtered by: its words, folded."""
    return " ".join(forms(name)) or fold(name.strip())
