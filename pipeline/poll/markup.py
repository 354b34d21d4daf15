"""Making a feed's XML fit to be read, and telling whether reading it can do no harm.

Hostile documents cost a lenient parser time that grows with the square of their size. So everything here takes time in
proportion to the size, and what `mend` finds tame is read in well under a second: small, well formed, not deep, few tags,
and no long text where short ones belong, for which parsers have patterns that go astray.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.entities import html5
from xml.parsers import expat

from pipeline.poll.parsed import MOST_ENTRIES

MOST_PAGES = 50_000
"""Pages in a sitemap (sitemaps.org); in no order, so that all are read and the newest taken."""
LARGEST_TAME = 256_000
"""Characters of a document that can be read at once."""
DEEPEST = 100
"""Elements within one another: three times as many as the deepest that real feeds hold, which is HTML as XML within Atom."""
_MOST_TAGS = 12_000
_LONGEST_SHORT_TEXT = 4_000
_LONG_TEXTS = frozenset(
    (
        "description",
        "encoded",
        "content",
        "summary",
        "text",
        "body",
        "div",
        "p",
        "span",
        "li",
        "td",
        "blockquote",
        "pre",
    )
)

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(#\d+;|#[xX][0-9a-fA-F]+;|[A-Za-z][A-Za-z0-9]*;)?|<(?![A-Za-z_:/!?\x80-\U0010ffff])")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_OVERLONG_TAG = re.compile(r"<([\w:.\-]{1,100})\s[^<>]{20000,}?(/?)>")
_ROOT = re.compile(r"<(?:[\w.\-]{1,30}:)?(rss|feed|rdf|urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.\-]{1,30}:)?(?:rss|feed|rdf|urlset|sitemapindex)\s{0,20}>", re.IGNORECASE)
_NO_STRAY = re.compile(r"(?:\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_FEEDS_EDGE = re.compile(r"<(/?)(?:[\w.\-]{1,30}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_SITEMAPS_EDGE = re.compile(r"<(/?)(?:[\w.\-]{1,30}:)?(?:url|sitemap)(?=[\s>])", re.IGNORECASE)
_START = 20_000


@dataclass(frozen=True, slots=True)
class Mended:
    """XML in UTF-8, without document type, entities and illegal characters, with so many entries that all can be read.

    `root` is the local name of its first element where that is one of those that feeds and sitemaps have, in lower case.
    `held` counts the entries that the document begins, `broken` tells that it breaks off; `tame` that reading it can do no
    harm: such a document is well formed. `stray` tells that something stood before its beginning or after its end.
    """

    xml: bytes
    root: str = ""
    held: int = 0
    broken: bool = False
    tame: bool = False
    stray: bool = False


def mend(text: str) -> Mended:
    """Make a document's text fit to be read; see Mended."""
    text = _without_doctype(_ILLEGAL.sub("", text))
    text = _OVERLONG_TAG.sub(r"<\1\2>", text)  # tags whose attributes would take minutes
    text = "".join(_referenced(text))
    text, root, stray = _without_stray(text)
    if root in ("urlset", "sitemapindex"):
        text, held, broken = _bounded(text, _SITEMAPS_EDGE, MOST_PAGES)
    else:
        text, held, broken = _bounded(text, _FEEDS_EDGE, MOST_ENTRIES)
    small = len(text) <= LARGEST_TAME and text.count("<") <= _MOST_TAGS
    found = Mended(text.encode("utf-8", "replace"), root, held, broken, stray=stray)
    if not small:
        return found
    seen = _Outline(found.xml)
    if seen.fault is None and seen.open:  # close what the end cut off, so that it is well formed again
        closed = "".join(f"</{name}>" for name in reversed(seen.open))
        return replace(found, xml=found.xml + closed.encode(), broken=True, tame=True)
    return replace(found, tame=seen.fault is None)


