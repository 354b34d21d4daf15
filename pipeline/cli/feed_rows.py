"""Feeds as `harmattan feeds` prints them, for machines."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pipeline.state.interface import FeedStatus, Gap, Subscription


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
