"""What Atom feeds (RFC 4287) are made of."""

from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from pipeline.notify.media import harmless
from pipeline.records.alert_json import iso_time

_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"


def new_feed(title: str, base: str, path: str, page: str, updated: datetime) -> etree._Element:
    """Begin a feed that stands at `path` below the base address, and whose page is at `page`."""
    feed = etree.Element(_name("feed"), nsmap={None: _ATOM})  # type: ignore[dict-item]
    add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'{base}/{path}')}")
    add(feed, "title", title)
    add(feed, "updated", iso_time(updated))
    add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}/{path}")
    add(feed, "link", rel="alternate", type="text/html", href=f"{base}/{page}")
    add(feed, "generator", "Harmattan")
    return feed


def answer(request: Request, feed: etree._Element, *, lasting: bool) -> Response:
    """Give the feed, or 304 to who has it already, where its contents don't change with every request."""
    body = etree.tostring(feed, encoding="utf-8", xml_declaration=True)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if lasting and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)


def spoken(element: etree._Element, language: str) -> None:
    """Say in which language an element's text is."""
    if language != "und":
        element.set(f"{{{_XML}}}lang", language)


def add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add an element. lxml escapes what markup is made of; control characters, which no XML takes, are taken out before."""
    child = etree.SubElement(parent, _name(name), {key: harmless(value) for key, value in attributes.items()})
    if text is not None:
        child.text = "\n".join(_allowed(line) for line in text.split("\n"))
    return child


def _allowed(line: str) -> str:
    """Keep what XML allows; unlike `harmless`, the isolates of our own texts stay."""
    return "".join(one for one in line if one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"
