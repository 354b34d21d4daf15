"""What an analyst asks and says on the command line: why was I not told, I have it, not now."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli.alerts import alerts
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.interface import EventLog, NewRecord
from pipeline.policy.desk import Desk
from pipeline.policy.file import load_policy
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Severity
from pipeline.records.codec import encode
from pipeline.state.database import DatabaseState
from pipeline.work.interface import Delivered
from tests.builders import enriched, match

POLICY = """
analysts:
  - {id: awa, channels: [console]}
  - {id: omar, channels: [file]}
routes:
  - {name: high, severity: high, to: [awa]}
  - {name: slow, to: [omar], digest: daily}
signals:
  - {id: bursts, kind: burst, of: country}
  - {id: new-town, kind: first, of: place}
"""
RULES = """
rules:
  - {id: convoys, query: "convoy NEAR/5 millet", severity: medium}
  - {id: mines, query: "mine* AND gold", severity: medium}
"""

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(tmp_path: Path, state: DatabaseState, log: EventLog, index: TantivyIndex) -> Command:
    from pipeline.alert.step import AlertStep

    policy, rules = tmp_path / "policy.yaml", tmp_path / "rules.yaml"
    policy.write_text(POLICY)
    rules.write_text(RULES)
    read = load_policy(policy, ["console", "file"], ["convoys", "mines"])
    step = AlertStep(state.ledger, state.outbox, log, ["console", "file"], Desk(lambda: read))
    article = enriched("a1", title="Convoy stopped", matches=(match("convoys", "convoy", severity=Severity.MEDIUM),))
    log.append(topics.ENRICHED, [NewRecord(article.id, encode(article))])
    assert step.ready()
    (record,) = log.read(topics.ENRICHED)
    step.handle([Delivered(record, article)])
    store(index, article)
    environ = {"HARMATTAN_POLICY": str(policy), "HARMATTAN_RULES": str(rules)}

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(alerts, [*arguments, "--data", str(tmp_path)], env=environ)
        return done.exit_code, done.output + (str(done.exception) if done.exception else "")

    return run


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    index = TantivyIndex(tmp_path / "index")
    index.setup()
    yield index
    index.close()


def store(index: TantivyIndex, article: EnrichedArticle) -> None:
    assert index.write([article]) == []
    index.refresh()
    index.close()


def test_why_says_what_became_of_an_article_for_each_analyst(command: Command) -> None:
    status, told = command("why", "a1", "--rule", "convoys", "--json")

    rows = {row["analyst"]: row for row in map(json.loads, told.splitlines())}
    assert status == 0
    assert (rows["awa"]["outcome"], rows["omar"]["outcome"]) == ("not routed", "held for a digest")
    assert "asks for high or more, and this is medium" in rows["awa"]["why"]
    assert rows["omar"]["until"]


def test_why_goes_down_to_the_clause_of_the_rule_that_did_not_match(command: Command) -> None:
    status, told = command("why", "a1", "--rule", "mines")

    assert status == 0
    assert "the rule does not match" in told
    assert "gold" in told


def test_why_of_an_article_that_nobody_knows_says_so(command: Command) -> None:
    status, told = command("why", "https://elsewhere.example/1")

    assert status != 0
    assert "no article is known" in told


@pytest.mark.parametrize(
    ("signal", "why"),
    [("bursts", "tells of hours, not of articles"), ("new-town", "the article names no place")],
)
def test_why_answers_for_signals_too(command: Command, signal: str, why: str) -> None:
    status, told = command("why", "a1", "--rule", signal)

    assert status == 0
    assert f"{signal}: no alert: " in told
    assert why in told


def test_an_acknowledgement_names_who_and_why(command: Command, state: DatabaseState) -> None:
    (alert,) = state.ledger.alerts()

    assert command("ack", alert.id, "--as", "awa", "--note", "on it")[0] == 0

    assert [(one.by, one.note) for one in state.ledger.acknowledgements(alert.id)] == [("awa", "on it")]
    assert "there is no alert" in command("ack", "nothing")[1]


def test_a_mute_has_an_end_and_a_reason_and_can_be_lifted(command: Command, state: DatabaseState) -> None:
    assert command("mute", "--rule", "convoys", "--for", "8h", "--reason", "an exercise", "--as", "omar")[0] == 0
    (mute,) = state.ledger.mutes()
    assert (mute.rule, mute.by, mute.reason) == ("convoys", "omar", "an exercise")
    assert "an exercise" in command("mutes")[1]

    assert command("unmute", mute.id)[0] == 0
    assert state.ledger.mutes() == []


def test_a_mute_of_everything_is_refused(command: Command, state: DatabaseState) -> None:
    status, told = command("mute", "--for", "8h", "--reason", "holidays")

    assert status != 0
    assert "would mute everything" in told
    assert state.ledger.mutes() == []


def test_the_policy_is_shown_as_who_is_told_of_what(command: Command) -> None:
    status, told = command("policy")

    assert status == 0
    assert "daily digest" in told
    assert "from high" in told
