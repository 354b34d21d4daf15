"""`harmattan rules`."""

from pathlib import Path

import click

from pipeline.cli.options import (
    LEXICON_HELP,
    data_option,
    file_option,
    json_option,
    print_json,
    print_table,
    settings_for,
)
from pipeline.cli.rules_backtest import backtest
from pipeline.cli.rules_check import check
from pipeline.cli.rules_explain import explain
from pipeline.cli.rules_near_misses import near_misses
from pipeline.cli.rules_stats import stats
from pipeline.cli.rules_test import test
from pipeline.rules import loading
from pipeline.rules.cache import cache_in
from pipeline.seeds import seed


@click.group(
    epilog="\b\nExample:\n  harmattan rules check my-rules.yaml\n  harmattan rules explain wagner-group article.json"
)
def rules() -> None:
    """Check, list, test, explain and back-test watch rules; see what they miss, and what analysts make of them."""


rules.add_command(check)


@rules.command("list", epilog="\b\nExample:\n  harmattan rules list --json")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@file_option("--lexicon", LEXICON_HELP)
@json_option
@data_option
def list_rules(file: Path | None, lexicon: Path | None, as_json: bool, data: Path | None) -> None:
    """List the rules that are in force, or those of FILE."""
    settings = settings_for(data, rules=file, lexicon=lexicon)
    found = loading.list_rules(settings.rules or seed("rules.yaml"), settings.lexicon, cache_in(settings.cache))
    if as_json:
        print_json(
            {
                "id": r.id,
                "name": r.name,
                "severity": r.severity,
                "channels": r.channels,
                "version": r.version,
                "query": r.query,
            }
            for r in found
        )
        return
    print_table(
        ("id", "severity", "name", "channels"),
        ((r.id, r.severity, r.name, ", ".join(r.channels) or "all") for r in found),
        "No rules.",
    )


rules.add_command(test)
rules.add_command(explain)
rules.add_command(backtest)
rules.add_command(near_misses)
rules.add_command(stats)
