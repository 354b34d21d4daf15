"""How a search becomes a query of tantivy's.

Title and text are a field each, with the marked form and, behind a `~`, the marked stem of a word at the same position: see
pipeline.index.words. Phrases take alternatives as regular expressions, one a position.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from tantivy import FieldType, Occur, Query, Schema

from pipeline.index.interface import SearchQuery
from pipeline.index.query import Search, place_key, place_keys
from pipeline.index.runs import Either, Ordered, Run
from pipeline.index.tantivy_schema import STEM, milliseconds
from pipeline.index.translate import Found, translate
from pipeline.index.words import Variant, Word
from pipeline.rules.syntax import Field

TITLE_BOOST = 3.0
STEM_BOOST = 0.7
"""What an inflected form counts, compared with the form that was searched for."""

LONGEST_EXPRESSION = 600
"""Bytes of the alternatives at one position of a phrase; tantivy's limit is 1,000 states of an automaton."""

MOST_ALONE = 200
"""Terms that are looked up one by one; a set of them costs some milliseconds more, however few they are."""

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$#&\-]")


class TantivyQueries:
    """Makes tantivy's queries; implements Engine."""

    def __init__(self, schema: Schema) -> None:
        """Take the fields."""
        self._schema = schema

    def everything(self) -> Query:
        """What finds every article."""
        return Query.all_query()

    def all_of(self, parts: Sequence[Query]) -> Query:
        """What finds the articles that all of these find."""
        return Query.boolean_query([(Occur.Must, part) for part in parts])

    def some_of(self, parts: Sequence[Query], least: int) -> Query:
        """What finds the articles that at least so many of these find."""
        shoulds = [(Occur.Should, part) for part in parts]
        return Query.boolean_query(shoulds, minimum_number_should_match=least)

    def none_of(self, part: Query) -> Query:
        """What finds the articles that this does not find."""
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, part)])

    def languages(self, languages: Sequence[str]) -> Query:
        """What finds the articles in one of these languages."""
        return self._terms("language", languages)

    def word(self, section: Field, word: Word, by_language: bool) -> Query:
        """What finds the word in title or text."""
        parts = [self._terms(section, word.forms)] if word.forms else []
        parts += [Query.regex_query(self._schema, section.value, _pattern(one)) for one in sorted(word.patterns)]
        if by_language:
            parts += [
                self.all_of([self._terms("language", languages), self._terms(section, map(_token, variants))])
                for languages, variants in word.by_language.items()
            ]
        elif word.variants:
            parts.append(self._terms(section, map(_token, word.variants)))
        return parts[0] if len(parts) == 1 else self.some_of(parts, 1)

    def run(self, section: Field, run: Run) -> Found[Query]:
        """What finds the words in title or text in their order; of longer parts near each other both, wherever they stand."""
        match run:
            case Word():
                return Found(self.word(section, run, by_language=False), True)
            case Either(parts):
                found = [self.run(section, part) for part in parts]
                return Found(self.some_of([one.query for one in found], 1), all(one.whole for one in found))
            case Ordered(parts, gap):
                words = [part for part in parts if isinstance(part, Word)]
                phrase = self._phrase(section, words, gap) if len(words) == len(parts) else None
                if phrase:
                    return Found(phrase, gap == 0)  # slop counts moves, and lets a word be both
                return Found(self.all_of([self.run(section, part).query for part in parts]), False)

    def fact(self, keys: Sequence[str]) -> Query:
        """What finds the articles of which one of these facts is known."""
        return self._terms("facts", keys)

    def dated(self, since: datetime | None, until: datetime | None) -> Query:
        """What finds at least the articles whose time lies within these bounds."""
        return self.some_of([time_range(self._schema, name, since, until) for name in ("time", "seen")], 1)

    def _phrase(self, section: Field, words: Sequence[Word], gap: int) -> Query | None:
        tokens = [_tokens(word) for word in words]
        if all(len(some) == 1 and not word.patterns for some, word in zip(tokens, words, strict=True)):
            return Query.phrase_query(self._schema, section.value, [some[0] for some in tokens], slop=gap)
        patterns = [
            "|".join([*map(_escaped, some), *map(_pattern, sorted(word.patterns))])
            for some, word in zip(tokens, words, strict=True)
        ]
        if max(len(pattern.encode()) for pattern in patterns) > LONGEST_EXPRESSION:
            return None
        return Query.regex_phrase_query(self._schema, section.value, [f"({pattern})" for pattern in patterns], slop=gap)

    def _terms(self, field: str, values: Iterable[str]) -> Query:
        texts = list(values)
        if len(texts) > MOST_ALONE:
            return Query.term_set_query(self._schema, str(field), texts)
        queries = [Query.term_query(self._schema, str(field), text, "basic") for text in texts]
        return queries[0] if len(queries) == 1 else self.some_of(queries, 1)


