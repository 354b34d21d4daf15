"""How fast a burst of matching articles becomes alerts, and how long the first critical one waits.

    python benchmarks/alerts.py [--articles 10000] [--database postgresql://...] [--kafka HOST:PORT]

All articles wait in the log; each founds an alert of its own. The alert worker takes them as in use; the notify worker delivers
beside it in the same process, over a channel that takes everything at once. One critical article is the last but one hundred of
the first thousand, another the last but one hundred of all: their times are told from the beginning of the burst, and from
their decision. `--policy` has three analysts, with groups, throttles, quiet hours and digests. SQLite files stand
for what is not named, and a database must be empty; CPU is this process's alone.
"""

import argparse
import tempfile
import threading
import time
from datetime import time as time_of_day
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.alert.step import RECEIVED, AlertStep
from pipeline.log.interface import EventLog, NewRecord
from pipeline.log.kafka import KafkaEventLog
from pipeline.log.sqlite import SqliteEventLog
from pipeline.notify.interface import Digest as Bundle
from pipeline.notify.interface import Message
from pipeline.notify.step import NotifyWorker
from pipeline.policy.desk import Desk, simple_policy
from pipeline.policy.model import Analyst, Digest, Policy, QuietHours, Route, Throttle
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Severity
from pipeline.records.codec import encode
from pipeline.state.database import DatabaseState
from pipeline.work.interface import Worker
from pipeline.work.worker import BatchWorker
from tests.builders import enriched, match

ZONE = ZoneInfo("Africa/Bamako")
QUIET = QuietHours(start=time_of_day(22), end=time_of_day(6))
POLICY = Policy(
    analysts=tuple(Analyst(id=name, name=name, channels=("desk",), zone=ZONE, quiet=QUIET) for name in ("a", "b", "c")),
    routes=(
        Route(name="group", to=("a",), group=timedelta(minutes=10)),
        Route(name="few", to=("b",), throttle=Throttle(most=5, per=timedelta(hours=1))),
        Route(name="daily", to=("c",), digest=Digest.DAILY),
    ),
)


class Counter:
    """A channel that takes everything, and notes when critical alerts came."""

    def __init__(self) -> None:
        self.taken = 0
        self.critical: dict[str, float] = {}

    def send(self, message: Message | Bundle, key: str) -> None:
        """Take a message."""
        self.taken += 1
        if isinstance(message, Message) and message.alert.severity is Severity.CRITICAL:
            self.critical.setdefault(message.alert.articles[0].id, time.monotonic())


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--database", help="postgresql:// address; a SQLite file if not given")
    parser.add_argument(
        "--kafka", metavar="HOST:PORT", help="brokers without Harmattan's topics; a SQLite file if not given"
    )
    parser.add_argument("--policy", action="store_true", help="three analysts with all that holds back")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = KafkaEventLog(given.kafka) if given.kafka else SqliteEventLog(Path(folder) / "log.db")
        run(Path(folder), given.articles, given.database, log, POLICY if given.policy else simple_policy(("desk",)))


def run(folder: Path, count: int, database: str | None, log: EventLog, policy: Policy) -> None:
    """Decide on a burst and deliver it."""
    state = DatabaseState(database) if database else DatabaseState.embedded(folder / "state.db")
    log.create_topics(dict.fromkeys(topics.ALL, 1))
    state.setup()
    if state.ledger.alert("burst-b0") is not None:
        raise SystemExit(f"{database} holds the alerts of an earlier run: give an empty database")
    urgent = {min(count, 1000) - 100, count - 100}
    records = [
        NewRecord(f"b{number}", encode(article(number, Severity.CRITICAL if number in urgent else Severity.LOW)))
        for number in range(count)
    ]
    for begin in range(0, count, 500):
        log.append(topics.ENRICHED, records[begin : begin + 500])
    desk, decider = Counter(), Desk(lambda: policy)
    step = AlertStep(state.ledger, state.outbox, log, ["desk"], decider)
    workers: list[Worker] = [
        BatchWorker(step, log, RECEIVED, ahead=step.ahead()),
        NotifyWorker(state.ledger, state.outbox, log, {"desk": desk}, "bench", None, decider),
    ]
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(stop,), daemon=True) for worker in workers]
    started, wall, cpu = time.monotonic(), time.time(), time.process_time()
    for thread in threads:
        thread.start()
    while step.counts()["raised"] < count:
        time.sleep(0.02)
    decided, used = time.monotonic() - started, time.process_time() - cpu
    while len(desk.critical) < len(urgent):
        time.sleep(0.01)
    print(
        f"{count} alerts decided in {decided:.1f} s ({count / decided:.0f} a second, {used:.1f} s CPU), {desk.taken} sent"
    )
    for number in sorted(urgent):
        alert = state.ledger.alert(f"burst-b{number}")
        assert alert is not None
        wait = desk.critical[f"b{number}"] - started
        behind = wait - (alert.created.timestamp() - wall)
        print(
            f"critical number {number}: on its channel {wait:.2f} s after the burst began, {behind:.2f} s after its decision"
        )
    stop.set()
    for thread in threads:
        thread.join(30)
    state.close()


def article(number: int, severity: Severity) -> EnrichedArticle:
    """Give an article that is nobody's copy."""
    return enriched(f"b{number}", story=f"b{number}", matches=(match("burst", "convoy", severity=severity),))


if __name__ == "__main__":
    main()
