"""Rules that are ready to be matched."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.records.article import RuleMatch
from pipeline.rules.anchors import anchors
from pipeline.rules.facts import NO_FACTS, ArticleFacts
from pipeline.rules.matcher import Compiler, Finder, Matcher
from pipeline.rules.passage import passage
from pipeline.rules.places import Places
from pipeline.rules.rule import Rule
from pipeline.rules.syntax import Entity, walk
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document

MOST_SPANS = 200
"""Places of one rule in one article that are told; an analyst needs the first."""


class RuleSet:
    """Rules, and which of them an article matches. Rules whose words an article lacks cost nothing."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._vocabulary = Vocabulary()
        self._compiler = Compiler(self._vocabulary)
        self._matchers: list[Matcher] = []
        self._anchored: dict[int, list[int]] = {}
        self._unanchored: list[int] = []
        self._entities: dict[int, Finder] = {}
        self._entities_anchored: dict[int, list[int]] = {}
        for position, rule in enumerate(self.rules):
            self._add(position, rule)

    def _add(self, position: int, rule: Rule) -> None:
        for part in walk(rule.meaning):
            if isinstance(part, Entity):
                self._add_entity(part)
        self._matchers.append(self._compiler.matcher(rule.meaning))
        needed = anchors(rule.meaning, self._vocabulary)
        if needed is None:
            self._unanchored.append(position)
            return
        for number in needed.numbers:
            self._anchored.setdefault(number, []).append(position)

    def _add_entity(self, entity: Entity) -> None:
        number = self._vocabulary.entity_number(entity.id, entity.version)
        if number in self._entities:
            return
        self._entities[number] = self._compiler.finder(entity)
        for part in walk(entity.part):
            if isinstance(part, Entity):
                self._add_entity(part)
        needed = anchors(entity.part, self._vocabulary)
        for anchor in needed.numbers if needed else ():
            self._entities_anchored.setdefault(anchor, []).append(number)

    def match(
        self, title: str, text: str, language: str = "und", facts: ArticleFacts = NO_FACTS
    ) -> tuple[RuleMatch, ...]:
        """Give the rules that the article matches, in the order of the file, each with the words that matched."""
        return self.match_document(Document(title, text, language), facts)

    def match_document(self, document: Document, facts: ArticleFacts = NO_FACTS) -> tuple[RuleMatch, ...]:
        """Do what `match` does for an article whose words are known already."""
        places = Places(document, facts, self._vocabulary)
        self._find_entities(places)
        candidates = set(self._unanchored)
        for number in places.numbers:
            if number in self._anchored:
                candidates.update(self._anchored[number])
        return tuple(
            self._match(position, places, document)
            for position in sorted(candidates)
            if self._matchers[position].holds(places)
        )

    def _find_entities(self, places: Places) -> None:
        """Add the entities that occur to what the article has."""
        open_numbers = list(places.numbers)
        looked_for: set[int] = set()
        while open_numbers:
            for entity in self._entities_anchored.get(open_numbers.pop(), ()):
                if entity not in looked_for:
                    looked_for.add(entity)
                    if self._entities[entity](places):
                        places.numbers.add(entity)
                        open_numbers.append(entity)  # another entity may need this one

    def _match(self, position: int, places: Places, document: Document) -> RuleMatch:
        rule = self.rules[position]
        spans = places.spans(self._matchers[position].runs(places), MOST_SPANS)
        return RuleMatch(
            rule=rule.id,
            name=rule.name,
            version=rule.version,
            severity=rule.severity,
            channels=rule.channels,
            spans=spans,
            passage=passage(document, spans),
        )


def load_rules(path: Path, lexicon: Path | None = None) -> RuleSet:
    """Read a rule file with a lexicon, by default the shipped one. Raises BadInput with file, line, column and what to do."""
    from pipeline.rules.file import read_rules
    from pipeline.rules.lexicon import load_lexicon

    return RuleSet(read_rules(path, load_lexicon(lexicon)))
