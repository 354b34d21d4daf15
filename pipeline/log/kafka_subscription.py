"""A membership in a Kafka consumer group."""

import threading
import time
from collections.abc import Iterable, Sequence

from kafka.errors import (  # type: ignore[import-untyped]
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from pipeline.log.interface import LogRecord
from pipeline.log.kafka_clients import KafkaClients
from pipeline.log.kafka_inbox import Inbox
from pipeline.log.kafka_poller import KafkaPoller

REBALANCING = (RebalanceInProgressError, CommitFailedError, IllegalGenerationError, UnknownMemberIdError)
SETTLING = 0.05


class KafkaSubscription:
    """One member of a group."""

    def __init__(self, clients: KafkaClients, group: str, topics: Sequence[str], session: float) -> None:
        """Begin to join the group; `session` is how many seconds it outlives its process. Raises OutOfReach."""
        self._clients = clients
        self._inbox = Inbox()
        self._poller = KafkaPoller(clients, self._inbox, group, topics, session)
        self._committing = threading.Lock()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether this member has left the group."""
        return self._closed

    def receive(self, most: int, timeout: float) -> list[LogRecord]:
        """Wait for records of this member's partitions."""
        if self._closed:
            raise RuntimeError("this subscription is closed")
        return self._inbox.take(most, timeout)

    def done(self, records: Iterable[LogRecord]) -> None:
        """Mark the records, and commit what has become an unbroken beginning."""
        self._inbox.finish(records)
        with self._committing, self._clients.errors():
            deadline = time.monotonic() + self._clients.patience
            # During a rebalance no commit is taken. After it, what is still this member's is committed, and the rest is
            # no longer its business.
            while due := self._inbox.uncommitted():
                try:
                    self._poller.commit(due, max(0.1, deadline - time.monotonic()))
                except REBALANCING as error:
                    self._wait_for_rebalance(error, deadline)
                else:
                    self._inbox.commit(due)

    def close(self) -> None:
        """Leave the group."""
        if not self._closed:
            self._closed = True
            self._poller.close()

    def _wait_for_rebalance(self, error: KafkaError, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise error
        time.sleep(SETTLING)
