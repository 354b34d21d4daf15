"""What the tests that hurt a server rely on."""

import psycopg
from elasticsearch import Elasticsearch
from kafka.admin import KafkaAdminClient, NewTopic

from tests.servers import ElasticsearchServer, KafkaServer, PostgresServer


def test_a_killed_kafka_broker_comes_back_at_its_address_with_its_topics(own_kafka: KafkaServer) -> None:
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.address)
    admin.create_topics([NewTopic("kept", 3, 1)])
    admin.close()

    own_kafka.kill()
    assert not own_kafka.answers()
    own_kafka.start()

    admin = KafkaAdminClient(bootstrap_servers=own_kafka.address)
    assert "kept" in admin.list_topics()
    admin.close()


def test_a_killed_elasticsearch_node_comes_back_at_its_address_with_its_documents(
    own_elasticsearch: ElasticsearchServer,
) -> None:
    with Elasticsearch(own_elasticsearch.address) as client:
        client.indices.create(index="kept", settings={"number_of_replicas": 0, "codec": "best_compression"})
        client.index(index="kept", id="1", document={"title": "kept"})

        own_elasticsearch.kill()
        assert not own_elasticsearch.answers()
        own_elasticsearch.start()

        assert client.get(index="kept", id="1")["_source"] == {"title": "kept"}


def test_a_killed_postgresql_server_comes_back_at_its_address_with_its_rows(own_postgres: PostgresServer) -> None:
    with psycopg.connect(own_postgres.address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")

    own_postgres.kill()
    assert not own_postgres.answers()
    own_postgres.start()

    with psycopg.connect(own_postgres.address) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
