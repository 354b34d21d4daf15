"""What can be said of queries without any article: that one can never hold, that two hold in the same articles.

A query becomes a formula over what may be found in the title and what in the text, with what is known of those: a phrase
has its words, a NEAR both its sides, an article one language and one time. What is said is certain. More may be true than
can be said: the insides of entities, and how words inflect, are left out, and the search for a contradiction is bounded.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import combinations, islice
from typing import TypeVar

from pipeline.rules.inflection import joined
from pipeline.rules.render import to_text
from pipeline.rules.solver import satisfiable
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    FactField,
    Field,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Reading,
    Term,
    Where,
    is_placed,
    walk,
)
from pipeline.rules.words import has_capitals, pattern

T = TypeVar("T")

MOST_COMBINATIONS = 200
"""Ways of fulfilling an ATLEAST up to which its number is reckoned with."""
MOST_COMPARED = 300
"""Words, phrases or NEARs of one kind that are compared with each other."""

_EXCLUDING = Not | NotNear | Except | In | Dated


def never_holds(*queries: Query) -> bool:
    """Tell whether it is certain that no article has all of these."""
    if not any(map(_may_exclude, queries)):
        return False
    formula = _Formula()
    return formula.excludes([formula.of(query) for query in queries])


def same(one: Query, other: Query) -> bool:
    """Tell whether it is certain that both hold in the same articles."""
    formula = _Formula()
    first, second = formula.of(one), formula.of(other)
    return formula.excludes([first, -second]) and formula.excludes([second, -first])


def leaves(query: Query) -> frozenset[str]:
    """Give the words, phrases, facts and entities of a query, each as a text."""
    found: set[str] = set()
    for part in walk(query):
        match part:
            case Phrase() | Entity() | Dated():
                found.add(to_text(part))
            case Fact(field, values):
                found.update(f"{field}:{value}" for value in values)
    return frozenset(found)


def covers(other: Query, part: Query) -> bool:
    """Tell whether it is certain that every occurrence of `part` shares a word with one of `other`."""
    if is_placed(other) and to_text(other) == to_text(part):
        return True
    match part:
        case Or(parts):
            return all(covers(other, each) for each in parts)
        case Near(left, right):
            return covers(other, left) or covers(other, right)
        case Beside(inner) | NotNear(inner) | Except(inner) | Where(inner) | In(_, inner):
            return covers(other, inner)
    match other:
        case Or(parts):
            return any(covers(each, part) for each in parts)
        case Phrase(terms) if isinstance(part, Phrase):
            return _contains(part.terms, terms)
        case _:
            return False


def _may_exclude(query: Query) -> bool:
    """Tell whether the query has anything by which parts could contradict each other."""
    return any(
        isinstance(part, _EXCLUDING) or (isinstance(part, Fact) and part.field is FactField.LANG)
        for part in walk(query)
    )


def _contains(whole: tuple[Term, ...], part: tuple[Term, ...]) -> bool:
    """Tell whether somewhere in a phrase each word fulfils the word of another phrase."""
    return any(
        all(map(_implies, whole[start : start + len(part)], part)) for start in range(len(whole) - len(part) + 1)
    )


def _implies(term: Term, other: Term) -> bool:
    """Tell whether it is certain that every word which fulfils a term fulfils the other."""
    if term == other:
        return True
    if term.reading is Reading.PATTERN:
        is_beginning = other.reading is Reading.PATTERN and other.form.find("*") == len(other.form) - 1
        return is_beginning and "?" not in other.form and term.form.startswith(other.form[:-1])
    if term.reading not in (Reading.FORM, Reading.EXACT, Reading.ACRONYM):
        return False
    match other.reading:
        case Reading.WORD:
            return term.form in joined(other.form)
        case Reading.PATTERN:
            return bool(pattern(other.form).fullmatch(term.form))
        case Reading.ACRONYM if term.form == other.form:
            return term.reading is Reading.EXACT and has_capitals(term.spelling, term.form)
        case Reading.FORM | Reading.NAME:
            return term.form == other.form
        case _:
            return False


class _Formula:
    """Clauses about queries, and a literal for each query."""

    def __init__(self) -> None:
        self._count = 1
        self._clauses: list[tuple[int, ...]] = [(1,)]
        self._known: dict[tuple[object, ...], int] = {}
        self._terms: dict[Field, dict[Term, int]] = {field: {} for field in Field}
        self._phrases: dict[Field, dict[tuple[Term, ...], int]] = {field: {} for field in Field}
        self._nears: dict[Field, list[tuple[Near, int]]] = {field: [] for field in Field}
        self._languages: set[int] = set()
        self._dates: list[tuple[Dated, int]] = []

    def excludes(self, literals: Iterable[int]) -> bool:
        """Tell whether it is certain that these can't all be true."""
        clauses = [*self._clauses, *self._relations(), *((literal,) for literal in literals)]
        return satisfiable(clauses, self._count) is False

    def of(self, query: Query) -> int:
        """Give the literal that says that a query holds in an article."""
        match query:
            case And(parts):
                return self._all([self.of(part) for part in parts])
            case Not(part):
                return -self.of(part)
            case Context(part):
                return self.of(part)
            case AtLeast(count, parts):
                return self._at_least(count, [self.of(part) for part in parts])
            case Fact(field, values):
                return self._any([self._fact(field, value) for value in values])
            case Dated():
                return self._once(("date", query.since, query.until), lambda new: self._dates.append((query, new)))
            case Or(parts) if not is_placed(query):
                return self._any([self.of(part) for part in parts])
            case _:
                return self._any([self._at(query, field) for field in Field])

    def _at(self, query: Query, field: Field) -> int:
        """Give the literal that says that a placed part occurs in the title, or in the text."""
        match query:
            case Or(parts):
                return self._any([self._at(part, field) for part in parts])
            case In(inside, part):
                return self._at(part, field) if inside is field else -1
            case Where(part, condition):
                return self._all([self._at(part, field), self.of(condition)])
            case Phrase(terms):
                return self._phrase(terms, field)
            case NotNear(part, other) | Except(part, other) if covers(other, part):
                return -1
            case _:
                return self._once((to_text(_sorted(query)), field), lambda new: self._describe(new, query, field))

    def _describe(self, new: int, query: Query, field: Field) -> None:
        """Say what follows from an occurrence of NEAR and the like; of an entity nothing is said."""
        match query:
            case Near(left, right):
                self._follow(new, self._at(left, field), self._at(right, field))
                self._nears[field].append((query, new))
            case Beside(part, other):
                self._follow(new, self._at(part, field), self._at(other, field))
            case NotNear(part, other) | Except(part, other):
                held, against = self._at(part, field), self._at(other, field)
                self._follow(new, held)
                self._clauses.append((-held, against, new))

    def _phrase(self, terms: tuple[Term, ...], field: Field) -> int:
        if len(terms) == 1:
            return self._once(("term", terms[0], field), lambda new: self._terms[field].update({terms[0]: new}))

        def describe(new: int) -> None:
            self._phrases[field][terms] = new
            self._follow(new, *(self._phrase((term,), field) for term in terms))

        return self._once(("phrase", terms, field), describe)

    def _fact(self, field: FactField, value: str) -> int:
        is_language = field is FactField.LANG
        return self._once((field, value), self._languages.add if is_language else lambda _: None)

    def _once(self, key: tuple[object, ...], describe: Callable[[int], None]) -> int:
        if key not in self._known:
            self._known[key] = new = self._new()
            describe(new)
        return self._known[key]

    def _new(self) -> int:
        self._count += 1
        return self._count

    def _follow(self, cause: int, *effects: int) -> None:
        self._clauses += [(-cause, effect) for effect in effects]

    def _all(self, literals: list[int]) -> int:
        return -self._any([-literal for literal in literals])

    def _any(self, literals: list[int]) -> int:
        if len(literals) == 1:
            return literals[0]

        def describe(new: int) -> None:
            self._clauses.append((-new, *literals))
            self._clauses.extend((-literal, new) for literal in literals)

        return self._once(("any", frozenset(literals)), describe)

    def _at_least(self, count: int, literals: list[int]) -> int:
        ways = list(islice(combinations(literals, count), MOST_COMBINATIONS + 1))
        if len(ways) <= MOST_COMBINATIONS:
            return self._any([self._all(list(way)) for way in ways])
        key = ("at least", count, frozenset(literals))
        return self._once(key, lambda new: self._clauses.append((-new, *literals)))

    # ------------------------------------------------------------------------------------- what is known of all parts

    def _relations(self) -> Iterator[tuple[int, ...]]:
        yield from ((-one, -other) for one, other in combinations(sorted(self._languages), 2))
        yield from self._time()
        for field in Field:
            terms = list(self._terms[field].items())
            yield from _implied(terms, _implies)
            yield from _implied(list(self._phrases[field].items()), _contains)
            yield from _implied(self._nears[field], _is_nearer)
            for phrase, literal in list(self._phrases[field].items())[:MOST_COMPARED]:
                yield from ((-literal, near) for other, near in self._nears[field] if _stands_in(other, phrase))

    def _time(self) -> Iterator[tuple[int, ...]]:
        """An article has one time: it lies in one of the stretches between the dates that are asked about."""
        bounds = sorted({bound for dated, _ in self._dates for bound in (dated.since, dated.until) if bound})
        stretches = [self._new() for _ in range(len(bounds) + 1)]
        yield from ((-one, -other) for one, other in combinations(stretches, 2))
        for dated, literal in self._dates:
            inside = [stretch for place, stretch in enumerate(stretches) if _lies_in(bounds, place, dated)]
            yield (-literal, *inside)
            yield from ((-stretch, literal) for stretch in inside)


