"""The event log in Kafka 4."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.log.interface import LogRecord, NewRecord
from pipeline.log.kafka_appender import KafkaAppender
from pipeline.log.kafka_clients import KafkaClients
from pipeline.log.kafka_reader import read_topic
from pipeline.log.kafka_subscription import KafkaSubscription
from pipeline.log.kafka_topics import KafkaTopics


class KafkaEventLog:
    """The event log in a Kafka cluster; see the port for what its methods mean.

    Nothing is connected before the first call, and a broker that went away is found again when it is back.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        ca: Path | None = None,
        username: str | None = None,
        password: str | None = None,
        mechanism: str = "SCRAM-SHA-512",
        retention: timedelta = timedelta(days=400),
        session: timedelta = timedelta(seconds=10),
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        """Take the brokers' addresses (host:port, several with commas) and how to sign in there.

        `ca` is the certificate that TLS trusts, without which there is no TLS; `retention` how long topics made here
        keep their records; `session` how long a killed member keeps its partitions (a broker allows no less than 6 s);
        `patience` how long a call waits for a broker that is away. Raises BadInput.
        """
        self._clients = KafkaClients(
            bootstrap,
            ca=ca,
            username=username,
            password=password,
            mechanism=mechanism,
            patience=patience.total_seconds(),
        )
        self._topics = KafkaTopics(self._clients, retention)
        self._appender = KafkaAppender(self._clients, self._topics)
        self._session = session.total_seconds()
        self._subscriptions: list[KafkaSubscription] = []

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create the topics that are missing."""
        self._topics.create(topics)

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        """Append the records and wait until every replica in step has them."""
        if records:
            self._appender.append(topic, records)

    def subscribe(self, group: str, topics: Sequence[str]) -> KafkaSubscription:
        """Join the group."""
        for topic in topics:
            self._topics.partitions(topic)
        subscription = KafkaSubscription(self._clients, group, topics, self._session)
        self._subscriptions = [*(one for one in self._subscriptions if not one.closed), subscription]
        return subscription

    def read(self, topic: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[LogRecord]:
        """Give the topic's records."""
        return read_topic(self._clients, self._topics, topic, since, until)

    def lag(self, group: str, topics: Sequence[str]) -> Mapping[str, int]:
        """Give how many records of each topic the group has not committed."""
        return {topic: self._topics.lag(group, topic) for topic in topics}

    def drop_before(self, topics: Sequence[str], moment: datetime) -> None:
        """Drop what was appended before the moment, where the topics' own retention has not done so already."""
        for topic in topics:
            self._topics.drop_before(topic, moment)

    def incarnation(self, topic: str) -> str:
        """Give the topic's id in the cluster."""
        return self._topics.incarnation(topic)

    def close(self) -> None:
        """Leave every group and close the connections."""
        for subscription in self._subscriptions:
            subscription.close()
        self._appender.close()
        self._clients.close()
