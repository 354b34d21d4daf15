"""From a feed's bytes to its entries."""

import zlib

from pipeline.poll.encoding import decoded
from pipeline.poll.jsonfeed import parse_json_feed
from pipeline.poll.markup import LARGEST_TAME, mend
from pipeline.poll.parsed import NotAFeed, ParsedFeed
from pipeline.poll.sitemapfeed import parse_sitemap, parse_sitemap_index
from pipeline.poll.xmlfeed import parse_xml_feed

__all__ = ["NotAFeed", "ParsedFeed", "parse_feed", "parse_if_tame"]

LARGEST = 20_000_000
"""Bytes of a document, once it is unpacked: sitemaps come as .gz files."""


def parse_feed(body: bytes, *, url: str, content_type: str = "") -> ParsedFeed:
    """Read a document in any format of feed; relative links are resolved against `url`, where the document came from.

    Raises NotAFeed, and nothing else but MemoryError, whatever the bytes; its message follows 'the document'. A hostile one
    may take minutes: see pipeline.poll.reading.
    """
    found = _parsed(body, url, content_type, only_tame=False)
    assert found is not None
    return found


def parse_if_tame(body: bytes, *, url: str, content_type: str = "") -> ParsedFeed | None:
    """Read a document as `parse_feed` does, if that takes less than a second for certain; None otherwise."""
    if len(body) > LARGEST_TAME or body.startswith(_GZIP):
        return None
    return _parsed(body, url, content_type, only_tame=True)


_GZIP = b"\x1f\x8b"
_PARSERS = {"urlset": parse_sitemap, "sitemapindex": parse_sitemap_index}


def _parsed(body: bytes, url: str, content_type: str, *, only_tame: bool) -> ParsedFeed | None:
    if body.startswith(_GZIP):
        body = _unpacked(body)
    if not body.strip():
        raise NotAFeed("is empty")
    if b"\x00" in body[:100] and body[:2] not in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
        raise NotAFeed("is no text")
    text = decoded(body, content_type)
    if text[:1] in ("{", "["):
        return parse_json_feed(text, url)
    mended = mend(text)
    del text  # of a large document, every copy counts
    if only_tame and not mended.tame:
        return None
    return _PARSERS.get(mended.root, parse_xml_feed)(mended, url)


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        return unpacking.decompress(body, LARGEST)
    except zlib.error as error:
        raise NotAFeed("looks like gzip that is broken") from error
