"""The services of docker-compose.yml, run on this machine as the file has them.

Commands, settings and health checks are the file's own. Put in are only where the servers are, without TLS, and where
the folders are that containers have mounted; the secrets come from the scripts that the file's services run.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg

from tests.compose.composefile import ROOT, Service, read_services
from tests.compose.security import open_node
from tests.servers import KafkaServer, PostgresServer

DOCKER = ROOT / "docker"
AIRFLOW = ROOT / ".venv-airflow" / "bin"
PLACES = re.compile(r"(?<![\w/])/(run/harmattan|etc/harmattan|var/lib/harmattan|opt/airflow|opt/harmattan)(?=/|$)")


def broker_settings() -> dict[str, str]:
    """The settings of the broker, but for its addresses and folder."""
    where = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs", "heap.opts"}
    settings = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in read_services()["kafka"].environment.items()
        if name.startswith("KAFKA_")
    }
    return {name: value for name, value in settings.items() if name not in where}


@dataclass
class Running:
    """A service that was started."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@dataclass
class Stack:
    """The file's services on this machine.

    `addresses` says what stands for an address of the file, wherever it occurs, and `words` for a whole word of a command.
    """

    folder: Path
    addresses: Mapping[str, str]
    words: Mapping[str, str]
    variables: Mapping[str, str]
    running: dict[str, Running] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = read_services({"HARMATTAN_SECRETS": str(self.folder / "secrets"), **self.variables})
        for name in ("handout", "config", "airflow"):
            (self.folder / name).mkdir()

    # ------------------------------------------------------------------------------------------------ secrets

    def make_secrets(self) -> None:
        """As the operator and the service `certificates` do."""
        tools = self.folder / "checkout" / "tools"
        tools.mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "secrets.sh", tools)
        subprocess.run([tools / "secrets.sh", self.folder / "secrets"], check=True, capture_output=True)
        subprocess.run(
            [DOCKER / "handout" / "certificates.sh", self.folder / "secrets", self.folder / "handout"],
            check=True,
            capture_output=True,
        )

    def make_keys(self) -> None:
        """As the service `credentials` does, with a node that knows keys, which the tests' own does not."""
        with open_node(self.secret("elastic-password")) as node:
            script = DOCKER / "handout" / "credentials.py"
            command = [sys.executable, script, node.address, self.folder / "secrets", self.folder / "handout"]
            subprocess.run(command, check=True, capture_output=True)

    def secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text()

    def make_databases(self, server: PostgresServer) -> None:
        """Let the service's own script make the databases; from then on nobody gets in without a password."""
        with psycopg.connect(server.address, autocommit=True) as connection:
            connection.execute("CREATE ROLE postgres SUPERUSER LOGIN")
        admin = server.address.replace("//harmattan@", "//postgres@")
        with psycopg.connect(admin, autocommit=True) as connection:
            # Under the name of the project's own role the tests' server has its superuser.
            connection.execute("ALTER ROLE harmattan RENAME TO tests")
            environment = self.services["postgres"].environment | {
                "HANDOUT": str(self.folder / "handout" / "postgres"),
                "PGHOST": "127.0.0.1",
                "PGPORT": str(connection.info.port),
                "PATH": os.environ["PATH"],
            }
            subprocess.run([DOCKER / "postgres" / "databases.sh"], env=environment, check=True)
            rules = server.directory / "data" / "pg_hba.conf"
            rules.write_text("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
            connection.execute("SELECT pg_reload_conf()")

    # ----------------------------------------------------------------------------------------------- services

    def runs(self, service: str, *command: str, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        """Run a service's command, or another one in its place, to its end."""
        one = self.services[service]
        return subprocess.run(
            self._here(one, list(command) or one.command),
            env=self.environment(one),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def starts(self, *services: str) -> None:
        """Start services, each as often as the file says."""
        for name in services:
            service = self.services[name]
            for number in range(service.raw.get("deploy", {}).get("replicas", 1)):
                log = self.folder / f"{name}-{number}.log"
                with log.open("wb") as output:
                    process = subprocess.Popen(
                        self._here(service, service.command),
                        env=self.environment(service),
                        cwd=self.folder,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                    )
                self.running[f"{name}-{number}"] = Running(name, process, log)

    def is_well(self, service: str) -> bool:
        """What the service's own health check says."""
        for one in self.running.values():
            assert one.process.poll() is None, f"{one.name} has ended: {one.said()[-3000:]}"
        return self.runs(service, *self.services[service].healthcheck[1:]).returncode == 0

    def stops(self) -> dict[str, int]:
        """Stop everything as Compose does, and give each exit status; what is not gone by then is killed."""
        statuses = {}
        for one in self.running.values():
            one.process.send_signal(signal.SIGTERM)
        for key, one in self.running.items():
            grace = float(str(self.services[one.name].raw["stop_grace_period"]).removesuffix("s"))
            with suppress(subprocess.TimeoutExpired):
                statuses[key] = one.process.wait(grace)
        self.kills()
        return statuses

    def kills(self) -> None:
        """End whatever is left."""
        for one in self.running.values():
            with suppress(psutil.NoSuchProcess):
                for process in [*psutil.Process(one.process.pid).children(recursive=True), one.process]:
                    process.kill()
            one.process.wait()
        self.running.clear()

    # -------------------------------------------------------------------------------- what Airflow's database says

    def task_state(self, dag: str, task: str) -> str | None:
        rows = self._of_airflow("SELECT state FROM task_instance WHERE dag_id = %s AND task_id = %s", dag, task)
        return str(rows[0][0]) if rows else None

    def failed_tasks(self) -> list[tuple[object, ...]]:
        return self._of_airflow("SELECT dag_id, task_id FROM task_instance WHERE state IN ('failed', 'up_for_retry')")

    def _of_airflow(self, question: LiteralString, *values: str) -> list[tuple[object, ...]]:
        address = f"postgresql://airflow{self.addresses['@postgres:5432']}/airflow"
        with psycopg.connect(address, password=self.secret("airflow-database-password")) as connection:
            return connection.execute(question, values).fetchall()

    # -------------------------------------------------------------------------------------- what is put in here

    def environment(self, service: Service) -> dict[str, str]:
        """The service's settings, with what its image sets."""
        settings = {name: self._word(service, value) for name, value in service.environment.items()}
        own = {
            "PATH": f"{AIRFLOW}:{os.environ['PATH']}",
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            # On one machine with other tests' Airflow.
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": self.words["8793"],
        }
        return {"HOME": str(self.folder), "LANG": "C.UTF-8"} | (own if _is_airflow(service) else {}) | settings

    def _here(self, service: Service, command: list[str]) -> list[str]:
        programs = AIRFLOW if _is_airflow(service) else Path(sys.executable).parent
        first, *rest = [self._word(service, word) for word in command]
        return [str(programs / first) if (programs / first).exists() else first, *rest]

    def _word(self, service: Service, word: str) -> str:
        if word in self.words:
            return self.words[word]
        word = word.replace("/opt/airflow/dags", str(ROOT / "dags"))
        for theirs, here in self.addresses.items():
            word = word.replace(theirs, here)
        return PLACES.sub(lambda found: str(self._place(service, found[1])), word)

    def _place(self, service: Service, path: str) -> Path:
        if path == "run/harmattan":
            volume = service.volume_at("/run/harmattan")
            assert volume, service.name
            return self.folder / "handout" / volume.removeprefix("for-")
        if path == "var/lib/harmattan":
            # Where nothing is mounted, the container's file system can't be written to.
            return self.folder / (service.volume_at("/var/lib/harmattan") or "read-only")
        if path == "etc/harmattan":
            assert service.volume_at("/etc/harmattan"), service.name
            return self.folder / "config"
        # The images copy these out of the repository.
        return DOCKER / "airflow" if path == "opt/airflow" else DOCKER


def _is_airflow(service: Service) -> bool:
    return bool(service.raw["image"].startswith("harmattan-airflow:"))


@contextmanager
def open_stack(
    folder: Path,
    addresses: Mapping[str, str],
    words: Mapping[str, str],
    variables: Mapping[str, str],
    kafka: KafkaServer,
    postgres: PostgresServer,
) -> Iterator[Stack]:
    """A stack with its secrets and databases, of which nothing runs yet."""
    with psycopg.connect(postgres.address) as connection:
        port = connection.info.port
    engines = {"kafka:9092": kafka.address, "@postgres:5432": f"@127.0.0.1:{port}"}
    stack = Stack(folder, {**engines, **addresses}, words, variables)
    with ExitStack() as cleaning:
        cleaning.callback(stack.kills)
        stack.make_secrets()
        stack.make_keys()
        stack.make_databases(postgres)
        yield stack
