"""Carrying what a step decided from its outbox into the log."""

import logging
from collections.abc import Sequence
from itertools import groupby

from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, NewRecord
from pipeline.state.interface import Outbox
from pipeline.work.dead_letters import DeadLetters

logger = logging.getLogger(__name__)

AT_ONCE = 500


def publish_outbox(outbox: Outbox, step: str, log: EventLog) -> int:
    """Append the step's pending records in their order and forget them; give how many.

    Killed between the two, they are appended again at the next start: readers know them by id and revision.
    """
    count = 0
    while rows := outbox.pending(step, AT_ONCE):
        for topic, of_topic in groupby(rows, key=lambda row: row.topic):
            _append(log, step, topic, [NewRecord(row.key, row.value) for row in of_topic])
        outbox.published(rows)
        count += len(rows)
    return count


def _append(log: EventLog, step: str, topic: str, records: Sequence[NewRecord]) -> None:
    try:
        log.append(topic, records)
    except CannotHandle:
        for record in records:  # those that were appended already come twice, which the readers recognise
            _append_alone(log, step, topic, record)


def _append_alone(log: EventLog, step: str, topic: str, record: NewRecord) -> None:
    try:
        log.append(topic, [record])
    except CannotHandle as error:
        letter = DeadLetters(log).put_unlogged(step, topic, record.key, record.value, str(error))
        logger.error("%s can't append to %s: %s (dead letter %s)", step, topic, error, letter)
