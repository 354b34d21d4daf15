"""Rules that are ready to be matched."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.records.article import RuleMatch
from pipeline.rules.anchors import anchors
from pipeline.rules.file import read_rules
from pipeline.rules.matcher import Matcher, compile_query
from pipeline.rules.places import TermPlaces
from pipeline.rules.rule import Rule
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document

MOST_SPANS = 200
"""Places of one rule in one article that are told; an analyst needs the first."""


class RuleSet:
    """Rules, and which of them an article matches. Rules whose words an article lacks cost nothing."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._vocabulary = Vocabulary()
        self._matchers: list[Matcher] = []
        self._anchored: dict[int, list[int]] = {}
        for position, rule in enumerate(self.rules):
            self._matchers.append(compile_query(rule.meaning, self._vocabulary))
            for term in anchors(rule.meaning) or ():
                self._anchored.setdefault(self._vocabulary.number(term), []).append(position)
        self._blank = [
            RuleMatch(
                rule=rule.id,
                name=rule.name,
                version=rule.version,
                severity=rule.severity,
                channels=rule.channels,
                spans=(),
            )
            for rule in self.rules
        ]

    def match(self, title: str, text: str) -> tuple[RuleMatch, ...]:
        """Give the rules that the article matches, in the order of the file, each with the words that matched."""
        return self.match_document(Document(title, text))

    def match_document(self, document: Document) -> tuple[RuleMatch, ...]:
        """Do what `match` does for an article whose words are known already."""
        places = TermPlaces(document, self._vocabulary)
        candidates = {rule for number in places.of for rule in self._anchored.get(number, ())}
        matches = []
        for position in sorted(candidates):
            runs = self._matchers[position](places.of)
            if runs is not None:
                blank = self._blank[position]
                matches.append(
                    RuleMatch(
                        rule=blank.rule,
                        name=blank.name,
                        version=blank.version,
                        severity=blank.severity,
                        channels=blank.channels,
                        spans=places.spans(runs, MOST_SPANS),
                    )
                )
        return tuple(matches)


def load_rules(path: Path) -> RuleSet:
    """Read a rule file. Raises BadInput with file, line and column, what is wrong and what to do."""
    return RuleSet(read_rules(path))
