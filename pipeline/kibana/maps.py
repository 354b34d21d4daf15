"""A map of the places that documents name."""

import json
from typing import Any

from pipeline.kibana.objects import NO_QUERY, DataView, Reference, SavedObject

SIZE = {"minSize": 6, "maxSize": 32}


def place_map(map_id: str, title: str, description: str, view: DataView, field: str, *more: Reference) -> SavedObject:
    """Give a map on which documents near each other make one circle, larger and darker with their number.

    The map under the circles is fetched by the reader's browser from Elastic's service.
    """
    state = {
        "zoom": 3.2,
        "center": {"lat": 17, "lon": 4},
        "timeFilters": {"from": "now-7d", "to": "now"},
        "refreshConfig": {"isPaused": True, "interval": 60_000},
        "query": NO_QUERY,
        "filters": [],
        "settings": {"autoFitToDataBounds": False},
    }
    attributes = {
        "title": title,
        "description": description,
        "mapStateJSON": json.dumps(state),
        "layerListJSON": json.dumps([_base(), _circles(field)]),
        "uiStateJSON": json.dumps({"isLayerTOCOpen": False, "openTOCDetails": []}),
    }
    reference = Reference("layer_1_source_index_pattern", "index-pattern", view.id)
    return SavedObject("map", map_id, attributes, (reference, *more))


def _layer(layer_id: str, label: str | None, kind: str, alpha: float) -> dict[str, Any]:
    return {
        "id": layer_id,
        "label": label,
        "type": kind,
        "visible": True,
        "alpha": alpha,
        "minZoom": 0,
        "maxZoom": 24,
        "includeInFitToBounds": True,
    }


def _base() -> dict[str, Any]:
    source = {"type": "EMS_TMS", "isAutoSelect": True, "lightModeDefault": "road_map_desaturated"}
    return _layer("base", None, "EMS_VECTOR_TILE", 1) | {
        "style": {"type": "EMS_VECTOR_TILE", "color": ""},
        "sourceDescriptor": source,
    }


def _circles(field: str) -> dict[str, Any]:
    source = {
        "type": "ES_GEO_GRID",
        "id": "places-source",
        "geoField": field,
        "requestType": "point",
        "resolution": "COARSE",
        "metrics": [{"type": "count"}],
        "applyGlobalQuery": True,
        "applyGlobalTime": True,
        "applyForceRefresh": True,
        "indexPatternRefName": "layer_1_source_index_pattern",
    }
    style = {
        "symbolizeAs": {"options": {"value": "circle"}},
        "fillColor": _by_count({"color": "Blues", "type": "ORDINAL"}),
        "lineColor": {"type": "STATIC", "options": {"color": "#FFFFFF"}},
        "lineWidth": {"type": "STATIC", "options": {"size": 1}},
        "iconSize": _by_count(SIZE),
    }
    return _layer("places", "Articles", "GEOJSON_VECTOR", 0.75) | {
        "joins": [],
        "sourceDescriptor": source,
        "style": {"type": "VECTOR", "isTimeAware": True, "properties": style},
    }


def _by_count(options: dict[str, Any]) -> dict[str, Any]:
    field = {"name": "doc_count", "origin": "source"}
    return {
        "type": "DYNAMIC",
        "options": options | {"field": field, "fieldMetaOptions": {"isEnabled": True, "sigma": 3}},
    }
