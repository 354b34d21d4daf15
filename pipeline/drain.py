"""Carrying through what was polled: for runs that end by themselves."""

from collections.abc import Sequence

from pipeline.health import GROUPS
from pipeline.log.interface import EventLog
from pipeline.state.interface import State


def drained(log: EventLog, state: State) -> bool:
    """Tell whether everything polled so far has gone through every step, and every delivery that is due was tried.

    The groups are asked in the order of an article's way, so that nothing slips from one to the next unseen.
    """
    if any(sum(log.lag(group, read).values()) for group, read in GROUPS.items()):
        return False
    return not state.ledger.due() and not _pending(state, ("relate", "alert", "notify"))


def _pending(state: State, steps: Sequence[str]) -> bool:
    return any(state.outbox.pending(step, 1) for step in steps)
