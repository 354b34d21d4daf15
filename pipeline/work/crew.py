"""Several workers in one process, a thread each, with their signs of life."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence

from pipeline.errors import HarmattanError
from pipeline.state.interface import State
from pipeline.work.interface import Worker

logger = logging.getLogger(__name__)

BEAT = 5.0
PATIENCE_AT_END = 30.0


def owner_name() -> str:
    """Give a name for this process that no other running one has."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"


class Crew:
    """Runs workers side by side until it is told to stop or all have ended.

    A worker that can't go on says why and ends; the others work on, and `failures` tells of it.
    """

    def __init__(self, workers: Sequence[Worker], state: State, owner: str, steps: Sequence[str] | None = None) -> None:
        """Take the workers, and the steps that they are there for: a worker of no such step only helps, as re-checks do."""
        self._workers = tuple(workers)
        self._steps = set(steps) if steps is not None else {worker.step for worker in workers}
        self._state = state
        self._owner = owner
        self._stop = threading.Event()
        self.failures: dict[str, str] = {}
        self._threads = [
            threading.Thread(target=self._run, args=(worker,), name=worker.step, daemon=True) for worker in workers
        ]
        self._beats = threading.Thread(target=self._beat, name="beat", daemon=True)

    def __enter__(self) -> "Crew":
        for thread in (*self._threads, self._beats):
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for thread in (*self._threads, self._beats):
            thread.join(PATIENCE_AT_END)
            if thread.is_alive():
                logger.warning("%s did not end in time; what it had in hand will be done again", thread.name)

    def stop(self) -> None:
        """Tell every worker to stop."""
        self._stop.set()

    def alive(self) -> bool:
        """Tell whether a worker of the steps still runs: helpers alone are no reason to stay."""
        return any(thread.is_alive() for thread in self._threads if thread.name in self._steps)

    def wait(self, until: Callable[[], bool], every: float = 0.1) -> bool:
        """Wait until the condition holds; False when the crew was stopped or a worker failed first."""
        while not self._stop.is_set() and not self.failures:
            if until():
                return True
            self._stop.wait(every)
        return False

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Give each step's counters, summed over its workers here."""
        total: dict[str, dict[str, int]] = {}
        for worker in self._workers:
            step = total.setdefault(worker.step, {})
            for name, count in worker.counts().items():
                step[name] = step.get(name, 0) + count
        return total

    def _run(self, worker: Worker) -> None:
        try:
            worker.run(self._stop)
        except HarmattanError as error:
            logger.critical("%s", error)
            self.failures[worker.step] = str(error)
        except Exception as error:
            logger.exception("%s ended by a fault in Harmattan", worker.step)
            self.failures[worker.step] = f"{type(error).__name__}: {error}"

    def _beat(self) -> None:
        while not self._stop.is_set() and self.alive():
            try:
                for step, counts in self.counts().items():
                    if step not in self.failures:
                        self._state.beat(self._owner, step, counts)
            except HarmattanError as error:
                logger.debug("no sign of life could be given: %s", error)
            except Exception:  # without signs of life every worker here would be taken for gone
                logger.exception("no sign of life could be given")
            self._stop.wait(BEAT)


def is_gone(owner: str) -> bool:
    """Tell whether a process that had this name ran on this machine and ended; of other machines' nothing can be told."""
    machine, _, rest = owner.rpartition("-")[0].rpartition("-")
    if machine != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and another user's
        return False
    return False
