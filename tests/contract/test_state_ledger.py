"""Alerts, and every delivery with what became of it, whatever database keeps them."""

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from pipeline.errors import LeaseLost
from pipeline.records import topics
from pipeline.records.alert import Alert, AlertArticle, AlertEvent, AlertState
from pipeline.records.article import Severity
from pipeline.records.codec import decode
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Attempt, ClaimedDelivery, DeliveryState, Ledger, LedgerDecision
from tests.builders import match
from tests.state.client import alert_article, record
from tests.state.harness import StateUnderTest, side_by_side

LEASE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = timedelta(0)
CONSUMER = "alert@1"
SENT = Attempt(sent=True)
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    return state.client()


@pytest.fixture
def ledger(client: DatabaseState) -> Ledger:
    return client.ledger


def found(
    ledger: Ledger,
    article: str = "a1",
    *channels: str,
    rule: str = "convoys",
    story: str | None = None,
    severity: Severity = HIGH,
    delay: timedelta = NOW,
) -> Alert:
    """Found an alert, with a delivery for each channel."""
    with ledger.decide(CONSUMER) as decision:
        alert = decision.raise_alert(match(rule, severity=severity), alert_article(article), story or article)
        assert alert
        for channel in channels:
            alert = decision.plan(alert.id, 0, "everyone", channel, delay)
    return alert


def join(
    ledger: Ledger, alert: Alert, article: AlertArticle, story: str, *words: str, severity: Severity = LOW
) -> Alert:
    with ledger.decide(CONSUMER) as decision:
        return decision.join(alert.id, article, story, words, severity)


def alert_of(ledger: Ledger, rule: str, article: str, story: str) -> str | None:
    with ledger.decide(CONSUMER) as decision:
        alert = decision.alert_of(rule, article, story)
    return alert.id if alert else None


def claim(ledger: Ledger) -> ClaimedDelivery:
    [claimed] = ledger.claim_due("worker", 1, LEASE)
    return claimed


def due(ledger: Ledger) -> list[str]:
    return [claimed.delivery.id for claimed in ledger.claim_due("worker", 1000, LEASE)]


def told(client: DatabaseState) -> list[Alert]:
    """The alerts as notify's outbox tells them."""
    rows = client.outbox.pending("notify", 1000)
    assert {row.topic for row in rows} <= {topics.ALERTS}
    alerts = [decode(row.value, AlertEvent).alert for row in rows]
    assert [row.key for row in rows] == [alert.id for alert in alerts]
    return alerts


# ------------------------------------------------------------------------------------------------- founding


def test_an_alert_says_why_it_was_raised(ledger: Ledger):
    article = alert_article("a1", title="Convoy\0stopped", url=None)
    reason = match("convoys", "convoy", "lorries", "convoy", severity=CRITICAL, version="v7", name="Convoys")
    with ledger.decide(CONSUMER) as decision:
        alert = decision.raise_alert(reason, article, "s1")
    assert alert
    assert alert == ledger.alert("convoys-a1")
    assert (alert.rule, alert.rule_name, alert.rule_version, alert.severity) == ("convoys", "Convoys", "v7", CRITICAL)
    assert (alert.story, alert.matches, alert.revision) == ("s1", ("convoy", "lorries"), 1)
    assert [(one.id, one.title, one.url) for one in alert.articles] == [("a1", "Convoy\ufffdstopped", None)]


def test_an_alert_without_deliveries_is_unrouted(ledger: Ledger):
    found(ledger)
    assert [alert.state for alert in ledger.alerts()] == [AlertState.UNROUTED]


def test_under_one_rule_a_story_is_alerted_once(ledger: Ledger):
    first = found(ledger, "a1", story="s1")
    assert alert_of(ledger, "convoys", "a2", "s1") == first.id
    with ledger.decide(CONSUMER) as decision:
        assert decision.raise_alert(match("convoys"), alert_article("a2"), "s1") is None
    assert len(ledger.alerts()) == 1


def test_another_rule_alerts_of_the_same_story(ledger: Ledger):
    found(ledger, "a1", rule="convoys")
    assert alert_of(ledger, "fuel", "a1", "a1") is None
    found(ledger, "a1", rule="fuel")
    assert {alert.id for alert in ledger.alerts()} == {"convoys-a1", "fuel-a1"}


