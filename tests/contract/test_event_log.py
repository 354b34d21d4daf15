"""What every event log does, whatever keeps it."""

import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from pipeline.errors import BadInput, CannotHandle, OutOfReach
from pipeline.log.interface import LARGEST_RECORD, EventLog, LogRecord, NewRecord, Subscription
from tests.log.client import open_log

DEADLINE = 60.0


class LogUnderTest:
    """A log, any number of clients of it in this process and others, and names that nobody else uses."""

    long_lease = 40.0

    def __init__(self, address: str, prefix: str, shortest_lease: float) -> None:
        self.address = address
        self.shortest_lease = shortest_lease
        self._prefix = prefix
        self._clients: list[EventLog] = []
        self._processes: list[subprocess.Popen[str]] = []

    def client(self, lease: float | None = None) -> EventLog:
        log = open_log(self.address, lease)
        self._clients.append(log)
        return log

    def name(self) -> str:
        return self._prefix + uuid.uuid4().hex[:8]

    def topic(self, partitions: int = 1) -> str:
        topic = self.name()
        self.client().create_topics({topic: partitions})
        return topic

    def process(self, *command: str) -> subprocess.Popen[str]:
        run = [sys.executable, "-m", "tests.log.client", self.address, str(self.shortest_lease), *command]
        process = subprocess.Popen(run, stdout=subprocess.PIPE, text=True)
        self._processes.append(process)
        return process

    def delete(self, topic: str) -> None:
        if self.address.startswith("kafka://"):
            with KafkaAdminClient(bootstrap_servers=self.address.removeprefix("kafka://")) as admin:
                admin.delete_topics([topic])
        else:
            self.close()
            Path(self.address).unlink()

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        for client in self._clients:
            client.close()


