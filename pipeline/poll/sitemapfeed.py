"""Sitemaps (sitemaps.org 0.9) with Google's extension for news, and indexes of them, as feeds."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.fetch.addresses import absolute
from pipeline.poll.dates import read_date
from pipeline.poll.markup import Mended
from pipeline.poll.parsed import LONGEST_LINK, MOST_ENTRIES, Entry, NotAFeed, ParsedFeed, distinct, lost, make_entry
from pipeline.poll.plain import language_code, plain

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_SITEMAPS = 20
"""Sitemaps of an index that are given."""

_OLD = datetime.min.replace(tzinfo=UTC)
_FOR_NEWS = re.compile("news|nachricht|actu|noticia|latest|recent", re.IGNORECASE)


def parse_sitemap(mended: Mended, url: str) -> ParsedFeed:
    """Read a sitemap: its newest entries are the feed's. Raises NotAFeed where nothing can be made out."""
    root = _parsed(mended.xml)
    pages = [_page(element, url) for element in root.iter("{*}url")]
    entries = sorted((page for page in pages if page), key=_latest, reverse=True)[:MOST_ENTRIES]
    kept = distinct(entries)
    names = [plain(name.text or "", 200) for name in root.iter("{*}name")]
    languages = [language_code(element.text) for element in root.iter("{*}language")]
    return ParsedFeed(
        title=next((name for name in names if name), ""),
        language=languages[0] if len(set(languages)) == 1 else None,
        entries=kept,
        problem=lost(len(kept), mended.held, broken=mended.broken, which="newest"),
        broken=mended.broken,
        format="news sitemap" if any(entry.title for entry in kept) else "sitemap",
        held=mended.held,
    )


def is_for_news(url: str) -> bool:
    """Tell whether the name of a sitemap says that it is for news."""
    return bool(_FOR_NEWS.search(url))


def parse_sitemap_index(mended: Mended, url: str) -> ParsedFeed:
    """Read an index: what names news comes first, then what changed last. Raises NotAFeed where it names nothing."""
    root = _parsed(mended.xml)
    found: list[tuple[bool, datetime, str]] = []
    for element in root.iter("{*}sitemap"):
        location = _field(element, "loc")[: LONGEST_LINK + 1]
        address = absolute(url, location) if location else None
        if address and len(address) <= LONGEST_LINK:
            found.append((is_for_news(address), read_date(_field(element, "lastmod")) or _OLD, address))
    if not found:
        raise NotAFeed("is an index of sitemaps that names none")
    ordered = [address for _, _, address in sorted(found, key=lambda one: one[:2], reverse=True)]
    sitemaps = tuple(dict.fromkeys(ordered))[:MOST_SITEMAPS]
    return ParsedFeed(
        title="",
        language=None,
        entries=(),
        problem=f"the document is an index of sitemaps; add one that it names instead, such as {sitemaps[0]}",
        broken=mended.broken,
        format="index of sitemaps",
        held=len(found),
        sitemaps=sitemaps,
    )


def _parsed(xml: bytes) -> "_Element":
    from lxml import etree

    # no entities and no network; without huge_tree, libxml2 itself stops at a depth of 256 and at texts of 10 MB
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotAFeed(f"looks like a sitemap that is broken ({error})") from error
    if root is None:
        raise NotAFeed("looks like a sitemap that is broken")
    return root


def _page(element: "_Element", url: str) -> Entry | None:
    published = read_date(_field(element, "publication_date"))
    updated = read_date(_field(element, "lastmod"))
    location = _field(element, "loc")
    if not location:
        return None
    return make_entry(
        base=url,
        link=location,
        title=html.escape(_field(element, "news:title"), quote=False),
        categories=_field(element, "keywords").split(","),
        published=published,
        updated=updated,
        language=_field(element, "language"),
    )


def _field(element: "_Element", name: str) -> str:
    """Give the text of the first element of that name; `news:title` only within the extension for news."""
    return next(_texts(element, name), "")


def _texts(element: "_Element", name: str) -> Iterator[str]:
    within, _, local = name.rpartition(":")
    for holder in element.iter(f"{{*}}{within}") if within else (element,):
        for found in holder.iter(f"{{*}}{local}"):
            if found.text and found.text.strip():
                yield found.text.strip()


def _latest(entry: Entry) -> datetime:
    return entry.published or entry.updated or _OLD