def test_an_article_that_was_alerted_and_moves_to_another_story_takes_the_alert_along(ledger: Ledger):
    alert = found(ledger, "a1", story="s1")
    assert alert_of(ledger, "convoys", "a1", "s2") == alert.id
    moved = join(ledger, alert, alert_article("a1"), "s2")
    assert (moved.story, moved.revision) == ("s2", 2)
    assert alert_of(ledger, "convoys", "a9", "s2") == alert.id
    assert alert_of(ledger, "convoys", "a9", "s1") == alert.id


def test_a_story_that_has_an_alert_keeps_it_when_another_alerts_article_moves_there(ledger: Ledger):
    one, other = found(ledger, "a1", story="s1"), found(ledger, "a2", story="s2")
    join(ledger, one, alert_article("a1"), "s2")
    assert alert_of(ledger, "convoys", "a9", "s2") == other.id
    assert alert_of(ledger, "convoys", "a1", "s2") == one.id


def test_a_decision_that_fails_leaves_nothing(client: DatabaseState):
    with suppress(ZeroDivisionError), client.ledger.decide(CONSUMER) as decision:
        alert = decision.raise_alert(match("convoys"), alert_article("a1"), "s1")
        assert alert
        decision.plan(alert.id, 0, "everyone", "console", NOW)
        decision.cover([record(3)])
        decision.publish(topics.ALERTS, alert.id, b"event")
        raise ZeroDivisionError
    assert client.ledger.alerts() == []
    assert client.ledger.due() == 0
    assert client.outbox.pending("alert", 10) == []
    with client.ledger.decide(CONSUMER) as decision:
        assert decision.uncovered([record(3)]) == [record(3)]


def test_a_worker_killed_in_the_middle_of_a_decision_leaves_nothing(state: StateUnderTest):
    process = state.process("hold-ledger-decision")
    assert process.stdout
    assert process.stdout.readline() == "holding\n"
    process.kill()
    process.wait()
    client = state.client()
    assert alert_of(client.ledger, "convoys", "a1", "s1") is None
    assert client.ledger.due() == 0
    assert client.outbox.pending("alert", 10) == []
    with client.ledger.decide(CONSUMER) as decision:
        assert decision.uncovered([record(7)]) == [record(7)]


def raise_or_join(decision: LedgerDecision, article: str, story: str) -> Alert:
    reason = match("convoys")
    alert = decision.alert_of("convoys", article, story) or decision.raise_alert(reason, alert_article(article), story)
    if alert is None:
        alert = decision.alert_of("convoys", article, story)
    assert alert
    return decision.join(alert.id, alert_article(article), story, ["convoy"], HIGH)


def test_workers_that_meet_in_the_same_stories_at_once_find_one_alert_for_each(state: StateUnderTest):
    stories = [f"s{n}" for n in range(12)]

    def work(ledger: Ledger, worker: int) -> None:
        its_stories = random.Random(worker).sample(stories, len(stories))
        for batch in (its_stories[:6], its_stories[6:]):
            with ledger.decide(f"alert@{worker}") as decision:
                for story in batch:
                    alert = raise_or_join(decision, f"{story}-{worker}", story)
                    decision.plan(alert.id, 0, "everyone", "console", NOW)

    side_by_side([partial(work, state.client().ledger, worker) for worker in range(4)])
    ledger = state.client().ledger
    alerts = ledger.alerts()
    assert sorted(alert.story for alert in alerts) == sorted(stories)
    for alert in alerts:
        assert sorted(article.id for article in alert.articles) == [f"{alert.story}-{worker}" for worker in range(4)]
        assert len(ledger.deliveries(alert.id)) == 1


def test_a_worker_that_lost_its_partition_decides_nothing_beside_its_heir(state: StateUnderTest):
    batch = [record(offset) for offset in range(5)]

    def decide(ledger: Ledger) -> int:
        with ledger.decide(CONSUMER) as decision:
            fresh = decision.uncovered(batch)
            for one in fresh:
                decision.publish(topics.ALERTS, str(one.offset), b"event")
            decision.cover(batch)
        return len(fresh)

    counts = side_by_side([partial(decide, state.client().ledger) for _ in range(4)])
    assert sorted(counts) == [0, 0, 0, 5]
    assert [row.key for row in state.client().outbox.pending("alert", 100)] == ["0", "1", "2", "3", "4"]


