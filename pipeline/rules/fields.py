"""The fields that ask for facts of the article: which values they take, and how those are written."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import get_args

from pipeline.gazetteer.lookup import place_names
from pipeline.gazetteer.sources import TABLES
from pipeline.records.article import SourceKind
from pipeline.rules.dates import read_dates
from pipeline.rules.facts import MOST_NAME_WORDS, folded
from pipeline.rules.syntax import Fact, FactField, Field, Or, Query
from pipeline.text.tokens import forms

KINDS: tuple[str, ...] = get_args(SourceKind)
"""The kinds of sources."""

DATE = "date"
FIELDS = (*(field.value for field in Field), *(field.value for field in FactField), DATE)
"""The fields' names, in the order in which they are told."""

_SYNONYMS = {
    **dict.fromkeys(("headline", "hl"), "title"),
    **dict.fromkeys(("body", "content"), "text"),
    **dict.fromkeys(("outlet", "feed", "publisher", "site", "domain"), "source"),
    **dict.fromkeys(("location", "city"), "place"),
    **dict.fromkeys(("agency", "credit"), "origin"),
    **dict.fromkeys(("published", "since"), "date"),
    "language": "lang",
    "byline": "author",
    "owned": "owner",
    "region": "within",
    "tags": "tag",
}
_COUNTRY_SLIPS = {"UK": "GB", "EN": "GB", "EL": "GR"}


def field_meant(name: str) -> str | None:
    """Give the field that was probably meant by a name that is none, or None where nothing is near."""
    lowered = name.lower()
    close = get_close_matches(lowered, [*FIELDS, *_SYNONYMS], n=1, cutoff=0.6)
    return _SYNONYMS.get(close[0], close[0]) if close else None


def fact_query(name: str, values: Sequence[str]) -> Query:
    """Give the query of a field with its values, of which one suffices. Raises ValueError with what to write instead."""
    if name == DATE:
        dates: list[Query] = [read_dates(value.strip()) for value in values]
        return dates[0] if len(dates) == 1 else Or(tuple(dates))
    field = FactField(name)
    read = [known for value in values for known in _READERS[field](value.strip())]
    return Fact(field, tuple(dict.fromkeys(read)))


def _language(value: str) -> tuple[str, ...]:
    code = value.lower()
    if not re.fullmatch(r"[a-z]{2}|und", code):
        raise ValueError(f"{value!r} is no language; write its two letters (ISO 639-1), such as lang:fr")
    return (code,)


def _country(value: str) -> tuple[str, ...]:
    if re.fullmatch(r"[A-Za-z]{2}", value):
        code = value.upper()
        if code in _codes():
            return (code,)
        meant = _COUNTRY_SLIPS.get(code)
        raise ValueError(f"{value} is no country; {f'did you mean {meant}?' if meant else _COUNTRY_HINT}")
    if codes := place_names().countries(value):
        return codes
    meant = place_names().nearest(value, country=True)
    raise ValueError(f"no country is called {value!r}; {f'did you mean {meant}?' if meant else _COUNTRY_HINT}")


_COUNTRY_HINT = "write its two letters (ISO 3166-1) or its English name, such as country:ML or country:Mali"


@cache
def _codes() -> frozenset[str]:
    rows = (TABLES / "countries.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(row.partition("\t")[0] for row in rows)


def _place(value: str) -> tuple[str, ...]:
    names = place_names().places(value)
    if not names:
        meant = place_names().nearest(value)
        hint = (
            f"did you mean {meant}?"
            if meant
            else "write it as the article's page shows it, or search for the word itself"
        )
        raise ValueError(f"no place is called {value!r}; {hint}")
    return tuple(folded(name) for name in names)


def _kind(value: str) -> tuple[str, ...]:
    kind = value.lower()
    if kind not in KINDS:
        close = get_close_matches(kind, KINDS, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}?" if close else f"write one of {', '.join(KINDS)}"
        raise ValueError(f"{value!r} is no kind of source; {hint}")
    return (kind,)


def _source(value: str) -> tuple[str, ...]:
    return (value,) if "://" in value else _words(value)


def _author(value: str) -> tuple[str, ...]:
    return _name(value, "an author", "write the last name")


def _owner(value: str) -> tuple[str, ...]:
    return _name(value, "an owner", "write those that tell it from others")


def _name(value: str, whose: str, hint: str) -> tuple[str, ...]:
    if len(forms(value)) > MOST_NAME_WORDS:
        raise ValueError(f"{whose} is asked for by at most {MOST_NAME_WORDS} words; {hint}")
    return _words(value)


def _words(value: str) -> tuple[str, ...]:
    words = folded(value)
    if not words:
        raise ValueError(f"{value!r} holds no letter or digit; write a name")
    return (words,)


_READERS: Mapping[FactField, Callable[[str], tuple[str, ...]]] = {
    FactField.LANG: _language,
    FactField.SOURCE: _source,
    FactField.TAG: _words,
    FactField.KIND: _kind,
    FactField.OWNER: _owner,
    FactField.COUNTRY: _country,
    FactField.PLACE: _place,
    FactField.WITHIN: _country,
    FactField.AUTHOR: _author,
    FactField.ORIGIN: _words,
    FactField.EXTRA: _words,
}
