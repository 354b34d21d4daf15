"""What docker-compose.yml says, done on this machine: the services' own commands and settings, on real servers."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.desk import eventually
from tests.compose.composefile import ROOT
from tests.compose.stack import AIRFLOW, Stack, broker_settings, open_stack
from tests.kibana.pretended import COUNT, Kibana, open_kibana
from tests.newsroom.sample import Outlet, SampleServer, open_sample_server
from tests.servers import KafkaServer, RunningServer
from tests.servers.fixtures import StartServer
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port

TITLE = "Fighters leave a camp"
TEXT = (
    "Fighters of the Wagner Group left a camp near Timbuktu on Monday, residents of the town in northern Mali said. The"
    " column of thirty vehicles took the road to Gao, and the gates stood open in the afternoon. Patrols in the Sahel go on."
)
WORKERS = ("enrich", "relate", "index", "alert", "notify")
POLLED_BY = "airflow-scheduler"

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None and os.environ.get("HARMATTAN_TEST_REQUIRE_SERVERS") != "1",
    reason="openssl is not installed",
)


@pytest.fixture
def outlets() -> Iterator[SampleServer]:
    with open_sample_server() as server:
        yield server


@pytest.fixture
def outlet(outlets: SampleServer) -> Outlet:
    return outlets.outlet("sahel-post")


@pytest.fixture
def kibana() -> Iterator[Kibana]:
    with open_kibana() as kibana:
        yield kibana


@pytest.fixture
def stack(
    tmp_path: Path,
    outlets: SampleServer,
    outlet: Outlet,
    kibana: Kibana,
    own_server: StartServer,
    empty_elasticsearch: RunningServer,
) -> Iterator[Stack]:
    """The stack with its engines, of whose own services none runs yet; the operator has named feeds."""
    page, airflow = str(free_port()), str(free_port())
    addresses = {
        "https://elasticsearch:9200": empty_elasticsearch.address,
        "https://kibana:5601": kibana.address,
        "http://127.0.0.1:8765": f"http://127.0.0.1:{page}",
        "http://airflow-api:8080": f"http://127.0.0.1:{airflow}",
    }
    words = {"0.0.0.0": "127.0.0.1", "8765": page, "8080": airflow, "8793": str(free_port())}
    variables = {"HARMATTAN_ALLOW_NETWORKS": "127.0.0.0/8", "HARMATTAN_PARTITIONS": "2"}
    kafka = own_server(KafkaServer, broker_settings())
    with open_stack(tmp_path, addresses, words, variables, kafka, own_server(PostgresServer)) as stack:
        for name in ("rules.yaml", "channels.yaml"):
            shutil.copy(ROOT / "seeds" / name, stack.folder / "config")
        outlets.write_opml(stack.folder / "config" / "feeds.opml")
        kibana.key = (stack.folder / "handout" / "setup" / "kibana-api-key").read_text()
        yield stack


def set_up(stack: Stack) -> None:
    done = stack.runs("setup")
    assert done.returncode == 0, done.stderr
    assert f"Kibana: {COUNT} objects imported" in done.stdout


def found(stack: Stack, query: str) -> list[dict[str, Any]]:
    """What an analyst finds, who has the rights of the web page."""
    done = stack.runs("web", "harmattan", "search", query, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def told(stack: Stack) -> list[dict[str, Any]]:
    """What has arrived in the file that the stock channels name."""
    path = stack.folder / "notify-data" / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def told_rules(stack: Stack) -> list[str]:
    return sorted(alert["rule"] for alert in told(stack))


def test_the_workers_carry_an_article_to_the_search_and_the_alert_to_the_channel(
    stack: Stack, outlet: Outlet, kibana: Kibana
) -> None:
    set_up(stack)
    set_up(stack)
    assert "harmattan" in kibana.spaces

    stack.starts(*WORKERS, "web")
    for service in (*WORKERS, "web"):
        eventually(lambda service=service: stack.is_well(service))

    url = outlet.publish(title=TITLE, text=TEXT)
    polled = stack.runs(POLLED_BY, "harmattan", "poll", "--feeds", "/etc/harmattan/feeds.opml")
    assert polled.returncode == 0, polled.stderr

    eventually(lambda: len(told(stack)) >= 2)
    assert told_rules(stack) == ["sahel", "wagner-group"]
    (hit,) = eventually(lambda: found(stack, "Timbuktu"))
    assert hit["url"] == url
    assert sorted(hit["rules"]) == ["sahel", "wagner-group"]

    statuses = stack.stops()
    assert statuses == dict.fromkeys(statuses, 0)
    assert len(statuses) == len(WORKERS) + 2, "one relates, one stands by, and there is the page"
    # A container's file system can't be written to where no volume is mounted.
    assert not (stack.folder / "read-only").exists()


def test_a_container_without_a_living_worker_is_unwell(stack: Stack) -> None:
    set_up(stack)
    assert not stack.is_well("relate")
    assert not stack.is_well("web")


@pytest.mark.timeout(900)
def test_airflow_polls_by_its_schedule_until_the_alert_has_arrived(stack: Stack, outlet: Outlet) -> None:
    need_airflow()
    set_up(stack)
    prepared = stack.runs("airflow-init")
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    url = outlet.publish(title=TITLE, text=TEXT)

    stack.starts(*WORKERS, "airflow-api", "airflow-scheduler", "airflow-dag-processor")
    for service in ("airflow-api", "airflow-scheduler", "airflow-dag-processor"):
        eventually(lambda service=service: stack.is_well(service), seconds=240, every=2)

    eventually(lambda: len(told(stack)) >= 2, seconds=240)
    assert told_rules(stack) == ["sahel", "wagner-group"]
    (hit,) = eventually(lambda: found(stack, "Timbuktu"))
    assert hit["url"] == url
    # Retention ran too: what a day's run at night missed is made up for at the start.
    eventually(lambda: stack.task_state("harmattan_retention", "remove_old_runs") == "success", seconds=240, every=2)
    assert stack.failed_tasks() == []
    # Nobody may sign in with a password that Airflow made up.
    passwords = json.loads((stack.folder / "handout" / "airflow" / "airflow-passwords.json").read_text())
    assert passwords == {"operator": stack.secret("airflow-password")}

    statuses = stack.stops()
    workers = {key: status for key, status in statuses.items() if not key.startswith("airflow")}
    assert workers == dict.fromkeys(workers, 0)
    assert {key.rpartition("-")[0] for key in statuses} == {*WORKERS, *(k for k in stack.services if is_airflow(k))}


def is_airflow(name: str) -> bool:
    return name.startswith("airflow-") and name != "airflow-init"


def need_airflow() -> None:
    if (AIRFLOW / "airflow").exists():
        return
    need = "needs Airflow in an environment of its own: make .venv-airflow/stamp"
    if os.environ.get("HARMATTAN_TEST_REQUIRE_SERVERS") == "1":
        pytest.fail(need, pytrace=False)
    pytest.skip(need)
