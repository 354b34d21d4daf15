"""`harmattan alerts ack`, `mute`, `unmute`, `mutes` and `policy`: what an analyst says, and what the desk goes by."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from pipeline.bootstrap import open_state
from pipeline.cli.options import (
    data_option,
    file_option,
    json_option,
    login_name,
    print_json,
    print_table,
    settings_for,
)
from pipeline.durations import parse_duration
from pipeline.errors import BadInput, HarmattanError
from pipeline.policy.in_force import policy_in_force
from pipeline.policy.model import FOR_GOOD, Mute, Route
from pipeline.settings import Settings


def _length(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


as_option = click.option("--as", "by", default=login_name, show_default="the login name", help="Who says so.")


@click.command(epilog="\b\nExample:\n  harmattan alerts ack sahel-1f0c2d --as awa --note 'calling the governor'")
@click.argument("alert_id", metavar="ID")
@click.option("--note", default="", help="What the others should know.")
@as_option
@data_option
def ack(alert_id: str, note: str, by: str, data: Path | None) -> None:
    """Acknowledge an alert: somebody has taken it on, and it is not escalated."""
    with open_state(settings_for(data)) as state:
        if not state.ledger.acknowledge(alert_id, by, note):
            raise BadInput(f"there is no alert {alert_id}: see `harmattan alerts list`")
    click.echo(f"{alert_id} is acknowledged by {by}")


@click.command(epilog="\b\nExample:\n  harmattan alerts mute --rule sahel --for 8h --to awa --reason 'known exercise'")
@click.option("--rule", help="Only this rule's alerts.")
@click.option("--story", help="Only this story's alerts; `alerts list --json` names it.")
@click.option("--to", "analyst", help="Only for this analyst; for everybody if not given.")
@click.option("--for", "length", required=True, callback=_length, help="How long: 30m, 8h, 3d.")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@as_option
@data_option
def mute(
    rule: str | None,
    story: str | None,
    analyst: str | None,
    length: timedelta,
    reason: str,
    by: str,
    data: Path | None,
) -> None:
    """Keep alerts from analysts for a time. What is muted is not told later; `alerts why` says that it was.

    Corrections of what somebody was told before wait for the end of the mute.
    """
    if rule is None and story is None and analyst is None:
        raise BadInput("this would mute everything for everybody: name a rule, a story or an analyst")
    now = datetime.now(UTC)
    muted = Mute(
        id=secrets.token_hex(4),
        by=by,
        reason=reason,
        since=now,
        until=now + length,
        analyst=analyst,
        rule=rule,
        story=story,
    )
    with open_state(settings_for(data)) as state:
        state.ledger.mute(muted)
    click.echo(f"muted until {muted.until:%Y-%m-%d %H:%M} UTC; `harmattan alerts unmute {muted.id}` ends it")


@click.command(epilog="\b\nExample:\n  harmattan alerts unmute 1f0c2d3e")
@click.argument("mute_id", metavar="ID")
@as_option
@data_option
def unmute(mute_id: str, by: str, data: Path | None) -> None:
    """End a mute now. Corrections that waited for its end go out."""
    with open_state(settings_for(data)) as state:
        if not state.ledger.unmute(mute_id, by):
            raise BadInput(f"there is no mute {mute_id}: see `harmattan alerts mutes`")
    click.echo(f"the mute {mute_id} is over")


@click.command(epilog="\b\nExample:\n  harmattan alerts mutes")
@json_option
@data_option
def mutes(as_json: bool, data: Path | None) -> None:
    """List the mutes that have not ended."""
    with open_state(settings_for(data)) as state:
        found = state.ledger.mutes()
    if as_json:
        print_json(
            {
                "id": one.id,
                "by": one.by,
                "reason": one.reason,
                "since": one.since,
                "until": one.until,
                "analyst": one.analyst,
                "rule": one.rule,
                "story": one.story,
                "digest": one.digest,
            }
            for one in found
        )
        return
    rows = (
        (one.id, one.rule, one.story, one.digest, one.analyst or "everybody", _end(one), one.by, one.reason)
        for one in found
    )
    print_table(("id", "rule", "story", "digest", "for", "until", "by", "reason"), rows, "Nothing is muted.")


@click.command(epilog="\b\nExample:\n  harmattan alerts policy --policy policy.yaml")
@file_option("--policy", "Policy (YAML). [default: HARMATTAN_POLICY]")
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--channels", "Channels (YAML). [default: HARMATTAN_CHANNELS, or the console and a file]")
@data_option
def policy(policy: Path | None, rules: Path | None, channels: Path | None, data: Path | None) -> None:
    """Check the policy file, and show who is told of what. Exit status 2 when it can't be used."""
    settings = settings_for(data, policy=policy, rules=rules, channels=channels)
    read = policy_in_force(settings)
    print_table(
        ("analyst", "channels", "zone", "language", "quiet"),
        (
            (
                one.id,
                ", ".join(one.channels),
                str(one.zone),
                one.language,
                f"{one.quiet.start:%H:%M}-{one.quiet.end:%H:%M}" if one.quiet else "",
            )
            for one in read.analysts
        ),
        "No analysts.",
    )
    print_table(
        ("route", "to", "takes", "how"),
        ((one.name, ", ".join(one.to), _takes(one), _how(one)) for one in read.routes),
        "No routes.",
    )
    if read.signals:
        rows = (
            (one.id, one.kind, one.of, ", ".join(sorted(one.names | one.countries)), one.severity)
            for one in read.signals
        )
        print_table(("signal", "kind", "of", "names", "severity"), rows, "")
    if left := _left(settings):
        print_table(
            ("digest", "wanted no more by", "since", "undo with"),
            ((one.digest, one.analyst or "all its readers", one.since, f"alerts unmute {one.id}") for one in left),
            "",
        )


def _end(mute: Mute) -> str:
    return "for good" if mute.until >= FOR_GOOD else f"{mute.until:%Y-%m-%d %H:%M} UTC"


def _left(settings: Settings) -> list[Mute]:
    """Give the digests that readers took leave of; none where there is no state yet, or it can't be asked."""
    if not settings.database and not (settings.data / "state.db").exists():
        return []
    try:
        with open_state(settings) as state:
            return [one for one in state.ledger.mutes() if one.digest]
    except HarmattanError:
        return []


def _takes(route: Route) -> str:
    parts = [
        f"rules {', '.join(sorted(route.rules))}" if route.rules else "every rule",
        f"from {route.severity}",
        f"in {', '.join(sorted(route.countries))}" if route.countries else "",
        f"written in {', '.join(sorted(route.languages))}" if route.languages else "",
        f"of sources of the kind {' or '.join(sorted(route.kinds))}" if route.kinds else "",
    ]
    return ", ".join(part for part in parts if part)


def _how(route: Route) -> str:
    outlets = ", ".join(map(str, route.updates.outlets))
    parts = [
        f"{route.digest} digest" if route.digest else "",
        f"grouped for {_minutes(route.group)}" if route.group else "",
        f"at most {route.throttle.most} in {_minutes(route.throttle.per)}" if route.throttle else "",
        f"again at {outlets} outlets" if outlets else "",
        f"again for a new {', '.join(sorted(route.updates.on))}" if route.updates.on else "",
        *(f"after {_minutes(step.after)} to {', '.join(step.to)}" for step in route.escalate),
    ]
    return "; ".join(part for part in parts if part) or "at once"


def _minutes(length: timedelta) -> str:
    return f"{length.total_seconds() / 60:g} min"
