"""Rules that are ready to be matched."""

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from pipeline.records.article import RuleMatch
from pipeline.rules.anchors import Needed, Needs
from pipeline.rules.facts import NO_FACTS, ArticleFacts
from pipeline.rules.matcher import Compiler, Finder, Matcher
from pipeline.rules.passage import passage
from pipeline.rules.places import Hit, Places
from pipeline.rules.rule import Rule
from pipeline.rules.stored import StoredRule, Table
from pipeline.rules.syntax import And, Entity, Or, Query, walk
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document

MOST_SPANS = 200
"""Places of one rule in one article that are told; an analyst needs the first."""

LEARNT_FIRST = 200
"""Articles that rarity is learnt from at the beginning, one after the other."""

LEARN_EVERY = 16
"""Of later articles, one of so many is learnt from."""

_LATER: tuple[Query, ...] = (Or(()),)
"""What stands for the rest of a stored rule, which is worked out when an article has what the rule needs."""

_Check: TypeAlias = tuple[frozenset[int], tuple[frozenset[int], ...], frozenset[int], int]
"""Numbers that must all be there, groups of which one must be, numbers that must not, and the rule's slot."""


class RuleSet:
    """Rules, and which of them an article matches. Rules whose words an article lacks cost nothing.

    Each rule is looked at when the rarest group of words that it needs is there. How rare words are is guessed at first and
    learnt from the articles then. A rule is made into functions when an article first has all the words that it needs.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._vocabulary = Vocabulary()
        self._compiler = Compiler(self._vocabulary)
        self._needed = Needed(self._vocabulary)
        self._slots: list[Rule | None] = []
        self._needs: list[Needs] = []
        self._anchors: list[frozenset[int]] = []
        self._holds: list[Callable[[Places], bool] | None] = []
        self._runs: dict[int, Matcher] = {}
        self._anchored: dict[int, list[_Check]] = {}
        self._unanchored: set[int] = set()
        self._entities: dict[int, tuple[tuple[frozenset[int], ...], Finder]] = {}
        self._entities_anchored: dict[int, list[int]] = {}
        self._inner: dict[int, frozenset[int]] = {}
        self._tables: dict[Table, list[int]] = {}
        self._articles = 0
        self._lock = Lock()
        self._order: dict[str, int] = {}
        self._ranks: list[int] = []
        for rule in rules:
            self._add(rule, len(self._slots))
        self._listed: tuple[Rule, ...] | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in their order."""
        if self._listed is None:
            slots = sorted(self._order.values(), key=self._ranks.__getitem__)
            self._listed = tuple(rule for slot in slots if (rule := self._slots[slot]) is not None)
        return self._listed

    def put(self, rule: Rule) -> None:
        """Add a rule behind the others, or put it in the place of the one with its id."""
        with self._lock:
            former = self._order.get(rule.id)
            self._add(rule, len(self._slots) if former is None else self._ranks[former])
            if former is not None:
                self._remove(former)
            self._listed = None

    def update(self, rules: Iterable[Rule]) -> None:
        """Make these the rules, in this order; those that are the same as before stay as they are."""
        wanted = {rule.id: rule for rule in rules}
        with self._lock:
            for name in [name for name in self._order if name not in wanted]:
                self._remove(self._order.pop(name))
            for rank, rule in enumerate(wanted.values()):
                former = self._order.get(rule.id)
                if former is not None and self._slots[former] == rule:
                    self._ranks[former] = rank
                    continue
                self._add(rule, rank)
                if former is not None:
                    self._remove(former)
            self._listed = None

    def match(
        self, title: str, text: str, language: str = "und", facts: ArticleFacts = NO_FACTS
    ) -> tuple[RuleMatch, ...]:
        """Give the rules that the article matches, in the order of the file, each with the words that matched."""
        return self.match_document(Document(title, text, language), facts)

    def match_document(self, document: Document, facts: ArticleFacts = NO_FACTS) -> tuple[RuleMatch, ...]:
        """Do what `match` does for an article whose words are known already."""
        with self._lock:
            places = Places(document, facts, self._vocabulary)
            return tuple([self._match(slot, places, document) for slot in self._matching(places)])

    def matching(self, document: Document, facts: ArticleFacts = NO_FACTS) -> list[Rule]:
        """Give the rules that an article matches, in their order, without the words that matched."""
        with self._lock:
            found = self._matching(Places(document, facts, self._vocabulary))
            return [rule for slot in found if (rule := self._slots[slot]) is not None]

    # ------------------------------------------------------------------------------------------------ rules

    def _add(self, rule: Rule, rank: int) -> None:
        slot = len(self._slots)
        needs = self._stored_needs(rule) if isinstance(rule, StoredRule) else self._needs_of(rule.meaning)
        self._slots.append(rule)
        self._ranks.append(rank)
        self._needs.append(needs)
        self._holds.append(None)
        self._order[rule.id] = slot
        if needs.groups:
            # a stored rule has its rarest group first
            rarest = needs.groups[0] if isinstance(rule, StoredRule) else self._needed.rarest(needs.groups)
            self._anchors.append(rarest)
            self._anchor(slot)
        else:
            self._anchors.append(frozenset())
            self._unanchored.add(slot)

    def _remove(self, slot: int) -> None:
        self._slots[slot] = None
        self._holds[slot] = None
        self._runs.pop(slot, None)
        self._unanchored.discard(slot)
        for number in self._anchors[slot]:
            self._anchored[number] = [check for check in self._anchored[number] if check[3] != slot]
        self._needs[slot] = Needs(())
        self._anchors[slot] = frozenset()

    def _anchor(self, slot: int) -> None:
        """Enter a rule under each number of its anchor, with what else is needed then."""
        groups, against, _ = self._needs[slot]
        anchor = self._anchors[slot]
        others = [group for group in groups if group is not anchor]
        single = frozenset([number for group in others if len(group) == 1 for number in group])
        check = single, tuple([group for group in others if len(group) > 1]), against, slot
        for number in anchor:
            known = self._anchored.get(number)
            if known is None:
                self._anchored[number] = [check]
            else:
                known.append(check)

    def _needs_of(self, query: Query) -> Needs:
        for part in walk(query):
            if type(part) is Entity:
                self._add_entity(part)
        return self._needed.of(query)

    def _add_entity(self, entity: Entity) -> int:
        number = self._vocabulary.entity_number(entity.id, entity.version)
        if number in self._entities:
            return number
        direct = [self._add_entity(part) for part in walk(entity.part) if isinstance(part, Entity)]
        groups = self._needed.of(entity.part).groups
        # whether other entities occur isn't known yet when this one is looked for
        inner = self._inner[number] = frozenset(direct).union(*map(self._inner.__getitem__, direct))
        plain = tuple(group for group in groups if group.isdisjoint(inner))
        rarest = self._needed.rarest(groups) if groups else frozenset()
        self._enter_entity(number, plain, rarest, lambda: entity)
        return number

    def _enter_entity(
        self, number: int, plain: tuple[frozenset[int], ...], rarest: frozenset[int], entity: Callable[[], Entity]
    ) -> None:
        made: list[Finder] = []

        def find(places: Places) -> list[Hit]:
            if not made:
                made.append(self._compiler.finder(entity()))
            return made[0](places)

        self._entities[number] = plain, find
        for anchor in rarest:
            self._entities_anchored.setdefault(anchor, []).append(number)

    def _stored_needs(self, rule: StoredRule) -> Needs:
        """Give what a stored rule needs, by the numbers that its table's terms, facts and entities have here."""
        numbers = self._tables.get(rule.table)
        if numbers is None:
            numbers = self._tables[rule.table] = self._numbered(rule.table)
        needs = rule.needs
        for place in needs.entities:
            self._add_stored_entity(place, rule.table, numbers)
        groups = tuple([frozenset([numbers[place] for place in group]) for group in needs.groups])
        against = frozenset([numbers[place] for place in needs.against])
        return Needs(groups, against, _LATER if needs.is_open else ())

    def _numbered(self, table: Table) -> list[int]:
        needed = self._needed
        return [
            *map(needed.term, table.terms),
            *(needed.fact(field, value) for field, value in table.facts),
            *(needed.entity(entity.id, entity.version) for entity in table.entities),
        ]

    def _add_stored_entity(self, place: int, table: Table, numbers: list[int]) -> None:
        number = numbers[place]
        if number in self._entities:
            return
        stored = table.entity_at(place)
        plain, groups = (
            tuple(frozenset([numbers[each] for each in group]) for group in listed)
            for listed in (stored.plain, stored.groups)
        )
        rarest = groups[0] if groups else frozenset()
        self._enter_entity(number, plain, rarest, lambda: table.entity(stored.id, stored.version))
        for inner in stored.inner:
            self._add_stored_entity(inner, table, numbers)

    # ------------------------------------------------------------------------------------------------ articles

    def _matching(self, places: Places) -> list[int]:
        self._find_entities(places)
        numbers = places.numbers
        self._articles += 1
        if self._articles <= LEARNT_FIRST or not self._articles % LEARN_EVERY:
            self._learn(numbers)
        slots = {slot for slot in self._unanchored if self._needs[slot].against.isdisjoint(numbers)}
        slots.update(self._candidates(numbers))
        ranks = self._ranks.__getitem__
        return sorted([slot for slot in slots if (self._holds[slot] or self._compile(slot))(places)], key=ranks)

    def _candidates(self, numbers: set[int]) -> list[int]:
        """Give the slots of rules of which all is there that they need."""
        found: list[int] = []
        anchored = self._anchored
        for number in anchored.keys() & numbers:
            for single, groups, against, slot in anchored[number]:
                if single <= numbers:
                    for group in groups:
                        if group.isdisjoint(numbers):
                            break
                    else:
                        if against.isdisjoint(numbers):
                            found.append(slot)
        return found

    def _find_entities(self, places: Places) -> None:
        """Add the entities that occur to what the article has."""
        anchored = self._entities_anchored
        numbers = places.numbers
        open_numbers = list(anchored.keys() & numbers)
        looked_for: set[int] = set()
        while open_numbers:
            for entity in anchored[open_numbers.pop()]:
                if entity in looked_for:
                    continue
                looked_for.add(entity)
                groups, find = self._entities[entity]
                if not any(map(numbers.isdisjoint, groups)) and find(places):
                    numbers.add(entity)
                    if entity in anchored:
                        open_numbers.append(entity)  # another entity may need this one

    def _learn(self, numbers: set[int]) -> None:
        """Count what the article has, and anchor rules anew that were looked at in vain."""
        common = self._needed.commonness
        for number in numbers:
            if number in common:
                common[number] += 1
        moved: list[int] = []
        left: dict[int, set[int]] = {}
        for slot in self._looked_at_in_vain(numbers):
            best = self._needed.rarest(self._needs[slot].groups)
            if best != self._anchors[slot]:
                moved.append(slot)
                for number in self._anchors[slot]:
                    left.setdefault(number, set()).add(slot)
                self._anchors[slot] = best
        for number, slots in left.items():
            self._anchored[number] = [check for check in self._anchored[number] if check[3] not in slots]
        for slot in moved:
            self._anchor(slot)

    def _looked_at_in_vain(self, numbers: set[int]) -> list[int]:
        anchored = self._anchored
        looked_at = {check[3] for number in anchored.keys() & numbers for check in anchored[number]}
        return [slot for slot in looked_at if any(map(numbers.isdisjoint, self._needs[slot].groups))]

    def _compile(self, slot: int) -> Callable[[Places], bool]:
        """Make the function for what is still open about a rule when an article has what the rule needs."""
        rest = self._needs[slot].rest
        rule = self._slots[slot]
        if rest is _LATER and rule is not None:
            rest = self._needed.of(rule.meaning).rest
        made = self._compiler.matcher(_together(rest)).holds if rest else _yes
        self._holds[slot] = made
        return made

    def _match(self, slot: int, places: Places, document: Document) -> RuleMatch:
        rule = self._slots[slot]
        assert rule is not None
        matcher = self._runs.get(slot)
        if matcher is None:
            matcher = self._runs[slot] = self._compiler.matcher(rule.meaning)
        spans = places.spans(matcher.runs(places), MOST_SPANS)
        return RuleMatch(
            rule=rule.id,
            name=rule.name,
            version=rule.version,
            severity=rule.severity,
            channels=rule.channels,
            spans=spans,
            passage=passage(document, spans),
        )


def _together(parts: tuple[Query, ...]) -> Query:
    return parts[0] if len(parts) == 1 else And(parts)


def _yes(_: Places) -> bool:
    return True


def load_rules(path: Path, lexicon: Path | None = None) -> RuleSet:
    """Read a rule file with a lexicon, by default the shipped one. Raises BadInput with file, line, column and what to do."""
    from pipeline.rules.file import read_rules
    from pipeline.rules.lexicon import load_lexicon

    return RuleSet(read_rules(path, load_lexicon(lexicon)))
