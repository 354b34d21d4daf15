"""How a search becomes a query of Elasticsearch's.

Title and text have two fields each with a word at every position, one of forms and one of stems: see
pipeline.index.words. Intervals may take each of their words from either. All that decides whether an article is found stands in
a filter; the score comes from clauses beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from pipeline.index.cursor import COUNTED_AT_LEAST, FACET_FIELDS
from pipeline.index.interface import Facet, SearchQuery
from pipeline.index.query import Search, place_key, place_keys
from pipeline.index.runs import Either, Ordered, Run
from pipeline.index.translate import Found, translate
from pipeline.index.words import MARKS, Variant, Word
from pipeline.rules.syntax import Field

Body: TypeAlias = dict[str, Any]

TITLE_BOOST = 3.0
STEM_BOOST = 0.7
"""What an inflected form counts, compared with the form that was searched for."""


class ElasticsearchQueries:
    """Makes Elasticsearch's queries; implements Engine."""

    def everything(self) -> Body:
        """What finds every article."""
        return {"match_all": {}}

    def all_of(self, parts: Sequence[Body]) -> Body:
        """What finds the articles that all of these find."""
        return {"bool": {"filter": list(parts)}}

    def some_of(self, parts: Sequence[Body], least: int) -> Body:
        """What finds the articles that at least so many of these find."""
        return {"bool": {"should": list(parts), "minimum_should_match": least}}

    def none_of(self, part: Body) -> Body:
        """What finds the articles that this does not find."""
        return {"bool": {"must_not": [part]}}

    def languages(self, languages: Sequence[str]) -> Body:
        """What finds the articles in one of these languages."""
        return _terms("language", languages)

    def word(self, section: Field, word: Word, by_language: bool) -> Body:
        """What finds the word in title or text."""
        parts = [_terms(f"{section}_forms", word.forms)] if word.forms else []
        parts += [
            {"wildcard": {f"{section}_forms": {"value": mark + pattern}}}
            for pattern in sorted(word.patterns)
            for mark in MARKS
        ]
        if by_language:
            parts += [
                self.all_of([_terms("language", languages), *_variants(section, variants)])
                for languages, variants in word.by_language.items()
            ]
        elif word.variants:
            parts += _variants(section, word.variants)
        return parts[0] if len(parts) == 1 else self.some_of(parts, 1)

    def run(self, section: Field, run: Run) -> Found[Body]:
        """What finds the words in title or text in their order."""
        return Found({"intervals": {f"{section}_forms": _interval(section, run)}}, True)

    def fact(self, keys: Sequence[str]) -> Body:
        """What finds the articles of which one of these facts is known."""
        return _terms("facts", keys)

    def dated(self, since: datetime | None, until: datetime | None) -> Body:
        """What finds at least the articles whose time lies within these bounds."""
        bounds = {name: value.isoformat() for name, value in (("gte", since), ("lt", until)) if value}
        return self.some_of([{"range": {name: bounds}} for name in ("time", "seen")], 1)


def search_body(search: Search, query: SearchQuery, *, in_order: bool = True) -> Found[Body]:
    """Give the query that finds what is searched for among what passes the filters. Raises BadInput."""
    filters = _filters(query)
    whole = True
    if search.meaning is not None:
        found = translate(search.meaning, ElasticsearchQueries(), in_order=in_order)
        filters.append(found.query)
        whole = found.whole
    return Found({"bool": {"filter": filters, "should": [_score(word) for word in search.wanted]}}, whole)


def sort_order(search: Search) -> list[Any]:
    """Give the order: by time without words to go by, otherwise the most relevant first."""
    by_time = {"time": {"order": "asc" if search.oldest else "desc", "unmapped_type": "date"}}
    last = {"id": {"order": "asc", "unmapped_type": "keyword"}}
    return [{"_score": "desc"}, by_time, last] if search.wanted else [by_time, last]


def _filters(query: SearchQuery) -> list[Body]:
    wanted = {
        "language": query.language and query.language.lower(),
        "countries": query.country and query.country.upper(),
        "source_kinds": query.kind and query.kind.lower(),
        "rules": query.rule,
        "story": query.story,
    }
    filters: list[Body] = [{"term": {name: value}} for name, value in wanted.items() if value]
    if query.place:
        filters.append(_terms("place_keys", place_keys(query.place)))
    if query.source:
        filters.append(_terms("source_keys", [place_key(query.source), query.source]))
    bounds = {name: value.isoformat() for name, value in (("gte", query.since), ("lt", query.until)) if value}
    if bounds:
        filters.append({"range": {"time": bounds}})
    return filters


def counting(query: SearchQuery, facets: Iterable[Facet], stories: Sequence[str]) -> dict[str, Any]:
    """Give the aggregations that count facets, and the articles found of these stories."""
    wanted = {facet.value: {"terms": {"field": FACET_FIELDS[facet], "size": COUNTED_AT_LEAST}} for facet in facets}
    if query.by_story and stories:
        wanted["story"] = {"terms": {"field": "story", "size": len(stories), "include": list(stories)}}
    return wanted


def _terms(field: str, values: Iterable[str]) -> Body:
    return {"terms": {field: sorted(values)}}


def _variants(section: Field, variants: Iterable[Variant]) -> list[Body]:
    """Give a list of one query: any of the variants."""
    layers: Mapping[str, list[str]] = {"forms": [], "stems": []}
    for variant in variants:
        layers["stems" if variant.is_stem else "forms"].append(variant.text)
    parts = [_terms(f"{section}_{layer}", texts) for layer, texts in layers.items() if texts]
    return parts if len(parts) == 1 else [{"bool": {"should": parts, "minimum_should_match": 1}}]


def _interval(section: Field, run: Run) -> Body:
    match run:
        case Word():
            return _any_of([*_word_intervals(section, run)])
        case Either(parts):
            return _any_of([_interval(section, part) for part in parts])
        case Ordered(parts, gap):
            inner = [_interval(section, part) for part in parts]
            return {"all_of": {"ordered": True, "max_gaps": gap, "intervals": inner}}


def _word_intervals(section: Field, word: Word) -> Iterable[Body]:
    yield from ({"match": {"query": form}} for form in word.every_form)
    yield from ({"match": {"query": stem, "use_field": f"{section}_stems"}} for stem in word.every_stem)
    yield from ({"wildcard": {"pattern": mark + pattern}} for pattern in sorted(word.patterns) for mark in MARKS)


def _any_of(intervals: list[Body]) -> Body:
    return intervals[0] if len(intervals) == 1 else {"any_of": {"intervals": intervals}}


def _score(word: Word) -> Body:
    """Give what scores a word: in `title` and `text` a form counts as one, however it is written."""
    forms = " ".join(sorted({form.lstrip("!") for form in word.every_form}))
    queries = []
    for section, boost in ((Field.TITLE, TITLE_BOOST), (Field.TEXT, 1.0)):
        queries.append({"match": {section.value: {"query": forms, "analyzer": "whitespace", "boost": boost}}})
        if word.every_stem:
            stems = {"query": " ".join(word.every_stem), "boost": boost * STEM_BOOST}
            queries.append({"match": {f"{section}_stems": stems}})
    return {"dis_max": {"queries": queries}}
