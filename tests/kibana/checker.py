"""Kibana's rules for the files that it imports, restated for the kinds of objects and settings that the project uses.

Kibana itself checks little on import: a reference to a panel that is not there, or a field that the index does not have, makes
an empty panel, and an attribute that a session does not have makes the whole import fail.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.kibana.fields import DATES, GROUPING, NUMBERS, Fields, fields_of
from tests.kibana.kql import elasticsearch_query, fields_in

COLUMNS_OF_THE_GRID = 48
CORE_VERSION = "8.8.0"
# The highest that Kibana 9.0 knows. An import only migrates upwards, so these are right for every 9.
VERSIONS = {
    "index-pattern": "8.0.0",
    "search": "10.5.0",
    "lens": "8.9.0",
    "map": "8.4.0",
    "tag": "8.0.0",
    "dashboard": "10.2.0",
}
KEYS = {"id", "type", "attributes", "references", "coreMigrationVersion", "typeMigrationVersion", "managed"}
NEEDED: Mapping[str, set[str]] = {
    "index-pattern": {"title", "name"},
    "search": {"title", "columns", "sort", "kibanaSavedObjectMeta"},
    "lens": {"title", "visualizationType", "state"},
    "map": {"title", "mapStateJSON", "layerListJSON"},
    "tag": {"name", "color"},
    "dashboard": {"title", "panelsJSON", "optionsJSON", "kibanaSavedObjectMeta"},
}
ALLOWED: Mapping[str, set[str]] = {
    "index-pattern": {"fields", "fieldFormatMap", "fieldAttrs", "sourceFilters", "runtimeFieldMap", "allowNoIndex"}
    | {"timeFieldName"},
    "search": {"description", "grid", "hideChart", "isTextBasedQuery", "rowHeight", "breakdownField"}
    | {"timeRestore", "timeRange", "refreshInterval"},
    "lens": {"description"},
    "map": {"description", "uiStateJSON"},
    "tag": {"description"},
    "dashboard": {"description", "timeRestore", "timeFrom", "timeTo", "refreshInterval", "controlGroupInput"},
}
FORMATS = {"url", "number", "percent", "date", "string", "boolean", "color"}
CHARTS = {"lnsXY", "lnsMetric", "lnsDatatable", "lnsPie"}
SERIES = {"bar", "bar_stacked", "bar_horizontal", "bar_horizontal_stacked", "line", "area", "area_stacked"}
DATE_MATH = re.compile(r"now([+-]\d+[smhdwMy])*(/[smhdwMy])?")

Problems = Iterator[str]


@dataclass(frozen=True)
class Saved:
    """An object of the file, with the objects that it may refer to."""

    raw: Mapping[str, Any]
    others: Mapping[tuple[str, str], "Saved"]

    @property
    def key(self) -> tuple[str, str]:
        return str(self.raw.get("type")), str(self.raw.get("id"))

    @cached_property
    def attributes(self) -> dict[str, Any]:
        return dict(self.raw["attributes"])

    def unpacked(self, name: str) -> Any:
        """An attribute that is a JSON text."""
        return json.loads(self.attributes[name])

    @cached_property
    def references(self) -> dict[str, tuple[str, str]]:
        return {one["name"]: (one["type"], one["id"]) for one in self.raw["references"]}

    def fields(self, reference: str) -> Fields:
        """The fields of the data view behind a reference; none where there is no such."""
        view = self.others.get(self.references.get(reference, ("", "")))
        return fields_of(view.attributes["title"]) if view and view.key[0] == "index-pattern" else {}

    def references_to_views(self) -> str | None:
        """The data view that a session or panel reads; None for what reads none."""
        return next((name for kind, name in self.references.values() if kind == "index-pattern"), None)

    @property
    def source(self) -> dict[str, Any]:
        """A session's or a dashboard's search."""
        search: dict[str, Any] = json.loads(self.attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
        return search


def read_objects(ndjson: str) -> dict[tuple[str, str], Saved]:
    """The objects of a file."""
    objects: dict[tuple[str, str], Saved] = {}
    for line in ndjson.splitlines():
        saved = Saved(json.loads(line), objects)
        if saved.key in objects:
            raise ValueError(f"{saved.key} stands twice")
        objects[saved.key] = saved
    return objects


def problems(ndjson: str) -> list[str]:
    """Everything that is wrong with a file, a sentence each."""
    try:
        objects = read_objects(ndjson)
        return [f"{' '.join(saved.key)}: {said}" for saved in objects.values() for said in _all(saved)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"it can't be read: {error!r}"]


def _all(saved: Saved) -> Problems:
    yield from _envelope(saved)
    if saved.key[0] in NEEDED:
        yield from _references(saved)
        yield from CHECKS[saved.key[0]](saved)


def _envelope(saved: Saved) -> Problems:
    kind = saved.key[0]
    if kind not in NEEDED:
        yield f"{kind} is no kind that is known here"
        return
    if set(saved.raw) != KEYS:
        yield f"its keys should be {sorted(KEYS)}"
    if saved.raw.get("coreMigrationVersion") != CORE_VERSION or saved.raw.get("typeMigrationVersion") != VERSIONS[kind]:
        yield "its versions are not those that every Kibana 9 knows"
    given = set(saved.attributes)
    if missing := sorted(NEEDED[kind] - given):
        yield f"it lacks {missing}"
    if unknown := sorted(given - NEEDED[kind] - ALLOWED[kind]):
        yield f"Kibana knows no {unknown}"


def _references(saved: Saved) -> Problems:
    if len(saved.references) != len(saved.raw["references"]):
        yield "two references have one name"
    used = json.dumps(saved.attributes)
    for name, target in saved.references.items():
        if target not in saved.others:
            yield f"{target} is not in the file"
        if target[0] == "tag":
            if name != f"tag-ref-{target[1]}":
                yield f"a reference to a tag can't be named {name}"
        elif name.rpartition(":")[2] not in used and saved.key[0] not in ("lens", "dashboard"):
            yield f"nothing uses the reference {name}"


# -------------------------------------------------------------------------------------------------- the kinds


def _data_view(saved: Saved) -> Problems:
    fields = fields_of(saved.attributes["title"])
    if fields.get(saved.attributes.get("timeFieldName", ""), "date") not in DATES:
        yield "its time is no date"
    for name, form in saved.unpacked("fieldFormatMap").items():
        if name not in fields:
            yield f"there is no field {name} to format"
        if form["id"] not in FORMATS:
            yield f"Kibana knows no formatter {form['id']}"
        if form["id"] == "url":
            yield from _link(name, form["params"]["urlTemplate"])
    for name in saved.unpacked("fieldAttrs"):
        if name not in fields:
            yield f"there is no field {name} to label"


def _link(name: str, template: str) -> Problems:
    if template == "{{rawValue}}":
        return
    if not re.fullmatch(r"https?://[^{}]+/\{\{value\}\}", template):
        yield f"{name}: only {{{{rawValue}}}} leaves a whole address as it is, and only {{{{value}}}} is safe as a part of one"


def _session(saved: Saved) -> Problems:
    fields = saved.fields(saved.source["indexRefName"])
    if not fields:
        yield "it has no data view"
    for column in saved.attributes["columns"]:
        if column not in fields:
            yield f"there is no field {column} to show"
    for field, order in saved.attributes["sort"]:
        if fields.get(field) not in GROUPING or order not in ("asc", "desc"):
            yield f"it can't be sorted by {field} {order}"
    if fields.get(saved.attributes.get("breakdownField", saved.attributes["sort"][0][0])) not in GROUPING:
        yield "it can't be broken down so"
    if set(saved.attributes["grid"]["columns"]) - set(saved.attributes["columns"]):
        yield "a column that is not shown has a width"
    if saved.attributes.get("timeRestore"):
        time = saved.attributes["timeRange"]
        yield from _time(time["from"], time["to"])
    yield from _query(saved.source["query"], fields)


def _lens(saved: Saved) -> Problems:
    state = saved.attributes["state"]
    if saved.attributes["visualizationType"] not in CHARTS:
        yield "Kibana draws no such chart"
    layers = state["datasourceStates"]["formBased"]["layers"]
    for name, layer in layers.items():
        fields = saved.fields(f"indexpattern-datasource-layer-{name}")
        if not fields:
            yield f"layer {name} has no data view"
        yield from _query(state["query"], fields)
        yield from _columns(layer, fields)
    drawn = state["visualization"]
    for layer in drawn.get("layers", [drawn]):
        yield from _drawn(layer, layers)


def _columns(layer: Mapping[str, Any], fields: Fields) -> Problems:
    columns, order = layer["columns"], layer["columnOrder"]
    if sorted(order) != sorted(columns):
        yield "columnOrder does not name each column once"
    buckets = [columns[name]["isBucketed"] for name in order if name in columns]
    if buckets != sorted(buckets, reverse=True):
        yield "columns that group must stand before those that count"
    for name, column in columns.items():
        yield from (f"column {name}: {said}" for said in _column(column, fields, columns))


def _column(column: Mapping[str, Any], fields: Fields, columns: Mapping[str, Any]) -> Problems:
    operation, field = column["operationType"], column["sourceField"]
    data_type, bucketed, field_types = {
        "date_histogram": ("date", True, DATES),
        "terms": ("string", True, GROUPING),
        "count": ("number", False, {""}),
        "unique_count": ("number", False, GROUPING),
        "average": ("number", False, NUMBERS),
        "sum": ("number", False, NUMBERS),
        "max": ("number", False, NUMBERS),
        "min": ("number", False, NUMBERS),
    }.get(operation, ("", False, set()))
    if operation in ("min", "max") and column["dataType"] == "date":
        data_type, field_types = "date", DATES
    if column["dataType"] != data_type or column["isBucketed"] != bucketed:
        yield f"{operation} is not what it says to be"
    if operation == "count":
        if field != "___records___":
            yield "documents are counted by ___records___"
    elif fields.get(field) not in field_types:
        yield f"{field} can't be used for {operation}"
    if operation == "terms":
        ordered = column["params"]["orderBy"]
        if ordered["type"] != "column" or ordered["columnId"] not in columns:
            yield f"there is no column {ordered.get('columnId')} to order by"
        if not isinstance(column["params"]["size"], int):
            yield "terms need a size"


def _drawn(drawn: Mapping[str, Any], layers: Mapping[str, Any]) -> Problems:
    if drawn["layerId"] not in layers:
        yield f"there is no layer {drawn['layerId']} to draw"
        return
    columns = layers[drawn["layerId"]]["columns"]
    names = [drawn[key] for key in ("xAccessor", "splitAccessor", "metricAccessor") if key in drawn]
    names += drawn.get("accessors", []) + [column["columnId"] for column in drawn.get("columns", [])]
    yield from (f"there is no column {name} to draw" for name in names if name not in columns)
    if drawn.get("seriesType", "bar") not in SERIES:
        yield f"Kibana draws no {drawn['seriesType']}"


def _map(saved: Saved) -> Problems:
    state = saved.unpacked("mapStateJSON")
    if not (0 <= state["zoom"] <= 24 and abs(state["center"]["lat"]) <= 90 and abs(state["center"]["lon"]) <= 180):
        yield "it shows no place on Earth"
    yield from _time(state["timeFilters"]["from"], state["timeFilters"]["to"])
    for position, layer in enumerate(saved.unpacked("layerListJSON")):
        source = layer["sourceDescriptor"]
        if source["type"] == "EMS_TMS":
            continue
        if source["indexPatternRefName"] != f"layer_{position}_source_index_pattern":
            yield f"layer {position}: the reference to its data view has another name"
        if (source["type"], source["requestType"], layer["type"]) != ("ES_GEO_GRID", "point", "GEOJSON_VECTOR"):
            yield f"layer {position}: kind of layer and source don't go together"
        if saved.fields(source["indexPatternRefName"]).get(source["geoField"]) != "geo_point":
            yield f"layer {position}: {source['geoField']} holds no points"


def _tag(saved: Saved) -> Problems:
    if not re.fullmatch("#[0-9A-Fa-f]{6}", saved.attributes["color"]):
        yield "its colour is none"


def _dashboard(saved: Saved) -> Problems:
    panels = saved.unpacked("panelsJSON")
    for position, panel in enumerate(panels):
        yield from _panel(saved, panel)
        for other in panels[:position]:
            if _overlap(panel["gridData"], other["gridData"]):
                yield f"panels {other['panelIndex']} and {panel['panelIndex']} overlap"
    if saved.attributes.get("timeRestore"):
        yield from _time(saved.attributes["timeFrom"], saved.attributes["timeTo"])
    used = {f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels}
    for name, control in json.loads(saved.attributes["controlGroupInput"]["panelsJSON"]).items():
        reference = f"controlGroup_{name}:optionsListDataView"
        used.add(reference)
        if control["type"] != "optionsListControl" or control["explicitInput"]["id"] != name:
            yield f"control {name} is none"
        if saved.fields(reference).get(control["explicitInput"]["fieldName"]) not in GROUPING:
            yield f"control {name} has no field with values to choose from"
    for name, target in saved.references.items():
        if name not in used and target[0] != "tag":
            yield f"nothing uses the reference {name}"


def _panel(saved: Saved, panel: Mapping[str, Any]) -> Problems:
    index, place = panel["panelIndex"], panel["gridData"]
    if panel["panelRefName"] != f"panel_{index}" or place["i"] != index:
        yield f"panel {index} has another name elsewhere"
    target = saved.references.get(f"{index}:panel_{index}")
    if target is None or target[0] != panel["type"]:
        yield f"panel {index} would be empty: no reference to a {panel['type']} is named {index}:panel_{index}"
    if (
        min(place["x"], place["y"]) < 0
        or min(place["w"], place["h"]) < 1
        or place["x"] + place["w"] > COLUMNS_OF_THE_GRID
    ):
        yield f"panel {index} does not fit the grid"


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    beside = one["x"] >= other["x"] + other["w"] or other["x"] >= one["x"] + one["w"]
    below = one["y"] >= other["y"] + other["h"] or other["y"] >= one["y"] + one["h"]
    return not beside and not below


def _time(*moments: str) -> Problems:
    yield from (f"{moment} is no moment" for moment in moments if not DATE_MATH.fullmatch(moment))


def _query(query: Mapping[str, str], fields: Fields) -> Problems:
    if query["language"] != "kuery":
        yield "its query is in another language"
    elasticsearch_query(query["query"])
    yield from (f"there is no field {name} to search" for name in fields_in(query["query"]) if name not in fields)


CHECKS: Mapping[str, Callable[[Saved], Problems]] = {
    "index-pattern": _data_view,
    "search": _session,
    "lens": _lens,
    "map": _map,
    "tag": _tag,
    "dashboard": _dashboard,
}
