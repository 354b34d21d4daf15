"""From a query of the rules' language to a query of an engine, which finds at least every article that is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from pipeline.errors import BadInput
from pipeline.index.entities import NARROWED, narrowed, words_of
from pipeline.index.runs import Run, by_language, in_language, run_of
from pipeline.index.words import Word, any_word, word_of
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    Field,
    In,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    Term,
    Where,
)

Q = TypeVar("Q")

EVERYWHERE = (Field.TITLE, Field.TEXT)

MOST_WORDS = 10_000
"""Words of a query, those of its entities included, that are looked for at once."""
MOST_IN_FULL = 300
"""Words of a query that are looked for in full: stems language by language, phrases in their order. Of larger ones less is
asked, and more candidates are checked."""
MOST_FORMS = 20
"""Forms of a phrase, one for each group of languages, that are asked for one by one."""
MOST_TOGETHER = 50
"""Parts of an AND that are looked for at once; the rest is checked."""
LONGEST_FACT = 2_000
"""Code points of a fact that the index holds; what is longer is no name, tag or address that anyone would type."""
DEEPEST = 20
"""Parts within parts that an engine is asked for; Elasticsearch takes 30 levels. What lies deeper is checked afterwards."""


@dataclass(frozen=True, slots=True)
class Found(Generic[Q]):
    """A query of an engine. Where `whole` is true, what it finds is what is meant; otherwise it has to be checked."""

    query: Q
    whole: bool


class Engine(Protocol[Q]):
    """What an engine's queries are made of."""

    def everything(self) -> Q:
        """What finds every article."""

    def all_of(self, parts: Sequence[Q]) -> Q:
        """What finds the articles that all of these find."""

    def some_of(self, parts: Sequence[Q], least: int) -> Q:
        """What finds the articles that at least so many of these find."""

    def none_of(self, part: Q) -> Q:
        """What finds the articles that this does not find."""

    def languages(self, languages: Sequence[str]) -> Q:
        """What finds the articles in one of these languages."""

    def word(self, section: Field, word: Word, by_language: bool) -> Q:
        """What finds the word in title or text; without `by_language` its stems may count in any language."""

    def run(self, section: Field, run: Run) -> Found[Q]:
        """What finds the words in title or text in their order, all their variants in articles of any language."""

    def fact(self, keys: Sequence[str]) -> Q:
        """What finds the articles of which one of these facts is known."""

    def dated(self, since: datetime | None, until: datetime | None) -> Q:
        """What finds at least the articles whose time lies within these bounds."""


def fact_key(field: str, value: str) -> str:
    """Give the term under which a fact of an article stands in the index."""
    return f"{field}:{value}"


def translate(query: Query, engine: Engine[Q], *, in_order: bool = True) -> Found[Q]:
    """Give the engine's query. Without `in_order` words may stand anywhere. Raises BadInput for one that is too large."""
    query = narrowed(query)
    count = sum(1 for _ in words_of(query))
    if count > MOST_WORDS:
        raise BadInput(
            f"the query has {count} words, those of its entities included; the most is {MOST_WORDS}: divide it"
        )
    in_full = count <= MOST_IN_FULL
    return _Translation(engine, in_order=in_order and in_full, by_language=in_full).of(query, EVERYWHERE)


