"""The outbox on its way into the log: in order, none lost, and none that blocks the others."""

import pytest

from pipeline.errors import OutOfReach
from pipeline.log.interface import LARGEST_RECORD, EventLog, NewRecord
from pipeline.records import topics
from pipeline.state.database import DatabaseState
from pipeline.work.dead_letters import DeadLetters
from pipeline.work.outbox import publish_outbox


def decide(state: DatabaseState, *values: bytes) -> None:
    with state.ledger.decide("alert@1") as decision:
        for value in values:
            decision.publish(topics.ALERTS, "an-alert", value)


def published(log: EventLog) -> list[bytes]:
    return [record.value for record in log.read(topics.ALERTS)]


class Breaking:
    """The log, which breaks off after the first append, done or not done."""

    def __init__(self, log: EventLog, *, appended: bool) -> None:
        self._log = log
        self._appended = appended

    def append(self, topic: str, records: list[NewRecord]) -> None:
        if self._appended:
            self._log.append(topic, records)
        raise OutOfReach("the log is away")


def test_what_was_decided_is_appended_once_and_in_its_order(log: EventLog, state: DatabaseState) -> None:
    values = [b"%d" % number for number in range(1200)]
    decide(state, *values)
    assert publish_outbox(state.outbox, "alert", log) == 1200
    assert publish_outbox(state.outbox, "alert", log) == 0
    assert published(log) == values


@pytest.mark.parametrize("appended", [False, True], ids=["before the append", "after the append"])
def test_killed_in_between_it_is_appended_at_the_next_start(
    log: EventLog, state: DatabaseState, *, appended: bool
) -> None:
    decide(state, b"1", b"2")
    with pytest.raises(OutOfReach):
        publish_outbox(state.outbox, "alert", Breaking(log, appended=appended))  # type: ignore[arg-type]
    publish_outbox(state.outbox, "alert", log)
    assert published(log) == [b"1", b"2"] * (2 if appended else 1)


def test_each_step_publishes_its_own(log: EventLog, state: DatabaseState) -> None:
    decide(state, b"1")
    assert publish_outbox(state.outbox, "notify", log) == 0
    assert publish_outbox(state.outbox, "alert", log) == 1


def test_a_record_that_the_log_never_takes_goes_to_the_dead_letters_and_blocks_nothing(
    log: EventLog, state: DatabaseState
) -> None:
    huge = b"x" * (LARGEST_RECORD + 1)
    decide(state, b"before", huge, b"after")
    publish_outbox(state.outbox, "alert", log)
    assert published(log) == [b"before", b"after"]
    assert state.outbox.pending("alert", 1) == []
    (letter,) = DeadLetters(log).waiting()
    assert (letter.step, letter.topic, letter.key) == ("alert", topics.ALERTS, "an-alert")
