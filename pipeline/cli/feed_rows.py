"""Feeds as `harmattan feeds` prints them, for machines."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline.records.alert_json import iso_time
from pipeline.state.interface import FeedStatus, Gap, Subscription

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def feed_row(feed: FeedStatus, gaps: Sequence[Gap] = (), subscription: Subscription | None = None) -> dict[str, Any]:
    """Give a feed's row. Lengths of time are seconds."""
    spec = feed.spec
    return {
        "url": spec.url,
        "title": feed.title,
        "state": feed.state,
        "entries": feed.entries,
        "error": feed.error,
        "last_new": feed.last_new,
        "last_success": feed.last_success,
        "last_polled": feed.last_polled,
        "next_due": feed.next_due,
        "interval": seconds(feed.interval),
        "own_interval": seconds(spec.interval),
        "alert_past": seconds(spec.alert_past),
        "failures": feed.failures,
        "missed": len(gaps),
        "missed_last": gaps[0].note or gaps[0].sentence if gaps else None,
        "push": subscription.state if subscription else None,
        "push_error": subscription.error if subscription else None,
        "last_push": subscription.last_push if subscription else None,
        "moved_from": feed.known_as if feed.known_as != spec.url else None,
        "moving_to": feed.memory.moved_to,
        "country": spec.country,
        "language": spec.language,
        "tags": spec.tags,
        "login": spec.login,
        "listed_in": feed.listed_in,
    }


def seconds(length: timedelta | None) -> float | None:
    """Give a length of time in seconds."""
    return None if length is None else round(length.total_seconds(), 3)


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Write rows as CSV (RFC 4180) with a line of names.

    A text that a spreadsheet would take for a formula gets an apostrophe before it: titles come from strangers.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    if isinstance(value, datetime):
        return iso_time(value)
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
