"""The newsroom's list of feeds."""

from lxml import etree

from pipeline.newsroom.formats.xml import add, serialise
from pipeline.newsroom.newsroom import Newsroom


def opml(newsroom: Newsroom) -> bytes:
    """Write an OPML 2.0 list of every outlet's feed, with its language, country and kind."""
    root = etree.Element("opml", {"version": "2.0"})
    add(add(root, "head"), "title", "The sample newsroom")
    body = add(root, "body")
    for outlet in newsroom.contents:
        add(
            body,
            "outline",
            type="rss",
            text=outlet.name,
            title=outlet.name,
            description=outlet.tagline,
            xmlUrl=newsroom.feed_url(outlet),
            htmlUrl=newsroom.home_url(outlet),
            language=outlet.language,
            category=",".join(f"/{tag}" for tag in (*outlet.tags, f"country/{outlet.country}")),
        )
    return serialise(root, "utf-8")
