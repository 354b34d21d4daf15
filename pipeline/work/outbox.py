"""Carrying what a step decided from its outbox into the log."""

from itertools import groupby

from pipeline.log.interface import EventLog, NewRecord
from pipeline.state.interface import Outbox

AT_ONCE = 500


def publish_outbox(outbox: Outbox, step: str, log: EventLog) -> int:
    """Append the step's pending records in their order and forget them; give how many.

    Killed between the two, they are appended again at the next start: readers know them by id and revision.
    """
    count = 0
    while rows := outbox.pending(step, AT_ONCE):
        for topic, of_topic in groupby(rows, key=lambda row: row.topic):
            log.append(topic, [NewRecord(row.key, row.value) for row in of_topic])
        outbox.published(rows)
        count += len(rows)
    return count
