"""Lens panels: counts over time, tables of the most frequent values, single figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.kibana.objects import DataView, Reference, SavedObject, kql

LAYER = "layer"
Column = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """One panel: its columns by id, those that group before those that count, and how they are drawn."""

    id: str
    title: str
    description: str
    view: DataView
    kind: str
    columns: Mapping[str, Column]
    drawn: Mapping[str, Any]
    query: str = ""

    def saved(self, *more: Reference) -> SavedObject:
        """Give it as Kibana keeps it."""
        layer = {"columns": self.columns, "columnOrder": list(self.columns), "incompleteColumns": {}, "sampling": 1}
        attributes = {
            "title": self.title,
            "description": self.description,
            "visualizationType": self.kind,
            "state": {
                "visualization": self.drawn,
                "query": kql(self.query),
                "filters": [],
                "datasourceStates": {"formBased": {"layers": {LAYER: layer}}, "textBased": {"layers": {}}},
                "internalReferences": [],
                "adHocDataViews": {},
            },
        }
        reference = Reference(f"indexpattern-datasource-layer-{LAYER}", "index-pattern", self.view.id)
        return SavedObject("lens", self.id, attributes, (reference, *more))


def over_time(view: DataView) -> Column:
    """Group by time, in steps that suit the time shown. The view must have a time."""
    return {
        "label": "Time",
        "customLabel": True,
        "dataType": "date",
        "operationType": "date_histogram",
        "sourceField": view.time,
        "isBucketed": True,
        "scale": "interval",
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def most_frequent(
    field: str, label: str, size: int, by: str, *, others: bool = False, ascending: bool = False
) -> Column:
    """Group by so many of a field's values, those with the most in column `by` first; the least where that is `ascending`."""
    return {
        "label": label,
        "customLabel": True,
        "dataType": "string",
        "operationType": "terms",
        "sourceField": field,
        "isBucketed": True,
        "scale": "ordinal",
        "params": {
            "size": size,
            "orderBy": {"type": "column", "columnId": by},
            "orderDirection": "asc" if ascending else "desc",
            "otherBucket": others,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        },
    }


def count(label: str) -> Column:
    """Count documents."""
    return _figure(label, "count", "___records___")


def distinct(field: str, label: str) -> Column:
    """Count a field's different values."""
    return _figure(label, "unique_count", field)


def average(field: str, label: str, form: Mapping[str, Any] | None = None) -> Column:
    """Give the mean of a number; `form` is how it is shown, such as PERCENT."""
    return _figure(label, "average", field, form)


def greatest(field: str, label: str) -> Column:
    """Give the greatest of a number."""
    return _figure(label, "max", field)


def total(field: str, label: str) -> Column:
    """Give the sum of a number."""
    return _figure(label, "sum", field)


def first(field: str, label: str) -> Column:
    """Give the earliest of a date."""
    return _figure(label, "min", field) | {"dataType": "date"}


def last(field: str, label: str) -> Column:
    """Give the latest of a date."""
    return _figure(label, "max", field) | {"dataType": "date"}


PERCENT: Mapping[str, Any] = {"id": "percent", "params": {"decimals": 0}}


def _figure(label: str, operation: str, field: str, form: Mapping[str, Any] | None = None) -> dict[str, Any]:
    params: dict[str, Any] = {"emptyAsNull": True}
    if form:
        params["format"] = form
    return {
        "label": label,
        "customLabel": True,
        "dataType": "number",
        "operationType": operation,
        "sourceField": field,
        "isBucketed": False,
        "scale": "ratio",
        "params": params,
    }


def bars(over: str, counted: str, split: str | None = None, *, lying: bool = False) -> dict[str, Any]:
    """Draw bars of column `counted` over column `over`, stacked by column `split`."""
    series = "bar_horizontal" if lying else "bar_stacked"
    layer = {"layerId": LAYER, "layerType": "data", "seriesType": series, "xAccessor": over, "accessors": [counted]}
    return {
        "preferredSeriesType": series,
        "legend": {"isVisible": split is not None, "position": "right"},
        "valueLabels": "show" if lying else "hide",
        "fittingFunction": "None",
        "layers": [layer | ({"splitAccessor": split} if split else {})],
    }


def lines(over: str, measured: str, split: str) -> dict[str, Any]:
    """Draw a line of column `measured` over column `over` for each value of column `split`."""
    layer = {"layerId": LAYER, "layerType": "data", "seriesType": "line", "xAccessor": over, "accessors": [measured]}
    return {
        "preferredSeriesType": "line",
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "layers": [layer | {"splitAccessor": split}],
    }


def table(columns: Sequence[str]) -> dict[str, Any]:
    """Draw a table of the columns."""
    return {"layerId": LAYER, "layerType": "data", "columns": [{"columnId": column} for column in columns]}


def figure(column: str) -> dict[str, Any]:
    """Draw one figure."""
    return {"layerId": LAYER, "layerType": "data", "metricAccessor": column}
