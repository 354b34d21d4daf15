"""A week of a desk, lived through by the pipeline and then rehearsed from its log: both must tell the same."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from pipeline.alert.step import AlertStep
from pipeline.bootstrap import load_preparer
from pipeline.enrich.prepare import Preparer
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.notify.jsonl_file import JsonLinesNotifier
from pipeline.notify.step import NotifyWorker
from pipeline.policy.desk import Desk
from pipeline.policy.file import load_policy
from pipeline.policy.model import Mute, Policy
from pipeline.policy.outcome import Standing
from pipeline.records import topics
from pipeline.records.article import PreparedArticle, Source
from pipeline.records.catalogue import RECORD_OF
from pipeline.records.codec import decode, encode
from pipeline.rehearsal import Rehearsal, Trial, acknowledgements
from pipeline.rehearsal_signals import found_then
from pipeline.relate.step import RelateStep
from pipeline.rules.file import read_rules
from pipeline.rules.lexicon import load_lexicon
from pipeline.rules.rule import Rule
from pipeline.settings import Settings
from pipeline.signals.look import FeedsNow, SignalLook
from pipeline.signals.mentions import Mentions
from pipeline.state.database import DatabaseState
from pipeline.state.engine import open_unkept
from pipeline.state.interface import Delivery, OutcomeRow
from pipeline.state.rehearsal import DatabaseRehearsal
from pipeline.work.interface import Delivered, Step
from tests.builders import prepared
from tests.work.steps import eventually, running

BEGIN = datetime(2026, 10, 19, 6, 0, tzinfo=UTC)  # a Monday; summer time ends in Europe at the end of the week
END = BEGIN + timedelta(days=8, minutes=30)
MINUTE = timedelta(minutes=1)
CHANNELS = ("awa-mail", "desk-hook", "siren")
RULES = """
rules:
  - {id: convoys, severity: high, query: convoy AND fuel}
  - {id: mines, severity: medium, query: mine OR mines OR gold}
  - {id: raids, severity: critical, query: raid AND garrison}
  - {id: markets, severity: low, query: market}
"""
POLICY = """
analysts:
  - id: awa
    zone: Europe/Paris
    channels: [awa-mail]
    quiet: {start: "22:00", end: "06:30"}
  - {id: desk, channels: [desk-hook]}
routes:
  - name: urgent
    severity: high
    to: [awa, desk]
    updates: {outlets: [2, 3], on: [place, severity]}
    escalate: [{after: 30m, to: [desk]}]
    throttle: {most: 2, per: 3h}
  - {name: mining, rules: [mines], countries: [ML, NE], to: [awa], group: 20m}
  - {name: mining-desk, rules: [mines], to: [desk], channels: [siren], throttle: {most: 1, per: 6h}}
  - {name: signs, rules: [place-again, outlet-silent], to: [desk], group: 20m, throttle: {most: 2, per: 4h}}
  - {name: rest, to: [awa], digest: daily, digest_at: "07:00"}
signals:
  - {id: place-again, kind: first, of: place, after: 12h, severity: medium}
  - {id: outlet-silent, kind: silence, of: source, after: 14h, severity: medium}
