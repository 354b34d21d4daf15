"""The fields of the project's indices, and what Kibana can do with each."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.index.templates.install import templates

NUMBERS = {"long", "integer", "double", "float"}
DATES = {"date"}
GROUPING = {"keyword", "boolean", "ip"} | NUMBERS | DATES
"""Types that have doc values: they sort, group and fill lists of options."""

Fields = Mapping[str, str]


def fields_of(pattern: str) -> Fields:
    """Give the type of each field of the indices that a data view's pattern names."""
    (template,) = (one for one in templates("harmattan").values() if one.pattern == pattern)
    fields = dict(_flat(template.fields, ""))
    aliases = {name: field["path"] for name, field in template.fields.items() if field.get("type") == "alias"}
    return fields | {name: fields[path] for name, path in aliases.items()}


def _flat(properties: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, field in properties.items():
        yield before + name, field.get("type", "object")
        yield from _flat(field.get("properties", {}), f"{before}{name}.")
        yield from ((f"{before}{name}.{sub}", spec["type"]) for sub, spec in field.get("fields", {}).items())
