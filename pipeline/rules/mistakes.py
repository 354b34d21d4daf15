"""What is wrong with a query that the grammar refuses, and what other programs' ways of writing would be here."""

import re
from typing import TYPE_CHECKING, NoReturn

from pipeline.rules.syntax import QueryError

if TYPE_CHECKING:
    from lark import Token

_OPENING = '"“„«'
_OPERATORS = frozenset({"_AND", "_WITH", "_OR", "_NOT", "NEAR"})

_OTHERS = (
    (re.compile(r"(?i)(near|onear|notnear|with|atleast)/?(\d+)"), "operators are in capitals, with a slash: write {upper}/{n}"),
    (re.compile(r"(?i)(?:w|n|within)/?(\d+)|/(\d+)"), "write NEAR/{n} for that, or ONEAR/{n} where the order counts"),
    (re.compile(r"(?i)(?:adj|pre|p)/?(\d+)"), "write ONEAR/{n} for that"),
    (re.compile(r"~(\d+)"), 'write the two words with NEAR between them: "a b"~5 is a NEAR/5 b here'),
    (re.compile(r"&&?"), "write AND for that"),
    (re.compile(r"\|\|?"), "write OR for that"),
    (re.compile(r"!.*"), "write NOT for that"),
    (re.compile(r"[-+]\w.*"), "a sign before a word says nothing here: write NOT {rest} for -, and AND {rest} for +"),
    (re.compile(r"\w+\^[\d.]+"), "words have no weights here; take the ^ and its number out"),
    (re.compile(r"\w+~[\d.]*"), "words are not matched by likeness here; write the spellings with OR, or a wildcard: reb?l"),
    (re.compile(r"/.+/"), "there are no regular expressions here; write the forms with OR, or a wildcard: merc*"),
    (re.compile(r"[\[{].*|.*[\]}]"), "brackets mean nothing here; write ( ) for a group, and .. for a range of dates"),
)  # fmt: skip
_SIGNS = re.compile(r"[-+!&|~^\[\]{}/]")
_LONGEST_OPERATOR = 40


def check_habit(text: str, start: int) -> None:
    """Raise QueryError for a word that is an operator elsewhere and would only be a strange word here."""
    if len(text) > _LONGEST_OPERATOR or not (text[-1].isdigit() or _SIGNS.search(text)):
        return
    for shape, hint in _OTHERS:
        found = shape.fullmatch(text)
        if found and not _is_plain(text):
            number = next((group for group in found.groups() if group and group.isdigit()), "5")
            told = hint.format(upper=(found.group(1) or "").upper() if found.groups() else "", n=number, rest=text[1:])
            raise QueryError(f"{text} is no operator here; {told}", start, start + len(text))


def _is_plain(text: str) -> bool:
    """Tell whether a look-alike is more probably a name: W5, N1, P5, Pre5."""
    return "/" not in text and bool(re.fullmatch(r"(?i)(w|n|p|pre|within|with)\d+", text))


def explain_character(text: str, place: int) -> NoReturn:
    """Raise the error for a character that begins nothing."""
    what = "this quotation mark is never closed; close it" if text[place] in _OPENING else "this can't stand here"
    raise QueryError(what, place, place + 1)


def explain(text: str, token: "Token") -> NoReturn:
    """Raise the error for a token that the grammar has no place for."""
    start = token.start_pos if token.start_pos is not None and token.type != "$END" else len(text.rstrip())
    end = start + len(token)
    if token.type == "RPAR":
        _explain_closing(text, start, end)
    if token.type == "$END":
        _explain_end(text, start)
    if token.type == "_COMMA":
        raise QueryError("a comma divides the parts of ATLEAST only; write AND or OR", start, end)
    what = f"{token} needs a word, a phrase or a group on both of its sides"
    if token.type in _OPERATORS:
        raise QueryError(f'{what}; if the word itself is meant, write "{str(token).lower()}"', start, end)
    if token.type == "ATLEAST" or text[:start].rstrip().endswith(("ATLEAST", *(f"/{n}" for n in range(10)))):
        raise QueryError("write the parts of ATLEAST in parentheses, with commas: ATLEAST/2 (a, b, c)", start, end)
    raise QueryError(f"{token} can't stand here; write an operator or a parenthesis before it", start, end)


def _explain_closing(text: str, start: int, end: int) -> NoReturn:
    before = text[:start].rstrip()
    if before.endswith("("):
        raise QueryError("these parentheses are empty; write something into them or take them out", start, end)
    if re.search(r"ATLEAST\S*\s*\([^(),]*\Z", before):
        raise QueryError("ATLEAST needs two parts or more; divide them by commas: ATLEAST/2 (a, b, c)", start, end)
    if text.count("(", 0, start) > text.count(")", 0, start):
        raise QueryError("something is missing before this parenthesis; write a word or phrase there", start, end)
    raise QueryError("this parenthesis closes nothing; take it out, or open it before", start, end)


def _explain_end(text: str, start: int) -> NoReturn:
    if text.count("(") > text.count(")"):
        place = text.rindex("(")
        raise QueryError("this parenthesis is never closed; put a ) where the group ends", place, place + 1)
    raise QueryError(
        "the query ends where a word is expected; write one, or take the last operator out", start - 1, start
    )
