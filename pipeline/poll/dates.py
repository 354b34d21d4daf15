"""Reading the dates that feeds write."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Outside of these a date is some program's empty value."""

_ZONES = {
    # those that e-mail's rules do not know; a name that means several zones is not among them
    **dict.fromkeys(("WET", "WEZ"), "+0000"),
    **dict.fromkeys(("CET", "MEZ", "WEST", "WESZ", "BST", "WAT"), "+0100"),
    **dict.fromkeys(("CEST", "MESZ", "EET", "OEZ", "CAT", "SAST"), "+0200"),
    **dict.fromkeys(("EEST", "MSK", "EAT", "TRT"), "+0300"),
    **dict.fromkeys(("PKT",), "+0500"),
    **dict.fromkeys(("WIB",), "+0700"),
    **dict.fromkeys(("HKT", "SGT", "AWST"), "+0800"),
    **dict.fromkeys(("JST", "KST"), "+0900"),
    **dict.fromkeys(("AEST",), "+1000"),
    **dict.fromkeys(("AEDT",), "+1100"),
    **dict.fromkeys(("NZST",), "+1200"),
    **dict.fromkeys(("NZDT",), "+1300"),
    **dict.fromkeys(("BRT", "ART"), "-0300"),
}
_COMMENT = re.compile(r"\s*\([^()]*\)$")
_ZONE = re.compile(r"\s*\b([A-Z]{3,4})$")
_FROM_UTC = re.compile(r"\s*\b(?:GMT|UTC?)\s*([+-])(\d{1,2}):?(\d{2})?$")
_NO_YEAR = re.compile(r"(?<![+\-:.\d])0\d{3}\b(?!:)")
_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(\S*))?"
)


def read_date(text: object, language: str = "") -> datetime | None:
    """Read a date in the forms of RFC 822, ISO 8601 and seconds since 1970, in UTC; None where it can't be told.

    A date without a zone is taken for UTC.
    """
    if not isinstance(text, str) or not 8 <= len(text) <= 100 or is_empty_value(text):
        return None
    text = _with_numeric_zone(" ".join(text.split()))
    for read in (_epoch, _year_first, _iso, parsedate_to_datetime):
        try:
            found = read(text)
            if found is not None:
                return sensible(found)
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
    return None


def is_empty_value(text: str) -> bool:
    """Tell whether a date has a year such as 0001, which e-mail's rules read as 2001."""
    return bool(_NO_YEAR.search(text))


def sensible(moment: datetime) -> datetime | None:
    """Give the moment in UTC, or None when its year is absurd."""
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _with_numeric_zone(text: str) -> str:
    text = _COMMENT.sub("", text)
    if found := _FROM_UTC.search(text):
        return f"{text[: found.start()]} {found[1]}{found[2]:0>2}{found[3] or '00'}"
    if (found := _ZONE.search(text)) and found[1] in _ZONES:
        return f"{text[: found.start()]} {_ZONES[found[1]]}"
    return text


def _epoch(text: str) -> datetime | None:
    if not text.isascii() or not text.isdigit() or len(text) not in (10, 13):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _year_first(text: str) -> datetime | None:
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return None
    year, month, day, time, zone = found.groups()
    zone = {"": "", "Z": "+00:00", "z": "+00:00", "GMT": "+00:00", "UTC": "+00:00"}.get(zone or "", zone or "")
    date = f"{year}-{month:0>2}-{day:0>2}"
    if time is None:
        return datetime.fromisoformat(date)
    return datetime.fromisoformat(f"{date}T{time:0>{5 if len(time) < 6 else 8}}{zone}")


def _iso(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text[:4].isdigit() else None