class _Translation(Generic[Q]):
    def __init__(self, engine: Engine[Q], *, in_order: bool, by_language: bool) -> None:
        self._engine = engine
        self._in_order = in_order
        self._by_language = by_language
        self._depth = 0

    def of(self, query: Query, sections: Sequence[Field]) -> Found[Q]:
        """Give what finds the articles in which the query holds, looking for its words in these sections."""
        if self._depth == DEEPEST:
            return Found(self._engine.everything(), False)
        self._depth += 1
        found = self._of(query, sections)
        self._depth -= 1
        return found

    def _of(self, query: Query, sections: Sequence[Field]) -> Found[Q]:
        match query:
            case And(parts) if len(parts) > MOST_TOGETHER:
                return self._loose([self.of(part, sections) for part in parts[:MOST_TOGETHER]])
            case And(parts):
                return self._all([self.of(part, sections) for part in parts])
            case Or(parts):
                return self._any(parts, sections)
            case AtLeast(count, parts):
                return self._some([self.of(part, sections) for part in parts], count)
            case Not(part):
                return self._not(self.of(part, sections))
            case Entity(_, part, version) if version == NARROWED:
                return self._loose([self.of(part, sections)])
            case Context(part) | Entity(_, part):
                return self.of(part, sections)
            case Fact(field, values):
                keys = [key for value in values if len(key := fact_key(field, value)) <= LONGEST_FACT]
                return Found(self._engine.fact(keys), True) if keys else self._some([], 1)
            case Dated(since, until):
                return Found(self._engine.dated(since, until), False)
            case _:
                return self._placed(query, sections)

    def _placed(self, query: Query, sections: Sequence[Field]) -> Found[Q]:
        match query:
            case Phrase((term,)):
                return self._word(word_of(term), sections)
            case Phrase(terms) if not self._in_order:
                return self._loose([self._word(word_of(_longest(terms)), sections)])
            case Where(part, condition):
                return self._all([self.of(part, sections), self.of(condition, EVERYWHERE)])
            case In(field, part):
                return self.of(part, [section for section in sections if section is field])
            case NotNear(part) | Except(part):
                return self._loose([self.of(part, sections)])
            case Near(left, right) | Beside(left, right):
                return self._near(query, [self.of(left, sections), self.of(right, sections)], sections)
            case _:
                return self._run(query, sections) or Found(self._engine.everything(), False)

    def _near(self, query: Query, sides: Sequence[Found[Q]], sections: Sequence[Field]) -> Found[Q]:
        """Ask for both sides near each other; for each of them, too, where that alone would not be all that is meant."""
        run = self._run(query, sections) if self._in_order else None
        if run and run.whole:
            return run
        return self._loose([run, *sides] if run else sides)

    def _run(self, query: Query, sections: Sequence[Field]) -> Found[Q] | None:
        asked = run_of(query)
        if not asked:
            return None
        found = self._some([self._engine.run(section, asked.run) for section in sections], 1)
        forms = by_language(asked.run)
        if not forms or not (found.whole and asked.whole):
            return Found(found.query, found.whole and asked.whole)
        if not self._by_language or len(forms) > MOST_FORMS:
            return Found(found.query, False)
        return self._in_each_language(asked.run, forms, sections)

    def _in_each_language(self, run: Run, forms: Mapping[Run, Sequence[str]], sections: Sequence[Field]) -> Found[Q]:
        """Ask for the form that words have in every language, and in some languages for their own."""
        found = [self._engine.run(section, in_language(run, None)).query for section in sections]
        for form, languages in forms.items():
            within = [self._engine.run(section, form).query for section in sections]
            found.append(self._engine.all_of([self._engine.languages(languages), self._engine.some_of(within, 1)]))
        return Found(self._engine.some_of(found, 1), True)

    def _any(self, parts: Sequence[Query], sections: Sequence[Field]) -> Found[Q]:
        """Look for single words all at once, for lists may be long."""
        alone: list[Phrase] = []
        found: list[Found[Q]] = []
        for part in parts:
            if isinstance(part, Phrase) and (len(part.terms) == 1 or not self._in_order):
                alone.append(part)
            else:
                found.append(self.of(part, sections))
        if alone:
            words = self._word(any_word(word_of(_longest(part.terms)) for part in alone), sections)
            found.append(Found(words.query, words.whole and all(len(part.terms) == 1 for part in alone)))
        return self._some(found, 1)

    def _word(self, word: Word, sections: Sequence[Field]) -> Found[Q]:
        found = [self._engine.word(section, word, self._by_language) for section in sections]
        whole = word.whole and (self._by_language or not word.variants)
        return self._some([Found(query, whole) for query in found], 1)

    def _all(self, found: Sequence[Found[Q]]) -> Found[Q]:
        query = found[0].query if len(found) == 1 else self._engine.all_of([one.query for one in found])
        return Found(query, all(one.whole for one in found))

    def _loose(self, found: Sequence[Found[Q]]) -> Found[Q]:
        return Found(self._all(found).query, False)

    def _some(self, found: Sequence[Found[Q]], least: int) -> Found[Q]:
        if not found:  # in the title of the text, for instance
            return Found(self._engine.none_of(self._engine.everything()), True)
        query = found[0].query if len(found) == 1 else self._engine.some_of([one.query for one in found], least)
        return Found(query, all(one.whole for one in found))

    def _not(self, found: Found[Q]) -> Found[Q]:
        """What is found too widely must not be left out: then everything is looked at."""
        return (
            Found(self._engine.none_of(found.query), True) if found.whole else Found(self._engine.everything(), False)
        )


def _longest(terms: Sequence[Term]) -> Term:
    """Give the word of a phrase that is probably the rarest."""
    return max(terms, key=lambda term: len(term.form))
