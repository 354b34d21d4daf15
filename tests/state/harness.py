"""A database under test, and ways to bend it."""

import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from pipeline.state.database import DatabaseState
from pipeline.state.engine import PATIENCE, Database, open_file, open_server
from pipeline.state.tables import metadata
from pipeline.state.types import Moment
from tests.state.client import open_state

Result = TypeVar("Result")
DEADLINE = 60.0


class StateUnderTest:
    """One database, any number of clients of it in this process and others."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._clients: list[DatabaseState] = []
        self._processes: list[subprocess.Popen[str]] = []
        self._direct: Database | None = None

    @property
    def is_server(self) -> bool:
        return self.address.startswith("postgresql://")

    def client(self, patience: timedelta = PATIENCE) -> DatabaseState:
        """A client with connections of its own, as another process has it."""
        state = open_state(self.address, patience)
        self._clients.append(state)
        return state

    def process(self, act: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.state.client", self.address, act]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._processes.append(process)
        return process

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction of the test's own."""
        if self._direct is None:
            self._direct = open_server(self.address, None) if self.is_server else open_file(Path(self.address))
        return self._direct.write()

    def empty(self) -> None:
        """Delete all that the tables hold."""
        with self.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def let_pass(self, time: timedelta) -> None:
        """Let time pass for all that the database holds; a negative time is a clock that was set back."""
        microseconds = time // timedelta(microseconds=1)
        span = f"interval '{microseconds} microseconds'" if self.is_server else f"({microseconds})"
        with self.write() as connection:
            for table in metadata.sorted_tables:
                for column in table.columns:
                    if isinstance(column.type, Moment):
                        connection.execute(
                            text(f'UPDATE "{table.name}" SET "{column.name}" = "{column.name}" - {span}')
                        )

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()
        for client in self._clients:
            client.close()
        if self._direct:
            self._direct.close()


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Create a database on the server, and drop it in the end; give its address."""
    name = f"test_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def side_by_side(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run the acts in threads that begin together; give their results, or raise what one of them raised."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)
    errors: list[BaseException] = []

    def run(number: int, act: Callable[[], Result]) -> None:
        try:
            start.wait(DEADLINE)
            results[number] = act()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
        assert not thread.is_alive(), "an act did not end in time"
    if errors:
        raise errors[0]
    return results
