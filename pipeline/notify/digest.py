"""The daily digest: once a day and channel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from pipeline.notify.interface import DeliveryError, Digest, Notifier
from pipeline.policy.desk import EVERYONE
from pipeline.policy.model import channel_digest
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
    base = base_url.rstrip("/") if base_url else None
    return Digest(
        day=day,
        alerts=tuple(of_day),
        link=f"{base}/alerts" if base else None,
        spreads=ledger.spread([alert.id for alert in of_day]),
        pages={alert.id: f"{base}/alerts/{quote(alert.id, safe='')}" for alert in of_day} if base else {},
    )


def send_digest(
    digest: Digest,
    ledger: Ledger,
    notifiers: Mapping[str, Notifier],
    channels: Sequence[str],
    leave: Callable[[str, str], str | None] = lambda digest, reader: None,
) -> int:
    """Send the digest over those channels that have not had it and still want it; give how many took it now.

    `leave` gives the address by which a channel's readers take leave of it.

    First the delivery, then its record, as with alerts: killed in between, a channel gets it once more, with the same key.
    Raises DigestFailed, after all were tried, when any did not take it.
    """
    problems = []
    sent = 0
    unwanted = {mute.digest for mute in ledger.mutes() if mute.digest}
    for channel in channels:
        name = channel_digest(channel)
        if name in unwanted:
            continue
        key = f"digest:{digest.day}:{channel}"
        if not ledger.begin_digest(key, LEASE):
            continue
        try:
            notifiers[channel].send(replace(digest, unsubscribe=leave(name, EVERYONE)), key)
        except DeliveryError as error:
            ledger.end_digest(key, sent=False)
            problems.append(f"{channel}: {error}")
        else:
            ledger.end_digest(key, sent=True)
            sent += 1
    if problems:
        raise DigestFailed("; ".join(problems))
    return sent
