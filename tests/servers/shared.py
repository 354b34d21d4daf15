"""The file in which `make servers` says what it started, so that test runs can use those servers instead of their own."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.servers.elasticsearch import ElasticsearchServer, elasticsearch_answers
from tests.servers.jars import CACHE
from tests.servers.kafka import KafkaServer, kafka_answers
from tests.servers.postgres import PostgresServer, postgres_answers
from tests.servers.process import RunningServer

SHARED_FILE = Path(os.environ.get("HARMATTAN_TEST_SERVERS") or CACHE / "running.json")
ANSWERS: Mapping[str, Callable[[str], bool]] = {
    KafkaServer.name: kafka_answers,
    ElasticsearchServer.name: elasticsearch_answers,
    PostgresServer.name: postgres_answers,
}


def shared_server(name: str) -> RunningServer | None:
    """The server of that name if one was left running for all and answers now."""
    try:
        entries = json.loads(SHARED_FILE.read_text())
    except (OSError, ValueError):
        return None
    server = next((RunningServer(**entry) for entry in entries if entry["name"] == name), None)
    return server if server and ANSWERS[name](server.address) else None


def write_shared(servers: list[RunningServer]) -> None:
    """Say which servers are there for all; an empty list says that there are none any more."""
    if not servers:
        SHARED_FILE.unlink(missing_ok=True)
        return
    SHARED_FILE.parent.mkdir(parents=True, exist_ok=True)
    unfinished = SHARED_FILE.with_suffix(".unfinished")
    unfinished.write_text(json.dumps([vars(server) for server in servers], indent=2) + "\n")
    unfinished.replace(SHARED_FILE)
