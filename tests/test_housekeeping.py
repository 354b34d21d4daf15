"""What is done once in a while, on the embedded stores: retention, the daily digest, and trying again."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import OutOfReach
from pipeline.housekeeping import HousekeepingWorker, drop_old
from pipeline.index.interface import SearchQuery
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.notify.digest import DigestFailed, make_digest, send_digest
from pipeline.notify.interface import Digest, Message, TryAgain
from pipeline.records import topics
from pipeline.records.alert import AlertArticle
from pipeline.records.article import Severity
from pipeline.state.database import DatabaseState
from tests.builders import NOON, enriched, match


class Reader:
    """A channel that keeps what it is sent, and may be out of order."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Message | Digest]] = []
        self.broken = False

    def send(self, message: Message | Digest, key: str) -> None:
        if self.broken:
            raise TryAgain("the desk is closed")
        self.got.append((key, message))


def raise_alert(state: DatabaseState, article: str, severity: Severity) -> None:
    with state.ledger.decide("alert@test") as decision:
        about = AlertArticle(id=article, url=None, title=article, source="Sahel Post", language="en")
        assert decision.raise_alert(match(f"rule-{severity}", severity=severity), about, article)


def today() -> date:
    return datetime.now(UTC).date()


def test_a_digest_holds_the_days_alerts_the_most_severe_first(state: DatabaseState) -> None:
    raise_alert(state, "a1", Severity.LOW)
    raise_alert(state, "a2", Severity.CRITICAL)
    digest = make_digest(today(), state.ledger, "https://desk.example")
    assert [alert.severity for alert in digest.alerts] == [Severity.CRITICAL, Severity.LOW]
    assert digest.link == "https://desk.example/alerts"
    assert make_digest(today() - timedelta(days=1), state.ledger, None).alerts == ()


def test_each_channel_gets_a_digest_once_and_one_that_failed_gets_it_later(state: DatabaseState) -> None:
    desk, night = Reader(), Reader()
    night.broken = True
    channels = {"desk": desk, "night": night}
    digest = make_digest(today(), state.ledger, None)

    with pytest.raises(DigestFailed, match="night: the desk is closed"):
        send_digest(digest, state.ledger, channels, ["desk", "night"])
    night.broken = False
    assert send_digest(digest, state.ledger, channels, ["desk", "night"]) == 1
    assert send_digest(digest, state.ledger, channels, ["desk", "night"]) == 0

    assert [key for key, _ in desk.got] == [f"digest:{today()}:desk"]
    assert [key for key, _ in night.got] == [f"digest:{today()}:night"]


def test_retention_removes_old_months_and_old_records_and_keeps_the_rest(state: DatabaseState, tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "index")
    index.setup()
    old = enriched("a1", url="https://post.example/old", first_seen=NOON - timedelta(days=500))
    index.write([old, enriched("a2", url="https://post.example/new", first_seen=NOON)])
    log = SqliteEventLog(tmp_path / "log.db")
    log.create_topics(dict.fromkeys(topics.ALL, 1))
    log.append(topics.RAW, [NewRecord("k", b"a record")])

    removed = drop_old(log, index, state.stories, NOON - timedelta(days=400))

    assert removed["articles"] == 1
    index.refresh()
    assert [hit.id for hit in index.search(SearchQuery()).hits] == ["a2"]
    assert len(list(log.read(topics.RAW))) == 1
    drop_old(log, index, state.stories, datetime.now(UTC) + timedelta(seconds=1))
    assert list(log.read(topics.RAW)) == []
    index.close()
    log.close()


@pytest.mark.parametrize("fault", [OutOfReach("the disk sleeps"), ValueError("a fault")])
def test_a_task_that_fails_is_told_and_the_others_are_done(fault: Exception) -> None:
    done = threading.Event()
    stop = threading.Event()

    def broken() -> None:
        raise fault

    worker = HousekeepingWorker({broken: timedelta(hours=1), done.set: timedelta(hours=1)})
    thread = threading.Thread(target=worker.run, args=[stop])
    thread.start()
    assert done.wait(10)
    stop.set()
    thread.join(10)
    assert worker.counts() == {"failed": 1}
