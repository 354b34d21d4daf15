"""`harmattan alerts`."""

from datetime import datetime
from pathlib import Path

import click

from pipeline.bootstrap import load_notifiers, open_state
from pipeline.cli.alerts_delivery import audit, feedback, retry
from pipeline.cli.alerts_desk import ack, mute, mutes, policy, unmute
from pipeline.cli.alerts_why import why
from pipeline.cli.differences import change_lines
from pipeline.cli.options import Moment, data_option, file_option, json_option, print_json, print_table, settings_for
from pipeline.cli.rules_tree import colourful, marked, plain
from pipeline.errors import BadInput, HarmattanError
from pipeline.notify.trial import trial_message
from pipeline.records.alert import Alert, AlertState
from pipeline.records.alert_json import alert_json
from pipeline.seeds import seed
from pipeline.state.interface import Spread, Verdict

STATES = [state.value for state in AlertState]


@click.group(epilog="\b\nExample:\n  harmattan alerts list --since 24h")
def alerts() -> None:
    """List, show and answer alerts; ask why somebody was told or not; mute; send again; export who was told what."""


@alerts.command("list", epilog="\b\nExample:\n  harmattan alerts list --rule sahel --since 24h --json")
@click.option("--rule", help="Only those of one rule.")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state. [default: every state]")
@click.option("--since", type=Moment(), help="Only those raised since: 24h, 30d, or a date.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="The most alerts to give."
)
@json_option
@data_option
def list_alerts(
    rule: str | None, state: str | None, since: datetime | None, limit: int, as_json: bool, data: Path | None
) -> None:
    """List the alerts, the newest first."""
    with open_state(settings_for(data)) as database:
        wanted = AlertState(state) if state else None
        found = database.ledger.alerts(rule=rule, state=wanted, since=since, limit=limit)
    if as_json:
        print_json(alert_json(alert) for alert in found)
        return
    print_table(
        ("created", "severity", "rule", "state", "outlets", "title", "changed", "matches", "id"),
        (
            (
                a.created,
                a.severity,
                a.rule,
                a.state,
                len({article.source for article in a.articles}),
                a.articles[0].title,
                _changed(a),
                ", ".join(a.matches[:6]),
                a.id,
            )
            for a in found
        ),
        "No alerts.",
    )


@alerts.command(epilog="\b\nExample:\n  harmattan alerts show wagner-group-1f0c2d")
@click.argument("alert_id", metavar="ID")
@json_option
@data_option
def show(alert_id: str, as_json: bool, data: Path | None) -> None:
    """Show an alert with its articles, and what became of each delivery."""
    with open_state(settings_for(data)) as database:
        alert = database.ledger.alert(alert_id)
        deliveries = database.ledger.deliveries(alert_id)
        outcomes = database.ledger.outcomes(alert_id)
        acknowledged = database.ledger.acknowledgements(alert_id)
        feedback = database.ledger.feedback(alert_id)
        spread = database.ledger.spread([alert_id]).get(alert_id, Spread())
    if alert is None:
        raise BadInput(f"there is no alert {alert_id}: see `harmattan alerts list`")
    if as_json:
        rows = [
            {
                "id": d.id,
                "channel": d.channel,
                "state": d.state,
                "attempts": d.attempts,
                "sent": d.sent,
                "error": d.error,
            }
            for d in deliveries
        ]
        more = {
            "deliveries": rows,
            "outlets": spread.outlets,
            "origins": spread.origins,
            "places": list(spread.places),
            "outcomes": [
                {"analyst": o.analyst, "outcome": o.standing, "why": o.why, "until": o.until} for o in outcomes
            ],
            "acknowledged": [{"by": one.by, "at": one.at, "note": one.note} for one in acknowledged],
            "feedback": [{"by": f.by, "at": f.at, "verdict": f.verdict, "note": f.note} for f in feedback],
        }
        print_json([alert_json(alert) | more])
        return
    click.echo(f"{alert.rule_name} ({alert.severity}), raised {alert.created:%Y-%m-%d %H:%M:%S} UTC, {alert.state}")
    click.echo(f"matched: {', '.join(alert.matches)}")
    click.echo(f"outlets: {spread.outlets}, independent origins: {spread.origins}")
    for one in acknowledged:
        click.echo(
            f"acknowledged by {plain(one.by)}, {one.at:%Y-%m-%d %H:%M} UTC{f': {plain(one.note)}' if one.note else ''}"
        )
    for said in feedback:
        what = "useful" if said.verdict is Verdict.USEFUL else "a false alarm"
        click.echo(
            f"{what}, says {plain(said.by)}, {said.at:%Y-%m-%d %H:%M} UTC{f': {plain(said.note)}' if said.note else ''}"
        )
    for article in alert.articles:
        if article.passage:
            click.echo(f"  {plain(article.source)}: {marked(article.passage, colourful())}")
        for change in article.changes:
            click.echo("\n".join(f"    {line}" for line in change_lines(change, colourful())))
        if article.matches_no_more:
            click.echo(f"    it matches the rule no more since {article.matches_no_more:%Y-%m-%d %H:%M} UTC")
    print_table(
        ("source", "language", "title", "url"), ((a.source, a.language, a.title, a.url) for a in alert.articles), ""
    )
    print_table(
        ("channel", "state", "attempts", "sent", "error"),
        ((d.channel, d.state, d.attempts, d.sent, d.error) for d in deliveries),
        "No channel takes it.",
    )


def _changed(alert: Alert) -> str:
    """Say in a few words what outlets changed in an alert's articles."""
    kinds = [change.kind.value for article in alert.articles for change in article.changes]
    said = ["matches no more"] if any(article.matches_no_more for article in alert.articles) else []
    return ", ".join(dict.fromkeys([*kinds, *said]))


@alerts.command("send-test", epilog="\b\nExample:\n  harmattan alerts send-test desk-mail")
@click.argument("channel")
@file_option("--channels", "Channels (YAML). [default: HARMATTAN_CHANNELS, or the console and a file]")
@data_option
def send_test(channel: str, channels: Path | None, data: Path | None) -> None:
    """Send a message that says it is a test over one channel, and say what came of it."""
    from pipeline.notify.channels_file import load_channels
    from pipeline.notify.interface import DeliveryError

    settings = settings_for(data, channels=channels)
    notifiers = load_notifiers(settings, click.echo, only=channel)
    if channel not in notifiers:
        listed = load_channels(settings.channels or seed("channels.yaml"))
        raise BadInput(f"there is no channel {channel}; the channels file has {', '.join(one.name for one in listed)}")
    message, key = trial_message(settings.base_url)
    try:
        notifiers[channel].send(message, key)
    except DeliveryError as error:
        raise HarmattanError(f"channel {channel}: {error}") from error
    click.echo(f"channel {channel} took the test message")


for command in (why, ack, feedback, mute, unmute, mutes, policy, retry, audit):
    alerts.add_command(command)
