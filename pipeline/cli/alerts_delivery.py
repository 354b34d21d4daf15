"""`harmattan alerts feedback`, `retry` and `audit`: what was made of alerts, what did not arrive, and who was told what."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from pipeline.bootstrap import open_state
from pipeline.cli.alerts_desk import as_option
from pipeline.cli.options import Moment, data_option, json_option, print_json, print_table, settings_for
from pipeline.errors import BadInput
from pipeline.records.alert_json import iso_time
from pipeline.state.interface import AuditEntry, Verdict


@click.command(
    epilog="\b\nExample:\n  harmattan alerts feedback wagner-group-1f0c2d false --note 'the opera, in Bayreuth'"
)
@click.argument("alert_id", metavar="ID")
@click.argument("verdict", type=click.Choice([verdict.value for verdict in Verdict]))
@click.option("--note", default="", help="Why, for whoever keeps the rule.")
@as_option
@data_option
def feedback(alert_id: str, verdict: str, note: str, by: str, data: Path | None) -> None:
    """Say whether an alert was useful, or a false alarm; what one says last counts."""
    with open_state(settings_for(data)) as state:
        if not state.ledger.say(alert_id, by, Verdict(verdict), note):
            raise BadInput(f"there is no alert {alert_id}: see `harmattan alerts list`")
    click.echo(f"{by} calls {alert_id} {'useful' if verdict == 'useful' else 'a false alarm'}")


@click.command(epilog="\b\nExample:\n  harmattan alerts retry --channel desk-mail")
@click.argument("alert_id", metavar="[ID]", required=False)
@click.option("--channel", help="Only what failed over this channel.")
@click.option("--failed", is_flag=True, help="Everything that failed.")
@as_option
@data_option
def retry(alert_id: str | None, channel: str | None, failed: bool, by: str, data: Path | None) -> None:
    """Send again what could not be delivered: of one alert, over one channel, or --failed for all.

    Each message keeps its key, so that a receiver who has it already knows it. Mend the channel first: `alerts send-test`.
    """
    if alert_id is None and channel is None and not failed:
        raise BadInput("say what to send again: the id of an alert, --channel NAME, or --failed for everything")
    with open_state(settings_for(data)) as state:
        if alert_id is not None and state.ledger.alert(alert_id) is None:
            raise BadInput(f"there is no alert {alert_id}: see `harmattan alerts list --state failed`")
        again = state.ledger.retry(alert=alert_id, channel=channel, by=by)
    if again:
        click.echo(
            f"{again} {'delivery is' if again == 1 else 'deliveries are'} due again; `harmattan work notify` sends them"
        )
    else:
        click.echo("nothing of that failed")


@click.command(epilog="\b\nExample:\n  harmattan alerts audit --since 2026-01-01 --csv > january.csv")
@click.option("--since", type=Moment(), default="7d", show_default=True, help="From when: 24h, 30d, or a date.")
@click.option("--until", type=Moment(), help="Until when, exclusive. [default: now]")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, with a line of names.")
@json_option
@data_option
def audit(since: datetime, until: datetime | None, as_csv: bool, as_json: bool, data: Path | None) -> None:
    """Export who was told what, when and how, and who acknowledged, muted and unmuted, sent again, or called an alert
    useful or false.
    """
    with open_state(settings_for(data)) as state:
        entries = state.ledger.audit(since, until)
    if as_csv:
        _print_csv(entries)
    elif as_json:
        print_json(asdict(entry) for entry in entries)
    else:
        print_table(
            ("at", "what", "who", "channel", "severity", "rule", "title", "detail"),
            ((e.at, e.what, e.who, e.channel, e.severity, e.rule, e.title, e.detail) for e in entries),
            "Nobody was told anything in that time.",
        )


def _print_csv(entries: Sequence[AuditEntry]) -> None:
    names = list(AuditEntry.__dataclass_fields__)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for entry in entries:
        fields = asdict(entry) | {"at": iso_time(entry.at)}
        writer.writerow([_cell(fields[name]) for name in names])


def _cell(value: object) -> str:
    """Give a value as a cell; what a spreadsheet would take for a formula is kept from being one (CWE-1236)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
