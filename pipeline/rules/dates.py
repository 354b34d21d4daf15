"""The dates that a query can ask for."""

import re
from datetime import UTC, datetime, timedelta

from pipeline.rules.syntax import Dated

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_HOW = (
    "write a day, a month or a range: date:2026-11-01, date:2026-11, date:2026-11-01..2026-11-15 or date:>=2026-11-01"
)


def read_dates(text: str) -> Dated:
    """Read a date or a range of dates, each a day, a month or a year in UTC. Raises ValueError with what to write."""
    if ".." in text:
        first, _, last = text.partition("..")
        since = _span(first)[0] if first else None
        until = _span(last)[1] if last else None
        if since is None and until is None:
            raise ValueError(_HOW)
        if since and until and since >= until:
            raise ValueError(f"{first} is after {last}; write the earlier date first")
        return Dated(since, until)
    operator = re.match(r"[<>]=?|", text)
    sign = operator.group() if operator else ""
    begin, end = _span(text[len(sign) :])
    return {
        "": Dated(begin, end),
        ">=": Dated(begin, None),
        ">": Dated(end, None),
        "<": Dated(None, begin),
        "<=": Dated(None, end),
    }[sign]


def _span(text: str) -> tuple[datetime, datetime]:
    """Give the first moment of a day, month or year, and the first one after it."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:30]!r} is no date; {_HOW}")
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        begin = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            return begin, begin + timedelta(days=1)
        return begin, datetime(year + month // 12 if month else year + 1, month % 12 + 1 if month else 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text} is no date of the calendar; {_HOW}") from None
