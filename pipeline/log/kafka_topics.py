"""Topics in Kafka: made, measured, told apart and shortened."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import TopicPartition  # type: ignore[import-untyped]
from kafka.admin import OffsetSpec  # type: ignore[import-untyped]
from kafka.errors import TopicAlreadyExistsError, for_code  # type: ignore[import-untyped]

from pipeline.log.interface import LARGEST_RECORD
from pipeline.log.kafka_clients import KafkaClients
from pipeline.log.limits import ENVELOPE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

Offsets = Mapping[TopicPartition, int]


class KafkaTopics:
    """Everything that is asked about topics, apart from their records."""

    def __init__(self, clients: KafkaClients, retention: timedelta) -> None:
        """Take how long new topics keep their records."""
        self._clients = clients
        self._retention = retention

    def create(self, topics: Mapping[str, int]) -> None:
        """Create the topics that are missing."""
        answer = self._clients.ask(lambda: self._create(topics))
        made = []
        for topic in answer["topics"]:
            error = for_code(topic["error_code"])
            if error is TopicAlreadyExistsError:
                continue
            if topic["error_code"]:
                raise self._clients.out_of_reach(error(f"{topic['name']}: {topic['error_message']}"))
            made.append(topic["name"])
        self._clients.ask(lambda: self._clients.admin().wait_for_topics(made))

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Give the topic's partitions. Raises BadInput for an unknown topic."""
        return [TopicPartition(topic, one["partition_index"]) for one in self._describe(topic)["partitions"]]

    def incarnation(self, topic: str) -> str:
        """Give the id that the cluster gave the topic when it was created."""
        return str(self._describe(topic)["topic_id"])

    def beginnings(self, topic: str) -> Offsets:
        """Give each partition's first offset."""
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def ends(self, topic: str) -> Offsets:
        """Give the offset after each partition's last record."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def at(self, topic: str, moment: datetime) -> Offsets:
        """Give each partition's first offset that was appended at the moment or later, or its end."""
        # The ends first: what is appended between the two questions is then not counted among the older records.
        ends = self.ends(topic)
        milliseconds = max(0, -((EPOCH - moment) // MILLISECOND))
        found = self._offsets(topic, milliseconds)
        return {partition: end if found[partition] < 0 else found[partition] for partition, end in ends.items()}

    def lag(self, group: str, topic: str) -> int:
        """Give how many records of the topic the group has not committed."""
        partitions = self.partitions(topic)
        answer = self._clients.ask(lambda: self._clients.admin().list_group_offsets({group: partitions}))
        committed = {partition: found.offset for partition, found in answer[group].items()}
        firsts, ends = self.beginnings(topic), self.ends(topic)
        return sum(max(0, ends[one] - max(firsts[one], committed.get(one, -1))) for one in partitions)

    def drop_before(self, topic: str, moment: datetime) -> None:
        """Drop the topic's records that were appended before the moment."""
        offsets = dict(self.at(topic, moment))
        self._clients.ask(lambda: self._clients.admin().delete_records(offsets), topic)

    def _create(self, topics: Mapping[str, int]) -> Any:
        admin = self._clients.admin()
        configs = {
            # Back-fills would expire at once by the time they were published.
            "message.timestamp.type": "LogAppendTime",
            "retention.ms": str(self._retention // MILLISECOND),
            "max.message.bytes": str(LARGEST_RECORD + ENVELOPE),
        }
        if len(admin.describe_cluster()["brokers"]) == 1:
            # A broker by itself acknowledges from memory, which a power cut empties; several have each other.
            configs["flush.messages"] = "1"
        wanted = {topic: {"num_partitions": partitions, "configs": configs} for topic, partitions in topics.items()}
        return admin.create_topics(wanted, raise_errors=False)

    def _describe(self, topic: str) -> Any:
        def question() -> Any:
            (found,) = self._clients.admin().describe_topics([topic])
            error = for_code(found["error_code"])
            if found["error_code"]:
                raise error(topic)
            return found

        return self._clients.ask(question, topic)

    def _offsets(self, topic: str, spec: int) -> Offsets:
        partitions = dict.fromkeys(self.partitions(topic), spec)
        found = self._clients.ask(lambda: self._clients.admin().list_partition_offsets(partitions), topic)
        return {partition: one.offset for partition, one in found.items()}
