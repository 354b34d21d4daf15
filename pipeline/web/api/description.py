"""The API's description, as OpenAPI 3.1 has it, made of the table of operations and the types in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pipeline import __version__
from pipeline.state.interface import ApiScope
from pipeline.web.api.operations import JSON, Operation
from pipeline.web.api.shapes import Problem
from pipeline.web.visitors import API

_COMMON = {
    400: "The request can't be understood; the detail says why.",
    401: "Who asks is not known.",
    403: "The role, or the token's scope, is too narrow.",
    404: "It is not there.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    421: "The page does not answer under this host name.",
    500: "Harmattan failed to answer; its log says why.",
    503: "A part is out of reach for now.",
}
_TEMPLATE = "#/components/schemas/{name}"


def describe(operations: Sequence[Operation], base_url: str | None) -> dict[str, Any]:
    """Give the description; with the public address of the page, where it has one."""
    types = [kind for one in operations for kind in (one.query, one.body, one.answer) if kind is not None]
    kinds = list(dict.fromkeys([*types, Problem]))
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(f"{API}{one.path}", {})[one.method.lower()] = _operation(one, schemas)
    queries = {one.query.__name__ for one in operations if one.query}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Harmattan",
            "version": __version__,
            "description": "What the web page shows and does, for programs. Times are RFC 3339 in UTC, lengths ISO 8601.",
        },
        "servers": [{"url": base_url.rstrip("/") if base_url else "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: _tidy(schema) for name, schema in schemas.items() if name not in queries},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `harmattan users token add`, with scopes: "
                    + ", ".join(scope.value for scope in ApiScope)
                    + ". On loopback with the embedded stores none is needed.",
                }
            },
        },
        "security": [{"token": []}],
    }


def _operation(one: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.id,
        "summary": one.summary,
        "description": f"Needs the scope `{one.scope}`.",
        "parameters": [*_in_path(one), *_in_query(one, schemas)],
        "responses": {**_well(one), **_problems(one)},
    }
    if one.body:
        content = {JSON: {"schema": {"$ref": _TEMPLATE.format(name=one.body.__name__)}}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _in_path(one: Operation) -> Iterable[dict[str, Any]]:
    for name in one.names:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _in_query(one: Operation, schemas: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    if one.query is None:
        return
    schema = schemas[one.query.__name__]
    for name, kind in schema["properties"].items():
        yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": kind}


def _well(one: Operation) -> dict[str, Any]:
    if one.answer is None:
        return {"204": {"description": "Done."}}
    schema = {"$ref": _TEMPLATE.format(name=one.answer.__name__)}
    return {"200": {"description": "Well.", "content": {JSON: {"schema": schema}}}}


def _problems(one: Operation) -> dict[str, Any]:
    statuses = {
        400,
        401,
        403,
        421,
        500,
        503,
        *one.problems,
        *([404] if one.names else []),
        *([413, 415] if one.body else []),
    }
    content = {"application/problem+json": {"schema": {"$ref": _TEMPLATE.format(name="Problem")}}}
    return {str(status): {"description": _COMMON[status], "content": content} for status in sorted(statuses)}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Put a description on lines of its own width."""
    text = schema.get("description")
    return {**schema, "description": " ".join(text.split())} if text else schema
