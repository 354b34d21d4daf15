"""Pages as answers."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.web.rendering import render


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """Answer with a page, which no cache may keep."""
    signed_in = getattr(request.state, "signed_in", None)
    html = render(template, request.url.path, signed_in=signed_in, **values)
    return HTMLResponse(html, status, {"Cache-Control": "no-store", **(headers or {})})


def sentence(text: str) -> str:
    """Give an error's text as a sentence."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
