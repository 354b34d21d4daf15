"""Reading a Kafka topic from one moment to another, without a group."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from kafka import TopicPartition  # type: ignore[import-untyped]
from kafka.errors import KafkaTimeoutError  # type: ignore[import-untyped]

from pipeline.log.interface import LogRecord
from pipeline.log.kafka_clients import KafkaClients
from pipeline.log.kafka_topics import EPOCH, KafkaTopics, Offsets

POLL = 500


def log_record(record: Any) -> LogRecord:
    """Give a record of the client library's as one of the port's."""
    return LogRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        value=record.value or b"",
        appended=EPOCH + timedelta(milliseconds=record.timestamp),
    )


def read_topic(
    clients: KafkaClients, topics: KafkaTopics, topic: str, since: datetime | None, until: datetime | None
) -> Iterator[LogRecord]:
    """Give the records between the two moments, up to the end as it is at this call."""
    starts = topics.beginnings(topic) if since is None else topics.at(topic, since)
    ends = topics.ends(topic) if until is None else topics.at(topic, until)
    return _records(clients, starts, {one: end for one, end in ends.items() if starts[one] < end})


def _records(clients: KafkaClients, starts: Offsets, ends: Offsets) -> Iterator[LogRecord]:
    if not ends:
        return
    consumer = clients.consumer()
    try:
        with clients.errors():
            consumer.assign(list(ends))
            for partition in ends:
                consumer.seek(partition, starts[partition])
        yield from _until(clients, consumer, dict(ends))
    finally:
        consumer.close()


def _until(clients: KafkaClients, consumer: Any, ends: dict[Any, int]) -> Iterator[LogRecord]:
    heard = time.monotonic()
    while ends:
        with clients.errors():
            batches = consumer.poll(timeout_ms=POLL)
            if batches:
                heard = time.monotonic()
            elif time.monotonic() - heard > clients.patience:
                raise KafkaTimeoutError(f"nothing came for {clients.patience:.0f} s")
        for partition, batch in batches.items():
            yield from (log_record(record) for record in batch if record.offset < ends.get(partition, 0))
        with clients.errors():
            for partition in _at_end(clients, consumer, ends):
                del ends[partition]
                consumer.pause(partition)


def _at_end(clients: KafkaClients, consumer: Any, ends: Offsets) -> list[TopicPartition]:
    # By position, because the last offsets before the end may hold no records.
    timeout = int(clients.patience * 1000)
    return [one for one, end in ends.items() if (consumer.position(one, timeout_ms=timeout) or 0) >= end]
