"""Finding servers out that say "not modified" whatever happens.

Now and then a feed is asked without validators, when only answers of 304 came for a while: a day, or less for a feed that
publishes often. Found new entries then once, the server is suspected, for they may have appeared just now; twice in a row,
it is not believed, and is asked in full for the next 500 polls. A server that answers a conditional request in full has shown
that its validators work.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.state.interface import FeedMemory

_GAP = timedelta(days=1)
_SHORTEST_GAP = timedelta(hours=2)
_LONGEST_GAP = timedelta(days=7)
_MISSING = 10
"""So many entries should have appeared meanwhile, by the feed's rate, before its silence is looked into."""
_SUSPECTED = -1
_DISTRUSTED = -501
_MOST_TRUST = 3


def asks_in_full(memory: FeedMemory, now: datetime) -> bool:
    """Tell whether the validators are to be left out this time."""
    if memory.trust < _SUSPECTED:
        return True
    return memory.read_at is not None and now - memory.read_at >= _gap(memory)


def after_document(memory: FeedMemory, *, conditional: bool, new: int, now: datetime) -> FeedMemory:
    """Judge by a document that came, to a request with validators or without."""
    trust = memory.trust
    had_validators = bool(memory.etag or memory.last_modified)
    if trust < _SUSPECTED:
        trust += 1
    elif conditional or not had_validators:
        trust = max(trust, 0)
    elif asks_in_full(memory, now):
        trust = _after_check(trust, new)
    return replace(memory, trust=trust, read_at=now)


def _after_check(trust: int, new: int) -> int:
    if new:
        return _DISTRUSTED if trust == _SUSPECTED else _SUSPECTED
    return min(max(trust, 0) + 1, _MOST_TRUST)


def _gap(memory: FeedMemory) -> timedelta:
    gap = _GAP
    if memory.rate:
        gap = min(max(timedelta(hours=min(_MISSING / memory.rate, 24.0)), _SHORTEST_GAP), _GAP)
    if memory.trust == _SUSPECTED:
        return max(gap / 4, _SHORTEST_GAP)
    return min(gap * 2.0**memory.trust, _LONGEST_GAP)
