"""One pass over many feeds, for runs that end by themselves."""

import random
import time
from collections.abc import Sequence

from pipeline.poll.step import PollStep, PollSummary

AT_ONCE = 256
"""Feeds under way at a time; the fetcher asks fewer, and those that wait for their host's turn hold up no other."""

_MOST = 1_000_000


def poll_all_due(step: PollStep, owner: str) -> PollSummary:
    """Poll every feed that is due, once. Raises OutOfReach."""
    return _poll(step, owner, step.feeds.due(_MOST), at_once=False)


def poll_some_due(step: PollStep, owner: str, most: int, seconds: float) -> PollSummary:
    """Poll up to `most` of the feeds that are due; after so many seconds none is begun any more. Raises OutOfReach.

    Others may do the same at the same time: each feed is one poller's.
    """
    total = PollSummary()
    until = time.monotonic() + seconds
    while True:
        room = min(most, AT_ONCE - step.pending)
        if room and (room >= AT_ONCE // 4 or room == most) and time.monotonic() < until:
            started = step.start(owner, room)
            most = most - started if started == room else 0
        if not step.pending:
            return total
        total += step.collect(1.0)


def poll_each_once(step: PollStep, owner: str, urls: Sequence[str]) -> PollSummary:
    """Poll these feeds now, due or not, save those that their server holds back. Raises OutOfReach."""
    return _poll(step, owner, urls, at_once=True)


def _poll(step: PollStep, owner: str, urls: Sequence[str], *, at_once: bool) -> PollSummary:
    """Keep AT_ONCE feeds under way, each at most once, however soon it may be due again."""
    total = PollSummary()
    left = random.sample(urls, len(urls))  # neighbours in a list are often one host's, which would be asked one by one
    while left or step.pending:
        while left and (room := AT_ONCE - step.pending) >= min(len(left), AT_ONCE // 4):
            batch, left = left[:room], left[room:]
            step.start(owner, len(batch), only=batch, at_once=at_once)
        total += step.collect(1.0)
    return total
