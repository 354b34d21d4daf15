"""RSS 1.0, which is RDF."""

from collections.abc import Sequence

from lxml import etree

from pipeline.newsroom.documents import Document
from pipeline.newsroom.formats.interface import FeedHead, FeedItem
from pipeline.newsroom.formats.xml import CONTENT, DC, DCTERMS, RDF, RSS1, add, document_root, iso, serialise

_NAMESPACES = {None: RSS1, "rdf": RDF, "dc": DC, "dcterms": DCTERMS, "content": CONTENT}


def rss1(head: FeedHead, items: Sequence[FeedItem]) -> Document:
    """Write a feed as RSS 1.0; an item's id is its address."""
    root = document_root(f"{{{RDF}}}RDF", _NAMESPACES)
    channel = _add(root, "channel", head.feed_url)
    add(channel, f"{{{RSS1}}}title", head.title)
    add(channel, f"{{{RSS1}}}link", head.home_url)
    add(channel, f"{{{RSS1}}}description", head.tagline)
    add(channel, f"{{{DC}}}language", head.language)
    add(channel, f"{{{DC}}}date", iso(head.modified))
    listed = add(add(channel, f"{{{RSS1}}}items"), f"{{{RDF}}}Seq")
    for item in items:
        add(listed, f"{{{RDF}}}li").set(f"{{{RDF}}}resource", item.url)
    for item in items:
        _add_item(root, item)
    return Document(serialise(root, head.encoding), f"application/rdf+xml; charset={head.encoding}", head.modified)


def _add(root: etree._Element, name: str, about: str) -> etree._Element:
    element = add(root, f"{{{RSS1}}}{name}")
    element.set(f"{{{RDF}}}about", about)
    return element


def _add_item(root: etree._Element, item: FeedItem) -> None:
    element = _add(root, "item", item.url)
    add(element, f"{{{RSS1}}}title", item.title_html or item.title)
    add(element, f"{{{RSS1}}}link", item.url)
    if item.summary is not None:
        add(element, f"{{{RSS1}}}description", item.summary_html or item.summary)
    if item.published:
        add(element, f"{{{DC}}}date", iso(item.published))
    if item.modified:
        add(element, f"{{{DCTERMS}}}modified", iso(item.modified))
    add(element, f"{{{DC}}}language", item.language)
    for author in item.authors:
        add(element, f"{{{DC}}}creator", author)
    for category in item.categories:
        add(element, f"{{{DC}}}subject", category)
    if item.content_html:
        add(element, f"{{{CONTENT}}}encoded", etree.CDATA(item.content_html))
