"""What `harmattan articles show`, `alerts show` and `alerts why` say of an article that its outlet changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli.alerts import alerts
from pipeline.cli.articles import articles
from pipeline.cli.search import search
from pipeline.index.tantivy import TantivyIndex
from pipeline.records.change import Change, ChangeKind, Edit, Nature
from pipeline.state.database import DatabaseState
from pipeline.state.interface import KnownText
from tests.builders import NOON, enriched, match, minutes
from tests.state.client import alert_article

Command = Callable[..., str]
TOLL = Edit("lead", "At least ", "12", "21", " soldiers died.", (ChangeKind.NUMBERS,))
CHANGE = Change(
    revision=2, at=NOON + minutes(30), kind=Nature.CORRECTION, declared=True, fields=("lead",), edits=(TOLL,)
)
EARLIER = KnownText(
    article="a1",
    text_source="page",
    first_seen=NOON,
    revision=1,
    seen=NOON,
    title="Twelve die",
    text="At least 12 soldiers died.\x1b[31m",
)


@pytest.fixture
def command(tmp_path: Path, state: DatabaseState) -> Command:
    assert state.stories.lead("one", minutes(1))
    with state.stories.decide("one", "relate@1") as decision:
        decision.put_change("a1", CHANGE, EARLIER)
    index = TantivyIndex(tmp_path / "index")
    index.setup()
    article = enriched("a1", title="Twenty-one die", revision=2, changes=(CHANGE,), text="At least 21 soldiers died.")
    assert index.write([article]) == []
    index.refresh()
    index.close()

    def run(*arguments: str) -> str:
        name, *rest = arguments
        commands = {"articles": articles, "alerts": alerts, "search": search}
        done = CliRunner().invoke(commands[name], [*rest, "--data", str(tmp_path)])
        return done.output + (str(done.exception) if done.exception and done.exit_code else "")

    return run


def test_an_article_is_shown_with_each_change_and_what_stood_before(command: Command) -> None:
    said = command("articles", "show", "a1", "--versions")
    assert "At least [-12-] {+21+} soldiers died." in said
    assert "revision 2: corrected (lead), declared" in said
    assert "| Twelve die" in said
    assert "\x1b" not in said

    (row,) = map(json.loads, command("articles", "show", "a1", "--json").splitlines())
    assert (row["title"], row["versions"][0]["kind"]) == ("Twenty-one die", "correction")
    assert row["versions"][0]["earlier"]["text"].startswith("At least 12")


def test_a_search_gives_the_changes_of_what_it_finds(command: Command) -> None:
    (row,) = map(json.loads, command("search", "soldiers", "--json").splitlines())
    assert [(edit["removed"], edit["added"]) for edit in row["changes"][0]["edits"]] == [("12", "21")]


def test_an_article_that_nobody_knows_is_named(command: Command) -> None:
    assert "no article is known under a9" in command("articles", "show", "a9")


def test_an_alert_tells_of_changes_and_of_a_rule_that_matches_no_more(command: Command, state: DatabaseState) -> None:
    article = alert_article("a1", changes=(CHANGE,), matches_no_more=CHANGE.at, revision=2)
    with state.ledger.decide("tests") as decision:
        alert = decision.raise_alert(match("convoys"), article, "a1")
        assert alert
    assert "correction, matches no more" in command("alerts", "list")
    shown = command("alerts", "show", alert.id)
    assert "[-12-] {+21+}" in shown
    assert "it matches the rule no more since 2026-11-15 12:30 UTC" in shown
