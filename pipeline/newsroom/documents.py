"""Answers to HTTP requests for documents, with strong ETags and conditional requests."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Document:
    """A body with its media type and the time when it last changed."""

    body: bytes
    content_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        """The strong entity tag, made from the body's bytes."""
        return f'"{sha256(self.body).hexdigest()[:24]}"'


def respond(request: Request, document: Document) -> Response:
    """Answer with the document, or with 304 where the request says that the client has it already."""
    headers = {"ETag": document.etag, "Last-Modified": _http_date(document.modified), "Cache-Control": "no-cache"}
    if _is_known(request, document):
        return Response(status_code=304, headers=headers)
    return Response(document.body, headers={**headers, "Content-Type": document.content_type})


def _is_known(request: Request, document: Document) -> bool:
    """Whether If-None-Match names the document, or, only where there is none, If-Modified-Since does."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        named = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in named or document.etag in named
    since = _parsed(request.headers.get("if-modified-since"))
    return since is not None and document.modified.replace(microsecond=0) <= since


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _parsed(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