def search_query(schema: Schema, search: Search, query: SearchQuery, *, in_order: bool = True) -> Found[Query]:
    """Give the query that finds what is searched for among what passes the filters. Raises BadInput."""
    engine = TantivyQueries(schema)
    filters = _filters(schema, query)
    whole = True
    if search.meaning is not None:
        found = translate(search.meaning, engine, in_order=in_order)
        filters.append(found.query)
        whole = found.whole
    required = Query.const_score_query(engine.all_of(filters) if filters else engine.everything(), 0.0)
    scored = [(Occur.Should, _score(schema, word)) for word in search.wanted]
    return Found(Query.boolean_query([(Occur.Must, required), *scored]), whole)


def time_range(schema: Schema, name: str, since: datetime | None, until: datetime | None) -> Query:
    """Give what finds the articles with a time from `since` to before `until`."""
    return Query.range_query(
        schema,
        name,
        FieldType.Integer,
        milliseconds(since) if since else None,
        milliseconds(until) if until else None,
        include_upper=until is None,
    )


def _filters(schema: Schema, query: SearchQuery) -> list[Query]:
    wanted = {
        "language": query.language and query.language.lower(),
        "countries": query.country and query.country.upper(),
        "source_kinds": query.kind and query.kind.lower(),
        "rules": query.rule,
        "story": query.story,
    }
    filters = [Query.term_query(schema, name, value, "basic") for name, value in wanted.items() if value]
    if query.place:
        filters.append(Query.term_set_query(schema, "place_keys", place_keys(query.place)))
    if query.source:
        filters.append(Query.term_set_query(schema, "source_keys", [place_key(query.source), query.source]))
    if query.since or query.until:
        filters.append(time_range(schema, "time", query.since, query.until))
    return filters


def seen_before(schema: Schema, query: Query, moment: datetime) -> Query:
    """Give what finds the same without the articles whose newest version came since then."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, time_range(schema, "seen", None, moment))])


def of_stories(schema: Schema, query: Query, stories: Sequence[str]) -> Query:
    """Give what finds the same in these stories alone."""
    within = Query.const_score_query(Query.term_set_query(schema, "story", list(stories)), 0.0)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, within)])


def _token(variant: Variant) -> str:
    return STEM + variant.text if variant.is_stem else variant.text


def _tokens(word: Word) -> list[str]:
    return [*word.every_form, *(STEM + stem for stem in word.every_stem)]


def _pattern(pattern: str) -> str:
    return "!?!?" + "".join({"*": ".*", "?": "."}.get(letter) or _escaped(letter) for letter in pattern)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _score(schema: Schema, word: Word) -> Query:
    queries = []
    for section, boost in ((Field.TITLE, TITLE_BOOST), (Field.TEXT, 1.0)):
        for tokens, weight in ((word.every_form, boost), ([STEM + one for one in word.every_stem], boost * STEM_BOOST)):
            if tokens:
                terms = [(Occur.Should, Query.term_query(schema, section.value, token)) for token in tokens]
                queries.append(Query.boost_query(Query.boolean_query(terms), weight))
    return Query.disjunction_max_query(queries)
