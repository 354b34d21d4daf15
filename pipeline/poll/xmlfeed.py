"""RSS and Atom, read by feedparser."""

import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from time import struct_time
from typing import Any

from pipeline.poll.dates import is_empty_value, read_date, sensible
from pipeline.poll.parsed import LONGEST_TITLE, MOST_ENTRIES, Entry, NotAFeed, ParsedFeed, distinct, make_entry
from pipeline.poll.plain import language_code, plain

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[<>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);)")
_OVERLONG_TAG = re.compile(r"<([\w:.\-]{1,100})\s[^<>]{20000,}?(/?)>")
_ENDS = re.compile(r"</(?:[\w.\-]+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*)?$", re.IGNORECASE | re.DOTALL)
_ENTRY_EDGE = re.compile(r"<(/?)(?:[\w.\-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)


def parse_xml_feed(text: str, url: str) -> ParsedFeed:
    """Read RSS 0.9x to 2.0, RSS 1.0 or Atom, well formed or not. Raises NotAFeed for anything else."""
    text, broken = _without_stump(text)
    document = _parse(_mended(text))
    atom = document.get("version", "").startswith("atom")
    if not document.get("version") and not document.entries:
        raise NotAFeed(_looks_like(text))
    entries = (_entry(entry, url, atom=atom) for entry in document.entries[:MOST_ENTRIES])
    kept = distinct(entry for entry in entries if entry)
    problem = f"the document breaks off; the {len(kept)} entries before that were read" if broken else None
    return ParsedFeed(
        title=plain(_text(document.feed, "title"), LONGEST_TITLE),
        language=language_code(dict.get(document.feed, "language")),
        entries=kept,
        problem=problem,
    )


def _parse(text: str) -> Any:
    """Let feedparser read it: HTML neither cleaned nor resolved, which enrichment does, and which halves the time."""
    import feedparser  # type: ignore[import-untyped]  # takes a tenth of a second, which no other command should wait for

    # No address is given: with one, feedparser would also make addresses of ids.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(text.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # hostile documents find their way into every corner of a lenient parser
        raise NotAFeed(f"can't be read as a feed ({type(error).__name__}: {str(error)[:200]})") from error


def _without_stump(text: str) -> tuple[str, bool]:
    """Leave out an entry that the document's end cuts in two, and tell whether the document breaks off."""
    edges = list(_ENTRY_EDGE.finditer(text))
    if len(edges) > 2 * MOST_ENTRIES:
        return text[: edges[2 * MOST_ENTRIES].start()], False
    if _ENDS.search(text[-1000:]) or not edges:
        return text, False
    return (text if edges[-1][1] else text[: edges[-1].start()]), True


def _mended(text: str) -> str:
    """Remove what no feed needs, and escape ampersands that stand alone.

    That is a document type, whose entities could multiply, and the attributes of tags so long that reading them, at a
    cost that grows with their square, could go on for minutes.
    """
    text = _DOCTYPE.sub("", _ILLEGAL.sub("", text), count=1)
    text = _OVERLONG_TAG.sub(r"<\1\2>", text)
    return "".join(_ampersands(text))


def _ampersands(text: str) -> Iterator[str]:
    position = 0
    while (begin := text.find("<![CDATA[", position)) >= 0 and (end := text.find("]]>", begin)) >= 0:
        yield _BARE_AMPERSAND.sub("&amp;", text[position:begin])
        yield text[begin:end]
        position = end
    yield _BARE_AMPERSAND.sub("&amp;", text[position:])


def _entry(entry: Any, url: str, *, atom: bool) -> Entry | None:
    published = _date(entry, "published")
    updated = _date(entry, "updated")
    return make_entry(
        base=url,
        id=_text(entry, "id"),
        link=_text(entry, "link"),
        title=_text(entry, "title"),
        summary=_html(dict.get(entry, "summary_detail"), atom=atom) or _text(entry, "summary"),
        content=max((_html(part, atom=atom) for part in dict.get(entry, "content") or ()), key=len, default=""),
        authors=[_text(author, "name") for author in dict.get(entry, "authors") or ()],
        categories=[_text(tag, "label") or _text(tag, "term") for tag in dict.get(entry, "tags") or ()],
        published=published or (None if atom else updated),
        updated=updated,
        language=dict.get(dict.get(entry, "title_detail") or {}, "language"),
    )


def _text(holder: Any, name: str) -> str:
    value = dict.get(holder, name)  # feedparser's own get answers with other fields where this one is missing
    return value if isinstance(value, str) else ""


def _html(detail: Any, *, atom: bool) -> str:
    """Give the value as HTML. In RSS it always is, more or less; in Atom its type says so."""
    if not isinstance(detail, dict):
        return ""
    value = _text(detail, "value")
    return html.escape(value, quote=False) if atom and dict.get(detail, "type") == "text/plain" else value


def _date(entry: Any, name: str) -> datetime | None:
    written = dict.get(entry, name)
    if found := read_date(written):
        return found
    parsed = dict.get(entry, f"{name}_parsed")  # feedparser reads the dates of some more languages
    if not isinstance(parsed, struct_time) or not isinstance(written, str) or is_empty_value(written):
        return None
    if not any(character.isalpha() for character in written):  # numbers alone it reads wrongly
        return None
    try:
        return sensible(datetime(*parsed[:6], tzinfo=UTC))
    except ValueError:
        return None


def _looks_like(text: str) -> str:
    start = text[:2000].lower()
    if "<html" in start or "<!doctype html" in start or "<body" in start:
        return "is a page (HTML), not a feed"
    if root := re.match(r"(?:<!--.*?-->|<\?.*?\?>|\s)*<([a-z][\w:.\-]{0,60})", start, re.DOTALL):
        return f"is XML with <{root[1]}> at its beginning, not a feed"
    return "is neither RSS nor Atom nor JSON Feed"
