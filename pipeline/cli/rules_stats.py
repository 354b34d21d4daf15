"""`harmattan rules stats`."""

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_state
from pipeline.cli.feed_rows import seconds
from pipeline.cli.options import Moment, data_option, json_option, print_json, print_table, settings_for
from pipeline.policy.usefulness import Usefulness, usefulness


@click.command(epilog="\b\nExample:\n  harmattan rules stats --since 90d\n  harmattan rules stats wagner-group --json")
@click.argument("rule", required=False)
@click.option(
    "--since", type=Moment(), default="30d", show_default=True, help="Alerts raised since: 24h, 30d, or a date."
)
@json_option
@data_option
def stats(rule: str | None, since: datetime, as_json: bool, data: Path | None) -> None:
    """Say what analysts made of each rule's alerts, or of RULE's: the share of false ones, and the words behind them.

    The share is that of the alerts that somebody called useful or false (`harmattan alerts feedback`, or the buttons of
    page and messages), with the interval in which it lies with a confidence of 95 %. An alert is called what most say of it.
    The time to acknowledge is the median over the alerts that somebody took on.
    """
    with open_state(settings_for(data)) as state:
        found = usefulness(state.ledger.verdicts(since, rule))
    if as_json:
        print_json(map(_row, found))
        return
    print_table(
        ("rule", "alerts", "judged", "false", "acknowledged", "median wait", "words of the false ones", "said of them"),
        (
            (
                one.rule,
                one.alerts,
                one.useful + one.false,
                _share(one),
                one.acknowledged,
                _wait(one.to_acknowledge),
                ", ".join(f"{word.word} ({word.in_false}, useful {word.in_useful})" for word in one.suspects),
                "; ".join(one.notes),
            )
            for one in found
        ),
        "No alerts.",
    )


def _share(one: Usefulness) -> str:
    if one.share_false is None or one.interval is None:
        return "not judged"
    low, high = one.interval
    return f"{one.share_false:.0%} ({low:.0%} to {high:.0%})"


def _wait(length: timedelta | None) -> str:
    if length is None:
        return ""
    minutes = length.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _row(one: Usefulness) -> dict[str, Any]:
    return {**asdict(one), "to_acknowledge": seconds(one.to_acknowledge)}