# -------------------------------------------------------------------------------------------------- joining


def test_joining_articles_follow_the_one_that_founded_the_alert(ledger: Ledger):
    alert = found(ledger, "m", story="s1")
    for article in ("z", "a", "k"):
        alert = join(ledger, alert, alert_article(article), "s1")
    assert [article.id for article in alert.articles] == ["m", "z", "a", "k"]
    assert alert.revision == 4
    assert alert_of(ledger, "convoys", "k", "another") == alert.id


def test_an_alert_names_the_first_fifty_articles(ledger: Ledger):
    alert = found(ledger, "a00", story="s1")
    with ledger.decide(CONSUMER) as decision:
        for n in range(1, 60):
            alert = decision.join(alert.id, alert_article(f"a{n:02}"), "s1", [], LOW)
    assert [article.id for article in alert.articles] == [f"a{n:02}" for n in range(50)]
    assert alert_of(ledger, "convoys", "a59", "elsewhere") == alert.id
    assert join(ledger, alert, alert_article("a59"), "s1").revision == alert.revision == 60


def test_joining_adds_words_and_raises_the_severity(ledger: Ledger):
    alert = found(ledger, "a1", severity=MEDIUM)
    alert = join(ledger, alert, alert_article("a2"), "a1", "convoi", "convoy", "camions", severity=CRITICAL)
    assert (alert.matches, alert.severity) == (("convoy", "convoi", "camions"), CRITICAL)
    alert = join(ledger, alert, alert_article("a3"), "a1", severity=LOW)
    assert alert.severity is CRITICAL


def test_a_newer_title_replaces_the_old_one(ledger: Ledger):
    alert = found(ledger, "a1")
    newer = alert_article("a1", title="Corrected", url="https://post.example/moved")
    renewed = join(ledger, alert, newer, "a1")
    assert renewed.articles == (newer,)
    assert renewed.revision == 2


def test_nothing_new_leaves_the_revision(ledger: Ledger):
    alert = found(ledger, "a1", "console")
    again = join(ledger, alert, alert_article("a1"), "a1", "convoy", severity=HIGH)
    assert again == alert


# ------------------------------------------------------------------------------------------------ deliveries


def test_a_delivery_is_planned_once(ledger: Ledger):
    alert = found(ledger, "a1", "console", "file")
    assert (alert.state, alert.revision) == (AlertState.WAITING, 2)
    with ledger.decide(CONSUMER) as decision:
        assert decision.plan(alert.id, 0, "everyone", "console", HOUR) == alert
    assert [one.id for one in ledger.deliveries(alert.id)] == [
        "convoys-a1/0/everyone/console",
        "convoys-a1/0/everyone/file",
    ]
    assert ledger.due() == 2


def test_a_delivery_comes_with_its_alert(ledger: Ledger):
    alert = found(ledger, "a1", "console")
    claimed = claim(ledger)
    assert claimed.alert == alert
    delivery = claimed.delivery
    assert (delivery.alert, delivery.update, delivery.recipient, delivery.channel) == (
        alert.id,
        0,
        "everyone",
        "console",
    )
    assert (delivery.state, delivery.attempts, delivery.maybe_repeat) == (DeliveryState.DUE, 0, False)


def test_an_alert_is_sent_when_every_delivery_arrived(ledger: Ledger):
    found(ledger, "a1", "console", "file")
    first = ledger.record(claim(ledger), SENT)
    assert (first.state, first.revision) == (AlertState.WAITING, 2)
    second = ledger.record(claim(ledger), SENT)
    assert (second.state, second.revision) == (AlertState.SENT, 3)
    assert ledger.alert("convoys-a1") == second
    assert all(one.state is DeliveryState.SENT and one.sent for one in ledger.deliveries("convoys-a1"))
    assert ledger.due() == 0


