"""A client of the state in this process, and the same as a process of its own: `python -m tests.state.client ADDRESS ACT`."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.log.interface import LogRecord
from pipeline.records.alert import AlertArticle
from pipeline.state.database import DatabaseState
from pipeline.state.engine import PATIENCE
from pipeline.state.interface import KnownArticle
from tests.builders import match

MOMENT = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


def open_state(address: str, patience: timedelta = PATIENCE) -> DatabaseState:
    """Open the state at an address: a PostgreSQL URL or the path of a file."""
    if address.startswith("postgresql://"):
        return DatabaseState(address, patience=patience)
    return DatabaseState.embedded(Path(address), patience=patience)


def record(offset: int, partition: int = 0, topic: str = "articles.prepared") -> LogRecord:
    return LogRecord(topic, partition, offset, "key", b"", MOMENT)


def known(identity: str, **given: object) -> KnownArticle:
    values: dict[str, object] = {
        "id": identity,
        "story": identity,
        "copy_of": None,
        "feed": "https://post.example/rss",
        "revision": 1,
        "first_seen": MOMENT,
        "seen": MOMENT,
        "text_source": "feed",
        "content_hash": "c",
        "document_hash": "d",
        "backfill": False,
        "alertable": True,
        "corrected": False,
        "signature": b"\x01\x02",
    }
    return KnownArticle(**values | given)  # type: ignore[arg-type]


def alert_article(identity: str, **given: object) -> AlertArticle:
    values: dict[str, object] = {
        "id": identity,
        "url": f"https://post.example/{identity}",
        "title": f"About {identity}",
        "source": "Sahel Post",
        "language": "en",
    }
    return AlertArticle(**values | given)  # type: ignore[arg-type]


def main(address: str, act: str) -> None:
    state = open_state(address)
    if act == "set-up":
        _wait_for_the_starting_signal()
        state.setup()
    elif act == "hold-story-decision":
        state.stories.lead("doomed", LEASE)
        with state.stories.decide("doomed", "relate@1") as decision:
            decision.put(known("a1"), ["https://post.example/a1"], ["band"])
            decision.by_keys(["https://post.example/a1"])
            decision.cover([record(7)])
            decision.publish("articles.enriched", "a1", b"revision 1")
            decision.finish()
            _hold()
    elif act == "hold-ledger-decision":
        with state.ledger.decide("alert@1") as ledger:
            alert = ledger.raise_alert(match("convoys"), alert_article("a1"), "s1")
            assert alert
            ledger.plan(alert.id, 0, "everyone", "console", timedelta(0))
            ledger.cover([record(7)])
            ledger.publish("alerts", alert.id, b"event")
            ledger.finish()
            _hold()


def _wait_for_the_starting_signal() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def _hold() -> None:
    print("holding", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