def _implied(known: list[tuple[T, int]], implies: Callable[[T, T], bool]) -> Iterator[tuple[int, ...]]:
    compared = known[:MOST_COMPARED]
    for one, literal in compared:
        yield from ((-literal, other) for each, other in compared if literal != other and implies(one, each))


def _sorted(query: Query) -> Query:
    """Give a NEAR of either order with its sides in an order that doesn't depend on how it was written."""
    if isinstance(query, Near) and not query.ordered and to_text(query.right) < to_text(query.left):
        return Near(query.right, query.left, query.distance)
    return query


def _is_nearer(one: Near, other: Near) -> bool:
    """Tell whether each occurrence of a NEAR is one of another NEAR."""
    if other.distance < one.distance or (other.ordered and not one.ordered):
        return False
    sides, others = (to_text(one.left), to_text(one.right)), (to_text(other.left), to_text(other.right))
    return sides == others or (not other.ordered and sides == others[::-1])


def _stands_in(near: Near, phrase: tuple[Term, ...]) -> bool:
    """Tell whether a phrase consists of a NEAR's two sides."""
    if not (isinstance(near.left, Phrase) and isinstance(near.right, Phrase)):
        return False
    left, right = near.left.terms, near.right.terms
    return phrase == left + right or (not near.ordered and phrase == right + left)


def _lies_in(bounds: list[datetime], place: int, dated: Dated) -> bool:
    """Tell whether the stretch that ends at a bound, or after the last one, lies within dates."""
    begins = dated.since is None or (place > 0 and bounds[place - 1] >= dated.since)
    ends = dated.until is None or (place < len(bounds) and bounds[place] <= dated.until)
    return begins and ends
