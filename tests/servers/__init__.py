"""Real servers for the tests: Kafka, Elasticsearch and PostgreSQL, started without containers."""

from tests.servers.elasticsearch import ElasticsearchServer
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresServer
from tests.servers.process import RunningServer, ServerProcess, ServerUnavailableError

__all__ = [
    "ElasticsearchServer",
    "KafkaServer",
    "PostgresServer",
    "RunningServer",
    "ServerProcess",
    "ServerUnavailableError",
]
