"""What the three real servers have in common: a process with a folder, a port, and a way to ask whether it answers."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psutil


class ServerUnavailableError(Exception):
    """This machine can't start the server; the message says why in one plain sentence."""


@dataclass(frozen=True)
class RunningServer:
    """A server that answers, whoever started it."""

    name: str
    version: str
    address: str


class ServerProcess(ABC):
    """A server that a test owns: it may be stopped, killed and started again, on the same port and data.

    Start it from a thread that outlives it: when that thread ends, so does the server, which is how nothing is
    left behind by a test run that was killed.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 90.0
    stop_seconds: ClassVar[float] = 30.0

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take a folder of the server's own, which will hold its data and `server.log`, and settings of the server.

        Settings go before those that this class would choose.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.settings = dict(settings or {})
        self.log_file = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @abstractmethod
    def fetch(cls) -> Path:
        """Get what the server consists of, unless it is there, and say where; raises ServerUnavailableError."""

    @property
    @abstractmethod
    def version(self) -> str:
        """The server's version, as people write it."""

    @property
    @abstractmethod
    def address(self) -> str:
        """What a client needs to connect."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server does its work now."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Lay out the data if this is the first start, and give the command that runs the server."""

    def _account_change(self) -> list[str]:
        """What to put before a command that must not run under this account; for most servers nothing."""
        return []

    @property
    def running(self) -> RunningServer:
        """This server as the tests that only talk to it see it."""
        return RunningServer(self.name, self.version, self.address)

    def start(self) -> None:
        """Start the server and return when it answers; raises ServerUnavailableError if it never does."""
        self.launch()
        self.wait_until_it_answers()

    def launch(self) -> None:
        """Start the process without waiting for it, so that several servers can start side by side."""
        # In this order, because a change of account makes the kernel forget what was asked for before it.
        command = [*self._account_change(), *_dies_with_its_parent(self.stop_signal), *self._command()]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_it_answers(self) -> None:
        """Return when the launched server answers; raises ServerUnavailableError if it ends or time runs out."""
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise ServerUnavailableError(f"{self.name} ended while starting: {self._last_words()}")
            if self.answers():
                return
            time.sleep(0.1)
        self.kill()
        raise ServerUnavailableError(
            f"{self.name} did not answer within {self.start_seconds:.0f} s: {self._last_words()}"
        )

    def stop(self) -> None:
        """End the server in the orderly way, or by force when that takes too long; its data stay."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the server and its children at once, as a power cut would, and return when they are gone."""
        if self._process is None:
            return
        family = _family(self._process.pid)
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself in the meantime
                member.kill()
        psutil.wait_procs(family, timeout=self.stop_seconds)
        self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Stop the server and start it again on the same port and data."""
        self.stop()
        self.start()

    def _last_words(self) -> str:
        with self.log_file.open(errors="replace") as log:
            return " | ".join(line.strip() for line in deque(log, maxlen=8)) or "it wrote nothing"


def free_port() -> int:
    """A port on the loopback that is free and stays this process's, below the range that the kernel hands out.

    Other test processes on the machine leave it alone, also while the server behind it is still starting, or is down.
    """
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        if _claimed(port) and _is_free(port):
            return port
    raise ServerUnavailableError("no free port between 20000 and 32000")


_claims: list[socket.socket] = []


def _claimed(port: int) -> bool:
    """Claim a TCP port among test processes by the UDP port of that number, which nothing here uses otherwise."""
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _dies_with_its_parent(stop_signal: signal.Signals) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", str(stop_signal.name.removeprefix("SIG"))] if setpriv else []


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        # The parent first: it would start lost children anew.
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def is_root() -> bool:
    """Whether this process may do everything; some servers refuse to run so."""
    return os.geteuid() == 0
