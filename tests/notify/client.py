"""A notifier as a process of its own: `python -m tests.notify.client STATE LOG WEBHOOK OWNER`."""

import sys
import threading
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from pipeline.log.sqlite import SqliteEventLog
from pipeline.notify import step
from pipeline.notify.step import NotifyWorker
from pipeline.notify.webhook import WebhookNotifier
from pipeline.policy.desk import Desk, simple_policy
from tests.state.client import open_state

LEASE = timedelta(seconds=2)


def main(state: str, log: str, webhook: str, owner: str) -> None:
    step.LEASE = LEASE
    step.FIRST_RETRY = timedelta(milliseconds=100)
    opened = open_state(state)
    desk = WebhookNotifier(webhook, source="harmattan", allowed=(ip_network("127.0.0.0/8"),), timeout=1.5)
    worker = NotifyWorker(
        opened.ledger,
        opened.outbox,
        SqliteEventLog(Path(log)),
        {"desk": desk},
        owner,
        None,
        Desk(lambda: simple_policy(("desk",))),
    )
    worker.run(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