def _without_stray(text: str) -> tuple[str, str, bool]:
    """Cut away what servers put before a document, such as warnings, and after it, such as statistics."""
    root = _ROOT.search(text[:_START])
    if not root or "<html" in text[: root.start()].lower():
        return text, "", False
    start, stray = 0, False
    if not _NO_STRAY.fullmatch(text[: root.start()]):
        start, stray = root.start(), True
    ends = list(_END.finditer(text, max(start, len(text) - _START)))
    if ends and not _NO_STRAY.fullmatch(text[ends[-1].end() :]):
        return text[start : ends[-1].end()], root[1].lower(), True
    return text[start:], root[1].lower(), stray


def _without_doctype(text: str) -> str:
    """Cut the document type out, with the entities that it may define: `<!DOCTYPE ... [ ... ]>`."""
    start = re.search("<!DOCTYPE", text[:LARGEST_TAME], re.IGNORECASE)
    if not start:
        return text
    end = text.find(">", start.end())
    inner = text.find("[", start.end(), end if end >= 0 else len(text))
    if inner >= 0:
        closed = text.find("]", inner)
        end = text.find(">", closed) if closed >= 0 else -1
    return text[: start.start()] + text[end + 1 :] if end >= 0 else text[: start.start()] + text[start.end() :]


def _referenced(text: str) -> Iterator[str]:
    """Escape what begins neither reference nor tag, and resolve HTML's entities, unknown to XML; CDATA stays as it is."""
    position = 0
    while (begin := text.find("<![CDATA[", position)) >= 0 and (end := text.find("]]>", begin)) >= 0:
        yield _REFERENCE.sub(_resolved, text[position:begin])
        yield text[begin:end]
        position = end
    yield _REFERENCE.sub(_resolved, text[position:])


def _resolved(found: re.Match[str]) -> str:
    name = found[1]
    if not name:
        return "&amp;" if found[0] == "&" else "&lt;"
    if name in _XML_ENTITIES:
        return found[0]
    if name[0] != "#":
        return html5[name] if name in html5 and html5[name] not in "&<>" else f"&amp;{name}"
    digits = name[1:-1]
    if len(digits) > 8:
        return ""
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    legal = code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return found[0] if legal else ""


def _bounded(text: str, edges: re.Pattern[str], most: int) -> tuple[str, int, bool]:
    """Leave out an entry that the document's end cuts in two, and those beyond so many.

    Gives also how many entries the document begins, and whether it breaks off.
    """
    held = 0
    cut = last_start = last_end = -1
    for edge in edges.finditer(text):
        if edge[1]:
            last_end = edge.start()
            continue
        held += 1
        last_start = edge.start()
        if held == most + 1:
            cut = last_start
    if cut >= 0:
        rest = text.find(">", last_end) + 1 if last_end >= cut else 0
        return text[:cut] + (text[rest:] if rest else ""), held, False
    broken = bool(held) and not _END.search(text, max(last_end, last_start, len(text) - _START))
    if broken and last_start > last_end:
        return text[:last_start], held - 1, True
    return text, held, broken


class _Outline:
    """What a fast parser sees of a document. `fault` is what keeps it from being tame, `open` what the end leaves open."""

    def __init__(self, xml: bytes) -> None:
        self.fault: str | None = None
        self.open: list[str] = []
        self._lengths: list[int] = []
        parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(xml, False)
            if not self.open:
                parser.Parse(b"", True)
        except (expat.ExpatError, _Wild) as error:
            self.fault = str(error) or "wild"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parts = name.split(" ")  # namespace, local name, prefix
        self.open.append(parts[0] if len(parts) == 1 else f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[1])
        self._lengths.append(-1_000_000_000 if parts[min(1, len(parts) - 1)].lower() in _LONG_TEXTS else 0)
        if len(self.open) > DEEPEST:
            raise _Wild("deep")

    def _end(self, name: str) -> None:
        self.open.pop()
        self._lengths.pop()

    def _text(self, text: str) -> None:
        if self._lengths:
            self._lengths[-1] += len(text)
            if self._lengths[-1] > _LONGEST_SHORT_TEXT:
                raise _Wild("long")

    def _doctype(self, *declared: object) -> None:
        raise _Wild("a document type")


class _Wild(Exception):
    """The document is not tame."""
