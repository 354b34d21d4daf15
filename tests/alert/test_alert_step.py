"""The alert step on a real log and ledger: which articles wake somebody, how often, and over which channels."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.alert.step import AlertStep
from pipeline.log.interface import EventLog, LogRecord, NewRecord
from pipeline.policy.desk import Desk as PolicyDesk
from pipeline.policy.desk import simple_policy
from pipeline.records import topics
from pipeline.records.alert import Alert, AlertArticle, AlertEvent, AlertState
from pipeline.records.article import EnrichedArticle, Origin, Severity, Span
from pipeline.records.change import Change, ChangeKind, Edit, Nature
from pipeline.records.codec import decode, encode
from pipeline.records.passage import Passage
from pipeline.state.database import DatabaseState
from pipeline.work.interface import Delivered
from pipeline.work.worker import BatchWorker
from tests.builders import NOON, enriched, match
from tests.work.steps import eventually, running, waiting


def simple_desk(*channels: str) -> PolicyDesk:
    """The desk of an installation without a policy file."""
    policy = simple_policy(channels)
    return PolicyDesk(lambda: policy)


class Desk:
    """One alert worker's step, fed by hand."""

    def __init__(self, state: DatabaseState, log: EventLog, *channels: str) -> None:
        self.state = state
        self._log = log
        self._step = AlertStep(state.ledger, state.outbox, log, channels or ("console", "mail"), simple_desk(*channels))

    def append(self, *articles: EnrichedArticle) -> None:
        self._log.append(topics.ENRICHED, [NewRecord(article.id, encode(article)) for article in articles])

    def handle(self, records: Iterable[LogRecord]) -> None:
        assert self._step.ready()
        failures = self._step.handle([Delivered(record, decode(record.value, EnrichedArticle)) for record in records])
        assert failures == []

    def takes(self, *articles: EnrichedArticle) -> None:
        known = set(self._log.read(topics.ENRICHED))
        self.append(*articles)
        self.handle(record for record in self._log.read(topics.ENRICHED) if record not in known)

    def alerts(self) -> list[Alert]:
        return self.state.ledger.alerts()

    def channels(self, alert: Alert) -> list[str]:
        return [delivery.channel for delivery in self.state.ledger.deliveries(alert.id)]

    def told(self) -> list[Alert]:
        return [decode(record.value, AlertEvent).alert for record in self._log.read(topics.ALERTS)]


@pytest.fixture
def desk(state: DatabaseState, log: EventLog) -> Desk:
    return Desk(state, log)


def test_a_match_raises_an_alert_that_says_why_and_goes_to_every_channel(desk: Desk) -> None:
    desk.takes(enriched("a1", title="Convoy stopped", matches=(match("convoys", "Convoy", "millet"),)))
    (alert,) = desk.alerts()
    assert (alert.rule, alert.story, alert.state, alert.severity) == (
        "convoys",
        "a1",
        AlertState.WAITING,
        Severity.HIGH,
    )
    assert alert.matches == ("Convoy", "millet")
    assert [article.title for article in alert.articles] == ["Convoy stopped"]
    assert desk.channels(alert) == ["console", "mail"]
    assert desk.told() == [alert]


def test_an_article_without_a_match_raises_nothing(desk: Desk) -> None:
    desk.takes(enriched("a1"))
    assert (desk.alerts(), desk.told()) == ([], [])


def test_a_rule_with_channels_of_its_own_goes_to_those(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(channels=("mail",)),)))
    (alert,) = desk.alerts()
    assert desk.channels(alert) == ["mail"]


def test_a_channel_that_is_not_there_is_told_and_the_alert_goes_to_the_others(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        desk.takes(enriched("a1", matches=(match(channels=("pager", "mail")),)))
    (alert,) = desk.alerts()
    assert desk.channels(alert) == ["mail"]
    assert "rule convoys names the channel pager" in caplog.text


def test_a_storys_other_articles_join_its_alert_and_wake_nobody(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(enriched("a2", story="a1", matches=(match(),)), enriched("a3", story="a1", matches=(match(),)))
    (alert,) = desk.alerts()
    assert [article.id for article in alert.articles] == ["a1", "a2", "a3"]
    assert len(desk.channels(alert)) == 2


def test_an_older_version_that_comes_late_does_not_bring_its_title_back(desk: Desk) -> None:
    desk.takes(enriched("a1", revision=1, title="Eleven dead", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, title="Seventeen dead", matches=(match(),)))
    desk.takes(enriched("a1", revision=1, title="Eleven dead", matches=(match(),)))
    (alert,) = desk.alerts()
    assert [article.title for article in alert.articles] == ["Seventeen dead"]


def test_two_rules_raise_two_alerts_for_one_article(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match("convoys"), match("fuel"))))
    assert {alert.rule for alert in desk.alerts()} == {"convoys", "fuel"}


