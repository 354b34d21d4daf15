"""`harmattan signals` and `harmattan status`: what is watched, and what has gone quiet."""

import json
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli.signals import signals
from pipeline.cli.status import status
from pipeline.log.sqlite import SqliteEventLog
from pipeline.signals.model import Kind, Of, Signal
from tests.signals.test_signals import HOUR, Newsroom, article
from tests.state.harness import StateUnderTest

POLICY = """
signals:
  - {id: countries, kind: burst, of: country}
  - {id: french, kind: silence, of: language, names: [fr], after: 2h}
"""
FRENCH = Signal(id="french", kind=Kind.SILENCE, of=Of.LANGUAGE, name="french", names=frozenset({"fr"}), after=2 * HOUR)
COUNTRIES = Signal(id="countries", kind=Kind.BURST, of=Of.COUNTRY, name="countries")


def test_what_signals_watch_and_find_is_shown(tmp_path: Path, log: SqliteEventLog) -> None:
    under_test = StateUnderTest(str(tmp_path / "state.db"))
    under_test.client().setup()
    room = Newsroom(under_test, log, COUNTRIES, FRENCH)
    room.takes(article("a1", room.now - timedelta(hours=3), language="fr"), article("a2", room.now, language="en"))
    (text,) = room.look()
    under_test.close()
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)

    shown = CliRunner().invoke(signals, ["--policy", str(policy), "--data", str(tmp_path), "--json"])
    told = CliRunner().invoke(status, ["--data", str(tmp_path)])

    rows = {(row["signal"], row["name"]): row for row in map(json.loads, shown.output.splitlines())}
    assert rows["countries", "ML"]["expected"] is None, "nothing has a past yet"
    assert text in rows["french", "fr"]["found"]
    assert f"silent: {text}" in told.output
