"""The notify worker on a real ledger: what is sent first, what is tried again, and when an analyst may hear twice."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from pipeline.errors import OutOfReach
from pipeline.log.interface import EventLog
from pipeline.notify import step as step_module
from pipeline.notify.interface import Digest, Message, Notifier, Refused, TryAgain, Unknown
from pipeline.notify.limits import Limit
from pipeline.notify.step import NotifyWorker
from pipeline.policy.desk import Desk, simple_policy
from pipeline.records import topics
from pipeline.records.alert import AlertEvent, AlertState
from pipeline.records.article import Severity
from pipeline.records.codec import decode
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Delivery, DeliveryState, Ledger
from tests.builders import match
from tests.notify.messages import article
from tests.work.steps import Running, eventually, running

SIMPLE = Desk(lambda: simple_policy(("desk",)))
SOON = timedelta(milliseconds=200)


class Channel:
    """A channel that keeps what it was sent, and does with each message what the test says."""

    def __init__(self, conduct: Callable[[Message], None] = lambda message: None) -> None:
        self._conduct = conduct
        self.tried: list[str] = []
        self.got: list[tuple[str, bool]] = []
        self.keys: list[str] = []

    def send(self, message: Message | Digest, key: str) -> None:
        assert isinstance(message, Message)
        self.tried.append(message.alert.id)
        self._conduct(message)
        self.got.append((message.alert.rule, message.maybe_repeat))
        self.keys.append(key)

    @property
    def rules(self) -> list[str]:
        return [rule for rule, _ in self.got]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_module, "FIRST_RETRY", timedelta(milliseconds=100))


def raise_alerts(state: DatabaseState, *rules: str, channels: tuple[str, ...] = ("desk",), **given: Any) -> None:
    with state.ledger.decide("alert@1") as decision:
        for rule in rules:
            alert = decision.raise_alert(match(rule, **given), article(id=f"of-{rule}"), f"story-of-{rule}")
            assert alert
            for channel in channels:
                decision.plan(alert.id, 0, "everyone", channel, timedelta(0))


def notifying(state: Any, log: EventLog, owner: str = "me", **channels: Notifier) -> NotifyWorker:
    return NotifyWorker(state.ledger, state.outbox, log, channels, owner, "https://harmattan.example.org/", SIMPLE)


def wait_for(event: threading.Event) -> None:
    event.wait(120)


def deliveries(state: DatabaseState, rule: str) -> list[Delivery]:
    return state.ledger.deliveries(f"{rule}-of-{rule}")


def states(state: DatabaseState) -> Mapping[str, AlertState]:
    return {alert.rule: alert.state for alert in state.ledger.alerts()}


def end_leases(state: DatabaseState) -> None:
    """Have the time of every claim be over."""
    from sqlalchemy import text

    with state._database.write() as connection:
        connection.execute(text("UPDATE deliveries SET lease_ends = leased WHERE leased IS NOT NULL"))


def test_an_alert_is_delivered_recorded_and_told(state: DatabaseState, log: EventLog) -> None:
    desk = Channel()
    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
        assert eventually(lambda: len(list(log.read(topics.ALERTS))) == 1)
    assert desk.got == [("convoys", False)]
    assert desk.keys == ["convoys-of-convoys/0/everyone/desk"]
    (record,) = log.read(topics.ALERTS)
    assert decode(record.value, AlertEvent).alert.state is AlertState.SENT


def test_the_message_links_to_the_alert_on_the_page(state: DatabaseState, log: EventLog) -> None:
    links: list[str | None] = []
    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=Channel(lambda message: links.append(message.link)))):
        assert eventually(lambda: bool(links))
    assert links == ["https://harmattan.example.org/alerts/convoys-of-convoys"]


def test_the_most_severe_goes_first(state: DatabaseState, log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_module, "SIDE_BY_SIDE", 1)
    desk = Channel()
    for severity in (Severity.LOW, Severity.HIGH, Severity.MEDIUM, Severity.CRITICAL):
        raise_alerts(state, severity.value, severity=severity)
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: len(desk.got) == 4)
    assert desk.rules == ["critical", "high", "medium", "low"]


def test_a_channel_that_is_away_is_tried_again_with_growing_pauses(state: DatabaseState, log: EventLog) -> None:
    moments: list[float] = []

    def away(_: Message) -> None:
        moments.append(time.monotonic())
        if len(moments) < 4:
            raise TryAgain("no connection")

    desk = Channel(away)
    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
    assert desk.got == [("convoys", False)]
    pauses = [after - before for before, after in pairwise(moments)]
    assert all(pause >= 0.1 * 2**attempt for attempt, pause in enumerate(pauses)), pauses


def test_a_receiver_that_names_a_time_is_not_asked_before_it(state: DatabaseState, log: EventLog) -> None:
    def busy(_: Message) -> None:
        raise TryAgain("too many requests", timedelta(hours=2))

    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=Channel(busy))):
        assert eventually(lambda: deliveries(state, "convoys")[0].attempts == 1)
    (delivery,) = deliveries(state, "convoys")
    assert delivery.due - state.ledger.alerts()[0].created > timedelta(hours=1)
    assert (delivery.state, delivery.error) == (DeliveryState.DUE, "too many requests")


def test_a_refusal_is_final_and_to_be_seen(state: DatabaseState, log: EventLog) -> None:
    def refuse(_: Message) -> None:
        raise Refused("no such address")

    desk = Channel(refuse)
    raise_alerts(state, "convoys", "fuel")
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: set(states(state).values()) == {AlertState.FAILED})
        assert eventually(lambda: len(list(log.read(topics.ALERTS))) == 2)
    assert len(desk.tried) == 2
    (delivery,) = deliveries(state, "convoys")
    assert (delivery.state, delivery.error) == (DeliveryState.FAILED, "no such address")


def test_a_channel_that_the_file_does_not_have_is_a_failure_that_says_so(state: DatabaseState, log: EventLog) -> None:
    raise_alerts(state, "convoys", channels=("pager",))
    with running(notifying(state, log, desk=Channel())):
        assert eventually(lambda: states(state) == {"convoys": AlertState.FAILED})
    assert "pager" in (deliveries(state, "convoys")[0].error or "")


@pytest.mark.parametrize("error", [Unknown("no answer"), ValueError("a fault")], ids=["no answer", "a fault"])
def test_what_may_have_arrived_is_sent_again_with_the_mark(
    state: DatabaseState, log: EventLog, error: Exception
) -> None:
    errors = [error]

    def unsure(_: Message) -> None:
        if errors:
            raise errors.pop()

    desk = Channel(unsure)
    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
    assert desk.got == [("convoys", True)]


def test_the_mark_stays_through_later_attempts(state: DatabaseState, log: EventLog) -> None:
    errors: list[Exception] = [TryAgain("no connection"), Unknown("no answer")]

    def unsure(_: Message) -> None:
        if errors:
            raise errors.pop()

    desk = Channel(unsure)
    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
    assert desk.got == [("convoys", True)]


def test_killed_between_delivery_and_record_it_is_sent_once_more_with_the_mark_and_the_same_key(
    state: DatabaseState, log: EventLog
) -> None:
    desk = Channel()
    raise_alerts(state, "convoys")
    (claim,) = state.ledger.claim_due("the one that is killed", 1, timedelta(minutes=1))
    desk.send(Message(alert=claim.alert, update=0, link=None, maybe_repeat=False), claim.delivery.id)
    end_leases(state)
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
    assert desk.got == [("convoys", False), ("convoys", True)]
    assert len(set(desk.keys)) == 1


def test_a_claim_that_still_stands_is_left_to_its_holder(state: DatabaseState, log: EventLog) -> None:
    desk = Channel()
    raise_alerts(state, "convoys", "fuel")
    state.ledger.claim_due("another", 1, timedelta(minutes=1))
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: AlertState.SENT in states(state).values())
    assert len(desk.got) == 1


def test_two_workers_send_each_alert_once(state: DatabaseState, log: EventLog) -> None:
    desk = Channel(lambda message: time.sleep(0.01))
    rules = [f"rule-{number}" for number in range(40)]
    raise_alerts(state, *rules)
    with running(notifying(state, log, "one", desk=desk)), running(notifying(state, log, "two", desk=desk)):
        assert eventually(lambda: set(states(state).values()) == {AlertState.SENT})
    assert sorted(desk.rules) == sorted(rules)


def test_a_delivery_that_outlasts_its_claim_is_not_made_again_beside_itself(
    state: DatabaseState, log: EventLog
) -> None:
    arrived = threading.Event()
    desk = Channel(lambda message: wait_for(arrived))
    raise_alerts(state, "convoys")
    with running(notifying(state, log, desk=desk)):
        assert eventually(lambda: len(desk.tried) == 1)
        end_leases(state)
        assert not eventually(lambda: len(desk.tried) > 1, 1.0)
        arrived.set()
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
    assert len(desk.got) == 1


class Forgetful:
    """A ledger whose records can't be written until it is told so."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.away = True
        self.tried = 0

    def record(self, *arguments: Any) -> Any:
        self.tried += 1
        if self.away:
            raise OutOfReach("the database is away")
        return self._ledger.record(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def test_an_outage_between_delivery_and_record_that_outlasts_the_claim_repeats_nothing(
    state: DatabaseState, log: EventLog
) -> None:
    ledger: Any = Forgetful(state.ledger)
    desk = Channel()
    raise_alerts(state, "convoys")
    with running(NotifyWorker(ledger, state.outbox, log, {"desk": desk}, "me", None, SIMPLE)):
        assert eventually(lambda: ledger.tried > 0)
        end_leases(state)
        assert eventually(lambda: ledger.tried > 2)
        ledger.away = False
        assert eventually(lambda: states(state) == {"convoys": AlertState.SENT})
    assert desk.got == [("convoys", False)]


def test_one_channel_that_hangs_does_not_hold_up_another_for_long(state: DatabaseState, log: EventLog) -> None:
    hung = threading.Event()
    slow, quick = Channel(lambda message: wait_for(hung)), Channel()
    raise_alerts(state, *(f"slow-{n}" for n in range(30)), channels=("slow",), severity=Severity.CRITICAL)
    raise_alerts(state, *(f"quick-{n}" for n in range(30)), channels=("quick",), severity=Severity.LOW)
    with running(notifying(state, log, slow=slow, quick=quick)):
        try:
            assert eventually(lambda: len(quick.got) == 30)
        finally:
            hung.set()


def test_a_worker_that_is_stopped_takes_on_nothing_more(state: DatabaseState, log: EventLog) -> None:
    started: list[Running] = []
    desk = Channel(lambda message: started[0].request())
    raise_alerts(state, *(f"rule-{n}" for n in range(50)))
    with running(notifying(state, log, desk=desk)) as worker:
        started.append(worker)
        assert eventually(worker.ended)
    assert len(desk.got) < 50
    assert list(states(state).values()).count(AlertState.SENT) == len(desk.got)


def test_a_channel_with_a_limit_is_given_no_more_and_the_others_are_not_held_up(
    state: DatabaseState, log: EventLog
) -> None:
    sms, desk = Channel(), Channel()
    rules = [f"rule-{number}" for number in range(6)]
    raise_alerts(state, *rules, channels=("sms", "desk"))
    worker = NotifyWorker(
        state.ledger,
        state.outbox,
        log,
        {"sms": sms, "desk": desk},
        "me",
        None,
        SIMPLE,
        limits={"sms": Limit(2, timedelta(hours=1))},
    )
    with running(worker):
        assert eventually(lambda: len(desk.got) == 6 and len(sms.got) == 2)
        assert not eventually(lambda: len(sms.got) > 2, 0.5)
    waiting = [one for rule in rules for one in deliveries(state, rule) if one.state is DeliveryState.DUE]
    assert [one.channel for one in waiting] == ["sms"] * 4
    assert all(one.attempts == 0 for one in waiting), "waiting is no attempt"
