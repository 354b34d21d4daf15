"""Hours of the wall clock: whether it is quiet, and when it ends; when the next digest is due.

Wall-clock times are worked out in the analyst's zone and compared in UTC, so that a night in which the clock is changed is
as long as it is. A time that the change skips counts as the moment that follows; of one that comes twice, the first counts.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.policy.model import Digest, QuietHours

_A_DAY = timedelta(days=1)


def quiet_until(hours: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Give when the quiet hours that now lies in end, in UTC; None when it is not quiet."""
    if hours is None:
        return None
    today = now.astimezone(zone).date()
    ends = [
        end
        for day in (today - _A_DAY, today)
        if day.weekday() in hours.days
        for start, end in [_period(hours, zone, day)]
        if start <= now < end
    ]
    return max(ends, default=None)


def next_digest(digest: Digest, at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Give when the next digest is due, in UTC, later than now: on the hour, at the time given, or then on a Monday."""
    local = now.astimezone(zone)
    if digest is Digest.HOURLY:
        return (local.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(UTC)
    day = local.date()
    while True:
        due = _moment(day, at, zone)
        if due > now and (digest is Digest.DAILY or day.weekday() == 0):
            return due
        day += _A_DAY


def _period(hours: QuietHours, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    last = day if hours.end > hours.start else day + _A_DAY
    return _moment(day, hours.start, zone), _moment(last, hours.end, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
