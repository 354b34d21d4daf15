"""`harmattan rules`."""

from pathlib import Path

import click

from pipeline.bootstrap import check_files
from pipeline.cli.options import data_option, file_option, json_option, print_json, print_table, settings_for
from pipeline.rules.ruleset import load_rules
from pipeline.seeds import seed


@click.group(epilog="\b\nExample:\n  harmattan rules check my-rules.yaml")
def rules() -> None:
    """Check and list watch rules."""


@rules.command(epilog="\b\nExample:\n  harmattan rules check my-rules.yaml")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@file_option("--channels", "Channels (YAML) that the rules may name. [default: HARMATTAN_CHANNELS, or the stock ones]")
@data_option
def check(file: Path | None, channels: Path | None, data: Path | None) -> None:
    """Read a rules file as the workers will, and say what is wrong with it (status 2)."""
    settings = settings_for(data, rules=file, channels=channels)
    check_files(settings)
    path = settings.rules or seed("rules.yaml")
    click.echo(f"{path}: {len(load_rules(path).rules)} rules, all can be used")


@rules.command("list", epilog="\b\nExample:\n  harmattan rules list --json")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
@data_option
def list_rules(file: Path | None, as_json: bool, data: Path | None) -> None:
    """List the rules that are in force."""
    path = settings_for(data, rules=file).rules or seed("rules.yaml")
    found = load_rules(path).rules
    if as_json:
        print_json(
            {"id": r.id, "name": r.name, "severity": r.severity, "channels": r.channels, "query": r.query}
            for r in found
        )
        return
    print_table(
        ("id", "severity", "name", "channels"),
        ((r.id, r.severity, r.name, ", ".join(r.channels) or "all") for r in found),
        "No rules.",
    )
