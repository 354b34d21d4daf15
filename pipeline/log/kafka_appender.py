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

TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
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
        with self._clients.errors(topic):
            try:
                self._attempt(self._open(), topic, records)
            except TOO_LARGE:
                # After such a refusal the client gives up whatever other threads were sending too, with the same error.
                # Only a producer of its own can tell whose record it was.
                self._attempt_alone(topic, records)

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

    def _attempt(self, producer: Any, topic: str, records: Sequence[NewRecord]) -> None:
        try:
            _send(producer, topic, records, self._clients.patience + GRACE)
        except Exception:
            # What state the producer and its batches are in can't be known: the next append begins afresh.
            self._discard(producer)
            raise

    def _attempt_alone(self, topic: str, records: Sequence[NewRecord]) -> None:
        producer = self._clients.producer()
        try:
            _send(producer, topic, records, self._clients.patience + GRACE)
        except TOO_LARGE as error:
            raise CannotHandle(
                f"{topic} refuses a record as too large: raise the topic's max.message.bytes (and message.max.bytes)"
            ) from error
        finally:
            self._discard(producer)

    def _discard(self, producer: Any) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        self._known.clear()
        threading.Thread(target=_abandon, args=(producer,), name="kafka-producer-end", daemon=True).start()


def _send(producer: Any, topic: str, records: Sequence[NewRecord], timeout: float) -> None:
    sent = [producer.send(topic, key=record.key.encode(), value=record.value) for record in records]
    producer.flush(timeout)
    for future in sent:
        future.get(0)


def _abandon(producer: Any) -> None:
    try:
        producer.close(0)
    except KafkaError:
        producer.close(GRACE)
