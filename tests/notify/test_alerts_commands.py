"""`harmattan alerts feedback`, `retry`, `audit`, `send-test` and what the others say of them, as an analyst uses them."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cli.main import main
from pipeline.policy.model import FOR_GOOD, Mute
from pipeline.records.alert import Alert
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Attempt
from tests.builders import match
from tests.notify.messages import article
from tests.notify.receivers import HttpReceiver, MailReceiver

Harmattan = Callable[..., tuple[int, str, str]]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[DatabaseState]:
    state = DatabaseState.embedded(tmp_path / "data" / "state.db")
    (tmp_path / "data").mkdir()
    state.setup()
    yield state
    state.close()


@pytest.fixture
def harmattan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Harmattan:
    monkeypatch.setenv("HARMATTAN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HARMATTAN_ALLOW_NETWORKS", "127.0.0.0/8")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["alerts", *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


def failed_alert(state: DatabaseState, title: str = "Convoy stopped") -> Alert:
    with state.ledger.decide("alert@1") as decision:
        alert = decision.raise_alert(match("convoys"), article(title=title), "s1")
        assert alert
        decision.plan(alert.id, 0, "awa", "mail", timedelta(0))
    for claim in state.ledger.claim_due("me", 9, timedelta(minutes=1)):
        state.ledger.record(claim, Attempt(error="550 no such user"))
    return alert


def test_an_alert_is_called_useful_or_false_and_show_says_who_did(state: DatabaseState, harmattan: Harmattan) -> None:
    alert = failed_alert(state)

    assert harmattan("feedback", alert.id, "false", "--as", "awa", "--note", "an opera")[0] == 0
    _, shown, _ = harmattan("show", alert.id)
    [row] = [json.loads(line) for line in harmattan("show", alert.id, "--json")[1].splitlines()]

    assert "a false alarm, says awa" in shown
    assert [(one["by"], one["verdict"], one["note"]) for one in row["feedback"]] == [("awa", "false", "an opera")]
    assert (row["outlets"], row["origins"]) == (1, 1)
    assert harmattan("feedback", "none", "useful")[0] == 2


def test_what_failed_is_sent_again_when_it_is_asked_for(state: DatabaseState, harmattan: Harmattan) -> None:
    alert = failed_alert(state)

    assert harmattan("retry")[0] == 2
    assert harmattan("retry", "none")[0] == 2
    assert "nothing of that failed" in harmattan("retry", "--channel", "phone")[1]
    assert "1 delivery is due again" in harmattan("retry", "--failed")[1]
    [claim] = state.ledger.claim_due("me", 9, timedelta(minutes=1))
    assert claim.delivery.id == f"{alert.id}/0/awa/mail"


def test_the_audit_trail_can_be_exported_for_machines_and_spreadsheets(
    state: DatabaseState, harmattan: Harmattan
) -> None:
    alert = failed_alert(state, title="=cmd|' /C calc'!A0")
    harmattan("ack", alert.id, "--as", "omar")

    rows = [json.loads(line) for line in harmattan("audit", "--since", "1h", "--json")[1].splitlines()]
    table = list(csv.DictReader(io.StringIO(harmattan("audit", "--csv")[1])))

    assert [(row["what"], row["who"], row["channel"]) for row in rows] == [
        ("failed", "awa", "mail"),
        ("acknowledged", "omar", None),
    ]
    assert [row["key"] for row in table] == [f"{alert.id}/0/awa/mail", ""]
    assert table[0]["title"].startswith("'=cmd"), "a spreadsheet must not take it for a formula"
    assert harmattan("audit", "--since", "2020-01-01", "--until", "2020-02-01")[1].startswith("Nobody was told")


def test_whoever_has_left_a_digest_stands_in_the_lists(
    state: DatabaseState, harmattan: Harmattan, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    mute = Mute(id="leave-1", by="awa", reason="by link", since=now, until=FOR_GOOD, analyst="awa", digest="rest")
    state.ledger.mute(mute)

    for command in ("mutes", "policy"):
        shown = harmattan(command)[1]
        for expected in ("leave-1", "rest", "awa"):
            assert expected in shown, command
    assert "for good" in harmattan("mutes")[1]


def test_every_kind_of_channel_can_be_tried(harmattan: Harmattan, tmp_path: Path) -> None:
    with HttpReceiver() as http, MailReceiver().serving() as mail:
        http.status = 200
        channels = tmp_path / "channels.yaml"
        channels.write_text(
            f"""channels:
  - {{name: screen, type: console, language: fr}}
  - {{name: lines, type: file}}
  - {{name: hook, type: webhook, url: "{http.url}"}}
  - {{name: post, type: email, host: 127.0.0.1, port: {mail.port}, security: none, sender: a@b.example, to: [c@d.example]}}
  - {{name: chat, type: apprise, url: "json://127.0.0.1:{http.port}/"}}
""",
            "utf-8",
        )
        for name in ("screen", "lines", "hook", "post", "chat"):
            status, shown, problem = harmattan("send-test", name, "--channels", str(channels))
            assert (status, problem) == (0, ""), name
            assert f"channel {name} took the test message" in shown
        assert (len(http.requests), len(mail.mails)) == (2, 1)
        assert (tmp_path / "data" / "alerts.jsonl").read_text().count("This is a test") == 1


def test_a_channel_can_be_tried_while_another_lacks_its_secret(harmattan: Harmattan, tmp_path: Path) -> None:
    channels = tmp_path / "channels.yaml"
    channels.write_text(
        "channels:\n  - {name: lines, type: file}\n  - {name: hook, type: webhook, url_env: NOBODY_SET_THIS}\n", "utf-8"
    )
    assert harmattan("send-test", "lines", "--channels", str(channels))[0] == 0
    status, _, problem = harmattan("send-test", "hook", "--channels", str(channels))
    assert status != 0
    assert "NOBODY_SET_THIS" in problem
    assert "lines, hook" in harmattan("send-test", "none", "--channels", str(channels))[2]


def test_a_wrong_template_of_a_channels_own_is_told_before_anything_is_sent(
    harmattan: Harmattan, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "alert.console.j2").write_text("{{ alert.titel }}", "utf-8")
    channels = tmp_path / "channels.yaml"
    channels.write_text("channels:\n  - {name: screen, type: console, templates: mine}\n", "utf-8")

    status, _, problem = harmattan("send-test", "screen", "--channels", str(channels))

    assert status == 2
    assert f"channel screen: {tmp_path / 'mine' / 'alert.console.j2'}:1:" in problem
