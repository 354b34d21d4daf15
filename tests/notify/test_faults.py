"""Faults of channels, notifiers and clocks, with real counterparts; what arrives is counted at the receiver."""

import itertools
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from ipaddress import ip_network
from pathlib import Path

import pytest

from pipeline.log.interface import EventLog
from pipeline.notify import breaker as breakers_module
from pipeline.notify import step as step_module
from pipeline.notify.channels_file import MailSecurity
from pipeline.notify.interface import Notifier
from pipeline.notify.mail import MailNotifier, MailServer
from pipeline.notify.step import NotifyWorker
from pipeline.notify.webhook import WebhookNotifier
from pipeline.policy.desk import Desk, simple_policy
from pipeline.records.alert import AlertState
from pipeline.records.article import Severity
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Delivery
from tests.builders import match
from tests.notify.messages import article
from tests.notify.receivers import MailReceiver
from tests.notify.unreliable import UnreliableReceiver
from tests.servers.process import free_port
from tests.state.harness import StateUnderTest
from tests.work.steps import eventually, running

LOOPBACK = (ip_network("127.0.0.0/8"),)
FAULTS = ("unread", "unanswered", "halfway", "slow", "silent", "500", "503", "429", "408")
MAY_HAVE_ARRIVED = {"unanswered", "halfway", "silent"}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_module, "FIRST_RETRY", timedelta(milliseconds=50))
    monkeypatch.setattr(breakers_module, "FIRST_REST", 0.1)
    monkeypatch.setattr(breakers_module, "LONGEST_REST", 0.2)


@pytest.fixture
def under_test(tmp_path: Path) -> Iterator[StateUnderTest]:
    state = StateUnderTest(str(tmp_path / "state.db"))
    state.client().setup()
    yield state
    state.close()


def raise_alerts(state: DatabaseState, count: int, *channels: str, severity: Severity = Severity.HIGH) -> list[str]:
    """Raise alerts in one moment; give the keys of their deliveries."""
    with state.ledger.decide("alert@1") as decision:
        for number in range(count):
            about = article(id=f"n{number}")
            alert = decision.raise_alert(match("convoys", severity=severity), about, f"s{number}")
            assert alert
            for channel in channels or ("desk",):
                decision.plan(alert.id, 0, "everyone", channel, timedelta(0))
    return [f"convoys-n{number}/0/everyone/desk" for number in range(count)]


def webhook(receiver: UnreliableReceiver) -> WebhookNotifier:
    return WebhookNotifier(receiver.url, source="harmattan", allowed=LOOPBACK, timeout=1.5)


def notifying(state: DatabaseState, log: EventLog, owner: str = "me", **channels: Notifier) -> NotifyWorker:
    return NotifyWorker(state.ledger, state.outbox, log, channels, owner, None, Desk(lambda: simple_policy(("desk",))))


def all_sent(state: DatabaseState) -> bool:
    return all(alert.state is AlertState.SENT for alert in state.ledger.alerts(limit=1000))


def test_whatever_a_receiver_does_two_notifiers_bring_everything_and_mark_what_may_be_a_repeat(
    under_test: StateUnderTest, log: EventLog
) -> None:
    chance = random.Random(5)
    done: dict[str, list[str]] = {}

    def conduct(key: str, number: int) -> str:
        how = chance.choice(FAULTS) if number <= 2 else "ok"
        done.setdefault(key, []).append(how)
        return how

    with UnreliableReceiver(conduct).serving() as receiver:
        keys = raise_alerts(under_test.client(), 40)
        one, two = under_test.client(), under_test.client()
        workers = [
            notifying(one, log, "one", desk=webhook(receiver)),
            notifying(two, log, "two", desk=webhook(receiver)),
        ]
        with running(workers[0]), running(workers[1]):
            assert eventually(lambda: all_sent(one))

    assert receiver.keys == set(keys)
    answered = Counter(taken.key for taken in receiver.taken if taken.answered)
    assert set(answered.values()) == {1}, "what was answered is not sent again"
    for key in keys:
        mine = [taken for taken in receiver.taken if taken.key == key]
        assert len(mine) == 1 + sum(how in MAY_HAVE_ARRIVED for how in done[key])
        assert all(taken.maybe_repeat for taken in mine[1:])


def test_a_mail_server_that_refuses_for_now_hangs_up_and_is_away_gets_every_mail_once(
    under_test: StateUnderTest, log: EventLog
) -> None:
    receiver = MailReceiver(answer="451 try again later")
    server = MailServer(host="127.0.0.1", port=free_port(), security=MailSecurity.NONE)
    away = MailNotifier(server, "Harmattan <alerts@example.org>", ("analyst@example.org",), timeout=2)
    state = under_test.client()
    raise_alerts(state, 6)
    with running(notifying(state, log, desk=away)):
        assert eventually(lambda: all(one.attempts for one in deliveries(state)))
    with receiver.serving():
        server = MailServer(host="127.0.0.1", port=receiver.port, security=MailSecurity.NONE)
        mail = MailNotifier(server, "Harmattan <alerts@example.org>", ("analyst@example.org",), timeout=2)
        with running(notifying(state, log, desk=mail)):
            assert eventually(lambda: len(receiver.mails) >= 6)
            refused = len(receiver.mails)
            receiver.answer = "250 OK"
            assert eventually(lambda: all_sent(state))

    ids = [message_from_bytes(raw)["Message-ID"] for raw in receiver.mails]
    assert len(set(ids)) == 6
    assert len(ids) - refused <= 6 + 4, "only mails under way at the change can have been refused after it was noted"


