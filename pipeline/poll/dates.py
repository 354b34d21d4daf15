"""Reading the dates that feeds write, with the zones that they name."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pipeline.poll.datewords import ascii_digits, read_worded
from pipeline.zones import UNSAID

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Outside of these a date is some program's empty value."""

LONGEST = 100
"""Characters of a date that are looked at."""

_ZONES = {
    # minutes east of Greenwich, by the names of RFC 822, of the IANA database and of Germany; one that several places
    # have stands here for where most feeds that use it come from
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET", "WEZ"), 0),
    **dict.fromkeys(("CET", "MEZ", "WEST", "WESZ", "BST", "WAT"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET", "OEZ", "CAT", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK", "МСК", "EAT", "TRT", "AST"), 180),
    **dict.fromkeys(("IRST",), 210),
    **dict.fromkeys(("GST",), 240),
    **dict.fromkeys(("AFT",), 270),
    **dict.fromkeys(("PKT", "UZT"), 300),
    **dict.fromkeys(("IST",), 330),
    **dict.fromkeys(("NPT",), 345),
    **dict.fromkeys(("MMT",), 390),
    **dict.fromkeys(("WIB", "ICT"), 420),
    **dict.fromkeys(("HKT", "SGT", "AWST", "PHT", "WITA"), 480),
    **dict.fromkeys(("JST", "KST", "WIT"), 540),
    **dict.fromkeys(("ACST",), 570),
    **dict.fromkeys(("AEST",), 600),
    **dict.fromkeys(("ACDT",), 630),
    **dict.fromkeys(("AEDT",), 660),
    **dict.fromkeys(("NZST",), 720),
    **dict.fromkeys(("NZDT",), 780),
    **dict.fromkeys(("BRT", "ART"), -180),
    **dict.fromkeys(("EDT", "CLT"), -240),
    **dict.fromkeys(("EST", "CDT", "COT", "PET"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    **dict.fromkeys(("PST", "AKDT"), -480),
    **dict.fromkeys(("AKST",), -540),
}
_BY_LANGUAGE = {("CST", "zh"): 480, ("IST", "he"): 120, ("IST", "ga"): 60, ("AST", "en"): -240, ("AST", "es"): -240}
_ENGLISH = {"janfebmaraprmayjunjulaugsepoctnovdec"[3 * n : 3 * n + 3]: n + 1 for n in range(12)}
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s)?(\d{1,2})[\s-]([A-Za-z]{3,4})[a-z]*\.?[\s-](\d{4}|\d{2})[,\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(.*)"
)
_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(.*))?", re.IGNORECASE
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?\s*(Z|[+-]\d{2}:?\d{2})?")
_HALF = re.compile(r"^[ap]\.?m\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC?)?\s*([+\-−])(\d{1,2})(?::?(\d{2}))?\b", re.IGNORECASE)
_NAME = re.compile(r"\b[^\W\d_]{1,5}\b")
_AREA = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_/]+\b")
_NO_YEAR = re.compile(r"(?<![+\-:.\d])0\d{3}\b(?!:)")


def read_date(text: object, language: str = "") -> datetime | None:
    """Read a date in the habits of feeds, in the zone that it names; None where it can't be told.

    Those are RFC 822, ISO 8601, seconds or milliseconds since 1970, and dates in words or numbers in many languages.
    `language` is the feed's own (a BCP 47 tag). A date without a zone, or with one that nobody knows, is taken for UTC,
    and pipeline.zones tells so.
    """
    if not isinstance(text, str) or not 8 <= len(text) <= LONGEST:
        return None
    text = " ".join(ascii_digits(text).split())
    if _NO_YEAR.search(text):  # a year such as 0001
        return None
    for read in _READERS:
        with suppress(ValueError, OverflowError, OSError):
            found = read(text, language)
            if found is not None:
                return sensible(found)
    return None


def sensible(moment: datetime) -> datetime | None:
    """Give the moment with its zone as an offset, or None when its year is absurd."""
    try:
        moment = moment.replace(tzinfo=UNSAID) if moment.tzinfo is None else moment
        offset = moment.utcoffset()
        year = moment.astimezone(UTC).year
    except (OverflowError, ValueError):
        return None
    if isinstance(moment.tzinfo, ZoneInfo) and offset is not None:
        moment = moment.replace(tzinfo=timezone(offset))
    return moment if FIRST_YEAR <= year <= LAST_YEAR else None


def _rfc_822(text: str, language: str) -> datetime | None:
    found = _RFC_822.fullmatch(text)
    if not found or _HALF.match(found[7]):
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month = _ENGLISH.get(name[:3].lower())
    if month is None or not text.isascii():
        return None
    full = int(year) + (2000 if int(year) < 70 else 1900) if len(year) == 2 else int(year)
    return _moment((full, month, int(day), int(hour), int(minute), int(second or 0)), _zone(zone, language))


def _epoch(text: str, language: str) -> datetime | None:
    if not text.isdigit() or len(text) not in (10, 13):
        return None
    return datetime.fromtimestamp(int(text[:10]), UNSAID)


def _year_first(text: str, language: str) -> datetime | None:
    found = _YEAR_FIRST.fullmatch(text)
    if not found or _HALF.match(found[8] or ""):
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    numbers = [int(part or 0) for part in (year, month, day, hour, minute, second)]
    moment = _moment(numbers, _zone(zone or "", language))
    return moment + timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))


def _compact(text: str, language: str) -> datetime | None:
    found = _COMPACT.fullmatch(text)
    if not found:
        return None
    *numbers, zone = found.groups()
    return _moment([int(part or 0) for part in numbers], _zone(zone or "", language))


def _worded(text: str, language: str) -> datetime | None:
    found, rest = read_worded(text, language)
    return found.replace(tzinfo=_zone(rest, language)) if found else None


_READERS: tuple[Callable[[str, str], datetime | None], ...] = (_rfc_822, _year_first, _epoch, _compact, _worded)


def _moment(numbers: Sequence[int], zone: tzinfo) -> datetime:
    """Make a moment. Leap seconds, and midnight as the end of a day, count as what comes next."""
    year, month, day, hour, minute, second = numbers
    late = timedelta(days=hour == 24, seconds=second == 60)
    return datetime(year, month, day, hour % 24 if hour == 24 else hour, minute, second % 60, tzinfo=zone) + late


def _zone(text: str, language: str) -> tzinfo:
    """Read a zone: an offset, a name, or both (then the offset counts)."""
    text = text.strip(" ()[]")
    if not text:
        return UNSAID
    if offset := _OFFSET.search(text):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] != "+" else minutes)) if minutes < 24 * 60 else UNSAID
    if area := _AREA.search(text):
        with suppress(Exception):  # whatever is not in the database
            return ZoneInfo(area[0])
    for name in _NAME.findall(text):
        known = _BY_LANGUAGE.get((name.upper(), language[:2].lower()), _ZONES.get(name.upper()))
        if known is not None:
            return timezone(timedelta(minutes=known))
    return UNSAID
