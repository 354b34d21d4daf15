"""Plain text from the HTML of feeds, which may be anything at all."""

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LARGEST = 2_000_000
"""Characters of a fragment that are looked at; what is beyond is left out."""
LONGEST_TITLE = 2_000

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    "|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_CELLS = frozenset({"td", "th"})
_SILENT = re.compile(
    "applet|audio|button|canvas|datalist|embed|head|iframe|math|noembed|noframes|noscript|object|script|select|style|svg"
    "|template|textarea|title|video"
)
_TAG = re.compile(r"<[^<>]*>")
_TITLE_TAG = re.compile(r"</?(?:a|b|br|em|font|i|p|span|strong|sub|sup|u|wbr)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#\w]+;")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def html_to_text(fragment: str) -> str:
    """Give the readable text of an HTML fragment, paragraphs apart by a blank line; what is no HTML comes back cleaned.

    Scripts, styles, forms' controls and embedded media are left out; entities are resolved once. Any input gives a text.
    """
    fragment = _CONTROL.sub("", fragment[:LARGEST].replace("\r\n", "\n").replace("\r", "\n"))
    if not _MARKUP.search(fragment):
        return _paragraphs(re.split(r"\n\s*\n", fragment))
    root = _parse(fragment)
    return "" if root is None else _paragraphs(_blocks(root))


def title_to_text(title: str) -> str:
    """Give a title as one line of plain text, without markup that feeds leave in or escape."""
    title = html_to_text(title) if _MARKUP.search(title) else _CONTROL.sub("", title[:LARGEST])
    return " ".join(_TITLE_TAG.sub("", unescape(title)).split())[:LONGEST_TITLE]


def _parse(fragment: str) -> "HtmlElement | None":
    from lxml import etree, html

    # without huge_tree, libxml2 itself stops at a depth of 256 and at texts of 10 MB
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(fragment.encode("utf-8"), parser=parser)
        if any("depth" in error.message for error in parser.error_log.filter_from_fatals()):
            root = html.document_fromstring(_TAG.sub(" ", fragment).encode("utf-8"), parser=parser)
        return root
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _blocks(root: "HtmlElement") -> list[str]:
    """Gather the text between block elements, in document order, without recursion."""
    from lxml import etree

    blocks: list[list[str]] = [[]]
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = str(element.tag)
        if _SILENT.fullmatch(tag):
            silent += 1 if event == "start" else -1
        if _BLOCK.fullmatch(tag):
            blocks.append([])
        elif tag in _CELLS and event == "end":
            blocks[-1].append(" ")
        if not silent:
            blocks[-1].append((element.text if event == "start" else element.tail) or "")
    return ["".join(block) for block in blocks]


def _paragraphs(blocks: list[str]) -> str:
    lines = (_LINES.sub(" ", _SPACES.sub(" ", block)).strip() for block in blocks)
    return "\n\n".join(line for line in lines if line)
