"""Rules that are ready to be matched."""

from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from pipeline.records.article import RuleMatch
from pipeline.rules.anchors import Group, Needed, Needs
from pipeline.rules.candidates import Candidates
from pipeline.rules.evidence import Evidence
from pipeline.rules.facts import NO_FACTS, ArticleFacts
from pipeline.rules.matcher import Compiler, Finder, Test
from pipeline.rules.passage import passage
from pipeline.rules.places import Hit, Places
from pipeline.rules.rule import Rule
from pipeline.rules.stored import StoredRule, Table
from pipeline.rules.syntax import And, Entity, Or, Query, walk
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document

MOST_SPANS = 200
"""Places of one rule in one article that are told; an analyst needs the first."""

_LATER: tuple[Query, ...] = (Or(()),)
"""What stands for the rest of a stored rule, which is worked out when an article has what the rule needs."""


class RuleSet:
    """Rules, and which of them an article matches. Rules whose words an article lacks cost nothing.

    A rule is made into functions when an article first has the rarest words that it needs.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._vocabulary = Vocabulary()
        self._compiler = Compiler(self._vocabulary)
        self._needed = Needed(self._vocabulary)
        self._slots: list[Rule | None] = []
        self._candidates = Candidates(self._needed)
        self._tests: list[Test | None] = []
        self._entities: dict[int, tuple[tuple[Group, ...], Finder]] = {}
        self._entities_anchored: dict[int, list[int]] = {}
        self._inner: dict[int, frozenset[int]] = {}
        self._tables: dict[Table, list[int]] = {}
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
            found = self._matching(places)
            evidence = Evidence(places, self._vocabulary, self._compiler)
            return tuple([self._match(slot, places, document, evidence) for slot in found])

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
        self._tests.append(_unmade)
        self._order[rule.id] = slot
        self._candidates.enter(slot, needs.groups)

    def _remove(self, slot: int) -> None:
        self._candidates.remove(slot)
        self._slots[slot] = None
        self._tests[slot] = None

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
        plain = tuple(group for group in groups if inner.isdisjoint(group))
        rarest = self._needed.rarest(groups) if groups else ()
        self._enter_entity(number, plain, rarest, lambda: entity)
        return number

    def _enter_entity(self, number: int, plain: tuple[Group, ...], rarest: Group, entity: Callable[[], Entity]) -> None:
        made: list[Finder] = []

        def find(places: Places) -> list[Hit]:
            if not made:
                made.append(self._compiler.finder(entity()))
            return made[0](places)

        self._entities[number] = plain, find
        for anchor in rarest:
            self._entities_anchored.setdefault(anchor, []).append(number)

    def _stored_needs(self, rule: StoredRule) -> Needs:
        """Give what a stored rule needs, by the numbers that its table's entries have here."""
        numbers = self._tables.get(rule.table)
        if numbers is None:
            numbers = self._tables[rule.table] = self._numbered(rule.table)
        needs = rule.needs
        for place in needs.entities:
            self._add_stored_entity(place, rule.table, numbers)
        groups = tuple([tuple([numbers[place] for place in group]) for group in needs.groups])
        against = tuple([numbers[place] for place in needs.against])
        return Needs(groups, against, _LATER if needs.is_open else ())

    def _numbered(self, table: Table) -> list[int]:
        needed = self._needed
        return [
            *map(needed.term, table.terms),
            *(needed.fact(field, value) for field, value in table.facts),
            *map(needed.phrase, table.phrases),
            *(needed.entity(entity.id, entity.version) for entity in table.entities),
        ]

    def _add_stored_entity(self, place: int, table: Table, numbers: list[int]) -> None:
        number = numbers[place]
        if number in self._entities:
            return
        stored = table.entity_at(place)
        plain, groups = (
            tuple(tuple([numbers[each] for each in group]) for group in listed)
            for listed in (stored.plain, stored.groups)
        )
        rarest = groups[0] if groups else ()
        self._enter_entity(number, plain, rarest, lambda: table.entity(stored.id, stored.version))
        for inner in stored.inner:
            self._add_stored_entity(inner, table, numbers)

    # ------------------------------------------------------------------------------------------------ articles

    def _matching(self, places: Places) -> list[int]:
        self._find_entities(places)
        numbers = places.numbers
        tests = self._tests
        for slot in self._candidates.learn(numbers):
            tests[slot] = _unmade
        found = []
        for slot in self._candidates.of(numbers):
            test = tests[slot]
            if test is _unmade:
                test = self._make_test(slot)
            if test is None or test(places):
                found.append(slot)
        found.sort(key=self._ranks.__getitem__)
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

    def _make_test(self, slot: int) -> Test | None:
        """Make the function that tells whether an article that has a rule's anchors matches; None where all such do."""
        rule = self._slots[slot]
        assert rule is not None
        needs = self._needed.of(rule.meaning)
        holds = self._compiler.test(_together(needs.rest)) if needs.rest else None
        made = self._tests[slot] = _test(self._candidates.left_open(slot), needs.against, holds)
        return made

    def _match(self, slot: int, places: Places, document: Document, evidence: Evidence) -> RuleMatch:
        rule = self._slots[slot]
        assert rule is not None
        spans = places.spans(evidence.runs(rule.meaning), MOST_SPANS)
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


def _test(groups: Sequence[Group], against: Group, holds: Test | None) -> Test | None:
    """Join what must be there, what must not, and what is told by where words stand."""
    if not groups and not against:
        return holds
    if not groups and not holds and len(against) == 1:
        (number,) = against
        return lambda places: number not in places.numbers
    single = frozenset([group[0] for group in groups if len(group) == 1])
    several = [frozenset(group) for group in groups if len(group) > 1]
    unwanted = frozenset(against)

    def test(places: Places) -> bool:
        numbers = places.numbers
        if not single <= numbers or not unwanted.isdisjoint(numbers):
            return False
        for group in several:
            if group.isdisjoint(numbers):
                return False
        return holds is None or holds(places)

    return test


def _unmade(_: Places) -> bool:
    raise AssertionError("the test of a rule is made before it is asked")
