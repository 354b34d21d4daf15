"""What a rule file probably does not mean: rules that can never match, that match nearly everything, or that say the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from pipeline.rules.facts import ArticleFacts
from pipeline.rules.reasoning import leaves, never_holds, same
from pipeline.rules.render import to_text
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Context,
    Dated,
    Except,
    Fact,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Reading,
    is_placed,
)
from pipeline.text.document import Document
from pipeline.text.tokens import is_spaceless

NEARLY_ALL = 0.5
"""The share of a sample from which on a rule matches nearly everything."""
FEWEST = 20
"""Articles that a sample needs to say so."""
MOST_PAIRS = 2_000
"""Pairs of rules about the same words that are compared."""
MOST_PARTS = 40
"""Parts of a rule that are looked at by themselves, and in pairs."""
FEWEST_LETTERS = 4
"""Letters that a word with a star should have where nothing else has to be there."""
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is doubtful about a rule, and what to do."""

    rule: str
    what: str


def doubts(rules: Sequence[Rule]) -> Iterator[Doubt]:
    """Give what can be said without any article. All of it is certain; it takes milliseconds a rule at the most."""
    impossible = set()
    for rule in rules:
        if found := _impossible(rule.meaning):
            impossible.add(rule.id)
            yield Doubt(rule.id, found)
        else:
            yield from (Doubt(rule.id, what) for what in _dead_parts(rule.meaning))
            yield from (Doubt(rule.id, what) for what in _wide_words(rule.meaning))
    yield from _same([rule for rule in rules if rule.id not in impossible])


def too_wide(rules: RuleSet, sample: Iterable[tuple[Document, ArticleFacts]]) -> Iterator[Doubt]:
    """Give the rules that match half of a sample of articles or more."""
    counts: defaultdict[str, int] = defaultdict(int)
    articles = 0
    for document, facts in sample:
        articles += 1
        for match in rules.match_document(document, facts):
            counts[match.rule] += 1
    for rule in rules.rules:
        if articles >= FEWEST and counts[rule.id] >= NEARLY_ALL * articles:
            told = f"it matches {counts[rule.id]} of {articles} articles of a sample"
            yield Doubt(rule.id, f"{told}; say more narrowly what is wanted, or write it as a search instead")


def _impossible(query: Query) -> str | None:
    if not never_holds(query):
        return None
    parts = _joined(query)
    for part in parts:
        if never_holds(part):
            return f"it can never match: no article has {_shown(part)}; mend that part"
    for one, other in combinations(parts, 2):
        if never_holds(one, other):
            return f"it can never match: {_shown(one)} and {_shown(other)} exclude each other; take one of them out"
    return "it can never match: its parts exclude each other; take out one that the others leave no room for"


def _joined(query: Query) -> list[Query]:
    """Give the parts that all have to hold, the first ones."""
    match query:
        case And(parts):
            return [inner for part in parts[:MOST_PARTS] for inner in _joined(part)][:MOST_PARTS]
        case Context(part) if isinstance(part, And):
            return _joined(part)
        case _:
            return [query]


def _dead_parts(query: Query) -> Iterator[str]:
    """Say of each part that is one of several whether it can ever hold."""
    match query:
        case Or(parts) | AtLeast(_, parts):
            for part in parts[:MOST_PARTS]:
                if never_holds(part):
                    yield f"the part {_shown(part)} can never hold, so it is as if it were not there; mend it or take it out"
        case And(parts):
            for part in parts[:MOST_PARTS]:
                yield from _dead_parts(part)
        case Context(part):
            yield from _dead_parts(part)


def _wide_words(query: Query) -> Iterator[str]:
    """Say of words that suffice for the rule, or a part of it, to match that they stand for too much."""
    told = set()
    for phrase in _sufficient(query):
        (term,) = phrase.terms
        shown = to_text(phrase)
        letters = sum(map(str.isalnum, term.form))
        if shown in told:
            continue
        told.add(shown)
        if term.reading is Reading.PATTERN and "*" in term.form and letters < FEWEST_LETTERS:
            example = term.form.partition("*")[0]
            yield (
                f"{shown} stands for every word that begins with {example}, and nothing else has to be near; write more"
                " letters, the words that are meant, or what stands beside them"
            )
        elif len(term.form) == 1 and is_spaceless(term.form):
            yield f"{shown} is a single character, which is part of many words; write the whole word"


def _sufficient(query: Query) -> Iterator[Phrase]:
    """Give the single words of which each is enough for the query to hold, but for fields and what NOT says."""
    match query:
        case Phrase((_,)):
            yield query
        case Or(parts):
            for part in parts:
                yield from _sufficient(part)
        case And(parts):
            asked = [part for part in parts if not isinstance(part, Not | Fact | Dated)]
            if len(asked) == 1:
                yield from _sufficient(asked[0])
        case In(_, part) | Context(part) | NotNear(part, _) | Except(part, _):
            yield from _sufficient(part)


def _same(rules: Sequence[Rule]) -> Iterator[Doubt]:
    by_form: dict[str, Rule] = {}
    by_leaves: defaultdict[frozenset[str], list[Rule]] = defaultdict(list)
    for rule in rules:
        form = canonical(rule.meaning)
        if form in by_form:
            yield _says_the_same(rule, by_form[form])
        else:
            by_form[form] = rule
            by_leaves[leaves(rule.meaning)].append(rule)
    pairs = (pair for alike in by_leaves.values() for pair in combinations(alike, 2))
    told: set[str] = set()
    for first, second in islice(pairs, MOST_PAIRS):
        if second.id not in told and same(first.meaning, second.meaning):
            told.add(second.id)
            yield _says_the_same(second, first)


def _says_the_same(rule: Rule, earlier: Rule) -> Doubt:
    return Doubt(rule.id, f"it says the same as the rule {earlier.id}; keep one of the two")


def canonical(query: Query) -> str:
    """Give a text that is the same for queries which differ only in the order of parts, repeats and needless parentheses."""
    match query:
        case And(parts):
            return _group("AND", {text for part in parts for text in _members(And, part)})
        case Or(parts):
            return _group("OR", {text for part in parts for text in _members(Or, part)})
        case Context(part):
            return canonical(part)
        case Not(part):
            return f"NOT({canonical(part)})"
        case AtLeast(1, parts):
            return canonical(Or(parts))
        case AtLeast(count, parts):
            return canonical(And(parts)) if count == len(parts) else f"{count} OF {sorted(map(canonical, parts))}"
        case Fact(field, values):
            return _group("OR", {f"{field}:{value}" for value in values})
        case Near(left, right, distance, False):
            return f"NEAR/{distance} {sorted((canonical(left), canonical(right)))}"
        case _:
            return to_text(query)


def _members(kind: type[And | Or], part: Query) -> Iterator[str]:
    inner = part.part if isinstance(part, Context) and kind is And and not is_placed(part.part) else part
    if isinstance(inner, kind):
        for each in inner.parts:
            yield from _members(kind, each)
    elif isinstance(inner, Fact) and kind is Or:
        yield from (f"{inner.field}:{value}" for value in inner.values)
    else:
        yield canonical(inner)


def _group(word: str, texts: set[str]) -> str:
    return next(iter(texts)) if len(texts) == 1 else f"{word} {sorted(texts)}"


def _shown(query: Query) -> str:
    text = to_text(query)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
