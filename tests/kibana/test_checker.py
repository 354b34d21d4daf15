"""The checker sees faults that Kibana would take, or refuse without saying why."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.kibana.content import ndjson
from tests.kibana.checker import problems


def _set(kind: str, name: str, change: Callable[[dict[str, Any]], object]) -> str:
    lines = []
    for line in ndjson().splitlines():
        saved = json.loads(line)
        if (saved["type"], saved["id"]) == (kind, name):
            change(saved)
        lines.append(json.dumps(saved))
    return "\n".join(lines)


def _panels(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[dict[str, Any]], object]:
    def of_the_dashboard(saved: dict[str, Any]) -> None:
        panels = json.loads(saved["attributes"]["panelsJSON"])
        change(panels)
        saved["attributes"]["panelsJSON"] = json.dumps(panels)

    return of_the_dashboard


def _layer(saved: dict[str, Any]) -> Any:
    return saved["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["layer"]


def _search(query: str) -> Callable[[dict[str, Any]], object]:
    def of_the_session(saved: dict[str, Any]) -> None:
        meta = saved["attributes"]["kibanaSavedObjectMeta"]
        source = json.loads(meta["searchSourceJSON"])
        source["query"]["query"] = query
        meta["searchSourceJSON"] = json.dumps(source)

    return of_the_session


FAULTS: dict[str, tuple[str, str, Callable[[dict[str, Any]], object], str]] = {
    "a version that older Kibanas refuse": (
        "search",
        "harmattan-latest",
        lambda saved: saved.update(typeMigrationVersion="10.9.0"),
        "versions",
    ),
    "an attribute that sessions don't have": (
        "search",
        "harmattan-latest",
        lambda saved: saved["attributes"].update(colour="red"),
        "colour",
    ),
    "a column that no document has": (
        "search",
        "harmattan-latest",
        lambda saved: saved["attributes"]["columns"].append("headline"),
        "headline",
    ),
    "a sort by analysed text": (
        "search",
        "harmattan-latest",
        lambda saved: saved["attributes"].update(sort=[["text", "asc"]]),
        "sorted by text",
    ),
    "a query for a field that is not there": (
        "search",
        "harmattan-corrections",
        _search("fixed: true"),
        "no field fixed",
    ),
    "a query that can't be read": ("search", "harmattan-corrections", _search("corrected: (true"), "can't be read"),
    "a data view that is not in the file": (
        "search",
        "harmattan-latest",
        lambda saved: saved["references"][0].update(id="elsewhere"),
        "elsewhere",
    ),
    "two references of one name": (
        "dashboard",
        "harmattan-situation",
        lambda saved: saved["references"].append(saved["references"][0]),
        "one name",
    ),
    "a panel that nothing is behind": (
        "dashboard",
        "harmattan-situation",
        lambda saved: saved["references"].pop(0),
        "would be empty",
    ),
    "panels on top of each other": (
        "dashboard",
        "harmattan-situation",
        _panels(lambda panels: panels[0]["gridData"].update(w=20)),
        "overlap",
    ),
    "a panel beyond the edge": (
        "dashboard",
        "harmattan-situation",
        _panels(lambda panels: panels[2]["gridData"].update(w=48)),
        "does not fit",
    ),
    "a chart of a column that is not there": (
        "lens",
        "harmattan-by-language",
        lambda saved: _layer(saved)["columns"].pop("language"),
        "language",
    ),
    "a count before a group": (
        "lens",
        "harmattan-by-language",
        lambda saved: _layer(saved)["columnOrder"].reverse(),
        "before those that count",
    ),
    "a group by analysed text": (
        "lens",
        "harmattan-top-sources",
        lambda saved: _layer(saved)["columns"]["source"].update(sourceField="title"),
        "title can't be used",
    ),
    "an order by a column that is not there": (
        "lens",
        "harmattan-top-sources",
        lambda saved: _layer(saved)["columns"]["source"]["params"]["orderBy"].update(columnId="hits"),
        "hits",
    ),
    "a map of what is no point": (
        "map",
        "harmattan-places",
        lambda saved: saved["attributes"].update(
            layerListJSON=saved["attributes"]["layerListJSON"].replace('"locations"', '"countries"')
        ),
        "holds no points",
    ),
    "a link that would be percent-encoded": (
        "index-pattern",
        "harmattan-articles",
        lambda saved: saved["attributes"].update(
            fieldFormatMap=saved["attributes"]["fieldFormatMap"].replace("rawValue", "value")
        ),
        "rawValue",
    ),
    "a link to a page whose id is not encoded": (
        "index-pattern",
        "harmattan-alerts",
        lambda saved: saved["attributes"].update(
            fieldFormatMap=json.dumps(
                {"id": {"id": "url", "params": {"urlTemplate": "https://x.example/{{rawValue}}"}}}
            )
        ),
        "safe as a part",
    ),
    "a mean of what is no number": (
        "lens",
        "harmattan-usefulness",
        lambda saved: _layer(saved)["columns"]["share"].update(sourceField="rule"),
        "rule can't be used",
    ),
    "a time that is no date": (
        "index-pattern",
        "harmattan-alerts",
        lambda saved: saved["attributes"].update(timeFieldName="rule"),
        "no date",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_checker_sees(fault: str) -> None:
    kind, name, change, said = FAULTS[fault]
    found = problems(_set(kind, name, change))
    assert any(said in problem for problem in found), found
