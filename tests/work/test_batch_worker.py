"""The worker of a batch step: what becomes of records that fail, of servers that are away, and of what was in hand."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.errors import CannotHandle, LeaseLost, OutOfReach, StepStopped, TooNew
from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from pipeline.work.dead_letters import DeadLetters
from tests.work.steps import Recorder, eventually, titled, waiting, working

TEN = [f"article {number}" for number in range(10)]


def reasons(log: EventLog) -> list[str]:
    return [letter.reason for letter in DeadLetters(log).waiting()]


def test_a_record_is_committed_once_it_was_handled(log: EventLog) -> None:
    step = Recorder()
    log.append(topics.ENRICHED, titled(*TEN))
    with working(step, log) as worker:
        assert eventually(lambda: waiting(log) == 0)
    assert step.handled == TEN
    assert worker.error is None
    assert step.closed == 1


@pytest.mark.parametrize("error", [ValueError("poison"), CannotHandle("poison")], ids=["a fault", "a refusal"])
def test_a_record_that_breaks_its_batch_goes_to_the_dead_letters_alone(log: EventLog, error: Exception) -> None:
    def conduct(title: str) -> None:
        if title == "article 4":
            raise error

    step = Recorder(conduct)
    log.append(topics.ENRICHED, titled(*TEN))
    with working(step, log) as worker:
        assert eventually(lambda: waiting(log) == 0), worker.error
    assert [title for title in TEN if title not in step.handled] == ["article 4"]
    (reason,) = reasons(log)
    assert "poison" in reason


def test_a_record_that_can_not_be_read_goes_to_the_dead_letters_with_its_bytes(log: EventLog) -> None:
    step = Recorder()
    log.append(topics.ENRICHED, [*titled("before"), NewRecord("a-host", b"\xff\x00 no article"), *titled("after")])
    with working(step, log):
        assert eventually(lambda: waiting(log) == 0)
    assert step.handled == ["before", "after"]
    (letter,) = DeadLetters(log).waiting()
    assert (letter.value, letter.step, letter.offset) == (b"\xff\x00 no article", "recorder", 1)


def test_a_record_too_large_for_a_dead_letter_still_makes_room_for_the_next(log: EventLog) -> None:
    huge = b"{" + b"x" * 9_500_000  # in the letter's JSON it would be over the log's limit
    step = Recorder()
    log.append(topics.ENRICHED, [NewRecord("a-host", huge), *titled("after")])
    with working(step, log) as worker:
        assert eventually(lambda: waiting(log) == 0), worker.error
    assert step.handled == ["after"]
    (letter,) = DeadLetters(log).waiting()
    assert huge.startswith(letter.value)
    assert "only the first" in letter.reason


def test_while_a_server_is_out_of_reach_the_same_batch_is_tried_again_and_nothing_is_lost(log: EventLog) -> None:
    outages = iter([OutOfReach("the index is away")] * 2)

    def conduct(title: str) -> None:
        if error := next(outages, None):
            raise error

    step = Recorder(conduct)
    log.append(topics.ENRICHED, titled(*TEN))
    with working(step, log):
        assert eventually(lambda: waiting(log) == 0)
    assert step.given == [TEN, TEN, TEN]
    assert step.handled == TEN
    assert reasons(log) == []


def test_a_worker_stops_at_once_while_it_waits_for_a_server_and_leaves_its_batch(log: EventLog) -> None:
    def away(_: str) -> None:
        raise OutOfReach("the index is away")

    step = Recorder(away)
    log.append(topics.ENRICHED, titled(*TEN))
    with working(step, log) as worker:
        assert eventually(lambda: len(step.given) > 1)
    assert worker.error is None
    assert waiting(log) == len(TEN)
    assert step.closed == 1


def test_a_worker_that_lost_its_lease_receives_its_batch_anew(log: EventLog) -> None:
    losses = iter([LeaseLost("another leads")])

    def conduct(title: str) -> None:
        if error := next(losses, None):
            raise error

    step = Recorder(conduct)
    log.append(topics.ENRICHED, titled(*TEN))
    with working(step, log):
        assert eventually(lambda: waiting(log) == 0)
    assert step.given == [TEN, TEN]
    assert step.handled == TEN


def test_a_record_of_a_newer_harmattan_stops_the_worker_and_stays(log: EventLog) -> None:
    newer = NewRecord("a-host", b'{"schema": 99, "min_reader": 99, "record": {}}')
    log.append(topics.ENRICHED, [*titled("before"), newer, *titled("after")])
    for _ in range(2):
        with working(Recorder(), log, batch=1) as worker:
            assert eventually(worker.ended)
        assert isinstance(worker.error, TooNew)
        assert "upgrade" in str(worker.error)
        assert waiting(log) == 2
    assert reasons(log) == []


def test_a_step_that_fails_on_most_of_its_records_stops_and_leaves_them(log: EventLog) -> None:
    step = Recorder(lambda title: "the index refused it")
    log.append(topics.ENRICHED, titled(*(f"article {number}" for number in range(300))))
    with working(step, log) as worker:
        assert eventually(worker.ended)
    assert isinstance(worker.error, StepStopped)
    assert "the index refused it" in str(worker.error)
    letters = reasons(log)
    assert 0 < len(letters) < 30
    assert waiting(log) == 300 - len(letters)


def test_a_step_that_fails_on_a_third_of_its_first_records_goes_on(log: EventLog) -> None:
    bad = {f"article {number}" for number in range(20)}
    step = Recorder(lambda title: "the index refused it" if title in bad else None)
    log.append(topics.ENRICHED, titled(*(f"article {number}" for number in range(60))))
    with working(step, log) as worker:
        assert eventually(lambda: waiting(log) == 0), worker.error
    assert len(step.handled) == 40
    assert len(reasons(log)) == 20


def test_a_third_of_unreadable_records_at_the_start_does_not_stop_a_step(log: EventLog) -> None:
    log.append(topics.ENRICHED, [NewRecord("a-host", b"nonsense %d" % number) for number in range(20)])
    log.append(topics.ENRICHED, titled(*(f"article {number}" for number in range(40))))
    step = Recorder()
    with working(step, log) as worker:
        assert eventually(lambda: waiting(log) == 0), worker.error
    assert len(step.handled) == 40
    assert len(reasons(log)) == 20


class WithoutLetters:
    """The log, but that dead letters can't be written for now."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.tried = 0

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        if topic == topics.DEAD_LETTER:
            self.tried += 1
            raise OutOfReach("the log is away")
        self._log.append(topic, records)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def test_what_fails_is_not_committed_before_its_letter_is_durable(log: EventLog) -> None:
    away: Any = WithoutLetters(log)
    log.append(topics.ENRICHED, titled(*TEN))
    with working(Recorder(lambda title: "refused" if title == "article 3" else None), away):
        assert eventually(lambda: away.tried > 1)
    assert waiting(log) == 7
    step = Recorder()
    with working(step, log):
        assert eventually(lambda: waiting(log) == 0)
    assert step.handled == TEN[3:]
