"""Dates that are written in words and in many orders, such as `15 novembre 2026 à 10h30` or `٢٠٢٦ ١٥ نوفمبر`."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

MONTHS = Path(__file__).with_name("months.tsv")
"""Names of months and of a day's halves, their meaning, and their languages; written by tools/months.py."""

_TIMES = (
    re.compile(
        r"(?<![\d.])(\d{1,2})\s?[:h時时点點시]\s?(\d{2})(?:\s?[:m分분]\s?(\d{2})(?!\d)(?:[.,]\d+)?)?(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.-])"),  # as in Denmark, Finland and Indonesia
)
_OFFSET = re.compile(r"[+\-−]\d{1,2}:?\d{2}\b")
_MOST_TOKENS = 16
_MOST_WORDS = 4  # in a month's name
_BUDDHIST = 543
"""Years by which the calendar of Thailand is ahead."""
_HALVES = frozenset({"am", "pm", "a m", "p m"})
_MONTH_FIRST = frozenset({"en-us", "en-ph"})


def words(text: str) -> list[str]:
    """Give the words and numbers of a text: folded, without accents, digits of every script as ASCII ones."""
    found: list[str] = []
    kind = ""
    for character in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()):
        category = unicodedata.category(character)
        if "\u0300" <= character <= "\u036f":
            continue  # accents, which many leave out
        if category == "Nd":
            character = str(unicodedata.digit(character))
        now = "N" if category == "Nd" else "L" if category[0] in "LM" else ""
        if now and now == kind:
            found[-1] += character
        elif now:
            found.append(character)
        kind = now
    return found


def ascii_digits(text: str) -> str:
    """Write the digits of every script as ASCII ones."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text)


def read_worded(text: str, language: str) -> tuple[datetime | None, str]:
    """Read a date and time without its zone; None where there is none. `text` is at most a line, with ASCII digits.

    Gives also what follows the time, where a zone may stand. `language` (a BCP 47 tag) settles what a name means in several
    languages, and which comes first where day and month are both numbers: the day, but in America.
    """
    time = _TIMES[0].search(text) or _TIMES[1].search(text)
    rest = text[: time.start()] + " " + _OFFSET.sub(" ", text[time.end() :]) if time else text
    tokens = words(rest)
    if len(tokens) > _MOST_TOKENS:
        return None, ""
    half, tokens = _half_of_day(tokens, language)
    day = _day(tokens, language, halved=half is not None)
    if day is None:
        return None, ""
    hour, minute, second = (int(part or 0) for part in time.groups()) if time else (0, 0, 0)
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return datetime(*day, hour, minute, min(second, 59)), text[time.end() :] if time else ""  # noqa: DTZ001
    except ValueError:
        return None, ""


def _half_of_day(tokens: list[str], language: str) -> tuple[str | None, list[str]]:
    for start, end, name, meanings in _named(tokens):
        told = name in _HALVES or not name.isascii() or language[:2].lower() in meanings
        if told and (meant := _meant(meanings, language)) in ("am", "pm"):
            return meant, tokens[:start] + tokens[end:]
    return None, tokens


def _day(tokens: Sequence[str], language: str, *, halved: bool) -> tuple[int, int, int] | None:
    numbers = [token for token in tokens if token.isdigit()]
    month = _month(tokens, language)
    if month is None:
        return _in_numbers(numbers, language, halved=halved)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2 and 1 <= int(number) <= 31]
    if len(years) != 1 or not days:
        return None
    return _year(years[0]), month, int(days[0])


def _month(tokens: Sequence[str], language: str) -> int | None:
    """Give the month that is named: the last one, for a day of the week before it may be called alike (mar., lun.)."""
    found = [(name, meanings) for _, _, name, meanings in _named(tokens) if _meant(meanings, language) not in _HALVES]
    own = [meanings for _, meanings in found if language[:2].lower() in meanings]
    others = [meanings for name, meanings in found if len(name) > 2 or not name.isascii()]
    meant = [month for meanings in own or others if (month := _meant(meanings, language))]
    return int(meant[-1]) if meant else None


def _in_numbers(numbers: Sequence[str], language: str, *, halved: bool) -> tuple[int, int, int] | None:
    """Take year, month and day, or the other way round."""
    if len(numbers) < 3:
        return None
    lengths = [len(number) for number in numbers[:3]]
    first, second, third = numbers[:3]
    if lengths[0] == 4 and max(lengths[1:]) <= 2:
        return _year(first), int(second), int(third)
    if lengths[2] != 4 or max(lengths[:2]) > 2:
        return None
    tag = language.lower().replace("_", "-")
    month_first = tag in _MONTH_FIRST or (halved and tag in ("", "en"))
    if int(second) > 12 or (month_first and int(first) <= 12):
        first, second = second, first
    return _year(third), int(second), int(first)


def _year(written: str) -> int:
    year = int(written)
    return year - _BUDDHIST if 2400 < year < 2700 else year


def _named(tokens: Sequence[str]) -> Iterator[tuple[int, int, str, Mapping[str, str]]]:
    """Give the names among words, the longest at each place: from, to, name, and its meanings by language."""
    table = _table()
    for start in range(len(tokens)):
        for end in range(min(start + _MOST_WORDS, len(tokens)), start, -1):
            name = " ".join(tokens[start:end])
            if name in table:
                yield start, end, name, table[name]
                break


def _meant(meanings: Mapping[str, str], language: str) -> str | None:
    """Give what a name means in the language, or else what it means in all; None where languages differ."""
    code = language[:2].lower()
    if code in meanings:
        return meanings[code]
    english = meanings.get("en")  # which programs fall back to
    every = set(meanings.values())
    return every.pop() if len(every) == 1 else english


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for line in MONTHS.read_text(encoding="utf-8").splitlines():
        name, meaning, languages = line.split("\t")
        for language in languages.split():
            table[name].setdefault(language, meaning)
    return dict(table)
