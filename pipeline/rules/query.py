"""Reading queries.

    Wagner                  the word, whatever its case and accents
    "Wagner group"          the words one after the other
    Sahel*                  every word that begins so
    mali AND wagner         both; AND may be left out
    mali OR niger           at least one of them
    mali NOT football       the first without the second
    aes WITH niger          both, but only the first is shown as what matched: the second just tells what it means
    wagner NEAR/5 opera     at most 4 words between them, in either order
    (a OR b) AND c          parentheses group

NOT binds closest but for NEAR, then AND and WITH, then OR. The operators are in capitals. What is written without a space in
scripts that know none is a phrase; so is what a hyphen or an apostrophe joins.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline.rules.syntax import (
    And,
    Context,
    Near,
    Not,
    Or,
    Phrase,
    Query,
    QueryError,
    Reading,
    Term,
    holds_in_nothing,
)
from pipeline.text.tokens import tokens

if TYPE_CHECKING:
    from lark import Lark, Token

LONGEST = 50_000
DEEPEST = 60
FARTHEST = 500
"""The largest n of NEAR/n."""

GRAMMAR = r"""
start: _or
_or: or | _and
_and: and | _not
_not: not | _near
_near: near | _atom
or: _and (OR _and)+
and: _not (AND? _not | with)+
with: WITH _not
not: NOT _not
near: _near NEAR _atom
_atom: WORD | PHRASE | "(" _or ")"

AND.2: /AND(?=[\s()"]|$)/
WITH.2: /WITH(?=[\s()"]|$)/
OR.2: /OR(?=[\s()"]|$)/
NOT.2: /NOT(?=[\s()"]|$)/
NEAR.2: /NEAR(\/\d+)?(?=[\s()"]|$)/
PHRASE: /"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»/
WORD: /[^\s()"“”„«»]+/
%ignore /\s+/
"""

_FIELD = re.compile(r"[A-Za-z]+:")
_OPENING = '"“„«'


def parse_query(text: str) -> Query:
    """Read a query. Raises QueryError with the place in the text, what is wrong and what was probably meant."""
    _check_size(text)
    from lark import UnexpectedCharacters, UnexpectedToken

    try:
        query: Query = _Reader().read(_parser().parse(text), 0)
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
        what = "this quotation mark is never closed; close it" if text[place] in _OPENING else "this can't stand here"
        raise QueryError(what, place, place + 1) from None
    except UnexpectedToken as error:
        _explain(text, error.token)
    if holds_in_nothing(query):
        raise QueryError(
            "it holds in nearly every article, since it only says what must be missing; say what must be there, too,"
            " such as: sahel NOT football",
            0,
            len(text),
        )
    return query


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False)


def _check_size(text: str) -> None:
    if not text.strip():
        raise QueryError("the query is empty; write words, such as: wagner AND mali", 0, 1)
    if len(text) > LONGEST:
        raise QueryError(
            f"the query is longer than {LONGEST} characters; divide it into several rules", LONGEST, LONGEST
        )
    depth = 0
    for found in re.finditer(r'"[^"]*"|[()]', text):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth > DEEPEST:
            raise QueryError("the parentheses are nested too deeply; write it flatter", found.start(), found.end())


def _explain(text: str, token: "Token") -> NoReturn:
    start = token.start_pos if token.start_pos is not None and token.type != "$END" else len(text.rstrip())
    end = start + len(token)
    if token.type == "RPAR":
        before = text[:start].rstrip()
        if before.endswith("("):
            raise QueryError("these parentheses are empty; write something into them or take them out", start, end)
        if text.count("(", 0, start) > text.count(")", 0, start):
            raise QueryError("something is missing before this parenthesis; write a word or phrase there", start, end)
        raise QueryError("this parenthesis closes nothing; take it out, or open it before", start, end)
    if token.type == "$END":
        if text.count("(") > text.count(")"):
            place = text.rindex("(")
            raise QueryError("this parenthesis is never closed; put a ) where the group ends", place, place + 1)
        raise QueryError(
            "the query ends where a word is expected; write one, or take the last operator out", start - 1, start
        )
    what = f"{token} needs a word, a phrase or a group on both of its sides"
    if token.type in {"AND", "WITH", "OR", "NOT", "NEAR"}:
        raise QueryError(f'{what}; if the word itself is meant, write "{str(token).lower()}"', start, end)
    raise QueryError(f"{token} can't stand here; write an operator or a parenthesis before it", start, end)


class _Reader:
    """Turns Lark's tree into a query, checking what the grammar can't say."""

    def read(self, tree: Any, depth: int) -> Query:
        if not hasattr(tree, "children"):
            return _phrase(tree)
        if depth > DEEPEST * 3:
            raise QueryError("the query is nested too deeply; write it flatter", 0, 1)
        kind = str(tree.data)
        parts = [self.read(child, depth + 1) for child in tree.children if _operand(child)]
        if kind == "and":
            return And(tuple(parts))
        if kind == "or":
            return Or(tuple(parts))
        if kind == "with":
            return Context(parts[0])
        if kind == "not":
            return parts[0].part if isinstance(parts[0], Not) else Not(parts[0])
        if kind == "near":
            return _near(parts[0], parts[1], tree.children[1])
        return parts[0]


def _operand(child: Any) -> bool:
    return hasattr(child, "children") or child.type in {"WORD", "PHRASE"}


def _near(left: Query, right: Query, operator: "Token") -> Near:
    start = operator.start_pos or 0
    number = operator.partition("/")[2]
    if not number:
        raise QueryError("say how near: NEAR/5 allows 4 words between the two", start, start + len(operator))
    if len(number) > 4 or not 1 <= int(number) <= FARTHEST:
        raise QueryError(f"write a number from 1 to {FARTHEST} after NEAR/", start, start + len(operator))
    if not (_has_place(left) and _has_place(right)):
        raise QueryError(
            f"{operator} stands between words, phrases and groups of them joined by OR; use AND or NOT outside of it",
            start,
            start + len(operator),
        )
    return Near(left, right, int(number))


def _has_place(query: Query) -> bool:
    if isinstance(query, Or):
        return all(map(_has_place, query.parts))
    return isinstance(query, Phrase | Near)


def _phrase(token: "Token") -> Phrase:
    start = token.start_pos or 0
    quoted = token.type == "PHRASE"
    text = str(token)[1:-1] if quoted else str(token)
    start += quoted
    if not quoted and (field := _FIELD.match(text)):
        raise QueryError(
            f'`{field.group()}` looks like a field, and there are none; put "{text}" in quotation marks if the words are meant',
            start,
            start + field.end(),
        )
    terms = [_term(text, start, word.start, word.end, word.form) for word in tokens(text)]
    _check_stars(text, start)
    if not terms:
        raise QueryError(f"{token} holds no letter or digit; write a word", start, start + len(text))
    return Phrase(tuple(terms))


def _term(text: str, start: int, begin: int, end: int, form: str) -> Term:
    prefix = text[end : end + 1] == "*"
    if prefix and len(form) < 2 and form.isascii():
        raise QueryError(f"{form}* would match nearly everything; write more letters", start + begin, start + end + 1)
    return Term(form + "*", Reading.PATTERN) if prefix else Term(form)


def _check_stars(text: str, start: int) -> None:
    for star in re.finditer(r"(?<!\w)\*|\*(?=\w)|\?(?=\w)", text):
        raise QueryError(
            "a wildcard is a * at the end of a word; write the word's beginning before it, and nothing after it",
            start + star.start(),
            start + star.end(),
        )
