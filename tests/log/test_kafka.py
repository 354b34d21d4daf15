"""What an operator may expect of the event log when a broker goes away, comes back, or wants a sign-in."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, ScramMechanism, UserScramCredentialUpsertion

from pipeline.errors import BadInput, CannotHandle, OutOfReach
from pipeline.log import kafka_poller
from pipeline.log.interface import LogRecord, NewRecord, Subscription
from pipeline.log.kafka import KafkaEventLog
from tests.servers import KafkaServer, RunningServer
from tests.servers.fixtures import StartServer
from tests.servers.process import free_port

Connect = Callable[..., KafkaEventLog]


@pytest.fixture
def connect() -> Iterator[Connect]:
    logs: list[KafkaEventLog] = []

    def make(address: str, patience: float = 10.0, **more: object) -> KafkaEventLog:
        logs.append(KafkaEventLog(address, patience=timedelta(seconds=patience), **more))  # type: ignore[arg-type]
        return logs[-1]

    yield make
    for log in logs:
        log.close()


def record(n: int) -> NewRecord:
    return NewRecord(str(n), str(n).encode())


def receive_until(subscription: Subscription, wanted: set[int], seconds: float = 60) -> list[LogRecord]:
    received: list[LogRecord] = []
    deadline = time.monotonic() + seconds
    while {int(r.value) for r in received} < wanted and time.monotonic() < deadline:
        with suppress(OutOfReach):
            records = subscription.receive(100, 0.5)
            received += records
            subscription.done(records)
    return received


def test_nothing_is_lost_when_the_broker_restarts_in_mid_stream(own_kafka: KafkaServer, connect: Connect) -> None:
    log = connect(own_kafka.address)
    log.create_topics({"stream": 3})
    subscription = log.subscribe("group", ["stream"])
    appended: set[int] = set()
    enough = threading.Event()

    def append() -> None:
        number = 0
        while not enough.is_set():
            try:
                log.append("stream", [record(number)])
                appended.add(number)
                number += 1
            except OutOfReach:
                time.sleep(0.1)
            time.sleep(0.005)

    writer = threading.Thread(target=append)
    writer.start()
    received = receive_until(subscription, set(range(50)))
    own_kafka.kill()
    own_kafka.start()
    first_after = max(appended) + 2  # one may have been under way
    received += receive_until(subscription, set(range(first_after)) - {int(r.value) for r in received})
    enough.set()
    writer.join()
    received += receive_until(subscription, appended - {int(r.value) for r in received})

    assert appended <= {int(r.value) for r in received}
    assert max(appended) > first_after
    assert log.lag("group", ["stream"]) == {"stream": 0}


def test_members_whose_joining_takes_long_come_into_their_groups(
    kafka_server: RunningServer, kafka_prefix: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every joining outlasts several polls so, as on a busy machine.
    monkeypatch.setattr(kafka_poller, "POLL", 0.005)
    log = connect(kafka_server.address)
    for number in range(5):
        topic = f"{kafka_prefix}{number}"
        log.create_topics({topic: 2})
        log.append(topic, [record(number)])
        subscription = log.subscribe(f"{kafka_prefix}group-{number}", [topic])
        assert [int(each.value) for each in receive_until(subscription, {number})] == [number]


def test_a_broker_that_is_away_is_an_error_within_bounds_and_is_found_when_it_is_back(
    own_kafka: KafkaServer, connect: Connect
) -> None:
    log = connect(own_kafka.address, patience=2.0)
    log.create_topics({"topic": 1})
    log.append("topic", [record(0)])
    subscription = log.subscribe("group", ["topic"])
    held = receive_until_first(subscription)
    own_kafka.stop()

    def wait_for_a_record() -> None:
        for _ in range(15):
            subscription.receive(1, 1.0)

    for use in (
        lambda: log.append("topic", [record(1)]),
        lambda: subscription.done(held),
        wait_for_a_record,
        lambda: log.lag("group", ["topic"]),
        lambda: log.subscribe("other", ["topic"]),
        lambda: list(log.read("topic")),
    ):
        begun = time.monotonic()
        with pytest.raises(OutOfReach, match=own_kafka.address):
            use()
        assert time.monotonic() - begun < 15
    threads = threading.active_count()
    for _ in range(3):
        with pytest.raises(OutOfReach):
            connect(own_kafka.address, patience=0.5).lag("group", ["topic"])
    assert threading.active_count() <= threads, "each failed call left a thread behind"

    own_kafka.start()
    subscription.done(held)
    log.append("topic", [record(2)])
    assert {2} <= {int(r.value) for r in receive_until(subscription, {2})}
    assert log.lag("group", ["topic"]) == {"topic": 0}


def receive_until_first(subscription: Subscription) -> list[LogRecord]:
    received: list[LogRecord] = []
    deadline = time.monotonic() + 30
    while not received and time.monotonic() < deadline:
        received = subscription.receive(10, 1.0)
    return received


def test_nothing_is_connected_before_it_is_needed(connect: Connect) -> None:
    log = connect("127.0.0.1:9", patience=60)
    log.close()


def test_an_address_that_is_none_is_told_as_such(connect: Connect) -> None:
    with pytest.raises(BadInput, match="HARMATTAN_KAFKA: 'broker:port' is no address"):
        connect("broker:port").lag("group", ["topic"])


def test_topics_take_the_logs_own_time_and_keep_records_as_long_as_they_should(
    kafka_server: RunningServer, kafka_prefix: str, connect: Connect
) -> None:
    connect(kafka_server.address, retention=timedelta(days=3)).create_topics({f"{kafka_prefix}t": 1})
    with KafkaAdminClient(bootstrap_servers=kafka_server.address) as admin:
        (found,) = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, f"{kafka_prefix}t")]).values()
    (configs,) = found.values() if isinstance(found, dict) and len(found) == 1 else (found,)
    assert configs["message.timestamp.type"]["value"] == "LogAppendTime"
    assert configs["retention.ms"]["value"] == str(3 * 24 * 3600 * 1000)


def test_a_topic_that_takes_less_than_it_should_says_what_to_change(
    kafka_server: RunningServer, kafka_prefix: str, connect: Connect
) -> None:
    topic = f"{kafka_prefix}small"
    with KafkaAdminClient(bootstrap_servers=kafka_server.address) as admin:
        admin.create_topics({topic: {"num_partitions": 1, "configs": {"max.message.bytes": "1000"}}})
    log = connect(kafka_server.address)
    with pytest.raises(CannotHandle, match="too large: raise the topic's max"):
        log.append(topic, [NewRecord("k", os.urandom(10_000))])
    log.append(topic, [NewRecord("k", b"small")])
    assert [r.value for r in log.read(topic)] == [b"small"]


class SecureKafka(KafkaServer):
    """A broker with a second listener, which asks for TLS and a sign-in."""

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(directory, settings)
        self.secure_address = f"127.0.0.1:{free_port()}"
        self.ca = directory / "ca.pem"

    def _defaults(self) -> dict[str, str]:
        defaults = super()._defaults()
        key = self.directory / "key.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
                *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.ca),
            ],
            check=True,
            capture_output=True,
        )
        store = self.directory / "store.pem"
        store.write_text(key.read_text() + self.ca.read_text())
        return defaults | {
            "listeners": f"{defaults['listeners']},SECURE://{self.secure_address}",
            "advertised.listeners": f"{defaults['advertised.listeners']},SECURE://{self.secure_address}",
            "listener.security.protocol.map": f"{defaults['listener.security.protocol.map']},SECURE:SASL_SSL",
            "listener.name.secure.ssl.keystore.type": "PEM",
            "listener.name.secure.ssl.keystore.location": str(store),
            "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
        }


def test_a_broker_may_ask_for_tls_and_a_sign_in(own_server: StartServer, connect: Connect) -> None:
    server = own_server(SecureKafka)
    with KafkaAdminClient(bootstrap_servers=server.address) as admin:
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion("worker", ScramMechanism.SCRAM_SHA_512, b"wind and sand", iterations=4096)]
        )
    log = connect(server.secure_address, ca=server.ca, username="worker", password="wind and sand")
    log.create_topics({"topic": 1})
    log.append("topic", [record(1)])
    assert [r.value for r in receive_until(log.subscribe("group", ["topic"]), {1})] == [b"1"]

    stranger = connect(server.secure_address, 1.0, ca=server.ca, username="worker", password="guessed")
    with pytest.raises(OutOfReach, match="the user, the password and the CA") as raised:
        stranger.append("topic", [record(2)])
    assert "guessed" not in str(raised.value)
    with pytest.raises(OutOfReach, match="the user, the password and the CA"):
        connect(server.secure_address, 1.0).append("topic", [record(2)])


def test_a_password_is_never_sent_in_the_clear(connect: Connect) -> None:
    with pytest.raises(BadInput, match="HARMATTAN_KAFKA_CA"):
        connect("127.0.0.1:9", username="worker", password="wind and sand", mechanism="PLAIN")


def test_a_ca_that_is_not_there_is_told_at_once(tmp_path: Path, connect: Connect) -> None:
    with pytest.raises(BadInput, match=f"there is no file {tmp_path}/ca.pem"):
        connect("127.0.0.1:9", ca=tmp_path / "ca.pem")
