"""Following a feed that has moved for good.

One permanent redirect proves nothing: sites under repair redirect everything, too. A feed's address changes once the same
permanent redirect has led to a feed in three polls over two days. From https to http no feed is moved.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.fetch.addresses import loses_encryption, url_problem
from pipeline.state.interface import FeedMemory

_POLLS = 3
_OVER = timedelta(days=2)
_LONGEST = 4_000


def after_redirect(memory: FeedMemory, url: str, target: str | None, now: datetime) -> tuple[FeedMemory, str | None]:
    """Note where permanent redirects led at a poll that found a feed there; give the new address when it has moved."""
    if target is None or target == url or _unfit(url, target):
        return replace(memory, moved_to=None, moved_since=None, moved_seen=0), None
    if target != memory.moved_to or memory.moved_since is None:
        return replace(memory, moved_to=target, moved_since=now, moved_seen=1), None
    seen = memory.moved_seen + 1
    if seen < _POLLS or now - memory.moved_since < _OVER:
        return replace(memory, moved_seen=seen), None
    return replace(memory, moved_to=None, moved_since=None, moved_seen=0), target


def _unfit(url: str, target: str) -> bool:
    return len(target) > _LONGEST or url_problem(target) is not None or loses_encryption(url, target)
