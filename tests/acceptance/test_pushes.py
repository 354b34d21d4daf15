"""A feed that a hub pushes, from the hub's delivery to the search."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from tests.acceptance import stories
from tests.acceptance.desk import Desk, eventually
from tests.fetch.hostile import HostileServer, answer
from tests.newsroom.sample import SampleServer
from tests.poll.documents import item, rss
from tests.poll.hub import Hub

ATOM = 'xmlns:a="http://www.w3.org/2005/Atom"'


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def desk(tmp_path: Path, outlets: SampleServer, port: int) -> Desk:
    return Desk(tmp_path, outlets, {"HARMATTAN_BASE_URL": f"http://127.0.0.1:{port}"})


@pytest.fixture
def running(desk: Desk, port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_what_a_hub_delivers_is_found_and_alerted_without_a_poll(
    desk: Desk, port: int, running: list[subprocess.Popen[bytes]]
):
    with HostileServer() as server, Hub() as hub:
        links = f'<a:link {ATOM} rel="hub" href="{escape(hub.url)}"/><a:link {ATOM} rel="self" href="{server.url("/rss")}"/>'
        server.behaviours["/rss"] = answer(rss([links, item("Market reopens", "/1", "g1")]))
        assert desk.runs("feeds", "add", server.url("/rss")).status == 0
        command = [sys.executable, "-m", "pipeline", "run", "--port", str(port)]
        running.append(subprocess.Popen(command, env=desk.environment, cwd=desk.folder, stdout=subprocess.DEVNULL))
        eventually(lambda: hub.subscribers)
        asked = len([one for one in server.asked if one.path == "/rss"])
        pushed = item("Russian troops enter the base at Timbuktu", "/2", "g2", summary=stories.AGENCY)
        assert hub.push(rss([links, pushed])) == [202]
        eventually(lambda: "wagner-group" in desk.told_rules())
        assert len([one for one in server.asked if one.path == "/rss"]) == asked
        [row] = desk.runs("feeds", "list", "--json").rows()
        assert row["push"] == "active"
        assert row["last_push"]
