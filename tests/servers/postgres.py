"""A real PostgreSQL server, from the binaries that the machine's package installs."""

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from tests.servers.process import ServerProcess, ServerUnavailableError, free_port, is_root

USER = "harmattan"
ACCOUNTS = ("postgres", "nobody")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    # What is written must outlive the server's processes, which the tests kill, but not the machine.
    "fsync": "off",
    "full_page_writes": "off",
}


class PostgresServer(ServerProcess):
    """A server whose address is the URL of its maintenance database; it trusts whoever connects from this machine.

    It refuses to run as root, so root runs it under an unprivileged account, which must be able to reach its folder.
    """

    name = "PostgreSQL"
    # "Fast" shutdown: it does not wait for the clients to leave.
    stop_signal = signal.SIGINT

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take a folder of its own, and settings as they stand in `postgresql.conf`."""
        super().__init__(directory, settings)
        self._port = free_port()
        self._binaries = self.fetch()

    @classmethod
    def fetch(cls) -> Path:
        return _find_binaries()

    @property
    def version(self) -> str:
        done = subprocess.run(
            [str(self._binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
        found = re.search(r"\d+", done.stdout)
        return found.group() if found else "of unknown version"

    @property
    def address(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

    def answers(self) -> bool:
        return postgres_answers(self.address)

    def _command(self) -> list[str]:
        data = self.directory / "data"
        if not data.exists():
            self._initialise(data)
        settings = SETTINGS | {"port": str(self._port)} | self.settings
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(self._binaries / "postgres"), "-D", str(data), *options]

    def _account_change(self) -> list[str]:
        if not is_root():
            return []
        if shutil.which("setpriv") is None:
            raise ServerUnavailableError("PostgreSQL must not run as root, and setpriv (of util-linux) is missing")
        account = _account()
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]

    def _initialise(self, data: Path) -> None:
        change = self._account_change()
        data.mkdir(mode=0o700)
        if change:
            account = _account()
            os.chown(data, account.pw_uid, account.pw_gid)
        command = [*change, str(self._binaries / "initdb"), "-D", str(data), "-U", USER]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(data)
            raise ServerUnavailableError(f"PostgreSQL's initdb failed: {(done.stderr or done.stdout).strip()}")


def postgres_answers(address: str) -> bool:
    """Whether a server at the address takes queries."""
    try:
        with psycopg.connect(address, connect_timeout=3) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def _find_binaries() -> Path:
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_release, reverse=True)
    folders += [Path(on_path).resolve().parent] if on_path else []
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServerUnavailableError("PostgreSQL is not installed: no initdb in /usr/lib/postgresql/*/bin or on PATH")


def _release(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerUnavailableError(f"PostgreSQL must not run as root, and there is no account {' or '.join(ACCOUNTS)}")
