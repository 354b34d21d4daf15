"""The zone in which somebody named a time, carried along with the time."""

from datetime import datetime, timedelta, timezone

UNSAID = timezone(timedelta(0), "unsaid")
"""UTC, taken for a time that was named without a zone."""


def zone_of(moment: datetime | None) -> str | None:
    """Give the offset that a time was named in, such as `+02:00`; None where it was not named."""
    if moment is None or moment.tzinfo is None or moment.tzname() == UNSAID.tzname(None):
        return None
    text = f"{moment:%z}"
    return f"{text[:3]}:{text[3:5]}"
