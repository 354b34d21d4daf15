"""From a feed's bytes to its entries."""

from pipeline.poll.encoding import decoded
from pipeline.poll.jsonfeed import parse_json_feed
from pipeline.poll.parsed import NotAFeed, ParsedFeed
from pipeline.poll.xmlfeed import parse_xml_feed

__all__ = ["NotAFeed", "ParsedFeed", "parse_feed"]


def parse_feed(body: bytes, *, url: str, content_type: str = "") -> ParsedFeed:
    """Read a document in any format of feed; relative links are resolved against `url`, where the document came from.

    Raises NotAFeed, and nothing else, whatever the bytes; its message follows 'the document'.
    """
    if not body.strip():
        raise NotAFeed("is empty")
    if b"\x00" in body[:100] and body[:2] not in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
        raise NotAFeed("is no text")
    text = decoded(body, content_type)
    if text[:1] in ("{", "["):
        return parse_json_feed(text, url)
    return parse_xml_feed(text, url)