def test_an_alert_of_which_a_delivery_failed_for_good_is_failed_once_none_is_left_to_try(ledger: Ledger):
    found(ledger, "a1", "console", "file")
    assert ledger.record(claim(ledger), Attempt(error="no such address")).state is AlertState.WAITING
    assert ledger.record(claim(ledger), SENT).state is AlertState.FAILED
    failed = ledger.deliveries("convoys-a1")[0]
    assert (failed.state, failed.error, failed.attempts) == (DeliveryState.FAILED, "no such address", 1)


def test_a_delivery_that_is_to_be_tried_again_is_due_after_its_pause(state: StateUnderTest, ledger: Ledger):
    found(ledger, "a1", "console")
    ledger.record(claim(ledger), Attempt(retry=HOUR, error="the receiver answered 503", maybe_repeat=True))
    assert due(ledger) == []
    assert ledger.due() == 0
    state.let_pass(HOUR)
    again = claim(ledger).delivery
    assert (again.attempts, again.error, again.maybe_repeat) == (1, "the receiver answered 503", True)


def test_a_delayed_delivery_waits(state: StateUnderTest, ledger: Ledger):
    found(ledger, "a1", "console", delay=HOUR)
    assert due(ledger) == []
    state.let_pass(HOUR)
    assert due(ledger) == ["convoys-a1/0/everyone/console"]


def test_the_most_severe_goes_first_then_the_oldest(state: StateUnderTest, ledger: Ledger):
    for article, severity in (("a1", LOW), ("a2", HIGH), ("a3", CRITICAL), ("a4", HIGH), ("a5", MEDIUM)):
        found(ledger, article, "console", severity=severity)
        state.let_pass(timedelta(seconds=1))
    order = [claim(ledger).alert.articles[0].id for _ in range(5)]
    assert order == ["a3", "a2", "a4", "a5", "a1"]


def test_deliveries_over_channels_that_are_busy_can_be_left(ledger: Ledger):
    found(ledger, "a1", "console", "mail", "file", severity=CRITICAL)
    claims = ledger.claim_due("worker", 10, LEASE, but=["console", "mail"])
    assert [claimed.delivery.channel for claimed in claims] == ["file"]
    assert len(due(ledger)) == 2


def test_a_delivery_hurries_when_its_alert_becomes_more_severe(state: StateUnderTest, ledger: Ledger):
    found(ledger, "a1", "console", severity=HIGH)
    state.let_pass(timedelta(seconds=1))
    calm = found(ledger, "a2", "console", severity=LOW)
    join(ledger, calm, alert_article("a3"), "a2", severity=CRITICAL)
    assert claim(ledger).alert.id == calm.id


def test_no_two_workers_carry_out_one_delivery(state: StateUnderTest):
    ledger = state.client().ledger
    for n in range(40):
        found(ledger, f"a{n}", "console", "file")

    def claim_all(ledger: Ledger) -> list[str]:
        got: list[str] = []
        while claims := ledger.claim_due("worker", 3, LEASE):
            got += [claimed.delivery.id for claimed in claims]
        return got

    workers = [partial(claim_all, state.client().ledger) for _ in range(5)]
    got = Counter(identity for of_one in side_by_side(workers) for identity in of_one)
    assert len(got) == 80
    assert set(got.values()) == {1}


def test_a_delivery_whose_worker_was_killed_is_made_again_and_may_be_a_repeat(state: StateUnderTest, ledger: Ledger):
    found(ledger, "a1", "console")
    claim(ledger)
    assert due(ledger) == []
    assert ledger.due() == 1
    state.let_pass(LEASE)
    again = claim(ledger).delivery
    assert (again.maybe_repeat, again.attempts) == (True, 1)


def test_a_claim_from_the_future_is_over(state: StateUnderTest, ledger: Ledger):
    found(ledger, "a1", "console")
    state.let_pass(2 * DAY)
    claim(ledger)
    the_clock_is_set_back_by = DAY
    state.let_pass(-the_clock_is_set_back_by)
    assert claim(ledger).delivery.maybe_repeat


