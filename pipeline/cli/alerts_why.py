"""`harmattan alerts why`: what became of an article for each analyst, and if nothing, why."""

from pathlib import Path

import click

from pipeline.bootstrap import open_index, open_state
from pipeline.cli.options import data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import load
from pipeline.policy.in_force import policy_in_force
from pipeline.why import answers


@click.command(epilog="\b\nExample:\n  harmattan alerts why https://outlet.example/news/17 --rule sahel --to awa")
@click.argument("article")
@click.option("--rule", help="Only this rule. [default: those that matched, or all when none did]")
@click.option("--to", "analyst", help="Only this analyst.")
@file_option("--policy", "Policy (YAML). [default: HARMATTAN_POLICY]")
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@json_option
@data_option
def why(
    article: str,
    rule: str | None,
    analyst: str | None,
    policy: Path | None,
    rules: Path | None,
    as_json: bool,
    data: Path | None,
) -> None:
    """Say who was told of ARTICLE, who was not, and why, down to the clause of the rule that did not match.

    ARTICLE is the id or the address of an article.
    """
    settings = settings_for(data, policy=policy, rules=rules)
    known = policy_in_force(settings)
    with open_state(settings) as state:
        found = list(
            answers(
                article,
                rule,
                analyst,
                known,
                lambda: load(settings).rules.rules,
                lambda: open_index(settings),
                state,
            )
        )
    if as_json:
        print_json(answer.row for answer in found)
        return
    for answer in found:
        click.echo("\n".join(answer.lines))
