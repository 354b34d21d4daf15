"""Relate's leadership: one decides, others stand by, and whatever becomes of a leader, each article is decided on once."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.errors import LeaseLost, OutOfReach
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, PreparedArticle
from pipeline.records.codec import decode, encode
from pipeline.relate.step import RelateStep
from pipeline.state.database import DatabaseState
from pipeline.work.interface import Delivered
from pipeline.work.worker import BatchWorker
from tests.builders import prepared
from tests.work.steps import eventually, running, waiting


@pytest.fixture
def partitions() -> int:
    return 2


def publish(log: SqliteEventLog, count: int) -> set[str]:
    urls = {f"https://post.example/{number}" for number in range(count)}
    log.append(topics.PREPARED, [NewRecord(url, encode(prepared(url=url, text=""))) for url in sorted(urls)])
    return urls


def batch(log: SqliteEventLog) -> Sequence[Delivered]:
    return [Delivered(record, decode(record.value, PreparedArticle)) for record in log.read(topics.PREPARED)]


def passed_on(log: SqliteEventLog) -> list[str]:
    return sorted(decode(record.value, EnrichedArticle).article.url or "" for record in log.read(topics.ENRICHED))


class Partly:
    """The real thing, but that some of its methods can't be had."""

    def __init__(self, real: Any, *away: str) -> None:
        self._real = real
        self.away = set(away)

    def __getattr__(self, name: str) -> Any:
        if name not in self.away:
            return getattr(self._real, name)

        def out_of_reach(*_: Any, **__: Any) -> None:
            raise OutOfReach("the server is away")

        return out_of_reach


def test_one_leads_and_the_other_stands_by(state: DatabaseState, log: SqliteEventLog) -> None:
    first, second = (RelateStep(state.stories, state.outbox, log, name) for name in ("first", "second"))
    assert first.ready()
    assert not second.ready()
    first.close()
    assert second.ready()
    assert not first.ready()


def test_a_leader_that_lost_its_lease_with_records_in_hand_writes_nothing(
    state: DatabaseState, log: SqliteEventLog
) -> None:
    first, second = (RelateStep(state.stories, state.outbox, log, name) for name in ("first", "second"))
    urls = publish(log, 5)
    assert first.ready()
    in_hand = batch(log)
    state.stories.resign("first")  # as if its lease had ended
    assert second.ready()
    with pytest.raises(LeaseLost):
        first.handle(in_hand)
    assert passed_on(log) == []
    second.handle(batch(log))
    assert passed_on(log) == sorted(urls)


def test_what_a_leader_decided_and_could_not_append_its_heir_appends_once(
    state: DatabaseState, log: SqliteEventLog
) -> None:
    broken: Any = Partly(log, "append")
    first = RelateStep(state.stories, state.outbox, broken, "first")
    urls = publish(log, 5)
    assert first.ready()
    with pytest.raises(OutOfReach):
        first.handle(batch(log))
    first.close()
    second = RelateStep(state.stories, state.outbox, log, "second")
    assert second.ready()
    second.handle(batch(log))
    assert passed_on(log) == sorted(urls)


def test_workers_that_take_turns_decide_on_every_article_once(state: DatabaseState, log: SqliteEventLog) -> None:
    urls: set[str] = set()
    for turn in range(3):
        steps = [RelateStep(state.stories, state.outbox, log, f"{turn}-{number}") for number in range(2)]
        workers = [BatchWorker(step, log, batch=3) for step in steps]
        with running(workers[0]), running(workers[1]):
            urls |= publish(log, 10 * (turn + 1))
            assert eventually(lambda: waiting(log, "relate", topics.PREPARED) == 0)
    assert passed_on(log) == sorted(urls)


def test_a_worker_that_is_told_to_stop_while_the_state_is_away_ends_without_a_fault(
    state: DatabaseState, log: SqliteEventLog
) -> None:
    stories: Any = Partly(state.stories)
    publish(log, 1)
    with running(BatchWorker(RelateStep(stories, state.outbox, log, "worker"), log)) as worker:
        assert eventually(lambda: waiting(log, "relate", topics.PREPARED) == 0)
        stories.away |= {"lead", "decide", "resign"}
    assert worker.error is None
