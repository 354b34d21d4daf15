"""RSS 2.0."""

from collections.abc import Sequence
from email.utils import format_datetime

from lxml import etree

from pipeline.newsroom.documents import Document
from pipeline.newsroom.formats.interface import FeedHead, FeedItem
from pipeline.newsroom.formats.xml import ATOM, CONTENT, DC, add, document_root, iso, serialise


def rss2(head: FeedHead, items: Sequence[FeedItem]) -> Document:
    """Write a feed as RSS 2.0, with content:encoded where an item has content."""
    root = document_root("rss", {"atom": ATOM, "content": CONTENT, "dc": DC}, version="2.0")
    channel = add(root, "channel")
    add(channel, "title", head.title)
    add(channel, "link", head.home_url)
    add(channel, "description", head.tagline)
    add(channel, "language", head.language)
    add(channel, "lastBuildDate", format_datetime(head.modified))
    add(channel, f"{{{ATOM}}}link", href=head.feed_url, rel="self", type="application/rss+xml")
    for item in items:
        _add_item(channel, item, head)
    return Document(serialise(root, head.encoding), f"application/rss+xml; charset={head.encoding}", head.modified)


def _add_item(channel: etree._Element, item: FeedItem, head: FeedHead) -> None:
    element = add(channel, "item")
    add(element, "title", item.title_html or item.title)
    add(element, "link", item.url)
    if item.id:
        add(element, "guid", item.id, isPermaLink="false")
    if item.published:
        add(element, "pubDate", format_datetime(item.published))
    if item.modified:
        add(element, f"{{{ATOM}}}updated", iso(item.modified))
    if item.language != head.language:
        add(element, f"{{{DC}}}language", item.language)
    for author in item.authors:
        add(element, f"{{{DC}}}creator", author)
    for category in item.categories:
        add(element, "category", category)
    if item.summary is not None:
        add(element, "description", item.summary_html or item.summary)
    if item.content_html:
        add(element, f"{{{CONTENT}}}encoded", etree.CDATA(item.content_html))
