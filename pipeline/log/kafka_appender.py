"""Appending to Kafka."""

import threading
from collections.abc import Sequence
from typing import Any

from kafka.errors import (  # type: ignore[import-untyped]
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from pipeline.errors import CannotHandle
from pipeline.log.interface import NewRecord
from pipeline.log.kafka_clients import KafkaClients
from pipeline.log.kafka_topics import KafkaTopics
from pipeline.log.limits import refuse_too_large

# How much longer than the client's own limit to wait, in seconds, so that it is the client that gives up.
GRACE = 2.0


class KafkaAppender:
    """One producer for all threads of the process."""

    def __init__(self, clients: KafkaClients, topics: KafkaTopics) -> None:
        """Take how to connect; the connection is made by the first append."""
        self._clients = clients
        self._topics = topics
        self._lock = threading.Lock()
        self._producer: Any = None
        self._known: set[str] = set()

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        """Append the records and wait until they are acknowledged."""
        refuse_too_large(topic, records)
        if topic not in self._known:
            self._topics.partitions(topic)
            self._known.add(topic)
        producer = self._open()
        try:
            with self._clients.errors(topic):
                self._send(producer, topic, records)
        except CannotHandle:
            raise
        except Exception:
            # What state the producer and its batches are in can't be known: the next append begins afresh.
            self._discard(producer)
            raise

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(self._clients.patience)

    def _open(self) -> Any:
        with self._lock:
            if self._producer is None:
                self._producer = self._clients.producer()
            return self._producer

    def _send(self, producer: Any, topic: str, records: Sequence[NewRecord]) -> None:
        sent = [producer.send(topic, key=record.key.encode(), value=record.value) for record in records]
        producer.flush(self._clients.patience + GRACE)
        try:
            for future in sent:
                future.get(0)
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            raise CannotHandle(
                f"{topic} refuses a record as too large: let the topic's max.message.bytes, and the brokers', be larger"
            ) from error

    def _discard(self, producer: Any) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        self._known.clear()
        threading.Thread(target=_abandon, args=(producer,), name="kafka-producer-end", daemon=True).start()


def _abandon(producer: Any) -> None:
    try:
        producer.close(0)
    except KafkaError:
        producer.close(GRACE)
