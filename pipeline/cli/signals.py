"""`harmattan signals`."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import click

from pipeline.bootstrap import open_parts
from pipeline.cli.options import data_option, file_option, json_option, print_json, print_table, settings_for
from pipeline.policy.in_force import policy_in_force
from pipeline.signals.counting import asked_for
from pipeline.signals.look import Measure, SignalLook
from pipeline.signals.model import Signal
from pipeline.state.interface import Finding, Seen, Signals
from pipeline.upkeep import signal_look

COLUMNS = ("signal", "kind", "name", "last_seen", "this_hour", "expected", "probability", "found")


@click.command(epilog="\b\nExample:\n  harmattan signals --policy desk.yaml --signal mali-burst")
@click.option("--signal", "only", metavar="ID", help="This signal alone.")
@click.option("--limit", default=20, show_default=True, help="Names of each signal, those seen last first.")
@file_option("--policy", "Policy (YAML) with the signals. [default: HARMATTAN_POLICY]")
@json_option
@data_option
def signals(only: str | None, limit: int, policy: Path | None, as_json: bool, data: Path | None) -> None:
    """Show what each signal of the policy watches: when it was last seen, this hour's articles, and those expected.

    Nothing is expected yet of what has been watched for less than two weeks.
    """
    settings = settings_for(data, policy=policy)
    wanted = [signal for signal in policy_in_force(settings).signals if only in (None, signal.id)]
    with open_parts(settings) as parts:
        known, look = parts.state.signals, signal_look(parts, settings)
        found = {(one.signal, one.name): one for one in known.findings()}
        rows = [row for signal in wanted for row in _rows(signal, known, look, found, limit)]
    if as_json:
        print_json(rows)
        return
    empty = "No signal has counted anything yet." if wanted else "The policy has no such signals; see docs/signals.md."
    print_table(COLUMNS, ([row[column] for column in COLUMNS] for row in rows), empty)


def _rows(
    signal: Signal, known: Signals, look: SignalLook, found: dict[tuple[str, str], Finding], limit: int
) -> Iterator[dict[str, object]]:
    hour = known.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    mine = [seen for seen in known.seen(signal.of) if signal.takes(asked_for(seen), seen.country)]
    mine.sort(key=lambda seen: seen.last, reverse=True)
    counts = {one.name: one.count for one in known.hours(signal.of, hour)}
    for seen in mine[:limit]:
        measured = look.measure(seen.kind, seen.name, hour)
        row = _row(signal, seen, measured, counts.get(seen.name, 0))
        yield row | {"found": _said(found.get((signal.id, seen.name)))}


def _row(signal: Signal, seen: Seen, measured: Measure | None, count: int) -> dict[str, object]:
    return {
        "signal": signal.id,
        "kind": signal.kind.value,
        "name": seen.label,
        "last_seen": seen.last,
        "this_hour": count,
        "expected": round(measured.expected, 2) if measured else None,
        "probability": float(f"{measured.chance:.2g}") if measured else None,
    }


def _said(finding: Finding | None) -> str | None:
    return f"{finding.alert}: {finding.text}" if finding else None
