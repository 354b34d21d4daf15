"""What a query means, as slowly and as plainly as it can be said: the measure of all that is quicker.

It knows nothing of how the rules are matched. Every part gives all of its occurrences, pairs of first and last position in
one section (title or text), by trying everything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from pipeline.rules.facts import NO_FACTS, ArticleFacts, fact_keys
from pipeline.rules.inflection import declined, joined
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
)
from pipeline.text.stems import STEMMED, stem
from pipeline.text.tokens import fold, spelling, tokens

Occurrence = tuple[int, int]


@dataclass(frozen=True)
class Text:
    """What the reference is told of an article."""

    title: str
    text: str
    language: str = "und"
    facts: ArticleFacts = NO_FACTS
    seen: dict[tuple[str, ...], set[int]] = field(default_factory=dict)

    @cached_property
    def words(self) -> dict[Field, list[str]]:
        """The words of each section as they are written."""
        return {
            field: [written[token.start : token.end] for token in tokens(written)]
            for field, written in ((Field.TITLE, self.title), (Field.TEXT, self.text))
        }

    @cached_property
    def known(self) -> set[tuple[FactField, str]]:
        """Its facts."""
        return fact_keys(self.facts, self.language)

    def places_of(self, term: Term, section: Field) -> set[int]:
        """Give the positions of the words that a term asks for."""
        key = (section, term.form, term.reading, term.spelling)
        if key not in self.seen:
            words = self.words[section]
            self.seen[key] = {at for at, word in enumerate(words) if fulfils(word, term, self.language)}
        return self.seen[key]


def holds(query: Query, article: Text) -> bool:
    """Tell whether the article matches."""
    match query:
        case And(parts):
            return all(holds(part, article) for part in parts)
        case Or(parts):
            return any(holds(part, article) for part in parts)
        case AtLeast(count, parts):
            return sum(holds(part, article) for part in parts) >= count
        case Not(part):
            return not holds(part, article)
        case Context(part):
            return holds(part, article)
        case Fact(field, values):
            return any((field, value) in article.known for value in values)
        case Dated(since, until):
            time = article.facts.time
            return time is not None and (not since or since <= time) and (not until or time < until)
        case _:
            return any(set(occurrences(query, article, field)) for field in Field)


def occurrences(query: Query, article: Text, field: Field) -> set[Occurrence]:
    """Give the occurrences of a placed part in one section."""
    return set(_occurrences(query, article, field))


def _occurrences(query: Query, article: Text, field: Field) -> Iterator[Occurrence]:
    match query:
        case Phrase(terms):
            yield from _phrase(terms, article, field)
        case Near(left, right, distance, ordered):
            lefts, rights = occurrences(left, article, field), occurrences(right, article, field)
            for one, other in product(lefts, rights):
                if follows(one, other, distance) or (not ordered and follows(other, one, distance)):
                    yield min(one[0], other[0]), max(one[1], other[1])
        case Beside(part, other) | NotNear(part, other) | Except(part, other):
            others = occurrences(other, article, field)
            yield from (one for one in occurrences(part, article, field) if _stays(query, one, others))
        case _:
            yield from _of_a_part(query, article, field)


def _of_a_part(query: Query, article: Text, field: Field) -> Iterator[Occurrence]:
    match query:
        case Or(parts):
            for part in parts:
                yield from occurrences(part, article, field)
        case Where(part, condition):
            if holds(condition, article):
                yield from occurrences(part, article, field)
        case In(wanted, part):
            if wanted == field:
                yield from occurrences(part, article, field)
        case Entity(_, part):
            yield from occurrences(part, article, field)


def _phrase(terms: Sequence[Term], article: Text, field: Field) -> Iterator[Occurrence]:
    places = [article.places_of(term, field) for term in terms]
    for start in places[0]:
        if all(start + step in places[step] for step in range(len(terms))):
            yield start, start + len(terms) - 1


def _stays(query: Query, one: Occurrence, others: set[Occurrence]) -> bool:
    match query:
        case Beside(_, _, distance):
            return any(near(one, other, distance) for other in others)
        case NotNear(_, _, distance):
            return not any(near(one, other, distance) or overlap(one, other) for other in others)
        case _:
            return not any(overlap(one, other) for other in others)


def follows(one: Occurrence, other: Occurrence, distance: int) -> bool:
    """Tell whether the other begins behind the one, with at most `distance` - 1 words between them."""
    between = other[0] - one[1] - 1
    return 0 <= between <= distance - 1


def near(one: Occurrence, other: Occurrence, distance: int) -> bool:
    """Tell whether one follows the other."""
    return follows(one, other, distance) or follows(other, one, distance)


def overlap(one: Occurrence, other: Occurrence) -> bool:
    """Tell whether both share a position."""
    return bool(set(range(one[0], one[1] + 1)) & set(range(other[0], other[1] + 1)))


def fulfils(word: str, term: Term, language: str) -> bool:
    """Tell whether a word of an article is one that the term asks for."""
    form = fold(word)
    same = form == term.form
    capital = word[0] != word[0].lower()
    same_stem = language in STEMMED and stem(word, language) == stem(term.spelling, language)
    match term.reading:
        case Reading.FORM:
            return same
        case Reading.EXACT:
            return spelling(word) == spelling(term.spelling)
        case Reading.WORD:
            return same or same_stem or form in joined(term.form)
        case Reading.NAME:
            return same or (capital and (form in declined(term.form, language) or (language == "de" and same_stem)))
        case Reading.ACRONYM:
            return same and (len(form) > 4 or (len(form) == 4 and capital) or word == word.upper() != word.lower())
        case Reading.PATTERN:
            letters = {"*": ".*", "?": "."}
            wanted = "".join(letters.get(letter, re.escape(letter)) for letter in term.form)
            return re.fullmatch(wanted, form, re.DOTALL) is not None
