"""Work on what strangers sent, in processes that are ended when it takes too long or too much memory."""

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pebble import ProcessPool

_LOOK_FOR_PARENT = 2.0

T = TypeVar("T")


class Closed(Exception):
    """The processes were ended for good."""

    def __str__(self) -> str:
        return "the processes for it were ended"


class KillableProcesses:
    """A few processes that are started when they are first needed, and replaced when they had to be killed.

    `memory` is the number of bytes of addresses that each may have, `preload` names the modules that they work with,
    `tasks` is after how many calls a process is replaced, so that what libraries never give back is given back.
    """

    def __init__(self, *, memory: int, preload: Sequence[str], processes: int = 1, tasks: int = 500) -> None:
        self._memory = memory
        self._preload = list(preload)
        self._processes = processes
        self._tasks = tasks
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._closed = False

    def schedule(self, function: Callable[..., T], *arguments: Any, seconds: float) -> "Future[T]":
        """Call a function of a module's own in a process.

        The future raises TimeoutError when the call took longer, pebble's ProcessExpired or MemoryError when it took too
        much, CancelledError when the processes were ended, and else what the function raises. Raises Closed after `close`,
        and RuntimeError when no process can be started.
        """
        return self.start().schedule(function, args=list(arguments), timeout=seconds)

    def start(self) -> "ProcessPool":
        """Start the processes where there are none. Raises Closed after `close`."""
        from pebble import ProcessPool

        with self._lock:
            if self._closed:
                raise Closed
            if self._pool is None or not self._pool.active:  # broken, when a process could not even be started
                # A server process forks those that work: forking this one, with its threads, could deadlock them.
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(self._preload)
                self._pool = ProcessPool(
                    max_workers=self._processes,
                    max_tasks=self._tasks,
                    initializer=prepare_process,
                    initargs=[self._memory],
                    context=context,
                )
                with _deaf_to_interrupts():
                    _ = self._pool.active  # starts its threads, which start the processes
            return self._pool

    def close(self) -> None:
        """End the processes, whatever they are at."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def prepare_process(memory: int) -> None:
    """Set up a process: bounded memory, deaf to Ctrl-C, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_FOR_PARENT)
    os._exit(1)


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Have threads and processes that are started here leave Ctrl-C to the main thread."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
