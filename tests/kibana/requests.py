"""What Kibana would ask Elasticsearch for a panel or a session, built from the file that it imports."""

from typing import Any

from tests.kibana.checker import Saved
from tests.kibana.kql import elasticsearch_query

STEP = "1d"
"""Kibana chooses a step that suits the time shown."""


def session_request(saved: Saved) -> dict[str, Any]:
    """The search of a Discover session."""
    source = saved.source
    return {
        "query": elasticsearch_query(source["query"]["query"]),
        "sort": [{field: {"order": order, "unmapped_type": "boolean"}} for field, order in saved.attributes["sort"]],
        "fields": [{"field": column} for column in saved.attributes["columns"]],
        "highlight": {"fields": {"*": {}}, "require_field_match": False},
        "version": True,
        "size": 50,
        "track_total_hits": True,
    }


def lens_request(saved: Saved) -> dict[str, Any]:
    """The search of a Lens panel: its groups nested in each other, its figures in each group."""
    state = saved.attributes["state"]
    (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
    columns = [(name, layer["columns"][name]) for name in layer["columnOrder"]]
    figures = {name: _figure(column) for name, column in columns if not column["isBucketed"] and _counts(column)}
    aggregations: dict[str, Any] = figures
    for name, column in reversed([one for one in columns if one[1]["isBucketed"]]):
        aggregations = {name: _group(column, figures) | {"aggs": aggregations}} | figures
    return {
        "query": elasticsearch_query(state["query"]["query"]),
        "size": 0,
        "aggs": aggregations,
        "track_total_hits": True,
    }


def map_requests(saved: Saved) -> list[dict[str, Any]]:
    """The searches of a map's layers that are not drawn from elsewhere."""
    sources = [layer["sourceDescriptor"] for layer in saved.unpacked("layerListJSON")]
    return [
        {
            "size": 0,
            "aggs": {
                "grid": {
                    "geotile_grid": {"field": source["geoField"], "precision": 5, "size": 10_000},
                    "aggs": {"centroid": {"geo_centroid": {"field": source["geoField"]}}},
                }
            },
        }
        for source in sources
        if source["type"] == "ES_GEO_GRID"
    ]


def control_request(field: str) -> dict[str, Any]:
    """The search that fills a list of options."""
    return {"size": 0, "aggs": {"options": {"terms": {"field": field, "size": 10}}}}


def _counts(column: dict[str, Any]) -> bool:
    # A count of documents is in every answer already.
    return column["operationType"] != "count"


def _figure(column: dict[str, Any]) -> dict[str, Any]:
    kind = {"unique_count": "cardinality", "average": "avg"}.get(column["operationType"], column["operationType"])
    return {kind: {"field": column["sourceField"]}}


def _group(column: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    if column["operationType"] == "date_histogram":
        return {"date_histogram": {"field": column["sourceField"], "fixed_interval": STEP, "min_doc_count": 0}}
    params = column["params"]
    by = params["orderBy"]["columnId"]
    order = {by if by in figures else "_count": params["orderDirection"]}
    return {"terms": {"field": column["sourceField"], "size": params["size"], "order": order}}
