"""Carrying through what was polled: for runs that end by themselves."""

from pipeline.errors import OutOfReach
from pipeline.health import GROUPS
from pipeline.log.interface import EventLog
from pipeline.state.interface import State


def drained(log: EventLog, state: State) -> bool:
    """Tell whether everything polled so far has gone through every step, and every delivery that is due was tried.

    The parts are asked in the order of an article's way, so that nothing slips from one to the next unseen; the index comes
    last, since it is told of alerts, too. A part that is out of reach for a while can't tell: then it is not yet so.
    """
    try:
        return (
            not any(_lags(log, group) for group in GROUPS if group != "index")
            and not state.ledger.due()
            and not any(state.outbox.pending(step, 1) for step in ("relate", "alert", "notify"))
            and not _lags(log, "index")
        )
    except OutOfReach:
        return False


def caught_up(log: EventLog) -> bool:
    """Tell whether everything polled so far has been decided on by the alert step."""
    return not any(_lags(log, group) for group in GROUPS if group != "index")


def _lags(log: EventLog, group: str) -> bool:
    return any(log.lag(group, GROUPS[group]).values())
