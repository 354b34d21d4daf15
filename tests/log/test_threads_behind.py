"""The threads behind a subscription: when one meets what nobody foresaw, its worker learns of it and does not wait for ever."""

import sqlite3
from pathlib import Path

import pytest

from pipeline.errors import HarmattanError, OutOfReach
from pipeline.log import kafka_poller
from pipeline.log.interface import NewRecord
from pipeline.log.kafka import KafkaEventLog
from pipeline.log.sqlite import SqliteEventLog
from pipeline.log.sqlite_keeper import Keeper, Signal
from pipeline.log.sqlite_store import SqliteStore
from tests.servers.process import RunningServer
from tests.work.steps import eventually


class Stumbling:
    """A membership whose first renewal fails with a fault."""

    def __init__(self) -> None:
        self.kept = 0
        self.told: list[HarmattanError] = []

    def keep(self, connection: sqlite3.Connection) -> bool:
        self.kept += 1
        if self.kept == 1:
            raise KeyError("nobody foresaw this")
        return False

    def trouble(self, error: HarmattanError | None) -> None:
        if error:
            self.told.append(error)


def test_the_embedded_logs_leases_are_renewed_again_after_a_fault(tmp_path: Path) -> None:
    SqliteEventLog(tmp_path / "log.db").create_topics({"topic": 1})
    keeper, membership = Keeper(SqliteStore(tmp_path / "log.db", 5.0), Signal()), Stumbling()
    keeper.add(membership)
    try:
        assert eventually(lambda: membership.kept > 2, 5)
    finally:
        keeper.stop()
    (error,) = membership.told
    assert isinstance(error, OutOfReach)


def test_a_kafka_client_that_breaks_ends_its_worker_and_loses_nothing(
    kafka_server: RunningServer, kafka_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(record: object) -> None:
        raise KeyError("nobody foresaw this")

    topic, log = f"{kafka_prefix}topic", KafkaEventLog(kafka_server.address)
    try:
        log.create_topics({topic: 1})
        log.append(topic, [NewRecord("key", b"value")])
        with monkeypatch.context() as patched:
            patched.setattr(kafka_poller, "log_record", broken)
            subscription = log.subscribe(f"{kafka_prefix}group", [topic])
            with pytest.raises(HarmattanError, match="start the worker again"):
                subscription.receive(1, 20.0)
            subscription.close()
        (record,) = log.subscribe(f"{kafka_prefix}group", [topic]).receive(1, 20.0)
        assert record.value == b"value"
    finally:
        log.close()
