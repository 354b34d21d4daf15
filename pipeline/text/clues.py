"""Finds what of an article tells which event it is about: kinds of happening, numbers, weekdays, names and words."""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zlib import crc32

from pipeline.records.clues import Clues
from pipeline.text.dates import dates_of
from pipeline.text.document import Document
from pipeline.text.entities import entity_names
from pipeline.text.happenings import happenings
from pipeline.text.skeletons import skeleton
from pipeline.text.stems import stems
from pipeline.text.tokens import fold, is_spaceless
from pipeline.text.words_of_time import COMMON, NUMBER_WORDS, WEEKDAYS

LEAD = 80
"""Words of a text whose kinds and stems count: what follows is background, which other events share."""
NAMES_IN = 160
"""Words of a text whose names and numbers count."""
MOST_NAMES = 24
MOST_NUMBERS = 12
_COUNTED_NEAR = 5  # words between a number and what it counts

_NUMBER = re.compile(r"(?<![\w.,:])\d{1,3}(?:[.,\u00a0\u202f ']\d{3})+(?!\d)|\d+(?:[.,:]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f ']\d{3})+")
_COUNTED = {"killed": "dead", "injured": "hurt", "missing": "missing"}
_HAN_TIMES = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_SMALL = 2  # "two" and "one" say nothing by themselves
_YEARS = range(1900, 2100)
_DIGIT = re.compile(r"\d")
_FIRST_WORD = re.compile(r"(?:\A|[.!?…:]\s+)\W*(\w+)")


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word says wherever it stands."""

    form: str
    kinds: tuple[str, ...]
    begins: bool  # a phrase may begin with it
    name: str
    number: str
    weekday: int | None
    digest: int  # 0 for what is too common


@dataclass(slots=True)
class _Gathered:
    kinds: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    numbers: dict[str, None] = field(default_factory=dict)
    days: dict[int, None] = field(default_factory=dict)
    digests: dict[int, None] = field(default_factory=dict)


def find_clues(document: Document, reference: datetime | None) -> Clues:
    """Find the clues of an article. `reference` is when it was published, from which its weekdays are dates."""
    title, text = _Gathered(), _Gathered()
    title_words, text_words = document.title_words, document.text_words[:NAMES_IN]
    every = frozenset(title_words) if _says_nothing_by_capitals(document) else frozenset(title_words[:1])
    _gather(title, title_words, document.title_stems, len(title_words), every)
    first = frozenset(_FIRST_WORD.findall(document.text[: NAMES_IN * 8]))
    _gather(text, text_words, stems(text_words[:LEAD], document.language), LEAD, first)
    _count(title, document.title)
    _count(text, document.text[: NAMES_IN * 8])
    title_forms, text_forms = ([_word(word).form for word in read] for read in (title_words, text_words))
    known = entity_names()
    entities = dict.fromkeys([*known.find(title_forms), *known.find(text_forms)])
    days = dict.fromkeys(_dates(title.days | text.days, reference))
    if reference:
        days |= dict.fromkeys([*dates_of(title_forms, reference.date()), *dates_of(text_forms, reference.date())])
    return Clues(
        head=tuple(title.kinds),
        kinds=tuple(text.kinds),
        numbers=tuple(title.numbers | text.numbers)[:MOST_NUMBERS],
        days=tuple(days),
        names=tuple(entities | title.names | text.names)[:MOST_NAMES],
        title_words=array("I", title.digests).tobytes(),
        words=array("I", (digest for digest in text.digests if digest not in title.digests)).tobytes(),
    )


def _gather(into: _Gathered, words: Sequence[str], stemmed: Sequence[str], lead: int, no_names: frozenset[str]) -> None:
    known = happenings()
    read = [_word(word) for word in words]
    forms = [word.form for word in read]
    for place, word in enumerate(read):
        kinds: Iterable[str] = word.kinds
        if word.begins:
            kinds = (*kinds, *known.of_phrase(forms, place))
        spaceless = is_spaceless(word.form[:1]) if not word.form.isascii() else False
        if spaceless:
            kinds = tuple(known.of_han(forms, place))
            _weekday_in_han(into, forms, place)
        if place < lead:
            into.kinds |= dict.fromkeys(kinds)
            _digest(into, word, stemmed, forms, place, spaceless)
        if word.weekday is not None:
            into.days[word.weekday] = None
        if word.number:
            _add_number(into, word.number, read, place)
        if word.name and not kinds and words[place] not in no_names:
            into.names[word.name] = None


def _digest(
    into: _Gathered, word: _Word, stemmed: Sequence[str], forms: Sequence[str], place: int, spaceless: bool
) -> None:
    if spaceless:
        into.digests[crc32("".join(forms[place : place + 2]).encode())] = None
    elif word.digest and place < len(stemmed):
        into.digests[crc32(stemmed[place].encode())] = None


def _weekday_in_han(into: _Gathered, forms: Sequence[str], place: int) -> None:
    day = WEEKDAYS.get("".join(forms[place : place + 2])) or WEEKDAYS.get("".join(forms[place : place + 3]))
    if day:
        into.days[day - 1] = None


def _add_number(into: _Gathered, number: str, read: Sequence[_Word], place: int) -> None:
    into.numbers[number] = None
    for near in read[max(0, place - _COUNTED_NEAR) : place + _COUNTED_NEAR + 1]:
        for kind in near.kinds:
            if kind in _COUNTED:
                into.numbers[f"{_COUNTED[kind]} {number}"] = None


def _count(into: _Gathered, text: str) -> None:
    """Add the numbers that are written in digits, with what they count."""
    folded = _DIGIT.sub(lambda digit: fold(digit.group()), text)
    for found in _NUMBER.finditer(folded):
        number = _normal(found.group(), folded[found.end() : found.end() + 1])
        if number is None:
            continue
        into.numbers[number] = None
        around = f"{folded[max(0, found.start() - 32) : found.start()]} {folded[found.end() : found.end() + 32]}"
        for kind in _kinds_of(around):
            if kind in _COUNTED:
                into.numbers[f"{_COUNTED[kind]} {number}"] = None


@lru_cache(maxsize=1 << 12)
def _kinds_of(text: str) -> tuple[str, ...]:
    found = _Gathered()
    document = Document("", text)
    _gather(found, document.text_words, (), len(document.text_words), frozenset(document.text_words))
    return tuple(found.kinds)


def _normal(written: str, after: str) -> str | None:
    """Write a number in one way; None for what says too little: ones, twos and years."""
    if ":" in written:
        return written
    plain = re.sub(r"\D", "", written) if _GROUPED.fullmatch(written) else written.replace(",", ".")
    if after in _HAN_TIMES and after:
        try:
            plain = f"{float(plain) * _HAN_TIMES[after]:.0f}"
        except ValueError:
            return None
    if plain.isdigit():
        value = int(plain)
        return None if value <= _SMALL or (value in _YEARS and plain == written) else str(value)
    return plain


def _dates(weekdays: Iterable[int], reference: datetime | None) -> tuple[str, ...]:
    """Give the last such weekdays up to the reference, which an article of that day mostly means."""
    if reference is None:
        return tuple(f"w{day}" for day in weekdays)
    today = reference.date()
    return tuple((today - timedelta(days=(today.weekday() - day) % 7)).isoformat() for day in weekdays)


def _says_nothing_by_capitals(document: Document) -> bool:
    """Tell whether capitals say nothing in the title, as in Headlines Written This Way, and in German."""
    cased = [word for word in document.title_words if word[:1].isalpha() and word[:1].lower() != word[:1].upper()]
    return document.language == "de" or 3 * sum(word[:1].isupper() for word in cased) > 2 * len(cased) > 4


@lru_cache(maxsize=1 << 15)
def _word(word: str) -> _Word:
    form = fold(word)
    known = happenings()
    weekday = WEEKDAYS.get(form)
    common = form in COMMON or len(form) < 3
    kinds = known.of_word(form)
    return _Word(
        form=form,
        kinds=kinds,
        begins=any(start in known.phrases for start in (form, form.removeprefix("ال"), form[1:])),
        name=_name(word, form) if not (common or kinds or weekday) else "",
        number=NUMBER_WORDS.get(form, ""),
        weekday=weekday - 1 if weekday else None,
        digest=0 if common or weekday or form.isdigit() else 1,
    )


def _name(word: str, form: str) -> str:
    """Give the skeleton of a word that may be a name: one with a capital, or any of Arabic."""
    if word[0].isupper():
        return skeleton(form)
    if "\u0600" <= form[0] <= "\u06ff":
        return skeleton(form.removeprefix("ال"))
    return ""
