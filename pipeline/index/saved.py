"""Searches that are kept: the filters that stay with them, and how one becomes a rule."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.index.interface import Order, SearchQuery
from pipeline.index.query import read_query, read_search
from pipeline.rules.query import QueryReader
from pipeline.state.interface_searches import SavedSearch

FIELDS: Mapping[str, str] = {
    "lang": "language",
    "place": "place",
    "country": "country",
    "kind": "kind",
    "rule": "rule",
    "source": "source",
}
"""The filters that are kept as they are, with the query's names for them. Beside them `since` and `order` are kept."""

_IN_RULES = ("lang", "source", "kind", "country", "place")
"""The filters for which rules have a field of the same name."""

LONGEST_NAME = 100
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


def saved_search(
    name: str, query: SearchQuery, since: str | None, reader: QueryReader, by: str | None = None
) -> SavedSearch:
    """Give a search to keep. `since` is a length of time, such as 7d. Raises BadInput for what can't be kept."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"the name of a search should be printable, of up to {LONGEST_NAME} characters")
    read_query(query, reader)
    filters = {name: value for name, field in FIELDS.items() if (value := getattr(query, field))}
    if since:
        _length(since)
        filters["since"] = since
    if query.order:
        filters["order"] = query.order.value
    return SavedSearch(name=name, text=query.text, filters=filters, by=by)


def query_of(search: SavedSearch, now: datetime) -> SearchQuery:
    """Give the query of a search that was kept."""
    filters = search.filters
    kept: dict[str, Any] = {field: filters[name] for name, field in FIELDS.items() if name in filters}
    if "since" in filters:
        kept["since"] = now - _length(filters["since"])
    if "order" in filters:
        kept["order"] = Order(filters["order"])
    return SearchQuery(text=search.text, **kept)


def rule_query(search: SavedSearch, reader: QueryReader) -> str:
    """Give the query of a rule that watches for what the search finds. Raises BadInput where no rule can say that.

    Periods and orders are left out: a rule looks at what comes.
    """
    if "rule" in search.filters:
        raise BadInput(f"the search {search.name!r} asks for a rule's articles; write its words into the other rule")
    conditions = [f'{name}:"{search.filters[name]}"' for name in _IN_RULES if name in search.filters]
    if any('"' in search.filters.get(name, "") for name in _IN_RULES):
        raise BadInput(f"the search {search.name!r} has a quotation mark in a filter, which no rule can have")
    line = read_search(search.text, reader).line
    if line and conditions:
        line = f"({line})"
    query = " AND ".join([line, *conditions] if line else conditions)
    if not query:
        raise BadInput(f"the search {search.name!r} finds everything; no rule can watch for that")
    return query


def rule_id(name: str) -> str:
    """Give an id for a rule of that name."""
    return _NOT_IN_IDS.sub("-", name.casefold()).strip("-") or "search"


def _length(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{text[:40]!r} is no length of time; a search is kept with one such as 24h or 7d") from error
