"""What the columns of a feed say, and what a poll changes in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.state.interface import ClaimedFeed, FeedSpec, FeedState, FeedStatus, PollOutcome

SPEC_COLUMNS = ("url", "title", "tags", "country", "language", "interval", "problem")
NEVER_POLLED: Mapping[str, Any] = {"enabled": True, "gone": False, "entries": 0, "failures": 0}


def spec_values(spec: FeedSpec) -> dict[str, Any]:
    """Give the columns for what the operator says."""
    return {name: getattr(spec, name) for name in SPEC_COLUMNS} | {"tags": list(spec.tags)}


def claimed(row: Any, token: str, at: datetime) -> ClaimedFeed:
    """Give a claimed feed."""
    return ClaimedFeed(
        spec=_spec(row),
        token=token,
        at=at,
        polled_before=row.last_success is not None,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        failures=row.failures,
    )


def status(row: Any, now: datetime) -> FeedStatus:
    """Give a feed as it stands."""
    state = _state(row, now)
    idle = state in (FeedState.INVALID, FeedState.DISABLED, FeedState.GONE)
    return FeedStatus(
        spec=_spec(row),
        title=row.title or row.found_title or row.url,
        state=state,
        entries=row.entries,
        error=row.problem or row.error,
        last_new=row.last_new,
        last_success=row.last_success,
        last_polled=row.last_polled,
        next_due=None if idle else row.next_due,
        failures=row.failures,
    )


def outcome_values(outcome: PollOutcome, failures: int, now: datetime) -> dict[str, Any]:
    """Give the columns that a poll changes."""
    values: dict[str, Any] = {
        "error": outcome.error,
        "failures": failures + 1 if outcome.error else 0,
        "gone": outcome.gone,
        "held_until": now + outcome.held if outcome.held else None,
        "last_polled": now,
        "next_due": now + max(outcome.delay, outcome.held or outcome.delay),
    }
    found = {
        "found_title": outcome.title,
        "etag": outcome.etag,
        "last_modified": outcome.last_modified,
        "body_hash": outcome.body_hash,
        "entries": outcome.entries,
    }
    # A document says everything anew; an answer without one changes only what it mentions.
    values |= {name: value for name, value in found.items() if value is not None or outcome.entries is not None}
    if not outcome.error:
        values["last_success"] = now
    if outcome.new_entries:
        values["last_new"] = now
    return values


def _spec(row: Any) -> FeedSpec:
    return FeedSpec(**{name: getattr(row, name) for name in SPEC_COLUMNS} | {"tags": tuple(row.tags)})


def _state(row: Any, now: datetime) -> FeedState:
    states = (
        (row.problem is not None, FeedState.INVALID),
        (not row.enabled, FeedState.DISABLED),
        (row.gone, FeedState.GONE),
        (row.held_until is not None and row.held_until > now, FeedState.HELD),
        (row.failures > 0, FeedState.FAILING),
        (row.last_polled is None, FeedState.NEW),
    )
    return next((state for holds, state in states if holds), FeedState.OK)
