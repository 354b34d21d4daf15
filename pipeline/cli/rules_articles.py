"""The rules and articles that the commands for rules work on."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.bootstrap import load_describer
from pipeline.enrich.given import Described, Describer, GivenArticle, read_line, read_time
from pipeline.errors import BadInput
from pipeline.records.article import Severity, Source
from pipeline.rules.faults import BadRule, pointer
from pipeline.rules.file import read_rules
from pipeline.rules.lexicon import Lexicon, load_lexicon
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import QueryError
from pipeline.seeds import seed
from pipeline.settings import Settings

QUERY = "query"
"""The id that a query on the command line goes by."""

_ID = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rule file that was read, with the lexicon that its rules name entities of."""

    path: Path
    rules: RuleSet
    lexicon: Lexicon


def load(settings: Settings) -> Loaded:
    """Read the rules that the settings name, by default the stock ones. Raises BadInput."""
    lexicon = load_lexicon(settings.lexicon)
    path = settings.rules or seed("rules.yaml")
    return Loaded(path, RuleSet(read_rules(path, lexicon)), lexicon)


def rule_or_query(text: str, loaded: Loaded) -> Rule:
    """Give the rule with an id, or else one that asks what a query says. Raises BadInput with what was probably meant."""
    by_id = {rule.id: rule for rule in loaded.rules.rules}
    if text in by_id:
        return by_id[text]
    if _ID.fullmatch(text) and (close := get_close_matches(text, by_id, n=1, cutoff=0.7)):
        hint = f"did you mean {close[0]}? Words to look for stand in quotation marks within the query: '\"{text}\"'"
        raise BadInput(f"{loaded.path} has no rule {text}; {hint}")
    try:
        meaning = parse_query(text, loaded.lexicon.reader)
    except QueryError as error:
        what = (
            f"{text[:60]!r} is neither the id of a rule of {loaded.path} nor a query: column {error.start + 1}: {error}"
        )
        raise BadRule(what, pointer(text, error.start, error.end)) from error
    return Rule(id=QUERY, name=text, severity=Severity.LOW, channels=(), query=text, meaning=meaning)


def described_lines(file: Path, describer: Describer) -> Iterator[tuple[str, Described]]:
    """Give what rules see of each article of a file of JSON lines, or of standard input (`-`), each with its id.

    Raises BadInput for the first line that can't be read.
    """
    name = "standard input" if str(file) == "-" else str(file)
    try:
        stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    except OSError as error:
        raise BadInput(f"{file}: can't be read ({error.strerror}); name a file of JSON lines, or -") from error
    with stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    given = read_line(line)
                except ValueError as error:
                    raise BadInput(f"{name}:{number}: {error}") from error
                yield str(given.id), describer.describe(given.article)


def sample(settings: Settings, file: Path | None) -> Iterator[Described]:
    """Give the articles of a file of JSON lines, or else those of the shipped newsroom."""
    describer = load_describer(settings)
    if file is not None:
        for _, described in described_lines(file, describer):
            yield described
        return
    from pipeline.newsroom.content import load_contents

    for outlet in load_contents():
        source = Source(feed="", name=outlet.name, tags=outlet.tags, country=outlet.country)
        for article in outlet.articles:
            yield describer.describe(
                GivenArticle(
                    title=article.title,
                    text="\n\n".join(article.paragraphs),
                    language=article.language or outlet.language,
                    source=source,
                    authors=article.authors,
                    time=read_time("2026-01-01"),
                )
            )
