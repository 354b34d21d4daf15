"""The thread that keeps a process's membership in a Kafka consumer group alive and fetches ahead of the worker."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from kafka import ConsumerRebalanceListener, TopicPartition  # type: ignore[import-untyped]
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor  # type: ignore[import-untyped]
from kafka.errors import KafkaError  # type: ignore[import-untyped]
from kafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]

from pipeline.errors import HarmattanError
from pipeline.log.kafka_clients import KafkaClients
from pipeline.log.kafka_inbox import Inbox
from pipeline.log.kafka_reader import log_record

logger = logging.getLogger(__name__)

POLL = 0.25
AT_ONCE = 500
AFTER_TROUBLE = 0.5
# A broker that went away makes polls come back empty, not fail: when nothing came for so long, in seconds, it is asked.
ASK_AFTER = 3.0
HEARTBEATS_A_SESSION = 20
LEAVE_WITHIN = 5.0


class KafkaPoller:
    """Owns the consumer. Polling never stops, however long a batch takes: a full inbox pauses the fetching alone."""

    def __init__(self, clients: KafkaClients, inbox: Inbox, group: str, topics: Sequence[str], session: float) -> None:
        """Connect and begin to join the group; `session` is how many seconds it outlives its process."""
        self._clients = clients
        self._inbox = inbox
        self._topic = topics[0]
        self._stop = threading.Event()
        self._heard = time.monotonic()
        self._consumer = clients.consumer(
            group_id=group,
            session_timeout_ms=int(session * 1000),
            heartbeat_interval_ms=int(session * 1000 / HEARTBEATS_A_SESSION),
            max_poll_interval_ms=60_000,
            # Partitions that stay with their owner go on being worked on while others move.
            partition_assignment_strategy=[CooperativeStickyAssignor],
        )
        self._consumer.subscribe(list(topics), listener=_Rebalances(inbox))
        self._thread = threading.Thread(target=self._run, name=f"kafka-poller-{group}", daemon=True)
        self._thread.start()

    def commit(self, offsets: Mapping[TopicPartition, int], timeout: float) -> None:
        """Commit the offsets, from any thread: the client hands commits to its network thread. Raises KafkaError."""
        whole = {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()}
        self._consumer.commit(whole, timeout_ms=int(timeout * 1000))

    def close(self) -> None:
        """Leave the group."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    with self._clients.errors(self._topic):
                        self._poll()
                except HarmattanError as error:
                    self._inbox.trouble(error)
                    self._stop.wait(AFTER_TROUBLE)
                except Exception as error:
                    # How far the fetching has come is not known now: only a new member begins where it was committed.
                    logger.exception("polling Kafka for %s failed", self._topic)
                    why = f"{type(error).__name__}: {error}"
                    self._inbox.trouble(HarmattanError(f"the Kafka client failed ({why}): start the worker again"))
                    return
        finally:
            # Where the broker can't be told, the session ends by itself.
            with suppress(KafkaError, RuntimeError, OSError):
                self._consumer.close(timeout_ms=int(LEAVE_WITHIN * 1000))

    def _poll(self) -> None:
        self._keep_joining()
        if self._inbox.full:
            self._consumer.pause(*self._consumer.assignment())
        else:
            self._consumer.resume(*self._consumer.paused())
        batches = self._consumer.poll(timeout_ms=int(POLL * 1000), max_records=AT_ONCE)
        if batches:
            self._inbox.put(log_record(record) for batch in batches.values() for record in batch)
            self._answered()
        elif time.monotonic() - self._heard > ASK_AFTER:
            self._consumer.end_offsets([TopicPartition(self._topic, 0)], timeout_ms=int(self._clients.patience * 1000))
            self._answered()

    def _keep_joining(self) -> None:
        """Have a joining that outlasts a poll seen through by the next one.

        A member joins anew when it learns of partitions. kafka-python (3.0.12) forgets that it does so once it has shared the
        partitions out; when the poll ends before the broker's answer, nobody takes that, no sign of life is sent any more, and
        the member is out of its group for good.
        """
        coordinator = self._consumer._coordinator
        if coordinator is not None and coordinator._join_task is not None:
            coordinator.request_rejoin()

    def _answered(self) -> None:
        self._heard = time.monotonic()
        self._inbox.trouble(None)


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._inbox.gain(assigned)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._inbox.lose(revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._inbox.lose(lost)
