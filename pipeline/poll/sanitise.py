"""Making HTML harmless before it is stored: what can run, load or call home is taken out, what can be read stays."""

import re
from dataclasses import replace
from urllib.parse import urljoin

from pipeline.poll.parsed import LONGEST_CONTENT, LONGEST_SUMMARY, Entry
from pipeline.poll.plain import clean

_PHRASES = "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small span strong sub sup time tt u"
_BLOCKS = (
    "article aside blockquote caption col colgroup dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li"
)
_BLOCKS += " main ol p pre section summary table tbody td tfoot th thead tr ul var wbr"
_TAGS = frozenset(f"{_PHRASES} {_BLOCKS}".split())
_UNSEEN = "script style template noscript iframe object embed applet svg math form select textarea title"
_SILENT = frozenset(_UNSEEN.split())
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "*": {"lang", "dir"}}
_SCHEMES = frozenset({"http", "https", "mailto"})
_ADDRESSES = frozenset({"href", "src"})

_DEEPEST = 500
"""Elements within one another: nh3 takes time that grows with the square of the depth, 20 s for 50,000 of them."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_END_THEMSELVES = frozenset(
    ("br", "img", "hr", "wbr", "col", "input", "meta", "link", "source", "p", "li", "dt", "dd", "td")
)


def sanitised(html: str, base: str, longest: int) -> str:
    """Give HTML with harmless elements and attributes alone, its addresses absolute, cut at `longest` characters.

    `base` is what addresses are relative to. Text without any tag comes back as it is.
    """
    if "<" not in html:
        return html
    import nh3  # only pollers need it

    def absolute(tag: str, name: str, value: str) -> str | None:
        if name not in _ADDRESSES:
            return value
        try:
            return urljoin(base, value.strip())
        except ValueError:
            return None

    if _is_deep(html):
        html = _TAG.sub(" ", html)
    found = nh3.clean(
        clean(html, len(html)),  # lone surrogates can't even be handed over
        tags=set(_TAGS),
        clean_content_tags=set(_SILENT),
        attributes=_ATTRIBUTES,
        attribute_filter=absolute,
        url_schemes=set(_SCHEMES),
        link_rel=None,
    )
    if len(found) > longest:  # escaping makes it longer; what is cut within an element is put right
        cut = found[: longest * 9 // 10]
        cut = cut[: cut.rfind("<")] if cut.rfind("<") > cut.rfind(">") else cut
        found = nh3.clean(cut, tags=set(_TAGS), attributes=_ATTRIBUTES)
    return clean(found, longest)


def safe(entry: Entry) -> Entry:
    """Give an entry whose HTML is sanitised, with the fingerprint of what was received."""
    if entry.received:
        return entry
    return replace(
        entry,
        summary=sanitised(entry.summary, entry.base, LONGEST_SUMMARY),
        content=sanitised(entry.content, entry.base, LONGEST_CONTENT),
        received=(entry.fingerprint, entry.first_fingerprint),
    )


def _is_deep(html: str) -> bool:
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() in _END_THEMSELVES:
            continue
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            return True
    return False
