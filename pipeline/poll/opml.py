"""OPML 2.0 (opml.org): lists of feeds as feed readers exchange them.

Folders and the words of `category` become tags, save `/country/XX`, which is the source's country. `language` is read as
RSS writes it. Harmattan's own are `interval`, a fixed polling interval such as 5m, `alertPast`, how far back the first poll
alerts, such as 7d, and `login`, see pipeline.poll.credentials.
Every other attribute of an outline is kept as it is, and written again, but for those that hold other programs' logins
(FreshRSS writes cookies, for one), since the state is no place for secrets. A feed is written once, with all its tags in
`category`, in a folder named as its first tag, since most feed readers know folders and no categories.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from lxml import etree

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.fetch.addresses import without_credentials
from pipeline.poll.plain import clean, language_code
from pipeline.state.interface import FeedSpec

_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
_COUNTRY = re.compile(r"country/([A-Za-z]{2})")
_DEEPEST = 50
_MOST_ATTRIBUTES = 40
_LONGEST_ATTRIBUTE = 4_000
_SECRET = re.compile(r"cookie|passw|secret|token|credential|auth(?!or)|curlopt|userpwd", re.IGNORECASE)
_OURS = frozenset(("xmlurl", "text", "category", "language", "interval", "alertpast", "login"))
"""The attributes that have a place of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as an OPML file names it."""

    url: str
    title: str
    tags: tuple[str, ...]
    country: str | None
    language: str | None
    interval: timedelta | None
    alert_past: timedelta | None = None
    login: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def read_opml(data: bytes, name: str) -> list[Outline]:
    """Read the feeds of an OPML document. Raises BadInput, which names the file as `name`."""
    root = _root(data, name)
    if _tag(root) != "opml":
        raise BadInput(
            f"{name}, line {root.sourceline}: <{_tag(root)}> stands where <opml> should; this is no list of feeds"
            f"{' but a feed: write its address into a list' if _tag(root) in ('rss', 'feed', 'rdf') else ''}"
        )
    return list(_outlines(root, (), name, 0))


def _root(data: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", data) if b"\x00" not in data else data, parser)
    except etree.XMLSyntaxError as error:
        reason = str(error.msg).partition(", line ")[0]
        raise BadInput(
            f"{name}, line {error.lineno or 1}: this is no OPML ({reason}); mend it or export it anew"
        ) from error


def _outlines(parent: etree._Element, folders: tuple[str, ...], name: str, depth: int) -> Iterator[Outline]:
    for element in parent:
        if not isinstance(element.tag, str) or depth > _DEEPEST:
            continue
        inner = folders
        if _tag(element) == "outline":
            attributes = {str(key).lower(): str(value).strip() for key, value in element.attrib.items()}
            if attributes.get("iscomment", "").lower() == "true":  # commented out, with all that is in it
                continue
            title = attributes.get("text") or attributes.get("title") or ""
            if "xmlurl" in attributes or attributes.get("type", "").lower() in ("rss", "atom"):
                yield _outline(element, attributes, title, folders, name)
            elif title:
                inner = (*folders, title)
        yield from _outlines(element, inner, name, depth + 1)


def _outline(
    element: etree._Element, attributes: dict[str, str], title: str, folders: tuple[str, ...], name: str
) -> Outline:
    words = [word.strip().strip("/") for word in attributes.get("category", "").split(",")]
    countries = [found[1] for word in words if (found := _COUNTRY.fullmatch(word))]
    return Outline(
        url=attributes.get("xmlurl") or attributes.get("htmlurl") or title or f"line {element.sourceline}",
        title="" if title == attributes.get("xmlurl") else title,  # it had to be written, and nothing better was known
        tags=(*folders, *(word for word in words if word and not _COUNTRY.fullmatch(word))),
        country=countries[0] if countries else None,
        language=language_code(attributes.get("language")),
        interval=_length(element, attributes, "interval", name),
        alert_past=_length(element, attributes, "alertPast", name),
        login=attributes.get("login") or None,
        attributes=_kept(element, attributes, title),
    )


def _length(element: etree._Element, attributes: Mapping[str, str], what: str, name: str) -> timedelta | None:
    written = attributes.get(what.lower())
    try:
        return parse_duration(written) if written else None
    except ValueError as error:
        raise BadInput(f"{name}, line {element.sourceline}: {what}: {error}") from error


def _kept(element: etree._Element, attributes: Mapping[str, str], title: str) -> dict[str, str]:
    """Give the attributes that have no place of their own, spelt as they are; what would be written anyway is left out."""
    written = {"type": "rss", "title": title}
    kept = {
        str(name): clean(without_credentials(attributes[lower]), _LONGEST_ATTRIBUTE)
        for name in element.attrib
        if (lower := str(name).lower()) not in _OURS
        and attributes[lower] not in ("", written.get(lower))
        and not _SECRET.search(etree.QName(name).localname)
    }
    return dict(list(kept.items())[:_MOST_ATTRIBUTES])


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def write_opml(feeds: Iterable[FeedSpec]) -> bytes:
    """Write the feeds as OPML 2.0, so that reading it gives the same feeds."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Feeds of Harmattan"
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed in feeds:
        place = body
        if feed.tags:
            place = folders.get(feed.tags[0], body)
            if place is body:
                place = folders[feed.tags[0]] = etree.SubElement(body, "outline", text=feed.tags[0])
        outline = etree.SubElement(place, "outline")
        for name, value in _attributes(feed).items():
            outline.set(name, value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _attributes(feed: FeedSpec) -> dict[str, str]:
    categories = [f"/{tag}" for tag in feed.tags] + ([f"/country/{feed.country}"] if feed.country else [])
    known = {
        "type": feed.attributes.get("type", "rss"),
        "text": feed.title or feed.url,
        "title": feed.attributes.get("title", feed.title),
        "xmlUrl": feed.url,
        "category": ",".join(categories),
        "language": feed.language or "",
        "interval": _written(feed.interval),
        "alertPast": _written(feed.alert_past),
        "login": feed.login or "",
    }
    return {name: value for name, value in known.items() if value} | {
        name: value for name, value in feed.attributes.items() if name not in known
    }


def _written(length: timedelta | None) -> str:
    return f"{length.total_seconds():.12g}s" if length else ""
