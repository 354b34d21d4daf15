"""`harmattan searches`: the searches that are kept under a name."""

from pathlib import Path

import click
import yaml

from pipeline.bootstrap import open_state, query_reader
from pipeline.cli.options import data_option, json_option, login_name, print_json, print_table, settings_for
from pipeline.errors import BadInput
from pipeline.index.saved import rule_id, rule_query
from pipeline.records.article import Severity

EXAMPLES = """\b
Example:
  harmattan search 'Kidal OR Gao' --lang fr --save north
  harmattan searches list
"""


@click.group(epilog=EXAMPLES)
def searches() -> None:
    """List searches that were kept with `harmattan search --save`, forget one, or make one a rule."""


@searches.command("list", epilog="\b\nExample:\n  harmattan searches list --json")
@json_option
@data_option
def list_searches(as_json: bool, data: Path | None) -> None:
    """List the searches that are kept, by name."""
    with open_state(settings_for(data)) as state:
        kept = state.searches.list()
    if as_json:
        print_json({"name": s.name, "query": s.text, **s.filters, "by": s.by, "saved": s.saved} for s in kept)
        return
    print_table(
        ("name", "query", "filters", "saved"),
        ((s.name, s.text, ", ".join(f"{name} {value}" for name, value in s.filters.items()), s.saved) for s in kept),
        "No search is kept; `harmattan search QUERY --save NAME` keeps one.",
    )


@searches.command(epilog="\b\nExample:\n  harmattan searches remove north")
@click.argument("name")
@data_option
def remove(name: str, data: Path | None) -> None:
    """Forget a search."""
    with open_state(settings_for(data)) as state:
        if not state.searches.remove(name):
            raise BadInput(f"there is no search named {name!r}")
        state.accounts.note("search forgotten", login_name(), name)


@searches.command(epilog="\b\nExample:\n  harmattan searches rule north --severity high >> rules-to-add.yaml")
@click.argument("name")
@click.option(
    "--severity",
    type=click.Choice(list(Severity)),
    default=Severity.MEDIUM,
    show_default=True,
    help="How urgent it is.",
)
@data_option
def rule(name: str, severity: Severity, data: Path | None) -> None:
    """Print the rule that watches for what a search finds, to be put into a rule file.

    Its period and order are left out: a rule looks at what comes. `harmattan rules check` reads the file then, and
    `harmattan rules backtest` says what the rule would have found.
    """
    settings = settings_for(data)
    with open_state(settings) as state:
        kept = state.searches.get(name)
    if kept is None:
        raise BadInput(f"there is no search named {name!r}; `harmattan searches list` gives those that there are")
    query = rule_query(kept, query_reader(settings)())
    entry = {"id": rule_id(name), "name": name, "query": query, "severity": severity.value}
    click.echo(yaml.safe_dump({"rules": [entry]}, allow_unicode=True, sort_keys=False, width=120), nl=False)
