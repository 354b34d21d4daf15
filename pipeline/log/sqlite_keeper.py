"""The thread that keeps a process's memberships in the embedded event log alive, and sees what other processes do."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from pipeline.errors import HarmattanError, OutOfReach
from pipeline.log.sqlite_store import SqliteStore

logger = logging.getLogger(__name__)

# How often, in seconds, the file is asked whether another process changed it: while things happen, and while nothing does.
LIVELY = 0.02
QUIET = 0.05
LIVELY_FOR = 2.0
AFTER_TROUBLE = 0.5


class Signal:
    """Wakes those who wait for news of the log, within one process."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    @property
    def count(self) -> int:
        """How often there was news; read it before looking, and wait from it on, and nothing is missed."""
        return self._count

    def notify(self) -> None:
        """Say that there is news."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, seen: int, timeout: float) -> None:
        """Wait until there is news that was not yet seen, at most `timeout` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._count != seen, timeout)


class Kept(Protocol):
    """A membership that needs keeping."""

    def keep(self, connection: sqlite3.Connection) -> bool:
        """Do what is due; say whether the group has changed by it."""

    def trouble(self, error: HarmattanError | None) -> None:
        """Learn that the log can't be asked, or can be asked again."""


class Keeper:
    """Renews leases and follows rebalances, however long a batch takes, and signals what others appended.

    Its connection does not wait for the disk: a lease need not outlive a power cut.
    """

    def __init__(self, store: SqliteStore, signal: Signal) -> None:
        """Take the file to watch and whom to tell; the thread starts with the first membership."""
        self._store = store
        self._signal = signal
        self._kept: list[Kept] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, kept: Kept) -> None:
        """Keep this membership from now on."""
        with self._lock:
            self._kept.append(kept)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-log-keeper", daemon=True)
                self._thread.start()

    def remove(self, kept: Kept) -> None:
        """Keep it no longer."""
        with self._lock:
            self._kept = [one for one in self._kept if one is not kept]

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                connection = self._store.connect("NORMAL")
                try:
                    self._watch(connection)
                finally:
                    connection.close()
            except Exception as error:
                # If this thread ended, its members would be taken for dead and never learn of it.
                self._tell(self._memberships(), self._trouble(error))
                self._stop.wait(AFTER_TROUBLE)

    def _trouble(self, error: Exception) -> HarmattanError:
        if isinstance(error, HarmattanError):
            return error
        logger.exception("the keeper of the event log %s failed", self._store.path)
        return OutOfReach(f"the event log {self._store.path} can't be kept ({type(error).__name__}): see the log")

    def _watch(self, connection: sqlite3.Connection) -> None:
        version, news = -1, time.monotonic()
        while not self._stop.is_set():
            with self._store.errors():
                found = connection.execute("PRAGMA data_version").fetchone()[0]
                memberships = self._memberships()
                self._keep_all(memberships, connection)
            self._tell(memberships, None)
            if found != version:
                version, news = found, time.monotonic()
                self._signal.notify()
            self._stop.wait(LIVELY if time.monotonic() - news < LIVELY_FOR else QUIET)

    def _keep_all(self, memberships: Sequence[Kept], connection: sqlite3.Connection) -> None:
        changed = True
        while changed:  # what one of them gave up, another one here may take
            changed = False
            for kept in memberships:
                changed = kept.keep(connection) or changed

    def _memberships(self) -> list[Kept]:
        with self._lock:
            return list(self._kept)

    def _tell(self, memberships: Iterable[Kept], error: HarmattanError | None) -> None:
        for kept in memberships:
            kept.trouble(error)
