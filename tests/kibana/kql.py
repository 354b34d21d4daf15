"""The part of Kibana's query language that the sessions and panels are written in, as Elasticsearch takes it."""

import re
from collections.abc import Iterator
from typing import Any

_CLAUSE = re.compile(r"(?P<negated>not )?(?P<field>[\w.]+)(?P<order>:| [<>]=?) (?P<value>\*|\([^()]*\)|\"[^\"]*\"|\w+)")
_ORDERS = {" <": "lt", " <=": "lte", " >": "gt", " >=": "gte"}


def elasticsearch_query(text: str) -> dict[str, Any]:
    """Give the query. Raises ValueError for what these tests do not know."""
    clauses = list(_clauses(text))
    must = [query for negated, query in clauses if not negated]
    must_not = [query for negated, query in clauses if negated]
    return {"bool": {"filter": must, "must_not": must_not}}


def fields_in(text: str) -> list[str]:
    """Give the fields that the query names."""
    return [found["field"] for found in _CLAUSE.finditer(text)]


def _clauses(text: str) -> Iterator[tuple[bool, dict[str, Any]]]:
    for clause in filter(None, text.split(" and ")):
        found = _CLAUSE.fullmatch(clause)
        if found is None:
            raise ValueError(f"{clause!r} is not in the part of the language that these tests know")
        yield bool(found["negated"]), _query(found["field"], found["order"], found["value"])


def _query(field: str, order: str, value: str) -> dict[str, Any]:
    if order in _ORDERS:
        return {"range": {field: {_ORDERS[order]: value}}}
    if value == "*":
        return {"exists": {"field": field}}
    values = [one.strip().strip('"') for one in value.strip("()").split(" or ")]
    return {"terms": {field: values}}
