"""Runs Airflow, the workers and the web page beside each other, and ends them together.

tools/airflow.sh prepares everything and starts it. It ends at Ctrl-C or SIGTERM with status 0, and with status 1, saying
which part and why, when one of them ends by itself.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from logging import Formatter, LogRecord, makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

import click
import psutil

PATIENCE = 25.0
"""Seconds that a part gets to end in order; a task that runs may go on that long."""

AIRFLOW_STARTS = 180.0
LARGEST_LOG = 10_000_000
STEPS = ("enrich", "relate", "index", "alert", "notify")


@dataclass
class Part:
    """A process that belongs to the whole. What it prints goes to `log`, or to the terminal."""

    name: str
    command: Sequence[str]
    stop_signal: signal.Signals
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches this program alone."""
        self.process = subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self.log else None,
            stderr=subprocess.STDOUT if self.log else None,
            start_new_session=True,
        )
        if self.log and self.process.stdout:
            threading.Thread(target=_keep, args=(self.process.stdout, self.log), daemon=True).start()

    def has_ended(self) -> bool:
        """Whether it ended, by itself or because it was told to."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End it in order, and whatever is left of it and its children by force."""
        if self.process is None:
            return
        family = _family(self.process.pid)
        if not self.has_ended():
            self.process.send_signal(self.stop_signal)
        _, left = psutil.wait_procs(family, timeout=PATIENCE)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)

    def last_words(self) -> str:
        """What it printed at the end, where that did not go to the terminal."""
        if not self.log:
            return "what it said stands above"
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n  ".join([f"the end of {self.log}:", *lines[-15:]])


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _keep(output: IO[bytes], path: Path) -> None:
    """Write a part's output to a file that begins anew when it has grown large; the one before is kept."""
    handler = RotatingFileHandler(path, maxBytes=LARGEST_LOG, backupCount=1)
    handler.setFormatter(Formatter("%(message)s"))
    for line in output:
        record: LogRecord = makeLogRecord({"msg": line.decode(errors="replace").rstrip()})
        handler.emit(record)
    handler.close()


@contextmanager
def running(parts: Sequence[Part]) -> Iterator[None]:
    """Start the parts in their order and end them in the opposite one."""
    try:
        for part in parts:
            part.start()
        yield
    finally:
        for part in reversed(parts):
            part.stop()


def airflow_answers(port: int) -> bool:
    """Whether Airflow's server, scheduler and DAG processor all say that they are well."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v2/monitor/health")
        health = json.load(connection.getresponse())
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return all(
        health.get(name, {}).get("status") == "healthy" for name in ("metadatabase", "scheduler", "dag_processor")
    )


def watch(parts: Sequence[Part], port: int, told: threading.Event, ready: str) -> int:
    """Print `ready` when Airflow is up, and return when told to or when a part has ended."""
    deadline: float | None = time.monotonic() + AIRFLOW_STARTS
    while not told.wait(1.0):
        ended = next((part for part in parts if part.has_ended()), None)
        if ended:
            click.echo(f"{ended.name} has ended, so everything ends; {ended.last_words()}", err=True)
            return 1
        if deadline and airflow_answers(port):
            click.echo(ready)
            deadline = None
        if deadline and time.monotonic() > deadline:
            click.echo(f"Airflow is not up after {AIRFLOW_STARTS:.0f} s; {parts[-1].last_words()}", err=True)
            return 1
    return 0


def taken(port: int) -> bool:
    """Whether another program listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def main() -> int:
    """Run everything until told to end."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--airflow-port", type=int, required=True)
    options.add_argument("--port", type=int, required=True, help="the web page's")
    given = options.parse_args()
    for port, variable in ((given.airflow_port, "AIRFLOW_PORT"), (given.port, "HARMATTAN_PORT")):
        if taken(port):
            click.echo(
                f"Port {port} is taken; end what listens there, or name another: {variable}=... make airflow", err=True
            )
            return 2
    home = Path(os.environ["AIRFLOW_HOME"])
    parts = [
        Part("the workers", ["harmattan", "work", *STEPS], signal.SIGTERM),
        Part("the web page", ["harmattan", "serve", "--port", str(given.port)], signal.SIGTERM),
        Part("Airflow", ["airflow", "standalone"], signal.SIGINT, home / "airflow.log"),
    ]
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    click.echo(f"Starting Airflow, the workers ({', '.join(STEPS)}) and the web page. Ctrl-C ends them all.")
    with running(parts):
        status = watch(parts, given.airflow_port, told, _ready(home, given.airflow_port, given.port))
        click.echo("Ending Airflow, the web page and the workers")
    return status


def _ready(home: Path, airflow_port: int, port: int) -> str:
    return f"""
Airflow is up. It polls the feeds that are due every minute; the workers take on what is new, and alerts appear here.
  Airflow     http://127.0.0.1:{airflow_port}   user admin, password in {home / "simple_auth_manager_passwords.json.generated"}
  articles    http://127.0.0.1:{port}
  feeds       {os.environ["HARMATTAN_FEEDS"]}
  data        {os.environ["HARMATTAN_DATA"]}
  log         {home / "airflow.log"}
Ctrl-C ends everything.
"""


if __name__ == "__main__":
    sys.exit(main())
