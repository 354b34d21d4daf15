"""Rule files: read as a whole, or not at all."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.files import SettingsFile, read_settings_file
from pipeline.records.article import Severity
from pipeline.rules.faults import bad_text
from pipeline.rules.lexicon import Lexicon
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.syntax import QueryError

_ID = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An article that a rule is tried on; all but the words may be left out. `lang` is guessed where it is not given."""

    title: str = ""
    text: str = ""
    lang: str | None = None
    source: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule as it is written. A rule without a name is called by its id.

    `matches` and `ignores` are examples of what it must find and leave alone, for `harmattan rules test`.
    """

    id: str
    query: str
    severity: Severity = Severity.MEDIUM
    name: str | None = None
    channels: tuple[str, ...] = ()
    matches: tuple[str | Example, ...] = ()
    ignores: tuple[str | Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesDocument:
    """What a rule file holds."""

    rules: tuple[RuleEntry, ...]


def read_rules(path: Path, lexicon: Lexicon | None = None, known: Iterable[Rule] = ()) -> list[Rule]:
    """Read a rule file whose rules may name the lexicon's entities. Raises BadInput for the first thing that is wrong in it.

    Of the `known` rules, which were read with the same lexicon, those that are written as before are given as they are.
    """
    rules, problems = check_rules(path, lexicon, known)
    if problems:
        raise problems[0]
    return rules


def check_channels(path: Path, known: Collection[str]) -> None:
    """Raise BadInput for the first channel that a rule names and that is not among the known ones."""
    for problem in unknown_channels(path, known):
        raise problem


def unknown_channels(path: Path, known: Collection[str]) -> Iterator[BadInput]:
    """Give an error for each channel that a rule names and that is not among the known ones. Raises BadInput."""
    document = read_settings_file(path, RulesDocument)
    for position, entry in enumerate(document.value.rules):
        for place, channel in enumerate(entry.channels):
            if channel not in known:
                what = f"rule {entry.id} names the channel {channel}, which the channels file does not have"
                yield document.error(
                    ("rules", position, "channels", place), f"{what}; write one of {', '.join(sorted(known))}"
                )


def check_rules(
    path: Path, lexicon: Lexicon | None = None, known: Iterable[Rule] = ()
) -> tuple[list[Rule], list[BadInput]]:
    """Read a rule file; give the rules that can be used, and everything that is wrong with the others."""
    earlier = {rule.id: rule for rule in known}
    rules: list[Rule] = []
    problems: list[BadInput] = []
    try:
        document = read_settings_file(path, RulesDocument)
    except BadInput as error:
        return [], [error]
    seen: set[str] = set()
    for position, entry in enumerate(document.value.rules):
        wrong = list(_wrong_names(document, position, entry, seen))
        seen.add(entry.id)
        before = earlier.get(entry.id)
        rule = before if before and _is_written(before, entry) else _rule(document, position, entry, lexicon)
        if isinstance(rule, BadInput):
            wrong.append(rule)
        elif not wrong:
            rules.append(rule)
        problems += wrong
    return rules, problems


def _wrong_names(
    document: SettingsFile[RulesDocument], position: int, entry: RuleEntry, seen: set[str]
) -> Iterator[BadInput]:
    where = ("rules", position, "id")
    if not _ID.fullmatch(entry.id):
        suggestion = re.sub(r"[^a-z0-9]+", "-", entry.id.lower()).strip("-")[:100] or "my-rule"
        what = f"the id {entry.id[:40]!r} may have only small letters, digits and hyphens; write {suggestion}, for instance"
        yield document.error(where, what)
    if entry.id in seen:
        yield document.error(where, f"the id {entry.id} is taken by an earlier rule; give this one another")


def _is_written(rule: Rule, entry: RuleEntry) -> bool:
    """Tell whether a rule was read from an entry that says the same."""
    before = (rule.query, rule.name, rule.severity, rule.channels)
    return before == (entry.query, entry.name or entry.id, entry.severity, entry.channels)


def _rule(
    document: SettingsFile[RulesDocument], position: int, entry: RuleEntry, lexicon: Lexicon | None
) -> Rule | BadInput:
    try:
        meaning = parse_query(entry.query, lexicon.reader if lexicon else None)
    except QueryError as error:
        return bad_text(document, ("rules", position, "query"), f"rule {entry.id}", entry.query, error)
    return Rule(
        id=entry.id,
        name=entry.name or entry.id,
        severity=entry.severity,
        channels=entry.channels,
        query=entry.query,
        meaning=meaning,
    )