@pytest.mark.parametrize("origin", [Origin.BACKFILL, Origin.REPLAY])
def test_what_is_not_live_is_silent(desk: Desk, origin: Origin) -> None:
    desk.takes(enriched("a1", origin=origin, matches=(match(),)))
    assert (desk.alerts(), desk.told()) == ([], [])


def test_a_replay_joins_an_alert_that_is_there_and_sends_nothing(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, origin=Origin.REPLAY, matches=(match("convoys", "convoy", "lorries"),)))
    (alert,) = desk.alerts()
    assert alert.matches == ("convoy", "lorries")
    assert len(desk.channels(alert)) == 2


def test_a_newer_version_that_matches_a_rule_for_the_first_time_raises_its_alert(desk: Desk) -> None:
    desk.takes(enriched("a1"))
    desk.takes(enriched("a1", revision=2, matches=(match(),)))
    (alert,) = desk.alerts()
    assert len(desk.channels(alert)) == 2


def test_an_article_that_moves_to_another_story_takes_its_alert_along(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, story="s0", matches=(match(),)))
    desk.takes(enriched("a2", story="s0", matches=(match(),)))
    (alert,) = desk.alerts()
    assert alert.story == "s0"
    assert {article.id for article in alert.articles} == {"a1", "a2"}


def test_stories_that_were_alerted_apart_and_merge_wake_nobody_again(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)), enriched("b1", matches=(match(),)))
    desk.takes(enriched("b1", revision=2, story="a1", matches=(match(),)))
    desk.takes(enriched("b2", story="a1", matches=(match(),)), enriched("b3", story="b1", matches=(match(),)))
    assert {alert.id for alert in desk.alerts()} == {"convoys-a1", "convoys-b1"}
    assert sum(len(desk.channels(alert)) for alert in desk.alerts()) == 4


def test_a_batch_that_comes_again_changes_nothing(desk: Desk, log: EventLog) -> None:
    desk.takes(enriched("a1", matches=(match(),)), enriched("a2", story="a1", matches=(match(),)))
    before = (desk.alerts(), desk.told())
    desk.handle(log.read(topics.ENRICHED))
    assert (desk.alerts(), desk.told()) == before


def test_a_worker_that_was_held_up_skips_nothing_that_its_heir_did_not_decide(
    desk: Desk, state: DatabaseState, log: EventLog
) -> None:
    heir = Desk(state, log)
    desk.append(*(enriched("a1", entry=str(n), story=f"s{n}", matches=(match(f"rule-{n}"),)) for n in range(6)))
    records = list(log.read(topics.ENRICHED))
    heir.handle(records[:4])  # the partition moved while the first held the same records
    desk.handle(records[:2])
    desk.handle(records)
    assert {alert.rule for alert in desk.alerts()} == {f"rule-{n}" for n in range(6)}


def test_an_alert_shows_the_passage_of_each_of_its_articles(desk: Desk) -> None:
    passage = Span(10, 40, "a convoy, and later the convoy")
    desk.takes(enriched("a1", matches=(match(spans=(Span(12, 18, "convoy"),), passage=passage),)))
    ((article,),) = (alert.articles for alert in desk.alerts())
    assert article.passage == Passage(passage.text, ((2, 8),))


def test_what_was_decided_and_not_told_is_told_by_the_next_worker(
    desk: Desk, state: DatabaseState, log: EventLog
) -> None:
    with state.ledger.decide("alert@1") as decision:
        raised = decision.raise_alert(match(), desk_article(), "a1")
        assert raised
        decision.publish(topics.ALERTS, raised.id, encode(AlertEvent(alert=raised)))
    assert Desk(state, log).told() == []
    with running(BatchWorker(AlertStep(state.ledger, state.outbox, log, ["console"], simple_desk("console")), log)):
        assert eventually(lambda: len(desk.told()) == 1)


def desk_article() -> AlertArticle:
    return AlertArticle(id="a1", url=None, title="Convoy stopped", source="Sahel Post", language="en")


