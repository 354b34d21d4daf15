"""Saved objects as Kibana's import takes them.

The versions are those that every Kibana 9 knows, since an import only ever migrates upwards.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CORE_VERSION = "8.8.0"
TYPE_VERSIONS: Mapping[str, str] = {
    "index-pattern": "8.0.0",
    "search": "10.5.0",
    "lens": "8.9.0",
    "map": "8.4.0",
    "tag": "8.0.0",
    "dashboard": "10.2.0",
}

NO_QUERY: Mapping[str, str] = {"query": "", "language": "kuery"}


@dataclass(frozen=True, slots=True)
class Reference:
    """That one object uses another, under a name that its attributes repeat."""

    name: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class SavedObject:
    """One object of Kibana."""

    type: str
    id: str
    attributes: Mapping[str, Any]
    references: tuple[Reference, ...] = ()

    def line(self) -> str:
        """Give it as a line of the file that Kibana imports."""
        whole = {
            "id": self.id,
            "type": self.type,
            "attributes": self.attributes,
            "references": [{"name": ref.name, "type": ref.type, "id": ref.id} for ref in self.references],
            "coreMigrationVersion": CORE_VERSION,
            "typeMigrationVersion": TYPE_VERSIONS[self.type],
            "managed": False,
        }
        return json.dumps(whole, ensure_ascii=False)


def kql(text: str) -> dict[str, str]:
    """Give a query in Kibana's language."""
    return {"query": text, "language": "kuery"}


def tag(tag_id: str, name: str, description: str, color: str) -> SavedObject:
    """Give a tag, by which objects are found in Kibana's lists."""
    return SavedObject("tag", tag_id, {"name": name, "description": description, "color": color})


def tagged(tag_object: SavedObject) -> Reference:
    """Give the reference by which an object bears a tag."""
    return Reference(f"tag-ref-{tag_object.id}", "tag", tag_object.id)


# ------------------------------------------------------------------------------------------------ data views


def link(label: str) -> dict[str, Any]:
    """Give the formatter of a field that holds an address. `{{value}}` would be percent-encoded, and no address."""
    params = {"type": "a", "urlTemplate": "{{rawValue}}", "labelTemplate": label, "openLinkInCurrentTab": False}
    return {"id": "url", "params": params}


def page(address: str, label: str) -> dict[str, Any]:
    """Give the formatter of a field that holds the last part of an address: `{{value}}` is percent-encoded, as it must be."""
    params = {
        "type": "a",
        "urlTemplate": f"{address}/{{{{value}}}}",
        "labelTemplate": label,
        "openLinkInCurrentTab": False,
    }
    return {"id": "url", "params": params}


def number(kind: str, pattern: str) -> dict[str, Any]:
    """Give the formatter of a number, by a pattern of numeral.js, such as `0,0.[0]`."""
    return {"id": kind, "params": {"pattern": pattern}}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """Indices as Kibana sees them: the time of a document, how fields are called and shown, what is not shown at all.

    Without a `time`, the time that a reader chooses narrows nothing. `pages` are the fields that hold an id of Harmattan's own
    page, with the part of its address before that id and the link's text.
    """

    id: str
    pattern: str
    name: str
    time: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Any] = field(default_factory=dict)
    pages: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hidden: Sequence[str] = ()

    def saved(self, base_url: str | None = None) -> SavedObject:
        """Give it as Kibana keeps it; links to Harmattan's own page need the address of that page."""
        base = base_url.rstrip("/") if base_url else None
        pages = {name: page(f"{base}/{where}", label) for name, (where, label) in self.pages.items()} if base else {}
        attributes = {
            "title": self.pattern,
            "name": self.name,
            "allowNoIndex": True,
            "fields": "[]",
            "sourceFilters": json.dumps([{"value": pattern} for pattern in self.hidden]),
            "fieldFormatMap": json.dumps({**self.formats, **pages}),
            "fieldAttrs": json.dumps({name: {"customLabel": label} for name, label in self.labels.items()}),
        }
        if self.time:
            attributes["timeFieldName"] = self.time
        return SavedObject("index-pattern", self.id, attributes)


# --------------------------------------------------------------------------------------------------- Discover


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A search that analysts open in Discover: newest first unless `sort` names a field and an order, matches marked."""

    id: str
    title: str
    description: str
    view: DataView
    columns: Sequence[str]
    query: str = ""
    breakdown: str | None = None
    widths: Mapping[str, int] = field(default_factory=dict)
    time: tuple[str, str] | None = None
    sort: tuple[str, str] | None = None

    def saved(self, *more: Reference) -> SavedObject:
        """Give it as Kibana keeps it."""
        name = "kibanaSavedObjectMeta.searchSourceJSON.index"
        source = {
            "query": kql(self.query),
            "filter": [],
            "highlightAll": True,
            "version": True,
            "indexRefName": name,
        }
        attributes: dict[str, Any] = {
            "title": self.title,
            "description": self.description,
            "columns": list(self.columns),
            "sort": [list(self.sort or (self.view.time, "desc"))],
            "grid": {"columns": {column: {"width": width} for column, width in self.widths.items()}},
            "hideChart": False,
            "isTextBasedQuery": False,
            "rowHeight": 2,
            "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        }
        if self.breakdown:
            attributes["breakdownField"] = self.breakdown
        if self.time:
            attributes |= {"timeRestore": True, "timeRange": {"from": self.time[0], "to": self.time[1]}}
        return SavedObject("search", self.id, attributes, (Reference(name, "index-pattern", self.view.id), *more))
