"""Pages as answers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.web.rendering import render, up_from
from pipeline.web.words import LANGUAGES, chosen_language

SPEAK = "speak"
"""The parameter, and the cookie, that names the page's language."""
A_YEAR = 365 * 24 * 3600


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """Answer with a page, which no cache may keep."""
    signed_in = getattr(request.state, "signed_in", None)
    asked = request.query_params.get(SPEAK, "")
    language = asked if asked in LANGUAGES else language_of(request)
    html = render(template, request.url.path, language=language, switch=_switch(request), signed_in=signed_in, **values)
    answer = HTMLResponse(html, status, {"Cache-Control": "no-store", **(headers or {})})
    if asked in LANGUAGES:
        secure = request.url.scheme == "https"
        answer.set_cookie(SPEAK, asked, max_age=A_YEAR, secure=secure, httponly=True, samesite="lax")
    return answer


def language_of(request: Request) -> str:
    """Give the language that the reader chose, or that their browser asks for."""
    kept = request.cookies.get(SPEAK, "")
    return kept if kept in LANGUAGES else chosen_language(request.headers.get("accept-language", ""))


def _switch(request: Request) -> list[tuple[str, str, str]]:
    """Give for each language of the page its code, its name and the same page in it."""
    here = [(name, value) for name, value in request.query_params.multi_items() if name != SPEAK]
    path = request.url.path
    page_itself = f"{up_from(path)}{path.removeprefix('/')}"
    return [(code, name, f"{page_itself}?{urlencode([*here, (SPEAK, code)])}") for code, name in LANGUAGES.items()]


def sentence(text: str) -> str:
    """Give an error's text as a sentence."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