@pytest.fixture(params=["sqlite", "kafka"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogUnderTest]:
    if request.param == "sqlite":
        under_test = LogUnderTest(str(tmp_path / "log.sqlite"), "", shortest_lease=1.0)
    else:
        server = request.getfixturevalue("kafka_server")
        prefix = request.getfixturevalue("kafka_prefix")
        under_test = LogUnderTest(f"kafka://{server.address}", prefix, shortest_lease=6.0)
    yield under_test
    under_test.close()


def numbered(count: int, key: Callable[[int], str] = lambda n: "key") -> list[NewRecord]:
    return [NewRecord(key(n), str(n).encode()) for n in range(count)]


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def values(records: Iterable[LogRecord]) -> list[int]:
    return [int(record.value) for record in records]


def receive(subscription: Subscription, count: int) -> list[LogRecord]:
    received: list[LogRecord] = []
    deadline = time.monotonic() + DEADLINE
    while len(received) < count and time.monotonic() < deadline:
        received += subscription.receive(count - len(received), 0.5)
    return received


def eventually(holds: Callable[[], bool], within: float = DEADLINE) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def settle(client: EventLog, topic: str, members: list[Subscription]) -> None:
    """Wait until every member has its share of the topic's partitions, and nothing is left over."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        client.append(topic, numbered(24, key=str))
        shares = [0] * len(members)
        until = time.monotonic() + 2
        while sum(shares) < 24 and time.monotonic() < until:
            for place, member in enumerate(members):
                records = member.receive(24, 0.05)
                member.done(records)
                shares[place] += len(records)
        if sum(shares) == 24 and all(shares):
            return
    raise AssertionError("the members never came to share the topic")


# ---------------------------------------------------------------------------------------------------- appending


def test_what_was_appended_survives_the_death_of_its_writer(log: LogUnderTest) -> None:
    topic = log.topic()
    writer = log.process("append", topic, "100")
    assert first_line(writer) == "appended"
    writer.kill()

    assert values(log.client().read(topic)) == list(range(100))


def test_records_come_back_as_they_were_appended(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    before = datetime.now(UTC) - timedelta(milliseconds=2)
    client.append(topic, [NewRecord("Tombouctou – تمبكتو", b"\x00\xff"), NewRecord("", b"")])
    after = datetime.now(UTC) + timedelta(milliseconds=2)

    first, second = client.read(topic)

    assert (first.topic, first.partition, first.offset) == (topic, 0, 0)
    assert (first.key, first.value) == ("Tombouctou – تمبكتو", b"\x00\xff")
    assert (second.key, second.value, second.offset) == ("", b"", 1)
    assert before <= first.appended <= second.appended <= after


def test_records_of_one_key_keep_their_order(log: LogUnderTest) -> None:
    topic, client = log.topic(partitions=3), log.client()
    for start in range(0, 200, 50):
        client.append(topic, [NewRecord(f"key {n % 7}", str(n).encode()) for n in range(start, start + 50)])

    received = receive(client.subscribe(log.name(), [topic]), 200)

    assert len({record.partition for record in received}) > 1
    for key in range(7):
        assert values(r for r in received if r.key == f"key {key}") == list(range(key, 200, 7))


def test_the_largest_record_is_taken_and_a_larger_one_is_refused_with_none_after_it(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    client.append(topic, [NewRecord("k", bytes(LARGEST_RECORD - 1))])

    with pytest.raises(CannotHandle, match="too large"):
        client.append(topic, [NewRecord("k", bytes(LARGEST_RECORD)), NewRecord("k", b"after")])

    (largest,) = receive(client.subscribe(log.name(), [topic]), 1)
    assert len(largest.value) == LARGEST_RECORD - 1
    assert len(list(client.read(topic))) == 1


def test_appending_nothing_does_nothing(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    client.append(topic, [])
    assert list(client.read(topic)) == []


def test_threads_append_side_by_side_and_nothing_is_lost(log: LogUnderTest) -> None:
    topic, client = log.topic(partitions=2), log.client()

    def append(thread: int) -> None:
        for n in range(20):
            client.append(topic, [NewRecord(f"{thread}", f"{thread * 100 + n}".encode())])

    threads = [threading.Thread(target=append, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = values(client.read(topic))
    assert sorted(found) == sorted(thread * 100 + n for thread in range(4) for n in range(20))
    assert [n for n in found if n < 100] == list(range(20))


# ------------------------------------------------------------------------------------------------------- topics


def test_creating_topics_again_leaves_them_alone(log: LogUnderTest) -> None:
    topic, client = log.topic(partitions=2), log.client()
    client.append(topic, numbered(10, key=str))
    incarnation = client.incarnation(topic)

    client.create_topics({topic: 5, log.name(): 1})

    assert sorted(values(client.read(topic))) == list(range(10))
    assert {record.partition for record in client.read(topic)} == {0, 1}
    assert client.incarnation(topic) == incarnation


def test_a_topic_that_nobody_created_is_an_error_that_says_what_to_do(log: LogUnderTest) -> None:
    client = log.client()
    missing = log.name()
    uses: list[Callable[[], object]] = [
        lambda: client.append(missing, numbered(1)),
        lambda: client.subscribe("group", [missing]),
        lambda: list(client.read(missing)),
        lambda: client.lag("group", [missing]),
        lambda: client.incarnation(missing),
        lambda: client.drop_before([missing], datetime.now(UTC)),
    ]
    for use in uses:
        with pytest.raises(BadInput, match=f"no topic {missing} .*harmattan setup"):
            use()


def test_a_topic_that_was_deleted_and_created_anew_is_another_one(log: LogUnderTest) -> None:
    topic = log.topic()
    before = log.client().incarnation(topic)
    assert log.client().incarnation(topic) == before
    log.delete(topic)

    def again() -> bool:
        with suppress(OutOfReach):  # Kafka takes a moment to forget the old one
            log.client().create_topics({topic: 1})
            return log.client().incarnation(topic) != before
        return False

    assert eventually(again)


# ------------------------------------------------------------------------------------------------------- groups


def test_a_new_group_begins_at_the_beginning(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    client.append(topic, numbered(20))
    assert values(receive(client.subscribe(log.name(), [topic]), 20)) == list(range(20))


def test_every_group_gets_every_record(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    index, alert = client.subscribe(log.name(), [topic]), client.subscribe(log.name(), [topic])
    client.append(topic, numbered(5))
    assert values(receive(index, 5)) == values(receive(alert, 5)) == list(range(5))


def test_members_of_a_group_share_its_records(log: LogUnderTest) -> None:
    topic, group = log.topic(partitions=6), log.name()
    client, another = log.client(), log.client()
    members = [client.subscribe(group, [topic]), another.subscribe(group, [topic])]
    settle(client, topic, members)

    client.append(topic, numbered(60, key=str))
    shares: list[list[int]] = [[], []]
    assert eventually(lambda: _take_turns(members, shares) == 60)

    assert sorted(shares[0] + shares[1]) == list(range(60))
    assert all(shares)


def _take_turns(members: list[Subscription], shares: list[list[int]]) -> int:
    for member, share in zip(members, shares, strict=True):
        records = member.receive(100, 0.1)
        share += values(records)
        member.done(records)
    return sum(map(len, shares))


def test_one_member_reads_several_topics(log: LogUnderTest) -> None:
    first, second, client = log.topic(), log.topic(), log.client()
    client.append(first, numbered(3))
    client.append(second, numbered(4))
    received = receive(client.subscribe(log.name(), [first, second]), 7)
    assert Counter(record.topic for record in received) == {first: 3, second: 4}


def test_receive_gives_no_more_than_it_was_asked_for_and_nothing_twice(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    client.append(topic, numbered(10))
    subscription = client.subscribe(log.name(), [topic])
    first = receive(subscription, 4)
    second = subscription.receive(3, 5.0)
    assert values(first) == [0, 1, 2, 3]
    assert values(second) == [4, 5, 6]


def test_receive_comes_back_empty_when_its_time_is_over(log: LogUnderTest) -> None:
    subscription = log.client().subscribe(log.name(), [log.topic()])
    begun = time.monotonic()
    assert subscription.receive(10, 0.3) == []
    assert 0.25 < time.monotonic() - begun < 10


def test_a_waiting_member_hears_at_once_what_another_process_appended(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    subscription = client.subscribe(log.name(), [topic])
    client.append(topic, numbered(1))
    receive(subscription, 1)
    delays = []
    writer = log.client()  # nothing is shared with the first client but the log
    for _ in range(10):
        threading.Timer(0.1, writer.append, (topic, [NewRecord("k", b"0")])).start()
        (record,) = subscription.receive(1, 10.0)
        delays.append((datetime.now(UTC) - record.appended).total_seconds())
    assert sorted(delays)[5] < 0.2


# ------------------------------------------------------------------------------------------- done and not done


def test_only_the_unbroken_beginning_of_what_is_done_is_committed(log: LogUnderTest) -> None:
    topic, group, client = log.topic(), log.name(), log.client()
    client.append(topic, numbered(5))
    subscription = client.subscribe(group, [topic])
    records = receive(subscription, 5)
    lags = []
    for finished in (4, 2, 0, 1, 3):
        subscription.done([records[finished]])
        lags.append(client.lag(group, [topic])[topic])
    assert lags == [5, 5, 4, 2, 0]


def test_what_was_not_done_when_its_member_left_is_received_again(log: LogUnderTest) -> None:
    topic, group, client = log.topic(), log.name(), log.client()
    client.append(topic, numbered(6))
    leaving = client.subscribe(group, [topic])
    records = receive(leaving, 6)
    leaving.done([*records[:2], records[4]])
    leaving.close()

    assert values(receive(client.subscribe(group, [topic]), 4)) == [2, 3, 4, 5]


def test_what_was_not_done_when_its_member_was_killed_is_received_again(log: LogUnderTest) -> None:
    topic, group, client = log.topic(), log.name(), log.client()
    client.append(topic, numbered(10))
    victim = log.process("hold", group, topic, "4")
    assert first_line(victim) == "holding 6"
    heir = client.subscribe(group, [topic])
    victim.kill()

    begun = time.monotonic()
    assert values(receive(heir, 6)) == [4, 5, 6, 7, 8, 9]
    assert time.monotonic() - begun < log.shortest_lease + 20


def test_a_done_record_stays_done_for_members_to_come(log: LogUnderTest) -> None:
    topic, group = log.topic(), log.name()
    first = log.client()
    first.append(topic, numbered(3))
    subscription = first.subscribe(group, [topic])
    subscription.done(receive(subscription, 3))
    first.close()

    later = log.client()
    assert later.lag(group, [topic]) == {topic: 0}
    assert later.subscribe(group, [topic]).receive(10, 1.0) == []


def test_records_may_be_done_in_one_thread_while_another_receives(log: LogUnderTest) -> None:
    topic, group, client = log.topic(), log.name(), log.client()
    subscription = client.subscribe(group, [topic])
    client.append(topic, numbered(50))
    records = receive(subscription, 50)
    waiting = threading.Thread(target=subscription.receive, args=(1, 5.0))
    waiting.start()
    for record in records:
        subscription.done([record])
    assert client.lag(group, [topic]) == {topic: 0}
    client.append(topic, numbered(1))
    waiting.join()


# --------------------------------------------------------------------------------------------------- rebalances


def test_a_newcomer_gets_its_share_of_a_batch_that_another_holds(log: LogUnderTest) -> None:
    topic, group = log.topic(partitions=6), log.name()
    client, another = log.client(), log.client()
    client.append(topic, numbered(60, key=str))
    holder = client.subscribe(group, [topic])
    held = receive(holder, 60)

    newcomer = another.subscribe(group, [topic])
    moved = newcomer.receive(60, DEADLINE)
    while more := newcomer.receive(60, 2.0):
        moved += more

    assert {record.partition for record in moved} < {record.partition for record in held}
    holder.done(held)
    assert client.lag(group, [topic]) == {topic: len(moved)}
    assert holder.receive(60, 0.5) == []
    newcomer.done(moved)
    assert client.lag(group, [topic]) == {topic: 0}


def test_three_members_share_six_partitions_evenly(log: LogUnderTest) -> None:
    topic, group = log.topic(partitions=6), log.name()
    clients = [log.client() for _ in range(3)]
    members = [client.subscribe(group, [topic]) for client in clients]
    settle(clients[0], topic, members)

    def shared_evenly() -> bool:
        clients[0].append(topic, numbered(60, key=str))
        partitions: list[set[int]] = [set(), set(), set()]
        while clients[0].lag(group, [topic]) != {topic: 0}:
            for member, seen in zip(members, partitions, strict=True):
                records = member.receive(60, 0.1)
                member.done(records)
                seen |= {record.partition for record in records}
        return sorted(map(len, partitions)) == [2, 2, 2]

    # A member that the machine held up for longer than its short lease here loses its share for a moment.
    assert eventually(shared_evenly)


def test_a_member_that_leaves_hands_over_at_once(log: LogUnderTest) -> None:
    topic, group = log.topic(partitions=2), log.name()
    client, another = log.client(log.long_lease), log.client(log.long_lease)
    leaving, staying = client.subscribe(group, [topic]), another.subscribe(group, [topic])
    settle(client, topic, [leaving, staying])

    leaving.close()
    client.append(topic, numbered(20, key=str))
    begun = time.monotonic()
    received = receive(staying, 20)

    assert sorted(values(received)) == list(range(20))
    assert time.monotonic() - begun < log.long_lease / 2


def test_a_client_that_closes_leaves_its_groups(log: LogUnderTest) -> None:
    topic, group = log.topic(), log.name()
    client, another = log.client(log.long_lease), log.client(log.long_lease)
    client.append(topic, numbered(3))
    receive(client.subscribe(group, [topic]), 3)
    heir = another.subscribe(group, [topic])
    client.close()

    begun = time.monotonic()
    assert values(receive(heir, 3)) == [0, 1, 2]
    assert time.monotonic() - begun < log.long_lease / 2


def test_a_batch_that_takes_longer_than_the_lease_costs_nothing(log: LogUnderTest) -> None:
    topic, group = log.topic(), log.name()
    slow, other = log.client(log.shortest_lease), log.client(log.shortest_lease)
    slow.append(topic, numbered(3))
    subscription = slow.subscribe(group, [topic])
    records = receive(subscription, 3)
    idle = other.subscribe(group, [topic])

    assert idle.receive(3, log.shortest_lease * 1.5) == []  # this is how long the batch takes
    subscription.done(records)

    assert slow.lag(group, [topic]) == {topic: 0}
    assert idle.receive(3, 0.5) == []


def test_nothing_is_lost_when_workers_are_killed_and_replaced(log: LogUnderTest) -> None:
    topic, group, client = log.topic(partitions=4), log.name(), log.client()
    workers = [log.process("work", group, topic) for _ in range(2)]
    for worker in workers:
        assert first_line(worker) == "working"
    for start in range(0, 300, 30):
        client.append(topic, [NewRecord(str(n), str(n).encode()) for n in range(start, start + 30)])
        if start in (60, 180):
            workers[-2].kill()
            workers.append(log.process("work", group, topic))
    assert eventually(lambda: client.lag(group, [topic]) == {topic: 0})
    said: list[str] = []
    for worker in workers:
        worker.kill()
        said += worker.communicate()[0].split()

    assert {int(line) for line in said if line.isdigit()} == set(range(300))


# ---------------------------------------------------------------------------------------- reading without a group


def test_reading_begins_and_ends_at_moments(log: LogUnderTest) -> None:
    topic, client = log.topic(), log.client()
    for n in range(4):
        client.append(topic, [NewRecord("k", str(n).encode())])
        time.sleep(0.005)  # so that no two have the same millisecond
    moments = [record.appended for record in client.read(topic)]

    assert values(client.read(topic, since=moments[1])) == [1, 2, 3]
    assert values(client.read(topic, until=moments[3])) == [0, 1, 2]
    assert values(client.read(topic, since=moments[1], until=moments[3])) == [1, 2]
    assert values(client.read(topic, since=moments[3] + timedelta(milliseconds=1))) == []
    assert values(client.read(topic, until=moments[0])) == []


def test_reading_ends_where_the_log_ended_when_it_began(log: LogUnderTest) -> None:
    topic, client = log.topic(partitions=2), log.client()
    client.append(topic, numbered(500, key=str))
    reading = client.read(topic)
    first = next(reading)
    client.append(topic, numbered(500, key=str))
    assert sorted([*values([first]), *values(reading)]) == list(range(500))


def test_reading_does_not_touch_groups(log: LogUnderTest) -> None:
    topic, group, client = log.topic(), log.name(), log.client()
    client.append(topic, numbered(3))
    subscription = client.subscribe(group, [topic])
    assert len(list(client.read(topic))) == 3
    assert client.lag(group, [topic]) == {topic: 3}
    assert values(receive(subscription, 3)) == [0, 1, 2]


# ------------------------------------------------------------------------------------------- lag and retention


def test_lag_counts_from_the_beginning_for_a_group_that_never_committed(log: LogUnderTest) -> None:
    topic, empty, client = log.topic(partitions=3), log.topic(), log.client()
    client.append(topic, numbered(7, key=str))
    assert client.lag(log.name(), [topic, empty]) == {topic: 7, empty: 0}


def test_dropped_records_are_gone_and_count_for_no_lag(log: LogUnderTest) -> None:
    topic, group, client = log.topic(), log.name(), log.client()
    for n in range(4):
        client.append(topic, [NewRecord("k", str(n).encode())])
        time.sleep(0.005)
    moments = [record.appended for record in client.read(topic)]

    client.drop_before([topic], moments[2])

    assert values(client.read(topic)) == [2, 3]
    assert client.lag(group, [topic]) == {topic: 2}
    subscription = client.subscribe(group, [topic])
    subscription.done(receive(subscription, 2))
    assert client.lag(group, [topic]) == {topic: 0}
    client.append(topic, [NewRecord("k", b"4")])
    assert values(receive(subscription, 1)) == [4]


# --------------------------------------------------------------------------------------------------- out of reach


@pytest.mark.parametrize("address", ["{folder}/missing/log.sqlite", "{folder}/not-a-log", "kafka://127.0.0.1:9"])
def test_a_log_out_of_reach_says_where_it_is_and_what_to_check(tmp_path: Path, address: str) -> None:
    (tmp_path / "not-a-log").write_text("Dear diary, " * 1000)
    address = address.format(folder=tmp_path)
    client = open_log(address, patience=1.0)
    uses: list[Callable[[], object]] = [
        lambda: client.subscribe("group", ["topic"]),
        lambda: client.append("topic", numbered(1)),
    ]
    for use in uses:
        begun = time.monotonic()
        with pytest.raises(OutOfReach, match=address.removeprefix("kafka://")) as raised:
            use()
        assert time.monotonic() - begun < 15
        assert "check" in str(raised.value) or "move it away" in str(raised.value)
    client.close()
