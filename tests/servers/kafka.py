"""A real Kafka broker: one node that is broker and controller, from the published jars."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.servers.jars import build_once, fetch_jars, java
from tests.servers.process import ServerProcess, ServerUnavailableError, free_port

VERSION = "4.3.1"
CLUSTER_ID = "aGFybWF0dGFuLXRlc3RzMQ"


class KafkaServer(ServerProcess):
    """A broker whose address is what clients call bootstrap servers."""

    name = "Kafka"

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take a folder of its own, and settings as they stand in `server.properties`."""
        super().__init__(directory, settings)
        self._port, self._controller_port = free_port(), free_port()

    @classmethod
    def fetch(cls) -> Path:
        return build_once(f"kafka-{VERSION}", lambda target: fetch_jars("kafka.xml", target))

    @property
    def version(self) -> str:
        return VERSION

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def answers(self) -> bool:
        return kafka_answers(self.address)

    def _command(self) -> list[str]:
        options = ["-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        run = [java(), *options, "-cp", f"{self.fetch()}/*"]
        properties = self.directory / "server.properties"
        if not properties.exists():
            self._format(run, properties)
        return [*run, "kafka.Kafka", str(properties)]

    def _format(self, run: list[str], properties: Path) -> None:
        settings = self._defaults() | self.settings
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        unfinished = properties.with_suffix(".unfinished")
        unfinished.write_text(text)
        command = [*run, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(unfinished)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerUnavailableError(f"Kafka could not format its storage: {done.stderr or done.stdout}")
        unfinished.rename(properties)

    def _defaults(self) -> dict[str, str]:
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.directory / "data"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            # A machine that has much else to do may hold up the heartbeats; a broker that is taken for dead leads nothing.
            "broker.session.timeout.ms": "30000",
            "broker.heartbeat.interval.ms": "500",
            # One node, so one copy of everything; few partitions, because each is a folder to open at start.
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "2",
        }


def kafka_answers(address: str) -> bool:
    """Whether a broker at the address has joined its cluster and takes requests."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=address, request_timeout_ms=3000, bootstrap_timeout_ms=1000)
    except (KafkaError, OSError):
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        admin.close()
