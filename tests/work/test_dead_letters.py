"""Dead letters: what is set aside, told once, and put back."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import TooNew
from pipeline.log.interface import EventLog, LogRecord, NewRecord
from pipeline.records import topics
from pipeline.work.dead_letters import DeadLetters
from tests.work.steps import Recorder, eventually, titled, waiting, working

NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


def the_record(log: EventLog, value: bytes = b"nonsense") -> LogRecord:
    log.append(topics.ENRICHED, [NewRecord("a-host", value)])
    return list(log.read(topics.ENRICHED))[-1]


def test_a_record_set_aside_twice_is_one_letter_with_the_latest_reason(log: EventLog) -> None:
    letters, record = DeadLetters(log), the_record(log)
    assert letters.put("index", record, "first") == letters.put("index", record, "second")
    (letter,) = letters.waiting()
    assert (letter.reason, letter.value, letter.key) == ("second", b"nonsense", "a-host")


def test_a_record_that_two_steps_can_not_handle_is_two_letters(log: EventLog) -> None:
    letters, record = DeadLetters(log), the_record(log)
    letters.put("index", record, "refused")
    letters.put("alert", record, "refused")
    assert {letter.step for letter in letters.waiting()} == {"index", "alert"}


def test_the_oldest_letter_comes_first(log: EventLog) -> None:
    moments = iter([NOON + timedelta(minutes=5), NOON])
    letters = DeadLetters(log, clock=lambda: next(moments))
    letters.put("index", the_record(log, b"later"), "")
    letters.put("index", the_record(log, b"sooner"), "")
    assert [letter.value for letter in letters.waiting()] == [b"sooner", b"later"]


def test_a_letter_put_back_is_there_no_more_and_its_record_is_handled_again(log: EventLog) -> None:
    faults = iter([ValueError("a fault")] * 2)

    def conduct(_: str) -> None:
        if error := next(faults, None):
            raise error

    step = Recorder(conduct)
    log.append(topics.ENRICHED, titled("article"))
    with working(step, log):
        assert eventually(lambda: waiting(log) == 0)
        letters = DeadLetters(log)
        (letter,) = letters.waiting()
        letters.replay(letter)
        assert letters.waiting() == []
        assert eventually(lambda: step.handled == ["article"])
    assert letters.waiting() == []


def test_a_letter_that_fails_again_is_listed_again(log: EventLog) -> None:
    letters = DeadLetters(log)
    log.append(topics.ENRICHED, [NewRecord("a-host", b"nonsense")])
    with working(Recorder(), log):
        assert eventually(lambda: len(letters.waiting()) == 1)
        (letter,) = letters.waiting()
        letters.replay(letter)
        assert eventually(lambda: [again.id for again in letters.waiting()] not in ([], [letter.id]))
    (again,) = letters.waiting()
    assert (again.value, again.topic, again.key) == (letter.value, letter.topic, letter.key)


def test_what_is_no_letter_in_the_topic_of_dead_letters_is_passed_over(log: EventLog) -> None:
    letters = DeadLetters(log)
    log.append(topics.DEAD_LETTER, [NewRecord("x", b"a stranger's")])
    letters.put("index", the_record(log), "refused")
    assert len(letters.waiting()) == 1


def test_a_letter_of_a_newer_harmattan_asks_for_an_upgrade(log: EventLog) -> None:
    log.append(topics.DEAD_LETTER, [NewRecord("x", b'{"schema": 99, "min_reader": 99, "record": {}}')])
    with pytest.raises(TooNew, match="upgrade"):
        DeadLetters(log).waiting()
