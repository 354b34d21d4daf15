"""A log to work on, a step whose conduct a test decides, and a worker in a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from pipeline.errors import HarmattanError
from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from pipeline.records.codec import encode
from pipeline.work.interface import Delivered, Failure, Worker
from pipeline.work.worker import BatchWorker
from tests.builders import enriched

PATIENCE = 60.0


class Recorder:
    """A step on `articles.enriched` that keeps the titles it was given, and does to each what the test says."""

    name = "recorder"
    topics = (topics.ENRICHED,)

    def __init__(self, conduct: Callable[[str], str | None] = lambda title: None) -> None:
        self._conduct = conduct
        self.given: list[list[str]] = []
        self.handled: list[str] = []
        self.closed = 0

    def ready(self) -> bool:
        return True

    def handle(self, batch: Sequence[Delivered]) -> Sequence[Failure]:
        titles = [delivered.value.article.title for delivered in batch]
        self.given.append(titles)
        reasons = [self._conduct(title) for title in titles]
        self.handled += [title for title, reason in zip(titles, reasons, strict=True) if not reason]
        return [Failure(d.record, reason) for d, reason in zip(batch, reasons, strict=True) if reason]

    def close(self) -> None:
        self.closed += 1


class Running:
    """A worker that was started; `error` is what it ended with."""

    def __init__(self, worker: Worker) -> None:
        self._stop = threading.Event()
        self._worker = worker
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.error: HarmattanError | None = None
        self._thread.start()

    def ended(self) -> bool:
        return not self._thread.is_alive()

    def request(self) -> None:
        self._stop.set()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert self.ended(), "the worker hangs"

    def _run(self) -> None:
        try:
            self._worker.run(self._stop)
        except HarmattanError as error:
            self.error = error


@contextmanager
def running(worker: Worker) -> Iterator[Running]:
    started = Running(worker)
    try:
        yield started
    finally:
        started.stop()


@contextmanager
def working(step: Recorder, log: EventLog, batch: int = 64) -> Iterator[Running]:
    with running(BatchWorker(step, log, batch)) as started:
        yield started


def titled(*titles: str) -> list[NewRecord]:
    return [NewRecord("a-host", encode(enriched(title, title=title))) for title in titles]


def waiting(log: EventLog, group: str = "recorder", topic: str = topics.ENRICHED) -> int:
    return log.lag(group, [topic])[topic]


def eventually(holds: Callable[[], bool], within: float = PATIENCE) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(HarmattanError):
            if holds():
                return True
        time.sleep(0.02)
    return False