"""
SENTENCES = {
    "convoys": "A convoy that carried fuel to {place} was stopped by armed men, {who} said on the road to the north.",
    "mines": "Work in the gold mines near {place} has begun again after the rains, {who} said at the weighing house.",
    "raids": "A raid on the garrison of {place} was beaten back before dawn, {who} said when the guns were silent.",
    "markets": "The market of {place} was full again this week, and millet was cheaper than a month ago, {who} said.",
    "nothing": "The bridge at {place} is closed for repairs until the river falls, {who} said to those who waited.",
}
PLACES = ("Gao", "Kidal", "Agadez", "Bobo-Dioulasso", "Timbuktu", "Niamey")
WHO = ("a trader", "the governor's office", "two drivers", "an elder of the town", "a teacher", "the mayor")
MORE = (
    "Those who had waited since the morning went home in the dark.",
    "It was the third time in a month. The prefect has asked for help from the capital.",
    "Witnesses counted eleven vehicles. The telephone network was down for most of the day.",
)


@dataclass
class Week:
    """The pipeline at work on embedded stores, by a clock that the test moves from minute to minute."""

    folder: Path
    policy: Policy
    preparer: Preparer
    now: datetime = BEGIN
    told: dict[str, PreparedArticle] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = DatabaseState.__new__(DatabaseState)
        self.state._use(open_unkept(self.folder / "state.db", lambda: self.now))
        self.state.setup()
        self.log = SqliteEventLog(self.folder / "log.db")
        self.log.create_topics(dict.fromkeys(topics.ALL, 3))
        self.desk = Desk(lambda: self.policy)
        relate = RelateStep(self.state.stories, self.state.outbox, self.log, "me")
        mentions = Mentions(lambda: self.policy, self.state.signals.watched_since)
        alert = AlertStep(self.state.ledger, self.state.outbox, self.log, CHANNELS, self.desk, mentions)
        feeds = FeedsNow(frozenset(f"https://o{number}.example/rss" for number in range(7)), {})
        state, policy = self.state, lambda: self.policy
        self._look = SignalLook(state.signals, state.ledger, self.desk, policy, lambda: feeds, lambda: True, CHANNELS)
        self._steps: list[Step] = [relate, alert]
        self._taking = [self.log.subscribe(step.name, step.topics) for step in self._steps]

    def live(self, seed: int, articles: int) -> None:
        """Live through the week: articles, mutes, acknowledgements, and every minute a look at what was held."""
        chance = random.Random(seed)
        minutes = int((END - BEGIN) / MINUTE)
        happenings = sorted(chance.sample(range(1, minutes - 60), articles))
        for number, (minute, following) in enumerate(pairwise([*happenings, minutes])):
            self.now = BEGIN + minute * MINUTE
            self._release()
            self._happen(chance, number)
            for later in range(minute + 1, following):
                self.now = BEGIN + later * MINUTE
                self._release()
                if later % 60 == 7:
                    self._look.look()
        self.now = END

    def _happen(self, chance: random.Random, number: int) -> None:
        if number % 9 == 8 and (alerts := self.state.ledger.alerts(limit=3)):
            self.state.ledger.acknowledge(chance.choice(alerts).id, "awa", "on it")
        elif number % 23 == 22:
            self.state.ledger.mute(self._mute(chance, number))
        elif number % 23 == 11 and (mutes := self.state.ledger.mutes()):
            self.state.ledger.unmute(mutes[0].id)
        else:
            self._publish(chance, number)
        for step, taking in zip(self._steps, self._taking, strict=True):
            assert step.ready()
            while records := taking.receive(64, 0):
                batch = [Delivered(record, decode(record.value, RECORD_OF[record.topic])) for record in records]
                assert step.handle(batch) == []
                taking.done(records)

    def _mute(self, chance: random.Random, number: int) -> Mute:
        return Mute(
            id=f"m{number}",
            by="lea",
            reason="known",
            since=self.now,
            until=self.now + timedelta(hours=chance.choice([2, 9, 30])),
            analyst=chance.choice([None, "awa", "desk"]),
            rule=chance.choice(["convoys", "mines", "markets"]),
        )

    def _publish(self, chance: random.Random, number: int) -> None:
        outlet = Source(feed=f"https://o{number % 7}.example/rss", name=f"Outlet {number % 7}", country="ML")
        url = f"https://o{number % 7}.example/{number}"
        before = chance.choice(list(self.told.values())) if self.told and chance.random() < 0.45 else None
        if before and chance.random() < 0.4:  # the outlet corrects what it wrote
            article = replace(before, text=re.sub(r"\d+ people", f"{number} people", before.text))
        elif before:  # another outlet carries it
            title = f"{before.title}: what is known" if number % 2 else before.title
            article = replace(before, source=outlet, url=url, keys=(url,), entry=url, title=title)
        else:
            kind = chance.choice(list(SENTENCES))
            place, who = chance.choice(PLACES), chance.choice(WHO)
            lead = SENTENCES[kind].format(place=place, who=who)
            title = f"{place}: {lead.split(',')[0][:60]} ({number})"
            text = f"{lead} At least 3 people were killed, the prefect said. {MORE[number % 3]} {chance.choice(MORE)}"
            article = prepared(source=outlet, url=url, entry=url, title=title, text=text)
        article = self.preparer.again(replace(article, seen=self.now, published=article.published or self.now))
        self.told[article.keys[0]] = article
        self.log.append(topics.PREPARED, [NewRecord(article.source.feed, encode(article))])

    def _release(self) -> None:
        self.desk.release(self.state.ledger)

    def deliver(self) -> None:
        """Have what is due sent: each channel writes a file."""
        notifiers = {name: JsonLinesNotifier(self.folder / name) for name in CHANNELS}
        worker = NotifyWorker(self.state.ledger, self.state.outbox, self.log, notifiers, "me", None, self.desk)
        with running(worker):
            assert eventually(lambda: not self.state.ledger.due())

    def sent(self) -> Counter[str]:
        """Count the messages in each channel's file."""
        files = [(name, self.folder / name) for name in CHANNELS]
        return Counter({name: len(file.read_text().splitlines()) for name, file in files if file.exists()})


@contextmanager
def rehearsal(week: Week, since: datetime, trial: Trial | None = None) -> Iterator[tuple[Rehearsal, DatabaseRehearsal]]:
    week.folder.joinpath("rehearsal.db").unlink(missing_ok=True)
    with closing(DatabaseRehearsal(week.folder / "rehearsal.db")) as state:
        made = Rehearsal(week.log, state, week.policy, CHANNELS, since=since, until=END, trial=trial)
        live = week.state.ledger
        signals = found_then(live, week.state.signals, week.policy, BEGIN, END)
        for _ in made.run(live.mutes(BEGIN), acknowledgements(live, since, END), signals):
            pass
        yield made, state


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    folder = tmp_path_factory.mktemp("week")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    policy = load_policy(folder / "policy.yaml", CHANNELS, ["convoys", "mines", "raids", "markets"])
    week = Week(folder, policy, load_preparer(Settings(data=folder, rules=folder / "rules.yaml")))
    clock = SimpleNamespace(time_ns=lambda: int(week.now.timestamp() * 1e9))
    with patch("pipeline.log.sqlite_records.time", clock):
        week.live(seed=8, articles=200)
    week.deliver()
    yield week
    week.log.close()
    week.state.close()


