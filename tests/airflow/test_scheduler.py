"""A real scheduler, as `make airflow` starts it, with the workers behind it, on the real servers."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pipeline.bootstrap import open_index
from pipeline.index.interface import Hit, SearchQuery
from pipeline.settings import load_settings
from tests.acceptance.desk import Desk, eventually
from tests.airflow.conftest import ROOT
from tests.newsroom.sample import SampleServer
from tests.servers import RunningServer
from tests.servers.process import free_port

WAGNER = (
    "Fighters of the Wagner Group left a camp near Timbuktu on Monday, residents of the town in northern Mali said."
)
SCRIPT = [str(ROOT / "tools" / "airflow.sh")]
RULES = "rules: [{id: wagner, name: Wagner, query: wagner, severity: high}]\n"


class Stack:
    """`tools/airflow.sh` under way."""

    def __init__(self, process: "subprocess.Popen[bytes]", said: Path) -> None:
        self._process = process
        self._said = said
        self.family: list[psutil.Process] = []

    def is_up(self) -> bool:
        assert self._process.poll() is None, self.said()
        self.family = psutil.Process(self._process.pid).children(recursive=True)
        return "Airflow is up" in self.said()

    def said(self) -> str:
        return self._said.read_text()

    def interrupted(self) -> int:
        """Press Ctrl-C; give the exit status."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(120)


def environment() -> dict[str, str]:
    """This process's environment with ports that are free, as `make airflow` would pass it on."""
    ports = ("AIRFLOW_PORT", "HARMATTAN_PORT")
    log_ports = ("AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT", "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT")
    own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    own |= {name: str(free_port()) for name in (*ports, *log_ports)}
    return own | {"PATH": f"{Path(sys.executable).parent}:{own['PATH']}"}


@contextmanager
def stack_running(desk: Desk) -> Iterator[Stack]:
    said = desk.folder / "said.log"
    with said.open("wb") as output:
        process = subprocess.Popen(SCRIPT, env=environment(), stdout=output, stderr=output, start_new_session=True)
    stack = Stack(process, said)
    try:
        yield stack
    finally:
        left = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        for one in [*stack.family, *left]:
            if one.is_running():
                one.kill()
        process.kill()
        process.wait()


@pytest.mark.timeout(900)
def test_a_scheduler_polls_every_minute_until_the_article_is_found_and_the_alert_has_arrived(
    desk: Desk,
    outlets: SampleServer,
    empty_kafka: RunningServer,
    empty_elasticsearch: RunningServer,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (desk.folder / "rules.yaml").write_text(RULES)
    post = outlets.outlet("post")
    settings = {
        "HARMATTAN_KAFKA": empty_kafka.address,
        "HARMATTAN_ELASTICSEARCH": empty_elasticsearch.address,
        "HARMATTAN_DATABASE": postgres_database,
        "HARMATTAN_PARTITIONS": "2",
        "HARMATTAN_INTERVAL": "1s",
        "HARMATTAN_FEEDS": str(desk.feeds()),
        "HARMATTAN_RULES": str(desk.folder / "rules.yaml"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with stack_running(desk) as stack:
        eventually(stack.is_up, seconds=300, every=1)
        url = post.publish(title="Fighters leave a camp", text=WAGNER)
        [hit] = eventually(lambda: found("Timbuktu"), seconds=300, every=1)
        assert (hit.url, hit.rules) == (url, ("wagner",))
        [alert] = eventually(desk.told)
        assert (alert["rule"], alert["articles"][0]["url"]) == ("wagner", url)

        stack.is_up()  # to know every process, the polling tasks' too
        assert stack.interrupted() == 0, stack.said()
        assert [process for process in stack.family if process.is_running()] == []
    assert json.dumps(desk.told()) == json.dumps([alert])


@pytest.mark.parametrize("variable", ["HARMATTAN_RULES", "HARMATTAN_FEEDS"])
def test_a_file_that_cannot_be_read_is_told_before_airflow_is_prepared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(desk.folder / "missing.file"))
    done = subprocess.run(SCRIPT, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "missing.file" in done.stderr
    assert not (desk.data / "airflow" / "airflow.db").exists()


def found(words: str) -> list[Hit]:
    with open_index(load_settings()) as index:
        return list(index.search(SearchQuery(text=words)).hits)
