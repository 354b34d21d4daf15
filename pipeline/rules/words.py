"""The words of a query: how each is read from what was written, and which words of an article fulfil it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import normalize

from pipeline.rules.inflection import declined, is_joined
from pipeline.rules.syntax import QueryError, Reading, Term
from pipeline.text.stems import STEMMED, stem
from pipeline.text.tokens import Token, fold, is_mark, is_spaceless, spelling, tokens

FEWEST_LETTERS = 2
"""Letters that a pattern must have before its wildcard, where it has fewer than FEWEST_IN_ALL; with fewer it would stand
for a good part of any language."""
FEWEST_IN_ALL = 3

_NOUNS_HAVE_CAPITALS = frozenset({"de"})
"""Languages that write every noun with a capital, so that a capital does not make a name."""

_WILDCARDS = re.compile(r"[*?]+")
_MOST_WILDCARDS = 10


@lru_cache(maxsize=1 << 16)
def read_terms(text: str, reading: Reading | None = None) -> tuple[Term, ...]:
    """Read the words of a part of a query that holds no quotation mark: a word, or what stands between such marks.

    `reading` is FORM or EXACT where the text is marked so; otherwise each word's own look decides. Raises QueryError with
    places in the text; it holds no words when the result is empty.
    """
    if text.isascii() and text.isalnum():
        return (_term(text, reading),)
    return tuple(
        _pattern(text, start, end, reading) if has_wildcard else _term(text[start:end], reading)
        for start, end, has_wildcard in _pieces(text)
    )


def fulfils(term: Term, word: str, language: str) -> bool:
    """Tell whether an article's word, as it is written, fulfils a term. This is what all that is quicker must agree with.

    `language` is the article's, by its ISO 639-1 code, or `und`.
    """
    form = fold(word)
    match term.reading:
        case Reading.EXACT:
            return spelling(word) == spelling(term.spelling)
        case Reading.PATTERN:
            return bool(pattern(term.form).fullmatch(form))
        case Reading.ACRONYM:
            return form == term.form and has_capitals(word, form)
        case Reading.NAME:
            return form == term.form or (has_capital(word) and _is_inflected_name(term, word, form, language))
        case Reading.WORD:
            return is_joined(form, term.form) or (
                language in STEMMED and stem(word, language) == stem(term.spelling, language)
            )
        case Reading.FORM:
            return form == term.form


def _is_inflected_name(term: Term, word: str, form: str, language: str) -> bool:
    if form in declined(term.form, language):
        return True
    return inflects_as_noun(language) and stem(word, language) == stem(term.spelling, language)


def inflects_as_noun(language: str) -> bool:
    """Tell whether names inflect by stem, too: in languages that write every noun with a capital."""
    return language in _NOUNS_HAVE_CAPITALS


def has_capital(word: str) -> bool:
    """Tell whether a word of an article begins with a capital."""
    return word[0].isupper() or word[0].istitle()


def has_capitals(word: str, form: str) -> bool:
    """Tell whether a word of an article may be an acronym, whose folded form is given too.

    Up to three letters must all be capitals (AES, and not Spanish *aes*), of four the first (JNIM, Jnim); longer ones may be
    written in any case (ECOWAS, Ecowas), since hardly any is a word as well.
    """
    if len(form) <= 3:
        return word.isupper()
    return len(form) > 4 or has_capital(word)


@lru_cache(maxsize=1 << 14)
def pattern(form: str) -> re.Pattern[str]:
    """Give the expression that a folded word must match whole to fulfil a PATTERN."""
    first, *rest = (re.escape(part).replace("\\?", ".") for part in form.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    # atomic groups: what a star has taken is never taken anew, so that no word takes long
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)


def literal_beginning(form: str) -> str:
    """Give what a PATTERN has before its first wildcard."""
    return _WILDCARDS.split(form, maxsplit=1)[0]


# ------------------------------------------------------------------------------------------------ reading


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Give start and end of each word, those that wildcards hold together as one, and whether it has wildcards."""
    found = tokens(text)
    _check_beginnings(text, found)
    index = 0
    while index < len(found):
        start, end = found[index].start, found[index].end
        wild = False
        while hit := _WILDCARDS.match(text, end):
            wild = True
            end = hit.end()
            if index + 1 < len(found) and found[index + 1].start == end:
                index += 1
                end = found[index].end
        yield start, end, wild
        index += 1


def _check_beginnings(text: str, found: list[Token]) -> None:
    starts = {token.start for token in found}
    for hit in _WILDCARDS.finditer(text):
        before = text[hit.start() - 1 : hit.start()]
        if not before.isalnum() and not is_mark(before):
            rest = "" if hit.end() in starts else " of a word"
            raise QueryError(
                f"a word can't begin with a wildcard{rest}, since every word of every article would have to be tried; write"
                f" its first letters before the {hit.group()[0]}, or its possible beginnings joined by OR",
                hit.start(),
                hit.end(),
            )


def _term(word: str, reading: Reading | None) -> Term:
    form = fold(word)
    if reading is Reading.FORM or (reading is None and is_spaceless(word[0])):
        return Term(form)
    spelled = normalize("NFC", word)
    if reading is Reading.EXACT:
        return Term(form, reading, spelled)
    return Term(form, _look(word), spelled)


def _look(word: str) -> Reading:
    """Tell by the look of a word how it wants to be read."""
    if word.islower() or not has_capital(word):
        return Reading.WORD
    return Reading.ACRONYM if word.isupper() and sum(map(str.isalpha, word)) > 1 else Reading.NAME


def _pattern(text: str, start: int, end: int, reading: Reading | None) -> Term:
    if reading is Reading.EXACT:
        raise QueryError("== asks for exactly this word; take the wildcard out, or the ==", start, end)
    written = text[start:end]
    form = "".join(part if part[0] in "*?" else fold(part) for part in re.split(r"([*?]+)", written) if part)
    form = re.sub(r"\*+", "*", form)
    if len(_WILDCARDS.findall(form)) > _MOST_WILDCARDS:
        raise QueryError(f"a word may have {_MOST_WILDCARDS} wildcards; write it with fewer", start, end)
    beginning = literal_beginning(form)
    letters = sum(map(str.isalnum, form))
    if len(beginning) < FEWEST_LETTERS and letters < FEWEST_IN_ALL and not form[0] >= "\u1100":
        raise QueryError(f"{written} would match nearly everything; write more letters before the wildcard", start, end)
    if is_spaceless(written[0]) and form[1:] == "*":
        return Term(beginning)  # each character is a word there, and none has an ending
    return Term(form, Reading.PATTERN)