def what_was(row: OutcomeRow) -> tuple[object, ...]:
    return row.alert, row.analyst, row.standing, row.route, row.channels, row.update, row.told, row.decided, row.until


def messages(deliveries: list[Delivery]) -> set[frozenset[str]]:
    bundles: dict[str, set[str]] = {}
    for one in deliveries:
        bundles.setdefault(one.bundle or one.id, set()).add(one.id)
    return {frozenset(ids) for ids in bundles.values()}


def test_a_recorded_week_comes_out_of_the_log_as_the_live_ledger_has_it(week: Week) -> None:
    live = week.state.ledger
    alerts = live.alerts(limit=1000)
    deliveries = [one for alert in alerts for one in live.deliveries(alert.id)]
    outcomes = {what_was(row) for alert in alerts for row in live.outcomes(alert.id)}
    with rehearsal(week, BEGIN) as (made, state):
        assert state.raised() == {alert.id: alert.created for alert in alerts}
        assert {what_was(row) for row in state.outcomes()} == outcomes
        rehearsed = [one for _, one in state.deliveries()]
        assert {one.id: (one.due, one.reasons) for one in rehearsed} == {
            one.id: (one.due, one.reasons) for one in deliveries
        }
        assert messages(rehearsed) == messages(deliveries)

        brought = made.brought()
        counted: Counter[str] = sum((one.messages for one in brought), Counter())
        assert counted == week.sent(), "what the channels received"

    # the week had of everything, or the comparison would say little
    held = sum((one.held for one in brought), Counter())
    assert {*held} == {Standing.QUIET, Standing.THROTTLED, Standing.DIGEST, Standing.GROUPED}
    assert all(one.updates and one.sent for one in brought)
    assert any(one.muted for one in brought)
    assert any(one.unrouted for one in brought)
    assert any(one.bundle for one in deliveries)
    assert any(row.escalations for row in (row for alert in alerts for row in live.outcomes(alert.id)))
    assert {alert.rule for alert in alerts} == {"convoys", "mines", "raids", "markets", "place-again", "outlet-silent"}
    assert {reason for one in deliveries for reason in one.reasons} >= {"correction", "place"}


def test_a_part_of_the_week_knows_what_came_before_and_does_not_count_it(week: Week) -> None:
    since = BEGIN + timedelta(days=4)
    live = week.state.ledger
    deliveries = [one for alert in live.alerts(limit=1000) for one in live.deliveries(alert.id) if one.due >= since]
    with rehearsal(week, since) as (made, _):
        brought = made.brought()
    assert sum(sum(one.messages.values()) for one in brought) == len(messages(deliveries))
    raised = [alert.id for alert in live.alerts(since=since, limit=1000)]
    told = {(row.alert, row.analyst) for alert in raised for row in live.outcomes(alert) if row.told is not None}
    assert sum(one.sent for one in brought) == len(told)


def on_trial(week: Week, query: str, found: frozenset[str], like: str = "convoys") -> Trial:
    rules = {rule.id: rule for rule in read_rules(week.folder / "rules.yaml", load_lexicon())}
    old = rules[like]
    meaning = load_lexicon().reader.read(query)
    rule = Rule(id=like, name=old.name, severity=old.severity, channels=(), query=query, meaning=meaning)
    return Trial(rule, found)


def test_another_version_of_a_rule_stands_in_place_of_what_was_recorded_of_it(week: Week) -> None:
    alerts = {alert.id for alert in week.state.ledger.alerts(limit=1000)}
    texts = {r.key: json.loads(r.value)["record"]["article"]["text"] for r in week.log.read(topics.ENRICHED)}
    bridges = frozenset(key for key, text in texts.items() if "bridge" in text)
    with rehearsal(week, BEGIN, on_trial(week, "bridge AND closed", bridges)) as (made, state):
        raised = set(state.raised())
        assert {alert.removeprefix("convoys-") for alert in raised if alert.startswith("convoys-")} <= bridges
        others = {alert for alert in alerts if not alert.startswith("convoys-")}
        assert {alert for alert in raised if not alert.startswith("convoys-")} == others, "as they matched then"
        assert any(one.messages for one in made.brought())


def test_the_version_in_force_comes_out_as_it_did(week: Week) -> None:
    everything = {alert.id for alert in week.state.ledger.alerts(limit=1000)}
    found = frozenset(record.key for record in week.log.read(topics.ENRICHED))
    with rehearsal(week, BEGIN, on_trial(week, "convoy AND fuel", found)) as (made, state):
        assert set(state.raised()) == everything
        assert any(one.messages for one in made.brought())
