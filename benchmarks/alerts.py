"""How fast a burst of matching articles becomes alerts, and how long the first critical one waits.

    python benchmarks/alerts.py [--articles 10000] [--database postgresql://...]

Each article founds an alert of its own. The alert step decides on them in batches as in use; the notify worker delivers beside
it over a channel that takes everything at once. The critical article is the last but one hundred of the burst. A SQLite file is
used where no database is named.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

from pipeline.alert.step import AlertStep
from pipeline.log.sqlite import SqliteEventLog
from pipeline.notify.interface import Digest, Message
from pipeline.notify.step import NotifyWorker
from pipeline.policy.desk import Desk, simple_policy
from pipeline.records import topics
from pipeline.records.article import Severity
from pipeline.state.database import DatabaseState
from pipeline.work.interface import Delivered
from tests.builders import enriched, match

BATCH = 64


class Counter:
    """A channel that takes everything, and notes when the critical alert came."""

    def __init__(self) -> None:
        self.taken = 0
        self.critical: float | None = None

    def send(self, message: Message | Digest, key: str) -> None:
        """Take a message."""
        self.taken += 1
        if isinstance(message, Message) and message.alert.severity is Severity.CRITICAL and self.critical is None:
            self.critical = time.monotonic()


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--database", help="postgresql:// address; a SQLite file if not given")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), given.articles, given.database)


def run(folder: Path, count: int, database: str | None) -> None:
    """Decide on a burst and deliver it."""
    state = DatabaseState(database) if database else DatabaseState.embedded(folder / "state.db")
    log = SqliteEventLog(folder / "log.db")
    log.create_topics(dict.fromkeys(topics.ALL, 1))
    state.setup()
    policy = simple_policy(("desk",))
    step = AlertStep(state.ledger, state.outbox, log, ["desk"], Desk(lambda: policy))
    desk = Counter()
    worker = NotifyWorker(state.ledger, state.outbox, log, {"desk": desk}, "bench", None, Desk(lambda: policy))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    assert step.ready()
    critical = count - 100
    came = 0.0
    thread.start()
    started, cpu = time.monotonic(), time.process_time()
    for first in range(0, count, BATCH):
        batch = []
        for number in range(first, min(first + BATCH, count)):
            severity = Severity.CRITICAL if number == critical else Severity.LOW
            article = enriched(f"b{number}", story=f"b{number}", matches=(match("burst", "convoy", severity=severity),))
            batch.append(Delivered(_Record(number), article))  # type: ignore[arg-type]
            if number == critical:
                came = time.monotonic()
        step.handle(batch)
    decided = time.monotonic() - started
    while desk.critical is None:
        time.sleep(0.01)
    print(
        f"{count} alerts decided in {decided:.1f} s ({count / decided:.0f} a second, {time.process_time() - cpu:.1f} s CPU)"
    )
    print(
        f"the critical one was delivered {desk.critical - came:.2f} s after it came, {count - desk.taken} others waited"
    )
    stop.set()
    thread.join(30)
    state.close()


class _Record:
    """As much of a log record as the step looks at."""

    topic = topics.ENRICHED
    partition = 0
    key = ""
    value = b""

    def __init__(self, offset: int) -> None:
        self.offset = offset


if __name__ == "__main__":
    main()
