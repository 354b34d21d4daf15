"""Atom 1.0."""

from collections.abc import Sequence

from lxml import etree

from pipeline.newsroom.documents import Document
from pipeline.newsroom.formats.interface import FeedHead, FeedItem
from pipeline.newsroom.formats.xml import ATOM, XML, add, document_root, iso, serialise


def atom(head: FeedHead, items: Sequence[FeedItem]) -> Document:
    """Write a feed as Atom 1.0; an item without an id or a date gets its address and the feed's date."""
    root = document_root(f"{{{ATOM}}}feed", {None: ATOM})
    root.set(f"{{{XML}}}lang", head.language)
    _add(root, "id", head.id)
    _add(root, "title", head.title)
    _add(root, "subtitle", head.tagline)
    _add(root, "updated", iso(head.modified))
    _add(root, "link", rel="self", type="application/atom+xml", href=head.feed_url)
    _add(root, "link", rel="alternate", type="text/html", href=head.home_url)
    for item in items:
        _add_entry(root, item, head)
    return Document(serialise(root, head.encoding), f"application/atom+xml; charset={head.encoding}", head.modified)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    return add(parent, f"{{{ATOM}}}{name}", text, **attributes)


def _add_text(parent: etree._Element, name: str, plain: str, html: str | None) -> None:
    if html:
        _add(parent, name, html, type="html")
    else:
        _add(parent, name, plain)


def _add_entry(root: etree._Element, item: FeedItem, head: FeedHead) -> None:
    entry = _add(root, "entry")
    entry.set(f"{{{XML}}}lang", item.language)
    _add(entry, "id", item.id or item.url)
    _add_text(entry, "title", item.title, item.title_html)
    _add(entry, "link", rel="alternate", type="text/html", href=item.url)
    if item.published:
        _add(entry, "published", iso(item.published))
    _add(entry, "updated", iso(item.modified or item.published or head.modified))
    for author in item.authors or (head.title,):
        _add(_add(entry, "author"), "name", author)
    for category in item.categories:
        _add(entry, "category", term=category)
    if item.summary is not None:
        _add_text(entry, "summary", item.summary, item.summary_html)
    if item.content_html:
        _add(entry, "content", item.content_html, type="html")