def deliveries(state: DatabaseState) -> list[Delivery]:
    return [one for alert in state.ledger.alerts() for one in state.ledger.deliveries(alert.id)]


def test_a_channel_that_is_away_for_an_hour_brings_everything_when_it_is_back_and_delays_no_other(
    under_test: StateUnderTest, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_module, "FIRST_RETRY", timedelta(seconds=5))
    away, well = UnreliableReceiver(port=free_port()), UnreliableReceiver()
    state = under_test.client()
    keys = raise_alerts(state, 5, "desk", "well")
    with well.serving():
        for _ in range(13):
            with running(notifying(state, log, desk=webhook(away), well=webhook(well))):
                assert eventually(lambda: not state.ledger.due())
            under_test.let_pass(timedelta(minutes=5))
        assert (len(well.taken), away.taken) == (5, [])
        under_test.let_pass(timedelta(hours=1))
        with away.serving(), running(notifying(state, log, desk=webhook(away), well=webhook(well))):
            assert eventually(lambda: all_sent(state))

    assert sorted(taken.key for taken in away.taken) == sorted(keys)
    assert not any(taken.maybe_repeat for taken in away.taken), "nobody took it, so it can't be a repeat"
    assert len(well.taken) == 5


def test_a_clock_that_goes_back_an_hour_loses_and_repeats_nothing(under_test: StateUnderTest, log: EventLog) -> None:
    state = under_test.client()
    with UnreliableReceiver().serving() as receiver:
        first = raise_alerts(state, 3)
        with running(notifying(state, log, desk=webhook(receiver))):
            assert eventually(lambda: all_sent(state))
        with state.ledger.decide("alert@1") as decision:
            alert = decision.raise_alert(match("fuel"), article(id="n9"), "s9")
            assert alert
            decision.plan(alert.id, 0, "everyone", "desk", timedelta(0))
        under_test.let_pass(timedelta(hours=-1))
        with running(notifying(state, log, desk=webhook(receiver))):
            assert eventually(lambda: not state.ledger.due())
        under_test.let_pass(timedelta(hours=1))
        with running(notifying(state, log, desk=webhook(receiver))):
            assert eventually(lambda: all_sent(state))

    assert sorted(taken.key for taken in receiver.taken) == sorted([*first, "fuel-n9/0/everyone/desk"])


class Notifiers:
    """Two notifiers, each a process, whose requests tell by their path which they are; killed as a test says."""

    def __init__(self, state: str, log: Path, receiver: UnreliableReceiver) -> None:
        self._command = [sys.executable, "-m", "tests.notify.client", state, str(log)]
        self._receiver = receiver
        self._running: dict[str, subprocess.Popen[str]] = {}
        self.killed = 0
        self._lock = threading.Lock()

    def start(self, name: str) -> None:
        url = f"http://127.0.0.1:{self._receiver.port}/{name}"
        self._running[name] = subprocess.Popen([*self._command, url, name], stdin=subprocess.PIPE, text=True)

    def kill(self, path: str) -> None:
        with self._lock:
            process = self._running[path.strip("/")]
            if process.poll() is None:
                self.killed += 1
                process.send_signal(signal.SIGKILL)
                process.wait()

    def keep_running(self) -> None:
        """Start anew what was killed."""
        for name, process in list(self._running.items()):
            if process.poll() is not None:
                self.start(name)

    def end(self) -> None:
        for process in self._running.values():
            process.kill()
            process.communicate()


@pytest.mark.timeout(180)
def test_two_notifiers_killed_before_during_and_after_deliveries_lose_nothing(
    postgres_database: str, tmp_path: Path, log: EventLog
) -> None:
    under_test = StateUnderTest(postgres_database)
    state = under_test.client()
    state.setup()
    keys = raise_alerts(state, 24)
    receiver = UnreliableReceiver()

    def killing_at(request: int) -> Callable[[str], None]:
        counted = itertools.count(1)
        return lambda path: notifiers.kill(path) if next(counted) == request else None

    receiver.before, receiver.during, receiver.after = killing_at(2), killing_at(10), killing_at(18)
    with receiver.serving():
        notifiers = Notifiers(postgres_database, tmp_path / "log.db", receiver)
        notifiers.start("one")
        notifiers.start("two")
        try:

            def done() -> bool:
                notifiers.keep_running()
                return all_sent(state)

            assert eventually(done)
        finally:
            notifiers.end()
    under_test.close()

    assert notifiers.killed == 3
    assert {taken.key for taken in receiver.taken} == set(keys), "nothing is missing"
    seen: set[str] = set()
    for taken in receiver.taken:
        assert taken.maybe_repeat or taken.key not in seen, "whoever gets it again is told that it may be a repeat"
        seen.add(taken.key)
    # what a killed process had under way side by side may come again, and nothing else
    assert len(receiver.taken) - len(keys) <= 3 * step_module.A_CHANNEL