class Renewed:
    """The log, as if its topics had been deleted and created anew."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def incarnation(self, topic: str) -> str:
        return f"{self._log.incarnation(topic)} anew"

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


def test_a_topic_created_anew_is_decided_from_its_beginning(desk: Desk, state: DatabaseState, log: EventLog) -> None:
    desk.takes(*(enriched(f"a{n}", matches=(match(),)) for n in range(5)))
    renewed: Any = Renewed(log)
    later = Desk(state, renewed)
    record = next(iter(log.read(topics.ENRICHED)))
    later.handle([LogRecord(record.topic, 0, 0, "b1", encode(enriched("b1", matches=(match(),))), record.appended)])
    assert "convoys-b1" in {alert.id for alert in desk.alerts()}


def in_use(state: DatabaseState, log: EventLog, batch: int) -> BatchWorker:
    """The worker as it is put together in use, which looks ahead."""
    step = AlertStep(state.ledger, state.outbox, log, ["console"], simple_desk("console"))
    return BatchWorker(step, log, batch, ahead=step.ahead())


def burst(count: int) -> list[EnrichedArticle]:
    """Articles that wait, of which the last but one is critical, and one of the first names the word alone."""
    articles = [enriched(f"a{n}", matches=(match(),)) for n in range(count)]
    articles[1] = enriched("a1", title='It is "critical", he said', matches=(match(),))
    articles[-2] = enriched("urgent", matches=(match(severity=Severity.CRITICAL),))
    return articles


def test_what_is_critical_far_behind_what_waits_is_raised_first_and_once(
    desk: Desk, state: DatabaseState, log: EventLog
) -> None:
    desk.append(*burst(60))
    with running(in_use(state, log, batch=5)):
        assert eventually(lambda: waiting(log, "alert") == 0)
    alerts = {alert.id: alert for alert in desk.alerts()}
    assert len(alerts) == 60
    assert desk.told()[0].id == "convoys-urgent"
    assert len(desk.channels(alerts["convoys-urgent"])) == 1


def test_what_was_decided_ahead_of_its_turn_is_not_lost_or_told_twice_when_the_worker_goes(
    desk: Desk, state: DatabaseState, log: EventLog
) -> None:
    desk.append(*burst(60))
    with running(in_use(state, log, batch=5)):
        assert eventually(lambda: bool(desk.told()))
    with running(in_use(state, log, batch=7)):
        assert eventually(lambda: waiting(log, "alert") == 0)
    assert sorted(alert.id for alert in desk.alerts()) == sorted(f"convoys-{each.id}" for each in burst(60))
    assert {len(desk.channels(alert)) for alert in desk.alerts()} == {1}


def test_a_record_that_cannot_be_read_is_set_aside_in_its_turn_and_holds_up_nothing_urgent(
    desk: Desk, state: DatabaseState, log: EventLog
) -> None:
    articles = burst(30)
    desk.append(*articles[:20])
    log.append(topics.ENRICHED, [NewRecord("broken", b'{"severity":"critical"')])
    desk.append(*articles[20:])
    with running(in_use(state, log, batch=5)):
        assert eventually(lambda: waiting(log, "alert") == 0)
    assert desk.told()[0].id == "convoys-urgent"
    assert len(desk.alerts()) == 30
    assert len(list(log.read(topics.DEAD_LETTER))) == 1


def test_two_workers_that_share_the_articles_of_a_story_raise_one_alert(state: DatabaseState, log: EventLog) -> None:
    names = [f"a{n}" for n in range(40)]
    articles = [enriched(name, story=f"s{n % 4}", matches=(match(),)) for n, name in enumerate(names)]
    workers = [
        BatchWorker(AlertStep(state.ledger, state.outbox, log, ["console"], simple_desk("console")), log, batch=3)
        for _ in range(2)
    ]
    with running(workers[0]), running(workers[1]):
        log.append(topics.ENRICHED, [NewRecord(article.id, encode(article)) for article in articles])
        assert eventually(lambda: waiting(log, "alert") == 0)
    alerts = state.ledger.alerts()
    assert len(alerts) == 4
    assert {article.id for alert in alerts for article in alert.articles} == set(names)
    assert all(len(state.ledger.deliveries(alert.id)) == 1 for alert in alerts)


# ----------------------------------------------------------------------------------------------- corrections

TOLL = Edit("lead", "At least ", "12", "21", " soldiers died.", (ChangeKind.NUMBERS,))


def change(revision: int, kind: Nature = Nature.MATERIAL) -> Change:
    return Change(revision=revision, at=NOON, kind=kind, declared=False, fields=("lead",), edits=(TOLL,))


def updates(desk: Desk) -> list[tuple[int, tuple[str, ...]]]:
    (alert,) = desk.alerts()
    return [(one.update, one.reasons) for one in desk.state.ledger.deliveries(alert.id) if one.channel == "mail"]


@pytest.mark.parametrize(("kind", "reason"), [(Nature.MATERIAL, "correction"), (Nature.WITHDRAWAL, "withdrawal")])
def test_who_was_told_is_told_once_what_the_outlet_changed(desk: Desk, kind: Nature, reason: str) -> None:
    changed = enriched("a1", revision=2, changes=(change(2, kind),), matches=(match(),))
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(changed)
    desk.takes(changed)
    desk.takes(replace(changed, revision=3, article=replace(changed.article, origin=Origin.REPLAY)))
    (alert,) = desk.alerts()
    assert alert.articles[0].changes == changed.changes
    assert updates(desk) == [(0, ()), (1, (reason,))]


def test_a_second_correction_is_told_too(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, changes=(change(2),), matches=(match(),)))
    desk.takes(enriched("a1", revision=3, changes=(change(2), change(3)), matches=(match(),)))
    assert [update for update, _ in updates(desk)] == [0, 1, 2]


def test_an_article_that_is_written_on_all_day_is_told_of_three_times_but_for_corrections(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    made = [change(number) for number in range(2, 7)]
    for number in range(1, 6):
        desk.takes(enriched("a1", revision=number + 1, changes=tuple(made[:number]), matches=(match(),)))
    assert [update for update, _ in updates(desk)] == [0, 1, 2, 3]
    declared = (*made[1:], change(7, Nature.CORRECTION))
    desk.takes(enriched("a1", revision=7, changes=declared, matches=(match(),)))
    assert [update for update, _ in updates(desk)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", [Nature.COSMETIC, Nature.UNKNOWN])
def test_a_cosmetic_edit_is_told_to_nobody(desk: Desk, kind: Nature) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, changes=(change(2, kind),), matches=(match(),)))
    assert updates(desk) == [(0, ())]


def test_an_edit_by_which_a_rule_matches_no_more_is_noted_on_its_alert_and_told(desk: Desk) -> None:
    desk.takes(enriched("a1", title="Mercenaries seen", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, title="Traders seen", changes=(change(2),)))
    (alert,) = desk.alerts()
    assert (alert.articles[0].title, alert.articles[0].matches_no_more) == ("Traders seen", NOON)
    assert updates(desk) == [(0, ()), (1, ("correction",))]
    assert desk.told()[-1].articles[0].matches_no_more == NOON

    desk.takes(enriched("a1", revision=3, changes=(change(2), change(3)), matches=(match(),)))
    (alert,) = desk.alerts()
    assert alert.articles[0].matches_no_more is None


def test_a_rule_that_its_author_changed_is_no_edit_of_the_outlets(desk: Desk) -> None:
    desk.takes(enriched("a1", matches=(match(),)))
    desk.takes(enriched("a1", revision=2, origin=Origin.REPLAY))
    (alert,) = desk.alerts()
    assert alert.articles[0].matches_no_more is None


def test_a_rule_that_matches_only_after_the_edit_raises_its_alert_with_the_difference(desk: Desk) -> None:
    desk.takes(enriched("a1"))
    desk.takes(enriched("a1", revision=2, changes=(change(2),), matches=(match(),)))
    (alert,) = desk.alerts()
    assert alert.articles[0].changes == (change(2),)
    assert updates(desk) == [(0, ())]


def test_what_is_critical_goes_before_hundreds_that_came_earlier_and_is_raised_once(desk: Desk) -> None:
    others = [enriched(f"a{n}", matches=(match(severity=Severity.LOW),)) for n in range(600)]
    desk.takes(*others, enriched("urgent", matches=(match(severity=Severity.CRITICAL),)))

    alerts = {alert.id: alert for alert in desk.state.ledger.alerts(limit=1000)}
    assert len(alerts) == 601
    assert min(alerts.values(), key=lambda alert: alert.created).id == "convoys-urgent"
    assert alerts["convoys-urgent"].revision == 2, "deciding on it again with the others changed nothing"
    assert len(desk.channels(alerts["convoys-urgent"])) == 2
