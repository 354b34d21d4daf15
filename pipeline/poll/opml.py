"""OPML 2.0 (opml.org): lists of feeds as feed readers exchange them.

Folders and the words of `category` become tags, save `/country/XX`, which is the source's country. `language` is read as
RSS writes it. `interval`, a fixed polling interval such as 5m, is Harmattan's own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.poll.plain import language_code
from pipeline.state.interface import FeedSpec

_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
_COUNTRY = re.compile(r"country/([A-Za-z]{2})")
_DEEPEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as an OPML file names it."""

    url: str
    title: str
    tags: tuple[str, ...]
    country: str | None
    language: str | None
    interval: timedelta | None


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
    try:
        interval = parse_duration(attributes["interval"]) if attributes.get("interval") else None
    except ValueError as error:
        raise BadInput(f"{name}, line {element.sourceline}: interval: {error}") from error
    return Outline(
        url=attributes.get("xmlurl") or attributes.get("htmlurl") or title or f"line {element.sourceline}",
        title=title,
        tags=(*folders, *(word for word in words if word and not _COUNTRY.fullmatch(word))),
        country=countries[0] if countries else None,
        language=language_code(attributes.get("language")),
        interval=interval,
    )


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def write_opml(feeds: Iterable[FeedSpec]) -> bytes:
    """Write the feeds as OPML 2.0, so that reading it gives the same feeds."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Feeds of Harmattan"
    body = etree.SubElement(root, "body")
    for feed in feeds:
        categories = [f"/{tag}" for tag in feed.tags] + ([f"/country/{feed.country}"] if feed.country else [])
        attributes = {
            "type": "rss",
            "text": feed.title or feed.url,
            "xmlUrl": feed.url,
            "category": ",".join(categories),
            "language": feed.language or "",
            "interval": f"{feed.interval.total_seconds():.12g}s" if feed.interval else "",
        }
        etree.SubElement(body, "outline", {key: value for key, value in attributes.items() if value})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
