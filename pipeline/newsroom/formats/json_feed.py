"""JSON Feed 1.1."""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.newsroom.documents import Document
from pipeline.newsroom.formats.interface import FeedHead, FeedItem
from pipeline.newsroom.formats.xml import iso


def json_feed(head: FeedHead, items: Sequence[FeedItem]) -> Document:
    """Write a feed as JSON Feed 1.1, whose titles and summaries are plain text by its definition."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "description": head.tagline,
        "home_page_url": head.home_url,
        "feed_url": head.feed_url,
        "language": head.language,
        "items": [_item(item) for item in items],
    }
    body = json.dumps(feed, ensure_ascii=False, indent=1).encode()
    return Document(body, "application/feed+json", head.modified)


def _item(item: FeedItem) -> dict[str, Any]:
    written: dict[str, Any] = {
        "id": item.id or item.url,
        "url": item.url,
        "title": item.title,
        "language": item.language,
        "authors": [{"name": author} for author in item.authors],
        "tags": list(item.categories),
    }
    if item.summary is not None:
        written["summary"] = item.summary
    # An item must have one of the two; the summary stands in where the feed carries no content.
    if item.content_html:
        written["content_html"] = item.content_html
    else:
        written["content_text"] = item.summary or ""
    if item.published:
        written["date_published"] = iso(item.published)
    if item.modified:
        written["date_modified"] = iso(item.modified)
    return written
