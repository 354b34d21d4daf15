"""What the columns of a feed say, and what a poll changes in them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from pipeline.fetch.addresses import authority
from pipeline.state.interface import ClaimedFeed, FeedMemory, FeedSpec, FeedState, FeedStatus, PollOutcome

SPEC_COLUMNS = (
    "url",
    "title",
    "tags",
    "country",
    "language",
    "interval",
    "alert_past",
    "problem",
    "login",
    "attributes",
)
MEMORY_COLUMNS = tuple(field.name for field in fields(FeedMemory))
NEVER_POLLED: Mapping[str, Any] = {
    "enabled": True,
    "gone": False,
    "entries": 0,
    "failures": 0,
    "trust": 0,
    "moved_seen": 0,
}
LONGEST_HOLD = timedelta(days=1)
"""A hold that ends later was given by a clock that has since been set back."""


def digest(url: str) -> str:
    """Give what an address is found by."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def address_values(url: str) -> dict[str, Any]:
    """Give the columns that follow from the address."""
    return {"url": url, "address": digest(url), "host": authority(url)}


def spec_values(spec: FeedSpec) -> dict[str, Any]:
    """Give the columns for what the operator says."""
    said = {name: getattr(spec, name) for name in SPEC_COLUMNS} | {"tags": list(spec.tags)}
    said["attributes"] = dict(spec.attributes)
    return said | address_values(spec.url) | {"known_as": spec.url}


def claimed(row: Any, token: str, at: datetime) -> ClaimedFeed:
    """Give a claimed feed."""
    return ClaimedFeed(
        id=row.id,
        spec=spec_of(row),
        known_as=row.known_as,
        token=token,
        at=at,
        last_success=row.last_success,
        last_polled=row.last_polled,
        failures=row.failures,
        error=row.error,
        memory=_memory(row),
    )


def status(row: Any, now: datetime) -> FeedStatus:
    """Give a feed as it stands."""
    state = _state(row, now)
    idle = state in (FeedState.INVALID, FeedState.DISABLED, FeedState.GONE)
    return FeedStatus(
        id=row.id,
        spec=spec_of(row),
        title=row.title or row.found_title or row.url,
        state=state,
        entries=row.entries,
        error=row.problem or row.error,
        last_new=row.last_new,
        last_success=row.last_success,
        last_polled=row.last_polled,
        next_due=None if idle else max([row.next_due, *_holds(row, now)]),
        failures=row.failures,
        known_as=row.known_as,
        interval=row.interval or row.delay,
        memory=_memory(row),
        listed_in=row.listed_in,
    )


def outcome_values(outcome: PollOutcome, row: Any, now: datetime) -> dict[str, Any]:
    """Give every column that a poll may change: one list of columns for all outcomes, so that many are saved at once."""
    due = {"next_due": now + max(outcome.delay, outcome.held or outcome.delay)}
    unchanged = {name: getattr(row, name) for name in POLL_COLUMNS}
    if not outcome.asked:
        return unchanged | due
    values = unchanged | due
    values |= {
        "error": outcome.error,
        "failures": _failures(outcome, row.failures),
        "gone": outcome.gone,
        "held_until": now + outcome.held if outcome.held else None,
        "last_polled": now,
    }
    if outcome.memory:
        values |= {name: getattr(outcome.memory, name) for name in MEMORY_COLUMNS}
    if outcome.entries is not None:
        values |= {"found_title": outcome.title, "entries": outcome.entries}
    if not outcome.error or outcome.entries is not None:  # a document that lacks something was read all the same
        values["last_success"] = now
    if outcome.new_entries:
        values["last_new"] = now
    return values


def _failures(outcome: PollOutcome, before: int) -> int:
    if outcome.error is None or outcome.entries is not None:
        return 0
    return max(before, 1) if outcome.excused else before + 1


POLL_COLUMNS = (
    *("url", "address", "host", "found_title", "entries", "failures", "error", "gone", "held_until"),
    *("last_new", "last_success", "last_polled", "next_due"),
    *MEMORY_COLUMNS,
)


def spec_of(row: Any) -> FeedSpec:
    """Give what the operator says of a feed."""
    said = {name: getattr(row, name) for name in SPEC_COLUMNS}
    return FeedSpec(**said | {"tags": tuple(row.tags), "attributes": dict(row.attributes or {})})


def _memory(row: Any) -> FeedMemory:
    return FeedMemory(**{name: getattr(row, name) for name in MEMORY_COLUMNS})


def _holds(row: Any, now: datetime) -> list[datetime]:
    """Give when the feed's own hold and its host's end, those that count."""
    ends = (row.held_until, row.host_held)
    return [end for end in ends if end is not None and now < end <= now + LONGEST_HOLD]


def _state(row: Any, now: datetime) -> FeedState:
    states = (
        (row.problem is not None, FeedState.INVALID),
        (not row.enabled, FeedState.DISABLED),
        (row.gone, FeedState.GONE),
        (bool(_holds(row, now)), FeedState.HELD),
        (row.failures > 0, FeedState.FAILING),
        (row.last_polled is None, FeedState.NEW),
    )
    return next((state for holds, state in states if holds), FeedState.OK)
