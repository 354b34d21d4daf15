"""The roles of those who work in Kibana, with no more rights than they need."""

from collections.abc import Mapping
from typing import Any

SPACE = "harmattan"
"""The space that the objects stand in."""

READS = ("harmattan-articles*", "harmattan-alerts*")
WATCHES = (*READS, "harmattan-feeds*", "harmattan-figures*")


def _role(description: str, indices: tuple[str, ...], features: Mapping[str, str]) -> dict[str, Any]:
    return {
        "description": description,
        "elasticsearch": {
            "cluster": [],
            "indices": [{"names": list(indices), "privileges": ["read", "view_index_metadata"]}],
            "run_as": [],
        },
        "kibana": [
            {"base": [], "feature": {name: [right] for name, right in features.items()}, "spaces": [SPACE]},
        ],
    }


_LOOKS = {"discover_v2": "read", "dashboard_v2": "read", "visualize_v2": "read", "maps_v2": "read"}

ROLES: Mapping[str, Mapping[str, Any]] = {
    "harmattan-reader": _role("Reads Harmattan's articles and alerts in Kibana", READS, _LOOKS),
    "harmattan-analyst": _role(
        "Reads Harmattan's articles and alerts, and keeps searches of its own in Kibana",
        READS,
        _LOOKS | {"discover_v2": "all"},
    ),
    "harmattan-operator": _role(
        "Sees Harmattan's feeds and figures, too, and changes dashboards in Kibana",
        WATCHES,
        dict.fromkeys((*_LOOKS, "indexPatterns"), "all"),
    ),
}
"""What `PUT /api/security/role/NAME` of Kibana is given. The features are those of Kibana 9."""
