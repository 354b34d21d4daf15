"""Short ways to ask what a query finds."""

from pipeline.records.article import RuleMatch, Severity
from pipeline.rules.facts import NO_FACTS, ArticleFacts
from pipeline.rules.lexicon import Lexicon
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet


def rule(query: str, rule_id: str = "r", lexicon: Lexicon | None = None) -> Rule:
    meaning = parse_query(query, lexicon.reader if lexicon else None)
    return Rule(id=rule_id, name=rule_id, severity=Severity.LOW, channels=(), query=query, meaning=meaning)


def match(
    query: str,
    title: str,
    text: str = "",
    lang: str = "und",
    facts: ArticleFacts = NO_FACTS,
    lexicon: Lexicon | None = None,
) -> RuleMatch | None:
    found = RuleSet([rule(query, lexicon=lexicon)]).match(title, text, lang, facts)
    return found[0] if found else None


def words(
    query: str,
    title: str,
    text: str = "",
    lang: str = "und",
    facts: ArticleFacts = NO_FACTS,
    lexicon: Lexicon | None = None,
) -> list[str] | None:
    """What matched, or None where the rule did not."""
    found = match(query, title, text, lang, facts, lexicon)
    return [span.text for span in found.spans] if found else None
