"""The daily digest: once a day and channel."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from pipeline.notify.interface import DeliveryError, Digest, Notifier
from pipeline.records.article import Severity
from pipeline.state.interface import Ledger

LEASE = timedelta(minutes=5)
MOST = 5000
_ORDER = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class DigestFailed(DeliveryError):
    """Some channels did not take the digest; asking again sends it to those alone."""


def make_digest(day: date, ledger: Ledger, base_url: str | None) -> Digest:
    """Gather the alerts that were raised on a day (UTC), the most severe first, then the earliest."""
    begin = datetime.combine(day, time.min, UTC)
    of_day = ledger.alerts(since=begin, until=begin + timedelta(days=1), limit=MOST)
    of_day.sort(key=lambda alert: (_ORDER.index(alert.severity), alert.created))
    link = f"{base_url.rstrip('/')}/alerts" if base_url else None
    return Digest(day=day, alerts=tuple(of_day), link=link)


def send_digest(digest: Digest, ledger: Ledger, notifiers: Mapping[str, Notifier], channels: Sequence[str]) -> int:
    """Send the digest over those channels that have not had it; give how many took it now.

    First the delivery, then its record, as with alerts: killed in between, a channel gets it once more, with the same key.
    Raises DigestFailed, after all were tried, when any did not take it.
    """
    problems = []
    sent = 0
    for channel in channels:
        key = f"digest:{digest.day}:{channel}"
        if not ledger.begin_digest(key, LEASE):
            continue
        try:
            notifiers[channel].send(digest, key)
        except DeliveryError as error:
            ledger.end_digest(key, sent=False)
            problems.append(f"{channel}: {error}")
        else:
            ledger.end_digest(key, sent=True)
            sent += 1
    if problems:
        raise DigestFailed("; ".join(problems))
    return sent
