"""From what a query means back to a text that means the same."""

import re
from datetime import timedelta

from pipeline.rules.fields import DATE
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Reading,
    Term,
    Where,
)
from pipeline.text.tokens import is_spaceless

_PLAIN = re.compile(r"[\w*?]+")
_OPERATOR = re.compile(r"AND|OR|NOT|WITH|EXCEPT|(NOT|O)?NEAR|ATLEAST")


def to_text(query: Query) -> str:
    """Write a query out. Read again it means the same, but for a condition of the lexicon, which no query text can have."""
    match query:
        case And(parts):
            return "".join(map(_in_and, parts)).removeprefix(" AND ")
        case Or(parts):
            return " OR ".join(map(_grouped, parts))
        case Not(part):
            return f"NOT {_grouped(part)}"
        case Context(part):
            return f"WITH {_grouped(part)}"
        case AtLeast(count, parts):
            return f"ATLEAST/{count} ({', '.join(map(to_text, parts))})"
        case Fact() | Dated():
            return _fact(query)
        case _:
            return _placed(query)


def _placed(query: Query) -> str:
    match query:
        case Phrase(terms):
            return _phrase(terms)
        case Near(left, right, distance, ordered):
            return f"{_grouped(left)} {'O' if ordered else ''}NEAR/{distance} {_grouped(right)}"
        case Beside(part, other, distance):
            return f"{_grouped(part)} WITH/{distance} {_grouped(other)}"
        case NotNear(part, other, distance):
            return f"{_grouped(part)} NOTNEAR/{distance} {_grouped(other)}"
        case Except(part, other):
            return f"{_grouped(part)} EXCEPT {_grouped(other)}"
        case Where(part, condition):
            return f"{_grouped(part)} where the article has {_grouped(condition)}"
        case In(field, part):
            return f"{field}:{_grouped(part)}"
        case Entity(name):
            return f"@{name}"
        case _:
            raise TypeError(f"{type(query).__name__} has no place in a text")


def _grouped(query: Query) -> str:
    text = to_text(query)
    return text if isinstance(query, Phrase | Entity | In | Fact | Dated | AtLeast) else f"({text})"


def _in_and(query: Query) -> str:
    if isinstance(query, Context):
        return f" {to_text(query)}"
    return f" AND {to_text(query) if isinstance(query, Not) else _grouped(query)}"


def _phrase(terms: tuple[Term, ...]) -> str:
    readings = {term.reading for term in terms}
    mark = ""
    if readings == {Reading.EXACT}:
        mark = "=="
    elif readings == {Reading.FORM} and not all(is_spaceless(term.form[0]) for term in terms):
        mark = "="
    words = [term.spelling or term.form for term in terms]
    spaceless = all(is_spaceless(word[0]) for word in words)
    text = ("" if spaceless else " ").join(words)
    bare = _PLAIN.fullmatch(text) and not _OPERATOR.fullmatch(text)
    return f"{mark}{text}" if bare else f'{mark}"{text}"'


def _fact(query: Fact | Dated) -> str:
    if isinstance(query, Dated):
        since = f"{query.since:%Y-%m-%d}" if query.since else ""
        last = f"{query.until - timedelta(days=1):%Y-%m-%d}" if query.until else ""
        return f"{DATE}:{since}" if since == last else f"{DATE}:{since}..{last}"
    values = [
        value if _PLAIN.fullmatch(value) and not _OPERATOR.fullmatch(value) else f'"{value}"' for value in query.values
    ]
    return f"{query.field}:{values[0]}" if len(values) == 1 else f"{query.field}:({' OR '.join(values)})"
