"""Errors for programs, as RFC 9457 has them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

UNKEPT = "Something in this request holds a character that no name or text has; take it out."
"""What is said of values that a database doesn't take, such as NUL."""


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Answer with what went wrong: its kind in a few words, and what to do as a sentence."""
    body = msgspec.json.encode({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/problem+json")
