"""An installation in the words of the analyst and operator who use it: everything goes through the command line."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline.cli.main import main
from tests.newsroom.sample import SampleServer

CHANNELS = "channels: [{name: desk, type: file, path: told.jsonl}]\n"
STEPS = ("enrich", "relate", "index", "alert", "notify")
PATIENCE = 150.0
"""Seconds until something that should happen soon counts as failed, on a machine that has much else to do."""


@dataclass(frozen=True)
class Said:
    """What a command said."""

    status: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Desk:
    """One installation: a data folder, perhaps servers, and a server of outlets that it watches."""

    folder: Path
    outlets: SampleServer
    servers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "channels.yaml").write_text(CHANNELS)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HARMATTAN_")}
        own = {
            "HARMATTAN_ALLOW_NETWORKS": "127.0.0.0/8",
            "HARMATTAN_DATA": str(self.data),
            "HARMATTAN_CHANNELS": str(self.folder / "channels.yaml"),
        }
        return plain | own | dict(self.servers)

    # ------------------------------------------------------------------------------------------ the operator

    def runs(self, *arguments: str, timeout: float = PATIENCE, given: str | None = None) -> Said:
        """Run `harmattan ...` to its end."""
        command = [sys.executable, "-m", "pipeline", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=timeout, input=given, cwd=self.folder
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def asks(self, *arguments: str) -> Said:
        """Run a `harmattan ...` that only reads, in this process: starting another takes longer than most answers."""
        out, err = io.StringIO(), io.StringIO()
        here = patch.dict(os.environ, self.environment, clear=True), chdir(self.folder)
        with here[0], here[1], redirect_stdout(out), redirect_stderr(err):
            try:
                main(arguments)
            except SystemExit as end:
                status = int(end.code or 0)
        return Said(status, out.getvalue(), err.getvalue())

    def sets_up(self) -> None:
        said = self.runs("setup")
        assert said.status == 0, said

    def polls(self, *options: str) -> Said:
        """Poll every outlet once and carry what is new through every step."""
        said = self.runs("run", "--once", "--feeds", str(self.feeds()), *options)
        assert said.status == 0, said
        return said

    def feeds(self) -> Path:
        path = self.folder / "feeds.opml"
        self.outlets.write_opml(path)
        return path

    def waits_for(self, *steps: str) -> None:
        """Wait until workers of these steps give signs of life."""

        def alive() -> bool:
            (health,) = self.asks("status", "--json").rows()
            return {worker["step"] for worker in health["workers"]} >= set(steps)

        eventually(alive)

    def feed_list(self) -> dict[str, dict[str, Any]]:
        return {row["url"]: row for row in self.asks("feeds", "list", "--json").rows()}

    @contextmanager
    def working(self, *steps: str, options: Sequence[str] = ()) -> Iterator["WorkerProcess"]:
        """Run `harmattan work STEP...` beside the test."""
        worker = WorkerProcess(self, steps or STEPS, options)
        worker.start()
        try:
            yield worker
        finally:
            worker.ends()

    # ------------------------------------------------------------------------------------------- the analyst

    def finds(self, query: str, *options: str) -> list[dict[str, Any]]:
        said = self.asks("search", query, "--json", *options)
        assert said.status == 0, said
        return said.rows()

    def alerts(self, rule: str | None = None) -> list[dict[str, Any]]:
        said = self.asks("alerts", "list", "--json", *(["--rule", rule] if rule else []))
        assert said.status == 0, said
        return said.rows()

    def told(self) -> list[dict[str, Any]]:
        """What has arrived on the analysts' channel so far."""
        path = self.data / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def told_rules(self) -> list[str]:
        return sorted(row["rule"] for row in self.told())


class WorkerProcess:
    """A worker that runs beside the test, and can be killed."""

    def __init__(self, desk: Desk, steps: Sequence[str], options: Sequence[str] = ()) -> None:
        self._desk = desk
        self._command = [sys.executable, "-m", "pipeline", "work", *steps, *options]
        self._process: subprocess.Popen[bytes] | None = None
        self.log = desk.folder / f"work-{'-'.join(steps)}.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._desk.environment, stdout=log, stderr=log, cwd=self._desk.folder
            )

    def killed(self) -> None:
        """End it as a power cut would."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def ends(self) -> int:
        assert self._process
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE)

    def waits(self, seconds: float = PATIENCE) -> int:
        """Wait until it ends by itself."""
        assert self._process
        return self._process.wait(seconds)

    def said(self) -> str:
        return self.log.read_text()


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE, every: float = 0.2) -> Any:
    """Wait until the condition gives something, with a deadline; give that."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(every)
