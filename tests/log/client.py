"""A process with a client of an event log, for tests that kill it: `python -m tests.log.client ADDRESS LEASE COMMAND...`

It says what it has done in lines on standard output.
"""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from pipeline.log.interface import EventLog, LogRecord, NewRecord

FOREVER = 3600


def open_log(address: str, lease: float | None = None, patience: float = 10.0) -> EventLog:
    """Open the log at the address, a file's path or kafka://host:port; times are in seconds."""
    if address.startswith("kafka://"):
        from pipeline.log.kafka import KafkaEventLog

        session = timedelta(seconds=lease or 10)
        return KafkaEventLog(address.removeprefix("kafka://"), session=session, patience=timedelta(seconds=patience))
    from pipeline.log.sqlite import SqliteEventLog

    return SqliteEventLog(Path(address), lease=timedelta(seconds=lease or 5), patience=timedelta(seconds=patience))


def append(log: EventLog, topic: str, count: str) -> None:
    """Append records 0, 1, ... and stay."""
    log.append(topic, [NewRecord("key", str(n).encode()) for n in range(int(count))])
    say("appended")
    time.sleep(FOREVER)


def hold(log: EventLog, group: str, topic: str, done: str) -> None:
    """Receive records, finish the first few of them, and stay with the rest."""
    subscription = log.subscribe(group, [topic])
    held: list[LogRecord] = []
    while not held:
        held = subscription.receive(1000, 1.0)
    subscription.done(held[: int(done)])
    say(f"holding {len(held) - int(done)}")
    time.sleep(FOREVER)


def work(log: EventLog, group: str, topic: str) -> None:
    """Work until killed: say what was received, then call it done."""
    subscription = log.subscribe(group, [topic])
    say("working")
    while True:
        records = subscription.receive(7, 1.0)
        for record in records:
            say(record.value.decode())
        time.sleep(0.01)
        subscription.done(records)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    address, lease, command, *arguments = sys.argv[1:]
    commands: dict[str, Callable[..., None]] = {"append": append, "hold": hold, "work": work}
    commands[command](open_log(address, float(lease)), *arguments)