def test_a_worker_that_lost_its_delivery_records_nothing(state: StateUnderTest, ledger: Ledger):
    found(ledger, "a1", "console")
    slow = claim(ledger)
    state.let_pass(LEASE)
    other = claim(ledger)
    with pytest.raises(LeaseLost, match="convoys-a1/0/everyone/console"):
        ledger.record(slow, Attempt(error="refused"))
    assert ledger.record(other, SENT).state is AlertState.SENT
    with pytest.raises(LeaseLost):
        ledger.record(slow, Attempt(error="refused"))
    assert [one.state for one in ledger.deliveries("convoys-a1")] == [DeliveryState.SENT]


def test_a_worker_whose_lease_is_over_records_while_nobody_else_took_the_delivery(
    state: StateUnderTest, ledger: Ledger
):
    found(ledger, "a1", "console")
    slow = claim(ledger)
    state.let_pass(2 * LEASE)
    assert ledger.record(slow, SENT).state is AlertState.SENT


def test_a_record_said_twice_counts_once(client: DatabaseState):
    found(client.ledger, "a1", "console")
    claimed = claim(client.ledger)
    first = client.ledger.record(claimed, SENT)
    assert client.ledger.record(claimed, SENT) == first
    [delivery] = client.ledger.deliveries("convoys-a1")
    assert delivery.attempts == 1
    assert told(client) == [first]


def test_what_changes_an_alert_is_told_and_what_does_not_is_not(client: DatabaseState):
    found(client.ledger, "a1", "console", "file")
    client.ledger.record(claim(client.ledger), Attempt(retry=NOW, error="busy"))
    client.ledger.record(claim(client.ledger), SENT)
    assert told(client) == []
    last = client.ledger.record(claim(client.ledger), SENT)
    assert told(client) == [last]
    assert last.state is AlertState.SENT


# --------------------------------------------------------------------------------------------------- asking


def test_alerts_are_listed_newest_first_by_rule_state_and_time(state: StateUnderTest, ledger: Ledger):
    old = found(ledger, "a1", "console")
    ledger.record(claim(ledger), SENT)
    state.let_pass(DAY)
    fuel = found(ledger, "a2", "console", rule="fuel")
    state.let_pass(HOUR)
    new = found(ledger, "a3", "console")

    def listed(**given: object) -> list[str]:
        return [alert.id for alert in ledger.alerts(**given)]  # type: ignore[arg-type]

    assert listed() == [new.id, fuel.id, old.id]
    assert listed(limit=2) == [new.id, fuel.id]
    assert listed(rule="convoys") == [new.id, old.id]
    assert listed(state=AlertState.SENT) == [old.id]
    assert listed(rule="convoys", state=AlertState.WAITING) == [new.id]
    raised = ledger.alert(fuel.id)
    assert raised
    assert listed(since=raised.created) == [new.id, fuel.id]


def test_what_is_not_there_is_not_found(ledger: Ledger):
    assert ledger.alert("convoys-a1") is None
    assert ledger.deliveries("convoys-a1") == []
    assert ledger.alerts() == []
    assert due(ledger) == []


# -------------------------------------------------------------------------------------------------- digests


def test_a_digest_is_sent_once(state: StateUnderTest, ledger: Ledger):
    assert ledger.begin_digest("2026-11-15/mail", LEASE)
    ledger.end_digest("2026-11-15/mail", sent=True)
    state.let_pass(DAY)
    assert not ledger.begin_digest("2026-11-15/mail", LEASE)
    assert ledger.begin_digest("2026-11-16/mail", LEASE)


def test_of_many_processes_one_sends_a_digest(state: StateUnderTest):
    begin = [partial(state.client().ledger.begin_digest, "2026-11-15/mail", LEASE) for _ in range(5)]
    assert side_by_side(begin).count(True) == 1


def test_a_digest_that_failed_or_whose_process_was_killed_is_begun_anew(state: StateUnderTest, ledger: Ledger):
    assert ledger.begin_digest("2026-11-15/mail", LEASE)
    ledger.end_digest("2026-11-15/mail", sent=False)
    assert ledger.begin_digest("2026-11-15/mail", LEASE)
    state.let_pass(LEASE)
    assert ledger.begin_digest("2026-11-15/mail", LEASE)
