"""How a search becomes a query of Elasticsearch's."""

from typing import Any

from pipeline.index.interface import SearchQuery
from pipeline.index.query import Clause, Words, place_key

Body = dict[str, Any]

TITLE_BOOST = 3
MOST_EXPANSIONS = 1000
"""Words that the last word of a phrase may go on to."""


def query_body(words: Words, query: SearchQuery) -> Body:
    """Give the query that finds the words among what passes the filters."""
    parts: Body = {
        "must": [_any_of(group) for group in words.groups],
        "must_not": [_clause_query(clause) for clause in words.excluded],
        "filter": _filters(query),
    }
    return {"bool": parts}


def sort_order(words: Words) -> list[Any]:
    """Give the order: the newest first without words, otherwise the most relevant."""
    newest = {"time": {"order": "desc", "unmapped_type": "date"}}
    last = {"id": {"order": "asc", "unmapped_type": "keyword"}}
    return ["_score", newest, last] if words.groups else [newest, last]


def _filters(query: SearchQuery) -> list[Body]:
    wanted = {
        "language": query.language and query.language.lower(),
        "place_keys": query.place and place_key(query.place),
        "rules": query.rule,
        "story": query.story,
    }
    filters: list[Body] = [{"term": {name: value}} for name, value in wanted.items() if value]
    if query.source:
        filters.append({"terms": {"source_keys": [place_key(query.source), query.source]}})
    if query.since:
        filters.append({"range": {"time": {"gte": query.since.isoformat()}}})
    return filters


def _any_of(clauses: tuple[Clause, ...]) -> Body:
    queries = [_clause_query(clause) for clause in clauses]
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def _clause_query(clause: Clause) -> Body:
    if clause.prefix and len(clause.forms) == 1:
        word = clause.forms[0]
        title = {"prefix": {"title": {"value": word, "boost": TITLE_BOOST}}}
        return {"dis_max": {"queries": [title, {"prefix": {"text": {"value": word}}}]}}
    phrase: Body = {
        "query": " ".join(clause.forms),
        "fields": [f"title^{TITLE_BOOST}", "text"],
        "type": "phrase_prefix" if clause.prefix else "phrase",
    }
    if clause.prefix:
        phrase["max_expansions"] = MOST_EXPANSIONS
    return {"multi_match": phrase}
