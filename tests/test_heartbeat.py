"""A sign of life, by whose absence somebody elsewhere notices that the pipeline stands still."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli.housekeeping import housekeeping
from pipeline.health import Health
from pipeline.heartbeat import Heartbeat, HeartbeatMissed
from pipeline.settings import Settings
from pipeline.tasks import check_everything
from tests.notify.receivers import HttpReceiver

LOOPBACK = (ip_network("127.0.0.0/8"),)
WELL = Health(problems=(), lag={"index": 3})


@pytest.fixture
def monitor() -> Iterator[HttpReceiver]:
    with HttpReceiver() as receiver:
        yield receiver


def test_while_all_is_well_the_monitor_is_called(monitor: HttpReceiver) -> None:
    Heartbeat(monitor.url + "/key", lambda: WELL, LOOPBACK).beat()

    (call,) = monitor.requests
    assert call.path == "/hook/key"
    assert b'"lag": {"index": 3}' in call.body


def test_when_something_is_wrong_the_monitor_is_left_to_notice(monitor: HttpReceiver) -> None:
    sick = Health(problems=("index has 9 records waiting and no worker",))

    with pytest.raises(HeartbeatMissed, match="no worker"):
        Heartbeat(monitor.url, lambda: sick, LOOPBACK).beat()

    assert monitor.requests == []


def test_a_monitor_that_refuses_is_told_of_without_its_key(monitor: HttpReceiver) -> None:
    monitor.status = 404

    with pytest.raises(HeartbeatMissed) as error:
        Heartbeat(f"{monitor.url}/ping/secret-key", lambda: WELL, LOOPBACK).beat()

    assert "404" in str(error.value)
    assert "secret-key" not in str(error.value)


def test_a_private_address_is_called_only_where_the_operator_allows_it(monitor: HttpReceiver) -> None:
    with pytest.raises(HeartbeatMissed):
        Heartbeat(monitor.url, lambda: WELL).beat()

    assert monitor.requests == []


def test_the_command_gives_a_sign_of_life_or_says_why_not(monitor: HttpReceiver, tmp_path: Path) -> None:
    def run(**environ: str) -> tuple[int, str]:
        done = CliRunner().invoke(housekeeping, ["heartbeat", "--data", str(tmp_path)], env=environ)
        return done.exit_code, done.output + str(done.exception)

    assert run(HARMATTAN_HEARTBEAT_URL=f"{monitor.url}/x", HARMATTAN_ALLOW_NETWORKS="127.0.0.0/8")[0] == 0
    assert len(monitor.requests) == 1
    status, told = run()
    assert status != 0
    assert "HARMATTAN_HEARTBEAT_URL" in told


def test_the_hourly_check_of_a_scheduler_calls_the_monitor(monitor: HttpReceiver, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, heartbeat_url=monitor.url, allow_networks=LOOPBACK)

    check_everything(settings)

    assert len(monitor.requests) == 1
