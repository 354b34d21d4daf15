"""`harmattan rules test`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import load_describer
from pipeline.cli.options import LEXICON_HELP, data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import load
from pipeline.cli.rules_tree import finding_json, plain, tree
from pipeline.enrich.examples import describe_example
from pipeline.rules.examples import Outcome, rule_named, run_examples
from pipeline.rules.facts import ArticleFacts
from pipeline.rules.file import Example
from pipeline.text.document import Document

LONGEST = 200


@click.command(epilog="\b\nExample:\n  harmattan rules test my-rules.yaml\n  harmattan rules test --rule wagner-group")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--rule", help="Only the examples of this rule.")
@file_option("--lexicon", LEXICON_HELP)
@json_option
@data_option
def test(file: Path | None, rule: str | None, lexicon: Path | None, as_json: bool, data: Path | None) -> int:
    """Run the examples of the rules of FILE: those under `matches` must match, those under `ignores` must not.

    Each that fails is shown with the parts of the rule that hold and those that don't, and the status is 1. Without FILE
    the rules in force are tested.
    """
    settings = settings_for(data, rules=file, lexicon=lexicon)
    loaded = load(settings)
    if rule is not None:
        rule_named(loaded.rules, rule, loaded.path)
    describer = load_describer(settings)

    def describe(example: Example) -> tuple[Document, ArticleFacts]:
        described = describe_example(describer, example)
        return described.document, described.facts

    count = failed = 0
    tried = set()
    for outcome in run_examples(loaded.path, loaded.rules, describe, only=rule):
        count += 1
        failed += not outcome.passed
        tried.add(outcome.rule.id)
        if as_json:
            print_json([_row(outcome, loaded.path)])
        elif not outcome.passed:
            click.echo(_shown(outcome, loaded.path))
    if not as_json:
        wanted = 1 if rule else len(loaded.rules.rules)
        click.echo(_summary(count, failed, len(tried), wanted - len(tried)))
    return 1 if failed else 0


def _row(outcome: Outcome, path: Path) -> dict[str, Any]:
    return {
        "rule": outcome.rule.id,
        "file": str(path),
        "line": outcome.line,
        "wanted": "matches" if outcome.wanted else "ignores",
        "passed": outcome.passed,
        "language": outcome.document.language,
        "title": outcome.document.title,
        "text": outcome.document.text,
        "spans": [asdict(span) for span in outcome.match.spans] if outcome.match else [],
        "why": None if outcome.passed else finding_json(outcome.why()),
    }


def _shown(outcome: Outcome, path: Path) -> str:
    document = outcome.document
    verdict = "should match this, and does not" if outcome.wanted else "should leave this alone, and matches it"
    text = plain(": ".join(part for part in (document.title, document.text) if part))
    shortened = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    lines = [
        f"{path}:{outcome.line}: rule {outcome.rule.id} {verdict} (language {document.language}):",
        f"    {shortened}",
        *(f"    {line}" for line in tree(outcome.why(), document)),
        "",
    ]
    return "\n".join(lines)


def _summary(count: int, failed: int, tried: int, without: int) -> str:
    if not count:
        return "There are no examples; write some under `matches` and `ignores` of a rule."
    verdict = f"{failed} failed" if failed else "all are as they should be"
    untried = f"; {without} rule{'s have' if without != 1 else ' has'} none" if without else ""
    return f"{count} examples of {tried} rule{'s' if tried != 1 else ''}: {verdict}{untried}"
