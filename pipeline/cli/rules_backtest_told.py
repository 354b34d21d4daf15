"""What `harmattan rules backtest` tells of analysts: the alerts and messages that a past time would have brought them."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.bootstrap import open_log, open_rehearsal, open_state
from pipeline.cli.rules_articles import QUERY
from pipeline.notify.channels_file import load_channels
from pipeline.policy.in_force import policy_in_force
from pipeline.policy.outcome import Standing
from pipeline.rehearsal import AT_ONCE, WARM_UP, Brought, Rehearsal, Trial, acknowledgements
from pipeline.rehearsal_signals import found_then
from pipeline.rules.rule import Rule
from pipeline.seeds import seed
from pipeline.settings import Settings

_BY = {
    Standing.QUIET: "quiet hours",
    Standing.THROTTLED: "throttle",
    Standing.DIGEST: "digest",
    Standing.GROUPED: "group",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A rehearsal's outcome, and since when the log holds what was asked for; None where it holds nothing of it."""

    since: datetime
    until: datetime
    held_since: datetime | None
    analysts: list[Brought]


def as_tried(asked: Rule, before: Rule | None) -> Rule:
    """Give the rule that is put in force for the trial: a query that is compared with a rule stands in its place."""
    if asked.id != QUERY or before is None:
        return asked
    return Rule(
        id=before.id,
        name=before.name,
        severity=before.severity,
        channels=before.channels,
        query=asked.query,
        meaning=asked.meaning,
    )


def run_rehearsal(settings: Settings, trial: Trial | None, since: datetime, until: datetime) -> Told:
    """Go through the log by the policy that the settings name. Raises BadInput, OutOfReach."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    policy = policy_in_force(settings)
    channels = [channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))]
    columns = (TextColumn("days"), BarColumn(), TimeRemainingColumn())
    with open_log(settings) as log, open_state(settings) as live, open_rehearsal() as state:
        rehearsal = Rehearsal(log, state, policy, channels, since=since, until=until, trial=trial)
        run = rehearsal.run(
            live.ledger.mutes(since - WARM_UP),
            acknowledgements(live.ledger, since, until),
            found_then(live.ledger, live.signals, policy, since - WARM_UP, until),
        )
        with Progress(
            *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        ) as progress:
            task = progress.add_task("days", total=(until - since + WARM_UP) / AT_ONCE)
            for _ in run:
                progress.advance(task)
        return Told(since, until, rehearsal.record.first, rehearsal.brought())


def told_rows(told: Told) -> list[dict[str, Any]]:
    """Give a row for each analyst."""
    return [
        {
            "analyst": one.analyst,
            "alerts": one.sent,
            "messages": sum(one.messages.values()),
            "channels": dict(sorted(one.messages.items())),
            "updates": one.updates,
            "held": {standing.value: one.held[standing] for standing in _BY if one.held[standing]},
            "waiting": {standing.value: one.waiting[standing] for standing in _BY if one.waiting[standing]},
            "muted": one.muted,
            "unrouted": one.unrouted,
        }
        for one in told.analysts
    ]


def told_lines(told: Told, rule: str | None) -> Iterator[str]:
    """Give what was found in lines of words; `rule` is the one that was tried."""
    what = f"the alerts of {rule}" if rule else "the alerts of all rules"
    yield f"Who would have been told of {what}, {_moment(told.since)} to {_moment(told.until)}"
    if told.held_since is None:
        yield "  the log holds nothing of that time"
        return
    if told.held_since > told.since:
        yield f"  the log holds nothing from before {_moment(told.held_since)}"
    for one in told.analysts:
        yield f"  {one.analyst}: {', '.join(_said(one))}"


def _said(one: Brought) -> Iterator[str]:
    messages = sum(one.messages.values())
    by = ", ".join(f"{channel} {count}" for channel, count in sorted(one.messages.items()))
    yield f"{_number(one.sent, 'alert')} in {_number(messages, 'message')}{f' ({by})' if by else ''}"
    if one.updates:
        yield f"of which {_number(one.updates, 'update')}"
    for standing, name in _BY.items():
        if one.held[standing]:
            yield (
                f"{one.held[standing]} held for a {name}"
                if name != "quiet hours"
                else f"{one.held[standing]} held in {name}"
            )
    if one.waiting:
        yield f"{sum(one.waiting.values())} still waiting at the end"
    if one.muted:
        yield f"{one.muted} muted"
    if one.unrouted:
        yield f"{one.unrouted} not routed"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
