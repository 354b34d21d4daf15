"""The examples of a rule file, run: what each rule must find, and what it must leave alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.files import SettingsFile, read_settings_file
from pipeline.records.article import RuleMatch
from pipeline.rules.explain import Finding, explain
from pipeline.rules.facts import ArticleFacts
from pipeline.rules.file import Example, RuleEntry, RulesDocument
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document

Describe = Callable[[Example], tuple[Document, ArticleFacts]]
"""Gives an example's words and facts. Raises ValueError, with what to write instead, for one that can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an example. `line` is the example's in the file; `wanted` tells that the rule must match it."""

    rule: Rule
    line: int
    wanted: bool
    document: Document
    facts: ArticleFacts
    match: RuleMatch | None

    @property
    def passed(self) -> bool:
        """Whether the rule did what it must."""
        return self.wanted == (self.match is not None)

    def why(self) -> Finding:
        """Say of each part of the rule where it holds."""
        return explain(self.rule.meaning, self.document, self.facts)


def run_examples(path: Path, rules: RuleSet, describe: Describe, only: str | None = None) -> Iterator[Outcome]:
    """Run the examples of the rules of a file, or of one of them, in the file's order.

    `rules` are the file's. Raises BadInput for an example that can't be read.
    """
    file = read_settings_file(path, RulesDocument)
    by_id = {rule.id: rule for rule in rules.rules}
    for position, entry in enumerate(file.value.rules):
        if entry.id not in by_id or only not in (None, entry.id):
            continue
        for name, examples in (("matches", entry.matches), ("ignores", entry.ignores)):
            for number, example in enumerate(examples):
                where = ("rules", position, name, number)
                given = Example(text=example) if isinstance(example, str) else example
                document, facts = _described(file, where, given, describe)
                found = (match for match in rules.match_document(document, facts) if match.rule == entry.id)
                yield Outcome(
                    rule=by_id[entry.id],
                    line=file.position(where, 0)[0],
                    wanted=name == "matches",
                    document=document,
                    facts=facts,
                    match=next(found, None),
                )


def run_entry(entry: RuleEntry, rule: Rule, describe: Describe) -> Iterator[Outcome]:
    """Run the examples of one rule that stands in no file yet; `line` counts its examples from 1.

    Raises BadInput for an example that can't be read.
    """
    rules = RuleSet([rule])
    wanted = [(True, one) for one in entry.matches] + [(False, one) for one in entry.ignores]
    for number, (matches, example) in enumerate(wanted, 1):
        given = Example(text=example) if isinstance(example, str) else example
        if not (given.title.strip() or given.text.strip()):
            raise BadInput(f"example {number} has no words; write a title, a text or both")
        try:
            document, facts = describe(given)
        except ValueError as error:
            raise BadInput(f"example {number}: {error}") from error
        found = rules.match_document(document, facts)
        yield Outcome(
            rule=rule, line=number, wanted=matches, document=document, facts=facts, match=next(iter(found), None)
        )


def _described(
    file: SettingsFile[RulesDocument], where: tuple[str | int, ...], example: Example, describe: Describe
) -> tuple[Document, ArticleFacts]:
    if not (example.title.strip() or example.text.strip()):
        raise file.error(where, "this example has no words; write a title, a text or both")
    try:
        return describe(example)
    except ValueError as error:
        raise file.error(where, str(error)) from error


def rule_named(rules: RuleSet, name: str, path: Path) -> Rule:
    """Give the rule with an id. Raises BadInput with the id that was probably meant."""
    from difflib import get_close_matches

    by_id = {rule.id: rule for rule in rules.rules}
    if name in by_id:
        return by_id[name]
    close = get_close_matches(name, by_id, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else "`harmattan rules list` tells the ids"
    raise BadInput(f"{path} has no rule {name}; {hint}")
