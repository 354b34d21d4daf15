"""Where a site's news sitemaps are: what robots.txt names, or else where publishers usually put them."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from pipeline.fetch.addresses import absolute
from pipeline.fetch.interface import FetchError, Response

MOST = 4
_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)  # sitemaps.org, section "robots.txt"
_NEWS = re.compile(r"news|nachricht|actu|noticia|google", re.IGNORECASE)
_USUAL = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap/news.xml")


def named_sitemaps(page: str, get: Callable[[str], Response]) -> Iterator[str]:
    """Give addresses to try for the news of the site that a page belongs to, the likeliest first."""
    try:
        robots = get(urljoin(page, "/robots.txt"))
    except FetchError:
        robots = None
    named: list[str] = []
    if robots is not None and 200 <= robots.status < 300:
        lines = _LINE.findall(robots.body[:500_000].decode("utf-8", "replace"))
        named = [url for line in lines if _NEWS.search(line) and (url := absolute(page, line))]
    yield from list(dict.fromkeys(named))[:MOST] or [urljoin(page, path) for path in _USUAL]
