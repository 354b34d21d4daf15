"""Dashboards: panels on Kibana's grid of 48 columns, and controls above them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.kibana.objects import NO_QUERY, DataView, Reference, SavedObject

CONTROL = "optionsListControl"


@dataclass(frozen=True, slots=True)
class Panel:
    """A saved object on a dashboard: left edge, upper edge, width and height in cells of the grid."""

    shown: SavedObject
    x: int
    y: int
    width: int
    height: int

    @property
    def index(self) -> str:
        """Its name within the dashboard."""
        return self.shown.id

    def placed(self) -> dict[str, Any]:
        """Give it as the dashboard keeps it."""
        return {
            "type": self.shown.type,
            "panelIndex": self.index,
            "gridData": {"x": self.x, "y": self.y, "w": self.width, "h": self.height, "i": self.index},
            "embeddableConfig": {"enhancements": {}},
            "panelRefName": f"panel_{self.index}",
        }

    def reference(self) -> Reference:
        """Give the reference to what it shows."""
        return Reference(f"{self.index}:panel_{self.index}", self.shown.type, self.shown.id)


@dataclass(frozen=True, slots=True)
class Control:
    """A list of a field's values, of which the reader chooses."""

    field: str
    title: str


def dashboard(
    dashboard_id: str,
    title: str,
    description: str,
    panels: Sequence[Panel],
    view: DataView,
    controls: Sequence[Control],
    *more: Reference,
) -> SavedObject:
    """Give a dashboard of the last seven days that looks again every minute. The controls are for fields of `view`."""
    attributes = {
        "title": title,
        "description": description,
        "panelsJSON": json.dumps([panel.placed() for panel in panels]),
        "optionsJSON": json.dumps(
            {
                "useMargins": True,
                "syncColors": False,
                "syncCursor": True,
                "syncTooltips": False,
                "hidePanelTitles": False,
            }
        ),
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps({"query": NO_QUERY, "filter": []})},
        "timeRestore": True,
        "timeFrom": "now-7d",
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": 60_000},
        "controlGroupInput": _controls(controls),
    }
    names = (f"controlGroup_{control.field}:optionsListDataView" for control in controls)
    references = (
        *(panel.reference() for panel in panels),
        *(Reference(name, "index-pattern", view.id) for name in names),
        *more,
    )
    return SavedObject("dashboard", dashboard_id, attributes, references)


def _controls(controls: Sequence[Control]) -> dict[str, Any]:
    panels = {
        control.field: {
            "type": CONTROL,
            "order": position,
            "width": "medium",
            "grow": True,
            "explicitInput": {"id": control.field, "fieldName": control.field, "title": control.title},
        }
        for position, control in enumerate(controls)
    }
    ignored = ("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations")
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "panelsJSON": json.dumps(panels),
        "ignoreParentSettingsJSON": json.dumps(dict.fromkeys(ignored, False)),
    }
